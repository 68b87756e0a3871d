"""A crawled district whose payloads and texts were all let go: it goes on as if nothing had happened."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.urls import url_key
from demo.model import EditKind
from demo.server import DemoServer
from storage.keeping.retention import Keep
from storage.records import Article
from tests.flow.installation import Installation, district
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SITES = ("trs", "repub")
EVERYTHING = Keep(payloads_days=30, texts_days=30, logs_days=30)
IN_A_YEAR = timedelta(days=365)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    server: Server | None = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    with (
        DemoServer(district(each=10)) as sites,
        server.fresh() if server else nullcontext("") as url,
        Installation(tmp_path, sites, url) as installation,
    ):
        installation.add(*SITES)
        installation.crawl()
        yield installation


def identity(article: Article) -> tuple[object, ...]:
    """What must not change with age."""
    read = article.extraction
    told = (read.title, read.credit, read.published_at, read.category, [person.name for person in read.byline])
    return article.key, article.content_digest, article.revision, article.story_id, article.relation, *told


def test_a_district_goes_on_without_its_old_payloads_and_texts(installed: Installation) -> None:
    store = installed.store
    before = installed.articles()
    done = store.retention.prune(EVERYTHING, datetime.now(UTC) + IN_A_YEAR, logs=installed.home / "logs", by_clock=True)
    assert done.payloads.count > 0
    assert done.texts.count >= len(before)
    assert store.blobs.size() == (0, 0, 0)
    assert done.log_files.count == len(SITES)
    assert not list(store.check())
    aged = installed.articles()
    assert [identity(each) for each in aged] == [identity(each) for each in before]
    assert {each.extraction.text for each in aged} == {""}
    assert all(each.extraction.text_dropped_at for each in aged)

    again = installed.counters()
    assert (again.new, again.revised, again.unchanged, again.gone) == (0, 0, 0, 0)
    assert again.requests <= 3 * len(SITES)

    full = installed.counters(full=True)
    assert (full.new, full.revised, full.gone) == (0, 0, 0)
    assert full.unchanged >= len(before)
    assert [identity(each) for each in installed.articles()] == [identity(each) for each in before]
    renewed = [each for each in installed.articles() if each.extraction.text]
    assert len(renewed) == store.blobs.size()[0] > 0
    assert not list(store.check())


def test_what_the_publisher_edits_later_is_a_revision_as_ever(installed: Installation) -> None:
    store = installed.store
    store.retention.prune(EVERYTHING, datetime.now(UTC) + IN_A_YEAR, by_clock=True)
    edited = installed.server.edit("trs", kind=EditKind.NUMBER)
    assert installed.counters().revised == 1
    article = store.articles.find(url_key(edited.url))
    old, new = store.articles.revisions(article.id)
    assert (old.extraction.text, bool(new.extraction.text)) == ("", True)
    assert not list(store.check())

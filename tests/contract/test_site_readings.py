"""What is usual on a host is learnt from the readings that count, and a site that is rebuilt is noticed. Synthetic."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from crawler.ingest import Ingest, Visit
from crawler.profile import District
from crawler.reader import Reader
from storage.intents import NewArticle
from storage.records import Capture, Entry, Extraction, Issue, IssueKind, Takedown
from storage.schema import extractions
from tests.builders import NOW, World, later, new_article, new_revision, reading, url

DISTRICT = District(name="临湖新区", code="000000", city="东岳市", province="示例省")


def article(name: str, words: str | None = None, **fields: str) -> NewArticle:
    """A page of the rules of today."""
    said = words or f"第{name}篇。"
    return replace(new_article(name), reading=reading(said, evidence={"text": "container:zoom"}, **fields))


def texts(world: World, host: str = "www.example.cn", limit: int = 30) -> list[str]:
    found = world.store.site_readings.newest(world.source.publisher_id, host, "html/1", limit=limit)
    return [each.extraction.text for each in found]


def test_the_newest_articles_of_a_host_come_first(world: World) -> None:
    world.record(*(article(str(number)) for number in range(4)))
    assert texts(world, limit=3) == ["第3篇。", "第2篇。", "第1篇。"]
    assert texts(world, host="other.example.cn") == []


def test_of_an_article_its_newest_snapshot_counts(world: World) -> None:
    world.record(article("1"))
    world.visit(new_revision(world.known(), "改了。", at=later(hours=1)), now=later(hours=1))
    assert texts(world) == ["改了。"]


def test_what_does_not_count_is_left_out(world: World) -> None:
    world.record(article("1"), article("2"), article("3", extractor="import/1"), article("4"))
    world.store.articles.takedown(world.known("4").id, Takedown.WITHHELD, "asked", NOW)
    with world.store.database.write() as connection:
        connection.execute(update(extractions).where(extractions.c.text == "第2篇。").values(superseded_at=NOW))
    assert texts(world) == ["第1篇。"]


# ------------------------------------------------------------------ a site in mid life
def _read(capture: Capture, entry: Entry | None, timezone: str) -> Extraction:
    place, words = capture.payload.decode().split("\n")
    return Extraction(
        extractor="html/1", title=words, text=words, published_at=NOW, credit="示例日报", evidence={"text": place}
    )


READER = Reader(extractor="html/1", read=_read)


def crawl(world: World, names: range, place: str) -> list[Issue]:
    """A run that reads new pages of the site; the issues of it that say that a page is unlike."""
    run = world.another_run()
    ingest = Ingest(world.store, world.source, run.id, DISTRICT, lambda: NOW, READER)
    for number in names:
        payload = f"{place}\n临湖新区今天发布了第{number}条消息。".encode()
        page = url(str(number))
        ingest.take(Visit(capture=Capture(url=page, final_url=page, captured_at=NOW, status=200, payload=payload)))
    ingest.flush()
    return [issue for issue in world.store.issues.list(run_id=run.id) if issue.kind is IssueKind.UNLIKE_SITE]


def test_a_site_that_stays_as_it_is_has_no_issue(world: World) -> None:
    assert crawl(world, range(40), "container:zoom") == []
    assert crawl(world, range(40, 60), "container:zoom") == []


def test_one_page_in_another_place_is_one_issue(world: World) -> None:
    crawl(world, range(30), "container:zoom")
    (issue,) = crawl(world, range(30, 31), "density:div")
    assert (issue.url, issue.count) == (url("30"), 1)
    assert "30 have their text in container:zoom" in issue.detail


def test_a_site_that_is_rebuilt_is_named_as_a_whole_until_the_new_is_usual(world: World) -> None:
    crawl(world, range(30), "container:zoom")
    issues = crawl(world, range(30, 60), "container:trs_editor")
    (whole,) = [issue for issue in issues if issue.url == world.source.url]
    assert whole.count == len(issues) - 1
    assert 3 <= whole.count <= 6
    assert "may have been rebuilt" in whole.detail
    assert crawl(world, range(60, 80), "container:trs_editor") == []


@pytest.mark.parametrize("place", ["container:zoom", "container:trs_editor"])
def test_no_text_depends_on_what_was_read_before(world: World, place: str) -> None:
    crawl(world, range(30), "container:zoom")
    crawl(world, range(30, 31), place)
    assert texts(world)[0] == "临湖新区今天发布了第30条消息。"

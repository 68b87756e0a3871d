"""`quxun import` of web archives: the visits that they keep, each once. All pages are synthetic."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from storage.intents import Revisit, Visited
from storage.records import Profile, SnapshotKind
from storage.store import Store
from storage.warc import ArchiveWriter
from tests.conftest import sqlite_store
from tests.quxun.conftest import Quxun
from tests.quxun.stories import NOON, Press, extraction, page, url
from tests.storage.test_warc import snapshot

TEXT = (
    "湖边的步道今天开放，全长三公里，沿途有座椅和路灯，市民可以免费进入。",
    "步道由临湖融媒的志愿者维护，每天清晨打扫一次。",
)
OTHER = ("湖边的步道延长到四公里，沿途新增了十把座椅，市民仍然可以免费进入。", TEXT[1])


@pytest.fixture
def archive(tmp_path: Path, sqlite_template: Path) -> Path:
    """What another installation exported of one article: a page, a visit that found it unchanged, a changed page."""
    with sqlite_store(tmp_path / "another", sqlite_template) as store:
        press = Press(store)
        press.publish(payload=page("湖边步道开放", *TEXT))
        known = press.knows("example.cn/art/1.html")
        assert known is not None
        later = NOON + timedelta(hours=1)
        seen = Visited(url=url(), final_url=url(), captured_at=later, status=304)
        press.visit(Revisit(visited=seen, known=known, profile=Profile.SERVER_NOT_MODIFIED), now=later)
        press.publish(payload=page("湖边步道开放", *OTHER), read=extraction(text="二"), at=NOON + timedelta(hours=2))
        visits = store.articles.snapshots(known.id)
        payloads = {each.id: store.blobs.get(each.payload_digest) for each in visits if each.payload_digest}
    file = tmp_path / "all.warc.gz"
    with file.open("wb") as stream:
        writer = ArchiveWriter(stream, compress=True, software="test", now=NOON)
        writer.response(visits[0], payloads[visits[0].id])
        writer.revisit(visits[1], visits[0])
        writer.response(visits[2], payloads[visits[2].id])
    return file


def test_the_visits_of_an_archive_come_in_as_they_were(quxun: Quxun, store: Store, archive: Path) -> None:
    told = quxun("import", archive, "--json").object
    assert (told["new"], told["revised"], told["unchanged"], told["bad"]) == (1, 1, 1, [])
    (article,) = store.articles.list()
    assert (article.publisher, article.source_key) == ("www.example.cn", "import:www.example.cn")
    snapshots = store.articles.snapshots(article.id)
    assert [each.kind for each in snapshots] == [SnapshotKind.RESPONSE, SnapshotKind.REVISIT, SnapshotKind.RESPONSE]
    assert [each.captured_at for each in snapshots] == [NOON + timedelta(hours=hours) for hours in range(3)]
    assert snapshots[1].refers_to == snapshots[0].id
    assert snapshots[1].profile is Profile.SERVER_NOT_MODIFIED
    assert not [name for each in snapshots for name, _ in each.headers if name.startswith("warc-")]
    assert article.extraction.title == "湖边步道开放"
    assert article.extraction.text == "\n".join(OTHER)
    assert article.first_seen_at == NOON


def test_an_archive_given_again_changes_nothing(quxun: Quxun, store: Store, archive: Path) -> None:
    quxun("import", archive)
    before = quxun("export").out
    told = quxun("import", archive, "--json").object
    assert (told["new"], told["revised"], told["unchanged"]) == (0, 0, 3)
    (article,) = store.articles.list()
    assert len(store.articles.snapshots(article.id)) == 3
    assert quxun("export").out == before


def test_visits_that_a_crawl_stored_are_not_stored_again(quxun: Quxun, store: Store, tmp_path: Path) -> None:
    press = Press(store)
    press.publish(payload=page("湖边步道开放", *TEXT))
    press.publish(payload=page("湖边步道开放", *OTHER), read=extraction(text="二"), at=NOON + timedelta(hours=2))
    file = tmp_path / "own.warc"
    quxun("export", "--format", "warc", "--output", file)
    told = quxun("import", file, "--json").object
    assert (told["new"], told["revised"], told["unchanged"]) == (0, 0, 2)
    assert [article.publisher for article in store.articles.list()] == ["示例日报"]


def test_a_url_that_an_archive_has_twice_takes_two_runs(quxun: Quxun, store: Store, archive: Path) -> None:
    told = quxun("import", archive, "--json").object
    runs = [store.runs.get(run) for run in told["runs"]]
    assert [run.counters.new + run.counters.revised + run.counters.unchanged for run in runs] == [1, 1, 1]


def test_an_archive_that_breaks_off_brings_what_is_whole(quxun: Quxun, store: Store, archive: Path) -> None:
    archive.write_bytes(gzip.decompress(archive.read_bytes())[:-40])
    said = quxun("import", archive, status=1)
    assert str(archive) in said.err
    assert [article.revision for article in store.articles.list()] == [1]


def test_what_is_no_article_is_refused_and_said(quxun: Quxun, archive: Path) -> None:
    with archive.open("wb") as stream:
        writer = ArchiveWriter(stream, compress=True, software="test", now=NOON)
        writer.response(snapshot(), b"<html><body><p>404 Not Found</p></body></html>")
    told = quxun("import", archive, "--json").object
    assert (told["new"], told["refused"]) == (0, 1)
    assert quxun("issues", "--source", "import:www.example.cn", "--json").object["kind"] == "refused"

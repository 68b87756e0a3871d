"""`quxun explain`: every step of the flow replayed, without a request. All pages are synthetic."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.extract.version import EXTRACTOR
from crawler.urls import url_key
from storage.intents import EntriesSeen
from storage.records import ArticleId, Entry, IssueKind, Takedown
from storage.store import Store
from tests.builders import failed, issue_seen, refused
from tests.quxun.conftest import Quxun
from tests.quxun.stories import NOON, Press, extraction, page, url

TEXT = (
    "湖边的步道今天开放，全长三公里，沿途有座椅和路灯，市民可以免费进入。",
    "步道由临湖融媒的志愿者维护，每天清晨打扫一次。",
)


def steps(said: str) -> list[str]:
    """The names of the steps in a report."""
    return [line.split()[1] for line in said.splitlines() if line[:1].isdigit()]


def test_a_stored_article_is_replayed_step_by_step(quxun: Quxun, store: Store) -> None:
    read = extraction(title="湖边步道开放", text="\n".join(TEXT))
    article = Press(store).publish(read=read, payload=page("湖边步道开放", *TEXT))
    said = quxun("explain", article).out
    assert steps(said) == [
        *("capture", "payload_digest", "visit_kind", "judge", "extract"),
        *("article_key", "relevance", "content_digest", "decide", "copies"),
    ]
    lines = [line.split() for line in said.splitlines()]
    assert ["title", "湖边步道开放"] in [line[:2] for line in lines]
    assert ["credit", "临湖融媒"] in [line[:2] for line in lines]
    assert "HTTP status 200" in said
    assert "an article's page" in said
    assert "example.cn/art/1.html" in said
    assert "SameRevision" in said
    assert store.runs.list()[0].counters.requests == 0


def test_other_words_than_were_stored_would_be_a_new_revision(quxun: Quxun, store: Store) -> None:
    read = extraction(extractor=EXTRACTOR, text="别的。")
    article = Press(store).publish(read=read, payload=page("湖边步道开放", *TEXT))
    before = store.articles.snapshots(ArticleId(article))
    said = quxun("explain", url()).out
    assert "NewRevision: today other words are read" in said
    assert store.articles.snapshots(ArticleId(article)) == before


def test_a_page_that_would_be_refused_today_says_why(quxun: Quxun, store: Store) -> None:
    article = Press(store).publish(payload=b"%PDF-1.4 synthetic")
    said = quxun("explain", article).out
    assert steps(said)[-2:] == ["judge", "copies"]
    assert "refused: not-html" in said


def test_an_import_is_read_again_by_its_own_reader(quxun: Quxun, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    text = {"id": "n1", "title": "标题", "text": "正文。", "source": "临湖融媒"}
    file.write_text(json.dumps(text) + "\n")
    quxun("import", file)
    said = quxun("explain", "n1").out
    assert "not judged: an import is taken as it is" in said
    assert "articles-jsonl/1" in said
    assert "SameRevision" in said


@pytest.mark.parametrize("takedown", Takedown)
def test_nothing_of_an_article_that_was_taken_down_is_told(quxun: Quxun, store: Store, takedown: Takedown) -> None:
    article = Press(store).publish(payload=page("湖边步道开放", *TEXT))
    store.articles.takedown(ArticleId(article), takedown, "asked for", NOON)
    said = quxun("explain", article).out
    assert takedown.value in said
    assert "步道" not in said


def test_a_damaged_payload_is_a_sentence(quxun: Quxun, store: Store) -> None:
    article = Press(store).publish(payload=b"lost")
    (snapshot,) = store.articles.snapshots(ArticleId(article))
    assert snapshot.payload_digest is not None
    store.blobs.erase(snapshot.payload_digest)
    assert snapshot.payload_digest in quxun("explain", article, status=1).err


# ------------------------------------------------------------------ only listed
def listed(press: Press, *names: str) -> None:
    """Entries of a listing, under the keys that a crawl gives them."""
    entries = tuple(Entry(url=url(name), key=url_key(url(name)), title=f"第{name}条") for name in names)
    press.record(EntriesSeen(listing_id=press.listing.id, entries=entries, seen_at=NOON))


def test_a_page_that_waits_is_pending(quxun: Quxun, store: Store) -> None:
    listed(Press(store), "1")
    said = quxun("explain", url()).out
    assert "No article is stored from it" in said
    assert "pending" in said
    assert "bulletin" in said
    assert "第1条" in said


def test_a_refused_page_is_shown_with_its_issue(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    listed(press, "1", "2")
    press.record(
        replace(refused(), visited=replace(refused().visited, entry_key=url_key(url()))),
        issue_seen(IssueKind.REFUSED, "1", detail="not an article: listing"),
        issue_seen(IssueKind.REFUSED, "2", detail="another one"),
    )
    said = quxun("explain", url()).out
    assert "refused: its page was visited and is not an article" in said
    assert "not an article: listing" in said
    assert "another one" not in said


def test_a_page_that_failed_says_when_it_is_tried_again(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    listed(press, "1")
    outcome = failed(retry_at=NOON + timedelta(hours=6))
    press.record(replace(outcome, visited=replace(outcome.visited, entry_key=url_key(url()))))
    said = quxun("explain", "https://example.cn/art/1.html").out
    assert "failed: the last visit brought nothing" in said
    assert "1 times in a row" in said
    assert "2024-05-01 18:00" in said


def test_a_page_nobody_knows_is_named(quxun: Quxun) -> None:
    assert "no article or entry http://example.cn/none" in quxun("explain", "http://example.cn/none", status=1).err

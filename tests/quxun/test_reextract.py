"""`quxun reextract`: stored pages read again with today's rules. All pages are synthetic."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.extract.version import EXTRACTOR
from quxun.outdated import say_outdated
from storage.records import ArticleId, Takedown
from storage.store import Store
from tests.quxun.conftest import Quxun
from tests.quxun.stories import NOON, Press, extraction, page, url

TITLE = "湖边步道开放"
TEXT = (
    "湖边的步道今天开放，全长三公里，沿途有座椅和路灯，市民可以免费进入。",
    "步道由临湖融媒的志愿者维护，每天清晨打扫一次。",
)
#: As rules before the first read it: the boilerplate is taken along, and the credit is not seen.
OLD = {"extractor": "html/0", "title": f"{TITLE}_示例新闻网", "credit": ""}


def publish(press: Press, name: str = "1", *, days: int = 0, old: str = "分享到微信", body: bytes | None = None) -> int:
    read = extraction(text="\n".join((*TEXT, old)), **OLD)
    payload = page(TITLE, *TEXT) + f"<!-- {name} {days} -->".encode() if body is None else body
    return press.publish(name, read, NOON + timedelta(days=days), payload)


def test_it_reads_again_and_says_what_became_of_it(quxun: Quxun, store: Store) -> None:
    article = publish(Press(store))
    said = quxun("reextract")
    assert said.out == f"1 snapshots read again by {EXTRACTOR}: 1 articles read differently, 0 as before\n"
    assert said.err == ""  # no bar where there is no terminal
    read = store.articles.get(ArticleId(article)).extraction
    assert (read.title, read.text, read.credit) == (TITLE, "\n".join(TEXT), "临湖融媒")


def test_not_one_request_is_made(quxun: Quxun, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(self: socket.socket, address: object) -> None:
        raise AssertionError(f"it connects to {address}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, connect)
    publish(Press(store))
    assert quxun("reextract", "--json").object["read"] == 1
    assert [run.status.value for run in store.runs.list()] == ["queued", "queued"]  # those of the test itself


def test_it_does_nothing_when_all_is_current(quxun: Quxun, store: Store) -> None:
    publish(Press(store))
    quxun("reextract")
    changes = store.changes.after(0)
    assert quxun("reextract").out == f"Nothing to read again: all that can be read is read by {EXTRACTOR}.\n"
    assert store.changes.after(0) == changes
    told = quxun("reextract", "--json").object
    assert (told["read"], told["changed"], told["failed"], told["extractor"]) == (0, 0, 0, EXTRACTOR)


def test_export_and_show_give_the_new_text_and_the_version(quxun: Quxun, store: Store) -> None:
    article = publish(Press(store))
    quxun("reextract")
    (line,) = quxun("export", "--format", "jsonl").objects
    assert (line["title"], line["text"], line["revision"]) == (TITLE, "\n".join(TEXT), 1)
    shown = quxun("show", article).out
    assert "分享到微信" not in shown
    assert f"{EXTRACTOR} (html/0 until " in shown
    readings = quxun("show", article, "--json").object["readings"]
    assert [(each["extractor"], each["superseded_at"] is None) for each in readings] == [
        ("html/0", False),
        (EXTRACTOR, True),
    ]
    explained = quxun("explain", article).out
    assert "by html/0, counted until " in explained
    assert f"by {EXTRACTOR}, counts: {TITLE}" in explained


def test_explain_says_that_an_older_reading_would_be_no_revision(quxun: Quxun, store: Store) -> None:
    said = quxun("explain", publish(Press(store))).out
    assert "NewReading: today's rules read other words; `quxun reextract` stores them" in said


def test_a_diff_says_when_two_versions_read_the_two_revisions(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    publish(press, old="旧的第三段。", body="不再是文章".encode())
    article = publish(press, days=1)
    quxun("reextract", article)
    said = quxun("show", article, "--diff").out
    assert f"The two were read by html/0 and {EXTRACTOR}: some of it may be the rules'." in said
    told = quxun("show", article, "--diff", "--json").object
    assert (told["from_extractor"], told["to_extractor"]) == ("html/0", EXTRACTOR)


def test_a_dry_run_shows_the_fields_and_the_words_that_differ(quxun: Quxun, store: Store) -> None:
    article = publish(Press(store))
    said = quxun("reextract", "--dry-run").out
    assert f"Article {article}, snapshot 1: title, text" in said
    assert "[-分享到微信-]" in said
    assert "{+临湖融媒+}" in said
    assert said.endswith("1 articles would read differently, 0 as before\n")
    assert store.articles.get(ArticleId(article)).extraction.extractor == "html/0"
    difference, total = quxun("reextract", "--dry-run", "--json").objects
    assert (difference["id"], difference["url"], difference["from"]) == (article, url(), "html/0")
    assert {"edit": "removed", "text": "分享到微信"} in [span for line in difference["lines"] for span in line]
    assert (total["dry_run"], total["changed"]) == (True, 1)


def test_single_articles_are_named_by_number_or_url(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    first, second, third = (publish(press, name) for name in ("1", "2", "3"))
    assert quxun("reextract", first, url("3"), "--json").object["read"] == 2
    extractors = [store.articles.get(ArticleId(number)).extraction.extractor for number in (first, second, third)]
    assert extractors == [EXTRACTOR, "html/0", EXTRACTOR]
    assert quxun("reextract", "--limit", 1, "--source", press.source.key, "--json").object["articles"] == 1


def test_what_is_not_known_is_an_error(quxun: Quxun) -> None:
    assert "no article 7" in quxun("reextract", 7, status=1).err
    assert "no source nowhere" in quxun("reextract", "--source", "nowhere", status=1).err
    assert "not both" in quxun("reextract", 7, "--source", "x", status=2).err


def test_a_page_that_is_refused_today_keeps_its_reading_and_is_named(quxun: Quxun, store: Store) -> None:
    article = publish(
        Press(store), body=b"<html><head><title>404</title></head><body><p>404 Not Found</p></body></html>"
    )
    said = quxun("reextract")
    assert "1 snapshots refused by today's rules keep their old reading" in said.out
    assert f"article {article}, {url()}: not an article by today's rules: " in said.err
    assert store.articles.get(ArticleId(article)).extraction.extractor == "html/0"
    assert sum(quxun("reextract", "--json").object["refused"].values()) == 1


def test_a_damaged_payload_is_a_failure_and_the_others_are_read(quxun: Quxun, store: Store, home: Path) -> None:
    press = Press(store)
    bad, good = publish(press, "1"), publish(press, "2")
    digest = store.articles.snapshots(ArticleId(bad))[0].payload_digest
    with store._payloads.write() as connection:
        connection.exec_driver_sql(f"UPDATE blobs SET data = X'00' WHERE digest = '{digest}'")
    said = quxun("reextract", status=1)
    assert "is damaged" in said.err
    assert "1 snapshots that could not be read keep their old reading" in said.out
    assert store.articles.get(ArticleId(good)).extraction.extractor == EXTRACTOR


def test_what_was_taken_down_is_not_read(quxun: Quxun, store: Store) -> None:
    article = ArticleId(publish(Press(store)))
    store.articles.takedown(article, Takedown.WITHHELD, "", NOON)
    assert quxun("reextract", article, "--json").object["read"] == 0
    assert [each.extractor for each in store.readings.history(article)] == ["html/0"]


def test_killed_in_the_middle_and_repeated_everything_is_read_once(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    count = 60
    for number in range(count):
        publish(press, str(number))
    child = subprocess.Popen([sys.executable, "-m", "quxun", "reextract"], env=os.environ)
    try:
        give_up_at = time.monotonic() + 60
        while not store.readings.outdated(EXTRACTOR).articles < count and time.monotonic() < give_up_at:
            time.sleep(0.01)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    left = store.readings.outdated(EXTRACTOR).articles
    assert left < count
    assert quxun("reextract", "--json").object["read"] == left
    kinds = [change.kind.value for change in store.changes.after(0)]
    assert kinds.count("new-reading") == count
    assert {article.extraction.text for article in store.articles.list(limit=count)} == {"\n".join(TEXT)}
    assert list(store.check()) == []


def test_the_service_only_says_how_many_are_of_older_versions(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "quxun.service")
    say_outdated(store)
    assert caplog.records == []
    article = publish(Press(store))
    say_outdated(store)
    (record,) = caplog.records
    assert record.getMessage() == "older readings"
    assert vars(record)["fields"] == {"readings": 1, "by": "html/0", "now": EXTRACTOR, "remedy": "quxun reextract"}
    assert store.articles.get(ArticleId(article)).extraction.extractor == "html/0"

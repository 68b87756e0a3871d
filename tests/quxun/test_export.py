"""`quxun export`: all of it, a page at a time, in forms that others read. All texts are synthetic."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.imports.warc import BadRecord, read_warc, revisit_profile
from quxun.commands import export
from quxun.formats import CSV_COLUMNS
from storage.intents import Revisit, Visited
from storage.records import ArticleId, Capture, Precision, Profile, Takedown
from storage.store import Store
from tests.quxun.conftest import Quxun
from tests.quxun.stories import NOON, Press, extraction, url


def visits(payload: bytes) -> list[Capture]:
    found = list(read_warc(io.BytesIO(payload)))
    assert not [each for each in found if isinstance(each, BadRecord)]
    return [each for each in found if isinstance(each, Capture)]


def revisit(press: Press, at: float, profile: Profile, status: int) -> None:
    known = press.knows("example.cn/art/1.html")
    assert known is not None
    when = NOON + timedelta(hours=at)
    seen = Visited(url=url(), final_url=url(), captured_at=when, status=status)
    press.visit(Revisit(visited=seen, known=known, profile=profile), now=when)


def test_every_article_is_a_line_in_the_order_of_their_numbers(
    quxun: Quxun, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)  # five articles are three pages
    press = Press(store)
    articles = [press.publish(name=str(number)) for number in range(5)]
    lines = quxun("export").objects
    assert [line["id"] for line in lines] == articles
    assert lines[0]["title"] == "湖边新修的步道开放"
    assert lines[0]["text"] == "步道全长三公里。\n市民可以免费进入。"
    assert lines[0]["author"] == "甘霖"


def test_an_empty_store_is_an_empty_export(quxun: Quxun) -> None:
    assert quxun("export").out == ""
    assert quxun("export", "--format", "csv").out.splitlines() == [",".join(CSV_COLUMNS)]


@pytest.mark.parametrize("takedown", Takedown)
@pytest.mark.parametrize("form", export.FORMATS)
def test_what_was_taken_down_is_left_out(quxun: Quxun, store: Store, takedown: Takedown, form: str) -> None:
    press = Press(store)
    gone = ArticleId(press.publish(name="1", read=extraction(title="撤下的")))
    press.publish(name="2", read=extraction(title="留下的"))
    store.articles.takedown(gone, takedown, "asked for", NOON)
    said = quxun("export", "--format", form).bytes.decode("utf-8", "replace")
    assert "撤下的" not in said
    assert "留下的" in said


def test_a_csv_has_a_row_an_article_and_texts_of_several_lines(quxun: Quxun, store: Store) -> None:
    Press(store).publish(read=extraction(title='说"好"，=1', text="一\n二"))
    (row,) = csv.DictReader(io.StringIO(quxun("export", "--format", "csv").bytes.decode()))
    assert row["title"] == '说"好"，=1'
    assert row["text"] == "一\n二"
    assert row["published_at"] == "2024-05-01T09:30:00+08:00"


def test_since_and_until_are_days_of_the_district_and_until_is_included(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    midnight = NOON - timedelta(hours=12)  # the first of May begins in Shanghai
    for name, published in (
        ("a", midnight - timedelta(minutes=1)),
        ("b", midnight),
        ("c", midnight + timedelta(days=1)),
    ):
        press.publish(name=name, read=extraction(published_at=published, published_precision=Precision.MINUTE))
    shown = {
        options: "".join(line["url"][-6] for line in quxun("export", *options).objects)
        for options in (
            ("--since", "2024-05-01"),
            ("--until", "2024-04-30"),
            ("--since", "2024-05-01", "--until", "2024-05-01"),
        )
    }
    assert list(shown.values()) == ["bc", "a", "b"]


@pytest.mark.parametrize("day", ["yesterday", "2024-02-30", "2024-05-01T00:00", "9999-12-31x"])
def test_what_is_no_day_is_wrong_usage(quxun: Quxun, day: str) -> None:
    assert f"--since {day}" in quxun("export", "--since", day, status=2).err


def test_the_ends_of_the_calendar_are_days_or_wrong_usage(quxun: Quxun) -> None:
    quxun("export", "--since", "9999-12-31")
    quxun("export", "--until", "9999-12-31", status=2)
    quxun("export", "--since", "0001-01-01", status=2)  # begins in the year before, in UTC
    quxun("export", "--until", "0001-01-01")


def test_the_articles_of_one_source(quxun: Quxun, store: Store) -> None:
    Press(store).publish(name="1")
    other = Press(store, "other").publish(name="2")
    assert quxun("export", "--source", "other").object["id"] == other
    assert "no source nowhere" in quxun("export", "--source", "nowhere", status=1).err


# ------------------------------------------------------------------ files
def test_a_file_appears_whole(quxun: Quxun, store: Store, tmp_path: Path) -> None:
    Press(store).publish()
    file = tmp_path / "all.jsonl"
    file.write_text("old")
    said = quxun("export", "--output", file)
    assert said.out == ""
    assert "1 articles" in said.err
    assert file.read_text(encoding="utf-8") == quxun("export").out
    assert list(tmp_path.glob(".*")) == []


def test_a_failed_export_leaves_the_old_file(
    quxun: Quxun, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Press(store).publish()
    file = tmp_path / "all.jsonl"
    file.write_text("old")

    def broken(_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "json_line", broken)
    assert "No space left" in quxun("export", "--output", file, status=1).err
    assert file.read_text() == "old"
    assert list(tmp_path.glob(".*")) == []


def test_a_place_that_cannot_be_written_to_is_named(quxun: Quxun, tmp_path: Path) -> None:
    assert "is a folder" in quxun("export", "--output", tmp_path, status=2).err
    missing = tmp_path / "no" / "such" / "all.jsonl"
    assert str(missing) in quxun("export", "--output", missing, status=2).err


# ------------------------------------------------------------------ WARC
def test_an_archive_has_every_snapshot_with_its_bytes_and_its_revisits(
    quxun: Quxun, store: Store, tmp_path: Path
) -> None:
    press = Press(store)
    press.publish(payload=b"<p>one</p>")
    revisit(press, 1, Profile.IDENTICAL_PAYLOAD_DIGEST, 200)
    revisit(press, 2, Profile.SERVER_NOT_MODIFIED, 304)
    press.publish(payload=b"<p>two</p>", read=extraction(text="二"), at=NOON + timedelta(hours=3))
    first, same, unmodified, second = visits(quxun("export", "--format", "warc").bytes)
    assert [first.payload, second.payload] == [b"<p>one</p>", b"<p>two</p>"]
    assert (first.url, first.status, first.captured_at) == (url(), 200, NOON)
    assert first.header("content-type") == "text/html; charset=utf-8"
    assert revisit_profile(first) is None
    assert revisit_profile(same) is Profile.IDENTICAL_PAYLOAD_DIGEST
    assert revisit_profile(unmodified) is Profile.SERVER_NOT_MODIFIED
    assert same.header("warc-refers-to-target-uri") == url()
    assert same.header("warc-refers-to-date") == "2024-05-01T04:00:00.000000Z"
    file = tmp_path / "all.warc.gz"
    quxun("export", "--format", "warc", "-o", file)
    assert file.read_bytes()[:2] == b"\x1f\x8b"
    assert visits(file.read_bytes()) == [first, same, unmodified, second]


def test_a_lost_payload_is_named_and_the_rest_exported(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    press.publish(name="1", payload=b"lost")
    press.publish(name="2", payload=b"kept")
    known = press.knows("example.cn/art/1.html")
    assert known is not None
    assert known.payload_digest is not None
    store.blobs.erase(known.payload_digest)
    said = quxun("export", "--format", "warc", status=1)
    assert [each.payload for each in visits(said.bytes)] == [b"kept"]
    assert f"article {known.id}, snapshot" in said.err

"""`quxun prune`: what is too old goes, and every command says so instead of breaking. All texts are synthetic."""

import io
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from crawler.imports.warc import read_warc
from quxun.config import load_config
from quxun.pruning import prune_own_files, prune_quietly
from storage.keeping.retention import Keep
from storage.records import Capture, Profile
from storage.schema import runs
from storage.store import Store
from tests.builders import NOW, revisit, url
from tests.history import History, ago, count
from tests.quxun.conftest import Quxun
from tests.quxun.stories import page

KEEP = ("PAYLOADS", "TEXTS", "LOGS")


@pytest.fixture
def past(store: Store, monkeypatch: pytest.MonkeyPatch) -> History:
    """An archive that has lived for a hundred days until NOW, and an installation that keeps thirty of them."""
    for module in ("quxun.commands.prune", "quxun.pruning"):
        monkeypatch.setattr(f"{module}.now", lambda: NOW)
    for name in KEEP:
        monkeypatch.setenv(f"QUXUN_KEEP_{name}_DAYS", "30")
    return History(store)


def one_old_one_young(past: History) -> None:
    past.publish("1", 50, payload=page("旧闻", "旧闻的正文，已经很久了。" * 5), title="旧闻")
    past.trouble(45)
    past.publish("2", 5, payload=page("新闻", "新闻的正文，刚刚发生的。" * 5), title="新闻")
    past.trouble(4, "2")
    past.live()


# ------------------------------------------------------------------ the command
def test_what_is_too_old_goes_and_is_told(past: History, quxun: Quxun) -> None:
    one_old_one_young(past)
    said = quxun("prune")
    assert re.search(r"payloads +30 days +2024-04-01 12:00 +1 ", said.out)
    assert "Let go: 1 payloads, 1 texts, 2 log tails, 1 issues, 1 visits." in said.out
    assert "--vacuum makes them smaller" in said.out
    assert said.err == ""
    assert count(past.store, "extractions", "text = ''") == 1
    assert "Nothing is older than it is to be kept." in quxun("prune").out
    assert quxun("check").status == 0


def test_programs_get_the_same(past: History, quxun: Quxun) -> None:
    one_old_one_young(past)
    told = quxun("prune", "--json").object
    assert told["dry_run"] is False
    assert (told["payloads"]["keep_days"], told["payloads"]["count"]) == (30, 1)
    assert told["payloads"]["bytes"] > 0
    assert told["texts"]["before"] == "2024-04-01T12:00:00+08:00"
    assert told["logs"]["count"] == 4
    assert told["logs"]["parts"]["issues"] == {"count": 1, "bytes": 0}
    assert "vacuum_bytes" not in told


def test_a_dry_run_changes_nothing(past: History, quxun: Quxun) -> None:
    one_old_one_young(past)
    said = quxun("prune", "--dry-run").out
    assert "To be let go: 1 payloads, 1 texts" in said
    assert "would go" in said
    assert count(past.store, "extractions", "text = ''") == 0
    assert past.store.blobs.size()[0] == 2
    dry, real = (quxun("prune", "--json", *options).object for options in (("--dry-run",), ()))
    assert dry == real | {"dry_run": True}


def test_zero_days_are_for_ever(past: History, quxun: Quxun, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEEP:
        monkeypatch.setenv(f"QUXUN_KEEP_{name}_DAYS", "0")
    one_old_one_young(past)
    said = quxun("prune").out
    assert said.count("ever") == 3
    assert "Nothing is older than it is to be kept." in said


def test_what_is_old_by_the_clock_alone_stays_and_is_told(
    past: History, quxun: Quxun, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_old_one_young(past)
    monkeypatch.setattr("quxun.commands.prune.now", lambda: ago(-3000))
    for options in (("--dry-run",), ()):
        said = quxun("prune", *options)
        assert "payloads: 1 more are older than 30 days by the clock. They stay" in said.err
        assert "quxun prune --yes" in said.err
    assert count(past.store, "extractions", "text = ''") == 1
    assert "1 texts" in quxun("prune", "--yes").out
    assert quxun("prune", "--yes").err == ""
    assert count(past.store, "extractions", "text = ''") == 2
    assert quxun("prune").err == ""


def test_an_archive_that_is_younger_than_the_limit_is_not_told_of_its_clock(past: History, quxun: Quxun) -> None:
    past.publish("1", 2, wrong_clock=True)
    assert quxun("prune").err == ""


def test_the_files_get_smaller_when_asked(past: History, quxun: Quxun) -> None:
    for number in range(20):
        past.publish(str(number), 50, payload=os.urandom(20_000))
    said = quxun("prune", "--vacuum").out
    assert "The files are smaller by" in said
    assert "is used again" not in said
    assert quxun("prune", "--vacuum", "--json").object["vacuum_bytes"] >= 0
    assert "--dry-run changes nothing" in quxun("prune", "--vacuum", "--dry-run", status=2).err


def test_without_room_the_files_are_not_written_anew(
    past: History, quxun: Quxun, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_old_one_young(past)
    real = shutil.disk_usage(quxun.home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: real._replace(free=1000))
    said = quxun("prune", "--vacuum", status=1)
    assert "cannot be written anew" in said.err
    assert "and has 0 MB" in said.err
    assert "Let go: 1 payloads" in said.out


def test_the_service_does_the_same(
    past: History, quxun: Quxun, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_old_one_young(past)
    logs = quxun.home / "logs"
    logs.mkdir()
    for name in ("run-1.log", "run-2.log"):
        (logs / name).write_text("words")
        os.utime(logs / name, (ago(90).timestamp(),) * 2)
    config = load_config(dict(os.environ))
    with caplog.at_level("INFO", "quxun.service"):
        prune_own_files(config, past.store)
        prune_quietly(config, past.store)
        prune_quietly(config, past.store)
    fields = [getattr(record, "fields", {}) for record in caplog.records]
    assert fields == [
        {"log_files": 2},
        {"payloads": 1, "texts": 1, "log_tails": 2, "issues": 1, "visits": 1},
    ]
    assert list(logs.iterdir()) == []


# ------------------------------------------------------------------ the other commands
def let_go(past: History) -> None:
    one_old_one_young(past)
    past.store.retention.prune(Keep(payloads_days=30, texts_days=30), NOW)


def test_show_says_that_the_text_was_let_go(past: History, quxun: Quxun) -> None:
    let_go(past)
    said = quxun("show", url("1")).out
    assert "旧闻" in said
    assert "正文已过保存期限 let go on 2024-05-01 12:00:00" in said
    assert "(let go on 2024-05-01 12:00:00)" in said
    told = quxun("show", url("1"), "--json").object
    assert (told["title"], told["text"], told["text_dropped"]) == ("旧闻", "", True)
    assert told["payload_dropped_at"] == "2024-05-01T12:00:00+08:00"
    young = quxun("show", url("2"), "--json").object
    assert "text_dropped" not in young
    assert young["payload_dropped_at"] is None


def test_a_change_of_which_a_side_was_let_go_is_not_shown(past: History, quxun: Quxun) -> None:
    past.publish("1", 50, words="甲")
    past.publish("1", 5, words="乙")
    past.prune(Keep(texts_days=30))
    for options in ((), ("--json",)):
        said = quxun("show", url("1"), "--diff", *options, status=1)
        assert "no text of revision 1 of article 1: it was let go on 2024-05-01" in said.err


def test_explain_says_what_is_left(past: History, quxun: Quxun) -> None:
    let_go(past)
    past.run_at(NOW, revisit(past.known("1"), NOW))
    said = quxun("explain", url("1")).out
    assert "its payload was let go on 2024-05-01" in said
    assert "revisit, server-not-modified" in said
    assert str(past.known("1").content_digest) in said


def test_a_page_whose_text_alone_was_let_go_can_be_explained(past: History, quxun: Quxun) -> None:
    one_old_one_young(past)
    past.store.retention.prune(Keep(texts_days=30), NOW)
    assert "8 decide" in quxun("explain", url("1")).out


def test_exports_say_it_too(past: History, quxun: Quxun) -> None:
    let_go(past)
    old, young = quxun("export").objects
    assert (old["text"], old["text_dropped"]) == ("", True)
    assert (young["text"], "text_dropped" in young) == ("第2条消息的正文。", False)
    assert quxun("export", "--format", "csv").out.splitlines()[1].endswith(",true")


def test_an_archive_leaves_out_what_was_let_go(past: History, quxun: Quxun) -> None:
    let_go(past)
    for name in "12":
        past.run_at(NOW, revisit(past.known(name), NOW, name=name, profile=Profile.IDENTICAL_PAYLOAD_DIGEST))
    said = quxun("export", "--format", "warc")
    assert "1 snapshots are left out: their payloads are older than payloads are kept." in said.err
    found = [each for each in read_warc(io.BytesIO(said.bytes)) if isinstance(each, Capture)]
    assert [(each.url[-6:], bool(each.payload)) for each in found] == [
        ("1.html", False),
        ("2.html", True),
        ("2.html", False),
    ]


def test_an_export_without_its_texts_cannot_be_taken_in_again(past: History, quxun: Quxun, tmp_path: Path) -> None:
    let_go(past)
    file = tmp_path / "all.jsonl"
    file.write_bytes(quxun("export").bytes)
    said = quxun("import", file, "--json", status=1)
    assert [bad["problem"] for bad in json.loads(said.out)["bad"]] == ["its text was let go before it was exported"]


def test_a_file_that_is_given_again_brings_back_what_was_let_go(past: History, quxun: Quxun, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    lines = [
        {"id": "a", "url": "http://www.example.cn/a.html", "title": "甲", "text": text} for text in ("旧的。", "新的。")
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    quxun("import", file)
    with past.store.database.write() as connection:
        connection.execute(runs.update().values(queued_at=ago(90), started_at=ago(90), finished_at=ago(90)))
    done = past.store.retention.prune(Keep(payloads_days=30, texts_days=30), NOW, by_clock=True)
    assert (done.payloads.count, done.texts.count) == (2, 2)
    assert quxun("export").object["text"] == ""
    quxun("import", file)
    assert quxun("export").object["text"] == "新的。"
    assert quxun("show", "a", "--json").object["revisions"] == 2
    assert past.store.blobs.size()[0] == 1
    again = quxun("import", file, "--json").object
    assert again["unchanged"] == 2
    assert quxun("check").status == 0

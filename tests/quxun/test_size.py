"""`quxun size`: what there is, how it grows, when the disk is full."""

import os
import shutil
from collections import namedtuple

import pytest

from storage.store import Store
from tests.builders import NOW
from tests.history import History
from tests.quxun.conftest import Quxun

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def past(store: Store, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.setattr("quxun.commands.size.now", lambda: NOW)
    return History(store)


def published(past: History) -> None:
    """An article every five days."""
    for day in range(60, 0, -5):
        past.publish(str(day), day, payload=os.urandom(1000))
    past.live()


def disk(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, free))


def test_an_empty_archive_has_a_size(quxun: Quxun) -> None:
    told = quxun("size", "--json").object
    assert (told["articles"], told["payloads"]["count"]) == (0, 0)
    assert told["total_bytes"] >= sum(told["files"].values()) > 0
    assert "enough for a century" in quxun("size").out


def test_every_class_is_shown(past: History, quxun: Quxun) -> None:
    published(past)
    said = quxun("size").out
    for part in ("payloads", "texts", "logs", "other", "together", "quxun.db", "blobs.db", "last 7 days", "in a year"):
        assert part in said
    assert "12.0 KB as received" in said
    assert "of 12 articles, 12 snapshots" in said
    assert "keeping logs 90 days" in said
    assert "keeping everything" in said


def test_programs_get_numbers(past: History, quxun: Quxun, monkeypatch: pytest.MonkeyPatch) -> None:
    published(past)
    disk(monkeypatch, 10**9)
    monkeypatch.setenv("QUXUN_KEEP_PAYLOADS_DAYS", "90")
    told = quxun("size", "--json").object
    assert (told["payloads"]["count"], told["payloads"]["received_bytes"]) == (12, 12_000)
    assert told["payloads"]["estimated"] is False
    week, month = told["growth"]
    assert (week["days"], month["days"]) == (7, 30)
    assert month["received_bytes_per_day"] == 6 * 1000 // 30
    near, far, farthest = told["forecast"]
    assert [each["days"] for each in told["forecast"]] == [30, 365, 1825]
    assert told["total_bytes"] <= near["bytes"] <= far["bytes"] <= farthest["bytes"]
    assert farthest["bytes"] < farthest["bytes_if_all_is_kept"]
    assert told["disk_free_bytes"] == 10**9
    assert told["full_in_days"] is None or told["full_in_days"] > 1825


def test_a_disk_that_is_nearly_full_is_named_with_its_day(
    past: History, quxun: Quxun, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(past)
    disk(monkeypatch, 50_000)
    told = quxun("size", "--json").object
    assert 0 < told["full_in_days"] < 365
    assert f"enough for {told['full_in_days']} days" in quxun("size").out


def test_a_young_archive_is_called_young(store: Store, quxun: Quxun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quxun.commands.size.now", lambda: NOW)
    History(store).publish("1", 2, wrong_clock=True)
    assert "The archive is 2 days old" in quxun("size").out


def test_log_files_are_counted(past: History, quxun: Quxun) -> None:
    (quxun.home / "logs").mkdir()
    (quxun.home / "logs" / "run-1.log").write_text("x" * 5000)
    told = quxun("size", "--json").object
    assert told["files"]["logs/"] == 5000
    assert told["logs"]["bytes"] >= 5000

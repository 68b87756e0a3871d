"""Sizes: what there is of each class, what came in, on every database."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from storage.errors import UsageError
from storage.keeping.forecast import after
from storage.keeping.retention import Keep
from storage.keeping.sizes import flows, with_log_files
from storage.keeping.weights import evenly
from storage.store import Store
from tests.builders import NOW, entries_seen, revisit
from tests.history import LAST_WORDS, History, ago


@pytest.fixture
def past(store: Store) -> History:
    return History(store)


def filled(past: History, *days: float, size: int = 1000) -> None:
    """An article read on each of the days, each with a payload of its own of that size."""
    for day in sorted(days, reverse=True):
        name = str(day)
        past.publish(name, day, words="正文" * 50, payload=Random(day).randbytes(size))


def test_an_empty_archive_is_small_and_does_not_grow(store: Store) -> None:
    size = store.sizes.measured(NOW)
    assert (size.articles, size.snapshots, size.payloads.count, size.texts.bytes) == (0, 0, 0, 0)
    assert size.total_bytes >= size.rest_bytes + size.free_bytes + size.journal_bytes > 0
    growth = store.sizes.grown(size, NOW, 30)
    assert (growth.snapshots, growth.payload_bytes, growth.days) == (0, 0, 1)
    assert store.connections_in_use() == 0


def test_each_class_is_counted_and_weighed(past: History) -> None:
    past.run_at(ago(12), entries_seen(past.listing.id, "1", "2", at=ago(12)))
    filled(past, 10, 9, 8)
    past.trouble(7)
    past.run_at(ago(6), revisit(past.known("8"), ago(6), name="8"))
    past.live()
    size = past.store.sizes.measured(NOW)
    assert (size.articles, size.snapshots, size.entries, size.issues, size.visits) == (3, 4, 2, 1, 1)
    assert size.payloads.count == 3
    assert (size.received_bytes, size.payloads.bytes) == (3000, past.store.blobs.size()[2])
    assert size.texts.count == 3
    assert size.texts.bytes > 3 * len(("正文" * 50).encode())
    assert size.logs.bytes > 4 * len(LAST_WORDS)
    assert size.payloads.age_days == size.texts.age_days == pytest.approx(10)
    assert size.age_days == pytest.approx(100)
    assert not size.payloads.estimated
    assert size.total_bytes > size.rest_bytes + size.payloads.bytes + size.texts.bytes


def test_what_was_let_go_is_no_longer_counted(past: History) -> None:
    filled(past, 50, 40, 5)
    past.prune(Keep(payloads_days=30, texts_days=30))
    size = past.store.sizes.measured(NOW)
    assert (size.payloads.count, size.texts.count, size.articles) == (1, 1, 3)
    assert size.payloads.age_days == size.texts.age_days == pytest.approx(5)


def test_the_growth_is_what_came_in_those_days(past: History) -> None:
    filled(past, 60, 40, 20, 10, 5, 3, 1)
    past.live()
    size = past.store.sizes.measured(NOW)
    week, month = (past.store.sizes.grown(size, NOW, days) for days in (7, 30))
    assert (week.days, month.days) == (7, 30)
    assert week.snapshots == pytest.approx(3 / 7)
    assert month.snapshots == pytest.approx(5 / 30)
    assert month.received_bytes == pytest.approx(5 * 1000 / 30)
    assert month.payload_bytes == pytest.approx(size.payloads.bytes / 7 * 5 / 30)
    assert month.text_bytes == pytest.approx(size.texts.bytes / 7 * 5 / 30)
    assert month.log_bytes == pytest.approx(size.logs.bytes / 7 * 5 / 30, rel=0.5)


def test_a_young_archive_is_measured_over_the_days_it_has(store: Store) -> None:
    past = History(store)
    for day in (3, 2, 1):
        past.publish(str(day), day, wrong_clock=True)
    size = store.sizes.measured(NOW)
    growth = store.sizes.grown(size, NOW, 30)
    assert growth.days == pytest.approx(3, abs=0.1)
    assert growth.snapshots == pytest.approx(1, abs=0.1)


def test_a_payload_that_was_there_already_is_no_growth(past: History) -> None:
    past.publish("1", 60, payload=b"x" * 1000)
    past.publish("2", 10, payload=b"x" * 1000)
    past.run_at(ago(5), revisit(past.known("1"), ago(5)))
    growth = past.store.sizes.grown(past.store.sizes.measured(NOW), NOW, 30)
    assert growth.payload_bytes == 0
    assert growth.snapshots == pytest.approx(2 / 30)


def test_of_a_large_archive_some_rows_are_weighed(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(past, *(number / 10 for number in range(100)))
    whole = past.store.sizes.measured(NOW)
    exact = past.store.sizes.grown(whole, NOW, 30)
    for module in ("weights", "growth", "sizes"):
        monkeypatch.setattr(f"storage.keeping.{module}.SAMPLE", 20)
    told = past.store.sizes.measured(NOW)
    assert told.payloads.estimated
    assert told.texts.estimated
    assert (told.payloads.count, told.texts.count) == (100, 100)
    assert told.payloads.bytes == pytest.approx(whole.payloads.bytes, rel=0.1)
    assert told.received_bytes == pytest.approx(whole.received_bytes, rel=0.1)
    assert told.texts.bytes == pytest.approx(whole.texts.bytes, rel=0.1)
    assert past.store.sizes.grown(told, NOW, 30).text_bytes == pytest.approx(exact.text_bytes, rel=0.1)
    assert past.store.sizes.grown(told, NOW, 30).payload_bytes == pytest.approx(exact.payload_bytes, rel=0.1)


def test_what_is_weighed_lies_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.keeping.weights.SAMPLE", 5)
    assert evenly(1, 1) == [1]
    assert evenly(10, 12) == [10, 11, 12]
    assert evenly(1, 101) == [1, 26, 51, 76, 101]


def test_rows_are_estimated_at_once(past: History) -> None:
    filled(past, 3, 2, 1)
    if not past.store.database.is_sqlite:
        with past.store.database.write() as connection:
            connection.exec_driver_sql("ANALYZE snapshots")
    told = past.store.sizes.estimated_rows()
    assert told["snapshots"] == 3
    assert all(isinstance(number, int) and number >= 0 for number in told.values())


def test_log_files_are_logs(past: History, tmp_path: Path) -> None:
    filled(past, 3)
    (tmp_path / "run-1.log").write_text("words")
    size = past.store.sizes.measured(NOW)
    growth = past.store.sizes.grown(size, NOW, 30)
    more, faster = with_log_files(size, growth, tmp_path, NOW)
    assert more.logs.bytes == size.logs.bytes + 5
    assert more.total_bytes == size.total_bytes + 5
    assert more.files[f"{tmp_path.name}/"] == 5
    assert faster.log_bytes == pytest.approx(growth.log_bytes + 5 / 30)
    assert with_log_files(size, growth, tmp_path / "none", NOW)[0].total_bytes == size.total_bytes


def test_the_forecast_begins_with_what_there_is(past: History) -> None:
    filled(past, 60, 40, 20, 10, 5, 3, 1)
    size = past.store.sizes.measured(NOW)
    growth = replace(past.store.sizes.grown(size, NOW, 30), steady=1.0)
    kept = flows(size, growth, Keep())
    inside = size.total_bytes - size.free_bytes - size.journal_bytes
    assert sum(after(flow, 0) for flow in kept) == pytest.approx(inside)
    together = growth.payload_bytes + growth.text_bytes + growth.log_bytes + growth.rest_bytes
    assert sum(after(flow, 1) - after(flow, 0) for flow in kept) == pytest.approx(together)
    limited = flows(size, growth, Keep(payloads_days=30, texts_days=30, logs_days=30))
    assert sum(after(flow, 365) for flow in limited) < sum(after(flow, 365) for flow in kept)


def test_a_file_is_smaller_after_it_was_written_anew_and_nothing_is_lost(past: History) -> None:
    filled(past, *(50 + number / 10 for number in range(40)), 1, size=20_000)
    past.prune(Keep(payloads_days=30, texts_days=30))
    if not past.store.database.is_sqlite:
        with pytest.raises(UsageError, match="PostgreSQL"):
            past.store.retention.compact()
        return
    before = past.store.sizes.measured(NOW)
    assert past.store.retention.compact() > 0
    after_it = past.store.sizes.measured(NOW)
    assert after_it.free_bytes == 0
    assert after_it.total_bytes < before.total_bytes
    assert (after_it.snapshots, after_it.payloads.count) == (41, 1)
    assert [finding for finding in past.store.check() if finding.kind != "dead-run"] == []
    assert past.store.connections_in_use() == 0

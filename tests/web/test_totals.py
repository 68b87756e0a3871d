"""Totals: each run and each row counts once, whenever it is seen, and no total goes down."""

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from storage.figures import Log
from storage.records import Counters, IssueKind, RunStatus
from storage.schema import issues
from tests.builders import NOW, World, issue_seen, later, refused
from tests.web.sides import ended
from web.totals import RunTotals, StockKeeper, WordTotals

WENT_WELL = (RunStatus.SUCCEEDED, "serve")


def enough() -> float:
    return time.monotonic() + 60


def test_what_was_over_long_ago_and_what_has_just_ended_count_alike(either: World) -> None:
    ended(either, begun_at=later(days=-1), counters=Counters(new=2))
    ended(either, begun_at=later(seconds=-10), counters=Counters(new=3), length_s=9)
    totals = RunTotals(either.store.figures, NOW)
    totals.read(NOW, enough())
    assert totals.runs[WENT_WELL] == 2
    assert totals.counters["new"] == 5
    assert sum(totals.lengths) == 2
    assert totals.seconds == pytest.approx(17, abs=0.01)


def test_a_run_counts_once_however_often_it_is_read(world: World) -> None:
    ended(world, counters=Counters(new=1))
    totals = RunTotals(world.store.figures, NOW)
    for minutes in (0, 1, 2, 5, 9, 20, 300):
        totals.read(later(minutes=minutes), enough())
        assert (totals.runs[WENT_WELL], totals.counters["new"]) == (1, 1)


def test_a_run_that_ends_later_is_followed(world: World) -> None:
    totals = RunTotals(world.store.figures, NOW)
    totals.read(NOW, enough())
    ended(world, begun_at=later(minutes=30))
    totals.read(later(minutes=31), enough())
    assert totals.runs[WENT_WELL] == 1


def test_a_run_is_not_missed_because_its_machine_tells_of_it_late(world: World) -> None:
    totals = RunTotals(world.store.figures, NOW)
    totals.read(later(minutes=10), enough())
    ended(world, begun_at=later(minutes=6), length_s=60)
    totals.read(later(minutes=11), enough())
    assert totals.runs[WENT_WELL] == 1


def test_what_a_run_does_after_it_was_called_off_counts_once(world: World) -> None:
    totals = RunTotals(world.store.figures, NOW)
    runs = world.store.runs
    runs.start(world.run.id, NOW, 1, "m", "1.2.3")
    runs.progress(world.run.id, Counters(new=2))
    runs.cancel(world.run.id, later(minutes=1), "not wanted")
    totals.read(later(minutes=2), enough())
    runs.finish(world.run.id, RunStatus.SUCCEEDED, later(minutes=20), Counters(new=3), "", "")
    totals.read(later(minutes=21), enough())
    assert totals.runs == {(RunStatus.CANCELED, "crawl"): 1}
    assert totals.counters["new"] == 3


def test_totals_are_not_complete_before_everything_old_is_read(world: World) -> None:
    ended(world, begun_at=later(days=-1))
    totals = RunTotals(world.store.figures, NOW)
    totals.read(NOW, time.monotonic() - 1)
    assert not totals.complete
    totals.read(NOW, enough())
    assert totals.complete


def test_runs_go_on_being_counted_after_the_clock_was_set_back(world: World) -> None:
    totals = RunTotals(world.store.figures, later(hours=3))
    ended(world, begun_at=later(hours=3))
    totals.read(later(hours=3, minutes=1), enough())
    totals.read(NOW, enough())
    ended(world, begun_at=later(minutes=1))
    totals.read(later(minutes=2), enough())
    assert totals.runs[WENT_WELL] == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(steps=st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=8))
def test_no_total_goes_down_and_none_is_missed(fresh_world: Callable[[], World], steps: list[tuple[int, bool]]) -> None:
    world = fresh_world()
    totals = RunTotals(world.store.figures, NOW)
    totals.read(NOW, enough())
    base = seen = totals.runs[WENT_WELL]
    made = minute = 0
    for wait, reads in steps:
        minute += wait
        ended(world, begun_at=later(minutes=minute))
        made += 1
        if reads:
            totals.read(later(minutes=minute, seconds=10), enough())
            assert totals.runs[WENT_WELL] >= seen
            seen = totals.runs[WENT_WELL]
    totals.read(later(minutes=minute, seconds=30), enough())
    assert totals.runs[WENT_WELL] - base == made


def test_rows_count_once_by_their_word(either: World) -> None:
    totals = WordTotals(either.store.figures, Log.REFUSALS)
    either.record(refused("1"), refused("2"))
    for _ in range(2):
        totals.read(enough())
    either.record(refused("3"))
    totals.read(enough())
    assert totals.complete
    assert totals.words == {"listing": 3}


def test_rows_go_on_being_counted_after_old_ones_were_deleted(world: World) -> None:
    totals = WordTotals(world.store.figures, Log.ISSUES)
    world.record(*(issue_seen(IssueKind.GAP, str(number)) for number in range(5)))
    totals.read(enough())
    with world.store.database.write() as connection:
        connection.execute(delete(issues))
    totals.read(enough())
    world.record(*(issue_seen(IssueKind.CRASH, str(number)) for number in range(5, 7)))
    totals.read(enough())
    assert totals.words == {"gap": 5, "crash": 2}


def test_rows_are_not_complete_before_all_are_read(world: World) -> None:
    world.record(refused("1"))
    totals = WordTotals(world.store.figures, Log.REFUSALS)
    totals.read(time.monotonic() - 1)
    assert not totals.complete


def test_counting_takes_a_hundredth_of_the_time(world: World) -> None:
    readings = iter([0.0, 2.0, 199.0, 203.0, 203.0])  # it took two seconds; then it is asked three times
    keeper = StockKeeper(world.store.figures, lambda: next(readings))
    keeper.read(NOW)
    keeper.read(later(minutes=3))
    assert keeper.counted_at == NOW
    keeper.read(later(minutes=4))
    assert keeper.counted_at == later(minutes=4)

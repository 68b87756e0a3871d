"""Runs: from the queue to the end, which comes once."""

import pytest

from storage.errors import NotFound, UsageError
from storage.records import Counters, RunId, RunStatus, SourceId
from storage.store import Store
from tests.builders import NOW, World, later

DONE = Counters(requests=12, bytes=3400, new=5)


def started(world: World, pid: int = 4711, machine: str = "hier") -> RunId:
    return world.store.runs.start(world.run.id, later(seconds=1), pid, machine, "0.1.0").id


def test_a_run_is_queued_then_runs_then_ends(world: World) -> None:
    runs, queued = world.store.runs, world.run
    assert (queued.status, queued.requested_by, queued.queued_at) == (RunStatus.QUEUED, "crawl", NOW)
    assert (queued.source_key, queued.pid, queued.machine, queued.counters) == ("example", 0, "", Counters())
    running = runs.start(queued.id, later(seconds=1), 4711, "hier", "0.1.0")
    assert (running.status, running.started_at, running.finished_at) == (RunStatus.RUNNING, later(seconds=1), None)
    assert (running.pid, running.machine, running.code_version) == (4711, "hier", "0.1.0")
    runs.progress(queued.id, Counters(requests=3))
    assert runs.get(queued.id).counters == Counters(requests=3)
    ended = runs.finish(queued.id, RunStatus.DEGRADED, later(seconds=9), DONE, "one page was refused", "last line")
    assert (ended.status, ended.finished_at, ended.counters) == (RunStatus.DEGRADED, later(seconds=9), DONE)
    assert (ended.reason, ended.log_tail) == ("one page was refused", "last line")
    assert runs.get(queued.id) == ended


def test_a_run_is_started_once(world: World) -> None:
    run_id = started(world)
    with pytest.raises(UsageError, match=f"run {run_id} cannot be started: it is running"):
        started(world)
    with pytest.raises(NotFound, match="no run 99"):
        world.store.runs.start(RunId(99), NOW, 1, "hier", "")


def test_a_run_that_ended_stays_as_it_is(world: World) -> None:
    run_id = started(world)
    ended = world.store.runs.finish(run_id, RunStatus.SUCCEEDED, later(hours=1), DONE, "", "")
    assert world.store.runs.finish(run_id, RunStatus.FAILED, later(hours=2), Counters(), "late", "") == ended
    assert world.store.runs.abandon(run_id, later(hours=2), "late") == ended
    world.store.runs.progress(run_id, Counters())
    assert world.store.runs.get(run_id) == ended


def test_a_run_that_was_given_up_may_still_say_how_it_ended(world: World) -> None:
    run_id = started(world)
    abandoned = world.store.runs.abandon(run_id, later(hours=1), "its process is gone")
    assert (abandoned.status, abandoned.reason) == (RunStatus.ABANDONED, "its process is gone")
    ended = world.store.runs.finish(run_id, RunStatus.SUCCEEDED, later(hours=2), DONE, "", "")
    assert (ended.status, ended.counters) == (RunStatus.SUCCEEDED, DONE)


def test_a_run_can_end_before_it_starts(world: World) -> None:
    ended = world.store.runs.finish(world.run.id, RunStatus.FAILED, NOW, Counters(), "the host is busy", "")
    assert (ended.status, ended.started_at) == (RunStatus.FAILED, None)


def test_a_run_does_not_end_as_unfinished(world: World) -> None:
    with pytest.raises(UsageError, match="cannot finish as running"):
        world.store.runs.finish(world.run.id, RunStatus.RUNNING, NOW, Counters(), "", "")


def test_runs_are_listed_newest_first(world: World) -> None:
    other = World(world.store, "other")
    last = world.another_run()
    assert [run.id for run in world.store.runs.list()] == [last.id, other.run.id, world.run.id]
    assert [run.id for run in world.store.runs.list(limit=1)] == [last.id]
    assert [run.id for run in world.store.runs.list(source_key="other")] == [other.run.id]


def test_the_unfinished_are_those_that_a_process_of_this_machine_has_taken_up(world: World) -> None:
    store = world.store
    elsewhere = store.runs.queue(world.source.id, "crawl", NOW, machine="dort", pid=7)
    queued = store.runs.queue(world.source.id, "crawl", NOW, machine="hier", pid=7)
    waiting = world.another_run()
    ended = world.another_run()
    world.store.runs.finish(ended.id, RunStatus.FAILED, NOW, Counters(), "", "")
    run_id = started(world, machine="hier")
    assert {run.id for run in store.runs.unfinished("hier")} == {run_id, queued.id}
    assert ended.id not in {run.id for run in store.runs.waiting()}
    assert waiting.id in {run.id for run in store.runs.waiting()}
    assert queued.id not in {run.id for run in store.runs.waiting()}
    assert [run.id for run in world.store.runs.unfinished("dort")] == [elsewhere.id]


def test_a_run_needs_a_source(store: Store) -> None:
    with pytest.raises(NotFound, match="no source 9"):
        store.runs.queue(SourceId(9), "crawl", NOW)
    with pytest.raises(NotFound, match="no run 9"):
        store.runs.get(RunId(9))

"""Runs that somebody asks the service for, watches and calls off."""

from storage.records import Counters, RunStatus, RunWish
from storage.runs import SCHEDULED
from tests.builders import NOW, World, later, url

WISH = RunWish(urls=(url("1"), url("2")), full=True, since=NOW, until=later(days=1))


def test_a_wish_comes_back_as_it_was_stored(world: World) -> None:
    runs = world.store.runs
    asked = runs.queue(world.source.id, "api", NOW, wish=WISH, due_at=later(hours=-1))
    assert (asked.wish, asked.due_at, asked.machine, asked.pid) == (WISH, later(hours=-1), "", 0)
    assert runs.get(asked.id) == asked
    assert world.run.wish == RunWish()


def test_what_waits_for_the_service_is_what_no_process_has_taken_up(world: World) -> None:
    runs = world.store.runs
    asked = runs.queue(world.source.id, "api", NOW, wish=WISH)
    runs.queue(world.source.id, "crawl", NOW, machine="hier", pid=7)
    assert [run.id for run in runs.waiting()] == [world.run.id, asked.id]
    runs.start(asked.id, NOW, 7, "hier", "0")
    assert [run.id for run in runs.waiting()] == [world.run.id]


def test_the_same_wish_is_found_while_it_waits(world: World) -> None:
    runs = world.store.runs
    asked = runs.queue(world.source.id, "api", NOW, wish=WISH)
    assert runs.of_source_waiting(world.source.id, WISH) == asked
    assert runs.of_source_waiting(world.source.id, RunWish(full=True)) is None
    runs.start(asked.id, NOW, 7, "hier", "0")
    assert runs.of_source_waiting(world.source.id, WISH) is None


def test_a_run_that_is_called_off_learns_it_with_its_next_word_and_keeps_what_it_did(world: World) -> None:
    runs = world.store.runs
    runs.start(world.run.id, NOW, 7, "hier", "0")
    assert runs.progress(world.run.id, Counters(new=1))
    canceled = runs.cancel(world.run.id, later(seconds=5), "enough")
    assert (canceled.status, canceled.reason, canceled.counters.new) == (RunStatus.CANCELED, "enough", 1)
    assert not runs.progress(world.run.id, Counters(new=2))
    ended = runs.finish(world.run.id, RunStatus.DEGRADED, later(seconds=6), Counters(new=3), "told to stop", "log")
    assert (ended.status, ended.reason, ended.counters.new) == (RunStatus.CANCELED, "enough", 3)
    assert ended.finished_at == later(seconds=6)


def test_a_run_that_ended_cannot_be_called_off(world: World) -> None:
    runs = world.store.runs
    ended = runs.finish(world.run.id, RunStatus.SUCCEEDED, NOW, Counters(), "", "")
    assert runs.cancel(world.run.id, later(hours=1), "late") == ended


def test_a_run_that_could_not_begin_is_forgotten_and_one_that_began_is_not(world: World) -> None:
    runs = world.store.runs
    begun = world.another_run()
    runs.start(begun.id, NOW, 7, "hier", "0")
    for run in (world.run, begun):
        runs.withdraw(run.id)
    assert [run.id for run in runs.list()] == [begun.id]


def test_closed_runs_are_told_from_those_that_go_on(world: World) -> None:
    runs = world.store.runs
    begun, ended = world.another_run(), world.another_run()
    runs.start(begun.id, NOW, 7, "hier", "0")
    runs.cancel(ended.id, NOW, "")
    assert runs.closed([world.run.id, begun.id, ended.id]) == {ended.id}
    assert runs.closed([]) == set()


def test_the_publishers_wish_is_kept_with_the_run_that_met_it(world: World) -> None:
    asked_until = later(hours=3)
    world.store.runs.finish(world.run.id, RunStatus.FAILED, NOW, Counters(), "", "", asked_until)
    assert world.store.runs.get(world.run.id).asked_until == asked_until


def test_a_source_with_a_scheduled_run_under_way_is_not_due_and_one_with_another_run_is(world: World) -> None:
    sources, runs = world.store.sources, world.store.runs
    assert [due.source_id for due in sources.due(NOW, ["hand"])] == [world.source.id]
    scheduled = runs.queue(world.source.id, SCHEDULED, NOW, machine="hier", pid=7)
    assert sources.due(NOW, ["hand"]) == []
    runs.finish(scheduled.id, RunStatus.SUCCEEDED, NOW, Counters(), "", "")
    runs.queue(world.source.id, "crawl", NOW, machine="hier", pid=7)
    assert [due.source_id for due in sources.due(NOW, ["hand"])] == [world.source.id]

"""Schedulers and workers: listed while they say that they live."""

from storage.records import ProcessRole
from storage.store import Store
from tests.builders import NOW, later


def test_a_process_is_listed_until_it_leaves(store: Store) -> None:
    scheduler = store.processes.enter(ProcessRole.SCHEDULER, "eins", 7, "0.2.0", 5, NOW)
    worker = store.processes.enter(ProcessRole.WORKER, "zwei", 8, "0.2.0", 3, later(seconds=1))
    assert store.processes.list() == [scheduler, worker]
    assert (scheduler.role, scheduler.leads, scheduler.runs, scheduler.places) == (ProcessRole.SCHEDULER, False, 0, 5)
    store.processes.leave(scheduler.id)
    assert store.processes.list() == [worker]


def test_a_process_says_what_it_does(store: Store) -> None:
    entered = store.processes.enter(ProcessRole.SCHEDULER, "eins", 7, "0.2.0", 5, NOW)
    assert store.processes.seen(entered.id, later(seconds=5), leads=True, runs=2)
    [listed] = store.processes.list()
    assert (listed.seen_at, listed.leads, listed.runs) == (later(seconds=5), True, 2)


def test_a_silent_process_is_forgotten_and_told_so_when_it_speaks_again(store: Store) -> None:
    silent = store.processes.enter(ProcessRole.WORKER, "eins", 7, "0.2.0", 5, NOW)
    alive = store.processes.enter(ProcessRole.WORKER, "zwei", 8, "0.2.0", 5, later(minutes=5))
    assert store.processes.forget_silent(later(minutes=3)) == 1
    assert [each.id for each in store.processes.list()] == [alive.id]
    assert not store.processes.seen(silent.id, later(minutes=6), leads=False, runs=0)

"""Schedulers and workers as processes of their own: killed, halted, cut off from the database, and told to stop.

Whatever happens, what they had in hand is done by others, no host is visited twice at once, and no run that a person
typed is touched.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from scheduler import queue_schema
from storage.records import IssueKind, ProcessRole, Run, RunStatus, RunWish
from storage.store import Store
from tests.postgres import Server
from tests.scheduler.errands import now
from tests.scheduler.machines import Fleet, add_sources, overlaps, stopped, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@dataclass(kw_only=True)
class Net:
    """An installation of several processes, and its archive."""

    store: Store
    fleet: Fleet

    def runs(self, status: RunStatus, key: str = "") -> list[Run]:
        runs = self.store.runs.list(limit=1000)
        return [run for run in runs if run.status is status and key in ("", run.source_key)]

    def done(self, *keys: str) -> Callable[[], bool]:
        """Whether each of the sources was visited to the end, and is due later."""

        def all_done() -> bool:
            succeeded = {run.source_key for run in self.runs(RunStatus.SUCCEEDED)}
            due = {source.key for source in self.store.sources.list() if (source.next_due_at or now()) <= now()}
            return succeeded >= set(keys) and not due & set(keys)

        return all_done

    def at_work(self, *keys: str) -> Callable[[], bool]:
        return lambda: {run.source_key for run in self.runs(RunStatus.RUNNING)} >= set(keys)

    def worker_of(self, key: str) -> int:
        """The process that had the source's run started: the parent of the fork server is the worker."""
        [run] = self.runs(RunStatus.RUNNING, key)
        ancestors = {parent.pid for parent in psutil.Process(run.pid).parents()}
        [pid] = [process.pid for process in self.fleet.processes if process.pid in ancestors]
        return pid

    def leader(self) -> int:
        leaders = [each.pid for each in self.store.processes.list() if each.leads]
        return leaders[0] if leaders else 0

    def issues(self, kind: IssueKind) -> set[str]:
        return {issue.source_key for issue in self.store.issues.list(limit=100) if issue.kind is kind}


@pytest.fixture
def net(postgres_server: Server, tmp_path: Path) -> Iterator[Net]:
    with postgres_server.emptied() as url:
        queue_schema.upgrade(url)
        with Store.open(url) as store, Fleet(url=url, log=tmp_path / "children.log") as fleet:
            yield Net(store=store, fleet=fleet)
            assert overlaps(fleet.log) == []


def test_what_is_due_is_done_once_by_whoever_is_free(net: Net) -> None:
    keys = [f"s{number}" for number in range(12)]
    add_sources(net.store, *keys[:6])
    add_sources(net.store, *keys[6:9], host="one.example.cn")
    add_sources(net.store, *keys[9:], host="other.example.cn")
    for role in ("scheduler", "worker", "worker"):
        net.fleet.start(role, places=2)
    wait_until(net.done(*keys))
    assert sorted(run.source_key for run in net.store.runs.list(limit=1000)) == sorted(keys)


def test_the_runs_of_a_worker_that_was_killed_are_taken_over(net: Net) -> None:
    net.fleet.seconds = 8.0
    add_sources(net.store, "a", "b")
    typed = net.store.runs.queue(
        add_sources(net.store, "typed", every_s=None)[0].id, "crawl", now(), machine="x", pid=1
    )
    net.store.runs.start(typed.id, now(), 1, "x", "0")
    net.fleet.start("scheduler")
    net.fleet.start("worker")
    wait_until(net.at_work("a", "b"))
    net.fleet.seconds = 0.3
    psutil.Process(net.worker_of("a")).kill()
    net.fleet.start("worker")
    wait_until(net.done("a", "b"))
    assert net.issues(IssueKind.TAKEN_OVER) == {"a", "b"}
    assert net.store.runs.get(typed.id).status is RunStatus.RUNNING


def test_a_run_that_somebody_asked_for_outlives_its_worker(net: Net) -> None:
    net.fleet.seconds = 8.0
    source = add_sources(net.store, "a", every_s=None)[0]
    asked = net.store.runs.queue(source.id, "api", now(), wish=RunWish(full=True))
    net.fleet.start("scheduler")
    net.fleet.start("worker")
    wait_until(net.at_work("a"))
    net.fleet.seconds = 0.3
    psutil.Process(net.worker_of("a")).kill()
    net.fleet.start("worker")
    wait_until(lambda: bool(net.runs(RunStatus.SUCCEEDED)))
    [done] = net.runs(RunStatus.SUCCEEDED)
    assert done.id != asked.id
    assert (done.requested_by, done.wish) == ("api", RunWish(full=True))


def test_without_any_worker_the_scheduler_takes_over_and_the_next_worker_does_the_rest(net: Net) -> None:
    net.fleet.seconds = 8.0
    add_sources(net.store, "a")
    net.fleet.start("scheduler")
    net.fleet.start("worker")
    wait_until(net.at_work("a"))
    psutil.Process(net.worker_of("a")).kill()
    wait_until(lambda: net.issues(IssueKind.TAKEN_OVER) == {"a"})
    net.fleet.seconds = 0.3
    net.fleet.start("worker")
    wait_until(net.done("a"))


def test_while_a_worker_is_halted_its_hosts_are_not_visited_and_all_others_are(net: Net) -> None:
    net.fleet.seconds = 8.0
    add_sources(net.store, "a", "b", every_s=3600)
    net.fleet.start("scheduler")
    net.fleet.start("worker", places=2)
    wait_until(net.at_work("a", "b"))
    halted = net.worker_of("a")
    net.fleet.seconds = 0.3
    with stopped(halted):
        net.fleet.start("worker", places=2)
        add_sources(net.store, "c", "d")
        wait_until(net.done("c", "d"))
        wait_until(lambda: net.issues(IssueKind.TAKEN_OVER) == {"a", "b"})
        time.sleep(3.0)  # again and again it is looked whether the hosts are free
        assert not net.runs(RunStatus.SUCCEEDED, "a")
        tried = len(net.runs(RunStatus.QUEUED) + net.runs(RunStatus.ABANDONED))
        assert tried == 2  # which leaves no rows
    wait_until(net.done("a", "b"))
    assert psutil.Process(halted).is_running()
    add_sources(net.store, "e", "f", "g", "h")
    wait_until(net.done("e", "f", "g", "h"))


def test_a_run_that_was_halted_while_it_wrote_is_taken_over_all_the_same(net: Net) -> None:
    net.fleet.seconds = 8.0
    add_sources(net.store, "a")
    net.fleet.start("scheduler")
    net.fleet.start("worker")
    wait_until(net.at_work("a"))
    with psycopg.connect(net.fleet.url, application_name="quxun") as halted:
        with stopped(net.worker_of("a")):
            halted.execute("UPDATE runs SET counters = counters")  # as the run would have when it was halted
            wait_until(lambda: net.issues(IssueKind.TAKEN_OVER) == {"a"}, give_up_s=20.0)
        with pytest.raises(psycopg.OperationalError):
            halted.execute("SELECT 1")


def test_a_worker_that_slept_finds_its_place_again(net: Net) -> None:
    net.fleet.seconds = 5.0
    add_sources(net.store, "a")
    net.fleet.start("scheduler")
    worker = net.fleet.start("worker")
    wait_until(net.at_work("a"))
    with stopped(worker.pid):
        time.sleep(net.fleet.pace.forget_s + 2.0)  # the scheduler takes over, and strikes it off
    wait_until(net.done("a"))
    assert worker.is_alive()
    assert net.issues(IssueKind.TAKEN_OVER) == {"a"}


def test_when_the_leader_is_killed_another_leads(net: Net) -> None:
    net.fleet.start("worker")
    for _ in range(2):
        net.fleet.start("scheduler")
    wait_until(lambda: net.leader() > 0)
    add_sources(net.store, "a")
    wait_until(net.done("a"))
    first = net.leader()
    psutil.Process(first).kill()
    add_sources(net.store, "b")
    wait_until(net.done("b"))
    assert [(run.source_key, run.reason) for run in net.store.runs.list()] == [("b", ""), ("a", "")]


def test_when_the_leader_is_halted_another_leads_and_it_wakes_as_one_of_the_others(net: Net) -> None:
    net.fleet.start("worker")
    for _ in range(2):
        net.fleet.start("scheduler")
    wait_until(lambda: net.leader() > 0)
    with stopped(net.leader()):
        add_sources(net.store, "a")
        wait_until(net.done("a"))
    add_sources(net.store, "b")
    wait_until(net.done("b"))
    assert [(run.source_key, run.reason) for run in net.store.runs.list()] == [("b", ""), ("a", "")]


def test_a_restart_of_the_server_loses_nothing(postgres_server: Server, tmp_path: Path) -> None:
    with postgres_server.fresh() as url:
        queue_schema.upgrade(url)
        with Store.open(url) as store, Fleet(url=url, log=tmp_path / "log", seconds=2.0) as fleet:
            net = Net(store=store, fleet=fleet)
            add_sources(store, "a", "b")
            for role in ("scheduler", "worker", "worker"):
                fleet.start(role)
            wait_until(lambda: len(store.processes.list()) == 3 and net.at_work("a", "b")())
            postgres_server.stop()
            time.sleep(2.5)
            postgres_server.start()
            add_sources(store, "c")
            wait_until(net.done("a", "b", "c"))
            assert [process.is_alive() for process in fleet.processes] == [True] * 3
            assert overlaps(fleet.log) == []
            assert {run.status for run in store.runs.list()} & {RunStatus.RUNNING, RunStatus.QUEUED} == set()


def test_everybody_ends_when_told_and_leaves_the_work_to_the_next(net: Net) -> None:
    net.fleet.seconds = 30.0
    add_sources(net.store, "a", "b")
    for role in ("scheduler", "worker"):
        net.fleet.start(role)
    wait_until(net.at_work("a", "b"))
    for process in net.fleet.processes:
        process.terminate()
    for process in net.fleet.processes:
        process.join(30)
    assert [process.exitcode for process in net.fleet.processes] == [0, 0]
    assert net.store.processes.list() == []
    net.fleet.seconds = 0.3
    net.fleet.start("scheduler")
    net.fleet.start("worker")
    wait_until(net.done("a", "b"))
    assert [each.role for each in net.store.processes.list()] == [ProcessRole.SCHEDULER, ProcessRole.WORKER]

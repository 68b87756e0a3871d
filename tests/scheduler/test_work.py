"""A worker, within the process of the test: it takes jobs, and lets go of them whenever it must."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import psycopg
import pytest

from scheduler import queue_schema
from scheduler.errands import Errand
from scheduler.jobs import Jobs
from scheduler.link import Link
from scheduler.takeover import Pace
from scheduler.troubles import Troubles
from scheduler.visitor import Visitor
from scheduler.work import Outdated, Worker
from storage.errors import SchemaVersionError
from storage.hosts import HostLocks
from storage.records import ProcessRole, Run, RunStatus, RunWish
from storage.runs import SCHEDULED
from storage.store import Store
from tests.postgres import Server
from tests.scheduler.errands import host_of, now
from tests.scheduler.machines import FAST, add_sources, overlaps, stays, visitor

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@dataclass(kw_only=True)
class Shop:
    """A database with a queue, and what a worker of it needs."""

    url: str
    store: Store
    log: Path
    seconds: float = 0.2
    places: int = 4
    pace: Pace = FAST
    troubles: Troubles = field(default_factory=Troubles)

    def worker(self, visits: Visitor | None = None) -> Worker:
        visits = visits or visitor(self.store, self.url, self.log, self.seconds)[0]
        return Worker(self.url, visits, self.places, now, self.troubles, "0", self.store, pace=self.pace)

    def due(self, *keys: str, host: str = "") -> list[Errand]:
        """Errands to new sources that are due."""
        return [
            Errand(source_id=each.id, host=host_of(each.url), due_at=each.next_due_at)
            for each in add_sources(self.store, *keys, host=host)
            if each.next_due_at is not None
        ]

    def asked(self, key: str) -> Errand:
        """An errand to a source that somebody asked for."""
        source = add_sources(self.store, key, every_s=None)[0]
        run = self.store.runs.queue(source.id, "api", now(), wish=RunWish(full=True))
        return Errand(source_id=source.id, host=host_of(source.url), due_at=run.queued_at, run_id=run.id)

    def queue(self, *errands: Errand) -> None:
        self.with_jobs(lambda jobs: jobs.defer(errands))

    def with_jobs(self, work: Callable[[Jobs], Awaitable[object]]) -> None:
        """Do something with the queue, as a scheduler does."""

        async def done() -> None:
            jobs = Jobs(Link(self.url, "quxun test"))
            try:
                await work(jobs)
            finally:
                await jobs.close()

        asyncio.run(done())

    def do(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as session:
            cursor = session.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def jobs(self) -> list[object]:
        """States of the jobs."""
        return [state for (state,) in self.do("SELECT status::text FROM procrastinate_jobs ORDER BY id")]

    def ended(self, status: RunStatus = RunStatus.SUCCEEDED) -> list[str]:
        return sorted(run.source_key for run in self.store.runs.list(limit=1000) if run.status is status)

    def at_work(self, count: int = 1) -> Callable[[], bool]:
        return lambda: len([run for run in self.store.runs.list() if run.status is RunStatus.RUNNING]) >= count


@pytest.fixture
def shop(postgres_server: Server, tmp_path: Path) -> Iterator[Shop]:
    with postgres_server.emptied() as url:
        queue_schema.upgrade(url)
        with Store.open(url) as store:
            yield Shop(url=url, store=store, log=tmp_path / "children.log")
            assert store.connections_in_use() == 0


def work_until(worker: Worker, *steps: Callable[[], object], give_up_s: float = 60.0) -> None:
    """Run a worker through steps, each called until it gives anything but False and None; then stop it."""

    async def through() -> None:
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(stop))
        try:
            for step in steps:
                give_up_at = time.monotonic() + give_up_s
                while (await asyncio.to_thread(step)) in (False, None):
                    assert time.monotonic() < give_up_at, "what was waited for did not come"
                    if working.done():
                        working.result()
                        raise AssertionError("the worker is gone")
                    await asyncio.sleep(0.03)
        finally:
            stop.set()
            await working

    asyncio.run(through())


def once(action: Callable[[], object]) -> Callable[[], bool]:
    """A step that is done once."""

    def done() -> bool:
        action()
        return True

    return done


# ------------------------------------------------------------------ taking
def test_a_job_is_done_and_removed_and_its_source_due_later(shop: Shop) -> None:
    shop.queue(*shop.due("a", "b"))
    work_until(shop.worker(), lambda: shop.ended() == ["a", "b"] and not shop.jobs())
    for key in ("a", "b"):
        due_at = shop.store.sources.get(key).next_due_at
        assert due_at is not None
        assert due_at > now()


def test_what_somebody_asked_for_is_done_in_the_run_that_was_queued(shop: Shop) -> None:
    errand = shop.asked("a")
    shop.queue(errand)
    work_until(shop.worker(), lambda: not shop.jobs())
    [run] = shop.store.runs.list()
    assert (run.id, run.status, run.requested_by) == (errand.run_id, RunStatus.SUCCEEDED, "api")


def test_a_host_is_visited_once_at_a_time_and_places_are_kept_to(shop: Shop) -> None:
    shop.places, shop.seconds = 2, 0.6
    shop.queue(*shop.due("a1", "a2", "a3", host="a.example.cn"), *shop.due("b", "c", "d"))
    work_until(shop.worker(), lambda: len(shop.ended()) == 6)
    assert overlaps(shop.log) == []
    times = sorted([(stay.begin, 1) for stay in stays(shop.log)] + [(stay.end, -1) for stay in stays(shop.log)])
    at_once = [sum(step for _, step in times[: number + 1]) for number in range(len(times))]
    assert max(at_once) <= 2


def test_a_worker_says_what_it_is_and_leaves_no_trace(shop: Shop) -> None:
    shop.seconds = 6.0
    shop.queue(*shop.due("a"))

    def listed() -> bool:
        return [(each.role, each.places, each.runs) for each in shop.store.processes.list()] == [
            (ProcessRole.WORKER, 4, 1)
        ]

    work_until(shop.worker(), listed)
    assert shop.store.processes.list() == []
    assert shop.do("SELECT count(*) FROM procrastinate_workers") == [(0,)]


def test_a_host_that_somebody_visits_costs_a_question_and_no_run(shop: Shop) -> None:
    held = HostLocks(shop.url)
    assert held.acquire("a")
    shop.queue(*shop.due("a", "b"))
    work_until(shop.worker(), lambda: shop.ended() == ["b"] and not shop.jobs())
    assert [run.source_key for run in shop.store.runs.list()] == ["b"]
    assert "busy" not in shop.log.read_text()  # no child was started for it
    held.close()


def test_a_job_that_nobody_understands_is_kept_aside(shop: Shop) -> None:
    shop.do("INSERT INTO procrastinate_jobs (queue_name, task_name, lock) VALUES ('visits-1', 'quxun.visit', 'x')")
    work_until(shop.worker(), lambda: shop.jobs() == ["failed"])


def test_a_job_whose_source_is_not_due_any_more_is_nothing_to_do(shop: Shop) -> None:
    [errand] = shop.due("a")
    shop.store.sources.reschedule(errand.source_id, now().replace(year=2099), 0)
    shop.queue(errand)
    work_until(shop.worker(), lambda: not shop.jobs())
    assert shop.store.runs.list() == []


def test_a_job_whose_source_does_not_exist_stops_nobody(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    [errand] = shop.due("a")
    shop.queue(replace(errand, source_id=type(errand.source_id)(999), host="gone"), errand)
    work_until(shop.worker(), lambda: shop.ended() == ["a"] and not shop.jobs())
    assert "Traceback" not in caplog.text


def test_a_worker_that_has_no_room_takes_nothing_and_says_why(shop: Shop) -> None:
    full = ["the disk is full"]
    visits, _ = visitor(shop.store, shop.url, shop.log, shop.seconds)
    worker = Worker(
        *(shop.url, visits, 4, now, shop.troubles, "0", shop.store), blocked=lambda: full[0] if full else "", pace=FAST
    )
    shop.queue(*shop.due("a"))
    work_until(
        worker,
        lambda: shop.troubles.sentence == "the disk is full",
        once(lambda: time.sleep(1.0)),
        lambda: shop.jobs() == ["todo"],
        once(full.clear),
        lambda: shop.ended() == ["a"] and not shop.troubles,
    )


def test_without_the_tables_of_the_queue_it_does_not_begin(postgres_server: Server, tmp_path: Path) -> None:
    with postgres_server.fresh() as url, Store.open(url) as store:
        worker = Shop(url=url, store=store, log=tmp_path / "log").worker()
        with pytest.raises(SchemaVersionError, match="has no queue yet; run `quxun db upgrade`"):
            asyncio.run(worker.run(asyncio.Event()))


# ------------------------------------------------------------------ letting go
def test_a_worker_that_is_told_to_stop_puts_its_jobs_back_and_they_are_done_elsewhere(shop: Shop) -> None:
    shop.seconds = 30.0
    shop.queue(*shop.due("a", "b"))
    work_until(shop.worker(), shop.at_work(2))
    assert shop.jobs() == ["todo", "todo"]
    assert shop.ended(RunStatus.DEGRADED) == ["a", "b"]  # they stored what they had
    shop.seconds = 0.2
    work_until(shop.worker(), lambda: shop.ended() == ["a", "b"])


def test_a_child_that_takes_no_hint_does_not_keep_the_worker_for_long(shop: Shop) -> None:
    shop.seconds = 600.0
    shop.queue(*shop.due("a"))
    began = 0.0

    def stubborn() -> bool:
        nonlocal began
        for child in psutil.Process().children(recursive=True):
            if any(run.pid == child.pid for run in shop.store.runs.list()):
                child.suspend()  # a stopped process hears nothing
                began = time.monotonic()
                return True
        return False

    work_until(shop.worker(), stubborn)
    assert time.monotonic() - began < 30  # it would be there for ten minutes
    assert shop.jobs() == ["todo"]


def test_a_run_that_somebody_asked_for_is_asked_for_anew_when_the_worker_is_told_to_stop(shop: Shop) -> None:
    shop.seconds = 30.0
    shop.queue(shop.asked("a"))
    work_until(shop.worker(), shop.at_work())
    assert shop.jobs() == []
    [successor] = shop.store.runs.waiting()
    assert (successor.source_key, successor.requested_by, successor.wish) == ("a", "api", RunWish(full=True))


def test_a_job_that_was_taken_over_is_let_go_of_and_stays_the_others(shop: Shop) -> None:
    shop.seconds = 30.0
    shop.queue(*shop.due("a"))
    steal = "UPDATE procrastinate_jobs SET worker_id = (SELECT max(id) FROM procrastinate_workers)"

    def stolen() -> None:
        shop.with_jobs(lambda jobs: jobs.join())
        shop.do(steal)

    def let_go() -> bool:
        return shop.ended(RunStatus.DEGRADED) == ["a"] and worker.going == 0

    shop.pace = replace(FAST, silent_s=60.0)
    worker = shop.worker()
    work_until(worker, shop.at_work(), once(stolen), let_go)
    assert shop.jobs() == ["doing"]


def test_a_worker_that_was_struck_off_joins_again_and_works_on(shop: Shop) -> None:
    shop.seconds = 3.0
    shop.queue(*shop.due("a"))
    strike_off = once(lambda: shop.do("DELETE FROM procrastinate_workers"))
    work_until(shop.worker(), shop.at_work(), strike_off, lambda: shop.ended() == ["a"] and not shop.jobs())
    assert overlaps(shop.log) == []


def test_a_job_whose_answer_was_lost_on_the_way_is_done(shop: Shop) -> None:
    shop.queue(*shop.due("a"))
    shop.do("UPDATE procrastinate_jobs SET status = 'cancelled'")
    lose = (
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)"
        " WHERE EXISTS (SELECT FROM procrastinate_workers) RETURNING 1"
    )
    work_until(shop.worker(), lambda: bool(shop.do(lose)), lambda: shop.ended() == ["a"] and not shop.jobs())


def test_a_visit_that_breaks_closes_its_run_and_ends_its_job(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Visitor):
        """Breaks as soon as its run is queued."""

        async def visit(self, errand: Errand) -> Run | None:
            shop.store.runs.queue(errand.source_id, SCHEDULED, now(), due_at=errand.due_at, machine="here", pid=1)
            raise ZeroDivisionError

    visits, runner = visitor(shop.store, shop.url, shop.log, shop.seconds)
    broken = Broken(shop.store, runner, visits._arguments, 0.0, now, lambda: 0.5)
    shop.queue(*shop.due("a"))
    work_until(shop.worker(broken), lambda: not shop.jobs())
    assert shop.ended(RunStatus.ABANDONED) == ["a"]
    assert [record.levelname for record in caplog.records if "broke" in record.message] == ["ERROR"]


# ------------------------------------------------------------------ upgrades and outages
def test_a_worker_of_an_older_version_finishes_what_runs_and_ends(postgres_server: Server, tmp_path: Path) -> None:
    with postgres_server.fresh() as url, Store.open(url) as store:
        queue_schema.upgrade(url)
        shop = Shop(url=url, store=store, log=tmp_path / "log", seconds=2.0)
        shop.queue(*shop.due("a"))
        later = shop.due("b")
        upgraded = once(lambda: shop.do("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(Outdated, match=r"is newer \(schema 9999\) than this Quxun") as ended:
            work_until(shop.worker(), shop.at_work(), upgraded, once(lambda: shop.queue(*later)), lambda: None)
        assert ended.value.exit_code == 3
        assert shop.ended() == ["a"]
        assert shop.do("SELECT queueing_lock, status::text FROM procrastinate_jobs") == [(later[0].name, "todo")]


def test_a_worker_of_an_older_queue_ends_too(postgres_server: Server, tmp_path: Path) -> None:
    with postgres_server.fresh() as url, Store.open(url) as store:
        queue_schema.upgrade(url)
        shop = Shop(url=url, store=store, log=tmp_path / "log")
        shop.queue(*shop.due("a"))

        def upgraded() -> None:
            shop.do("INSERT INTO queue_migrations (name) VALUES ('99.00.00_01_from_the_future')")
            shop.queue(*shop.due("b"))

        with pytest.raises(Outdated, match="has the queue of a newer Quxun"):
            work_until(shop.worker(), lambda: shop.ended() == ["a"], once(upgraded), lambda: None)
        assert shop.jobs() == ["todo"]


def test_a_restart_of_the_server_is_survived_and_said_once(
    postgres_server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "quxun.service")

    def parts(message: str) -> list[str]:
        records = [record for record in caplog.records if record.message == message]
        return [record.__dict__["fields"]["part"] for record in records]

    with postgres_server.fresh() as url:
        queue_schema.upgrade(url)
        with Store.open(url) as store:
            shop = Shop(url=url, store=store, log=tmp_path / "log")
            shop.queue(*shop.due("a"))
            work_until(
                shop.worker(),
                lambda: shop.ended() == ["a"] and not shop.jobs(),
                once(postgres_server.stop),
                lambda: bool(shop.troubles),
                once(lambda: time.sleep(2.0)),
                once(postgres_server.start),
                once(lambda: shop.queue(*shop.due("b"))),
                lambda: shop.ended() == ["a", "b"] and not shop.troubles,
            )
    assert parts("trouble").count("queue") == 1
    assert sorted(parts("trouble over")) == sorted(parts("trouble"))

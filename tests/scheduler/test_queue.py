"""The queue: nothing twice, the most urgent first, one job a host, and every trap of the library underneath."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import psycopg
import pytest

from scheduler import queue_schema
from scheduler.errands import Errand
from scheduler.jobs import QUEUE, Job, Jobs, priority, read_errand
from scheduler.link import Link, conninfo
from scheduler.queue import MOST_WAITING, ProcrastinateDispatcher
from scheduler.takeover import Member, Pace
from scheduler.troubles import Troubles
from storage.errors import DatabaseError, SchemaVersionError
from storage.records import RunId, RunStatus, SourceId
from storage.runs import SCHEDULED
from storage.store import Store
from tests.postgres import Server
from tests.scheduler.errands import now
from tests.scheduler.machines import add_sources

pytestmark = pytest.mark.postgres

DoneT = TypeVar("DoneT")

DUE = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def url(postgres_server: Server) -> Iterator[str]:
    with postgres_server.emptied() as emptied:
        queue_schema.upgrade(emptied)
        yield emptied


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened
        assert opened.connections_in_use() == 0


def errand(number: int = 1, host: str = "", late_s: float = 0.0, *, run: int | None = None) -> Errand:
    return Errand(
        source_id=SourceId(number),
        host=host or f"h{number}.example.cn",
        due_at=DUE - timedelta(seconds=late_s),
        run_id=None if run is None else RunId(run),
    )


def ask(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as session:
        cursor = session.execute(question.encode())
        return cursor.fetchall() if cursor.description else []


def waiting(url: str) -> list[str]:
    """Names of the jobs that wait, the most urgent first."""
    query = "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id"
    return [str(name) for (name,) in ask(url, query)]


def as_member(url: str, work: Callable[[Jobs], Awaitable[DoneT]]) -> DoneT:
    """What work with the queue gives, done as a member of it."""

    async def done() -> DoneT:
        jobs = Jobs(Link(url, "quxun test"))
        try:
            await jobs.join()
            return await work(jobs)
        finally:
            await jobs.close()

    return asyncio.run(done())


def as_leader(
    url: str,
    store: Store,
    work: Callable[[ProcrastinateDispatcher], Awaitable[DoneT]],
    *,
    pace: Pace | None = None,
    clock: Callable[[], datetime] = now,
) -> DoneT:
    """What work with a dispatcher gives."""

    async def done() -> DoneT:
        dispatcher = ProcrastinateDispatcher(url, store, clock, Troubles(), pace)
        await dispatcher.open()
        try:
            return await work(dispatcher)
        finally:
            await dispatcher.close()

    return asyncio.run(done())


async def taken(jobs: Jobs) -> Job:
    job = await jobs.take()
    assert job is not None
    return job


# ------------------------------------------------------------------ dispatch
def test_what_is_dispatched_twice_is_queued_once(url: str, store: Store) -> None:
    async def twice(dispatcher: ProcrastinateDispatcher) -> list[int]:
        return [await dispatcher.dispatch([errand()]) for _ in range(2)]

    assert as_leader(url, store, twice) == [1, 0]
    assert as_leader(url, store, twice) == [0, 0]  # by who leads next, too
    assert waiting(url) == ["source:1"]


def test_two_leaders_at_once_queue_everything_once(url: str, store: Store) -> None:
    errands = [errand(number) for number in range(200)]

    async def both(first: ProcrastinateDispatcher) -> list[int]:
        second = ProcrastinateDispatcher(url, store, now, Troubles())
        await second.open()
        counts = await asyncio.gather(first.dispatch(errands[:150]), second.dispatch(errands[50:]))
        await second.close()
        return list(counts)

    assert sum(as_leader(url, store, both)) == 200
    assert len(waiting(url)) == 200


def test_a_batch_with_one_job_that_waits_already_queues_the_others(url: str) -> None:
    async def batches(jobs: Jobs) -> list[int]:
        return [await jobs.defer([errand(3)]), await jobs.defer([errand(number) for number in range(10)])]

    assert as_member(url, batches) == [1, 9]


def test_what_is_being_done_is_not_queued_again(url: str, store: Store) -> None:
    async def dispatched(dispatcher: ProcrastinateDispatcher) -> int:
        return await dispatcher.dispatch([errand()])

    assert as_leader(url, store, dispatched) == 1
    as_member(url, taken)
    assert as_leader(url, store, dispatched) == 0


def test_what_somebody_asked_for_comes_first_then_what_is_later(url: str) -> None:
    errands = [
        errand(1, late_s=5),
        errand(2, late_s=60),
        errand(3, run=8),
        errand(4, late_s=600),
        errand(5, run=7, late_s=9),
    ]

    async def order(jobs: Jobs) -> list[str]:
        await jobs.defer(errands)
        return [job.errand.name for _ in errands if (job := await taken(jobs)).errand]

    assert as_member(url, order) == ["run:7", "run:8", "source:4", "source:2", "source:1"]


@pytest.mark.parametrize("year", [1, 1970, 2026, 2053, 9999])
def test_every_time_has_a_priority_that_the_database_takes(year: int) -> None:
    due = replace(errand(), due_at=datetime(year, 1, 1, tzinfo=UTC))
    assert -(2**31) <= priority(due) < priority(replace(due, run_id=RunId(1))) < 2**31


def test_a_later_look_does_not_change_who_is_later(url: str, store: Store) -> None:
    async def waited(dispatcher: ProcrastinateDispatcher) -> None:
        await dispatcher.dispatch([errand(1, late_s=10)])
        await dispatcher.dispatch([errand(2, late_s=5)])  # an hour later it would be an hour late

    as_leader(url, store, waited, clock=lambda: now() + timedelta(hours=1))
    assert waiting(url) == ["source:1", "source:2"]


def test_of_a_host_one_job_waits_and_the_next_is_queued_when_it_is_taken(url: str, store: Store) -> None:
    errands = [errand(number, host="one.example.cn") for number in (1, 2, 3)]

    async def rounds(dispatcher: ProcrastinateDispatcher) -> list[list[str]]:
        await dispatcher.dispatch(errands)
        before = waiting(url)
        await asyncio.to_thread(as_member, url, taken)
        await dispatcher.dispatch(errands)
        return [before, waiting(url)]

    assert as_leader(url, store, rounds) == [["source:1"], ["source:2"]]


def test_a_run_that_somebody_asked_for_does_not_wait_for_the_host_to_have_room_in_the_queue(
    url: str, store: Store
) -> None:
    async def asked(dispatcher: ProcrastinateDispatcher) -> None:
        await dispatcher.dispatch([errand(1, host="one.example.cn")])
        await dispatcher.dispatch([errand(2, host="one.example.cn", run=1), errand(1, host="one.example.cn")])

    as_leader(url, store, asked)
    assert waiting(url) == ["run:1", "source:1"]


def test_what_came_back_rests_with_its_host_and_is_queued_again(url: str, store: Store) -> None:
    errands = [errand(1, host="busy.example.cn"), errand(2, host="busy.example.cn")]

    async def came_back(jobs: Jobs) -> None:
        assert await jobs.finish(await taken(jobs))

    async def rounds(dispatcher: ProcrastinateDispatcher) -> list[int]:
        counts = [await dispatcher.dispatch(errands)]
        await asyncio.to_thread(as_member, url, came_back)
        counts.append(await dispatcher.dispatch(errands))
        await asyncio.sleep(0.5)
        counts.append(await dispatcher.dispatch(errands))
        return counts

    assert as_leader(url, store, rounds, pace=Pace(rest_s=0.5)) == [1, 0, 1]


def test_what_is_due_again_does_not_rest(url: str, store: Store) -> None:
    async def done(jobs: Jobs) -> None:
        await jobs.finish(await taken(jobs))

    async def rounds(dispatcher: ProcrastinateDispatcher) -> list[int]:
        counts = [await dispatcher.dispatch([errand()])]
        await asyncio.to_thread(as_member, url, done)
        return [*counts, await dispatcher.dispatch([errand(late_s=-1)])]

    assert as_leader(url, store, rounds) == [1, 1]


def test_thousands_of_errands_are_queued_as_workers_take_them_each_once(url: str, store: Store) -> None:
    errands = {each.name: each for each in (errand(number) for number in range(1500))}
    done: list[str] = []

    async def work(jobs: Jobs) -> None:
        while len(done) < 1500:
            if (job := await jobs.take()) is None:
                await asyncio.sleep(0.01)
            elif job.errand is not None:
                done.append(job.errand.name)
                errands.pop(job.errand.name)  # as if it had been visited, and were due later
                await jobs.finish(job)

    async def lead(dispatcher: ProcrastinateDispatcher) -> int:
        most = 0
        working = [asyncio.create_task(asyncio.to_thread(as_member, url, work)) for _ in range(2)]
        while errands:
            await dispatcher.dispatch(list(errands.values()))
            most = max(most, len(waiting(url)))
            await asyncio.sleep(0.1)
        await asyncio.gather(*working)
        return most

    assert as_leader(url, store, lead) <= MOST_WAITING
    assert sorted(done) == sorted({f"source:{number}" for number in range(1500)})


def test_without_the_tables_of_the_queue_the_dispatcher_does_not_open(postgres_server: Server) -> None:
    async def nothing(dispatcher: ProcrastinateDispatcher) -> None:
        raise AssertionError

    with (
        postgres_server.fresh() as url,
        Store.open(url) as store,
        pytest.raises(SchemaVersionError, match="has no queue yet"),
    ):
        as_leader(url, store, nothing)


# ------------------------------------------------------------------ claims
def test_a_claim_that_was_taken_over_finishes_nothing(url: str) -> None:
    async def woken(jobs: Jobs) -> list[bool]:
        await jobs.defer([errand()])
        old = await taken(jobs)
        other = Jobs(Link(url, "quxun other"))
        await other.join()
        assert [claim.id for claim in await other.claim_stalled(0.0)] == [old.id]
        told = [await jobs.finish(old), await jobs.put_back(old), await jobs.fail(old)]
        await other.close()
        return told

    assert as_member(url, woken) == [False, False, False]
    assert ask(url, "SELECT status::text FROM procrastinate_jobs") == [("doing",)]


def test_an_old_claim_finishes_nothing_also_when_the_job_came_back_to_the_same_member(url: str) -> None:
    async def again(jobs: Jobs) -> tuple[bool, bool]:
        await jobs.defer([errand()])
        old = await taken(jobs)
        await jobs.put_back(old)
        new = await taken(jobs)
        return await jobs.finish(old), await jobs.finish(new)

    assert as_member(url, again) == (False, True)


def test_a_stalled_job_that_was_queued_again_is_failed_and_its_sibling_is_taken(url: str) -> None:
    async def sibling(jobs: Jobs) -> tuple[bool, Job]:
        await jobs.defer([errand()])
        stalled = await taken(jobs)
        await jobs.defer([errand()])
        return await jobs.put_back(stalled), await taken(jobs)

    back, job = as_member(url, sibling)
    assert not back
    assert job.errand == errand()
    assert ask(url, "SELECT status::text FROM procrastinate_jobs ORDER BY id") == [("failed",), ("doing",)]


def test_no_job_ever_has_a_time_before_which_it_may_not_be_done(url: str) -> None:
    async def put_back(jobs: Jobs) -> Job:
        await jobs.defer([errand(), errand(2, host=errand().host)])
        await jobs.put_back(await taken(jobs))
        return await taken(jobs)

    assert as_member(url, put_back).errand == errand()
    assert ask(url, "SELECT count(*) FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL") == [(0,)]


def test_who_takes_over_and_dies_is_taken_over_from(url: str) -> None:
    async def dies(jobs: Jobs) -> None:
        assert await jobs.claim_stalled(0.0)

    as_member(url, lambda jobs: jobs.defer([errand()]))
    as_member(url, taken)
    as_member(url, dies)
    assert [claim.errand for claim in as_member(url, lambda jobs: jobs.claim_stalled(0.0))] == [errand()]


def test_a_stalled_job_is_claimed_by_one_of_many(url: str) -> None:
    async def many(jobs: Jobs) -> list[int]:
        others = [Jobs(Link(url, "quxun other")) for _ in range(4)]
        for other in others:
            await other.join()
        claims = await asyncio.gather(*(other.claim_stalled(1.0) for other in others))
        for other in others:
            await other.close()
        return sorted(len(each) for each in claims)

    as_member(url, lambda jobs: jobs.defer([errand()]))
    as_member(url, taken)
    ask(url, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    assert as_member(url, many) == [0, 0, 0, 1]


def test_a_member_that_beats_keeps_its_job_and_hears_what_it_holds(url: str) -> None:
    async def beats(jobs: Jobs) -> tuple[list[Job] | None, Job, list[Job]]:
        await jobs.defer([errand()])
        job = await taken(jobs)
        ask(url, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        return await jobs.beat(), job, await jobs.claim_stalled(30.0)

    held, job, claimed = as_member(url, beats)
    assert held == [job]
    assert claimed == []


def test_a_member_that_was_struck_off_is_told(url: str) -> None:
    async def struck_off(jobs: Jobs) -> list[list[Job] | None]:
        told = [await jobs.beat()]
        await jobs.forget_silent(-1.0)
        return [*told, await jobs.beat()]

    assert as_member(url, struck_off) == [[], None]


# ------------------------------------------------------------------ who hangs in a transaction
@pytest.mark.parametrize(
    ("name", "waited_for", "ended"),
    [("quxun", True, 1), ("quxun", False, 0), ("somebody else", True, 0)],
)
def test_who_hangs_in_a_transaction_is_ended_if_others_wait_for_him(
    url: str, store: Store, name: str, waited_for: bool, ended: int
) -> None:
    [source] = add_sources(store, "a")

    async def swept(jobs: Jobs) -> int:
        if not waited_for:
            return await jobs.end_hanging(0.0)
        waiting = asyncio.create_task(asyncio.to_thread(store.sources.reschedule, source.id, None, 1))
        asking = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        while await asyncio.to_thread(ask, url, asking) == [(0,)]:
            await asyncio.sleep(0.02)
        count = await jobs.end_hanging(60.0)  # nobody hangs for so long
        await asyncio.sleep(0.2)
        count += await jobs.end_hanging(0.1)
        if not count:
            halted.rollback()
        await waiting
        return count

    halted = psycopg.connect(url, application_name=name)
    halted.execute("UPDATE sources SET failures = 7")
    assert as_member(url, swept) == ended
    halted.close()
    assert store.sources.get("a").failures == int(waited_for)


# ------------------------------------------------------------------ jobs that are not ours
def foreign(url: str, queue: str, status: str, args: str = "{}") -> None:
    ask(
        url,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, priority)"
        f" VALUES ('{queue}', 'quxun.visit', '{errand().host}', 'source:1', '{args}', '{status}', 2147483647)",
    )


def test_jobs_of_another_version_that_nobody_takes_do_not_stand_in_the_way(url: str, store: Store) -> None:
    foreign(url, "visits-0", "todo")

    async def dispatched(dispatcher: ProcrastinateDispatcher) -> int:
        return await dispatcher.dispatch([errand()])

    assert as_leader(url, store, dispatched) == 1
    assert as_member(url, taken).errand == errand()


def test_a_job_of_another_version_whose_worker_died_lets_go_of_its_host(url: str, store: Store) -> None:
    foreign(url, "visits-0", "doing")

    async def dispatched(dispatcher: ProcrastinateDispatcher) -> int:
        return await dispatcher.dispatch([errand()])

    assert as_leader(url, store, dispatched) == 1
    assert as_member(url, taken).errand == errand()


def test_queues_of_others_in_the_same_database_are_let_alone(url: str, store: Store) -> None:
    foreign(url, "mail", "doing")
    foreign(url, "mail", "todo")

    async def dispatched(dispatcher: ProcrastinateDispatcher) -> int:
        return await dispatcher.dispatch([errand(2)])

    as_leader(url, store, dispatched)
    assert ask(url, "SELECT status::text FROM procrastinate_jobs WHERE queue_name = 'mail'") == [("doing",), ("todo",)]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"source_id": 1, "host": "a", "due_at": "soon", "run_id": None},
        {"source_id": "x", "host": "a", "due_at": "2026-11-20T08:00:00+00:00", "run_id": None},
        {"source_id": 1, "host": "a", "due_at": 7, "run_id": None},
    ],
)
def test_a_job_that_makes_no_sense_is_no_errand(values: dict[str, object]) -> None:
    assert read_errand(values) is None


def test_an_errand_survives_the_queue(url: str) -> None:
    given = replace(errand(7, run=3), due_at=datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=UTC))

    async def through(jobs: Jobs) -> Job:
        await jobs.defer([given])
        return await taken(jobs)

    assert as_member(url, through).errand == given


def test_what_failed_is_kept_for_a_day(url: str) -> None:
    async def failed(jobs: Jobs) -> None:
        await jobs.defer([errand(1), errand(2)])
        for _ in range(2):
            await jobs.fail(await taken(jobs))
        ask(url, "UPDATE procrastinate_events SET at = now() - interval '25 hours' WHERE job_id = 1")
        await jobs.tidy()

    as_member(url, failed)
    assert ask(url, "SELECT queueing_lock FROM procrastinate_jobs") == [("source:2",)]


# ------------------------------------------------------------------ runs without a job
def test_a_run_whose_job_is_gone_is_closed_so_that_its_source_is_due_again(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.queue._TIDY_S", 0.0)
    ids = [source.id for source in add_sources(store, "lost", "held", "typed")]
    by_whom = (SCHEDULED, SCHEDULED, "crawl")
    lost, held, typed = [
        store.runs.queue(source_id, whom, now(), machine="elsewhere", pid=1).id
        for source_id, whom in zip(ids, by_whom, strict=True)
    ]
    as_member(url, lambda jobs: jobs.defer([errand(ids[1])]))
    as_member(url, taken)

    async def looked(dispatcher: ProcrastinateDispatcher) -> list[bool]:
        found = []
        for _ in range(2):
            await dispatcher.dispatch([])
            found.append(store.runs.get(lost).status is RunStatus.ABANDONED)
        return found

    assert as_leader(url, store, looked) == [False, True]
    assert [store.runs.get(run_id).status for run_id in (held, typed)] == [RunStatus.QUEUED] * 2


# ------------------------------------------------------------------ the connection
def test_a_new_job_is_heard_of_at_once(url: str) -> None:
    async def heard(jobs: Jobs) -> None:
        told = asyncio.Event()
        listening = asyncio.create_task(jobs.listen(told.set))
        while not told.is_set():
            await jobs.defer([errand()])
            for job in [await jobs.take()]:
                if job is not None:
                    await jobs.finish(job)
            await asyncio.sleep(0.05)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    as_member(url, heard)


def test_a_queue_whose_connection_was_cut_goes_on_with_the_next_question(url: str) -> None:
    cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'quxun test'"

    async def goes_on(jobs: Jobs) -> int:
        await asyncio.to_thread(ask, url, cut)
        with pytest.raises(DatabaseError, match="cannot be used"):
            await jobs.defer([errand()])
        return await jobs.defer([errand()])

    assert as_member(url, goes_on) == 1


def test_a_server_that_was_away_is_used_again_without_being_told(postgres_server: Server) -> None:
    async def away(jobs: Jobs) -> int:
        await asyncio.to_thread(postgres_server.stop)
        try:
            for _ in range(3):
                with pytest.raises(DatabaseError):
                    await jobs.standing()
        finally:
            await asyncio.to_thread(postgres_server.start)
        return await jobs.defer([errand()])

    with postgres_server.fresh() as url:
        queue_schema.upgrade(url)
        assert as_member(url, away) == 1


def test_after_an_outage_everybody_has_time_to_say_that_he_lives(postgres_server: Server) -> None:
    pace = Pace(beat_s=0.2, sweep_s=0.2, silent_s=4.0)

    async def outage(store: Store, url: str) -> list[Job] | None:
        slow, quick = Jobs(Link(url, "quxun test")), Jobs(Link(url, "quxun test"))
        await slow.join()
        await slow.defer([errand()])
        await taken(slow)
        member = Member(quick, store, now, Troubles(), pace)
        await member.enter()
        living = asyncio.create_task(member.live(lambda jobs: ()))
        await asyncio.to_thread(postgres_server.stop)
        await asyncio.sleep(pace.silent_s + 0.5)
        await asyncio.to_thread(postgres_server.start)
        await asyncio.sleep(1.0)  # the quick one has looked several times by now
        with contextlib.suppress(DatabaseError):
            await slow.beat()  # finds out that its connection is lost
        held = await slow.beat()
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        for jobs in (slow, quick):
            await jobs.close()
        return held

    with postgres_server.fresh() as url, Store.open(url) as store:
        queue_schema.upgrade(url)
        held = asyncio.run(outage(store, url))
    assert held is not None
    assert [job.errand for job in held] == [errand()]


def test_a_question_that_is_not_answered_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.link.PATIENCE_S", 0.3)

    async def asked(jobs: Jobs) -> int:
        with psycopg.connect(url) as session:
            session.execute("LOCK TABLE procrastinate_jobs")
            with pytest.raises(DatabaseError, match="did not answer"):
                await jobs.defer([errand()])
        return await jobs.defer([errand()])

    assert as_member(url, asked) == 1


def test_sessions_notice_a_cut_line_at_both_ends(url: str) -> None:
    async def patience() -> str:
        link = Link(url, "quxun test")
        rows = await link.execute_query_all_async("SHOW tcp_user_timeout")
        await link.close_async()
        return str(rows[0]["tcp_user_timeout"])

    # Over a Unix socket the server shows 0; what is set is taken all the same.
    assert asyncio.run(patience()) in ("0", "10s")
    info = psycopg.conninfo.conninfo_to_dict(conninfo(url, "quxun test"))
    assert (info["keepalives_idle"], info["application_name"]) == ("5", "quxun test")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgresql://u:p%40%20w@db.example:5433/quxun", {"host": "db.example", "password": "p@ w", "port": "5433"}),
        ("postgresql+psycopg://u@/quxun?host=/run/my sockets", {"host": "/run/my sockets", "dbname": "quxun"}),
        (
            "postgresql://u@/quxun?options=-csearch_path%3Da -ctimezone%3DUTC",
            {"options": "-csearch_path=a -ctimezone=UTC"},
        ),
        ("postgresql://u@db/quxun?sslmode=require&application_name=mine", {"sslmode": "require"}),
    ],
)
def test_a_url_means_the_same_to_the_queue_as_to_the_store(given: str, wanted: dict[str, str]) -> None:
    info = psycopg.conninfo.conninfo_to_dict(conninfo(given, "quxun queue"))
    assert {key: info[key] for key in wanted} == wanted
    assert info["application_name"] == "quxun queue"


def test_jobs_are_in_the_queue_of_their_version(url: str) -> None:
    as_member(url, lambda jobs: jobs.defer([errand()]))
    assert ask(url, "SELECT queue_name, task_name, lock FROM procrastinate_jobs") == [
        (QUEUE, "quxun.visit", "h1.example.cn")
    ]

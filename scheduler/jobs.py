"""The jobs of the queue: what Procrastinate keeps in PostgreSQL, and the few questions that are asked of it.

A job carries values alone, and the queue's name carries the version of their form, so that a worker never takes what
it does not understand. Of the library's own promises these are not relied on:

- it lets anybody finish any job; here a job is a claim (`Job`), and a claim that was taken over finishes nothing;
- a stalled job that is queued again by then cannot go back (its issue 1446): it is finished as failed instead;
- a job for later blocks what is ready for the same host (1599): none is ever given a time, not even by a clock that
  is wrong.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job as Row
from procrastinate.jobs import Notification
from procrastinate.manager import JobManager

from scheduler.errands import Errand
from scheduler.link import Link
from storage.errors import DatabaseError
from storage.records import RunId, SourceId

#: The jobs of all versions, and those that this code understands.
QUEUES = "visits-"
QUEUE = f"{QUEUES}1"
TASK = "quxun.visit"

#: How often a job is looked for when others take them at the same moment.
_TRIES = 5
#: Jobs of one statement.
_BATCH = 500
#: What failed is kept for so long, for who wants to look.
_KEEP_FAILED_H = 24
#: Priorities count from here, so that they fit into 32 bits until 2054.
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_ASKED = 1 << 30

_FINISH = """
    WITH mine AS (
        SELECT id FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'doing'
        AND worker_id = %(member_id)s AND attempts = %(attempts)s FOR UPDATE
    )
    SELECT procrastinate_finish_job_v1(id, %(status)s::procrastinate_job_status, %(delete)s) FROM mine
"""
_PUT_BACK = """
    WITH mine AS (
        SELECT id FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'doing'
        AND worker_id = %(member_id)s AND attempts = %(attempts)s FOR UPDATE
    )
    SELECT procrastinate_retry_job_v2(id, NULL::timestamptz, NULL::integer, NULL::varchar, NULL::varchar) FROM mine
"""
_BEAT = """
    WITH member AS (UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %(member_id)s RETURNING id)
    SELECT job.id, job.attempts, job.queue_name, job.args
    FROM member LEFT JOIN procrastinate_jobs AS job ON job.worker_id = member.id AND job.status = 'doing'
"""
_CLAIM = """
    WITH silent AS (
        SELECT id FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => %(silent_s)s)
    ),
    lost AS (
        SELECT stalled.id FROM procrastinate_jobs AS stalled LEFT JOIN silent ON silent.id = stalled.worker_id
        WHERE stalled.status = 'doing' AND stalled.queue_name LIKE %(queues)s
        AND (stalled.worker_id IS NULL OR silent.id IS NOT NULL) FOR UPDATE OF stalled SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS job SET worker_id = %(member_id)s FROM lost WHERE job.id = lost.id
    RETURNING job.id, job.attempts, job.queue_name, job.args
"""
_STANDING = """
    SELECT queueing_lock AS name, lock AS host, status = 'todo' AS waits FROM procrastinate_jobs
    WHERE queue_name LIKE %(queues)s AND status IN ('todo', 'doing')
"""
#: Whoever waits for its client in the middle of a transaction, while others wait for what it has locked.
_END_HANGING = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE wait_event_type = 'Client' AND xact_start IS NOT NULL AND application_name = 'quxun'
    AND state_change < now() - make_interval(secs => %(silent_s)s)
    AND pid IN (
        SELECT unnest(pg_blocking_pids(waiting.pid)) FROM pg_stat_activity AS waiting
        WHERE waiting.datname = current_database() AND waiting.wait_event_type = 'Lock'
    )
"""
#: Jobs of another version that nobody may be left to take: their sources are due, and are queued anew.
_DROP_FOREIGN = (
    "DELETE FROM procrastinate_jobs WHERE queue_name LIKE %(queues)s AND queue_name <> %(queue)s AND status = 'todo'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claim on a job: who holds it, and for the how-manieth time it is tried. It ends when another takes it over."""

    id: int
    attempts: int
    member_id: int
    #: None if this code does not understand what is to be done.
    errand: Errand | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A job that waits or is being done."""

    name: str
    host: str
    waits: bool


class Jobs:
    """The queue as one process uses it, a member while it says that it lives. DatabaseError from everything."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._manager = JobManager(link)
        self.member_id = 0

    # ------------------------------------------------------------------ members
    async def join(self) -> None:
        """Be a member from now on, as long as `beat` is called."""
        self.member_id = await self._manager.register_worker()

    async def leave(self) -> None:
        """What is still held is free for the others at once."""
        with contextlib.suppress(DatabaseError):
            await self._manager.unregister_worker(self.member_id)

    async def beat(self) -> list[Job] | None:
        """Say that this member lives: the jobs it holds; None if it was taken for dead and is none any more."""
        rows = await self._ask(_BEAT, member_id=self.member_id)
        return [self._claim(row) for row in rows if row["id"] is not None] if rows else None

    async def forget_silent(self, silent_s: float) -> None:
        """Strike off members that were not heard of for so long; what they hold is free for the others."""
        await self._manager.prune_stalled_workers(silent_s)

    async def end_hanging(self, silent_s: float) -> int:
        """End sessions of processes that were halted in the middle of a transaction and stand in the others' way.

        What such a process has locked, a row of a run or the order of the changes, would be locked until it wakes.
        """
        return len(await self._ask(_END_HANGING, silent_s=silent_s))

    # ------------------------------------------------------------------ one job
    async def take(self) -> Job | None:
        """The most urgent job whose host nobody visits; None if there is none."""
        for _ in range(_TRIES):
            try:
                row = await self._manager.fetch_job([QUEUE], self.member_id)
            except UniqueViolation:
                continue  # another member took a job of the same host at the same moment
            break
        else:
            return None
        if row is None or row.id is None:
            return None
        return Job(id=row.id, attempts=row.attempts, member_id=self.member_id, errand=read_errand(row.task_kwargs))

    async def finish(self, job: Job) -> bool:
        """Remove a job that is done; False if it was taken over, and is somebody else's to finish."""
        return bool(await self._ask(_FINISH, **_fence(job), status="succeeded", delete=True))

    async def fail(self, job: Job) -> bool:
        """Keep a job that nobody is to do, for who wants to look; False if it was taken over."""
        return bool(await self._ask(_FINISH, **_fence(job), status="failed", delete=False))

    async def put_back(self, job: Job) -> bool:
        """Have the job done by whoever is free; False if it was taken over, or waits again already."""
        try:
            return bool(await self._ask(_PUT_BACK, **_fence(job)))
        except UniqueViolation:
            await self.fail(job)
            return False

    async def claim_stalled(self, silent_s: float) -> list[Job]:
        """Take over, as claims of this member, the jobs of members that were not heard of for so long."""
        found = await self._ask(_CLAIM, member_id=self.member_id, silent_s=silent_s, queues=f"{QUEUES}%")
        return [self._claim(row) for row in found]

    # ------------------------------------------------------------------ all jobs
    async def standing(self) -> list[Standing]:
        """What waits and what is being done, by workers of whatever version."""
        return [Standing(**row) for row in await self._ask(_STANDING, queues=f"{QUEUES}%")]

    async def defer(self, errands: Sequence[Errand]) -> int:
        """Queue the errands; how many were not queued yet."""
        rows = [_row(errand) for errand in errands]
        return sum([await self._defer(rows[start : start + _BATCH]) for start in range(0, len(rows), _BATCH)])

    async def tidy(self) -> None:
        """Remove what failed long ago, and what waits for workers of another version."""
        await self._link.execute_query_async(_DROP_FOREIGN, queue=QUEUE, queues=f"{QUEUES}%")
        await self._manager.delete_old_jobs(
            _KEEP_FAILED_H, queue=QUEUE, include_failed=True, include_cancelled=True, include_aborted=True
        )

    async def migrations(self) -> list[str]:
        """What the tables of the queue have had."""
        return [row["name"] for row in await self._ask("SELECT name FROM queue_migrations")]

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call back whenever something is queued, until the connection breaks."""

        async def notified(*, channel: str, notification: Notification) -> None:  # noqa: ARG001 - called by name
            heard()

        await self._manager.listen_for_jobs(on_notification=notified, queues=[QUEUE])

    async def close(self) -> None:
        await self._link.close_async()

    async def _defer(self, rows: list[Row]) -> int:
        """One statement; where one of its jobs waits already none is queued, so that halves are tried."""
        try:
            return len(await self._manager.batch_defer_jobs_async(rows))
        except AlreadyEnqueued:
            middle = len(rows) // 2
            return await self._defer(rows[:middle]) + await self._defer(rows[middle:]) if middle else 0

    async def _ask(self, question: str, **values: Any) -> list[dict[str, Any]]:
        return await self._link.execute_query_all_async(question, **values)

    def _claim(self, row: dict[str, Any]) -> Job:
        errand = read_errand(row["args"]) if row["queue_name"] == QUEUE else None
        return Job(id=row["id"], attempts=row["attempts"], member_id=self.member_id, errand=errand)


def priority(errand: Errand) -> int:
    """Of two jobs the higher is taken first: what somebody asked for, then what should have begun earlier."""
    since = int((errand.due_at - _EPOCH).total_seconds())
    waited = -max(1, min(since, _ASKED))
    return waited if errand.run_id is None else _ASKED + waited


def read_errand(values: dict[str, Any]) -> Errand | None:
    """The errand that a job carries; None if this is none of ours."""
    try:
        run_id = values["run_id"]
        return Errand(
            source_id=SourceId(int(values["source_id"])),
            host=str(values["host"]),
            due_at=datetime.fromisoformat(values["due_at"]).astimezone(UTC),
            run_id=None if run_id is None else RunId(int(run_id)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _row(errand: Errand) -> Row:
    return Row(
        queue=QUEUE,
        task_name=TASK,
        priority=priority(errand),
        lock=errand.host,
        queueing_lock=errand.name,
        task_kwargs={
            "source_id": errand.source_id,
            "host": errand.host,
            "due_at": errand.due_at.isoformat(),
            "run_id": errand.run_id,
        },
    )


def _fence(job: Job) -> dict[str, int]:
    return {"job_id": job.id, "member_id": job.member_id, "attempts": job.attempts}

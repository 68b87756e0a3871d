"""Runs: queued, running, finished. A run that is finished stays as it is."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from storage import rows
from storage.database import Database
from storage.errors import NotFound, UsageError
from storage.records import Counters, Run, RunId, RunStatus, RunWish, SourceId
from storage.schema import runs, sources

UNFINISHED = (RunStatus.QUEUED, RunStatus.RUNNING)
#: `requested_by` of a run that was due, as opposed to those that somebody asked for.
SCHEDULED = "serve"


class Runs:
    """The runs of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(
        self,
        source_id: SourceId,
        requested_by: str,
        now: datetime,
        *,
        wish: RunWish | None = None,
        due_at: datetime | None = None,
        machine: str = "",
        pid: int = 0,
    ) -> Run:
        """A new run. Its owner, who is about to start it, gives machine and pid; without them it is the service's."""
        with self._database.write() as connection:
            if connection.execute(select(sources.c.id).where(sources.c.id == source_id)).one_or_none() is None:
                raise NotFound("source", source_id)
            insertion = (
                runs.insert()
                .returning(runs.c.id)
                .values(
                    source_id=source_id,
                    status=RunStatus.QUEUED,
                    requested_by=requested_by,
                    queued_at=now,
                    counters=asdict(Counters()),
                    reason="",
                    log_tail="",
                    code_version="",
                    pid=pid,
                    machine=machine,
                    wish=rows.wish_values(wish or RunWish()),
                    due_at=due_at,
                )
            )
            return _get(connection, connection.execute(insertion).scalar_one())

    def start(self, run_id: RunId, now: datetime, pid: int, machine: str, code_version: str) -> Run:
        """Mark a queued run as running; UsageError if it is past that, so that nobody runs it twice."""
        with self._database.write() as connection:
            done = connection.execute(
                update(runs)
                .where(runs.c.id == run_id, runs.c.status == RunStatus.QUEUED)
                .values(status=RunStatus.RUNNING, started_at=now, pid=pid, machine=machine, code_version=code_version)
            )
            run = _get(connection, run_id)
            if done.rowcount == 0:
                raise UsageError(f"run {run_id} cannot be started: it is {run.status.value}")
            return run

    def finish(
        self,
        run_id: RunId,
        status: RunStatus,
        now: datetime,
        counters: Counters,
        reason: str,
        log_tail: str,
        asked_until: datetime | None = None,
    ) -> Run:
        """Close a run and return it as it stands; one that is closed stays, but its own word beats `abandoned`.

        One that was called off stays so, with what it had done by then.
        """
        if status in UNFINISHED:
            raise UsageError(f"run {run_id} cannot finish as {status.value}")
        self._close(run_id, (RunStatus.CANCELED,), counters=asdict(counters), log_tail=log_tail, finished_at=now)
        return self._close(
            run_id,
            (*UNFINISHED, RunStatus.ABANDONED),
            status=status,
            finished_at=now,
            counters=asdict(counters),
            reason=reason,
            log_tail=log_tail,
            asked_until=asked_until,
        )

    def cancel(self, run_id: RunId, now: datetime, reason: str) -> Run:
        """Call off a run that is not finished; its process sees that within a second and ends. A closed one stays."""
        return self._close(run_id, UNFINISHED, status=RunStatus.CANCELED, finished_at=now, reason=reason)

    def withdraw(self, run_id: RunId) -> None:
        """Forget a queued run that could not be started: it will be queued again when its time comes."""
        with self._database.write() as connection:
            connection.execute(delete(runs).where(runs.c.id == run_id, runs.c.status == RunStatus.QUEUED))

    def waiting(self, limit: int = 1000) -> list[Run]:
        """Queued runs that somebody asked the service for, the oldest first."""
        with self._database.read() as connection:
            return [rows.run(row) for row in connection.execute(_WAITING, {"most": limit})]

    def of_source_waiting(self, source_id: SourceId, wish: RunWish) -> Run | None:
        """The run that waits for the service with just that wish; None if there is none."""
        found = (run for run in self.waiting() if run.source_id == source_id and run.wish == wish)
        return next(found, None)

    def abandon(self, run_id: RunId, now: datetime, reason: str) -> Run:
        """Close a run whose process is gone without a word; one that is closed stays as it is."""
        return self._close(run_id, UNFINISHED, status=RunStatus.ABANDONED, finished_at=now, reason=reason)

    def progress(self, run_id: RunId, counters: Counters) -> bool:
        """Note how far a run has come; False if it was closed by somebody else, and must end."""
        with self._database.write() as connection:
            noted = connection.execute(
                update(runs).where(runs.c.id == run_id, runs.c.status.in_(UNFINISHED)).values(counters=asdict(counters))
            )
        return noted.rowcount == 1

    def get(self, run_id: RunId) -> Run:
        with self._database.read() as connection:
            return _get(connection, run_id)

    def unfinished(self, machine: str) -> list[Run]:
        """Runs that a process of that machine has started or is about to start."""
        with self._database.read() as connection:
            return [rows.run(row) for row in connection.execute(_UNFINISHED_OF, {"of": machine})]

    def closed(self, run_ids: Sequence[RunId]) -> set[RunId]:
        """Those of the runs that are closed."""
        if not run_ids:
            return set()
        query = select(runs.c.id).where(runs.c.id.in_(run_ids), runs.c.status.not_in(UNFINISHED))
        with self._database.read() as connection:
            return {RunId(number) for number in connection.execute(query).scalars()}

    def begun_before(self, before: datetime) -> list[Run]:
        """Open runs that began, or were about to, before that time; none that waits for the service."""
        query = _select().where(runs.c.status.in_(UNFINISHED), runs.c.machine != "", runs.c.queued_at < before)
        with self._database.read() as connection:
            return [rows.run(row) for row in connection.execute(query.order_by(runs.c.id))]

    def _close(self, run_id: RunId, from_states: tuple[RunStatus, ...], **values: Any) -> Run:
        with self._database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id, runs.c.status.in_(from_states)).values(**values))
            return _get(connection, run_id)

    def list(self, limit: int = 20, source_key: str | None = None) -> list[Run]:
        """Runs, newest first."""
        query = _select().order_by(runs.c.id.desc()).limit(limit)
        if source_key is not None:
            query = query.where(sources.c.key == source_key)
        with self._database.read() as connection:
            return [rows.run(row) for row in connection.execute(query)]


def _select() -> Select[Any]:
    return select(runs, sources.c.key.label("source_key")).join_from(runs, sources)


def _get(connection: Connection, run_id: int) -> Run:
    row = connection.execute(_select().where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise NotFound("run", run_id)
    return rows.run(row)


# Asked every second or so by a service that has nothing else to do: made once.
_WAITING = (
    _select()
    .where(runs.c.status == RunStatus.QUEUED, runs.c.machine == "")
    .order_by(runs.c.id)
    .limit(bindparam("most"))
)
_UNFINISHED_OF = _select().where(runs.c.status.in_(UNFINISHED), runs.c.machine == bindparam("of")).order_by(runs.c.id)

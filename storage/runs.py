"""Runs: queued, running, finished. A run that is finished stays as it is."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select, update

from storage import rows
from storage.database import Database
from storage.errors import NotFound, UsageError
from storage.records import Counters, Run, RunId, RunStatus, SourceId
from storage.schema import runs, sources

_UNFINISHED = (RunStatus.QUEUED, RunStatus.RUNNING)


class Runs:
    """The runs of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, source_id: SourceId, requested_by: str, now: datetime) -> Run:
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
                    pid=0,
                    machine="",
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
        self, run_id: RunId, status: RunStatus, now: datetime, counters: Counters, reason: str, log_tail: str
    ) -> Run:
        """Close a run and return it as it stands; one that is closed stays, but its own word beats `abandoned`."""
        if status in _UNFINISHED:
            raise UsageError(f"run {run_id} cannot finish as {status.value}")
        return self._close(
            run_id,
            (*_UNFINISHED, RunStatus.ABANDONED),
            status=status,
            finished_at=now,
            counters=asdict(counters),
            reason=reason,
            log_tail=log_tail,
        )

    def abandon(self, run_id: RunId, now: datetime, reason: str) -> Run:
        """Close a run whose process is gone without a word; one that is closed stays as it is."""
        return self._close(run_id, _UNFINISHED, status=RunStatus.ABANDONED, finished_at=now, reason=reason)

    def progress(self, run_id: RunId, counters: Counters) -> None:
        """Note how far a run has come; a closed one keeps its last word."""
        with self._database.write() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id, runs.c.status.in_(_UNFINISHED))
                .values(counters=asdict(counters))
            )

    def get(self, run_id: RunId) -> Run:
        with self._database.read() as connection:
            return _get(connection, run_id)

    def unfinished(self, machine: str) -> list[Run]:
        """Runs that say they run on that machine, and queued ones, which no machine has yet (their pid is 0)."""
        running = (runs.c.status == RunStatus.RUNNING) & (runs.c.machine == machine)
        query = _select().where(or_(runs.c.status == RunStatus.QUEUED, running)).order_by(runs.c.id)
        with self._database.read() as connection:
            return [rows.run(row) for row in connection.execute(query)]

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

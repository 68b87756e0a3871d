"""Who says in a database that it is at work. Asked before an archive is replaced or moved; changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, inspect, select, text

from storage.database import LOCK_CLASS, Database
from storage.records import RunStatus
from storage.runs import UNFINISHED
from storage.schema import runs, service_processes, sources

#: Sessions of others that hold a lock of ours: a run its host, a scheduler its place. They die with their process.
_LOCKS = """
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND datname = current_database() AND pid <> pg_backend_pid()
AND CAST(CAST(classid AS bigint) AS text) IN (:ours, :hosts)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A process that has left a row saying that it is at work; whether it lives is for its machine to know."""

    #: `run 41 of bulletin`, `a worker`.
    what: str
    machine: str
    pid: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What a database knows of who is at work on it."""

    runs: Sequence[Trace] = ()
    #: Only those that were heard of lately.
    processes: Sequence[Trace] = ()
    #: Sessions that hold a lock of ours; always 0 on SQLite.
    locks: int = 0


def activity(database: Database, heard_since: datetime) -> Activity:
    """Who is at work, as far as the database can tell; it may be empty, or of an older schema."""
    with database.read() as connection:
        tables = set(inspect(connection).get_table_names())
        return Activity(
            runs=_runs(connection) if "runs" in tables else (),
            processes=_processes(connection, heard_since) if "service_processes" in tables else (),
            locks=0 if database.is_sqlite else _locks(connection),
        )


def _runs(connection: Connection) -> list[Trace]:
    begun = (
        select(runs.c.id, sources.c.key, runs.c.status, runs.c.machine, runs.c.pid, runs.c.queued_at, runs.c.started_at)
        .join_from(runs, sources)
        .where(runs.c.status.in_(UNFINISHED))
    )
    return [
        Trace(
            what=f"run {row.id} of {row.key}", machine=row.machine, pid=row.pid, since=row.started_at or row.queued_at
        )
        for row in connection.execute(begun)
        if row.status is RunStatus.RUNNING or row.machine
    ]


def _processes(connection: Connection, heard_since: datetime) -> list[Trace]:
    heard = select(service_processes).where(service_processes.c.seen_at >= heard_since)
    return [
        Trace(what=f"a {row.role.value}", machine=row.machine, pid=row.pid, since=row.started_at)
        for row in connection.execute(heard)
    ]


def _locks(connection: Connection) -> int:
    ours = {"ours": str(LOCK_CLASS), "hosts": str(LOCK_CLASS + 1)}
    return int(connection.execute(text(_LOCKS), ours).scalar_one())

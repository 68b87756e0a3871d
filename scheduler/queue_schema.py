"""The tables of the queue: installed, upgraded, or refused. They are Procrastinate's; which of its migrations they
have had is noted in a table of our own, because it keeps no account of that itself.
"""

import contextlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager

from scheduler.link import conninfo, shown, trouble
from storage.database import LOCK_CLASS
from storage.errors import SchemaVersionError

#: Number of the advisory lock under which the queue's tables are upgraded.
_UPGRADE_LOCK = 4

_NOTED = "queue_migrations"
_NOTES = f"CREATE TABLE IF NOT EXISTS {_NOTED} (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
_NOTE = f"INSERT INTO {_NOTED} (name) VALUES (%s)"  # noqa: S608 - the name of a table of our own


def files() -> list[Path]:
    """The migrations of the installed Procrastinate, in their order."""
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def newest() -> str:
    """What `version` says of a database that is up to date."""
    return _short(files()[-1].stem)


def version(database_url: str) -> str | None:
    """The last migration that the queue's tables have had; None without any."""
    with _session(database_url) as session:
        had = _had(session)
    return _short(had[-1]) if had else None


def demand_current(database_url: str) -> None:
    """Raise SchemaVersionError unless the queue's tables are those that this code speaks to."""
    with _session(database_url) as session:
        had = _had(session)
    if not had:
        raise SchemaVersionError(shown(database_url), "has no queue yet; run `quxun db upgrade`")
    demand_known(database_url, had)
    if _known() - set(had):
        said = f"has the queue of an older Quxun ({_short(had[-1])}); run `quxun db upgrade`"
        raise SchemaVersionError(shown(database_url), said)


def demand_known(database_url: str, had: Sequence[str]) -> None:
    """Raise SchemaVersionError if the queue's tables have had a migration that this code does not know."""
    if beyond := set(had) - _known():
        said = f"has the queue of a newer Quxun ({_short(max(beyond))}); install the newer version"
        raise SchemaVersionError(shown(database_url), said)


def upgrade(database_url: str) -> str:
    """Bring the queue's tables up to date; the version they have then. Others that want the same wait for it."""
    with _session(database_url) as session:
        session.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_CLASS, _UPGRADE_LOCK))
        there = _exists(session, "procrastinate_jobs")
        had = set(_had(session))
        demand_known(database_url, sorted(had))
        if not there:
            _install(session)
        elif had:
            _migrate(session, had)
        else:
            said = f"has tables of Procrastinate that Quxun did not install: there is no table {_NOTED}"
            raise SchemaVersionError(shown(database_url), said)
        return _short(_had(session)[-1])


def _install(session: psycopg.Connection) -> None:
    with session.transaction():
        session.execute(f"DROP TABLE IF EXISTS {_NOTED}".encode())
        session.execute(_NOTES.encode())
        session.execute(SchemaManager.get_schema().encode())
        for file in files():
            session.execute(_NOTE.encode(), (file.stem,))


def _migrate(session: psycopg.Connection, had: set[str]) -> None:
    """One transaction a file: a later one may use what an earlier one added to an enumeration."""
    for file in files():
        if file.stem not in had:
            with session.transaction():
                session.execute(file.read_bytes())
                session.execute(_NOTE.encode(), (file.stem,))


def _had(session: psycopg.Connection) -> list[str]:
    """Names of the migrations that the tables have had, in their order."""
    if not _exists(session, _NOTED) or not _exists(session, "procrastinate_jobs"):
        return []
    rows = session.execute(f"SELECT name FROM {_NOTED}".encode()).fetchall()  # noqa: S608 - as above
    return sorted(str(name) for (name,) in rows)


def _exists(session: psycopg.Connection, table: str) -> bool:
    row = session.execute("SELECT to_regclass(%s)", (table,)).fetchone()
    return row is not None and row[0] is not None


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(file.stem for file in files())


def _short(name: str) -> str:
    """`03.04.00_50_post_add_retry…` → `03.04.00_50`."""
    return "_".join(name.split("_")[:2])


@contextlib.contextmanager
def _session(database_url: str) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(conninfo(database_url, "quxun queue schema"), autocommit=True) as session:
            yield session
    except psycopg.Error as error:
        raise trouble(shown(database_url), error) from error

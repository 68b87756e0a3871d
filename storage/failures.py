"""Turn what a driver says into the sentence an operator can act on. No SQLAlchemy exception leaves storage."""

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.errors import DatabaseError, QuxunError

if TYPE_CHECKING:
    import psycopg

#: Primary result codes of SQLite (sqlite.org/rescode.html), by their low byte.
_SQLITE = {
    sqlite3.SQLITE_BUSY: "is locked: another process has been writing for too long",
    sqlite3.SQLITE_LOCKED: "is locked: another process has been writing for too long",
    sqlite3.SQLITE_READONLY: "is read-only; check the permissions of the file and its folder",
    sqlite3.SQLITE_PERM: "may not be accessed; check the permissions of the file and its folder",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_NOTADB: "is not a database; another file stands where it should be",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written to",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
    sqlite3.SQLITE_TOOBIG: "cannot hold a value of that size",
}

#: SQLSTATE codes and classes (PostgreSQL manual, appendix A), the longest match counts.
_POSTGRESQL = {
    "08": "is unreachable: the connection broke",
    "25006": "is read-only",
    "28": "refuses the user or the password",
    "3D000": "does not exist on that server",
    "40": "was busy with a conflicting change; try again",
    "42501": "refuses: the user lacks a permission",
    "42P01": "lacks tables; run `quxun db upgrade`",
    "42703": "lacks columns; run `quxun db upgrade`",
    "53100": "cannot grow: the disk is full",
    "53300": "has no connection left for us",
    "53": "is out of resources",
    "55P03": "is locked: another process has been writing for too long",
    "57": "is unreachable: the server is stopping or cancelled the work",
    "58": "cannot be read or written: the server's disk reports an error",
    "XX": "is damaged or its server has a fault",
}

#: SQLSTATEs of a transaction that lost against another one and succeeds when it is done again.
_LOST = ("40001", "40P01")


def explain(error: SQLAlchemyError, url: str) -> QuxunError:
    """The error to raise instead; `url` names the database without its password."""
    if isinstance(error, PoolTimeout):
        return DatabaseError(url, "has no connection left for us")
    if isinstance(error, StatementError) and isinstance(error.orig, QuxunError):
        return error.orig  # a value that cannot be stored, met while a statement was filled in
    cause = error.orig if isinstance(error, StatementError) else None
    if isinstance(cause, sqlite3.Error):
        return DatabaseError(url, _of_sqlite(cause))
    of_postgresql = _as_of_postgresql(cause)
    if of_postgresql is not None:
        return DatabaseError(url, _of_postgresql(of_postgresql))
    return DatabaseError(url, f"cannot be used: {_first_line(cause or error)}")


def lost_a_race(error: SQLAlchemyError) -> bool:
    """Whether the same transaction would succeed if it were done again."""
    of_postgresql = _as_of_postgresql(error.orig if isinstance(error, DBAPIError) else None)
    return of_postgresql is not None and of_postgresql.sqlstate in _LOST


def _as_of_postgresql(cause: BaseException | None) -> "psycopg.Error | None":
    """The error if it is one of PostgreSQL's driver, which processes that work on SQLite do without: it is large."""
    if cause is None or isinstance(cause, sqlite3.Error):
        return None
    import psycopg

    return cause if isinstance(cause, psycopg.Error) else None


def _of_sqlite(cause: sqlite3.Error) -> str:
    code = getattr(cause, "sqlite_errorcode", None)  # absent where Python itself refuses
    if code is not None and code & 0xFF in _SQLITE:
        return _SQLITE[code & 0xFF]
    if code is not None and code & 0xFF == sqlite3.SQLITE_CONSTRAINT:
        return f"refuses a row: {_first_line(cause)}"
    if "no such table" in str(cause) or "no such column" in str(cause):
        return "lacks tables or columns; run `quxun db upgrade`"
    return f"cannot be used: {_first_line(cause)}"


def _of_postgresql(cause: "psycopg.Error") -> str:
    state = cause.sqlstate
    if state is None:
        return f"is unreachable: {_first_line(cause)}"
    if state.startswith("23"):
        return f"refuses a row: {cause.diag.constraint_name or _first_line(cause)}"
    for known in (state, state[:2]):
        if known in _POSTGRESQL:
            return f"{_POSTGRESQL[known]} ({_first_line(cause)})"
    return f"cannot be used: {_first_line(cause)}"


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]

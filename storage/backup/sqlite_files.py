"""SQLite databases as files that somebody carries: copied while in use, looked over, put to rest on the disk.

A file at rest is complete in itself, without a -wal beside it, and can be moved, renamed and compared by its
bytes. `Database` is for files in use.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage.backup.transfer import Watch, is_whole
from storage.database import Database
from storage.errors import DatabaseError, QuxunError, UnreadableInput
from storage.failures import explain
from storage.records import Digest

#: 8 MB: seldom enough to cost nothing, often enough to show that it goes on.
_PAGES = 2000

#: A file that others have open is given up after this.
_PATIENCE_S = 2.0

#: Payloads that are referred to but not there; those let go of because of their age are not missed.
_MISSING = """
SELECT DISTINCT payload_digest FROM snapshots
WHERE kind = 'response' AND {kept} AND payload_digest NOT IN (SELECT digest FROM other.blobs)
"""

_UNREFERENCED = """
DELETE FROM blobs
WHERE digest NOT IN (SELECT payload_digest FROM other.snapshots WHERE payload_digest IS NOT NULL)
"""

_ADD_MISSING = """
INSERT INTO other.blobs SELECT * FROM main.blobs WHERE digest NOT IN (SELECT digest FROM other.blobs)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the two files of an archive hold."""

    #: Table → rows.
    counts: dict[str, int]
    #: Payloads that are not what they are stored under, and such as snapshots refer to and that are not there.
    damaged: tuple[Digest, ...]
    missing: tuple[Digest, ...]


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """A file in use, as everybody else opens it."""
    database = Database(URL.create("sqlite+pysqlite", database=str(path)), _PATIENCE_S)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def read_file(path: Path) -> Iterator[Connection]:
    """A connection to a file at rest, of which nothing is changed, not even its time."""
    engine = create_engine("sqlite+pysqlite://", creator=lambda: _at_rest(path), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def fill_file(path: Path) -> Iterator[Connection]:
    """One transaction on a file that nobody else knows yet: fast, without a journal and without foreign keys."""

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(path, isolation_level=None)
        _unjournaled(made)
        return made

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        yield connection
        connection.exec_driver_sql("COMMIT")


def copy_pages(source: Connection, target: Path, doing: str, watch: Watch) -> None:
    """Copy the file as the connection's transaction sees it, however much is written to it meanwhile.

    Without that transaction SQLite would begin anew after each write of others, and under a crawl never end.
    """
    driver = source.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)

    def step(_: int, left: int, total: int) -> None:
        watch(doing, total - left, total)

    with failing(target), closing(sqlite3.connect(target)) as copy:
        driver.backup(copy, pages=_PAGES, progress=step)


def compact(raw: Path, target: Path) -> None:
    """Write the file anew, without what was erased from it, which still stands between its rows."""
    with failing(target), closing(sqlite3.connect(raw, isolation_level=None)) as source:
        source.execute("PRAGMA journal_mode = DELETE")
        source.execute("VACUUM INTO ?", (str(target),))


def drop_unreferenced(rows: Path, payloads: Path) -> None:
    """Take those payloads out that no snapshot refers to: a run had just stored them, or died over them."""
    with failing(payloads), closing(sqlite3.connect(payloads, isolation_level=None, timeout=_PATIENCE_S)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("ATTACH ? AS other", (str(rows),))
        connection.execute(_UNREFERENCED)


def look_over(rows: Path, payloads: Path, watch: Watch) -> Contents:
    """What two files at rest hold; UnreadableInput if one is damaged. Every payload's digest is computed anew."""
    watch("verifying the rows", 0, 1)
    with _looking_at(rows) as connection:
        if dangling := connection.execute("PRAGMA foreign_key_check").fetchall():
            raise UnreadableInput(rows, f"is damaged: {len(dangling)} references lead nowhere")
        connection.execute("ATTACH ? AS other", (_immutable(payloads),))
        dropped = {row[1] for row in connection.execute("PRAGMA table_info(snapshots)")} & {"payload_dropped_at"}
        query = _MISSING.format(kept="payload_dropped_at IS NULL" if dropped else "1")
        missing = tuple(Digest(row[0]) for row in connection.execute(query))
        counts = _counts(connection)
    with _looking_at(payloads) as connection:
        counts |= _counts(connection)
        damaged = tuple(_damaged(connection, counts.get("blobs", 0), watch))
    return Contents(counts=counts, damaged=damaged, missing=missing)


def put_to_rest(path: Path) -> None:
    """Make one plain file of a database that nobody uses; DatabaseError if somebody does."""
    connection = take(path)
    if connection is None:
        raise DatabaseError(str(path), "is damaged")
    connection.close()
    flush(path)


def take(path: Path) -> sqlite3.Connection | None:
    """A file put to rest, that nobody else can open before this connection is closed; None if it is damaged.

    While it is held this process must not open the file in another way: closing that would let go of the lock.
    """
    with failing(path), ExitStack() as unless_taken:
        connection = unless_taken.enter_context(
            closing(sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_S))
        )
        try:
            for words in (
                "PRAGMA journal_mode = DELETE",
                "PRAGMA locking_mode = EXCLUSIVE",
                "BEGIN EXCLUSIVE",
                "COMMIT",
            ):
                connection.execute(words)
        except sqlite3.DatabaseError as error:
            code = error.sqlite_errorcode & 0xFF
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise DatabaseError(str(path), "is in use: end what has it open, then try again") from error
            if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                return None
            raise
        unless_taken.pop_all()
        return connection


def add_payloads(taken: sqlite3.Connection, target: Path) -> int:
    """Copy those payloads of a taken file that the other one lacks, if it can be read; how many."""
    with failing(target):
        if not taken.execute("SELECT 1 FROM sqlite_master WHERE name = 'blobs'").fetchone():
            return 0
        taken.execute("ATTACH ? AS other", (str(target),))
        try:
            return taken.execute(_ADD_MISSING).rowcount
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                raise
            return 0
        finally:
            taken.execute("DETACH other")


def flush(path: Path) -> None:
    """Have a file or folder on the disk for good."""
    with failing(path):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def failing(path: Path) -> Iterator[None]:
    """Raise what goes wrong with a file as a sentence that names it."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(OperationalError("", None, error), str(path)) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        problem = "the disk is full" if full else error.strerror or str(error)
        raise QuxunError(f"{error.filename or path} cannot be read or written: {problem}") from error


def _at_rest(path: Path) -> sqlite3.Connection:
    # Without `immutable` SQLite would want to make a -shm beside a file that was once in WAL mode.
    return sqlite3.connect(_immutable(path), uri=True, isolation_level=None, check_same_thread=False)


def _immutable(path: Path) -> str:
    return f"file:{quote(str(path))}?mode=ro&immutable=1"


def _unjournaled(connection: sqlite3.Connection) -> None:
    for words in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {words}")


@contextmanager
def _looking_at(path: Path) -> Iterator[sqlite3.Connection]:
    """A file at rest that is sound as far as SQLite can tell."""
    try:
        with closing(_at_rest(path)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            if found != ["ok"]:
                raise UnreadableInput(path, f"is damaged: {found[0]}")
            yield connection
    except sqlite3.Error as error:
        raise UnreadableInput(path, f"is damaged: {error}") from error


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Of every table of the file, also of one that this version does not know."""
    names = [
        row[0]
        for row in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
        if not row[0].startswith("sqlite_") and row[0] != "alembic_version"
    ]
    query = 'SELECT count(*) FROM main."{}"'  # the names are the file's own
    return {name: connection.execute(query.format(name)).fetchone()[0] for name in sorted(names)}


def _damaged(connection: sqlite3.Connection, total: int, watch: Watch) -> Iterator[Digest]:
    rows = connection.execute("SELECT digest, raw_bytes, data FROM blobs")
    for done, (digest, raw_bytes, data) in enumerate(rows, 1):
        if not is_whole(digest, raw_bytes, data):
            yield Digest(digest)
        watch("verifying the payloads", done, total)

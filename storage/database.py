"""Open a database and hand out transactions. Knows both databases' manners and no table.

SQLite: a write transaction begins IMMEDIATE, because one that reads first and then wants to write
does not wait for the lock but fails; WAL lets readers go on meanwhile. The file must be on a local disk.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from storage.errors import ConfigError, DatabaseError
from storage.failures import explain, lost_a_race

#: How long to wait for another writer: the longest write seen with eight writers took 0.44 s.
BUSY_TIMEOUT_S = 30.0

#: The same after it was waited for in vain, until a write begins again: who ends because of it ends soon.
IMPATIENT_S = 2.0

#: How often a transaction that lost against another one is done again.
MAX_ATTEMPTS = 5

#: First key of all our advisory locks, so that they meet nobody else's on a shared server.
LOCK_CLASS = 0x7175_7875

_CONNECT_TIMEOUT_S = 10

_WAL_PAUSE_S = 0.02

#: Memory for pages of a file, of each connection: a service has several. And pages of its log before they go into it:
#: what is written all over a file, as fingerprints are, is then written once for many transactions.
_CACHE_KIB, _CHECKPOINT_PAGES = 4 * 1024, 8000

_WRITES = "quxun_writes"

DoneT = TypeVar("DoneT")


class Database:
    """A database with its connections. Close it when done."""

    def __init__(self, url: URL, busy_timeout_s: float, *, create: bool = True) -> None:
        """`create`: make an SQLite file that is not there yet."""
        self.is_sqlite = url.get_backend_name() == "sqlite"
        #: For messages: without the password.
        self.url = url.render_as_string(hide_password=True)
        self._create = create
        self.engine = _sqlite(url, busy_timeout_s) if self.is_sqlite else _postgresql(url, busy_timeout_s)
        self._file = file_of(url) if self.is_sqlite else None
        #: Device and inode of the file that is open; None before the first connection.
        self._opened: tuple[int, int] | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and does not write."""
        with self._errors(), self._connect_to_read() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back by any exception."""
        with self._errors(), self._connect_to_write() as connection, connection.begin():
            yield connection

    @contextmanager
    def migration(self) -> Iterator[Connection]:
        """A write transaction that may make tables anew: SQLite looks at its references only at the end."""
        with self._errors(), self._connect_to_write() as connection:
            if not self.is_sqlite:
                with connection.begin():
                    yield connection
                return
            _pragma(connection, "foreign_keys = OFF")  # has no effect within a transaction
            try:
                with connection.begin():
                    yield connection
                    if dangling := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                        raise DatabaseError(self.url, f"the upgrade would break {len(dangling)} references: not done")
            finally:
                _pragma(connection, "foreign_keys = ON")

    def retry(self, work: Callable[[Connection], DoneT]) -> DoneT:
        """What `work` returns, done in one write transaction; done again if it lost against another one."""
        with self._errors():
            for attempt in range(1, MAX_ATTEMPTS + 1):
                try:
                    with self._connect_to_write() as connection, connection.begin():
                        return work(connection)
                except SQLAlchemyError as error:
                    if attempt == MAX_ATTEMPTS or not lost_a_race(error):
                        raise
        raise AssertionError  # the last attempt returns or raises

    def lock(self, connection: Connection, name: int) -> None:
        """Wait until no other transaction holds the lock of that number; held until this one ends.

        SQLite needs none: it has one writer at a time.
        """
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:kind, :name)"), {"kind": LOCK_CLASS, "name": name})

    def connections_in_use(self) -> int:
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    def close(self) -> None:
        self.engine.dispose()

    def _connect_to_read(self) -> Connection:
        connection = self._connect()
        if self.is_sqlite:
            return connection
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def _connect_to_write(self) -> Connection:
        return self._connect().execution_options(**{_WRITES: True})

    def _connect(self) -> Connection:
        """A connection to the file that has the name now: one that lost it would be written to in vain."""
        if self._file is None:
            return self.engine.connect()
        if self._opened is None and self._create:
            self._make()
        identity = self._identity()
        if self._opened not in (None, identity):
            self.engine.dispose()  # another file was put in its place
        self._opened = identity  # as it was before: one that is put there in this moment is noticed the next time
        return self.engine.connect()

    def _make(self) -> None:
        """Make the file if it is not there; DatabaseError if it was there and is gone."""
        assert self._file is not None
        log = self._file.with_name(f"{self._file.name}-wal")
        if not self._file.exists() and log.exists():  # SQLite would erase the log, and what was written last with it
            raise DatabaseError(self.url, f"is gone, but its log {log.name} is still there: put it back")
        try:
            self._file.touch()
        except OSError as error:
            raise DatabaseError(self.url, f"cannot be opened: {error.strerror}") from error

    def _identity(self) -> tuple[int, int]:
        """Device and inode of the file; DatabaseError if there is none."""
        assert self._file is not None
        try:
            found = self._file.stat()
        except OSError as error:
            raise DatabaseError(self.url, "is gone: its file was removed or renamed while it was in use") from error
        return found.st_dev, found.st_ino

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise explain(error, self.url) from error


def parse(url: str) -> URL:
    """The URL of a database that we can use; ConfigError says why another is not."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigError("QUXUN_DATABASE_URL", "", "is not the URL of a database") from error
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigError("QUXUN_DATABASE_URL", "", f"{backend} is neither sqlite nor postgresql")
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigError("QUXUN_DATABASE_URL", "", "an SQLite database needs a file: sqlite:///path/quxun.db")
    return parsed.set(drivername="sqlite+pysqlite")


def file_of(url: URL) -> Path:
    """The file of an SQLite database."""
    return Path((url.database or "").removeprefix("file:"))


def make_folder(url: URL) -> None:
    """Create the folder of an SQLite file."""
    try:
        file_of(url).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(url.render_as_string(), f"its folder cannot be made: {error.strerror}") from error


def _sqlite(url: URL, busy_timeout_s: float) -> Engine:
    # The driver's own waiting would end sooner than ours and its own BEGIN is always deferred.
    # The connection used last is used again: each keeps what it read, and one that rests keeps it for nothing.
    engine = create_engine(
        url, pool_use_lifo=True, connect_args={"timeout": busy_timeout_s, "check_same_thread": False}
    )

    @event.listens_for(engine, "do_connect")
    def opened(_dialect: object, _entry: object, given: list[str], options: dict[str, object]) -> None:
        # Never made anew: SQLite would then erase the log of a file that was only moved away for a moment.
        if not given[0].startswith("file:"):
            given[0], options["uri"] = f"file:{quote(given[0])}?mode=rw", True

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
            _go_wal(cursor, busy_timeout_s)
            cursor.execute("PRAGMA synchronous = NORMAL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
            cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        finally:
            cursor.close()

    event.listen(engine, "begin", _Turns(busy_timeout_s).begin)
    return engine


class _Turns:
    """How transactions of one database begin, and how long a writer waits for its turn."""

    def __init__(self, busy_timeout_s: float) -> None:
        self._patience_s = busy_timeout_s
        #: The last writer did not get its turn.
        self._in_vain = False

    def begin(self, connection: Connection) -> None:
        if not connection.get_execution_options().get(_WRITES, False):
            connection.exec_driver_sql("BEGIN")
            return
        impatient = self._in_vain
        if impatient:
            self._wait_up_to(connection, min(IMPATIENT_S, self._patience_s))
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except SQLAlchemyError:
            self._in_vain = True
            raise
        else:
            self._in_vain = False
        finally:
            if impatient:
                self._wait_up_to(connection, self._patience_s)

    def _wait_up_to(self, connection: Connection, seconds: float) -> None:
        _pragma(connection, f"busy_timeout = {int(seconds * 1000)}")


def _pragma(connection: Connection, words: str) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    cursor = driver.cursor()
    cursor.execute(f"PRAGMA {words}")
    cursor.close()


def _go_wal(cursor: DBAPICursor, busy_timeout_s: float) -> None:
    """Switch the file to write-ahead logging, which it remembers.

    Two processes that switch a new file at once are told that it is locked, without any waiting.
    """
    give_up_at = time.monotonic() + busy_timeout_s
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            return


def _postgresql(url: URL, busy_timeout_s: float) -> Engine:
    keepalives = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    engine = create_engine(
        url,
        pool_use_lifo=True,
        pool_pre_ping=True,  # a connection may have died with the server since it was last used
        connect_args={"connect_timeout": _CONNECT_TIMEOUT_S, "application_name": "quxun", **keepalives},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(f"SET lock_timeout = {int(busy_timeout_s * 1000)}")
        cursor.close()
        connection.commit()  # or a rollback of the first transaction would undo the settings

    return engine

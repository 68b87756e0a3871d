"""An archive as a whole: its rows and its payloads, wherever they are, seen as they are at one moment.

SQLite keeps the two in two files, and no transaction spans both. A payload is committed before the row that
refers to it, and erased after the row; so nobody may write while the two readings begin, and after that
everybody may.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, func, inspect, select, text
from sqlalchemy.engine import URL

from storage import migrate as migrations
from storage.columns import blob_metadata, metadata
from storage.database import BUSY_TIMEOUT_S, Database, file_of, parse
from storage.errors import DatabaseError, SchemaVersionError
from storage.schema import VERSIONS, service_processes

#: Every table of ours, each behind those that it refers to. Tables of others in the same database are not among them.
TABLES: tuple[Table, ...] = (*metadata.sorted_tables, *blob_metadata.sorted_tables)

#: The names of the two files, in an installation's folder as in a backup.
ROWS, PAYLOADS = "quxun.db", "blobs.db"

#: What the service says of itself is no content.
_CONTENT = tuple(table for table in TABLES if table is not service_processes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Where an archive is read or written: in PostgreSQL both are one connection."""

    #: The database's URL or the file's path, for messages.
    name: str
    rows: Connection
    payloads: Connection

    def of(self, table: Table) -> Connection:
        return self.payloads if table.metadata is blob_metadata else self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An open archive; on PostgreSQL both are the same database."""

    rows: Database
    payloads: Database

    @contextmanager
    def held_still(self) -> Iterator[Ends]:
        """Read it all as it is now, while others go on writing."""
        with ExitStack() as stack:
            if self.payloads is self.rows:
                connection = stack.enter_context(self.rows.read())
                yield Ends(name=self.rows.url, rows=connection, payloads=connection)
                return
            with self.rows.write():
                rows = _begun(stack.enter_context(self.rows.read()))
                payloads = _begun(stack.enter_context(self.payloads.read()))
            yield Ends(name=self.rows.url, rows=rows, payloads=payloads)

    @contextmanager
    def locked(self) -> Iterator[Ends]:
        """Read it all while nobody else can write; DatabaseError if somebody is writing and does not end."""
        with self.rows.write() as rows, ExitStack() as stack:
            if self.payloads is self.rows:
                names = ", ".join(table.name for table in TABLES)
                rows.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
                payloads = rows
            else:
                payloads = stack.enter_context(self.payloads.read())
            yield Ends(name=self.rows.url, rows=rows, payloads=payloads)

    def schema(self) -> str:
        """Its schema, which may be older than ours; SchemaVersionError for none, and for one that we do not know."""
        found = migrations.version(self.rows)
        if found is None:
            raise SchemaVersionError(self.rows.url, "has no tables yet; there is nothing in it")
        if found not in VERSIONS:
            migrations.demand_current(self.rows)
        return found

    def close(self) -> None:
        self.rows.close()
        self.payloads.close()


@contextmanager
def open_archive(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Iterator[Archive]:
    """The archive at that URL, whatever its schema; nothing is created or upgraded. DatabaseError if there is none."""
    parsed = parse(url)
    files = sqlite_files(parsed)
    for file in files:
        if not file.exists():
            raise DatabaseError(parsed.render_as_string(), f"is not there: there is no file {file}")
    rows = Database(parsed, busy_timeout_s)
    payloads = Database(parsed.set(database=str(files[1])), busy_timeout_s) if files else rows
    archive = Archive(rows=rows, payloads=payloads)
    try:
        yield archive
    finally:
        archive.close()


def sqlite_files(url: URL) -> tuple[Path, ...]:
    """The files of an SQLite archive: its rows and its payloads; none for PostgreSQL."""
    if url.get_backend_name() != "sqlite":
        return ()
    rows = file_of(url)
    return rows, rows.with_name(PAYLOADS)


def content(connection: Connection) -> dict[str, int]:
    """How many rows are in those of our tables that have any."""
    there = set(inspect(connection).get_table_names())
    counts = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in _CONTENT
        if table.name in there
    }
    return {name: count for name, count in counts.items() if count}


def told(counts: dict[str, int]) -> str:
    """What is in an archive, in words; never empty."""
    shown = (("sources", "sources"), ("articles", "articles"), ("snapshots", "snapshots"), ("blobs", "payloads"))
    return ", ".join(f"{counts[table]} {word}" for table, word in shown if table in counts) or (
        f"{sum(counts.values())} rows"
    )


def _begun(connection: Connection) -> Connection:
    """A transaction of SQLite sees what was there when it first read."""
    connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
    return connection

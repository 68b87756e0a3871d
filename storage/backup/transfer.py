"""Copy everything from one archive to another, and tell whether the same arrived.

It goes by the tables of the schema, so that a table that is added comes along by itself; alembic_version, which
is the schema's own, and tables of other libraries are left alone. Numbers are kept, also those that were given
and are no longer in use. Nothing is held in memory but a few rows.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
import zstandard
from sqlalchemy import Connection, LargeBinary, Row, Table, func, insert, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from storage.backup.archive import TABLES, Ends
from storage.blobs import digest_of
from storage.errors import DatabaseError
from storage.failures import explain
from storage.records import Digest
from storage.schema import blobs

#: Told what is being done, how far it has come, and how far it is.
Watch = Callable[[str, int, int], None]

#: Rows that are in memory at once, and rows with bytes in them, each of which may have several megabytes.
_BATCH, _HEAVY_BATCH = 200, 4

_MODULUS = 1 << 256


@dataclass(slots=True)
class Tally:
    """What an archive holds: equal for two that hold the same, whatever their databases."""

    #: Table → rows.
    counts: dict[str, int] = field(default_factory=dict)
    #: Table → the sum of its rows' digests, which does not depend on their order.
    sums: dict[str, int] = field(default_factory=dict)
    #: Payloads that are not what they are stored under.
    damaged: list[Digest] = field(default_factory=list)

    def add(self, table: Table, rows: Sequence[Row[Any]]) -> None:
        self.counts[table.name] = self.counts.get(table.name, 0) + len(rows)
        self.sums[table.name] = (self.sums.get(table.name, 0) + sum(map(_digest, rows))) % _MODULUS
        if table is blobs:
            self.damaged += [row.digest for row in rows if not is_whole(row.digest, row.raw_bytes, row.data)]


def copy(source: Ends, target: Ends, watch: Watch) -> Tally:
    """Copy it all into tables that are empty; returns what was read."""
    found = Tally()
    last = last_numbers(source)
    for table, batches in _reading(source, watch, "copying"):
        found.add(table, [])
        with _writing(target, table) as write:
            for batch in batches:
                found.add(table, batch)
                write(batch)
    with named(target.name):
        _set_numbers(target, last)
    return found


def tally(ends: Ends, watch: Watch) -> Tally:
    """What is there, with the digest of every payload computed anew."""
    found = Tally()
    for table, batches in _reading(ends, watch, "verifying"):
        found.add(table, [])
        for batch in batches:
            found.add(table, batch)
    return found


def demand_equal(sent: Tally, arrived: Tally, target: str) -> None:
    """Raise DatabaseError unless what arrived is what was sent."""
    for name in sorted({*sent.counts, *arrived.counts}):
        if sent.counts.get(name) != arrived.counts.get(name):
            said = (
                f"{arrived.counts.get(name, 0)} of {sent.counts.get(name, 0)} rows of {name} arrived; nothing is kept"
            )
            raise DatabaseError(target, said)
        if sent.sums.get(name) != arrived.sums.get(name):
            raise DatabaseError(target, f"gives back other rows of {name} than were sent; nothing is kept")


def is_whole(digest: str, raw_bytes: int, data: bytes) -> bool:
    """Whether a stored payload still is what it is stored under."""
    try:
        # Believed, the length could ask for any memory.
        return zstandard.frame_content_size(data) == raw_bytes and digest_of(_unpacked(data)) == digest
    except zstandard.ZstdError:
        return False


def last_numbers(ends: Ends) -> dict[str, int]:
    """Table → the highest number that a row of it was ever given; they are never given again."""
    with named(ends.name):
        return {
            table.name: max(_highest(ends.of(table), table), _last_given(ends.of(table), table))
            for table in TABLES
            if table.autoincrement_column is not None
        }


@contextmanager
def named(name: str) -> Iterator[None]:
    """Raise what goes wrong within as the error of that database."""
    try:
        yield
    except SQLAlchemyError as error:
        raise explain(error, name) from error
    except psycopg.Error as error:
        raise explain(OperationalError("", None, error), name) from error


def _reading(ends: Ends, watch: Watch, doing: str) -> Iterator[tuple[Table, Iterator[Sequence[Row[Any]]]]]:
    """Every table with its rows in batches, and somebody who is told how far it has come."""
    with named(ends.name):
        counts = {
            table: ends.of(table).execute(select(func.count()).select_from(table)).scalar_one() for table in TABLES
        }
    total, done = sum(counts.values()), 0

    def batches(table: Table) -> Iterator[Sequence[Row[Any]]]:
        nonlocal done
        heavy = any(isinstance(column.type, LargeBinary) for column in table.columns)
        options = {"yield_per": _HEAVY_BATCH if heavy else _BATCH}
        with named(ends.name):
            for batch in ends.of(table).execute(select(table), execution_options=options).partitions():
                yield batch
                done += len(batch)
                watch(f"{doing} {table.name}", done, total)

    for table in TABLES:
        yield table, batches(table)


@contextmanager
def _writing(ends: Ends, table: Table) -> Iterator[Callable[[Sequence[Row[Any]]], None]]:
    """What stores rows of the table."""
    connection = ends.of(table)
    names = [column.name for column in table.columns]

    def write(rows: Sequence[Row[Any]]) -> None:
        with named(ends.name):
            connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])

    if connection.dialect.name == "sqlite":
        yield write
        return
    # One statement a table: PostgreSQL looks at its references at the end, so that rows may refer to later ones.
    dialect = connection.dialect
    quote = dialect.identifier_preparer.quote
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    statement = f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN"
    with named(ends.name), driver.cursor() as cursor, cursor.copy(statement.encode()) as copying:

        def send(rows: Sequence[Row[Any]]) -> None:
            for row in rows:
                copying.write_row([_bound(process, value) for process, value in zip(processors, row, strict=True)])

        yield send


def _bound(process: Callable[[Any], Any] | None, value: object) -> object:
    return value if process is None else process(value)


def _digest(row: Row[Any]) -> int:
    """The digest of a row in one form for all databases."""
    form = json.dumps(list(row), default=_plain, sort_keys=True, ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(form.encode("utf-8", "surrogatepass")).digest(), "big")


def _plain(value: object) -> str:
    """Times are in UTC already, the types of the columns see to that."""
    match value:
        case date():  # and datetime
            return value.isoformat()
        case bytes() | memoryview():
            return hashlib.sha256(value).hexdigest()
        case _:
            raise TypeError(type(value))


def _unpacked(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(data)


def _highest(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.max(table.autoincrement_column))).scalar() or 0)


def _last_given(connection: Connection, table: Table) -> int:
    """What the database itself remembers, also of rows that are gone."""
    if connection.dialect.name != "sqlite":
        query = text("SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:name, :column) AS regclass))")
    elif _never_reused(table):
        query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    else:
        return 0
    assert table.autoincrement_column is not None
    given = {"name": table.name, "column": table.autoincrement_column.name}
    return int(connection.execute(query, given).scalar() or 0)


def _set_numbers(target: Ends, last: dict[str, int]) -> None:
    for table in TABLES:
        if not last.get(table.name):
            continue
        assert table.autoincrement_column is not None
        connection, column = target.of(table), table.autoincrement_column.name
        given = {"name": table.name, "column": column, "last": last[table.name]}
        if connection.dialect.name != "sqlite":
            sequence = "CAST(pg_get_serial_sequence(:name, :column) AS regclass)"
            connection.execute(text(f"SELECT setval({sequence}, :last)"), given)
        elif _never_reused(table):
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), given)
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), given)


def _never_reused(table: Table) -> bool:
    """Whether SQLite remembers the highest number of the table when its row is gone."""
    return bool(table.dialect_options["sqlite"]["autoincrement"])

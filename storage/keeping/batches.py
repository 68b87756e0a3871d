"""Work through many rows in short transactions, so that whoever writes beside it is never held up for long."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, LargeBinary, Select, Table, Text, cast, func, literal, select

from storage.database import Database
from storage.upserts import chunks

#: Rows that are looked up at once.
_ROUND = 50_000
#: Between two transactions: who waits for SQLite's lock looks now and then whether it is free.
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Freed:
    """How many there were, and how many bytes they took."""

    count: int = 0
    bytes: int = 0

    def __add__(self, other: "Freed") -> "Freed":
        return Freed(self.count + other.count, self.bytes + other.bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Rows of a table, by their ids, and what becomes of them."""

    table: Table
    #: The ids of the rows; those that were changed are not found again.
    find: Select[int]
    #: Whether a row is still to be changed, where it was found a while ago.
    is_left: ColumnElement[bool]
    change: Callable[[Connection, Sequence[int]], None]
    #: What a row takes.
    bytes: ColumnElement[int] = field(default_factory=lambda: literal(0))
    #: Rows in one transaction.
    batch: int = 500


class Batches:
    """Does steps in one database, or with `dry` only counts; `go_on` is asked before each transaction."""

    def __init__(self, database: Database, *, dry: bool, go_on: Callable[[], bool]) -> None:
        self.database = database
        self.dry = dry
        self._go_on = go_on

    def do(self, step: Step) -> Freed:
        """Change all rows of a step; how many they were."""
        if self.dry:
            with self.database.read() as connection:
                return _measured(connection, step, step.table.c.id.in_(step.find))
        done = Freed()
        while ids := self._found(step):
            for part in chunks(ids, step.batch):
                if not self.may_go_on():
                    return done
                done += self._change(step, part)
        return done

    def may_go_on(self) -> bool:
        """Whether the next transaction may begin; lets others write in between."""
        if not self._go_on():
            return False
        time.sleep(_PAUSE_S)
        return True

    def _found(self, step: Step) -> Sequence[int]:
        with self.database.read() as connection:
            return connection.execute(step.find.limit(_ROUND)).scalars().all()

    def _change(self, step: Step, part: Sequence[int]) -> Freed:
        with self.database.write() as connection:
            measured = _measured(connection, step, step.table.c.id.in_(part))
            ids = connection.execute(select(step.table.c.id).where(step.table.c.id.in_(part), step.is_left))
            step.change(connection, ids.scalars().all())
            return measured


def octets(database: Database, column: ColumnElement[Any]) -> ColumnElement[int]:
    """The bytes of a text as UTF-8, or of a value as JSON."""
    if database.is_sqlite:
        return func.length(cast(column, LargeBinary), type_=Integer)
    return func.octet_length(cast(column, Text), type_=Integer)


def _measured(connection: Connection, step: Step, which: ColumnElement[bool]) -> Freed:
    query = select(func.count(), func.sum(step.bytes)).select_from(step.table).where(which, step.is_left)
    count, size = connection.execute(query).one()
    return Freed(count, int(size or 0))

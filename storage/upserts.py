"""What the two databases say differently: INSERT … ON CONFLICT, and the test for membership in a long list."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

#: Values in one list: far below the 32,766 variables of SQLite.
CHUNK = 1000

ItemT = TypeVar("ItemT")


def insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def among(dialect: str, column: Column[Any], name: str) -> ColumnElement[bool]:
    """Whether the column's value is in the list that is bound under that name.

    PostgreSQL compares every row with every value of an IN list as long as it has no statistics of a table;
    an array it joins with, by the index.
    """
    if dialect == "sqlite":
        return column.in_(bindparam(name, expanding=True, type_=column.type))
    listed = func.unnest(bindparam(name, type_=postgresql.ARRAY(column.type)))
    return column.in_(select(listed.column_valued()))


def chunks(items: Sequence[ItemT], size: int = CHUNK) -> Iterator[Sequence[ItemT]]:
    """The items in pieces that a statement can hold."""
    for start in range(0, len(items), size):
        yield items[start : start + size]

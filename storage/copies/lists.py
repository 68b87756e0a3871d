"""Many numbers in one statement: as one parameter, so that neither the statement nor the driver grows with them."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql

from storage.upserts import insert

_LIST = postgresql.ARRAY(BigInteger)


def within(dialect: str, column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column's number is in the list that is bound under that name with `numbers`."""
    found: ColumnElement[bool] = column.in_(listed(dialect, name))
    return found


def listed(dialect: str, name: str) -> Select[Any]:
    """The numbers of a list, as part of another query."""
    if dialect == "sqlite":
        return select(func.json_each(bindparam(name)).table_valued("value").c.value)
    return select(func.unnest(bindparam(name, type_=_LIST)).column_valued())


def numbers(dialect: str, given: Iterable[int]) -> Any:
    """What to bind for a list of numbers."""
    return json.dumps(list(given)) if dialect == "sqlite" else list(given)


def gathered(dialect: str, column: Any) -> ColumnElement[Any]:
    """The numbers of a group as one value, which `numbers_of` reads: a row of a query costs more than a number."""
    return func.json_group_array(column) if dialect == "sqlite" else func.array_agg(column)


def numbers_of(gathered: Any) -> list[int]:
    """What `gathered` gave."""
    found: list[int] = json.loads(gathered) if isinstance(gathered, str) else gathered
    return found


def add_pairs(connection: Connection, table: Table, pairs: Sequence[tuple[int, int]]) -> None:
    """Insert rows of two numbers, in their order; one that is there stays."""
    if not pairs:
        return
    dialect = connection.dialect.name
    if dialect == "sqlite":
        connection.execute(_add_pairs(dialect, table), {"pairs": json.dumps(pairs)})
    else:
        ones, others = ([pair[at] for pair in pairs] for at in (0, 1))
        connection.execute(_add_pairs(dialect, table), {"ones": ones, "others": others})


@cache
def _add_pairs(dialect: str, table: Table) -> Any:
    one, other = table.columns
    if dialect == "sqlite":
        each = func.json_each(bindparam("pairs")).table_valued("value").c.value
        # Without a WHERE, SQLite takes ON CONFLICT for the condition of a join.
        rows = select(func.json_extract(each, "$[0]"), func.json_extract(each, "$[1]")).where(each.is_not(None))
    else:
        ones = (
            func.unnest(bindparam("ones", type_=_LIST), bindparam("others", type_=_LIST))
            .table_valued("one", "other")
            .render_derived()
        )
        rows = select(ones.c.one, ones.c.other)
    return insert(dialect, table).from_select([one.name, other.name], rows).on_conflict_do_nothing()

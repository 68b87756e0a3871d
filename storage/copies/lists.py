"""Many numbers in one statement: as one parameter, so that neither the statement nor the driver grows with them."""

import json
import struct
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql

_LIST = postgresql.ARRAY(BigInteger)
#: Bytes of the number of an article in a stored list, and of one with a mark before it: enough for 4 · 10^9.
_SHORT, _LONG = 3, 4
_MARK = b"\xff" * _SHORT
_FIRST_LONG = int.from_bytes(_MARK, "little")


def within(dialect: str, column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column's number is in the list that is bound under that name with `numbers`."""
    found: ColumnElement[bool] = column.in_(listed(dialect, name))
    return found


def listed(dialect: str, name: str) -> Select[Any]:
    """The numbers of a list, as part of another query."""
    return select(each_of(dialect, name))


def each_of(dialect: str, name: str) -> ColumnElement[Any]:
    """The numbers of a list, as a column of a table to join with."""
    if dialect == "sqlite":
        return func.json_each(bindparam(name)).table_valued("value").c.value
    # The text of an array: the driver would look at each number of a list to find its type.
    return func.unnest(cast(bindparam(name, type_=Text), _LIST)).table_valued("value").render_derived().c.value


def numbers(dialect: str, given: Iterable[int]) -> Any:
    """What to bind for a list of numbers."""
    return json.dumps(list(given)) if dialect == "sqlite" else f"{{{','.join(map(str, given))}}}"


def packed(article_ids: Iterable[int]) -> bytes:
    """The numbers of articles as they are stored: those of two lists, one after the other, are again a list.

    Three bytes for a number; those that need more follow a mark.
    """
    return b"".join(
        each.to_bytes(_SHORT, "little") if each < _FIRST_LONG else _MARK + each.to_bytes(_LONG, "little")
        for each in article_ids
    )


def unpacked(stored: bytes) -> tuple[int, ...]:
    """What `packed` made."""
    count = len(stored) // _SHORT
    if count == 1:  # nearly all of them
        return (int.from_bytes(stored, "little"),)
    if _MARK in stored:
        return tuple(_one_by_one(stored))
    wide = bytearray(_LONG * count)
    for byte in range(_SHORT):
        wide[byte::_LONG] = stored[byte::_SHORT]
    return struct.unpack(f"<{count}I", wide)


def _one_by_one(stored: bytes) -> Iterator[int]:
    """The numbers of a list with long ones; the mark may also lie across two short ones."""
    at = 0
    while at < len(stored):
        length = _SHORT
        if stored.startswith(_MARK, at):
            at, length = at + _SHORT, _LONG
        yield int.from_bytes(stored[at : at + length], "little")
        at += length

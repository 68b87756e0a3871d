"""Fingerprints that wait to be put into the index, and those that are boilerplate: few rows of many numbers each.

The hashes of a text belong all over the index; putting them there at once would write a page for each. So they wait in
a row a batch until many go to each page, and are put there in its order, all in one transaction. Who looks texts up
knows them meanwhile: every connection keeps what it read. A row is never changed, and its number is drawn by lot:
where that number is, the row says what it said, whatever was rolled back and whoever else writes.

Whoever writes here holds the lock of the stories.
"""

import secrets
import struct
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, func, select, union_all

from storage.copies import postings
from storage.copies.lists import numbers, within
from storage.schema import fresh_fingerprints, hot_fingerprints

#: Fingerprints that wait before they are put into the index, those of 4,000 texts; more would cost each connection
#: that knows them more than 15 MB, and keep others waiting longer when they are put there.
ENOUGH = 65_536
_KEPT = "quxun-fresh-fingerprints"

#: A hash and an article that has it.
Pair = tuple[int, int]


class Fresh:
    """What one connection read of both tables."""

    def __init__(self) -> None:
        #: The hashes that are boilerplate.
        self.hot: set[int] = set()
        #: The first article that has a hash, and the others: hardly any has more, and a list each would cost more.
        self._first: dict[int, int] = {}
        self._more: dict[int, list[int]] = {}
        #: The numbers of the rows that were read.
        self._rows: set[int] = set()

    def read(self, connection: Connection) -> None:
        """Learn what is new, and all of it if anything is gone."""
        there = set(connection.execute(_ROWS).scalars())
        if not self._rows <= there:
            self._clear()
        missing = there - self._rows
        if not missing:
            return
        first = self._first.setdefault
        for pairs in _packed(connection, fresh_fingerprints, missing):
            for each, article in [pair for pair in _pairs(pairs) if first(*pair) != pair[1]]:
                self._more.setdefault(each, []).append(article)
        for hashes in _packed(connection, hot_fingerprints, missing):
            self.hot.update(_numbers(hashes))
        self._rows = there

    def sharing(self, hashes: Set[int]) -> Iterator[tuple[int, Sequence[int]]]:
        """Those of the hashes that wait, each with the articles that have it."""
        for each in self._first.keys() & hashes:
            yield each, (self._first[each], *self._more.get(each, ()))

    def _clear(self) -> None:
        for kept in (self.hot, self._first, self._more, self._rows):
            kept.clear()


def fresh(connection: Connection) -> Fresh:
    """What waits and what is boilerplate, as this transaction sees it."""
    found: Fresh = connection.info.setdefault(_KEPT, Fresh())
    found.read(connection)
    return found


def add(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Let fingerprints wait; when there are enough of them, all go into the index."""
    if not pairs:
        return
    _write(connection, pairs)
    waiting = select(func.coalesce(func.sum(fresh_fingerprints.c.pairs), 0))
    if connection.execute(waiting).scalar_one() >= ENOUGH:
        merge(connection)


def add_hot(connection: Connection, hashes: Collection[int]) -> None:
    """Remember hashes as boilerplate."""
    row = {"id": _lot(), "packed": _of_numbers(sorted(hashes))}
    connection.execute(hot_fingerprints.insert(), row)


def merge(connection: Connection) -> None:
    """Put everything that waits into the index, except what became boilerplate."""
    hot = set(_all_hot(connection))
    pairs = [pair for pair in waiting_pairs(connection) if pair[0] not in hot]
    connection.execute(delete(fresh_fingerprints))
    postings.add(connection, pairs)
    if hot:
        connection.execute(delete(hot_fingerprints))
        add_hot(connection, hot)


def hashes_of(connection: Connection, article_ids: Set[int]) -> set[int]:
    """The fingerprints of articles, whether they wait or not; it takes long where there are many millions."""
    waiting = {each for each, article in waiting_pairs(connection) if article in article_ids}
    return waiting | postings.hashes_of(connection, article_ids)


def forget(connection: Connection, article_ids: Set[int], hashes: Set[int]) -> None:
    """Forget the fingerprints of articles: those that wait, and those that `hashes_of` told."""
    waiting = list(waiting_pairs(connection))
    left = [pair for pair in waiting if pair[1] not in article_ids]
    if len(left) < len(waiting):
        connection.execute(delete(fresh_fingerprints))
        _write(connection, left)
    postings.forget(connection, article_ids, hashes)


def waiting_pairs(connection: Connection) -> Iterator[Pair]:
    """The fingerprints that wait."""
    for pairs in connection.execute(select(fresh_fingerprints.c.packed)).scalars().all():
        yield from _pairs(pairs)


def _write(connection: Connection, pairs: Sequence[Pair]) -> None:
    if pairs:
        hashes, articles = zip(*pairs, strict=True)
        row = {"id": _lot(), "pairs": len(pairs), "packed": _of_numbers((*hashes, *articles))}
        connection.execute(fresh_fingerprints.insert(), row)


def _all_hot(connection: Connection) -> Iterator[int]:
    for hashes in connection.execute(select(hot_fingerprints.c.packed)).scalars():
        yield from _numbers(hashes)


def _packed(connection: Connection, table: Table, rows: Iterable[int]) -> list[bytes]:
    dialect = connection.dialect.name
    return list(connection.execute(_of(dialect, table), {"rows": numbers(dialect, rows)}).scalars())


def _pairs(packed: bytes) -> Iterator[Pair]:
    """The hashes come first, then the article of each."""
    found = _numbers(packed)
    half = len(found) // 2
    return zip(found[:half], found[half:], strict=True)


def _of_numbers(given: Collection[int]) -> bytes:
    return struct.pack(f"<{len(given)}q", *given)


def _numbers(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 8}q", packed)


def _lot() -> int:
    return secrets.randbits(62)


@cache
def _of(dialect: str, table: Table) -> Select[Any]:
    return select(table.c.packed).where(within(dialect, table.c.id, "rows"))


_ROWS = union_all(select(fresh_fingerprints.c.id), select(hot_fingerprints.c.id))

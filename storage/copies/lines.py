"""Count the lines that a publisher prints with many texts; a hash stands for one until it proves to be boilerplate."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, delete, func, select

from storage.copies.lists import numbers, within
from storage.schema import site_lines
from storage.upserts import insert
from text.copies.keys import Document
from text.copies.site_lines import SEEN, lines_of

#: Lines that are counted of one publisher; above that those that few texts had are forgotten.
_COUNTED = 3000
#: What such a line was seen in at most.
_FEW = 2


def boilerplate_of(connection: Connection, publisher_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """The boilerplate lines of each publisher, as words."""
    dialect = connection.dialect.name
    query = select(site_lines.c.publisher_id, site_lines.c.line).where(
        site_lines.c.line != "", within(dialect, site_lines.c.publisher_id, "ids")
    )
    found: dict[int, set[str]] = defaultdict(set)
    for row in connection.execute(query, {"ids": numbers(dialect, publisher_ids)}):
        found[row.publisher_id].add(row.line)
    return {publisher_id: frozenset(lines) for publisher_id, lines in found.items()}


def count(connection: Connection, documents: Iterable[Document]) -> None:
    """Count the lines of texts that were never counted before."""
    new: Counter[tuple[int, int]] = Counter()
    words: dict[tuple[int, int], str] = {}
    for document in documents:
        publisher_id = int(document.site)
        for line in lines_of(document.text):
            place = publisher_id, _hash(line)
            new[place] += 1
            words[place] = line
    if not new:
        return
    before = _counted(connection, new)
    rows = []
    for place, more in sorted(new.items()):
        texts = before.get(place, 0) + more
        line = words[place] if texts >= SEEN else ""
        rows.append({"publisher_id": place[0], "h": place[1], "texts": texts, "line": line})
    upsert = insert(connection.dialect.name, site_lines)
    upsert = upsert.on_conflict_do_update(
        index_elements=["publisher_id", "h"], set_={"texts": upsert.excluded.texts, "line": upsert.excluded.line}
    )
    connection.execute(upsert, rows)
    _forget_rare(connection, {publisher_id for publisher_id, _ in new})


def _counted(connection: Connection, wanted: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    """In how many texts those of the lines that are known were seen."""
    dialect = connection.dialect.name
    hashes: dict[int, list[int]] = defaultdict(list)
    for publisher_id, each in wanted:
        hashes[publisher_id].append(each)
    query = select(site_lines.c.publisher_id, site_lines.c.h, site_lines.c.texts).where(
        within(dialect, site_lines.c.publisher_id, "ids"), within(dialect, site_lines.c.h, "hashes")
    )
    values = {
        "ids": numbers(dialect, sorted(hashes)),
        "hashes": numbers(dialect, sorted({each for kept in hashes.values() for each in kept})),
    }
    return {(row.publisher_id, row.h): row.texts for row in connection.execute(query, values)}


def _forget_rare(connection: Connection, publisher_ids: Collection[int]) -> None:
    """Keep the table small: what is boilerplate is soon counted again."""
    mine = within(connection.dialect.name, site_lines.c.publisher_id, "ids")
    found = {"ids": numbers(connection.dialect.name, sorted(publisher_ids))}
    large = select(site_lines.c.publisher_id).where(mine).group_by(site_lines.c.publisher_id)
    for publisher_id in connection.execute(large.having(func.count() > _COUNTED), found).scalars().all():
        own = site_lines.c.publisher_id == publisher_id
        connection.execute(delete(site_lines).where(own, site_lines.c.texts <= _FEW))


def _hash(line: str) -> int:
    return int.from_bytes(hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "big")

"""The index itself: for each hash the articles that have it, in one value, as boilerplate would be hundreds of rows.

Whoever writes here holds the lock of the stories.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Delete,
    LargeBinary,
    Select,
    Text,
    Update,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.copies.lists import each_of, numbers, packed, unpacked, within
from storage.schema import fingerprints

#: Articles that are looked for in one passage through the index.
_AT_ONCE = 20


def sharing(connection: Connection, hashes: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """The articles that have each of the hashes; those that nobody has are left out."""
    dialect = connection.dialect.name
    # In the order in which they lie.
    rows = connection.execute(_sharing(dialect), {"hashes": numbers(dialect, sorted(hashes))})
    return {each: unpacked(articles) for each, articles in rows.all()}


def add(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Give each hash its articles, beside those that it has."""
    grouped: dict[int, bytes] = {}
    for each, article in pairs:
        grouped[each] = grouped.get(each, b"") + packed((article,))
    rows = sorted(grouped.items())
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        # As text: this way nothing looks at each of the rows on their way to the driver.
        connection.exec_driver_sql(_ADD_ONE, rows)
    else:
        connection.execute(_ADD_ALL, _as_texts(rows))


def remove(connection: Connection, hashes: Collection[int]) -> None:
    """Let go of hashes with all their articles."""
    dialect = connection.dialect.name
    if hashes:
        connection.execute(_remove(dialect), {"hashes": numbers(dialect, sorted(hashes))})


def hashes_of(connection: Connection, article_ids: Set[int]) -> set[int]:
    """The hashes that articles have, found by going through all there are.

    No index leads from an article to its hashes: it would be larger than they are, for something that is rare.
    """
    asked = sorted(article_ids)
    found: set[int] = set()
    for start in range(0, len(asked), _AT_ONCE):
        rows = connection.execute(_naming(connection.dialect.name, asked[start : start + _AT_ONCE])).all()
        found.update(each for each, articles in rows if not article_ids.isdisjoint(unpacked(articles)))
    return found


def forget(connection: Connection, article_ids: Collection[int], hashes: Collection[int]) -> None:
    """Take articles out of the hashes that they have."""
    rows = sharing(connection, hashes)
    left = {each: [one for one in has if one not in article_ids] for each, has in rows.items()}
    replace(connection, {each: kept for each, kept in left.items() if len(kept) < len(rows[each])})


def replace(connection: Connection, lists: Mapping[int, Collection[int]]) -> None:
    """Give hashes other articles than they had; one that has none any more goes."""
    remove(connection, [each for each, articles in lists.items() if not articles])
    kept = [{"hash": each, "articles": packed(articles)} for each, articles in lists.items() if articles]
    if kept:
        connection.execute(_REPLACE, kept)


@cache
def _sharing(dialect: str) -> Select[Any]:
    asked = each_of(dialect, "hashes")
    return select(fingerprints.c.h, fingerprints.c.article_ids).join_from(
        asked.table, fingerprints, fingerprints.c.h == asked
    )


@cache
def _remove(dialect: str) -> Delete:
    return delete(fingerprints).where(within(dialect, fingerprints.c.h, "hashes"))


def _naming(dialect: str, article_ids: Collection[int]) -> Select[Any]:
    """The hashes that some articles may have: the bytes of a number may also be those of two others."""
    place = func.instr if dialect == "sqlite" else func.pg_catalog.position
    named = (place(fingerprints.c.article_ids, packed([each])) > 0 for each in article_ids)
    return select(fingerprints.c.h, fingerprints.c.article_ids).where(or_(*named))


def _as_texts(rows: Sequence[tuple[int, bytes]]) -> dict[str, str]:
    """Hashes and lists as the texts of two arrays, the bytes in hexadecimal digits."""
    lists = ",".join(articles.hex() for _, articles in rows)
    return {"hashes": numbers("postgresql", (each for each, _ in rows)), "lists": f"{{{lists}}}"}


def _build_add_one() -> str:
    new = sqlite.insert(fingerprints).values(h=bindparam("h"), article_ids=bindparam("article_ids"))
    return str(_joining(new).compile(dialect=sqlite.dialect()))


def _build_add_all() -> Any:
    texts = cast(bindparam("lists", type_=Text), postgresql.ARRAY(Text))
    hashes = cast(bindparam("hashes", type_=Text), postgresql.ARRAY(BigInteger))
    rows = func.unnest(hashes, texts).table_valued("h", "articles").render_derived()
    chosen = select(rows.c.h, func.decode(rows.c.articles, "hex"))
    return _joining(postgresql.insert(fingerprints).from_select(["h", "article_ids"], chosen))


def _joining(new: Any) -> Any:
    both = fingerprints.c.article_ids.op("||")(new.excluded.article_ids)
    return new.on_conflict_do_update(index_elements=["h"], set_={"article_ids": cast(both, LargeBinary)})


_ADD_ONE, _ADD_ALL = _build_add_one(), _build_add_all()
_REPLACE: Update = (
    update(fingerprints).where(fingerprints.c.h == bindparam("hash")).values(article_ids=bindparam("articles"))
)

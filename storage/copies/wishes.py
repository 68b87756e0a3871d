"""What people said of articles: these are one story, those are none. It holds against every later run."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, or_, select

from storage.copies.index import StoredIndex
from storage.copies.lists import numbers, within
from storage.schema import articles, story_members, story_wishes
from storage.upserts import insert
from text.copies.index import Decision, Wishes
from text.copies.joining import decide
from text.copies.keys import Document
from text.copies.prints import Prints

Pairs = frozenset[tuple[int, int, bool]]


def decided(connection: Connection, index: StoredIndex, documents: Sequence[Document], made: Prints) -> list[Decision]:
    """The decisions on a batch, with those wishes in mind that they touch."""
    if connection.execute(select(story_wishes.c.article_id).limit(1)).first() is None:
        return decide(documents, index, made=made)
    pairs = _of_articles(connection, [document.id for document in documents])
    while True:
        found = decide(documents, index, _wishes(_told_by_others(connection, pairs)), made)
        # What it touches may have wishes, too, and with these in mind it may touch others.
        more = pairs | _of_articles(connection, _touched(connection, found))
        if more == pairs:
            return found
        pairs = more


def kept_apart(connection: Connection, one: int, other: int) -> bool:
    """Whether somebody wants two articles, or any of their stories, apart."""
    stories = {each: set(_touching(connection, [each])) for each in (one, other)}
    wishes = _wishes(_of_articles(connection, stories[one]))
    return any(
        (min(pair), max(pair)) in wishes.apart for pair in product(stories[one], stories[other]) if len(set(pair)) == 2
    )


def say(
    connection: Connection, pairs: Iterable[tuple[int, int]], by: str, now: datetime, reason: str, *, together: bool
) -> None:
    """Note what somebody said of pairs of articles; the last word on a pair counts."""
    rows = [
        {"article_id": one, "other_id": other, "together": together, "asked_by": by, "asked_at": now, "reason": reason}
        for one, other in sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    ]
    if rows:
        new = insert(connection.dialect.name, story_wishes)
        names = ("together", "asked_by", "asked_at", "reason")
        taken = {name: new.excluded[name] for name in names}
        connection.execute(new.on_conflict_do_update(index_elements=["article_id", "other_id"], set_=taken), rows)


def forget_between(connection: Connection, ones: Collection[int], others: Collection[int], *, together: bool) -> None:
    """Take back what was said of pairs of one article from each side."""
    pairs = {(min(pair), max(pair)) for pair in product(ones, others)}
    known = {(row.article_id, row.other_id) for row in _rows(connection, [*ones, *others]) if row.together is together}
    _delete(connection, pairs & known)


def forget(connection: Connection, named: Collection[int]) -> int:
    """Take back whatever was said of articles; how many wishes that were."""
    pairs = {(row.article_id, row.other_id) for row in _rows(connection, named)}
    _delete(connection, pairs)
    return len(pairs)


def _delete(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    for one, other in sorted(pairs):
        own = and_(story_wishes.c.article_id == one, story_wishes.c.other_id == other)
        connection.execute(delete(story_wishes).where(own))


def _wishes(pairs: Pairs) -> Wishes:
    return Wishes(
        apart=frozenset((one, other) for one, other, together in pairs if not together),
        together=frozenset((one, other) for one, other, together in pairs if together),
    )


def _touched(connection: Connection, decisions: Iterable[Decision]) -> list[int]:
    """The articles of all stories that decisions are about."""
    named = {each.document for each in decisions}
    for each in decisions:
        named.update(each.merges, () if each.partner is None else (each.partner,))
        named.update(parting.document for parting in each.partings)
    return _touching(connection, named)


def _touching(connection: Connection, named: Collection[int]) -> list[int]:
    """Articles, and all of their stories."""
    dialect = connection.dialect.name
    own = select(story_members.c.story_id).where(within(dialect, story_members.c.article_id, "ids"))
    query = select(story_members.c.article_id).where(story_members.c.story_id.in_(own))
    found = connection.execute(query, {"ids": numbers(dialect, sorted(named))}).scalars()
    return sorted({*named, *found})


def _told_by_others(connection: Connection, pairs: Pairs) -> Pairs:
    """The wishes, with another article of its story for one that was taken down: what was said of it goes on."""
    dialect = connection.dialect.name
    own, others, other = story_members.alias(), story_members.alias(), articles.alias()
    standing = case((other.c.takedown.is_(None), other.c.id))
    query = (
        select(own.c.article_id, func.min(standing).label("heir"))
        .join_from(own, articles, articles.c.id == own.c.article_id)
        .join(others, others.c.story_id == own.c.story_id)
        .join(other, other.c.id == others.c.article_id)
        .where(within(dialect, own.c.article_id, "ids"), articles.c.takedown.is_not(None))
        .group_by(own.c.article_id)
    )
    named = {article for one, other, _ in pairs for article in (one, other)}
    heirs = {row.article_id: row.heir for row in connection.execute(query, {"ids": numbers(dialect, sorted(named))})}
    if not heirs:
        return pairs
    told = ((heirs.get(one, one), heirs.get(other, other), together) for one, other, together in pairs)
    return frozenset(
        (min(one, other), max(one, other), together)
        for one, other, together in told
        if one is not None and other is not None and one != other
    )


def _of_articles(connection: Connection, named: Collection[int]) -> Pairs:
    return frozenset((row.article_id, row.other_id, row.together) for row in _rows(connection, named))


def _rows(connection: Connection, named: Collection[int]) -> Sequence[Row[Any]]:
    dialect = connection.dialect.name
    either = or_(within(dialect, story_wishes.c.article_id, "ids"), within(dialect, story_wishes.c.other_id, "ids"))
    return connection.execute(select(story_wishes).where(either), {"ids": numbers(dialect, sorted(named))}).all()

"""What articles have to do with others without being in their stories for it."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from storage.copies.lists import numbers, within
from storage.copies.telling import turned
from storage.records import ArticleId, ArticleLink
from storage.schema import article_links, articles, story_members
from text.copies.relation import Evidence, Kinship, sentence

_OPPOSITE = {Kinship.CONTAINS: Kinship.EXCERPT, Kinship.EXCERPT: Kinship.CONTAINS}


def links_of(connection: Connection, article_ids: Collection[int]) -> list[ArticleLink]:
    """The links of articles, whoever of the two said so, seen from these; none to those in the same story by now."""
    dialect = connection.dialect.name
    wanted = set(article_ids)
    found: dict[tuple[int, int], ArticleLink] = {}
    for row in connection.execute(_links(dialect), {"ids": numbers(dialect, sorted(wanted))}):
        for each in _seen_from(row, wanted):
            found.setdefault((each.article_id, each.other_id), each)
    return [found[each] for each in sorted(found)]


def _seen_from(row: Row[Any], wanted: Collection[int]) -> Iterable[ArticleLink]:
    said = Evidence.from_json(row.evidence)
    if row.article_id in wanted:
        yield _link(row.article_id, row.other_id, row.kinship, said)
    if row.other_id in wanted:
        yield _link(row.other_id, row.article_id, _OPPOSITE.get(row.kinship, row.kinship), turned(said))


def _link(one: int, other: int, kinship: Kinship, said: Evidence) -> ArticleLink:
    told = sentence(kinship, said)
    return ArticleLink(article_id=ArticleId(one), other_id=ArticleId(other), kinship=kinship.value, evidence=told)


@cache
def _links(dialect: str) -> Select[Any]:
    """The links of articles to others that stand and are in another story."""
    ours, theirs = story_members.alias(), story_members.alias()
    one, other = articles.alias(), articles.alias()
    named = or_(within(dialect, article_links.c.article_id, "ids"), within(dialect, article_links.c.other_id, "ids"))
    return (
        select(article_links)
        .join_from(article_links, ours, ours.c.article_id == article_links.c.article_id)
        .join(theirs, and_(theirs.c.article_id == article_links.c.other_id, theirs.c.story_id != ours.c.story_id))
        .join(one, and_(one.c.id == article_links.c.article_id, one.c.takedown.is_(None)))
        .join(other, and_(other.c.id == article_links.c.other_id, other.c.takedown.is_(None)))
        .where(named)
        .order_by(article_links.c.article_id, article_links.c.other_id)
    )

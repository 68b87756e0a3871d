"""Whether an article that was read again may leave its story, though its text is a copy of none there any more.

A copy that its publisher edits was a copy. So it stays with whom it ever had the same words, by the readings that count
now; and with whom other rules read, and the rules that read it never will: imports, and what was let go or taken down.
So does one of which somebody said where it belongs: it is there for that, and what it is kept apart from is no company.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select

from storage import snapshots as visits
from storage.schema import articles, extractions, snapshots, story_members, story_wishes


def may_leave(connection: Connection, article_id: int) -> bool:
    """Whether nothing but a text that has changed holds it in its story."""
    if any(connection.execute(query, {"article": article_id}).first() for query in (_WISHED, _SAME_WORDS)):
        return False
    rows = connection.execute(_READ, {"article": article_id}).all()
    own = next((row.extractor or "" for row in rows if row.id == article_id), "")
    return all(_is_comparable(row, own) for row in _others(rows, article_id))


def _others(rows: Sequence[Row[Any]], article_id: int) -> list[Row[Any]]:
    return [row for row in rows if row.id != article_id]


def _is_comparable(row: Row[Any], own: str) -> bool:
    if row.extractor == own:
        return True
    kept = row.payload_dropped_at is None and row.text_dropped_at is None and row.takedown is None
    return kept and (row.extractor or "").partition("/")[0] == own.partition("/")[0]


def _build_same_words() -> Select[Any]:
    """Another member that ever had words of an article."""
    mine, theirs, own, other = (each.alias() for each in (snapshots, snapshots, story_members, story_members))
    return (
        select(other.c.article_id)
        .join_from(own, other, (other.c.story_id == own.c.story_id) & (other.c.article_id != own.c.article_id))
        .join(theirs, theirs.c.article_id == other.c.article_id)
        .join(mine, (mine.c.content_digest == theirs.c.content_digest) & (mine.c.article_id == own.c.article_id))
        .where(own.c.article_id == bindparam("article"))
        .limit(1)
    )


def _build_read() -> Select[Any]:
    """Who read the newest snapshots of an article's story, and whether that can be done again."""
    own = story_members.alias()
    return (
        select(
            articles.c.id,
            articles.c.takedown,
            snapshots.c.payload_dropped_at,
            extractions.c.extractor,
            extractions.c.text_dropped_at,
        )
        .join_from(own, story_members, story_members.c.story_id == own.c.story_id)
        .join(articles, articles.c.id == story_members.c.article_id)
        .join(snapshots, snapshots.c.id == _response_of(articles.c.id))
        .outerjoin(extractions, visits.read_from(snapshots.c.id))
        .where(own.c.article_id == bindparam("article"))
    )


def _response_of(article_id: Any) -> Any:
    """The snapshot that has the payload of an article's newest one."""
    last = snapshots.alias()
    return (
        select(func.coalesce(last.c.refers_to, last.c.id))
        .where(last.c.id == visits.newest_id(article_id))
        .correlate_except(last)
        .scalar_subquery()
    )


_WISHED = (
    select(story_wishes.c.article_id)
    .where(or_(story_wishes.c.article_id == bindparam("article"), story_wishes.c.other_id == bindparam("article")))
    .limit(1)
)
_SAME_WORDS = _build_same_words()
_READ = _build_read()

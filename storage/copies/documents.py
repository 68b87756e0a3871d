"""Articles as they are compared: the newest reading of each that still has its text."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from storage import snapshots as visits
from storage.copies.lists import numbers, within
from storage.schema import articles, extractions, snapshots, story_members
from text.copies.index import Known
from text.copies.keys import Document


def documents(connection: Connection, ids: Iterable[int]) -> dict[int, Document]:
    """The articles that can be compared: not taken down, and with a text that was not let go."""
    found = _rows_of(connection, ids)
    return {row.id: document(row) for row in found if row.text_dropped_at is None}


def known(connection: Connection, ids: Iterable[int]) -> dict[int, Known]:
    """The articles that were decided before."""
    return {row.id: _known(row) for row in _rows_of(connection, ids) if row.rules}


def _rows_of(connection: Connection, ids: Iterable[int]) -> list[Row[Any]]:
    """What is compared of articles, and how they were decided; nothing of those taken down."""
    dialect = connection.dialect.name
    return list(connection.execute(_standing(dialect), {"ids": numbers(dialect, ids)}))


def document(row: Row[Any]) -> Document:
    stated = row.published_at or row.first_seen_at
    return Document(id=row.id, site=str(row.publisher_id), title=row.title, text=row.text, day=stated.date())


def _known(row: Row[Any]) -> Known:
    return Known(
        document=document(row), story=row.story_id, composite=row.composite, key=row.copy_key or b"", version=row.rules
    )


@cache
def _standing(dialect: str) -> Select[Any]:
    return (
        select(
            articles.c.id,
            articles.c.publisher_id,
            articles.c.first_seen_at,
            extractions.c.title,
            extractions.c.text,
            extractions.c.published_at,
            extractions.c.text_dropped_at,
            story_members.c.story_id,
            story_members.c.copy_key,
            story_members.c.rules,
            story_members.c.composite,
        )
        .join_from(articles, snapshots, snapshots.c.id == visits.newest_id(articles.c.id))
        .join(extractions, visits.read_from(func.coalesce(snapshots.c.refers_to, snapshots.c.id)))
        .outerjoin(story_members, story_members.c.article_id == articles.c.id)
        .where(articles.c.takedown.is_(None), within(dialect, articles.c.id, "ids"))
        .order_by(articles.c.id)
    )

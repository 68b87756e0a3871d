"""Stories: articles that carry the same text. How they come to be is in `storage.copies`; here they are read.

A story keeps its number. One that was merged into another leads there.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from storage import rows
from storage import snapshots as visits
from storage.copies.lists import numbers, within
from storage.database import Database
from storage.errors import NotFound
from storage.records import ArticleId, Digest, Relation, StoryId, StoryMember
from storage.schema import articles, publishers, snapshots, stories, story_members

#: Number of the advisory lock under which stories grow: two copies that arrive at once must meet.
STORIES_LOCK = 2


class Stories:
    """The stories of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def members(self, story_id: StoryId) -> list[StoryMember]:
        """The articles of a story, the original first; NotFound if there never was such a story.

        Those taken down are left out, so that there may be none.
        """
        with self._database.read() as connection:
            return members_of(connection, heir_of(connection, story_id))

    def of_article(self, article_id: ArticleId) -> StoryMember | None:
        with self._database.read() as connection:
            return member_of(connection, article_id)

    def with_content(self, content_digest: Digest) -> list[ArticleId]:
        """The articles whose newest snapshot has these words, in the order of their ids; none that was taken down."""
        with self._database.read() as connection:
            return [row.id for row in connection.execute(_WITH_CONTENT, {"digest": content_digest})]

    def heir(self, story_id: StoryId) -> StoryId:
        """The story itself, or the one that took its members; NotFound if there never was such a story."""
        with self._database.read() as connection:
            return heir_of(connection, story_id)


def heir_of(connection: Connection, story_id: StoryId) -> StoryId:
    """Where the number of a story leads."""
    wanted = story_id
    while True:
        row = connection.execute(_STORY, {"story": wanted}).one_or_none()
        if row is None:
            raise NotFound("story", story_id)
        if row.merged_into is None:
            return StoryId(row.id)
        wanted = row.merged_into


def members_of(connection: Connection, story_id: StoryId) -> list[StoryMember]:
    """The articles of a story that stand, the original first, then by their numbers."""
    found = [rows.story_member(row) for row in connection.execute(_MEMBERS, {"story": story_id})]
    return sorted(found, key=lambda member: member.relation is not Relation.ORIGINAL)


def member_of(connection: Connection, article_id: ArticleId) -> StoryMember | None:
    """What an article is in its story; None for one that is in none, and for one that was taken down."""
    return members_among(connection, [article_id]).get(article_id)


def members_among(connection: Connection, article_ids: Sequence[ArticleId]) -> dict[ArticleId, StoryMember]:
    """What articles are in their stories, without those that are in none or were taken down."""
    dialect = connection.dialect.name
    told = connection.execute(_among(dialect), {"ids": numbers(dialect, article_ids)})
    found = (rows.story_member(row) for row in told)
    return {member.article_id: member for member in found}


def _with_words(digest: Any) -> Select[Any]:
    """The articles whose newest snapshot has these words."""
    return (
        select(articles.c.id)
        .join_from(snapshots, articles, snapshots.c.article_id == articles.c.id)
        .where(snapshots.c.content_digest == digest, articles.c.takedown.is_(None))
        .where(snapshots.c.id == visits.newest_id(articles.c.id))
    )


def _build_members() -> Select[Any]:
    """Members that stand, with what the evidence is told of."""
    partners, their_publishers = articles.alias(), publishers.alias()
    return (
        select(story_members, stories.c.why, their_publishers.c.name.label("partner_publisher"))
        .join_from(story_members, articles, articles.c.id == story_members.c.article_id)
        .join(stories, stories.c.id == story_members.c.story_id)
        .outerjoin(partners, partners.c.id == story_members.c.partner_id)
        .outerjoin(their_publishers, their_publishers.c.id == partners.c.publisher_id)
        .where(articles.c.takedown.is_(None))
        .order_by(story_members.c.article_id)
    )


@cache
def _among(dialect: str) -> Select[Any]:
    return _build_members().where(within(dialect, story_members.c.article_id, "ids"))


# Built once: building costs more than running.
_MEMBERS = _build_members().where(story_members.c.story_id == bindparam("story"))
_STORY = select(stories.c.id, stories.c.merged_into).where(stories.c.id == bindparam("story"))
_WITH_CONTENT = _with_words(bindparam("digest")).order_by(articles.c.id)

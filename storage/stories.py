"""Stories: articles of several publishers that carry the same text.

A member never moves to another story because its words were changed, only where better rules read it again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from storage import rows
from storage import snapshots as visits
from storage.articles import stated_at
from storage.database import Database
from storage.errors import NotFound
from storage.identity import by_id
from storage.records import ArticleId, Digest, Relation, StoryId, StoryMember
from storage.regrouping import ALONE, FIRST, merge, part, same_words
from storage.schema import articles, publishers, snapshots, stories, story_members

#: Number of the advisory lock under which stories grow: two copies that arrive at once must meet.
STORIES_LOCK = 2


class Stories:
    """The stories of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def members(self, story_id: StoryId) -> list[StoryMember]:
        """The articles of a story, the original first; NotFound if there is no such story."""
        query = select(story_members).where(story_members.c.story_id == story_id).order_by(story_members.c.article_id)
        with self._database.read() as connection:
            found = [rows.story_member(row) for row in connection.execute(query)]
        if not found:
            raise NotFound("story", story_id)
        return sorted(found, key=lambda member: member.relation is not Relation.ORIGINAL)

    def of_article(self, article_id: ArticleId) -> StoryMember | None:
        with self._database.read() as connection:
            return _member(connection, article_id)

    def with_content(self, content_digest: Digest) -> list[ArticleId]:
        """The articles whose newest snapshot has these words, in the order of their ids; none that was taken down."""
        with self._database.read() as connection:
            return [row.id for row in connection.execute(_WITH_CONTENT, {"digest": content_digest})]

    def join(
        self,
        article_id: ArticleId,
        relation: Relation,
        evidence: str,
        now: datetime,
        story_id: StoryId | None = None,
    ) -> StoryMember:
        """Put an article into a story, or into a new one. One that is in a story already stays where it is."""
        with self._database.write() as connection:
            self._database.lock(connection, STORIES_LOCK)
            by_id(connection, article_id)
            return _join(connection, article_id, relation, evidence, now, story_id)

    def settle_exact(self, article_id: ArticleId, now: datetime) -> StoryMember:
        """Put an article into the story of another publisher's article with the same words. Idempotent.

        Of several such stories it joins the oldest. Where there is none yet, the article that was published
        first becomes the original of a new one; an article that nobody else has gets a story of its own.
        """
        return self.settle_all_exact([article_id], now)[0]

    def settle_all_exact(self, article_ids: Sequence[ArticleId], now: datetime) -> list[StoryMember]:
        """`settle_exact` for several articles in their order, in one transaction."""
        with self._database.write() as connection:
            self._database.lock(connection, STORIES_LOCK)
            return [_settle_exact(connection, article_id, now) for article_id in article_ids]

    def settle_all_anew(self, article_ids: Sequence[ArticleId], now: datetime) -> list[StoryMember]:
        """The same for articles that were read again: they also leave a story, and whole stories meet. Idempotent."""
        with self._database.write() as connection:
            self._database.lock(connection, STORIES_LOCK)
            return [_settle_anew(connection, article_id, now) for article_id in article_ids]


def _settle_exact(connection: Connection, article_id: ArticleId, now: datetime) -> StoryMember:
    member = _member(connection, article_id)
    if member is not None:
        return member
    own = connection.execute(_STANDING, {"article": article_id}).one_or_none()
    if own is None:
        raise NotFound("article", article_id)
    others = connection.execute(_SAME_WORDS, {"digest": own.content_digest, "publisher": own.publisher_id}).all()
    told = [other for other in others if other.story_id is not None]
    if told:
        oldest = min(told, key=lambda other: other.story_id)
        return _join(connection, article_id, Relation.EXACT, _evidence(oldest), now, oldest.story_id)
    if not others or (own.stated_at, own.id) < (others[0].stated_at, others[0].id):
        return _join(connection, article_id, Relation.ORIGINAL, FIRST if others else ALONE, now, None)
    story = _join(connection, others[0].id, Relation.ORIGINAL, FIRST, now, None)
    return _join(connection, article_id, Relation.EXACT, _evidence(others[0]), now, story.story_id)


def _settle_anew(connection: Connection, article_id: ArticleId, now: datetime) -> StoryMember:
    own = connection.execute(_STANDING, {"article": article_id}).one_or_none()
    story_id = None if own is None or own.takedown is not None else part(connection, article_id, now)
    if own is not None and story_id is not None:
        others = connection.execute(_SAME_WORDS, {"digest": own.content_digest, "publisher": own.publisher_id}).all()
        told = {story_id, *(other.story_id for other in others if other.story_id is not None)}
        if len(told) > 1:
            merge(connection, told)
    return _settle_exact(connection, article_id, now)


def _evidence(other: Row[Any]) -> str:
    return same_words(other.id, other.publisher)


def _member(connection: Connection, article_id: ArticleId) -> StoryMember | None:
    row = connection.execute(_MEMBER, {"article": article_id}).one_or_none()
    return None if row is None else rows.story_member(row)


def _join(
    connection: Connection,
    article_id: ArticleId,
    relation: Relation,
    evidence: str,
    now: datetime,
    story_id: StoryId | None,
) -> StoryMember:
    member = _member(connection, article_id)
    if member is not None:
        return member
    if story_id is None:
        story_id = connection.execute(_ADD_STORY, {"created_at": now}).scalar_one()
    elif connection.execute(select(stories.c.id).where(stories.c.id == story_id)).one_or_none() is None:
        raise NotFound("story", story_id)
    values = {"article_id": article_id, "story_id": story_id, "relation": relation, "evidence": evidence}
    connection.execute(_ADD_MEMBER, values | {"joined_at": now})
    return StoryMember(story_id=story_id, article_id=article_id, relation=relation, evidence=evidence)


def _with_words(digest: Any) -> Select[Any]:
    """The articles whose newest snapshot has these words, with what a story needs to know of them."""
    return (
        select(
            articles.c.id,
            publishers.c.name.label("publisher"),
            story_members.c.story_id,
            stated_at().label("stated_at"),
        )
        .join_from(snapshots, articles, snapshots.c.article_id == articles.c.id)
        .join(publishers, articles.c.publisher_id == publishers.c.id)
        .outerjoin(story_members, story_members.c.article_id == articles.c.id)
        .where(snapshots.c.content_digest == digest, articles.c.takedown.is_(None))
        .where(snapshots.c.id == visits.newest_id(articles.c.id))
    )


# Built once: they run for every new article, and building costs more than running.
_MEMBER = select(story_members).where(story_members.c.article_id == bindparam("article"))
_STANDING = (
    select(
        articles.c.id,
        articles.c.publisher_id,
        articles.c.takedown,
        stated_at().label("stated_at"),
        snapshots.c.content_digest,
    )
    .outerjoin_from(articles, snapshots, snapshots.c.id == visits.newest_id(articles.c.id))
    .where(articles.c.id == bindparam("article"))
)
_SAME_WORDS = (
    _with_words(bindparam("digest"))
    .where(articles.c.publisher_id != bindparam("publisher"))
    .order_by(stated_at(), articles.c.id)
)
_WITH_CONTENT = _with_words(bindparam("digest")).order_by(articles.c.id)
_ADD_STORY = stories.insert().returning(stories.c.id)
_ADD_MEMBER = story_members.insert()

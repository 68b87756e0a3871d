"""Stories: articles of several publishers that carry the same text. A member never moves to another story."""

from datetime import datetime

from sqlalchemy import Connection, select

from storage import rows
from storage import snapshots as visits
from storage.articles import stated_at
from storage.database import Database
from storage.errors import NotFound
from storage.identity import by_id
from storage.records import ArticleId, Digest, Relation, StoryId, StoryMember
from storage.schema import articles, publishers, snapshots, stories, story_members
from storage.upserts import insert

#: Number of the advisory lock under which stories grow: two copies that arrive at once must meet.
_STORIES_LOCK = 2

_FIRST = "the first to be published with these words"
_ALONE = "nobody else has these words"


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
            return _with_content(connection, content_digest)

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
            self._database.lock(connection, _STORIES_LOCK)
            by_id(connection, article_id)
            return _join(connection, article_id, relation, evidence, now, story_id)

    def settle_exact(self, article_id: ArticleId, now: datetime) -> StoryMember:
        """Put an article into the story of another publisher's article with the same words. Idempotent.

        Of several such stories it joins the oldest. Where there is none yet, the article that was published
        first becomes the original of a new one; an article that nobody else has gets a story of its own.
        """
        with self._database.write() as connection:
            self._database.lock(connection, _STORIES_LOCK)
            member = _member(connection, article_id)
            if member is not None:
                return member
            by_id(connection, article_id)
            others = _same_words(connection, article_id)
            told = [found for other in others if (found := _member(connection, other)) is not None]
            if told:
                copied = min(told, key=lambda found: found.story_id)
            else:
                first = _first_published(connection, [*others, article_id])
                copied = _join(connection, first, Relation.ORIGINAL, _FIRST if others else _ALONE, now, None)
            evidence = _evidence(connection, copied.article_id)
            return _join(connection, article_id, Relation.EXACT, evidence, now, copied.story_id)


def _member(connection: Connection, article_id: ArticleId) -> StoryMember | None:
    row = connection.execute(select(story_members).where(story_members.c.article_id == article_id)).one_or_none()
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
        story_id = connection.execute(stories.insert().values(created_at=now).returning(stories.c.id)).scalar_one()
    elif connection.execute(select(stories.c.id).where(stories.c.id == story_id)).one_or_none() is None:
        raise NotFound("story", story_id)
    connection.execute(
        insert(connection.dialect.name, story_members).values(
            article_id=article_id, story_id=story_id, relation=relation, evidence=evidence, joined_at=now
        )
    )
    return StoryMember(story_id=story_id, article_id=article_id, relation=relation, evidence=evidence)


def _with_content(connection: Connection, content_digest: Digest) -> list[ArticleId]:
    query = (
        select(articles.c.id)
        .join_from(snapshots, articles, snapshots.c.article_id == articles.c.id)
        .where(snapshots.c.content_digest == content_digest, articles.c.takedown.is_(None))
        .where(snapshots.c.id == visits.newest_id(articles.c.id))
        .order_by(articles.c.id)
    )
    return list(connection.execute(query).scalars())


def _same_words(connection: Connection, article_id: ArticleId) -> list[ArticleId]:
    """The articles of other publishers that now have the same words as this one."""
    own = select(snapshots.c.content_digest).where(snapshots.c.id == visits.newest_id(article_id))
    digest = connection.execute(own).scalar()
    if digest is None:
        return []
    publisher = select(articles.c.publisher_id).where(articles.c.id == article_id).scalar_subquery()
    others = select(articles.c.id).where(
        articles.c.id.in_(_with_content(connection, digest)), articles.c.publisher_id != publisher
    )
    return list(connection.execute(others).scalars())


def _first_published(connection: Connection, article_ids: list[ArticleId]) -> ArticleId:
    query = select(articles.c.id).where(articles.c.id.in_(article_ids)).order_by(stated_at(), articles.c.id).limit(1)
    return ArticleId(connection.execute(query).scalar_one())


def _evidence(connection: Connection, article_id: ArticleId) -> str:
    query = select(publishers.c.name).join_from(articles, publishers).where(articles.c.id == article_id)
    return f"the same words as article {article_id} of {connection.execute(query).scalar_one()}"

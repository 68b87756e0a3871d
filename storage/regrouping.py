"""Stories after a new reading: what the better rules show to be one text meets, what they tell apart parts.

Otherwise nobody leaves a story: a copy that its publisher edits was a copy. So members stay together as long as they
ever had the same words, by the readings that count now. Whoever calls holds the lock of the stories.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, select, update

from storage.articles import stated_at
from storage.records import ArticleId, Digest, Relation, StoryId
from storage.schema import articles, extractions, publishers, snapshots, stories, story_members
from storage.snapshots import newest, read_from
from storage.upserts import chunks

#: What is said of an article that nobody else has, and of the first of several.
ALONE = "nobody else has these words"
FIRST = "the first to be published with these words"


def part(connection: Connection, article_id: ArticleId, now: datetime) -> StoryId | None:
    """Give each group of an article's story that hangs together by common words a story of its own; which it is in
    then. The group with the original keeps the old one. None if it is in no story."""
    story_id = _story_of(connection, article_id)
    if story_id is None:
        return None
    members = _members(connection, story_id)
    if len(members) < 2:
        return story_id
    numbers = [row.article_id for row in members]
    apart = _incomparable(connection, numbers, article_id)
    words = _words(connection, [number for number in numbers if number not in apart])
    groups = components(words)
    if len(groups) < 2:
        return story_id
    original = next((row.article_id for row in members if row.relation is Relation.ORIGINAL), None)
    keeping = next((group for group in groups if original in group), groups[0])
    for group in groups:
        if group is not keeping:
            own = connection.execute(_ADD_STORY, {"created_at": now}).scalar_one()
            _move(connection, group, own)
            _tell(connection, own, group)
    _tell(connection, story_id, keeping if original is None else [original])
    return _story_of(connection, article_id)


def merge(connection: Connection, story_ids: Collection[StoryId]) -> None:
    """Make one story of several: the oldest takes the members of the others, and the first original stays it."""
    oldest, *others = sorted(story_ids)
    members = [row for story_id in story_ids for row in _members(connection, story_id)]
    _move(connection, [row.article_id for row in members if row.story_id != oldest], oldest)
    connection.execute(delete(stories).where(stories.c.id.in_(others)))
    _tell(connection, oldest, [row.article_id for row in members if row.relation is Relation.ORIGINAL])


def components(words: Mapping[ArticleId, frozenset[Digest]]) -> list[list[ArticleId]]:
    """The articles in groups that hang together by common words, in the order of their ids. Pure."""
    groups: list[tuple[list[ArticleId], frozenset[Digest]]] = []
    for article_id, digests in words.items():
        met = [group for group in groups if group[1] & digests]
        groups = [group for group in groups if not group[1] & digests]
        members = [article_id, *(number for group in met for number in group[0])]
        groups.append((members, digests.union(*(group[1] for group in met))))
    return sorted(sorted(members) for members, _ in groups)


def _move(connection: Connection, article_ids: Sequence[ArticleId], story_id: StoryId) -> None:
    """Put articles into a story, as copies for the time being: a story has one original."""
    for numbers in chunks(article_ids):
        moved = update(story_members).where(story_members.c.article_id.in_(numbers))
        connection.execute(moved.values(story_id=story_id, relation=Relation.EXACT))


def _tell(connection: Connection, story_id: StoryId, candidates: Collection[ArticleId]) -> None:
    """Make the candidate that was published first the original, and say of every other member whose words it has."""
    members = _members(connection, story_id)
    words = _words(connection, [row.article_id for row in members])
    original = next((row.article_id for row in members if row.article_id in candidates), members[0].article_id)
    for row in sorted(members, key=lambda each: each.article_id == original):  # last, when there is no other
        if row.article_id == original:
            relation, evidence = Relation.ORIGINAL, FIRST if len(members) > 1 else ALONE
        else:
            other = next((each for each in members if each is not row and _meet(words, each, row)), None)
            relation, evidence = (
                Relation.EXACT,
                same_words(other.article_id, other.publisher) if other else row.evidence,
            )
        if (row.relation, row.evidence) != (relation, evidence):
            own = update(story_members).where(story_members.c.article_id == row.article_id)
            connection.execute(own.values(relation=relation, evidence=evidence))


def same_words(article_id: ArticleId, publisher: str) -> str:
    """The evidence that an article is a copy."""
    return f"the same words as article {article_id} of {publisher}"


def _meet(words: Mapping[ArticleId, frozenset[Digest]], one: Row[Any], other: Row[Any]) -> bool:
    return bool(words[one.article_id] & words[other.article_id])


def _words(connection: Connection, article_ids: Sequence[ArticleId]) -> dict[ArticleId, frozenset[Digest]]:
    """The content digests that each of the articles ever had."""
    found: dict[ArticleId, set[Digest]] = {number: set() for number in article_ids}
    query = select(snapshots.c.article_id, snapshots.c.content_digest).distinct()
    for numbers in chunks(article_ids):
        for row in connection.execute(query.where(snapshots.c.article_id.in_(numbers))):
            found[row.article_id].add(row.content_digest)
    return {number: frozenset(digests) for number, digests in found.items()}


def _incomparable(connection: Connection, article_ids: Sequence[ArticleId], with_id: ArticleId) -> set[ArticleId]:
    """Those that other rules read, and the rules of this article never will: they stay where they were put.

    They are imports, and what was let go or taken down.
    """
    read: dict[ArticleId, Row[Any]] = {}
    for numbers in chunks(article_ids):
        latest = newest(numbers)
        query = _LATEST.join_from(latest, snapshots, snapshots.c.id == latest.c.response_id)
        query = query.join(articles, articles.c.id == latest.c.article_id)
        query = query.outerjoin(extractions, read_from(latest.c.response_id))
        read |= {row.article_id: row for row in connection.execute(query)}
    own = read[with_id].extractor or "" if with_id in read else ""
    return {number for number in article_ids if number not in read or not _comparable(read[number], own)}


def _comparable(row: Row[Any], own: str) -> bool:
    if row.extractor == own:
        return True
    kept = row.payload_dropped_at is None and row.text_dropped_at is None and row.takedown is None
    return kept and (row.extractor or "").partition("/")[0] == own.partition("/")[0]


def _story_of(connection: Connection, article_id: ArticleId) -> StoryId | None:
    return connection.execute(_STORY, {"article": article_id}).scalar()


def _members(connection: Connection, story_id: StoryId) -> Sequence[Row[Any]]:
    """The members of a story, the first to be published first."""
    return connection.execute(_MEMBERS, {"story": story_id}).all()


_LATEST: Select[Any] = select(
    snapshots.c.article_id,
    snapshots.c.payload_dropped_at,
    articles.c.takedown,
    extractions.c.extractor,
    extractions.c.text_dropped_at,
)
_STORY = select(story_members.c.story_id).where(story_members.c.article_id == bindparam("article"))
_ADD_STORY = stories.insert().returning(stories.c.id)
_MEMBERS: Select[Any] = (
    select(story_members, publishers.c.name.label("publisher"))
    .join_from(story_members, articles, story_members.c.article_id == articles.c.id)
    .join(publishers, articles.c.publisher_id == publishers.c.id)
    .where(story_members.c.story_id == bindparam("story"))
    .order_by(stated_at(), articles.c.id)
)

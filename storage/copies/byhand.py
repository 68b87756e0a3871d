"""What a person does to stories: split, merge, and take it back. The last word on two articles counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.copies import wishes
from storage.copies.carrying import NOTHING
from storage.copies.documents import documents
from storage.copies.lists import listed, numbers, within
from storage.copies.settling import BATCH, carry_out, think
from storage.copies.telling import tell
from storage.errors import NotFound, UsageError
from storage.records import Relation, StoryId
from storage.schema import stories, story_members
from storage.stories import members_of
from storage.upserts import chunks
from text.copies.prints import Prints
from text.copies.relation import COPIES, SAID_BY_HAND, Kinship


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who said something, when and why."""

    by: str
    at: datetime
    reason: str


def split(connection: Connection, leaving: Sequence[int], said: Said) -> StoryId:
    """Take articles out of their story into a new one."""
    story_ids = _stories_of(connection, leaving)
    if len(story_ids) > 1:
        told = " and ".join(map(str, story_ids))
        raise UsageError(f"these articles are of stories {told}: name articles of one story")
    story_id = story_ids[0]
    staying = [each for each in _articles_of(connection, story_id) if each not in leaving]
    if not staying:
        raise UsageError(f"story {story_id} has no other articles: there is nothing to split it from")
    pairs = [(one, other) for one in leaving for other in staying]
    wishes.say(connection, pairs, said.by, said.at, said.reason, together=False)
    own = _new_story(connection, said.at)
    _move(connection, leaving, own)
    tell(connection, [story_id, own])
    return StoryId(own)


def merge(connection: Connection, named: Sequence[int], said: Said) -> StoryId:
    """Make one story of those of the articles."""
    if len(named) < 2:
        raise UsageError("name at least two articles whose stories are one")
    oldest, *later = _stories_of(connection, named)
    members = {each: _articles_of(connection, each, gone=True) for each in (oldest, *later)}
    everybody = [article for story in members.values() for article in story]
    wishes.forget_between(connection, everybody, everybody, together=False)
    wishes.say(connection, [(named[0], other) for other in named[1:]], said.by, said.at, said.reason, together=True)
    first = next(each for each in named if each in members[oldest])
    for story_id in later:
        _demote(connection, _articles_of(connection, story_id), first)
        _lead(connection, story_id, oldest)
    tell(connection, [oldest])
    return StoryId(oldest)


def undo(connection: Connection, named: Sequence[int], now: datetime) -> int:
    """Take back what was said of articles, and have the texts decide on their stories; how many wishes that were."""
    story_ids = _stories_of(connection, named)
    done = wishes.forget(connection, named)
    if done:
        _decide_again(connection, [_articles_of(connection, each) for each in story_ids], now)
    return done


def _decide_again(connection: Connection, told: Sequence[Sequence[int]], now: datetime) -> None:
    """Have texts decide on the members of stories. Those whose texts were let go stay with whom they were compared."""
    members = [each for some in told for each in some]
    texts = documents(connection, members)
    pairs = _compared(connection, members)
    for some in told:
        _part(connection, some, texts, now)
    made = Prints()
    for some in chunks([each for each in members if each in texts], BATCH):
        carry_out(connection, think(connection, some, made), now, set(some))
    for pair in pairs:
        if not texts.keys() >= set(pair):
            own = _stories_of(connection, pair)
            if len(own) > 1:
                _lead(connection, own[1], own[0])
    tell(connection, _stories_of(connection, members))


def _part(connection: Connection, members: Sequence[int], texts: Collection[int], now: datetime) -> None:
    """Give each but the first a story of its own, as if nothing had been found of those that have texts."""
    for each in members[1:]:
        _move(connection, [each], _new_story(connection, now))
    dialect = connection.dialect.name
    mine = update(story_members).where(within(dialect, story_members.c.article_id, "ids"))
    connection.execute(mine.values(relation=Relation.ORIGINAL), {"ids": numbers(dialect, members)})
    forgotten = mine.values(NOTHING | {"rules": 0})
    connection.execute(forgotten, {"ids": numbers(dialect, [each for each in members if each in texts])})


def _compared(connection: Connection, members: Collection[int]) -> list[tuple[int, int]]:
    """The members that were found to be copies of each other."""
    dialect = connection.dialect.name
    found = select(story_members.c.article_id, story_members.c.partner_id).where(
        within(dialect, story_members.c.article_id, "ids"),
        story_members.c.partner_id.in_(listed(dialect, "ids")),
        story_members.c.kinship.in_(COPIES - {Kinship.BY_HAND}),
    )
    rows = connection.execute(found, {"ids": numbers(dialect, members)})
    return sorted((row.article_id, row.partner_id) for row in rows)


def _lead(connection: Connection, story_id: int, heir: int) -> None:
    """Make a story a part of another one, with everybody in it."""
    moved = update(story_members).where(story_members.c.story_id == story_id)
    connection.execute(moved.values(story_id=heir, relation=Relation.NEAR))
    connection.execute(update(stories).where(stories.c.id == story_id).values(merged_into=heir, why=""))


def _demote(connection: Connection, members: Collection[int], partner: int) -> None:
    """Those of which nothing was found are what they are because somebody said so."""
    dialect = connection.dialect.name
    mine = within(dialect, story_members.c.article_id, "ids")
    said = update(story_members).where(mine, story_members.c.kinship.is_(None))
    values = {"partner_id": partner, "kinship": Kinship.BY_HAND, "evidence": SAID_BY_HAND.to_json()}
    connection.execute(said.values(**values), {"ids": numbers(dialect, members)})


def _move(connection: Connection, article_ids: Sequence[int], story_id: int) -> None:
    dialect = connection.dialect.name
    moved = update(story_members).where(within(dialect, story_members.c.article_id, "ids"))
    values = {"story_id": story_id, "relation": Relation.NEAR}
    connection.execute(moved.values(**values), {"ids": numbers(dialect, article_ids)})


def _new_story(connection: Connection, now: datetime) -> int:
    number: int = connection.execute(stories.insert().returning(stories.c.id), {"created_at": now}).scalar_one()
    return number


def _articles_of(connection: Connection, story_id: int, *, gone: bool = False) -> list[int]:
    """The articles of a story; those that were taken down only if asked for."""
    if gone:
        every = select(story_members.c.article_id).where(story_members.c.story_id == story_id)
        return sorted(connection.execute(every).scalars())
    return sorted(row.article_id for row in members_of(connection, StoryId(story_id)))


def _stories_of(connection: Connection, named: Sequence[int]) -> list[int]:
    """The stories of articles, the oldest first; NotFound if one is in none."""
    dialect = connection.dialect.name
    query = select(story_members.c.article_id, story_members.c.story_id).where(
        within(dialect, story_members.c.article_id, "ids")
    )
    found = {row.article_id: row.story_id for row in connection.execute(query, {"ids": numbers(dialect, named)})}
    for each in named:
        if each not in found:
            raise NotFound("story of article", each)
    return sorted(set(found.values()))

"""The copies of a database: what the follower settles, what people say by hand, and what readers ask.

Whatever changes a story holds one lock, so that two copies that come in at once meet.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from storage.copies import byhand, fresh
from storage.copies.index import StoredIndex
from storage.copies.linking import links_of
from storage.copies.lists import numbers, within
from storage.copies.settling import BATCH, carry_out, take_out, think
from storage.database import Database
from storage.identity import by_id
from storage.records import ArticleId, ArticleLink, StoryId, StoryMember, StoryWish
from storage.schema import articles, cursors, story_members, story_wishes
from storage.stories import STORIES_LOCK, members_among
from storage.upserts import chunks, insert
from text.copies.cleaning import VERSION
from text.copies.composite import parts_of
from text.copies.desk import Desk
from text.copies.index import Wishes
from text.copies.keys import Document, fingerprint
from text.copies.prints import Prints
from text.copies.relation import Evidence, Kinship

#: The cursor of this version of the rules: up to which article older decisions were made again.
_REJOINED = f"copies-rules-{VERSION}"

#: Counts the changes of stories, in the table of cursors.
_EDITION = "copies-edition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A stored article that a text repeats."""

    article_id: ArticleId
    story_id: StoryId
    kinship: Kinship
    evidence: Evidence
    #: Which part of the text stands in the article.
    share: float


class Copies:
    """The copies of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ------------------------------------------------------------------ for the follower
    def settle(
        self,
        article_ids: Sequence[ArticleId],
        now: datetime,
        *,
        read_anew: Collection[ArticleId] = frozenset(),
        made: Prints | None = None,
    ) -> list[StoryMember]:
        """Put articles into the stories they belong to; what they are there now, without those taken down. Idempotent.

        A member whose words were changed stays in its story, as it was a copy once; one that better rules
        have `read_anew` leaves a story that it turns out to be none of.
        """
        wanted = list(dict.fromkeys(article_ids))
        made = Prints() if made is None else made
        for part in chunks(wanted, BATCH):
            self._settle(part, now, read_anew, made)
        with self._database.read() as connection:
            told = members_among(connection, wanted)
            return [told[each] for each in wanted if each in told]

    def take_out(self, article_ids: Sequence[ArticleId]) -> None:
        """Forget what was found of articles that were taken down; the others of their stories go on. Idempotent."""
        if not article_ids:
            return
        with self._database.read() as connection:  # others may write meanwhile: it can take minutes
            hashes = fresh.hashes_of(connection, set(article_ids))
        with self._locked() as connection:
            take_out(connection, article_ids, hashes)

    def rejoin(self, now: datetime, *, limit: int = BATCH, made: Prints | None = None) -> int:
        """Decide again what older rules decided, from the stored texts; how many articles that were, 0 at the end."""
        with self._database.read() as connection:
            found, after, upto = _to_rejoin(connection, limit)
        if upto <= after:
            return 0
        self._settle(found, now, found, Prints() if made is None else made)
        with self._database.write() as connection:
            new = insert(connection.dialect.name, cursors).values(name=_REJOINED, change_id=upto)
            kept = {"change_id": new.excluded.change_id}
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=kept))
        return len(found)

    def outdated(self) -> int:
        """How many articles are still to be decided by today's rules."""
        query = _older(select(func.count()).select_from(articles))
        with self._database.read() as connection:
            count: int = connection.execute(query).scalar_one()
            return count

    # ------------------------------------------------------------------ for readers
    def links(self, article_ids: Sequence[ArticleId]) -> list[ArticleLink]:
        """What articles have to do with others of other stories, seen from them; both may have said so."""
        with self._database.read() as connection:
            return links_of(connection, article_ids)

    def linked(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, list[str]]:
        """The import ids, or else the numbers, of the articles to which each is linked; notices of one form are not."""
        with self._database.read() as connection:
            found = [each for each in links_of(connection, article_ids) if each.kinship != Kinship.TEMPLATE]
            dialect = connection.dialect.name
            query = select(articles.c.id, articles.c.external_id).where(within(dialect, articles.c.id, "ids"))
            others = numbers(dialect, sorted({each.other_id for each in found}))
            named = {row.id: row.external_id or str(row.id) for row in connection.execute(query, {"ids": others})}
        told: dict[ArticleId, list[str]] = {}
        for each in found:
            told.setdefault(each.article_id, []).append(named[each.other_id])
        return told

    def repeated_by(self, text: str, title: str = "", day: date | None = None) -> list[Repeated]:
        """The stored articles that a text repeats wholly or in part, or whose form it has, the closest first."""
        document = Document(id=0, site="", title=title, text=text, day=day)
        one = fingerprint(document)
        with self._database.read() as connection:
            index = StoredIndex(connection)
            desk = Desk([one], index, Wishes(), Prints())
            relatives = desk.relatives(one)
            parts = {each.other.document.id for each in parts_of(one, relatives)}
            found = [
                Repeated(
                    article_id=ArticleId(each.other.document.id),
                    story_id=StoryId(desk.story(each.other.document.id) or 0),
                    kinship=Kinship.CONTAINS if each.other.document.id in parts else each.kinship,
                    evidence=each.evidence,
                    share=min(1.0, each.evidence.matched / max(1, one.length)),
                )
                for each in relatives
            ]
        return sorted(found, key=lambda each: (-each.share, each.article_id))

    def of(self, article_id: ArticleId) -> list[ArticleId]:
        """The other articles of an article's story; also of one that was taken down."""
        with self._database.read() as connection:
            by_id(connection, article_id)
            own = select(story_members.c.story_id).where(story_members.c.article_id == article_id).scalar_subquery()
            query = (
                select(story_members.c.article_id)
                .join_from(story_members, articles, articles.c.id == story_members.c.article_id)
                .where(story_members.c.story_id == own, story_members.c.article_id != article_id)
                .where(articles.c.takedown.is_(None))
                .order_by(story_members.c.article_id)
            )
            return list(connection.execute(query).scalars())

    # ------------------------------------------------------------------ by hand
    def split(self, article_ids: Sequence[ArticleId], by: str, reason: str, now: datetime) -> StoryId:
        """Take articles out of their story into one of their own, for good; the number of the new story."""
        with self._locked() as connection:
            return byhand.split(connection, sorted(set(article_ids)), byhand.Said(by=by, at=now, reason=reason))

    def merge(self, article_ids: Sequence[ArticleId], by: str, reason: str, now: datetime) -> StoryId:
        """Make the stories of articles one, for good; the number of the oldest, which goes on."""
        with self._locked() as connection:
            named = list(dict.fromkeys(article_ids))
            return byhand.merge(connection, named, byhand.Said(by=by, at=now, reason=reason))

    def undo(self, article_ids: Sequence[ArticleId], now: datetime) -> int:
        """Take back what was said by hand of articles, and let the texts decide; how many wishes that were."""
        with self._locked() as connection:
            return byhand.undo(connection, sorted(set(article_ids)), now)

    def wishes(self, article_ids: Sequence[ArticleId]) -> list[StoryWish]:
        """What people said of articles."""
        with self._database.read() as connection:
            dialect = connection.dialect.name
            either = or_(
                within(dialect, story_wishes.c.article_id, "ids"), within(dialect, story_wishes.c.other_id, "ids")
            )
            query = select(story_wishes).where(either).order_by(story_wishes.c.asked_at, story_wishes.c.article_id)
            found = connection.execute(query, {"ids": numbers(dialect, article_ids)})
            return [StoryWish(**row._mapping) for row in found]

    def _settle(self, article_ids: Sequence[int], now: datetime, read_anew: Collection[int], made: Prints) -> None:
        """Think while others may write, and again if the stories changed meanwhile."""
        with self._database.read() as connection:
            edition = _edition(connection)
            thought = think(connection, article_ids, made)
        with self._locked() as connection:
            if _edition(connection) != edition + 1:
                thought = think(connection, article_ids, made)
            carry_out(connection, thought, now, set(read_anew))

    @contextmanager
    def _locked(self) -> Iterator[Connection]:
        """Nobody else changes stories meanwhile, and whoever was thinking about them notices."""
        with self._database.write() as connection:
            self._database.lock(connection, STORIES_LOCK)
            new = insert(connection.dialect.name, cursors).values(name=_EDITION, change_id=1)
            counted = {"change_id": cursors.c.change_id + 1}
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=counted))
            yield connection


def _edition(connection: Connection) -> int:
    """A number that grows whenever stories are changed."""
    return connection.execute(select(cursors.c.change_id).where(cursors.c.name == _EDITION)).scalar() or 0


def _to_rejoin(connection: Connection, limit: int) -> tuple[Sequence[int], int, int]:
    """The next articles to decide again, up to where that was done, and up to where it is done then."""
    after = connection.execute(select(cursors.c.change_id).where(cursors.c.name == _REJOINED)).scalar() or 0
    query = select(articles.c.id).where(articles.c.id > after).order_by(articles.c.id).limit(limit)
    found = connection.execute(_older(query)).scalars().all()
    last = connection.execute(select(func.max(articles.c.id))).scalar() or 0
    return found, after, found[-1] if len(found) == limit else max(last, after)


def _older(query: Select[Any]) -> Select[Any]:
    """Of a query over articles, those that today's rules have not decided."""
    older: ColumnElement[bool] = or_(story_members.c.rules.is_(None), story_members.c.rules != VERSION)
    joined = query.outerjoin(story_members, story_members.c.article_id == articles.c.id)
    return joined.where(older, articles.c.takedown.is_(None))

"""Do what `decide` wants done: one transaction a batch, once, however often it is told.

A batch may be told twice: its run is repeated, or dies after the commit and before it knows. What was
done is recognised by its visit, and only real changes enter the change log. A takedown wins over
every intent, also one that was decided before it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, assert_never

from sqlalchemy import Connection, Row, or_, select, update

from storage import articles as works
from storage import changes, entries, identity, issues, rereading
from storage import snapshots as visits
from storage.database import Database
from storage.entries import Outcome
from storage.errors import NotFound
from storage.intents import (
    ENTRY_STATES,
    ArticleIntent,
    Disallowed,
    EntriesSeen,
    Failed,
    Gone,
    Intent,
    IssueSeen,
    ListingRead,
    ListingsNamed,
    NewArticle,
    NewRevision,
    OffDistrict,
    Recorded,
    Refused,
    Revisit,
    SameRevision,
    Visited,
    Withheld,
)
from storage.records import ArticleId, ChangeKind, Digest, EntryState, ListingSeed, RunId, Source, Takedown
from storage.schema import ListingStanding, fruitless_visits, listings, runs
from storage.sources import put_listing
from storage.takedowns import erase_unreferenced, lock_publisher
from storage.upserts import insert


def record(
    database: Database, payloads: Database, run_id: RunId, source: Source, intents: Sequence[Intent], now: datetime
) -> Recorded:
    """Do what the intents say, in their order, and return what really changed."""

    def work(connection: Connection) -> _Batch:
        lock_publisher(database, connection, source.publisher_id)
        if connection.execute(select(runs.c.id).where(runs.c.id == run_id)).one_or_none() is None:
            raise NotFound("run", run_id)
        batch = _Batch(connection, run_id, source, now)
        for intent in intents:
            batch.do(intent)
        changes.append(database, connection, batch.happened, run_id, now)
        return batch

    batch = database.retry(work)
    erase_unreferenced(database, payloads, batch.unwanted)
    return Recorded(**batch.counts)


class _Batch:
    """The intents of one transaction and what came of them."""

    def __init__(self, connection: Connection, run_id: RunId, source: Source, now: datetime) -> None:
        self._connection = connection
        self._run_id = run_id
        self._source = source
        self._now = now
        self.counts: Counter[str] = Counter()
        self.happened: list[tuple[ChangeKind, ArticleId]] = []
        #: Payloads of pages whose article was erased while they were fetched.
        self.unwanted: list[Digest] = []

    def do(self, intent: Intent) -> None:
        match intent:
            case EntriesSeen():
                entries.see_page(self._connection, self._source.id, intent)
            case ListingsNamed():
                self._name_listings(intent)
            case ListingRead():
                self._finish_listing(intent)
            case IssueSeen():
                issues.put(self._connection, self._run_id, intent)
            case Disallowed():
                self._disallow(intent)
            case _:
                self._do_visit(intent)

    def _do_visit(self, intent: ArticleIntent) -> None:
        match intent:
            case NewArticle() | NewRevision() | SameRevision():
                self._store(intent)
            case Revisit():
                self._revisit(intent)
            case Gone():
                self._gone(intent)
            case Refused():
                self._fruitless(intent, "refused", f"{intent.refusal.value}: {intent.detail}")
            case OffDistrict():
                self._fruitless(intent, "off_district", "、".join(intent.relevance.names))
            case Withheld():
                self._withhold(intent.visited, intent.known.id)
            case Failed():
                self._fruitless(intent, "failed", f"{intent.trouble.value}: {intent.detail}", intent.retry_at)
            case _:
                assert_never(intent)

    def _store(self, intent: NewArticle | NewRevision | SameRevision) -> None:
        visited = intent.visited
        if self._told_before(visited):
            return
        names = (intent.key, *intent.aliases) if isinstance(intent, NewArticle) else intent.aliases
        found = identity.named(self._connection, self._source.publisher_id, names)
        article = self._article(intent, found)
        if article.takedown is not None:
            if article.takedown is Takedown.CANCELED:
                self.unwanted.append(intent.reading.payload_digest)
            self._withhold(visited, article.id)
            return
        if not isinstance(intent, NewArticle) and intent.anew:
            self._read_anew(article.id, intent)
        added = visits.add_response(self._connection, self._run_id, article.id, visited, intent.reading, self._now)
        identity.add_aliases(self._connection, article, names, found)
        self._stored(article, visited, added)

    def _read_anew(self, article_id: ArticleId, intent: NewRevision | SameRevision) -> None:
        by = intent.reading.extraction.extractor
        if rereading.replace(self._connection, article_id, intent.anew, by, self._now).changed:
            self.happened.append((ChangeKind.NEW_READING, article_id))

    def _article(self, intent: NewArticle | NewRevision | SameRevision, found: identity.Named) -> Row[Any]:
        if isinstance(intent, NewArticle):
            return identity.resolve(self._connection, self._source.publisher_id, self._source.id, intent, found)
        return identity.by_id(self._connection, intent.known.id)

    def _revisit(self, intent: Revisit) -> None:
        visited = intent.visited
        if self._told_before(visited):
            return
        article = identity.by_id(self._connection, intent.known.id)
        if article.takedown is not None:
            self._withhold(visited, article.id)
            return
        added = visits.add_revisit(self._connection, self._run_id, article.id, intent, self._now)
        if added is None:  # its snapshots are lost; `check` says so, and asking again would not help
            self._settle(visited, Outcome(state=EntryState.STORED, article_id=article.id))
            return
        self._stored(article, visited, added)

    def _stored(self, article: Row[Any], visited: Visited, added: visits.Added) -> None:
        if added.first:
            self._happened("new", ChangeKind.NEW_ARTICLE, article.id)
        elif added.revised:
            self._happened("revised", ChangeKind.NEW_REVISION, article.id)
        else:
            self.counts["unchanged"] += 1
        if works.note_visit(self._connection, article, visited.captured_at):
            self.happened.append((ChangeKind.BACK, article.id))
        self._settle(visited, Outcome(state=EntryState.STORED, article_id=article.id))

    def _happened(self, counter: str, kind: ChangeKind, article_id: ArticleId) -> None:
        self.counts[counter] += 1
        self.happened.append((kind, article_id))

    def _told_before(self, visited: Visited) -> bool:
        """Whether this run has a snapshot from that URL. Then nothing changes, but its entry must not stay pending."""
        article_id = visits.visited_before(self._connection, self._run_id, visited.url)
        if article_id is None:
            return False
        if entries.is_pending(self._connection, self._source.id, visited.entry_key):
            self._settle(visited, Outcome(state=EntryState.STORED, article_id=article_id))
        return True

    def _gone(self, intent: Gone) -> None:
        if intent.known is not None:
            article = identity.by_id(self._connection, intent.known.id)
            if article.takedown is not None:
                self._withhold(intent.visited, article.id)
                return
            if self._fruitless(intent, "gone", "", article_id=article.id) and works.note_gone(
                self._connection, article, intent.visited.captured_at
            ):
                self.happened.append((ChangeKind.GONE, article.id))
            return
        self._fruitless(intent, "gone", "")

    def _withhold(self, visited: Visited, article_id: ArticleId) -> None:
        if self._note_fruitless(visited, EntryState.WITHHELD, ""):
            self.counts["withheld"] += 1
            self._settle(visited, Outcome(state=EntryState.WITHHELD, article_id=article_id))

    def _fruitless(
        self,
        intent: Gone | Refused | OffDistrict | Failed,
        counter: str,
        detail: str,
        retry_at: datetime | None = None,
        article_id: ArticleId | None = None,
    ) -> bool:
        """Note a visit that left no snapshot; False if it was noted before."""
        state = ENTRY_STATES[type(intent)]
        if not self._note_fruitless(intent.visited, state, detail):
            return False
        self.counts[counter] += 1
        self._settle(intent.visited, Outcome(state=state, article_id=article_id, retry_at=retry_at))
        return True

    def _disallow(self, told: Disallowed) -> None:
        if self._note(told.entry_key, EntryState.DISALLOWED, told.seen_at):
            entries.disallow(self._connection, self._source.id, told)

    def _note_fruitless(self, visited: Visited, outcome: EntryState, detail: str) -> bool:
        return self._note(visited.url, outcome, visited.captured_at, visited.status, detail)

    def _note(self, url: str, outcome: EntryState, at: datetime, status: int = 0, detail: str = "") -> bool:
        """Note what came of a URL; False if it was noted before."""
        values = {
            "run_id": self._run_id,
            "url": url,
            "outcome": outcome,
            "captured_at": at,
            "status": status,
            "detail": detail,
        }
        statement = _note_fruitless(self._connection.dialect.name)
        return self._connection.execute(statement, values).one_or_none() is not None

    def _settle(self, visited: Visited, outcome: Outcome) -> None:
        entries.settle(self._connection, self._source.id, visited, outcome)

    def _name_listings(self, told: ListingsNamed) -> None:
        for kind, url, claimed_modified in told.children:
            put_listing(
                self._connection,
                self._source.id,
                ListingSeed(kind=kind, url=url),
                told.parent_id,
                ListingStanding.FOUND,
                claimed_modified,
            )

    def _finish_listing(self, read: ListingRead) -> None:
        done = self._connection.execute(
            update(listings)
            .where(listings.c.id == read.listing_id)
            .where(or_(listings.c.read_at.is_(None), listings.c.read_at <= read.read_at))
            .values(
                etag=read.validators.etag,
                last_modified=read.validators.last_modified,
                entries_digest=read.entries_digest,
                head=list(read.head),
                read_modified=read.read_modified,
                read_at=read.read_at,
                fresh_until=read.fresh_until,
            )
        )
        known = select(listings.c.id).where(listings.c.id == read.listing_id)
        if done.rowcount == 0 and self._connection.execute(known).one_or_none() is None:
            raise NotFound("listing", read.listing_id)


@cache
def _note_fruitless(dialect: str) -> Any:
    columns = ["run_id", "url", "outcome", "captured_at"]
    new = insert(dialect, fruitless_visits).on_conflict_do_nothing(index_elements=columns)
    return new.returning(fruitless_visits.c.id)

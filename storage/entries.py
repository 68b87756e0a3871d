"""Entries: what the listings name, what became of each, and which are due for a visit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)

from storage import rows
from storage.columns import Id, storable_name
from storage.database import Database
from storage.errors import NotFound
from storage.intents import Disallowed, EntriesSeen, Visited
from storage.records import ArticleId, Entry, EntryState, KnownEntry, ListingId, SourceId
from storage.schema import MAYBE_DUE, entries, listings, sources
from storage.upserts import among, chunks, insert

#: A robots.txt is asked for again after 24 hours (RFC 9309 §2.4), and then the entry may be allowed.
_DISALLOWED_FOR = timedelta(hours=24)

#: A listing that was read this long after it last named an entry no longer speaks for it.
_SILENT_FOR = timedelta(days=1)


class Entries:
    """The entries of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, source_id: SourceId, keys: Sequence[str]) -> dict[str, KnownEntry]:
        """What is known of those of the keys that are known at all."""
        with self._database.read() as connection:
            found = _by_key(connection, source_id, keys)
        return {key: rows.known_entry(found[storable_name(key)]) for key in keys if storable_name(key) in found}

    def of_listing(self, listing_id: ListingId) -> dict[str, KnownEntry]:
        """The entries that this listing named first, by key, in the order in which it did."""
        query = select(entries).where(entries.c.listing_id == listing_id).order_by(entries.c.id)
        with self._database.read() as connection:
            return {row.key: rows.known_entry(row) for row in connection.execute(query)}

    def due(self, source_id: SourceId, now: datetime, limit: int | None = None) -> list[KnownEntry]:
        """The entries to be visited: never visited, failed long enough ago, changed in the listing, or asked for.

        The newest claim comes first; entries without one come last, in the order in which they were seen.
        """
        query = (
            select(entries)
            .where(entries.c.source_id == source_id)
            .where(text(MAYBE_DUE))
            .where(or_(entries.c.retry_at.is_(None), entries.c.retry_at <= now))
            .order_by(entries.c.published_at.desc().nulls_last(), entries.c.modified.desc(), entries.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [rows.known_entry(row) for row in connection.execute(query)]

    def add(self, source_id: SourceId, new: Sequence[Entry], now: datetime) -> None:
        """Add entries that no listing named; one that is there becomes due again, at once."""
        with self._database.write() as connection:
            if connection.execute(select(sources.c.id).where(sources.c.id == source_id)).one_or_none() is None:
                raise NotFound("source", source_id)
            see(connection, source_id, None, new, now)
            for keys in chunks([entry.key for entry in new]):
                connection.execute(
                    update(entries)
                    .where(entries.c.source_id == source_id, entries.c.key.in_(keys))
                    .where(entries.c.state != EntryState.PENDING)
                    .values(revisit=True, revisit_asked_at=now, retry_at=None)
                )

    def counts(self, source_id: SourceId) -> dict[EntryState, int]:
        """How many entries are in each state; states without any are left out."""
        query = (
            select(entries.c.state, func.count().label("number"))
            .where(entries.c.source_id == source_id)
            .group_by(entries.c.state)
        )
        with self._database.read() as connection:
            return {row.state: row.number for row in connection.execute(query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a visit settles its entry."""

    state: EntryState
    article_id: ArticleId | None = None
    #: For a failed visit: when the next one may be.
    retry_at: datetime | None = None


def see_page(connection: Connection, source_id: SourceId, seen: EntriesSeen) -> None:
    """Note one page of a listing, and which entries it wants visited again. Told again, it changes nothing."""
    if connection.execute(select(listings.c.id).where(listings.c.id == seen.listing_id)).one_or_none() is None:
        raise NotFound("listing", seen.listing_id)
    see(connection, source_id, seen.listing_id, seen.entries, seen.seen_at)
    for keys in chunks(seen.revisit):
        connection.execute(
            update(entries)
            .where(entries.c.source_id == source_id, entries.c.key.in_(keys))
            .where(or_(entries.c.revisit_asked_at.is_(None), entries.c.revisit_asked_at < seen.seen_at))
            .values(revisit=True, revisit_asked_at=seen.seen_at)
        )


def see(
    connection: Connection, source_id: SourceId, listing_id: ListingId | None, seen: Sequence[Entry], at: datetime
) -> None:
    """Add the entries that are unknown, refresh the others."""
    unique: dict[str, Entry] = {}
    for entry in seen:
        unique.setdefault(storable_name(entry.key), entry)
    for part in chunks(list(unique.items())):
        found = _by_key(connection, source_id, [key for key, _ in part])
        unknown = [entry for key, entry in part if key not in found]
        if unknown:
            connection.execute(
                insert(connection.dialect.name, entries).on_conflict_do_nothing(index_elements=["source_id", "key"]),
                [_new(source_id, listing_id, entry, at) for entry in unknown],
            )
        _refresh(connection, listing_id, [(found[key], entry) for key, entry in part if key in found], at)


def settle(connection: Connection, source_id: SourceId, visited: Visited, outcome: Outcome) -> None:
    """Note what a visit of an entry came to; a later visit's word stays."""
    if not visited.entry_key:
        return
    connection.execute(
        _SETTLE,
        {
            "of_source": source_id,
            "with_key": visited.entry_key,
            "new_state": outcome.state,
            "at": visited.captured_at,
            "read_modified": visited.entry_modified,
            "retry": outcome.retry_at,
            "article": outcome.article_id,
        },
    )


def _build_settle() -> Update:
    state = bindparam("new_state", type_=entries.c.state.type)
    at = bindparam("at", type_=entries.c.visited_at.type)
    withheld = state == EntryState.WITHHELD
    return (
        update(entries)
        .where(entries.c.source_id == bindparam("of_source"), entries.c.key == bindparam("with_key"))
        .where(or_(entries.c.visited_at.is_(None), entries.c.visited_at <= at))
        .values(
            state=state,
            visited_at=at,
            visited_modified=bindparam("read_modified"),
            attempts=case((state == EntryState.FAILED, entries.c.attempts + 1), else_=0),
            retry_at=bindparam("retry"),
            revisit=False,
            article_id=func.coalesce(bindparam("article", type_=Id), entries.c.article_id),
            title=case((withheld, ""), else_=entries.c.title),
            content=case((withheld, ""), else_=entries.c.content),
        )
    )


# Built once: a batch runs it for each of its visits, and building costs more than running.
_SETTLE = _build_settle()


def is_pending(connection: Connection, source_id: SourceId, key: str) -> bool:
    """Whether the entry waits for its first visit."""
    return connection.execute(select(entries.c.state).where(_is(source_id, key))).scalar() is EntryState.PENDING


def disallow(connection: Connection, source_id: SourceId, told: Disallowed) -> None:
    """Note that robots.txt forbids an entry; it is due again when the robots.txt is."""
    connection.execute(
        update(entries)
        .where(_is(source_id, told.entry_key))
        .where(or_(entries.c.visited_at.is_(None), entries.c.visited_at <= told.seen_at))
        .values(state=EntryState.DISALLOWED, retry_at=told.seen_at + _DISALLOWED_FOR, attempts=0, revisit=False)
    )


def _is(source_id: SourceId, key: str) -> Any:
    return and_(entries.c.source_id == source_id, entries.c.key == key)


def _by_key(connection: Connection, source_id: SourceId, keys: Sequence[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for part in chunks(keys):
        told = {"source": source_id, "keys": list(part)}
        found |= {row.key: row for row in connection.execute(_keyed(connection.dialect.name), told)}
    return found


@cache
def _keyed(dialect: str) -> Select[Any]:
    of_source = entries.c.source_id == bindparam("source")
    return select(entries).where(of_source, among(dialect, entries.c.key, "keys"))


def _new(source_id: SourceId, listing_id: ListingId | None, entry: Entry, at: datetime) -> rows.Values:
    return rows.entry_values(entry) | {
        "source_id": source_id,
        "listing_id": listing_id,
        "modified_by": listing_id if entry.modified else None,
        "modified_seen_at": at if entry.modified else None,
        "state": EntryState.PENDING,
        "first_seen_at": at,
        "last_seen_at": at,
        "visited_modified": "",
        "attempts": 0,
        "revisit": False,
    }


def _refresh(
    connection: Connection, listing_id: ListingId | None, seen: Sequence[tuple[Row[Any], Entry]], at: datetime
) -> None:
    speaks = _speaker(connection, listing_id, [row for row, _ in seen])
    alike: dict[tuple[tuple[str, object], ...], list[int]] = {}  # most only get the same new times: one statement
    for row, entry in seen:
        if row.last_seen_at <= at:
            values = _refreshed(row, entry, listing_id, at, speaks)
            differing = tuple((name, value) for name, value in values.items() if getattr(row, name) != value)
            alike.setdefault(differing, []).append(row.id)
    for differing, ids in alike.items():
        if differing:
            connection.execute(update(entries).where(entries.c.id.in_(ids)).values(**dict(differing)))


def _refreshed(
    row: Row[Any], entry: Entry, listing_id: ListingId | None, at: datetime, speaks: Callable[[Row[Any]], bool]
) -> rows.Values:
    values: rows.Values = {"last_seen_at": at}
    if row.listing_id is None and listing_id is not None:
        values["listing_id"] = listing_id
    # What was taken down does not come back through its listing. And of two listings only the first has its
    # title kept: where they cut it at different lengths, the entry would seem renamed after every reading.
    if row.state is not EntryState.WITHHELD:
        own = row.listing_id in (None, listing_id)
        for name in ("title", "content"):
            if getattr(entry, name) and (own or not getattr(row, name)):
                values[name] = getattr(entry, name)
    if row.published_at is None and entry.published_at is not None:
        values |= {"published_at": entry.published_at, "published_precision": entry.published_precision}
    values |= {
        name: getattr(entry, name)
        for name in ("entry_id", "page", "issue_date")
        if getattr(entry, name) and not getattr(row, name)
    }
    if entry.modified and speaks(row):
        values |= {"modified": entry.modified, "modified_by": listing_id, "modified_seen_at": at}
    return values


def _speaker(
    connection: Connection, listing_id: ListingId | None, found: Sequence[Row[Any]]
) -> Callable[[Row[Any]], bool]:
    """Whether this listing's word for an entry's last change counts.

    A feed and a sitemap word one change differently; if each overwrote the other, the entry would
    seem changed after every reading. So the one that spoke first is heard until it falls silent.
    """
    others = {row.modified_by for row in found} - {None, listing_id}
    query = select(listings.c.id, listings.c.read_at).where(listings.c.id.in_(others))
    read_at = {row.id: row.read_at for row in connection.execute(query)} if others else {}

    def speaks(row: Row[Any]) -> bool:
        if not row.modified or row.modified_by is None or row.modified_by == listing_id:
            return True
        last_read_at = read_at.get(row.modified_by)
        return last_read_at is not None and last_read_at > row.modified_seen_at + _SILENT_FOR

    return speaks

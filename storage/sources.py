"""Sources with their publishers and listings: what is polled, when it is due, how far it was read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, select, text, update

from storage import rows
from storage.database import Database
from storage.errors import AlreadyExists, NotFound
from storage.records import (
    Listing,
    ListingId,
    ListingSeed,
    NewSource,
    Publisher,
    PublisherId,
    Source,
    SourceId,
    SourceState,
)
from storage.runs import SCHEDULED, UNFINISHED
from storage.schema import ListingStanding, listings, publishers, runs, sources
from storage.upserts import insert

#: Nobody's wish for patience is kept for longer; twice its own interval is added for a source that is rarely visited.
LONGEST_WAIT = timedelta(days=8)

#: In these words, or the index of what is due is not used.
_ACTIVE = text("sources.state = 'active'")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSource:
    """As much of a source as is needed to say that it is due: there may be thousands."""

    source_id: SourceId
    url: str
    due_at: datetime


class Sources:
    """The sources of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewSource, now: datetime) -> Source:
        """Add a source by hand; AlreadyExists if its key is taken. One that was removed comes back."""
        with self._database.write() as connection:
            old = _find(connection, new.key)
            if old is not None and old.state is not SourceState.REMOVED:
                raise AlreadyExists("source", new.key, f"it reads {old.url}")
            _put(connection, new, old, now)
            return _get(connection, new.key)

    def apply(self, declared_by: str, declared: Sequence[NewSource], now: datetime) -> list[Source]:
        """Make the sources of a profile what it declares, and return them in its order. Idempotent.

        Those it no longer declares are removed; a paused one stays paused and keeps its time.
        Listings it no longer declares are not read any more.
        """
        keys = [new.key for new in declared]
        for key in keys:
            if keys.count(key) > 1:
                raise AlreadyExists("source", key, f"{declared_by} declares it twice")
        with self._database.write() as connection:
            for new in declared:
                _put(connection, new, _find(connection, new.key), now, declared_by=declared_by)
            connection.execute(
                update(sources)
                .where(sources.c.declared_by == declared_by, sources.c.key.not_in(keys))
                .values(state=SourceState.REMOVED)
            )
            return [_get(connection, key) for key in keys]

    def get(self, key: str) -> Source:
        with self._database.read() as connection:
            return _get(connection, key)

    def by_id(self, source_id: SourceId) -> Source:
        with self._database.read() as connection:
            row = connection.execute(_select().where(sources.c.id == source_id)).one_or_none()
        if row is None:
            raise NotFound("source", source_id)
        return rows.source(row)

    def set_state(self, key: str, state: SourceState, now: datetime) -> Source:
        """Pause, resume or remove a source. A resumed one keeps its time; one that has lost it is due at once."""
        with self._database.write() as connection:
            source = _get(connection, key)
            due = source.next_due_at
            if state is SourceState.ACTIVE and due is None and source.polled:
                due = now
            connection.execute(update(sources).where(sources.c.id == source.id).values(state=state, next_due_at=due))
            return _get(connection, key)

    def due(self, now: datetime, declared_by: Sequence[str]) -> list[DueSource]:
        """Active sources declared so whose time has come, the latest first; none with a scheduled run unfinished."""
        with self._database.read() as connection:
            found = connection.execute(_DUE, {"now": now, "declared_by": list(declared_by)}).all()
        return [DueSource(source_id=number, url=url, due_at=due_at) for number, url, due_at in found]

    def pull_in(self, now: datetime) -> int:
        """Make due what waits for longer than anybody may ask for: a clock was wrong when it was said. How many."""
        longest = now + LONGEST_WAIT
        with self._database.write() as connection:
            late = connection.execute(
                select(sources.c.id, sources.c.every_s, sources.c.next_due_at).where(
                    _ACTIVE, sources.c.next_due_at > longest
                )
            )
            wrong = [row.id for row in late if row.next_due_at > longest + 2 * timedelta(seconds=row.every_s or 0)]
            connection.execute(update(sources).where(sources.c.id.in_(wrong)).values(next_due_at=now))
        return len(wrong)

    def shift(self, by_s: float) -> None:
        """Move every due time, because the clock that said them was moved."""
        with self._database.write() as connection:
            for row in connection.execute(select(sources.c.id, sources.c.next_due_at).where(_ACTIVE)).all():
                if row.next_due_at is not None:
                    moved = row.next_due_at + timedelta(seconds=by_s)
                    connection.execute(update(sources).where(sources.c.id == row.id).values(next_due_at=moved))

    def overdue(self, now: datetime) -> tuple[int, datetime | None]:
        """How many active sources wait for their run, and since when the one that has waited longest."""
        query = select(func.count(), func.min(sources.c.next_due_at)).where(_ACTIVE, sources.c.next_due_at <= now)
        with self._database.read() as connection:
            count, since = connection.execute(query).one()
        return count, since

    def reschedule(self, source_id: SourceId, next_due_at: datetime | None, failures: int) -> None:
        with self._database.write() as connection:
            done = connection.execute(
                update(sources).where(sources.c.id == source_id).values(next_due_at=next_due_at, failures=failures)
            )
            if done.rowcount == 0:
                raise NotFound("source", source_id)

    def add_listing(self, source_id: SourceId, seed: ListingSeed, parent_id: ListingId | None = None) -> Listing:
        """The listing of that URL, added if the source did not have it."""
        with self._database.write() as connection:
            if connection.execute(select(sources.c.id).where(sources.c.id == source_id)).one_or_none() is None:
                raise NotFound("source", source_id)
            put_listing(connection, source_id, seed, parent_id, ListingStanding.FOUND)
            query = select(listings).where(listings.c.source_id == source_id, listings.c.url == seed.url)
            return rows.listing(connection.execute(query).one())

    def listings(self, source_id: SourceId) -> list[Listing]:
        """The listings to read, in the order of their creation; none that a retired one named."""
        query = select(listings).where(listings.c.source_id == source_id).order_by(listings.c.id)
        with self._database.read() as connection:
            found = connection.execute(query).all()
        retired: set[int] = set()
        for row in found:  # a parent is older than its children
            if row.standing is ListingStanding.RETIRED or row.parent_id in retired:
                retired.add(row.id)
        return [rows.listing(row) for row in found if row.id not in retired]

    def publisher(self, publisher_id: PublisherId) -> Publisher:
        with self._database.read() as connection:
            row = connection.execute(select(publishers).where(publishers.c.id == publisher_id)).one_or_none()
        if row is None:
            raise NotFound("publisher", publisher_id)
        return Publisher(name=row.name, hosts=tuple(row.hosts))

    def publisher_at(self, host: str) -> PublisherId | None:
        """The publisher that has that host for its own; None if nobody does, or more than one."""
        with self._database.read() as connection:
            found = [row.id for row in connection.execute(select(publishers)) if host in row.hosts]
        return PublisherId(found[0]) if len(found) == 1 else None

    def add_publisher(self, publisher: Publisher) -> PublisherId:
        """The publisher of that name, added if there was none."""
        with self._database.write() as connection:
            return _put_publisher(connection, publisher)

    def list(self, include_removed: bool = False) -> list[Source]:
        """The sources in the order of their keys."""
        query = _select()
        if not include_removed:
            query = query.where(sources.c.state != SourceState.REMOVED)
        with self._database.read() as connection:
            return sorted(map(rows.source, connection.execute(query)), key=lambda source: source.key)


def put_listing(
    connection: Connection,
    source_id: SourceId,
    seed: ListingSeed,
    parent_id: ListingId | None,
    standing: ListingStanding,
    claimed_modified: str = "",
) -> None:
    """Add a listing; one that is there keeps its parent and what was read of it, and is read again if retired."""
    values = {"claimed_modified": claimed_modified} if claimed_modified else {}
    new = insert(connection.dialect.name, listings).values(
        source_id=source_id,
        kind=seed.kind,
        url=seed.url,
        parent_id=parent_id,
        standing=standing,
        etag="",
        last_modified="",
        head=[],
        claimed_modified=claimed_modified,
        read_modified="",
    )
    connection.execute(new.on_conflict_do_nothing(index_elements=["source_id", "url"]))
    if standing is ListingStanding.DECLARED:
        values["standing"] = standing
    same = and_(listings.c.source_id == source_id, listings.c.url == seed.url)
    if values:
        connection.execute(update(listings).where(same).values(**values))
    connection.execute(
        update(listings).where(same, listings.c.standing == ListingStanding.RETIRED).values(standing=standing)
    )


def _build_due() -> Select[Any]:
    busy = select(runs.c.source_id).where(runs.c.status.in_(UNFINISHED), runs.c.requested_by == SCHEDULED)
    return (
        select(sources.c.id, sources.c.url, sources.c.next_due_at)
        .where(_ACTIVE, sources.c.next_due_at <= bindparam("now"), sources.c.id.not_in(busy))
        .where(sources.c.declared_by.in_(bindparam("declared_by", expanding=True)))
        .order_by(sources.c.next_due_at, sources.c.id)
    )


#: Asked every second by a service, whatever else it has to do: made once.
_DUE = _build_due()


def _select() -> Select[Any]:
    return select(
        sources, publishers.c.name.label("publisher_name"), publishers.c.hosts.label("publisher_hosts")
    ).join_from(sources, publishers)


def _find(connection: Connection, key: str) -> Source | None:
    row = connection.execute(_select().where(sources.c.key == key)).one_or_none()
    return None if row is None else rows.source(row)


def _get(connection: Connection, key: str) -> Source:
    source = _find(connection, key)
    if source is None:
        raise NotFound("source", key)
    return source


def _put(
    connection: Connection, new: NewSource, old: Source | None, now: datetime, declared_by: str | None = None
) -> None:
    values: Mapping[str, Any] = {
        "publisher_id": _put_publisher(connection, new.publisher),
        "kind": new.kind,
        "url": new.url,
        "scope": new.scope,
        "every_s": new.every_s,
        "schedule": asdict(new.schedule),
        "confidence": new.confidence,
        "declared_by": new.declared_by if declared_by is None else declared_by,
        "tls": new.tls,
        "rules": asdict(new.rules),
        "note": new.note,
        "state": SourceState.PAUSED if old and old.state is SourceState.PAUSED else SourceState.ACTIVE,
        "next_due_at": _next_due_at(new, old, now),
    }
    if old is None:
        insertion = sources.insert().returning(sources.c.id).values(key=new.key, created_at=now, failures=0, **values)
        source_id = SourceId(connection.execute(insertion).scalar_one())
    else:
        source_id = old.id
        connection.execute(update(sources).where(sources.c.id == old.id).values(**values))
    _put_listings(connection, source_id, new.listings)


def _next_due_at(new: NewSource, old: Source | None, now: datetime) -> datetime | None:
    if new.every_s is None and not new.schedule.cron:
        return None
    if old is None or old.next_due_at is None or (old.every_s, old.schedule) != (new.every_s, new.schedule):
        return now
    return old.next_due_at


def _put_listings(connection: Connection, source_id: SourceId, seeds: Sequence[ListingSeed]) -> None:
    connection.execute(
        update(listings)
        .where(listings.c.source_id == source_id, listings.c.standing == ListingStanding.DECLARED)
        .where(listings.c.url.not_in([seed.url for seed in seeds]))
        .values(standing=ListingStanding.RETIRED)
    )
    for seed in seeds:
        put_listing(connection, source_id, seed, None, ListingStanding.DECLARED)


def _put_publisher(connection: Connection, publisher: Publisher) -> PublisherId:
    """The publisher of that name, with the hosts of all its sources."""
    connection.execute(
        insert(connection.dialect.name, publishers)
        .values(name=publisher.name, hosts=list(publisher.hosts))
        .on_conflict_do_nothing(index_elements=["name"])
    )
    row = connection.execute(select(publishers).where(publishers.c.name == publisher.name)).one()
    hosts = list(dict.fromkeys([*row.hosts, *publisher.hosts]))
    if hosts != row.hosts:
        connection.execute(update(publishers).where(publishers.c.id == row.id).values(hosts=hosts))
    return PublisherId(row.id)

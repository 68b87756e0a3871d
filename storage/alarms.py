"""Alarms, how far the issues were read for them, and what was told of them where.

What a reading of the issues found (`Opened`, `Seen`, `Closed`) is stored in one transaction with how far it read,
so that a service that is killed neither forgets an alarm nor opens it twice. Decides nothing: scheduler/alarms.py does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select, text, update
from sqlalchemy.exc import DBAPIError

from storage import rows
from storage.database import Database
from storage.days import Days
from storage.errors import DatabaseError
from storage.records import Alarm, Issue, IssueKind
from storage.schema import alarms, cursors, deliveries, issues, runs, sources
from storage.upserts import chunks, insert
from storage.watching import Watching

#: How far the issues were read, in the table of cursors.
CURSOR = "alarms"

#: How long a reading waits for writers of issues, who wait for it meanwhile.
_SETTLE_MS = 2000

#: SQLSTATE (PostgreSQL manual, appendix A).
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new alarm."""

    key: str
    kind: str
    source_key: str
    headline: str
    detail: str
    count: int
    #: Since when what it is about has been going on, and when it was last met.
    opened_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An open alarm goes on."""

    alarm_id: int
    #: Issues or runs more.
    count: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """An open alarm is over."""

    alarm_id: int
    closed_at: datetime


Finding = Opened | Seen | Closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Issues that were not read yet, in their order, and how far they reach."""

    issues: tuple[Issue, ...]
    #: How far was read before, and how far with these: ids of issues.
    cursor: int
    upto: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one message on one channel."""

    subject: str
    channel: str
    #: None: not yet.
    delivered_at: datetime | None
    attempts: int
    #: Why the last attempt failed, a sentence; empty if it did not.
    problem: str


class Alarms:
    """The alarms of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.watching = Watching(database)
        self.days = Days(database)

    # ------------------------------------------------------------------ reading
    def unread(self, kinds: Iterable[IssueKind], since: datetime, limit: int = 1000) -> Unread:
        """Issues of these kinds that are not older and that no reading has dealt with, at most so many."""
        with self._database.read() as connection:
            cursor = connection.execute(select(cursors.c.change_id).where(cursors.c.name == CURSOR)).scalar() or 0
            newest = _newest(connection)
        # Where all issues were let go with age, SQLite begins to number them anew.
        after = cursor if newest >= cursor else 0
        upto = self._settled(after) if newest > after else after
        query = (
            select(issues, sources.c.key.label("source_key"))
            .join_from(issues, runs)
            .join(sources)
            .where(issues.c.id > after, issues.c.id <= upto)
            .where(issues.c.kind.in_(list(kinds)), issues.c.created_at >= since)
            .order_by(issues.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            found = tuple(rows.issue(row) for row in connection.execute(query))
        return Unread(issues=found, cursor=cursor, upto=found[-1].id if len(found) == limit else upto)

    def apply(self, findings: Sequence[Finding], unread: Unread) -> bool:
        """Store what a reading found, and that it read so far; False and nothing if another one was first."""
        with self._database.write() as connection:
            if unread.upto != unread.cursor and not _advance(connection, unread):
                return False
            for finding in findings:
                _apply(connection, finding)
        return True

    def list(
        self, *, open_only: bool = False, source_key: str | None = None, limit: int | None = None
    ) -> Sequence[Alarm]:
        """Alarms, newest first."""
        query = _select().order_by(alarms.c.id.desc()).limit(limit)
        if open_only:
            query = query.where(alarms.c.closed_at.is_(None))
        if source_key is not None:
            query = query.where(sources.c.key == source_key)
        return self._found(query)

    def closed_since(self, at: datetime) -> Sequence[Alarm]:
        """Alarms that were over then or later, in the order of their ids."""
        return self._found(_select().where(alarms.c.closed_at >= at).order_by(alarms.c.id))

    # ------------------------------------------------------------------ telling
    def deliveries(self, channel: str, subjects: Sequence[str]) -> dict[str, Delivery]:
        """What became of these subjects on a channel, by subject; nothing for those that were never tried."""
        found: dict[str, Delivery] = {}
        with self._database.read() as connection:
            for part in chunks(subjects):
                query = select(deliveries).where(deliveries.c.channel == channel, deliveries.c.subject.in_(part))
                found |= {row.subject: _delivery(row) for row in connection.execute(query)}
        return found

    def note_delivery(self, subjects: Sequence[str], channel: str, now: datetime, problem: str = "") -> int:
        """Note an attempt to tell these subjects in one message: one statement. The most attempts any of them has had.

        What was once delivered stays so.
        """
        values = {"channel": channel, "delivered_at": None if problem else now, "attempts": 1, "problem": problem}
        with self._database.write() as connection:
            new = insert(connection.dialect.name, deliveries).values([values | {"subject": each} for each in subjects])
            noted = new.on_conflict_do_update(
                index_elements=["subject", "channel"],
                set_={
                    "delivered_at": func.coalesce(deliveries.c.delivered_at, new.excluded.delivered_at),
                    "attempts": deliveries.c.attempts + 1,
                    "problem": new.excluded.problem,
                },
            ).returning(deliveries.c.attempts)
            attempts: Sequence[int] = connection.execute(noted).scalars().all()
        return max(attempts)

    def told_since(self, channel: str, at: datetime) -> Sequence[datetime]:
        """When messages about alarms reached a channel since then, ascending; a message counts once."""
        query = (
            select(deliveries.c.delivered_at)
            .where(deliveries.c.channel == channel, deliveries.c.delivered_at >= at)
            .where(deliveries.c.subject.like("alarm %"))
            .distinct()
            .order_by(deliveries.c.delivered_at)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def undelivered(self, channels: Sequence[str], subjects: Sequence[str] | None = None) -> Sequence[Delivery]:
        """Attempts on these channels that did not reach them, of these subjects or of all."""
        query = (
            select(deliveries)
            .where(deliveries.c.channel.in_(channels), deliveries.c.delivered_at.is_(None))
            .order_by(deliveries.c.subject, deliveries.c.channel)
        )
        with self._database.read() as connection:
            found = [_delivery(row) for row in connection.execute(query)]
        return found if subjects is None else [each for each in found if each.subject in set(subjects)]

    def _found(self, query: Select[Any]) -> Sequence[Alarm]:
        with self._database.read() as connection:
            return [_alarm(row) for row in connection.execute(query)]

    def _settled(self, after: int) -> int:
        """An id up to which no issue will appear any more.

        PostgreSQL hands ids out before it commits: a lower one may come to light after a higher one was read. So
        whoever is writing issues is waited for; if that takes long, nothing is read this time. SQLite has one writer.
        """
        if self._database.is_sqlite:
            with self._database.read() as connection:
                return _newest(connection)
        try:
            with self._database.write() as connection:
                connection.execute(text(f"SET LOCAL lock_timeout = {_SETTLE_MS}"))
                connection.execute(text("LOCK TABLE issues IN SHARE MODE"))
                return _newest(connection)
        except DatabaseError as error:
            if _gave_up_waiting(error):
                return after
            raise


def _gave_up_waiting(error: DatabaseError) -> bool:
    cause = error.__cause__
    return isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", "") == _LOCK_NOT_AVAILABLE


def _newest(connection: Connection) -> int:
    return connection.execute(select(func.max(issues.c.id))).scalar() or 0


def _advance(connection: Connection, unread: Unread) -> bool:
    """Move the cursor, if it still stands where the reading began."""
    first = insert(connection.dialect.name, cursors).values(name=CURSOR, change_id=0)
    connection.execute(first.on_conflict_do_nothing(index_elements=["name"]))
    moved = connection.execute(
        update(cursors)
        .where(cursors.c.name == CURSOR, cursors.c.change_id == unread.cursor)
        .values(change_id=unread.upto)
    )
    return moved.rowcount == 1


def _apply(connection: Connection, finding: Finding) -> None:
    match finding:
        case Opened():
            _open(connection, finding)
        case Seen():
            connection.execute(
                update(alarms)
                .where(alarms.c.id == finding.alarm_id, alarms.c.closed_at.is_(None))
                .values(count=alarms.c.count + finding.count, last_seen_at=_later(finding.last_seen_at))
            )
        case Closed():
            connection.execute(
                update(alarms)
                .where(alarms.c.id == finding.alarm_id, alarms.c.closed_at.is_(None))
                .values(closed_at=finding.closed_at)
            )


def _open(connection: Connection, opened: Opened) -> None:
    """A new row; if one of that key was opened meanwhile, it goes on instead."""
    new = insert(connection.dialect.name, alarms).values(
        key=opened.key,
        kind=opened.kind,
        source_id=select(sources.c.id).where(sources.c.key == opened.source_key).scalar_subquery(),
        headline=opened.headline,
        detail=opened.detail,
        count=opened.count,
        opened_at=opened.opened_at,
        last_seen_at=opened.last_seen_at,
    )
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["key"],
            index_where=alarms.c.closed_at.is_(None),
            set_={"count": alarms.c.count + new.excluded.count, "last_seen_at": new.excluded.last_seen_at},
        )
    )


def _later(at: datetime) -> Any:
    return case((alarms.c.last_seen_at < at, at), else_=alarms.c.last_seen_at)


def _select() -> Select[Any]:
    return select(alarms, sources.c.key.label("source_key")).outerjoin_from(alarms, sources)


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(
        id=row.id,
        key=row.key,
        kind=row.kind,
        source_key=row.source_key or "",
        headline=row.headline,
        detail=row.detail,
        count=row._mapping["count"],  # a row has a method of that name
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        closed_at=row.closed_at,
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        subject=row.subject,
        channel=row.channel,
        delivered_at=row.delivered_at,
        attempts=row.attempts,
        problem=row.problem,
    )

"""What happened in a stretch of time, counted for the daily digest. Reads much, and is asked once a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, func, select

from storage.database import Database
from storage.records import ChangeKind, IssueKind, RunStatus
from storage.runs import SCHEDULED
from storage.schema import articles, changes, extractions, issues, publishers, runs, snapshots, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """How much of something one source had."""

    key: str
    #: Of its publisher.
    name: str
    count: int
    #: Why its last run failed, where that is what is counted.
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A day in numbers; sources with the most first."""

    since: datetime
    until: datetime
    #: Articles that were new, got a new revision, or are gone from their site, by source.
    changes: Mapping[ChangeKind, Sequence[SourceCount]]
    issues: Mapping[IssueKind, int]
    #: Sources of which scheduled runs failed.
    failed: Sequence[SourceCount]
    #: Snapshots whose payload, and readings whose text, were let go with age.
    payloads_dropped: int
    texts_dropped: int

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to tell."""
        told = (self.changes, self.issues, self.failed, self.payloads_dropped, self.texts_dropped)
        return not any(told)


class Days:
    """What happened in a database, day by day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def between(self, since: datetime, until: datetime) -> Happened:
        """What happened from one time until before another."""
        with self._database.read() as connection:
            return Happened(
                since=since,
                until=until,
                changes=_changes(connection, since, until),
                issues=_issues(connection, since, until),
                failed=_failed(connection, since, until),
                payloads_dropped=_count(connection, snapshots, snapshots.c.payload_dropped_at, since, until),
                texts_dropped=_count(connection, extractions, extractions.c.text_dropped_at, since, until),
            )


def _changes(connection: Connection, since: datetime, until: datetime) -> Mapping[ChangeKind, Sequence[SourceCount]]:
    many = func.count().label("many")
    query = (
        select(changes.c.kind, sources.c.key, publishers.c.name, many)
        .join_from(changes, articles)
        .join(sources, articles.c.source_id == sources.c.id)
        .join(publishers, sources.c.publisher_id == publishers.c.id)
        .where(changes.c.recorded_at >= since, changes.c.recorded_at < until)
        .group_by(changes.c.kind, sources.c.key, publishers.c.name)
        .order_by(many.desc(), sources.c.key)
    )
    found: dict[ChangeKind, list[SourceCount]] = {}
    for row in connection.execute(query):
        found.setdefault(row.kind, []).append(SourceCount(key=row.key, name=row.name, count=row.many))
    return found


def _issues(connection: Connection, since: datetime, until: datetime) -> Mapping[IssueKind, int]:
    many = func.sum(issues.c.count).label("many")
    query = (
        select(issues.c.kind, many)
        .where(issues.c.created_at >= since, issues.c.created_at < until)
        .group_by(issues.c.kind)
        .order_by(many.desc(), issues.c.kind)
    )
    return {row.kind: int(row.many) for row in connection.execute(query)}


def _failed(connection: Connection, since: datetime, until: datetime) -> Sequence[SourceCount]:
    many = func.count().label("many")
    failed = (
        select(runs.c.source_id, many, func.max(runs.c.id).label("last"))
        .where(runs.c.finished_at >= since, runs.c.finished_at < until)
        .where(runs.c.status == RunStatus.FAILED, runs.c.requested_by == SCHEDULED)
        .group_by(runs.c.source_id)
        .subquery()
    )
    query = (
        select(sources.c.key, publishers.c.name, failed.c.many, runs.c.reason)
        .join_from(failed, sources, failed.c.source_id == sources.c.id)
        .join(publishers, sources.c.publisher_id == publishers.c.id)
        .join(runs, runs.c.id == failed.c.last)
        .order_by(failed.c.many.desc(), sources.c.key)
    )
    found = connection.execute(query)
    return [SourceCount(key=row.key, name=row.name, count=row.many, reason=row.reason) for row in found]


def _count(connection: Connection, table: Table, column: Column[datetime], since: datetime, until: datetime) -> int:
    query = select(func.count()).select_from(table).where(column >= since, column < until)
    return connection.execute(query).scalar_one()

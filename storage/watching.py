"""What a look at the sources must know of them to say whether something is wrong: cheap enough for every half minute.

A look asks for a slice of the sources and for those that a run of just ended, never for all of them at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, func, select

from storage.database import Database
from storage.records import RunStatus, SourceState
from storage.runs import SCHEDULED
from storage.schema import articles, publishers, runs, sources
from storage.upserts import chunks

_GOOD = (RunStatus.SUCCEEDED, RunStatus.DEGRADED)
_BAD = (RunStatus.FAILED, RunStatus.ABANDONED)

#: Failed runs of one source that are told of: more do not make it clearer.
_MOST_FAILED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a source stands in the list."""

    key: str
    #: Of its publisher.
    name: str
    #: Active, and visited by itself.
    polled: bool
    #: Runs in a row that failed, as the schedule counts them.
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When a run was, and why it ended as it did."""

    started_at: datetime
    finished_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """A source's last run that read something, and the scheduled ones since that failed, in their order."""

    good: Ending | None = None
    failed: tuple[Ending, ...] = ()


class Watching:
    """The sources of a database, as a look sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def slice(self, after: str, limit: int) -> Sequence[str]:
        """Keys of active sources, in their order, beginning behind a key."""
        query = (
            select(sources.c.key)
            .where(sources.c.key > after, sources.c.state == SourceState.ACTIVE)
            .order_by(sources.c.key)
            .limit(limit)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def ended_since(self, at: datetime) -> frozenset[str]:
        """Keys of sources that had a run end then or later."""
        query = select(sources.c.key).join_from(runs, sources).where(runs.c.finished_at >= at).distinct()
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def standings(self, keys: Iterable[str]) -> Mapping[str, Standing]:
        """How these sources stand, by key."""
        query = select(sources, publishers.c.name.label("publisher")).join_from(sources, publishers)
        found: dict[str, Standing] = {}
        with self._database.read() as connection:
            for part in chunks(sorted(set(keys))):
                for row in connection.execute(query.where(sources.c.key.in_(part))):
                    found[row.key] = _standing(row)
        return found

    def endings(self, key: str) -> Endings:
        """How the source's runs ended lately, without those that were asked for single pages only."""
        with self._database.read() as connection:
            source_id = connection.execute(select(sources.c.id).where(sources.c.key == key)).scalar()
            listed = and_(runs.c.source_id == source_id, cast(runs.c.wish, Text).not_like('%"urls"%'))
            good = connection.execute(
                _ended(listed, runs.c.status.in_(_GOOD)).order_by(runs.c.id.desc()).limit(1)
            ).one_or_none()
            since = runs.c.id > (good.id if good else 0)
            failed = _ended(listed, runs.c.status.in_(_BAD), runs.c.requested_by == SCHEDULED, since)
            found = connection.execute(failed.order_by(runs.c.id).limit(_MOST_FAILED)).all()
        return Endings(good=_ending(good) if good else None, failed=tuple(_ending(row) for row in found))

    def last_articles(self, keys: Iterable[str]) -> Mapping[str, datetime]:
        """When something new of these sources was first seen last, by key; nothing for those that have nothing."""
        found: dict[str, datetime] = {}
        query = (
            select(sources.c.key, func.max(articles.c.first_seen_at))
            .join_from(articles, sources, articles.c.source_id == sources.c.id)
            .group_by(sources.c.key)
        )
        with self._database.read() as connection:
            for part in chunks(sorted(set(keys))):
                found |= {row[0]: row[1] for row in connection.execute(query.where(sources.c.key.in_(part)))}
        return found

    def arrivals(self, key: str, since: datetime) -> Sequence[datetime]:
        """When the source's articles were first seen, ascending, from that time on."""
        query = (
            select(articles.c.first_seen_at)
            .join_from(articles, sources, articles.c.source_id == sources.c.id)
            .where(sources.c.key == key, articles.c.first_seen_at >= since)
            .order_by(articles.c.first_seen_at)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())


def _standing(row: Row[Any]) -> Standing:
    polled = row.every_s is not None or bool(row.schedule.get("cron"))
    return Standing(
        key=row.key,
        name=row.publisher,
        polled=polled and row.state is SourceState.ACTIVE,
        failures=row.failures,
    )


def _ended(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(runs.c.id, runs.c.started_at, runs.c.finished_at, runs.c.reason).where(*conditions)


def _ending(row: Row[Any]) -> Ending:
    return Ending(started_at=row.started_at or row.finished_at, finished_at=row.finished_at, reason=row.reason)

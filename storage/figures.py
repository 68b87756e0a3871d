"""Figures: how much there is of what, how much waits, and what happened lately, for whoever watches the service.

A query here follows an index, reads a slice that the caller bounds, or says that it counts. Totals over all time
are for the caller to keep: `summed` gives what is old slice by slice, `ended` and `words` what is new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    RowMapping,
    Select,
    and_,
    case,
    cast,
    extract,
    func,
    select,
    text,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage import rows
from storage.database import Database, file_of
from storage.records import Counters, EntryState, Run, RunId, RunStatus, SourceState
from storage.runs import SCHEDULED, UNFINISHED
from storage.schema import articles, fruitless_visits, issues, publishers, runs, snapshots, sources, stories

COUNTERS = tuple(Counters.__dataclass_fields__)
#: Upper bounds of the classes in which the lengths of runs are counted, in seconds.
LENGTHS_S = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)
#: A refusal's detail begins with its word; the longest has eleven letters.
_WORD = 24
#: In these words, or the index of what is due is not used.
_ACTIVE = text("sources.state = 'active'")


class Log(StrEnum):
    """Tables that only grow, each row with a word to be counted by."""

    ISSUES = "issues"
    REFUSALS = "refusals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand at a moment."""

    #: Sources whose time has come and whose run has not begun, and since when the one that has waited longest.
    due: int
    due_since: datetime | None
    #: Queued runs that somebody asked for, the oldest since when.
    asked: int
    asked_since: datetime | None
    running: int
    sources: Mapping[SourceState, int]
    #: Active sources whose last run failed.
    failing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """How much is stored. Counting it reads an index from end to end."""

    articles: int
    snapshots: int
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """What it takes on the disk."""

    database_bytes: int
    #: Part of it: the payloads as they are stored, with their index.
    payload_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """As much of a run that is over as is counted."""

    id: RunId
    status: RunStatus
    requested_by: str
    counters: Counters
    finished_at: datetime
    #: None: it never began.
    length_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Runs that are over, added up; `lengths` as many as `LENGTHS_S` and one for what is longer."""

    status: RunStatus
    requested_by: str
    runs: int
    counters: Mapping[str, int]
    lengths: tuple[int, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A source that is polled, and when next."""

    source_key: str
    publisher: str
    due_at: datetime
    failures: int


class Figures:
    """The figures of a database."""

    def __init__(self, database: Database, payloads: Database) -> None:
        self._database = database
        self._payloads = payloads

    def standing(self, now: datetime, declared_by: Sequence[str] = ()) -> Standing:
        """How things stand; `declared_by` says whose sources are polled here (empty: all)."""
        with self._database.read() as connection:
            due, due_since = connection.execute(_due(now, declared_by)).one()
            unfinished = connection.execute(_unfinished()).all()
            states = connection.execute(
                select(sources.c.state, func.count().label("number")).group_by(sources.c.state)
            ).all()
            failing = connection.execute(
                select(func.count()).select_from(sources).where(_ACTIVE, sources.c.failures > 0)
            ).scalar_one()
        queued = [row for row in unfinished if row.status is RunStatus.QUEUED]
        scheduled = [row for row in queued if row.requested_by == SCHEDULED]
        asked = [row for row in queued if row.requested_by != SCHEDULED]
        return Standing(
            due=due + sum(row.number for row in scheduled),
            due_since=_earliest(due_since, *(row.since for row in scheduled)),
            asked=sum(row.number for row in asked),
            asked_since=_earliest(*(row.since for row in asked)),
            running=sum(row.number for row in unfinished if row.status is RunStatus.RUNNING),
            sources=dict.fromkeys(SourceState, 0) | {row.state: row.number for row in states},
            failing=failing,
        )

    def stock(self) -> Stock:
        """How much is stored, counted; a story that was merged into another is none."""
        going_on = stories.c.merged_into.is_(None)
        with self._database.read() as connection:
            counted = {
                table.name: connection.execute(select(func.count()).select_from(table).where(which)).scalar_one()
                for table, which in (
                    (articles, true()),
                    (snapshots, true()),
                    (stories, going_on),
                )
            }
        return Stock(**counted)

    def space(self) -> Space:
        """What the database takes on the disk: of SQLite both files with what is not yet merged into them."""
        if self._database.is_sqlite:
            payload_bytes = _file_bytes(self._payloads)
            return Space(database_bytes=_file_bytes(self._database) + payload_bytes, payload_bytes=payload_bytes)
        with self._database.read() as connection:
            row = connection.execute(
                select(func.pg_database_size(func.current_database()), func.pg_total_relation_size("blobs"))
            ).one()
        return Space(database_bytes=row[0], payload_bytes=row[1])

    # ------------------------------------------------------------------ totals, slice by slice
    def last_run_id(self) -> int:
        """The highest id of a run; 0 if there is none."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(runs.c.id))).scalar() or 0

    def summed(self, after_id: int, upto_id: int, ended_by: datetime) -> list[Sum]:
        """The runs with ids in that range that were over by then, added up by status and who asked for them."""
        is_sqlite = self._database.is_sqlite
        numbers = type_coerce(runs.c.counters, JSON) if is_sqlite else cast(runs.c.counters, JSONB)
        # Materialized, or counters would be parsed anew for each number and a length reckoned anew for each class.
        part = (
            select(runs.c.status, runs.c.requested_by, numbers.label("numbers"), _length_s(is_sqlite).label("length"))
            .where(runs.c.id > after_id, runs.c.id <= upto_id, runs.c.finished_at <= ended_by)
            .where(runs.c.status.not_in(UNFINISHED))
            .cte("part")
            .prefix_with("MATERIALIZED")
        )
        query = select(
            part.c.status,
            part.c.requested_by,
            func.count().label("runs"),
            *(func.sum(part.c.numbers[name].as_float()).label(name) for name in COUNTERS),
            *(
                func.sum(case((inside, 1), else_=0)).label(f"length_{at}")
                for at, inside in enumerate(_classes(part.c.length))
            ),
            func.sum(part.c.length).label("seconds"),
        ).group_by(part.c.status, part.c.requested_by)
        with self._database.read() as connection:
            return [_sum(row._mapping) for row in connection.execute(query)]

    def ended(self, after: datetime) -> list[Ended]:
        """The runs that were closed after that time; one that was called off may be closed once more."""
        query = (
            select(
                runs.c.id, runs.c.status, runs.c.requested_by, runs.c.counters, runs.c.started_at, runs.c.finished_at
            )
            .where(runs.c.finished_at > after)
            .order_by(runs.c.finished_at)
        )
        with self._database.read() as connection:
            return [_ended(row._mapping) for row in connection.execute(query)]

    def last_id(self, log: Log) -> int:
        """The highest id of a row; 0 if there is none."""
        table = issues if log is Log.ISSUES else fruitless_visits
        with self._database.read() as connection:
            return connection.execute(select(func.max(table.c.id))).scalar() or 0

    def words(self, log: Log, after_id: int, upto_id: int) -> list[tuple[int, str]]:
        """Ids and words of the rows in that range: the kinds of issues, the reasons of refusals."""
        match log:
            case Log.ISSUES:
                query = select(issues.c.id, issues.c.kind).where(issues.c.id > after_id, issues.c.id <= upto_id)
            case Log.REFUSALS:
                visits = fruitless_visits.c
                query = select(visits.id, func.substr(visits.detail, 1, _WORD)).where(
                    visits.id > after_id, visits.id <= upto_id, visits.outcome == EntryState.REFUSED
                )
        with self._database.read() as connection:
            return [(row[0], str(row[1]).partition(":")[0]) for row in connection.execute(query)]

    # ------------------------------------------------------------------ what is shown
    def runs(
        self,
        limit: int,
        *,
        source_key: str | None = None,
        statuses: Sequence[RunStatus] = (),
        before: RunId | None = None,
        over: bool = False,
    ) -> list[Run]:
        """Runs, newest first: of a source, with one of these few statuses (empty: any), older than a run, `over`."""
        query = select(runs, sources.c.key.label("source_key")).join_from(runs, sources)
        if source_key is not None:
            query = query.where(sources.c.key == source_key)
        if statuses:
            query = query.where(runs.c.status.in_(statuses))
        if before is not None:
            query = query.where(runs.c.id < before)
        if over:  # said so, it leaves SQLite nothing but to go from the newest back
            query = query.where(runs.c.status.not_in(UNFINISHED))
        with self._database.read() as connection:
            return [rows.run(row) for row in connection.execute(query.order_by(runs.c.id.desc()).limit(limit))]

    def coming(self, limit: int, declared_by: Sequence[str] = ()) -> list[Coming]:
        """The sources that are due next, the late ones first; none that is being visited because it was."""
        query = (
            select(sources.c.key, publishers.c.name, sources.c.next_due_at, sources.c.failures)
            .join_from(sources, publishers)
            .where(_ACTIVE, sources.c.next_due_at.is_not(None), sources.c.id.not_in(_busy()), _declared(declared_by))
            .order_by(sources.c.next_due_at, sources.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                Coming(source_key=row.key, publisher=row.name, due_at=row.next_due_at, failures=row.failures)
                for row in connection.execute(query)
            ]


def _declared(declared_by: Sequence[str]) -> ColumnElement[bool]:
    return sources.c.declared_by.in_(declared_by) if declared_by else true()


def _busy() -> Select[int]:
    """The sources that have a scheduled run."""
    return select(runs.c.source_id).where(runs.c.status.in_(UNFINISHED), runs.c.requested_by == SCHEDULED)


def _due(now: datetime, declared_by: Sequence[str]) -> Select[int, Any]:
    return select(func.count(), func.min(sources.c.next_due_at)).where(
        _ACTIVE, sources.c.next_due_at <= now, sources.c.id.not_in(_busy()), _declared(declared_by)
    )


def _unfinished() -> Select[Any]:
    return (
        select(
            runs.c.status,
            runs.c.requested_by,
            func.count().label("number"),
            func.min(func.coalesce(runs.c.due_at, runs.c.queued_at), type_=runs.c.queued_at.type).label("since"),
        )
        .where(runs.c.status.in_(UNFINISHED))
        .group_by(runs.c.status, runs.c.requested_by)
    )


def _earliest(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _length_s(is_sqlite: bool) -> ColumnElement[float]:
    """How long a run took; NULL for one that never began."""
    if is_sqlite:
        days = func.julianday(runs.c.finished_at) - func.julianday(runs.c.started_at)
        length = func.round(days * timedelta(days=1).total_seconds(), 3)  # a day's fraction is not exact
        return func.max(length, 0.0)
    seconds = extract("epoch", runs.c.finished_at) - extract("epoch", runs.c.started_at)
    return case((runs.c.started_at.is_not(None), func.greatest(seconds, 0.0)))


def _classes(length: ColumnElement[float]) -> list[ColumnElement[bool]]:
    """Whether it falls into each class of `LENGTHS_S`, and whether it is longer than the last."""
    below = [length <= bound for bound in LENGTHS_S]
    between = [and_(length > low, length <= high) for low, high in pairwise(LENGTHS_S)]
    return [below[0], *between, length > LENGTHS_S[-1]]


def _sum(row: RowMapping) -> Sum:
    return Sum(
        status=row["status"],
        requested_by=row["requested_by"],
        runs=row["runs"],
        counters={name: int(row[name] or 0) for name in COUNTERS},
        lengths=tuple(int(row[f"length_{at}"]) for at in range(len(LENGTHS_S) + 1)),
        seconds=float(row["seconds"] or 0),
    )


def _ended(row: RowMapping) -> Ended:
    started_at, finished_at = row["started_at"], row["finished_at"]
    length_s = max((finished_at - started_at).total_seconds(), 0.0) if started_at else None
    return Ended(
        id=row["id"],
        status=row["status"],
        requested_by=row["requested_by"],
        counters=Counters(**{name: row["counters"].get(name, 0) for name in COUNTERS}),
        finished_at=finished_at,
        length_s=length_s,
    )


def _file_bytes(database: Database) -> int:
    """An SQLite file with its journal."""
    path = file_of(database.engine.url)
    total = 0
    for part in (path, path.with_name(path.name + "-wal")):
        try:
            total += part.stat().st_size
        except OSError:  # no journal, or a file that somebody took away
            continue
    return total

"""Say how old a thing is: as old as the run that brought it, in days that the archive has lived through.

A clock can be wrong, and what was let go does not come back. So the time between two runs is believed up to a
week, or up to half of the limit where that is less: a clock that jumps ahead by years makes nothing older than
that, and an archive that lay still for a year has aged by a week when it wakes. And a run is not old while one
that was queued before it is young, whatever the clock said when it ran.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, select

from storage.records import RunId
from storage.schema import runs

#: As much time as is believed to have passed without a run: some crawl once a week.
LONGEST_REST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What is old: what came with a run that ended before a time, and that has a lower number (None: any)."""

    before: datetime
    below: RunId | None = None

    def is_past(self) -> ColumnElement[bool]:
        """Whether a row of `runs` is; NULL, which is not true, for one that has not ended."""
        ended = runs.c.finished_at < self.before
        return ended if self.below is None else and_(ended, runs.c.id < self.below)


def limit(connection: Connection, days: int, now: datetime, *, by_clock: bool = False) -> Limit | None:
    """What is older than so many days; None if nothing can be. `by_clock`: the clock is believed."""
    if by_clock:
        return Limit(before=now - timedelta(days=days))
    before = counted_back(_ends(connection, now), now, timedelta(days=days))
    if before is None:
        return None
    young = select(runs.c.id).where(runs.c.queued_at >= before, runs.c.queued_at <= now)
    return Limit(before=before, below=connection.execute(young.order_by(runs.c.id).limit(1)).scalar())


def counted_back(ends: Iterable[datetime], now: datetime, age: timedelta) -> datetime | None:
    """The time since which so much was lived through; None if it was not. `ends`: of runs, the latest first."""
    at, left = now, age
    longest = min(LONGEST_REST, age / 2)
    for end in ends:
        believed = min(at - end, longest)
        if believed >= left:
            return at - left
        left -= believed
        at = end
    return None


def _ends(connection: Connection, now: datetime) -> list[datetime]:
    """When the last run of each day ended, the latest first."""
    day = func.date(runs.c.finished_at)
    query = select(func.max(runs.c.finished_at).label("ended")).where(runs.c.finished_at <= now).group_by(day)
    return sorted(connection.execute(query).scalars(), reverse=True)

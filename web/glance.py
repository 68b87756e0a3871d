"""What the page of the service shows, gathered from the store in one go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.figures import Coming, Stock
from storage.records import Alarm, Issue, Run, RunStatus
from storage.runs import UNFINISHED
from web.inside import Inside
from web.metrics import Now, look

_COMING = 12
_UNFINISHED = 100
_RUNS = 20
_ALARMS = 20
_ISSUES = 20
#: Older issues are told by /api/issues.
_ISSUES_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The service at a moment."""

    now: Now
    running: tuple[Run, ...]
    waiting: tuple[Run, ...]
    coming: tuple[Coming, ...]
    #: That are over, newest first.
    runs: tuple[Run, ...]
    alarms: tuple[Alarm, ...]
    issues: tuple[Issue, ...]
    stock: Stock | None
    counted_at: datetime | None


def glance(inside: Inside) -> Glance:
    """How things stand right now; waits for the database."""
    side, store, keeper = inside.side, inside.side.store, inside.metrics.stock
    now = look(side)
    keeper.read(now.at)
    unfinished = store.figures.runs(_UNFINISHED, statuses=UNFINISHED)
    issues = store.issues.list(limit=_ISSUES)
    return Glance(
        now=now,
        running=tuple(run for run in unfinished if run.status is RunStatus.RUNNING),
        waiting=tuple(run for run in unfinished if run.status is RunStatus.QUEUED),
        coming=tuple(store.figures.coming(_COMING, side.declared_by)),
        runs=tuple(store.figures.runs(_RUNS, over=True)),
        alarms=tuple(store.alarms.list(open_only=True, limit=_ALARMS)),
        issues=tuple(issue for issue in issues if issue.created_at > now.at - _ISSUES_WITHIN),
        stock=keeper.stock,
        counted_at=keeper.counted_at,
    )

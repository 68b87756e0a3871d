"""Say when a source is due again. Pure: the clock, the outcome and the luck come in, a time goes out.

The publisher's wish wins over ours when it asks for less, ours over a failing site by waiting longer each
time; the hours and blackouts of the source hold for whatever comes of both. Nothing is ever given up.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.records import RunStatus, Schedule
from storage.schedules import DAY, Spans, occurrences, open_spans

#: A wish is kept up to this, so that a mistyped Retry-After cannot lose a source for a year.
LONGEST_WISH = timedelta(days=7)
#: A source that fails is asked for at least so often, if it would be were it well.
LONGEST_BACK_OFF = timedelta(days=1)
#: Of a second this makes more than a day.
_MOST_DOUBLINGS = 17
#: An interval becomes 0.9 to 1.1 of itself.
_JITTER = 0.1
#: The moments of a cron expression, and of the day's opening, are spread by so much at most, and by no more than a
#: tenth of what follows: sources that share them must not all begin at once.
_CRON_SPREAD = timedelta(minutes=1)
_OPENING_SPREAD = timedelta(minutes=5)
_SPREAD = 10
#: Longer than a day with a gap or a repeated hour in it.
_A_DAY_AND_MORE = timedelta(hours=26)


def next_due(
    *,
    every_s: int | None,
    schedule: Schedule,
    failures: int,
    asked_until: datetime | None,
    now: datetime,
    luck: float,
) -> datetime | None:
    """When a source that has just been visited is due, later than now; None if it is visited on demand alone.

    `failures` are the runs in a row that failed, the one just ended included; `asked_until` is what the publisher
    asks for; `luck` is from 0 to below 1. Raises ValueError for a schedule that cannot be read.
    """
    if schedule.cron:
        due = _by_cron(schedule, failures, now, luck)
    elif every_s is not None:
        due = now + _patience(every_s, failures) * (1 - _JITTER + 2 * _JITTER * luck)
    else:
        return None
    if asked_until is not None:
        due = max(due, min(asked_until, now + LONGEST_WISH))
    return opening(schedule, due, luck)


def failures_after(before: int, status: RunStatus) -> int:
    """The failures in a row after a run that ended so; one that was called off or lost says nothing of the site."""
    match status:
        case RunStatus.SUCCEEDED | RunStatus.DEGRADED:
            return 0
        case RunStatus.FAILED:
            return before + 1
        case _:
            return before


def opening(schedule: Schedule, at: datetime, luck: float) -> datetime:
    """The first time from `at` on that the schedule's hours and blackouts allow, in UTC, spread a little.

    A time within the hours is its own, but for the first minutes: later times never come before earlier ones.
    Raises ValueError for a schedule that cannot be read.
    """
    at = at.astimezone(UTC)
    spans = open_spans(schedule.hours, schedule.blackout)
    if spans == ((0, DAY),):
        return at
    begin = at - _A_DAY_AND_MORE
    hours = _Hours(spans, _zone(schedule))
    opened, closed = next((opened, closed) for opened, closed in hours.after(begin) if closed > at)
    if opened == begin:  # it opened before that
        return at
    return max(at, opened + min(_OPENING_SPREAD, (closed - opened) / _SPREAD) * luck)


# ------------------------------------------------------------------ intervals and cron
def _patience(every_s: int, failures: int) -> timedelta:
    """The interval, doubled by every failure up to a day; a longer one stays as it is."""
    longest_s = max(every_s, LONGEST_BACK_OFF.total_seconds())
    return timedelta(seconds=min(every_s * 2 ** _doublings(failures), longest_s))


def _doublings(failures: int) -> int:
    return min(max(failures, 0), _MOST_DOUBLINGS)


def _by_cron(schedule: Schedule, failures: int, now: datetime, luck: float) -> datetime:
    """The next moment of the cron expression; after failures the second, fourth … one that comes within a day."""
    times = occurrences(schedule.cron, _zone(schedule), now)
    wanted = next(times, None)
    if wanted is None:
        raise ValueError(f"{schedule.cron!r} never comes: no such day exists")
    following = next(times, None)
    for _ in range(2 ** _doublings(failures) - 1):
        if following is None or following > now + LONGEST_BACK_OFF:
            break
        wanted, following = following, next(times, None)
    distance = _CRON_SPREAD * _SPREAD if following is None else following - wanted
    return wanted + min(_CRON_SPREAD, distance / _SPREAD) * luck


def _zone(schedule: Schedule) -> ZoneInfo:
    try:
        return ZoneInfo(schedule.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{schedule.timezone!r} is not a time zone that this machine knows") from error


# ------------------------------------------------------------------ hours of the day
class _Hours:
    """Spans of the day on the clocks of a zone, where an hour may be missing or come twice."""

    def __init__(self, spans: Spans, zone: ZoneInfo) -> None:
        self._spans, self._zone = spans, zone
        self._edges = sorted({edge for span in spans for edge in span} | {DAY})

    def after(self, begin: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From when to when it is open, one after the other; the first may have opened before it begins."""
        at = begin
        while True:
            at = self._change(at, to=True)
            opened = at
            at = self._change(at, to=False)
            yield opened, at

    def _change(self, at: datetime, *, to: bool) -> datetime:
        while self._open(at) is not to:
            at = self._next_edge(at)
        return at

    def _open(self, at: datetime) -> bool:
        wall = at.astimezone(self._zone)
        minute = wall.hour * 60 + wall.minute
        return any(begin <= minute < end for begin, end in self._spans)

    def _next_edge(self, at: datetime) -> datetime:
        """When the clocks show the next edge of a span, or are set, whatever comes first."""
        wall = at.astimezone(self._zone)
        midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        edges = (midnight + timedelta(minutes=edge) for edge in self._edges)
        edge = next(edge for edge in edges if edge > wall.replace(tzinfo=None))
        then = at + (edge - wall.replace(tzinfo=None))
        return then if self._offset(then) == self._offset(at) else self._clocks_set(at, then)

    def _clocks_set(self, before: datetime, after: datetime) -> datetime:
        """The second at which the clocks are set between two times."""
        low, high = int(before.timestamp()), int(after.timestamp()) + 1
        while high - low > 1:
            middle = (low + high) // 2
            same = self._offset(datetime.fromtimestamp(middle, UTC)) == self._offset(before)
            low, high = (middle, high) if same else (low, middle)
        return datetime.fromtimestamp(high, UTC)

    def _offset(self, at: datetime) -> timedelta | None:
        return at.astimezone(self._zone).utcoffset()

"""Read a schedule as people write it: cron expressions, and spans of the day. Pure, and without SQLAlchemy.

Whoever declares a schedule checks it here, whoever keeps to it reads it here. Cron is that of Debian, also
where clocks change: a time that does not exist comes right after the gap, one that exists twice comes once.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from storage.records import Schedule

#: Minutes of a day.
DAY = 24 * 60
#: Longer than any expression that a person writes.
_LONGEST_CRON = 200
_TIME = r"(\d{2}):(\d{2})"
_SPAN = re.compile(f"{_TIME}-{_TIME}", re.ASCII)
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))

#: Minutes of the day from the first to before the second: sorted, apart from each other.
Spans = tuple[tuple[int, int], ...]


def check_cron(text: str) -> None:
    """Raise ValueError with a sentence unless the text is a cron expression that comes true now and then."""
    shown = text if len(text) <= _LONGEST_CRON else f"{text[:80]}…"
    wanted = f"{shown!r} is not a cron expression of five fields, such as '0 6-22 * * *'"
    if len(text) > _LONGEST_CRON or len(text.split()) != len(("minute", "hour", "day", "month", "weekday")):
        raise ValueError(wanted)
    try:
        first = next(occurrences(text, ZoneInfo("UTC"), datetime(2024, 1, 1, tzinfo=UTC)), None)
    except CronSimError as error:
        raise ValueError(f"{wanted}: {str(error).lower()}") from error
    if first is None:
        raise ValueError(f"{shown!r} never comes: no such day exists")


def occurrences(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The times at which a cron expression comes, each later than the one before, in UTC; none if there is no more."""
    last = after
    for local in CronSim(cron, after.astimezone(zone)):
        when = local.astimezone(UTC)
        if when > last:  # in an hour that exists twice the library may look back at the first
            last = when
            yield when


def check_spans(hours: Sequence[str], blackout: Sequence[str]) -> None:
    """Raise ValueError with a sentence unless these are spans of the day that leave a minute of it."""
    open_spans(hours, blackout)


def open_spans(hours: Sequence[str], blackout: Sequence[str]) -> Spans:
    """The minutes of the day that are in the hours (all, if there are none) and in no blackout."""
    return _open_spans(tuple(hours), tuple(blackout))


@lru_cache(maxsize=1000)
def _open_spans(hours: tuple[str, ...], blackout: tuple[str, ...]) -> Spans:
    opened = {minute for span in hours for minute in _minutes(span)} if hours else set(range(DAY))
    opened.difference_update(minute for span in blackout for minute in _minutes(span))
    if not opened:
        raise ValueError(f"{', '.join(blackout)!r} leaves no minute of the day")
    begins = sorted(minute for minute in opened if minute - 1 not in opened)
    ends = sorted(minute + 1 for minute in opened if minute + 1 not in opened)
    return tuple(zip(begins, ends, strict=True))


def in_words(every_s: int | None, schedule: Schedule, *, explained: bool = True) -> str:
    """A schedule in a line: `1h, 06:00-23:00, not 12:00-13:00`, or `at 05:30 every day`; or with cron as written."""
    if schedule.cron:
        said = _explained(schedule.cron) if explained else schedule.cron
    elif every_s is None:
        return "on demand"
    else:
        unit, length = next((unit, length) for unit, length in _UNITS if every_s % length == 0)
        said = f"{every_s // length}{unit}"
    return ", ".join([said, *schedule.hours, *(f"not {span}" for span in schedule.blackout)])


def _explained(cron: str) -> str:
    try:
        said = CronSim(cron, datetime(2024, 1, 1, tzinfo=UTC)).explain()
    except CronSimError:
        return cron
    return said[0].lower() + said[1:]


def _minutes(span: str) -> Iterator[int]:
    found = _SPAN.fullmatch(span)
    begin, end = (_minute(found[1], found[2]), _minute(found[3], found[4])) if found else (None, None)
    if begin is None or end is None or begin in (end, DAY):
        raise ValueError(f"{span!r} is not a span of the day such as '06:00-23:00' or '22:00-05:30'")
    if begin < end:
        yield from range(begin, end)
        return
    yield from range(begin, DAY)
    yield from range(end)


def _minute(hour: str, minute: str) -> int | None:
    """Minutes since midnight, up to 24:00; None if there is no such time."""
    since = int(hour) * 60 + int(minute)
    return since if int(minute) < 60 and since <= DAY else None

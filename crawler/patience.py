"""Say how long to wait after something went wrong. Pure: the clock comes in, a time goes out.

The publisher's wish wins when it asks for more patience than ours (RFC 9110 §10.2.3, Retry-After);
nothing is ever given up, the waits only grow up to a ceiling.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

FIRST_WAIT = timedelta(hours=1)
#: So that a page which is broken for a month is still asked for once a week.
LONGEST_WAIT = timedelta(days=7)
#: Answers that may ask for patience; a 429 that does not say how long asks for so much.
SLOW_DOWN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_UNSAID_HOLD_S = 10.0


def retry_after(value: str, now: datetime) -> datetime | None:
    """When a server asks to be left alone until, from a Retry-After field; None if absent or unreadable.

    Both forms of RFC 9110 are read, seconds and HTTP-date; at most `LONGEST_WAIT` from now, so that a
    mistyped value cannot lose a source for a year.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return now + min(timedelta(seconds=int(value[:9])), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return min(max(when, now), now + LONGEST_WAIT)


def hold_s(status: int, value: str, now: datetime) -> float | None:
    """Seconds for which an answer asks that its host be left alone, by its Retry-After field; None if it does not."""
    if status not in SLOW_DOWN:
        return None
    until = retry_after(value, now)
    if until is None:
        return _UNSAID_HOLD_S if status == HTTPStatus.TOO_MANY_REQUESTS else None
    return (until - now).total_seconds()


def next_attempt(attempts: int, now: datetime, asked: datetime | None = None) -> datetime:
    """When to try again after `attempts` failures in a row before this one: 1 h, 2 h, 4 h … 7 days."""
    doubled: int = 2 ** min(attempts, 16)
    ours = now + min(FIRST_WAIT * doubled, LONGEST_WAIT)
    return ours if asked is None else max(ours, asked)

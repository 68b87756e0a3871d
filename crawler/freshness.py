"""Say until when a publisher calls an answer fresh (RFC 9111 §4.2). Pure: the capture comes in, a time goes out.

Only what is stated counts: Cache-Control max-age, Expires, and a feed's own word (RSS `<ttl>`,
`sy:updatePeriod`). Of the header and the feed the one that asks for less wins. Nothing is guessed from
Last-Modified, and s-maxage is not for us: it speaks to caches that many share.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from storage.records import Capture

#: So that a careless network of caches cannot make us miss a day.
LONGEST_FRESH = timedelta(hours=6)
#: Whoever says one of these wants to be asked each time. `must-revalidate` by itself forbids only what is stale,
#: but it comes from those who fear old pages.
_ALWAYS_ASK = {"no-cache", "no-store", "must-revalidate"}
_DIRECTIVE = re.compile(r'([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;"]*)))?', re.ASCII)
#: More is not a number of seconds but a mistake; it is as good as the longest.
_MOST_DIGITS = 9


def fresh_until(capture: Capture, stated_s: float | None = None) -> datetime | None:
    """Until when the answer is fresh, at most `LONGEST_FRESH` from its capture; None if it is not, or does not say.

    `stated_s` is what the document itself says of its freshness, in seconds.
    """
    spans = [_by_header(capture), None if stated_s is None else timedelta(seconds=stated_s)]
    longest = max((span for span in spans if span is not None), default=timedelta(0))
    return capture.captured_at + min(longest, LONGEST_FRESH) if longest > timedelta(0) else None


def fresh_again(capture: Capture, before: timedelta | None) -> datetime | None:
    """Until when a listing is fresh that a 304 calls unchanged: as its header says, else for as long as `before`.

    A 304 has no body: what a feed said of itself still holds.
    """
    if (_lifetime(capture) or timedelta(0)) > timedelta(0) or before is None:
        return fresh_until(capture)
    return fresh_until(capture, before.total_seconds())


def still_fresh(until: datetime | None, now: datetime) -> bool:
    """Whether a stored freshness still holds; not one that only a clock that was set back makes longer than it was."""
    return until is not None and now < until <= now + LONGEST_FRESH


def _by_header(capture: Capture) -> timedelta | None:
    """How much longer the answer is fresh when it comes in; None without a word."""
    lifetime = _lifetime(capture)
    return None if lifetime is None else lifetime - _age(capture)


def _lifetime(capture: Capture) -> timedelta | None:
    """The freshness lifetime (RFC 9111 §4.2.1); of two statements that differ, the shorter."""
    directives = _directives(capture)
    if _ALWAYS_ASK & {name for name, _ in directives}:
        return None
    ages = [value for name, value in directives if name == "max-age"]
    if ages:  # it beats Expires, also where it cannot be read
        return min(_seconds(age) for age in ages)
    if not directives and "no-cache" in ",".join(_values(capture, "pragma")).lower():
        return None
    ends = [_date(value) for value in _values(capture, "expires")]
    if not ends:
        return None
    sent = _sent(capture)
    return min(timedelta(0) if end is None else end - sent for end in ends)


def _age(capture: Capture) -> timedelta:
    """How old the answer was when it came in (RFC 9111 §4.2.3)."""
    told = max((_seconds(value) for value in _values(capture, "age")), default=timedelta(0))
    return max(told, capture.captured_at - _sent(capture), timedelta(0))


def _sent(capture: Capture) -> datetime:
    dates = [_date(value) for value in _values(capture, "date")]
    return next((date for date in dates if date is not None), capture.captured_at)


def _directives(capture: Capture) -> list[tuple[str, str]]:
    line = ",".join(_values(capture, "cache-control"))
    return [(found[1].lower(), found[2] or found[3] or "") for found in _DIRECTIVE.finditer(line)]


def _values(capture: Capture, name: str) -> list[str]:
    return [value for key, value in capture.headers if key == name]


def _seconds(value: str) -> timedelta:
    """A number of seconds; none if it is not one, so that what cannot be read is stale."""
    value = value.strip()
    if not (value.isascii() and value.isdigit()):
        return timedelta(0)
    return timedelta(seconds=int(value[:_MOST_DIGITS]))


def _date(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError:
        return None

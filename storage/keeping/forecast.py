"""How large an archive gets: what there is, what comes in a day, and for how long it is kept. Pure arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

#: Nobody plans further ahead.
HORIZON_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One class of things: how many bytes there are, and how many come in a day."""

    bytes: float
    per_day: float
    #: 0: for ever.
    keep_days: int = 0
    #: The age of the oldest; what there is came in evenly since then.
    age_days: float = 1.0


def after(flow: Flow, days: float) -> float:
    """The bytes of a class so many days from now, its limit kept to."""
    if not flow.keep_days:
        return flow.bytes + flow.per_day * days
    came = flow.per_day * min(days, flow.keep_days)
    young = (flow.keep_days - days) / flow.age_days if flow.age_days > 0 else float(days < flow.keep_days)
    return came + flow.bytes * min(max(young, 0.0), 1.0)


def grown(flows: Iterable[Flow], days: float) -> float:
    """By how many bytes all of them together will have grown; less than 0 if more is let go than comes in."""
    return sum(after(flow, days) - flow.bytes for flow in flows)


def for_ever(flows: Iterable[Flow]) -> list[Flow]:
    """The same without any limit."""
    return [replace(flow, keep_days=0) for flow in flows]


def days_until(flows: Iterable[Flow], room: float) -> int | None:
    """The days until they have grown by more than there is room for; None if that is not within a century."""
    known = list(flows)
    return next((days for days in range(HORIZON_DAYS + 1) if grown(known, days) > room), None)

"""What the edge hands over, so that nothing here needs to know the crawler, the scheduler or the configuration."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.records import Source
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An installation as the HTTP side sees it."""

    store: Store
    clock: Callable[[], datetime]
    version: str
    #: Whoever wants to change something must send it; empty: only this machine may.
    token: str = field(repr=False)
    #: In which times are told.
    zone: ZoneInfo
    #: Runs that this process takes at once; 0: it only schedules.
    places: int
    #: A sentence on what is wrong with the service itself right now, empty if nothing is.
    trouble: Callable[[], str]
    #: The source that a URL belongs to, made if need be; raises UsageError.
    find_source: Callable[[str], Source]
    home_free_bytes: Callable[[], int]
    #: Whose sources are polled here (`profile:…`, `hand`); empty: all.
    declared_by: tuple[str, ...] = ()
    #: Names in the Host header that are believed without a token, beside `localhost` and IP addresses.
    hosts: tuple[str, ...] = ()

"""What a run is told by whoever starts it: settings and orders as plain values that travel to a child process."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from storage.records import RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How politely hosts are treated; the same for every run of an installation."""

    #: Our own delay between two requests to a host; a site's Crawl-delay may make it longer, never shorter.
    delay_s: float = 2.0
    #: Requests in flight at one host.
    per_host: int = 1
    #: Address or URL that a webmaster can turn to; empty if none was given.
    contact: str = ""
    #: Whether private and loopback addresses may be fetched.
    allow_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Where a run reads and writes, and within what bounds."""

    database_url: str
    #: Folder of host locks and run logs.
    home: Path
    #: The district's profile; None: nothing is filtered and times are China's.
    profile: Path | None = None
    manners: Manners = field(default_factory=Manners)
    #: Pages of one listing that a walk reads at most; 0: no bound.
    max_pages: int = 100
    #: Seconds a run may last before it stops taking up new pages; 0: no bound.
    limit_s: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """One run: of which source, and what is special about it."""

    source_key: str
    #: The run's row; None: the run makes its own (as `scrapy crawl` does).
    run_id: RunId | None = None
    requested_by: str = "crawl"
    #: Only these URLs instead of the source's listings.
    urls: tuple[str, ...] = ()
    #: Read listings to their end and ask again for everything known.
    full: bool = False
    #: Only entries that claim to be published from, and before, these times.
    since: datetime | None = None
    until: datetime | None = None
    #: Seconds for which a host that another run visits is waited for; less than a minute: the run is put off.
    patience_s: float = 60.0

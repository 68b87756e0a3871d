"""Say how a run ended, from what it counted: "finished" is not "succeeded". Pure."""

from dataclasses import dataclass
from datetime import datetime

from storage.records import Counters, RunStatus

#: Reasons for which a spider closes that are its own decision.
_STOPPED = {
    "shutdown": "it was told to stop",
    "blocked": "the site turns us away",
    "called-off": "it was called off, or another run took its place",
    "closespider_timeout": "its time was up (QUXUN_RUN_LIMIT_S)",
    "memusage_exceeded": "it used too much memory",
    "storage": "it could not write to the database",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a run when its spider has closed."""

    counters: Counters
    #: Scrapy's own word for why the spider closed.
    finish_reason: str
    #: Listings that were read, or found unchanged, and those that could not be.
    listings_read: int = 0
    listings_unread: int = 0
    #: Entries that robots.txt forbids.
    disallowed: int = 0
    #: Pages that were not asked for because their site cannot be visited now.
    left_out: int = 0
    #: Exceptions nobody expected.
    errors: int = 0
    #: Listings with a gap, an end that was not reached, and the like.
    doubts: int = 0
    #: The first trouble with a listing or page, as a sentence.
    first_trouble: str = ""
    #: An error that ended the run, as a sentence.
    fatal: str = ""
    #: Until when the publisher asks for no further visit; None: it does not ask.
    asked_until: datetime | None = None


def outcome(facts: Facts) -> tuple[RunStatus, str]:
    """The status of a run and the reason, a sentence for people; empty when all went well."""
    if facts.fatal:
        return RunStatus.FAILED, facts.fatal
    if _nothing_read(facts):
        return RunStatus.FAILED, facts.first_trouble or _stopped(facts) or "nothing could be read"
    wrong = [
        _stopped(facts),
        f"{facts.listings_unread} of its listings could not be read" if facts.listings_unread else "",
        f"{facts.counters.failed} pages failed" if facts.counters.failed else "",
        f"{facts.left_out} pages wait for a site that cannot be visited now" if facts.left_out else "",
        f"{facts.errors} errors of our own" if facts.errors else "",
        f"{facts.doubts} doubts about what it saw" if facts.doubts else "",
    ]
    said = "; ".join(filter(None, wrong))
    if said and facts.first_trouble:
        said += f" ({facts.first_trouble})"
    return (RunStatus.DEGRADED, said) if said else (RunStatus.SUCCEEDED, "")


def pages_settled(counters: Counters) -> int:
    """Pages that a run got an answer for, whatever it was worth."""
    settled = counters.new + counters.revised + counters.unchanged + counters.gone + counters.refused
    return settled + counters.off_district + counters.withheld


def _nothing_read(facts: Facts) -> bool:
    if facts.listings_read or pages_settled(facts.counters):
        return False
    missed = facts.listings_unread + facts.counters.failed + facts.disallowed + facts.left_out + facts.errors
    return missed > 0 or bool(_stopped(facts))


def _stopped(facts: Facts) -> str:
    if facts.finish_reason in ("finished", ""):
        return ""
    return _STOPPED.get(facts.finish_reason, f"it stopped: {facts.finish_reason}")

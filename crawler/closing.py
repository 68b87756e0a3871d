"""Say in a run's row how it ended: for runs in processes of our own, and for those of Scrapy's own command."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.outcome import Facts, outcome
from storage.intents import IssueSeen
from storage.records import Counters, IssueKind, Run, RunId, RunStatus

if TYPE_CHECKING:
    from crawler.spiders.base import SourceSpider
    from storage.store import Store

#: Lines of a run's log that are kept in its row; of a run that went well a few are enough.
LOG_TAIL = 40
_GOOD_TAIL = 5

_TIME_UP = "closespider_timeout"


def facts_of(spider: "SourceSpider", finish_reason: str) -> Facts:
    """What a closed spider counted."""
    broken = spider.crawler.stats.get_value("spider_exceptions/count", 0)
    counters = replace(spider.counters(), pending=spider.left())
    whole = finish_reason == "finished" and not counters.pending
    return Facts(
        counters=counters,
        finish_reason=finish_reason,
        listings_read=getattr(spider, "listings_read", 0),
        listings_unread=getattr(spider, "listings_unread", 0),
        errors=broken + spider.ingest.errors,
        doubts=getattr(spider, "doubts", 0),
        disallowed=spider.ingest.disallowed,
        left_out=spider.left_out,
        first_trouble=spider.first_trouble,
        fatal=str(spider.fatal) if spider.fatal else "",
        asked_until=_later(spider.asked_until, spider.fresh_until if whole else None),
    )


def _later(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def note_time_limit(spider: "SourceSpider", facts: Facts) -> None:
    """Keep that a run left entries for the next one because its time was up."""
    if facts.finish_reason != _TIME_UP:
        return
    now = spider.now()
    said = f"after {spider.options.limit_s:.0f} s {facts.counters.pending} entries wait for the next run"
    late = IssueSeen(kind=IssueKind.TIME_LIMIT, url=spider.source.url, detail=said, seen_at=now)
    spider.store.record(spider.run.id, spider.source, (late,), now)


def failed(sentence: str, *, errors: int = 0) -> Facts:
    """The facts of a run that did not get to count anything."""
    return Facts(counters=Counters(), finish_reason="", fatal=sentence, errors=errors)


def close(store: "Store", run_id: RunId, facts: Facts, log: str = "") -> Run:
    """Finish the run's row: status, reason, counters, and the end of its log."""
    status, reason = outcome(facts)
    lines = log.splitlines()[-(_GOOD_TAIL if status is RunStatus.SUCCEEDED else LOG_TAIL) :]
    tail = "\n".join(lines)
    return store.runs.finish(
        run_id, status, datetime.now(UTC), facts.counters, reason, tail, asked_until=facts.asked_until
    )

"""Tables and lines that several commands print. Pure: records in, something to print out."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from quxun.console import local, said, table
from storage.records import Article, Issue, Run, RunStatus

#: Columns of the runs table: what a counter is called, and whether it is shown where all its numbers are 0.
_COUNTS = (
    ("new", "new", True),
    ("revised", "revised", True),
    ("same", "unchanged", False),
    ("copies", "copies", False),
    ("gone", "gone", False),
    ("refused", "refused", False),
    ("off", "off_district", False),
    ("failed", "failed", False),
    ("requests", "requests", True),
)
#: Articles that a crawl shows; the rest is counted.
SHOWN = 20

STATUS_COLOURS = {
    RunStatus.SUCCEEDED: "green",
    RunStatus.DEGRADED: "yellow",
    RunStatus.FAILED: "red",
    RunStatus.ABANDONED: "red",
    RunStatus.CANCELED: "yellow",
    RunStatus.RUNNING: "cyan",
    RunStatus.QUEUED: "dim",
}


def status_text(status: RunStatus) -> Text:
    """A status in its colour."""
    return Text(status.value, style=STATUS_COLOURS[status])


def size(count: int) -> str:
    """Bytes as people read them."""
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""


def seconds(run: Run) -> float:
    """How long a run took; 0 while it is not over."""
    if run.started_at is None or run.finished_at is None:
        return 0.0
    return round((run.finished_at - run.started_at).total_seconds(), 3)


def runs_table(runs: Sequence[Run]) -> Table:
    """What each run brought, a line a source; a counter that nobody needed is left out."""
    shown = [(head, name) for head, name, always in _COUNTS if always or any(getattr(r.counters, name) for r in runs)]
    drawn = table("source", "status", *(f">{head}" for head, _ in shown), ">size", ">time")
    for run in runs:
        numbers = [getattr(run.counters, name) for _, name in shown]
        cells = [str(number) if number else Text("·", style="dim") for number in numbers]
        drawn.add_row(
            said(run.source_key), status_text(run.status), *cells, size(run.counters.bytes), f"{seconds(run):.1f} s"
        )
    return drawn


def arrivals_table(articles: Iterable[Article], zone: ZoneInfo, shown: int = SHOWN) -> Table:
    """New articles, the latest first, at most `shown` of them."""
    ordered = sorted(articles, key=lambda each: each.extraction.published_at or each.first_seen_at, reverse=True)
    title = f"the newest {shown} of {len(ordered)} new articles" if len(ordered) > shown else ""
    drawn = table(">id", "published", "title", "来源", "publisher", title=title)
    for article in ordered[:shown]:
        read = article.extraction
        when = local(read.published_at, zone, read.published_precision)
        drawn.add_row(str(article.id), when, said(read.title), said(read.credit), said(article.publisher))
    return drawn


def run_line(run: Run, issues: Iterable[Issue]) -> dict[str, object]:
    """A run as `crawl --json` prints it; programs depend on these names."""
    counts = run.counters
    return {
        "source": run.source_key,
        "status": run.status.value,
        "new": counts.new,
        "revised": counts.revised,
        "unchanged": counts.unchanged,
        "copies": counts.copies,
        "refused": counts.refused,
        "off_district": counts.off_district,
        "gone": counts.gone,
        "failed": counts.failed,
        "requests": counts.requests,
        "bytes": counts.bytes,
        "seconds": seconds(run),
        "reason": run.reason,
        "run": run.id,
        "issues": [
            {"kind": issue.kind.value, "url": issue.url, "detail": issue.detail, "count": issue.count}
            for issue in issues
        ],
    }

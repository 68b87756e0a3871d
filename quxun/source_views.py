"""Sources as `quxun sources` shows them, as a table and as JSON. Pure: records in, something to print out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from quxun.console import said, table
from quxun.formats import stamp
from storage.records import Confidence, EntryState, Listing, Source, SourceState, Tls
from storage.schedules import in_words

_CONFIDENCE = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "[yellow]low[/]"}
#: Columns of a terminal from which there is room for sentences, and for publishers.
_WIDE, _NARROW = 150, 100
#: Widths of keys, which are folded, and publishers, which are cut: they are known by their keys.
_KEY_WIDTH, _PUBLISHER_WIDTH = 18, 14

#: Room for a span of the day and a comma, and for most cron expressions.
_SPAN_WIDTH = 12

#: How many entries of a source are in which state.
Counts = Mapping[EntryState, int]


def sources_table(sources: Sequence[tuple[Source, Counts]], now: datetime, width: int) -> Table:
    """A line a source: what it is, when it is visited, and what is not as usual about it; as `width` allows."""
    wide = width >= _WIDE
    lines = [_cells(source, counts, now, wide=wide) for source, counts in sources]
    unused = {name for name in ("remarks",) if not any(line[name] for line in lines)}
    unused |= {"sure"} if not wide else set()
    unused |= {"publisher"} if width < _NARROW else set()
    shown = [name for name in lines[0] if name not in unused] if lines else []
    drawn = table(*(f">{name}" if name in ("next", "stored") else name for name in shown))
    for name, column in zip(shown, drawn.columns, strict=True):
        column.no_wrap = name not in ("key", "visited", "remarks")
        column.min_width = _SPAN_WIDTH if name == "visited" else None
        column.max_width = {"key": _KEY_WIDTH, "publisher": _PUBLISHER_WIDTH}.get(name) if not wide else None
    for line in lines:
        drawn.add_row(*(line[name] for name in shown))
    return drawn


def _cells(source: Source, counts: Counts, now: datetime, *, wide: bool) -> dict[str, str | Text]:
    return {
        "key": said(source.key),
        "publisher": said(source.publisher.name),
        "kind": source.kind.value,
        "scope": source.scope.value,
        "visited": _visited(source, wide=wide),
        "next": _until(source, now),
        "sure": _CONFIDENCE[source.confidence],
        "stored": str(counts.get(EntryState.STORED, 0)),
        "remarks": ", ".join(_remarks(source, wide=wide)),
    }


def source_line(source: Source, counts: Counts, listings: Sequence[Listing], zone: ZoneInfo) -> dict[str, object]:
    """A source as `sources list --json` prints it; `listings` are those that no other listing names."""
    schedule = source.schedule
    return {
        "key": source.key,
        "publisher": source.publisher.name,
        "kind": source.kind.value,
        "url": source.url,
        "scope": source.scope.value,
        "state": source.state.value,
        "every_s": source.every_s,
        "cron": schedule.cron,
        "hours": list(schedule.hours),
        "blackout": list(schedule.blackout),
        "timezone": schedule.timezone,
        "next_due_at": stamp(source.next_due_at, zone) if source.next_due_at and _is_polled(source) else None,
        "failures": source.failures,
        "confidence": source.confidence.value,
        "declared_by": source.declared_by,
        "tls": source.tls.value,
        "note": source.note,
        "listings": [{"kind": each.kind.value, "url": each.url} for each in listings],
        "entries": {state.value: number for state, number in counts.items()},
    }


def _visited(source: Source, *, wide: bool) -> Text:
    words = in_words(source.every_s, source.schedule, explained=wide)
    cron = source.schedule.cron
    return said(words.replace(cron, cron.replace(" ", "\xa0")) if cron else words)


def _remarks(source: Source, *, wide: bool) -> Iterator[str]:
    """What is not as usual about a source."""
    if source.confidence is Confidence.LOW and not wide:
        yield _CONFIDENCE[source.confidence]
    if source.state is not SourceState.ACTIVE:
        yield f"[yellow]{source.state.value}[/]"
    if source.failures and _is_polled(source):
        yield f"[red]failed {source.failures}×[/]"
    if source.tls is not Tls.VERIFIED:
        yield f"[red]tls {source.tls.value}[/]"
    if source.declared_by == "hand":
        yield "by hand"


def _is_polled(source: Source) -> bool:
    return source.polled and source.state is SourceState.ACTIVE


def _until(source: Source, now: datetime) -> str:
    """How long it is until the next visit, in its largest unit: `5m`, `3h`, `2d`; empty if there will be none."""
    if source.next_due_at is None or not _is_polled(source):
        return ""
    left = source.next_due_at - now
    if left <= timedelta(0):
        return "now"
    for unit, length in (("d", timedelta(days=2)), ("h", timedelta(hours=2)), ("m", timedelta(minutes=1))):
        if left >= length:
            return f"{left // (length if unit == 'm' else length / 2)}{unit}"
    return "<1m"

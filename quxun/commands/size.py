"""`quxun size`: how large the archive is, how it grows, and when the disk is full."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import rich_click as click

from quxun.console import out, table
from quxun.desk import Desk, grid, now, open_desk, print_line, show
from quxun.pruning import keep_of
from quxun.views import size
from storage.database import file_of
from storage.keeping.forecast import Flow, days_until, for_ever, grown
from storage.keeping.growth import Growth
from storage.keeping.sizes import Size, flows, with_log_files
from storage.keeping.weights import Weight

#: Days over which the growth is told; the forecast is made from the last.
WINDOWS = (7, 30)
#: What is foretold, with its name.
AHEAD = ((30, "in 30 days"), (365, "in a year"), (5 * 365, "in five years"))
#: Days from which on the first visits, which bring what the sites have from before, are a small part.
_YOUNG_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlook:
    """What there is, what comes in, and what that comes to."""

    size: Size
    growths: tuple[Growth, ...]
    kept: tuple[Flow, ...]
    #: None where the database says nothing of its disk.
    disk_free_bytes: int | None

    @property
    def room(self) -> int:
        """Free room on the disk, and inside the files, which is used first."""
        return (self.disk_free_bytes or 0) + self.size.free_bytes

    def total(self, kept: Sequence[Flow], days: int) -> int:
        """What it takes so many days from now; a file does not get smaller."""
        return round(self.size.total_bytes + max(0.0, grown(kept, days) - self.size.free_bytes))

    @property
    def full_in_days(self) -> int | None:
        return None if self.disk_free_bytes is None else days_until(self.kept, self.room)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(*, as_json: bool) -> None:
    """Show how large the archive is, how it grows, and when the disk is full.

    By class: the pages as received, their texts, what runs left in words, and the rest. Then what came in
    a day over the last week and month, and what that comes to, with the limits of `quxun prune` and without.
    Of a large archive some thousand rows are weighed and the rest is told from them.

    \b
        quxun size
        quxun size --json
    """
    with open_desk() as desk:
        outlook = _look(desk)
        if as_json:
            print_line(_line(outlook))
        else:
            _show(desk, outlook)


def _look(desk: Desk) -> _Outlook:
    at, sizes = now(), desk.store.sizes
    logs = desk.config.home / "logs"
    bare = sizes.measured(at)
    with_logs = [with_log_files(bare, sizes.grown(bare, at, days), logs, at) for days in WINDOWS]
    measured = with_logs[-1][0]
    growths = tuple(growth for _, growth in with_logs)
    database = desk.store.database
    disk = shutil.disk_usage(_folder(file_of(database.engine.url))).free if database.is_sqlite else None
    return _Outlook(
        size=measured,
        growths=growths,
        kept=flows(measured, growths[-1], keep_of(desk.config)),
        disk_free_bytes=disk,
    )


def _folder(path: Path) -> Path:
    return path.absolute().parent


# ------------------------------------------------------------------ for people
def _show(desk: Desk, outlook: _Outlook) -> None:
    _show_classes(outlook)
    _show_growth(outlook)
    _show_forecast(desk, outlook)


def _show_classes(outlook: _Outlook) -> None:
    found = outlook.size
    drawn = table("class", ">how many", ">size", "")
    drawn.add_row("payloads", *_weight(found.payloads), f"as stored; {size(found.received_bytes)} as received")
    drawn.add_row("texts", *_weight(found.texts), f"of {found.articles} articles, {found.snapshots} snapshots")
    drawn.add_row("logs", *_weight(found.logs), f"{found.runs} runs, {found.issues} issues, {found.visits} visits")
    drawn.add_row("other", "", size(found.rest_bytes), f"{found.entries} entries, the other rows, all indexes")
    if found.free_bytes:
        drawn.add_row("free", "", size(found.free_bytes), "inside the files; used again before they grow")
    if found.journal_bytes:
        drawn.add_row("journal", "", size(found.journal_bytes), "not yet merged into the files; it stays small")
    drawn.add_row("together", "", size(found.total_bytes), "")
    show(drawn)
    if found.files:
        show(grid((name, size(taken)) for name, taken in found.files.items() if taken))
    if any(weight.estimated for weight in (found.payloads, found.texts, found.logs)):
        out().print("~ told from a sample.")


def _weight(weight: Weight) -> tuple[str, str]:
    about = "~" if weight.estimated else ""
    return str(weight.count), about + size(weight.bytes)


def _show_growth(outlook: _Outlook) -> None:
    drawn = table("came in a day", ">snapshots", ">payloads", ">texts", ">logs", ">other", ">together")
    for days, growth in zip(WINDOWS, outlook.growths, strict=True):
        parts = (growth.payload_bytes, growth.text_bytes, growth.log_bytes, growth.rest_bytes)
        told = f"last {days} days" if growth.days == days else f"last {growth.days:.0f} of {days} days"
        drawn.add_row(told, f"{growth.snapshots:.1f}", *(size(round(each)) for each in (*parts, sum(parts))))
    show(drawn)


def _show_forecast(desk: Desk, outlook: _Outlook) -> None:
    keep = keep_of(desk.config)
    limits = [
        f"{name} {days} days"
        for name, days in (
            ("payloads", keep.payloads_days),
            ("texts", keep.texts_days),
            ("logs", keep.logs_days),
        )
        if days
    ]
    drawn = table("it will take", *(f">{name}" for _, name in AHEAD))
    drawn.add_row(
        f"keeping {', '.join(limits)}" if limits else "keeping everything",
        *(size(outlook.total(outlook.kept, days)) for days, _ in AHEAD),
    )
    if limits:
        drawn.add_row("keeping everything", *(size(outlook.total(for_ever(outlook.kept), days)) for days, _ in AHEAD))
    show(drawn)
    growth = outlook.growths[-1]
    if growth.days < _YOUNG_DAYS:
        out().print(
            f"The archive is {growth.days:.0f} days old: its first visits brought much that will not come again."
        )
    elif growth.steady < 1:
        out().print("Foretold from the last 30 days without the busiest, which a first visit or an import may be.")
    if outlook.disk_free_bytes is not None:
        out().print(_full(outlook.disk_free_bytes, outlook.full_in_days))


def _full(free: int, days: int | None) -> str:
    if days is None:
        return f"{size(free)} are free on its disk: enough for a century."
    return f"{size(free)} are free on its disk: enough for {days} days."


# ------------------------------------------------------------------ for programs
def _line(outlook: _Outlook) -> dict[str, object]:
    found = outlook.size
    return {
        "articles": found.articles,
        "snapshots": found.snapshots,
        "entries": found.entries,
        "runs": found.runs,
        "issues": found.issues,
        "visits": found.visits,
        "payloads": {**_weight_line(found.payloads), "received_bytes": found.received_bytes},
        "texts": _weight_line(found.texts),
        "logs": _weight_line(found.logs),
        "other_bytes": found.rest_bytes,
        "free_bytes": found.free_bytes,
        "journal_bytes": found.journal_bytes,
        "total_bytes": found.total_bytes,
        "files": dict(found.files),
        "growth": [_growth_line(growth) for growth in outlook.growths],
        "forecast": [
            {
                "days": days,
                "bytes": outlook.total(outlook.kept, days),
                "bytes_if_all_is_kept": outlook.total(for_ever(outlook.kept), days),
            }
            for days, _ in AHEAD
        ],
        "disk_free_bytes": outlook.disk_free_bytes,
        "full_in_days": outlook.full_in_days,
    }


def _weight_line(weight: Weight) -> dict[str, object]:
    return {"count": weight.count, "bytes": weight.bytes, "estimated": weight.estimated}


def _growth_line(growth: Growth) -> dict[str, object]:
    return {
        "days": round(growth.days, 1),
        "snapshots_per_day": round(growth.snapshots, 1),
        "payload_bytes_per_day": round(growth.payload_bytes),
        "received_bytes_per_day": round(growth.received_bytes),
        "text_bytes_per_day": round(growth.text_bytes),
        "log_bytes_per_day": round(growth.log_bytes),
        "other_bytes_per_day": round(growth.rest_bytes),
    }

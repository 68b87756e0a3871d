"""`quxun prune`: let go of what is older than it is to be kept, now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import rich_click as click
from rich.progress import Progress, TaskID

from quxun.console import err, local, out, said, table
from quxun.desk import Desk, now, number, open_desk, print_line, progress, show
from quxun.formats import stamp
from quxun.pruning import PARTS, freed_of, freed_parts, keep_of, prune
from quxun.views import size
from storage.errors import UsageError
from storage.keeping.retention import Pruned

_DAY = timedelta(days=1)


@click.command()
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be let go.")
@click.option("--yes", "-y", "by_clock", is_flag=True, help="Go by the clock, whatever days the archive lived through.")
@click.option("--vacuum", is_flag=True, help="SQLite: give the room back to the disk; nobody can write meanwhile.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(*, dry: bool, by_clock: bool, vacuum: bool, as_json: bool) -> None:
    """Let go of what is older than it is to be kept, now.

    The service does the same once a day. How long payloads, texts, logs and fingerprints are kept is set by
    QUXUN_KEEP_PAYLOADS_DAYS, QUXUN_KEEP_TEXTS_DAYS, QUXUN_KEEP_LOGS_DAYS and QUXUN_KEEP_FINGERPRINTS_DAYS,
    where 0 is for ever; an article without fingerprints meets no near copies any more. Titles,
    days, digests and addresses always stay, so that nothing is fetched again. What was let go is gone.

    A day counts if the archive lived through it: of a rest of more than a week only a week counts, so that
    a clock that is wrong empties nothing. With --yes the clock is believed.

    \b
        quxun prune --dry-run
        quxun prune --vacuum                and make the files smaller
    """
    if dry and vacuum:
        raise UsageError("--dry-run changes nothing, so there is nothing for --vacuum")
    with open_desk() as desk:
        if vacuum and not desk.store.database.is_sqlite:
            raise UsageError("--vacuum is for SQLite: PostgreSQL uses its free pages again by itself")
        at = now()
        with progress() as bar:
            task = bar.add_task("pruning", total=None)
            done = prune(desk.config, desk.store, at, by_clock=by_clock, dry=dry, go_on=lambda: _on(bar, task))
        if not as_json:
            _show(desk, done, dry=dry, vacuum=vacuum)
        for note in _notes(desk, done, at, dry=dry) if not by_clock else ():
            err().print(said(f"{note} `quxun prune --yes` goes by the clock.", style="yellow"))
        shrunk = _compacted(desk) if vacuum else None
        if as_json:
            print_line(_line(desk, done, shrunk, dry=dry))
        elif shrunk is not None:
            out().print(f"The files are smaller by {size(shrunk)}.")


def _compacted(desk: Desk) -> int:
    """Write the files anew; by how many bytes they are smaller."""
    with progress() as bar:
        bar.add_task("writing the files anew", total=None)
        return max(0, desk.store.retention.compact())


def _on(bar: Progress, task: TaskID) -> bool:
    """Show that it goes on."""
    bar.advance(task)
    return True


def _days(desk: Desk) -> dict[str, int]:
    keep = keep_of(desk.config)
    return {
        "payloads": keep.payloads_days,
        "texts": keep.texts_days,
        "logs": keep.logs_days,
        "fingerprints": keep.fingerprints_days,
    }


def _before(done: Pruned) -> dict[str, datetime | None]:
    return {
        "payloads": done.payloads_before,
        "texts": done.texts_before,
        "logs": done.logs_before,
        "fingerprints": done.fingerprints_before,
    }


def _show(desk: Desk, done: Pruned, *, dry: bool, vacuum: bool) -> None:
    drawn = table("class", "kept for", "older than", ">would go" if dry else ">let go", ">size")
    for kind, days in _days(desk).items():
        freed = freed_of(done, kind)
        drawn.add_row(
            kind,
            f"{days} days" if days else "ever",
            local(_before(done)[kind], desk.zone),
            number(freed.count),
            size(freed.bytes) if freed.bytes else "",
        )
    show(drawn)
    details = ", ".join(
        f"{freed.count} {name.replace('_', ' ')}" for name, freed in freed_parts(done).items() if freed.count
    )
    if details:
        out().print(f"{'To be let go' if dry else 'Let go'}: {details}.")
    else:
        out().print("Nothing is older than it is to be kept.")
    if details and not dry and not vacuum and desk.store.database.is_sqlite:
        out().print("The files keep their size, and what is free in them is used again; --vacuum makes them smaller.")


def _notes(desk: Desk, done: Pruned, at: datetime, *, dry: bool) -> Iterator[str]:
    """What is old by the clock, and stays because the archive has not lived through so many days."""
    slow = [kind for kind, days in _days(desk).items() if days and not _keeps_up(_before(done)[kind], at, days)]
    if not slow:
        return
    by_clock = prune(desk.config, desk.store, at, by_clock=True, dry=True)
    for kind in slow:
        more = freed_of(by_clock, kind).count - (freed_of(done, kind).count if dry else 0)
        if more > 0:
            days = f"{_days(desk)[kind]} days"
            yield f"{kind}: {more} more are older than {days} by the clock. They stay: there were runs on fewer days."


def _keeps_up(before: datetime | None, at: datetime, days: int) -> bool:
    """Whether the archive has aged as the clock has, but for a day."""
    return before is not None and before > at - (days + 1) * _DAY


def _line(desk: Desk, done: Pruned, shrunk: int | None, *, dry: bool) -> dict[str, object]:
    parts = freed_parts(done)
    line: dict[str, object] = {"dry_run": dry}
    for kind, days in _days(desk).items():
        freed = freed_of(done, kind)
        line[kind] = {
            "keep_days": days,
            "before": stamp(_before(done)[kind], desk.zone),
            "count": freed.count,
            "bytes": freed.bytes,
            "parts": {name: {"count": parts[name].count, "bytes": parts[name].bytes} for name in PARTS[kind]},
        }
    return line if shrunk is None else line | {"vacuum_bytes": shrunk}

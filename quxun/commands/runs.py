"""`quxun runs`: what visits were made and how they ended; one of them in full."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import rich_click as click
from rich.progress import TextColumn
from rich.table import Table
from rich.text import Text

from quxun.asking import follow as follow_runs
from quxun.asking import right_now
from quxun.commands.issues import issue_line, issues_table
from quxun.console import err, local, out, said, table
from quxun.desk import MOST, Desk, grid, in_use, number, open_desk, print_line, progress, roomy, show
from quxun.formats import stamp
from quxun.views import seconds, size, status_text
from storage.errors import UsageError
from storage.records import Counters, Issue, Run, RunId

#: Counters that stand in the table; the others are seen in the run itself.
_COLUMNS = ("new", "revised", "unchanged", "refused", "failed", "requests")


@click.command()
@click.argument("run_id", type=click.IntRange(1, MOST), required=False, metavar="[ID]")
@click.option("--source", "source_key", metavar="KEY", help="Only runs of this source.")
@click.option("--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="How many, newest first.")
@click.option("--follow", is_flag=True, help="With an ID: show how that run goes until it has ended.")
@click.option("--cancel", is_flag=True, help="With an ID: call that run off. What it has stored stays.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a run on standard output.")
def command(
    run_id: int | None, source_key: str | None, limit: int, *, follow: bool, cancel: bool, as_json: bool
) -> None:
    """Show what visits were made and how they ended, newest first.

    A run is one visit of one source, by the service, `quxun crawl` or `quxun import`. With an ID:
    everything about that run, its issues and the last lines of its log included.

    \b
        quxun runs                          the last twenty
        quxun runs --source heze-gov        those of one source
        quxun runs 41                       one of them, in full
        quxun runs 41 --follow              how it goes, until it has ended
        quxun runs 41 --cancel              call it off
    """
    if (follow or cancel) and run_id is None:
        raise UsageError(f"{'--follow' if follow else '--cancel'} needs the ID of a run")
    if run_id is not None and source_key is not None:
        raise UsageError("give the ID of a run or --source, not both")
    with open_desk() as desk:
        if run_id is not None:
            if cancel:
                _cancel(desk, RunId(run_id))
            if follow:
                _follow(desk, RunId(run_id), quiet=as_json)
            _show_one(desk, RunId(run_id), as_json=as_json)
            return
        if source_key is not None:
            desk.store.sources.get(source_key)
        runs = desk.store.runs.list(limit=limit, source_key=source_key)
        if as_json:
            for run in runs:
                print_line(run_line(run, desk.zone))
        elif runs:
            _show_table(runs, desk.zone)
        else:
            out().print("No runs yet. Make one: quxun crawl")


def run_line(run: Run, zone: ZoneInfo) -> dict[str, object]:
    """A run as `runs --json` prints it."""
    return {
        "id": run.id,
        "source": run.source_key,
        "status": run.status.value,
        "requested_by": run.requested_by,
        "queued_at": stamp(run.queued_at, zone),
        "started_at": stamp(run.started_at, zone),
        "finished_at": stamp(run.finished_at, zone),
        "seconds": seconds(run),
        **asdict(run.counters),
        "reason": run.reason,
        "machine": run.machine,
        "pid": run.pid,
        "code_version": run.code_version,
    }


def _cancel(desk: Desk, run_id: RunId) -> None:
    """Call a run off; one that has ended is an error."""
    before = desk.store.runs.get(run_id)
    if before.finished_at is not None:
        raise UsageError(f"run {run_id} cannot be called off: it is {before.status.value}")
    desk.store.runs.cancel(run_id, right_now(), "called off with `quxun runs --cancel`")
    err().print(said(f"Run {run_id} of {before.source_key} is called off; what it has stored stays."))


def _follow(desk: Desk, run_id: RunId, *, quiet: bool) -> None:
    """Show a run's counters until it has ended."""

    def watch(runs: Sequence[Run]) -> None:
        for run in runs:
            counters = run.counters
            done = f"{counters.requests} requests, {counters.new} new, {counters.revised} revised"
            bar.update(task, description=f"run {run.id} of {run.source_key}: {run.status.value}", pages=done)

    with progress(TextColumn("{task.fields[pages]}"), quiet=quiet) as bar:
        task = bar.add_task(f"run {run_id}", total=None, pages="")
        follow_runs(desk.store, [run_id], watch)


def _show_one(desk: Desk, run_id: RunId, *, as_json: bool) -> None:
    run = desk.store.runs.get(run_id)
    issues = desk.store.issues.list(run_id=run_id, limit=MOST)
    if as_json:
        told = [issue_line(issue, desk.zone) for issue in issues]
        print_line({**run_line(run, desk.zone), "issues": told, "log": run.log_tail})
        return
    out().print(Text.assemble((f"Run {run.id}", "bold"), " of ", said(run.source_key), ": ", status_text(run.status)))
    if run.reason:
        out().print(said(run.reason, style="yellow"))
    show(_facts(run, desk.zone))
    show(_counters(run.counters))
    _show_issues(issues, desk.zone)
    if run.log_tail:
        out().print(Text("The end of its log", style="bold"))
        out().print(said(run.log_tail, style="dim"))


def _show_issues(issues: Sequence[Issue], zone: ZoneInfo) -> None:
    if issues:
        out().print(Text("What it did not understand", style="bold"))
        show(issues_table(issues, zone, of_one_run=True))


def _facts(run: Run, zone: ZoneInfo) -> Table:
    rows = [
        ("requested by", run.requested_by),
        ("queued", _second(run.queued_at, zone)),
        ("started", _second(run.started_at, zone)),
        ("finished", _second(run.finished_at, zone)),
        ("took", _took(run)),
        ("process", f"{run.pid} on {run.machine}" if run.pid else ""),
        ("version", run.code_version),
    ]
    return grid((label, value) for label, value in rows if value)


def _counters(counters: Counters) -> Table:
    values = asdict(counters) | {"bytes": size(counters.bytes)}
    return grid((name.replace("_", " "), str(value)) for name, value in values.items() if getattr(counters, name))


def _show_table(runs: Sequence[Run], zone: ZoneInfo) -> None:
    """Runs as a table; why they ended so in its last column, or below it where that has no room."""
    names = in_use(_COLUMNS, (run.counters for run in runs))
    heads = [f">{'same' if name == 'unchanged' else name}" for name in names]
    wide = roomy()
    drawn = table(">id", "source", "status", "started", ">took", *heads, ">size", *(("reason",) if wide else ()))
    for column in drawn.columns[1:4]:
        column.no_wrap = True
    for run in runs:
        drawn.add_row(
            str(run.id),
            said(run.source_key),
            status_text(run.status),
            local(run.started_at or run.queued_at, zone),
            _took(run),
            *(number(getattr(run.counters, name)) for name in names),
            size(run.counters.bytes),
            *((said(run.reason),) if wide else ()),
        )
    show(drawn)
    for run in runs:
        if run.reason and not wide:
            out().print(Text.assemble((f"{run.id} ", "bold"), said(run.reason)))


def _took(run: Run) -> str:
    """How long it took, as people say it; empty while it is not over."""
    if run.started_at is None or run.finished_at is None:
        return ""
    took = seconds(run)
    return f"{took:.1f} s" if took < 60 else str(timedelta(seconds=round(took)))


def _second(when: datetime | None, zone: ZoneInfo) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M:%S}" if when else ""

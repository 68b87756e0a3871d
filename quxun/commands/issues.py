"""`quxun issues`: what runs did not understand, newest first."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import rich_click as click
from rich.table import Table
from rich.text import Text

from quxun.console import local, out, said, table
from quxun.desk import MOST, open_desk, print_line, roomy, show
from quxun.formats import stamp
from storage.records import Issue, RunId


@click.command()
@click.option("--run", "run_id", type=click.IntRange(1, MOST), metavar="ID", help="Only issues of this run.")
@click.option("--source", "source_key", metavar="KEY", help="Only issues of this source.")
@click.option("--limit", type=click.IntRange(1, MOST), default=100, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an issue on standard output.")
def command(run_id: int | None, source_key: str | None, limit: int, *, as_json: bool) -> None:
    """Show what runs did not understand, newest first.

    An issue is one kind of trouble at one URL of one run. What each kind means and what to do about
    it is in docs/operations.md.

    \b
        quxun issues --source heze-gov      is this site still read as it should be?
        quxun issues --run 41 --json
    """
    with open_desk() as desk:
        if run_id is not None:
            desk.store.runs.get(RunId(run_id))
        if source_key is not None:
            desk.store.sources.get(source_key)
        run = None if run_id is None else RunId(run_id)
        issues = desk.store.issues.list(run_id=run, source_key=source_key, limit=limit)
        if as_json:
            for issue in issues:
                print_line(issue_line(issue, desk.zone))
        elif issues:
            show(issues_table(issues, desk.zone))
        else:
            out().print("No issues.")


def issue_line(issue: Issue, zone: ZoneInfo) -> dict[str, object]:
    """An issue as `issues --json` prints it."""
    return {
        "id": issue.id,
        "run": issue.run_id,
        "source": issue.source_key,
        "kind": issue.kind.value,
        "url": issue.url,
        "detail": issue.detail,
        "count": issue.count,
        "created_at": stamp(issue.created_at, zone),
    }


def issues_table(issues: Sequence[Issue], zone: ZoneInfo, *, of_one_run: bool = False) -> Table:
    """Issues as people read them; those of one run without saying so in every line."""
    wide = roomy()
    where = () if of_one_run else (">run", "source")
    drawn = table("when", *where, "kind", ">count", "detail", *(("url",) if wide else ()))
    for column in drawn.columns:
        column.no_wrap = column.header not in ("detail", "url")
    for issue in issues:
        told = () if of_one_run else (str(issue.run_id), said(issue.source_key))
        count = str(issue.count) if issue.count > 1 else ""
        detail, url = said(issue.detail), said(issue.url, style="" if wide else "dim")
        last = (detail, url) if wide else (Text("\n").join((detail, url)),)
        drawn.add_row(local(issue.created_at, zone), *told, issue.kind.value, count, *last)
    return drawn

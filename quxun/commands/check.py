"""`quxun check`: is everything that is stored still what was stored?"""

from collections.abc import Iterator

import rich_click as click
from rich.progress import Progress
from sqlalchemy import func, select

from quxun.console import out, said, table
from quxun.desk import Desk, open_desk, print_line, progress, show
from quxun.views import size
from storage.check import Finding
from storage.schema import articles, snapshots

_COUNTED = (articles, snapshots)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding on standard output.")
def command(*, as_json: bool) -> None:
    """Verify everything that is stored, and change nothing.

    Every payload is read and its digest computed anew; then come rows that refer to nothing, articles
    without a snapshot, and runs whose process is gone. Exit status 1 if something is wrong. Run it after
    a restore, after a full disk, and once a month.

    \b
        quxun check
        quxun check --json | wc -l          how many findings?
    """
    with open_desk() as desk:
        with progress() as bar:
            findings = list(_watched(desk, bar, as_json=as_json))
        if not findings and not as_json:
            out().print(f"[green]All is well:[/] {_counted(desk)}.")
    if findings and not as_json:
        drawn = table("what", "where", "detail")
        for each in findings:
            drawn.add_row(said(each.kind, style="red"), said(each.subject), said(each.detail))
        show(drawn)
    if findings:
        raise SystemExit(1)


def _watched(desk: Desk, bar: Progress, *, as_json: bool) -> Iterator[Finding]:
    """The findings, with a bar that says how many there are so far."""
    task = bar.add_task("checking", total=None)
    for found, finding in enumerate(desk.store.check(), 1):
        bar.update(task, description=f"checking, {found} findings")
        if as_json:
            print_line({"kind": finding.kind, "subject": finding.subject, "detail": finding.detail})
        yield finding


def _counted(desk: Desk) -> str:
    payloads, raw_bytes, stored_bytes = desk.store.blobs.size()
    with desk.store.database.read() as connection:
        works, visits = (connection.execute(select(func.count()).select_from(each)).scalar_one() for each in _COUNTED)
    told = f"{works} articles, {visits} snapshots, {payloads} payloads verified"
    return f"{told} ({size(raw_bytes)}, {size(stored_bytes)} on disk)"

"""`quxun reextract`: read stored pages again with today's rules."""

from collections.abc import Sequence

import rich_click as click

from crawler.reader import PAGES
from quxun.commands.show import find
from quxun.console import err, out, said
from quxun.desk import Desk, now, open_desk, print_line, progress
from quxun.rereading import Difference, Problem, Report, Rereading, Result, Wanted
from quxun.sheet import draw_difference, short_difference
from storage.errors import UsageError
from storage.readings import Outdated

#: Snapshots that keep their old reading and are named one by one; the rest is counted.
SHOWN_PROBLEMS = 20


@click.command()
@click.argument("names", nargs=-1, metavar="[ID|URL]…")
@click.option("--source", "source_key", metavar="KEY", help="Only articles that this source brought.")
@click.option("--dry-run", "dry", is_flag=True, help="Only show what would read differently, and how.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many articles.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(names: tuple[str, ...], source_key: str | None, limit: int | None, *, dry: bool, as_json: bool) -> None:
    """Read stored pages again with today's rules, without a single request.

    What older rules read from a page is replaced by what today's rules read from the same stored bytes; the
    old reading is kept as superseded. That makes no revision: revisions are changes of the publisher's. Pages
    that today's rules refuse, and those whose bytes or text were let go with age, keep their old reading.

    It can be stopped at any moment and done again, beside crawls and a running service.

    \b
        quxun reextract --dry-run --limit 20   what would change?
        quxun reextract
    """
    if names and source_key:
        raise UsageError("name articles or a --source, not both")
    with open_desk() as desk:
        wanted = _wanted(desk, names, source_key, limit)
        rereading = Rereading(desk.store, desk.district, now, dry=dry)
        outdated = rereading.outdated(wanted)
        report = Report(payload_gone=outdated.payload_gone, text_gone=outdated.text_gone)
        problems = _read(desk, rereading, wanted, outdated, report, dry=dry, as_json=as_json)
        if as_json:
            print_line(_line(report, problems, dry=dry))
        else:
            _show(report, dry=dry)
    _complain(problems)
    if report.failed:
        raise SystemExit(1)


def _wanted(desk: Desk, names: Sequence[str], source_key: str | None, limit: int | None) -> Wanted:
    """The articles that are meant; NotFound if one of them, or the source, is not known."""
    if source_key is not None:
        desk.store.sources.get(source_key)
    return Wanted(ids=tuple(find(desk.store, name).id for name in names), source_key=source_key, limit=limit)


def _read(
    desk: Desk, rereading: Rereading, wanted: Wanted, outdated: Outdated, report: Report, *, dry: bool, as_json: bool
) -> list[Problem]:
    """Read them all again, with a bar on the terminal; what keeps its old reading."""
    problems: list[Problem] = []
    with progress(quiet=dry) as bar:  # it would take what is printed meanwhile to standard error
        total = min(outdated.articles, wanted.limit or outdated.articles)
        task = bar.add_task("reading again", total=total)
        for result in rereading.results(wanted):
            if not wanted.ids:  # of all of them it was counted before
                result.payload_gone = result.text_gone = 0
            report.add(result)
            problems += result.problems
            if dry:
                _tell(desk, result, as_json=as_json)
            bar.advance(task)
        bar.update(task, description="stories")
        rereading.follow()
    return problems


def _tell(desk: Desk, result: Result, *, as_json: bool) -> None:
    """Say how the last of an article's snapshots that read differently would read."""
    if not result.differences:
        return
    last = result.differences[-1]
    if as_json:
        print_line(_difference_line(result, last))
    else:
        head = f"Article {result.article_id}, snapshot {last.old.snapshot_id}: {', '.join(last.fields) or 'words'}"
        draw_difference(head, last.old.url, last.old.extraction, last.new, desk.zone)


# ------------------------------------------------------------------ saying what was done
def _show(report: Report, *, dry: bool) -> None:
    if not report.read and not report.refused and not report.failed:
        out().print(f"Nothing to read again: all that can be read is read by {PAGES.extractor}.")
    else:
        would = "would read" if dry else "read"
        out().print(
            f"[bold]{report.read} snapshots read again[/] by {PAGES.extractor}: "
            f"{report.changed} articles {would} differently, {report.same} as before"
        )
    kept = {
        "refused by today's rules": sum(report.refused.values()),
        "whose payload was let go": report.payload_gone,
        "whose text was let go": report.text_gone,
        "that could not be read": report.failed,
    }
    for what, count in kept.items():
        if count:
            reasons = ", ".join(f"{reason.value} {number}" for reason, number in report.refused.most_common())
            why = f" ({reasons})" if what.startswith("refused") else ""
            out().print(f"{count} snapshots {what} keep their old reading{why}")


def _complain(problems: Sequence[Problem]) -> None:
    """Say on standard error which snapshots keep their old reading although their payload is there."""
    for each in problems[:SHOWN_PROBLEMS]:
        err().print(said(f"article {each.article_id}, {each.url}: {each.said}", style="yellow"))
    if len(problems) > SHOWN_PROBLEMS:
        err().print(f"… and {len(problems) - SHOWN_PROBLEMS} more")


def _line(report: Report, problems: Sequence[Problem], *, dry: bool) -> dict[str, object]:
    return {
        "extractor": PAGES.extractor,
        "dry_run": dry,
        "articles": report.articles,
        "read": report.read,
        "changed": report.changed,
        "same": report.same,
        "refused": {reason.value: number for reason, number in report.refused.most_common()},
        "payload_gone": report.payload_gone,
        "text_gone": report.text_gone,
        "failed": report.failed,
        "problems": [{"id": each.article_id, "url": each.url, "problem": each.said} for each in problems],
    }


def _difference_line(result: Result, last: Difference) -> dict[str, object]:
    return {
        "id": result.article_id,
        "snapshot": last.old.snapshot_id,
        "url": last.old.url,
        "from": last.old.extraction.extractor,
        "fields": list(last.fields),
        "lines": [
            [{"edit": span.edit.value, "text": span.text} for span in line]
            for line in short_difference(last.old.extraction, last.new)
        ],
    }

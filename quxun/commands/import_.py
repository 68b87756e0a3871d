"""`quxun import`: take in texts that are already there, as files."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import rich_click as click
from rich.progress import Progress
from rich.table import Table

from crawler.imports.kinds import ImportKind
from quxun.console import err, out, said, table
from quxun.desk import Desk, in_use, now, number, open_desk, print_line, progress, show
from quxun.import_files import Bad, File, Wanted, check_paths, open_file
from quxun.importing import Importer, scan_files
from scheduler.follow import follow_stories
from storage.errors import UnreadableInput, UsageError
from storage.intents import Recorded
from storage.records import RunId, RunStatus

#: Bad lines that are shown one by one; the rest is counted.
SHOWN_BAD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, file by file."""

    files: tuple[tuple[File, Recorded], ...]
    bad: tuple[Bad, ...]
    copies: int
    runs: tuple[RunId, ...]


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--paper", metavar="NAME", default="", help="The newspaper, for the text of a newspaper page.")
@click.option("--issue", metavar="YYYY-MM-DD", help="The day of its issue.")
@click.option("--as", "kind", type=click.Choice([each.value for each in ImportKind]), help="What the files are.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(paths: tuple[Path, ...], paper: str, issue: str | None, kind: str | None, *, as_json: bool) -> None:
    """Take in articles from files, through the same steps as a crawl.

    What a file is, is seen from what is in it: articles as JSON lines (what `quxun export` writes),
    a WARC archive, the text of a newspaper page, or the text of a snapshot page (快照). Everything is
    taken in, whatever the district's names; the same file given again changes nothing.

    \b
        quxun import articles.jsonl
        quxun import page.txt --paper 示例晚报 --issue 2026-11-21
        quxun import crawl.warc.gz snapshot.txt
    """
    check_paths(paths)
    wanted = Wanted(kind=ImportKind(kind) if kind else None, paper=" ".join(paper.split()), issue=_day(issue))
    files, bad = _open(paths, wanted)
    if (paper or issue) and all(file.kind is not ImportKind.PAPER_TEXT for file in files):
        raise UsageError(
            "--paper and --issue are for the text of a newspaper page, and no file is one (--as paper-text)"
        )
    with open_desk() as desk:
        report = take_in(desk, files, bad)
    if as_json:
        print_line(_line(report))
    else:
        _show(report)
    _complain(report.bad)
    if report.bad:
        raise SystemExit(1)


def take_in(desk: Desk, files: Sequence[File], bad: Sequence[Bad] = ()) -> Report:
    """Import files and settle the stories of what is new. `bad`: what is known already not to be readable."""
    with progress() as bar:
        reading = bar.add_task("reading", total=None)
        scan = scan_files(files, desk.district.timezone)
        bar.remove_task(reading)
        importer = Importer(desk.store, desk.district, scan, now)
        try:
            done, found = _take_files(importer, files, bar, scan.count)
        except BaseException as error:
            importer.finish(RunStatus.FAILED, str(error) or "it was interrupted")
            raise
        problems = (*bad, *found)
        reason = f"{len(found)} bad lines" if found else ""
        runs = importer.finish(RunStatus.DEGRADED if found else RunStatus.SUCCEEDED, reason)
        bar.add_task("stories", total=None)
        copies = follow_stories(desk.store, now())
    return Report(files=tuple(done), bad=problems, copies=len(copies), runs=tuple(runs))


def _take_files(
    importer: Importer, files: Sequence[File], bar: Progress, count: int
) -> tuple[list[tuple[File, Recorded]], list[Bad]]:
    task = bar.add_task("importing", total=count)
    done: list[tuple[File, Recorded]] = []
    bad: list[Bad] = []
    for file in files:
        changed, problems = importer.take_file(file, lambda: bar.advance(task))
        done.append((file, changed))
        bad += problems
    bar.remove_task(task)
    return done, bad


def _open(paths: Sequence[Path], wanted: Wanted) -> tuple[list[File], list[Bad]]:
    """The files that can be read, and why the others cannot; UnreadableInput if none can."""
    files: list[File] = []
    errors: list[UnreadableInput] = []
    for path in dict.fromkeys(paths):
        try:
            files.append(open_file(path, wanted))
        except UnreadableInput as error:
            errors.append(error)
    if not files:
        raise errors[0]
    return files, [Bad(path=Path(error.path), line=0, problem=error.problem) for error in errors]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--issue {text}: not a day like 2026-11-21") from error


# ------------------------------------------------------------------ saying what was done
def _show(report: Report) -> None:
    show(_table(report))
    copies = f", {report.copies} of them copies of another article" if report.copies else ""
    total = sum(done.new for _, done in report.files)
    changed = sum(done.revised for _, done in report.files)
    out().print(f"[bold]{total} new[/]{copies}; {changed} revised · quxun show ID reads one")


def _table(report: Report) -> Table:
    names = (
        "new",
        "revised",
        "unchanged",
        *in_use(("gone", "withheld", "refused"), (done for _, done in report.files)),
    )
    drawn = table("file", "read as", *(f">{name}" for name in (*names, "bad")))
    drawn.columns[1].no_wrap = True
    for file, done in report.files:
        bad = sum(1 for each in report.bad if each.path == file.path)
        counts = (*(getattr(done, name) for name in names), bad)
        drawn.add_row(said(str(file.path)), file.kind.value, *(number(count) for count in counts))
    return drawn


def _complain(bad: Sequence[Bad]) -> None:
    """Say on standard error what could not be taken in."""
    if not bad:
        return
    lines = "one line" if len(bad) == 1 else f"{len(bad)} lines"
    err().print(f"[yellow]{lines} could not be imported:[/]")
    for each in bad[:SHOWN_BAD]:
        where = f"{each.path}, line {each.line}" if each.line else str(each.path)
        err().print(said(f"  {where}: {each.problem}"))
    if len(bad) > SHOWN_BAD:
        err().print(f"  … and {len(bad) - SHOWN_BAD} more")


def _line(report: Report) -> dict[str, object]:
    total = {name: sum(getattr(done, name) for _, done in report.files) for name in asdict(Recorded())}
    return {
        "files": [{"file": str(file.path), "kind": file.kind.value, **asdict(done)} for file, done in report.files],
        **total,
        "copies": report.copies,
        "bad": [{"file": str(each.path), "line": each.line, "problem": each.problem} for each in report.bad],
        "runs": list(report.runs),
    }

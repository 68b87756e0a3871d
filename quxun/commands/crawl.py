"""`quxun crawl`: visit sources now, show what came in."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import rich_click as click
from rich.progress import Progress, TextColumn

from crawler.profile import DistrictProfile, find_profile, load_profile
from quxun.asking import ask, follow, right_now, service_lives
from quxun.config import Config, load_config
from quxun.console import err, out, said
from quxun.crawling import Crawl, Report, Watcher, Wish, failed, total
from quxun.desk import print_line, progress, since_day, until_day
from quxun.views import arrivals_table, run_line, runs_table
from quxun.wiring import RUN_ENTRY, launcher, open_store, run_options
from storage.errors import UsageError
from storage.records import Run, RunStatus


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]…")
@click.option("--url", "urls", multiple=True, metavar="URL", help="Only this page; may be given several times.")
@click.option("--district", metavar="F", help="A district's profile, by name or path, instead of QUXUN_DISTRICT.")
@click.option("--since", metavar="D", help="Only what claims to be published from this day (YYYY-MM-DD).")
@click.option("--until", metavar="D", help="Only what claims to be published up to this day.")
@click.option("--full", is_flag=True, help="Read every listing to its end and ask again for everything known.")
@click.option("--enqueue", is_flag=True, help="Have the running service make the runs, and return at once.")
@click.option("--wait", is_flag=True, help="With --enqueue: watch the runs until they have ended.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a run on standard output.")
def command(
    sources: tuple[str, ...],
    urls: tuple[str, ...],
    district: str | None,
    since: str | None,
    until: str | None,
    *,
    full: bool,
    enqueue: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Visit sources now and store what is new.

    Without SOURCE, every active source of the district's profile and every one added by hand.
    A second call right after the first costs hardly a request. Exit status 1 if a source could
    not be read; it says which, and why.

    \b
        quxun crawl                         the whole district
        quxun crawl heze-gov mdwb           two sources of it
        quxun crawl --url https://example.cn/2026/1121/1.html
        quxun crawl --enqueue --wait        by the running service
    """
    config = load_config(os.environ)
    if district:
        config = replace(config, district=district)
    if sources and urls:
        raise UsageError("give sources or --url, not both")
    profile = load_profile(find_profile(config.district))
    zone = ZoneInfo(profile.district.timezone)
    if wait and not enqueue:
        raise UsageError("--wait goes with --enqueue; without it the command waits anyway")
    if district and enqueue:
        raise UsageError("--district cannot go with --enqueue: the service has its own (QUXUN_DISTRICT)")
    wish = Wish(
        keys=sources,
        urls=urls,
        full=full,
        since=since_day(since, zone),
        until=until_day(until, zone),
        requested_by="enqueue" if enqueue else "crawl",
    )
    if enqueue:
        _hand_over(config, wish, profile, wait=wait, as_json=as_json)
        return
    report = crawl(config, wish, profile, quiet=as_json)
    if as_json:
        for run in report.runs:
            print_line(run_line(run, report.issues.get(run.id, ())))
    else:
        show(report, zone)
    if failed(report) or not report.runs:
        raise SystemExit(1)


def crawl(config: Config, wish: Wish, profile: DistrictProfile, *, quiet: bool = False) -> Report:
    """Carry out a wish with a progress bar on the terminal."""
    if not config.contact and not config.allow_private:
        err().print("[dim]QUXUN_CONTACT is not set: webmasters who see our visits cannot reach you.[/]")
    with open_store(config) as store:
        work = Crawl(store, run_options(config), launcher(), RUN_ENTRY, config.runs)
        orders = work.orders(wish, profile)
        if not orders:
            err().print("There is no source to crawl. Add one: [bold]quxun sources add URL[/]")
            return Report(runs=())
        with crawl_progress(quiet=quiet) as bar:
            return asyncio.run(work.carry_out(orders, watcher(bar, len(orders))))


def _hand_over(config: Config, wish: Wish, profile: DistrictProfile, *, wait: bool, as_json: bool) -> None:
    """Queue the runs for the service; with `wait` also watch them, and tell by the exit status how they ended."""
    with open_store(config) as store:
        work = Crawl(store, run_options(config), launcher(), RUN_ENTRY, config.runs)
        runs = ask(store, work.orders(wish, profile), right_now())
        if not service_lives(store, right_now()):
            err().print("[yellow]No service is running: they wait until there is one.[/] Start it: quxun serve")
        if wait:
            with crawl_progress(quiet=as_json) as bar:
                runs = follow(store, [run.id for run in runs], watcher(bar, len(runs)))
        issues = {run.id: tuple(store.issues.list(run_id=run.id)) for run in runs}
    if as_json:
        for run in runs:
            print_line({"run": run.id, **run_line(run, issues[run.id])})
    elif wait:
        show(Report(runs=tuple(runs), issues=issues), ZoneInfo(profile.district.timezone))
    else:
        for run in runs:
            out().print(said(f"run {run.id} of {run.source_key} is queued"))
        if runs:
            err().print("[dim]quxun runs ID --follow shows how it goes, quxun runs ID --cancel calls it off.[/]")
    if not runs or failed(Report(runs=tuple(runs))):
        raise SystemExit(1)


def show(report: Report, zone: ZoneInfo) -> None:
    """The report as a person reads it: what came in, run by run, then the articles, newest first."""
    for run in report.abandoned:
        err().print(f"[yellow]Run {run.id} of {run.source_key} had been killed; what it stored is safe.[/]")
    if not report.runs:
        return
    out().print(runs_table(report.runs))
    if report.arrived:
        out().print(arrivals_table(report.arrived, zone))
    for run in report.runs:
        if run.reason:
            colour = "red" if run.status is RunStatus.FAILED else "yellow"
            out().print(said(run.source_key, colour) + said(f": {run.reason}"))
    sums = total(report.runs)
    done = f"{sums.new} new, {sums.revised} revised, {sums.gone} gone, {sums.copies} copies"
    hint = " · quxun show ID reads one" if report.arrived else ""
    out().print(f"[bold]{done}[/] · {sums.requests} requests{hint}")


def crawl_progress(*, quiet: bool = False) -> Progress:
    """A bar of sources, with what has come in beside it."""
    return progress(TextColumn("{task.fields[pages]}"), quiet=quiet)


def watcher(bar: Progress, count: int) -> Watcher:
    """What moves the bar: how many sources are done, and how much has come in."""
    task = bar.add_task("sources", total=count, pages="")

    def watch(runs: Sequence[Run]) -> None:
        ended = sum(1 for run in runs if run.finished_at is not None)
        sums = total(runs)
        pages = f"{sums.requests} requests, {sums.new} new, {sums.revised} revised"
        bar.update(task, completed=ended, pages=pages)

    return watch

"""`quxun sources`: where the news comes from; list, add, check, pause, resume, remove, export."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import rich_click as click
from rich.text import Text

from crawler.profile import find_profile, load_profile, parse_every, to_toml
from crawler.proposal import Proposal
from quxun.config import Config, load_config
from quxun.console import err, local, out, said, table
from quxun.desk import now, open_desk, print_line, show
from quxun.source_views import source_line, sources_table
from quxun.surveying import save, survey
from quxun.wiring import launcher, open_store, run_options
from storage.errors import QuxunError, UsageError
from storage.records import (
    Confidence,
    Listing,
    ListingSeed,
    NewSource,
    Publisher,
    Schedule,
    Scope,
    Source,
    SourceKind,
    SourceState,
)
from storage.schedules import check_cron, check_spans, in_words
from storage.store import Store

#: How often a source is visited of which nobody says how often.
_EVERY = "1h"

#: Wider than any table.
_PAPER = 2000


@click.group()
def command() -> None:
    """Where the news comes from.

    A source is one site, or one column of it. Sources come from the district's profile, or are
    added by hand with nothing but their address.
    """


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Removed ones too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a source.")
def list_sources(*, everything: bool, as_json: bool) -> None:
    """Show the sources, those of the district's profile included, and when they are visited."""
    with open_desk() as desk:
        store = desk.store
        apply_profile(desk.config, store)
        found = store.sources.list(include_removed=everything)
        sources = [source for source in found if source.kind is not SourceKind.IMPORT]
        counted = [(source, store.entries.counts(source.id)) for source in sources]
        if as_json:
            for source, counts in counted:
                print_line(source_line(source, counts, _roots(source, store), desk.zone))
            return
        shown = sources_table(counted, now(), out().width if out().is_terminal else _PAPER)
        show(shown if sources else Text("No sources yet: quxun sources add URL"))
        if any(source.confidence is Confidence.LOW for source in sources):
            out().print("[yellow]low[/]: the address is inferred and has not been proven by a visit yet")


@command.command("add")
@click.argument("url")
@click.option("--yes", "-y", is_flag=True, help="Take the proposal without asking.")
@click.option("--key", help="The source's key, instead of one made of its host.")
@click.option("--name", help="The publisher's name, instead of what the site calls itself.")
@click.option("--every", metavar="TIME", help="How often it is visited, such as 30m, 1h or 1d.")
@click.option("--cron", metavar="FIELDS", help="When it is visited, instead of --every: '0 6-22 * * *'.")
@click.option("--hours", multiple=True, metavar="SPAN", help="Only in this part of the day, such as 06:00-23:00.")
@click.option("--blackout", multiple=True, metavar="SPAN", help="Never in this part of the day.")
@click.option("--only-district", is_flag=True, help="Keep only what is about the district, instead of everything.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposal as one JSON object.")
def add(
    url: str,
    *,
    yes: bool,
    key: str | None,
    name: str | None,
    every: str | None,
    cron: str | None,
    hours: tuple[str, ...],
    blackout: tuple[str, ...],
    only_district: bool,
    as_json: bool,
) -> None:
    """Look at a site, propose how to poll it, and save that.

    Feeds, sitemaps, known publishing systems and plain lists of articles are found without a
    selector. The first ten articles are shown with their dates and lengths before anything is saved.

    \b
        quxun sources add https://www.example.cn/
        quxun sources add https://www.example.cn/ --every 30m --hours 06:00-23:00
    """
    url = _address(url)
    with open_desk() as desk:
        every_s, schedule = _timing(every, cron, hours, blackout, desk.district.timezone)
        with err().status(f"Looking at {url} …"):
            [proposal] = survey(launcher(), run_options(desk.config), [url])
        if proposal.problem:
            raise QuxunError(proposal.problem)
        scope = Scope.DISTRICT if only_district else Scope.ALL
        source = replace(_named(proposal.source, key, name), every_s=every_s, schedule=schedule, scope=scope)
        _show(proposal, source, desk.zone, as_json=as_json)
        if not (yes or not sys.stdin.isatty() or click.confirm("Save this source?", default=True, err=True)):
            err().print("Nothing was saved.")
            return
        saved = save(desk.store, source, named=key is not None)
    visited = in_words(saved.every_s, saved.schedule)
    err().print(f"[green]Saved[/] as [bold]{saved.key}[/] ({visited}). Visit it now: quxun crawl {saved.key}")


@command.command("check")
@click.argument("keys", nargs=-1, metavar="[SOURCE]…")
def check(keys: tuple[str, ...]) -> None:
    """Look at sources without storing anything: can they be read, and what do they show?"""
    config = load_config(os.environ)
    options = run_options(config)
    with open_store(config) as store:
        apply_profile(config, store)
        sources = [store.sources.get(key) for key in keys] or [
            each for each in store.sources.list() if each.kind not in (SourceKind.IMPORT, SourceKind.PAGE)
        ]
        bad = 0
        for source in sources:
            with err().status(f"Looking at {source.url} …"):
                [proposal] = survey(launcher(), options, [source.url])
            bad += bool(proposal.problem)
            shown = sum(len(found.entries) for found in proposal.listings)
            good = f"{len(proposal.listings)} listings with {shown} articles"
            found = said(proposal.problem, "red") if proposal.problem else said(good, "green")
            out().print(said(f"{source.key}: ") + found)
    if bad:
        raise SystemExit(1)


def _state_command(name: str, state: SourceState, help_text: str, done: str) -> None:
    @command.command(name, help=help_text)
    @click.argument("keys", nargs=-1, required=True, metavar="SOURCE…")
    def act(keys: tuple[str, ...]) -> None:
        config = load_config(os.environ)
        with open_store(config) as store:
            apply_profile(config, store)
            for key in keys:
                store.sources.get(key)
            for key in keys:
                store.sources.set_state(key, state, datetime.now(UTC))
                err().print(f"{key} {done}")


_state_command("pause", SourceState.PAUSED, "Stop visiting sources until they are resumed.", "is paused")
_state_command("resume", SourceState.ACTIVE, "Visit paused or removed sources again.", "is active")
_state_command("remove", SourceState.REMOVED, "Take sources off the list; what they brought stays.", "is removed")


@command.command("export")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A file, instead of standard output.")
def export(output: Path | None) -> None:
    """Write the sources added by hand as [[source]] tables for a district's profile."""
    config = load_config(os.environ)
    with open_store(config) as store:
        mine = [each for each in store.sources.list() if each.declared_by == "hand" and each.kind in _DECLARED]
        text = to_toml(None, [_declared(each, store) for each in mine])
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--output {output}: {error.strerror}") from error


_DECLARED = tuple(kind for kind in SourceKind if kind not in (SourceKind.IMPORT, SourceKind.PAGE))


def apply_profile(config: Config, store: Store) -> None:
    """Store the sources of the district's profile."""
    profile = load_profile(find_profile(config.district))
    store.sources.apply(profile.declared_by, profile.sources, datetime.now(UTC))


# ------------------------------------------------------------------ adding
def _address(url: str) -> str:
    if "://" not in url:
        url = f"https://{url}"
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url}: only http and https addresses can be visited")
    return url


def _timing(
    every: str | None, cron: str | None, hours: Sequence[str], blackout: Sequence[str], timezone: str
) -> tuple[int | None, Schedule]:
    """The interval and the schedule that the options ask for, in the district's zone; UsageError names a wrong one."""
    if every and cron:
        raise UsageError(f"--cron {cron}: it stands beside --every {every}; one of the two is enough")
    with _naming("--every", every):
        every_s = None if cron else parse_every(every or _EVERY)
    with _naming("--cron", cron):
        if cron is not None:
            check_cron(cron)
    with _naming("--hours", *hours):
        check_spans(hours, ())
    with _naming("--blackout", *blackout):
        check_spans(hours, blackout)
    return every_s, Schedule(cron=cron or "", hours=tuple(hours), blackout=tuple(blackout), timezone=timezone)


@contextlib.contextmanager
def _naming(option: str, *values: str | None) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise UsageError(f"{option} {' '.join(map(str, values))}: {error}") from error


def _named(source: NewSource, key: str | None, name: str | None) -> NewSource:
    publisher = replace(source.publisher, name=name) if name else source.publisher
    return replace(source, key=key or source.key, publisher=publisher)


def _show(proposal: Proposal, source: NewSource, zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        print_line(_proposal_line(proposal, source))
        return
    kind = f", a {proposal.family} site" if proposal.family else ""
    about = f" ({source.url}){kind}, looked at with {proposal.requests} requests"
    out().print(said(source.publisher.name, "bold") + said(about))
    listings = table("listing", "kind", "address", ">articles", title="It will be polled through")
    for found in proposal.listings:
        listings.add_row(said(found.title), found.seed.kind.value, said(found.seed.url), str(len(found.entries)))
    out().print(listings)
    samples = table("published", "title", ">characters", "problem", title="The first articles, as they will be stored")
    for sample in proposal.samples:
        date = local(datetime.fromisoformat(sample.date), zone) if sample.date else "[yellow]no date[/]"
        characters = str(sample.characters) if sample.characters else ""
        samples.add_row(date, said(sample.title), characters, said(sample.problem, "red"))
    out().print(samples)
    for note in proposal.notes:
        out().print(said(note, "dim"))


def _proposal_line(proposal: Proposal, source: NewSource) -> dict[str, object]:
    return {
        "key": source.key,
        "publisher": source.publisher.name,
        "kind": source.kind.value,
        "url": source.url,
        "family": proposal.family or "",
        "listings": [
            {"kind": found.seed.kind.value, "url": found.seed.url, "articles": len(found.entries)}
            for found in proposal.listings
        ],
        "samples": [
            {"url": each.entry.url, "title": each.title, "date": each.date, "characters": each.characters,
             "problem": each.problem}
            for each in proposal.samples
        ],
        "notes": list(proposal.notes),
        "requests": proposal.requests,
    }  # fmt: skip


# ------------------------------------------------------------------ writing
def _roots(source: Source, store: Store) -> list[Listing]:
    """The listings that no other listing names."""
    return [each for each in store.sources.listings(source.id) if each.parent_id is None]


def _declared(source: Source, store: Store) -> NewSource:
    keep = source.kind is not SourceKind.EPAPER  # its listings are its issues
    return NewSource(
        key=source.key,
        publisher=Publisher(name=source.publisher.name, hosts=source.publisher.hosts),
        kind=source.kind,
        url=source.url,
        scope=source.scope,
        every_s=source.every_s,
        schedule=source.schedule,
        confidence=source.confidence,
        tls=source.tls,
        rules=source.rules,
        listings=tuple(ListingSeed(kind=each.kind, url=each.url) for each in _roots(source, store) if keep),
        note=source.note,
    )

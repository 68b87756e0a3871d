"""`quxun sources`: where the news comes from; list, add, check, pause, resume, remove, export."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import rich_click as click
from rich.table import Table

from crawler.profile import find_profile, load_profile, parse_every, to_toml
from crawler.proposal import Proposal
from quxun.config import Config, load_config
from quxun.console import err, local, out, said, table
from quxun.desk import open_desk, print_line
from quxun.surveying import save, survey
from quxun.wiring import launcher, open_store, run_options
from storage.errors import QuxunError, UsageError
from storage.records import (
    Confidence,
    EntryState,
    ListingSeed,
    NewSource,
    Publisher,
    Scope,
    Source,
    SourceKind,
    SourceState,
    Tls,
)
from storage.store import Store

_CONFIDENCE = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "[yellow]low[/]"}


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
    """Show the sources, those of the district's profile included."""
    config = load_config(os.environ)
    with open_store(config) as store:
        apply_profile(config, store)
        sources = [
            each for each in store.sources.list(include_removed=everything) if each.kind is not SourceKind.IMPORT
        ]
        if as_json:
            for source in sources:
                print_line(_line(source, store))
            return
        out().print(_table(sources, store) if sources else "No sources yet: quxun sources add URL")
        if any(source.confidence is Confidence.LOW for source in sources):
            out().print("[yellow]low[/]: the address is inferred and has not been proven by a visit yet")


@command.command("add")
@click.argument("url")
@click.option("--yes", "-y", is_flag=True, help="Take the proposal without asking.")
@click.option("--key", help="The source's key, instead of one made of its host.")
@click.option("--name", help="The publisher's name, instead of what the site calls itself.")
@click.option("--every", metavar="TIME", help="How often it is visited, such as 30m, 1h or 1d.")
@click.option("--only-district", is_flag=True, help="Keep only what is about the district, instead of everything.")
@click.option("--json", "as_json", is_flag=True, help="Print the proposal as one JSON object.")
def add(
    url: str, *, yes: bool, key: str | None, name: str | None, every: str | None, only_district: bool, as_json: bool
) -> None:
    """Look at a site, propose how to poll it, and save that.

    Feeds, sitemaps, known publishing systems and plain lists of articles are found without a
    selector. The first ten articles are shown with their dates and lengths before anything is saved.

    \b
        quxun sources add https://www.example.cn/
    """
    url = _address(url)
    with open_desk() as desk:
        with err().status(f"Looking at {url} …"):
            [proposal] = survey(launcher(), run_options(desk.config), [url])
        if proposal.problem:
            raise QuxunError(proposal.problem)
        source = _adjusted(proposal.source, key, name, every, scope=Scope.DISTRICT if only_district else Scope.ALL)
        _show(proposal, source, desk.zone, as_json=as_json)
        if not (yes or not sys.stdin.isatty() or click.confirm("Save this source?", default=True, err=True)):
            err().print("Nothing was saved.")
            return
        saved = save(desk.store, source, named=key is not None)
    err().print(f"[green]Saved[/] as [bold]{saved.key}[/]. Visit it now: quxun crawl {saved.key}")


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


def _adjusted(source: NewSource, key: str | None, name: str | None, every: str | None, *, scope: Scope) -> NewSource:
    publisher = replace(source.publisher, name=name) if name else source.publisher
    every_s = source.every_s
    if every:
        try:
            every_s = parse_every(every)
        except ValueError as error:
            raise UsageError(f"--every {every}: {error}") from error
    return replace(source, key=key or source.key, publisher=publisher, every_s=every_s, scope=scope)


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


# ------------------------------------------------------------------ showing
def _table(sources: list[Source], store: Store) -> Table:
    remarks = {source.key: ", ".join(_remarks(source)) for source in sources}
    shown = ("remarks",) if any(remarks.values()) else ()
    drawn = table("key", "publisher", "kind", "scope", ">every", "sure", ">stored", *shown)
    for column in drawn.columns[:2]:
        column.no_wrap = True
        column.max_width = 18
    for source in sources:
        stored = store.entries.counts(source.id).get(EntryState.STORED, 0)
        every, sure = _every(source.every_s), _CONFIDENCE[source.confidence]
        cells = (
            said(source.key),
            said(source.publisher.name),
            source.kind.value,
            source.scope.value,
            every,
            sure,
            str(stored),
        )
        drawn.add_row(*cells, *(remarks[source.key] for _ in shown))
    return drawn


def _remarks(source: Source) -> Iterator[str]:
    """What is not as usual about a source."""
    if source.state is not SourceState.ACTIVE:
        yield f"[yellow]{source.state.value}[/]"
    if source.tls is not Tls.VERIFIED:
        yield f"[red]tls {source.tls.value}[/]"
    if source.declared_by == "hand":
        yield "by hand"


def _every(seconds: int | None) -> str:
    if seconds is None:
        return "on demand"
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _line(source: Source, store: Store) -> dict[str, object]:
    return {
        "key": source.key,
        "publisher": source.publisher.name,
        "kind": source.kind.value,
        "url": source.url,
        "scope": source.scope.value,
        "state": source.state.value,
        "every_s": source.every_s,
        "confidence": source.confidence.value,
        "declared_by": source.declared_by,
        "tls": source.tls.value,
        "note": source.note,
        "listings": [
            {"kind": each.kind.value, "url": each.url}
            for each in store.sources.listings(source.id)
            if each.parent_id is None
        ],
        "entries": {state.value: number for state, number in store.entries.counts(source.id).items()},
    }


def _declared(source: Source, store: Store) -> NewSource:
    listings = [each for each in store.sources.listings(source.id) if each.parent_id is None]
    keep = source.kind is not SourceKind.EPAPER  # its listings are its issues
    return NewSource(
        key=source.key,
        publisher=Publisher(name=source.publisher.name, hosts=source.publisher.hosts),
        kind=source.kind,
        url=source.url,
        scope=source.scope,
        every_s=source.every_s,
        confidence=source.confidence,
        tls=source.tls,
        rules=source.rules,
        listings=tuple(ListingSeed(kind=each.kind, url=each.url) for each in listings if keep),
        note=source.note,
    )

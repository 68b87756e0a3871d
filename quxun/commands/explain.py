"""`quxun explain`: why a page was stored as it was, or why it was not."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from zoneinfo import ZoneInfo

import rich_click as click
from rich.table import Table
from rich.text import Text

from crawler.urls import url_key
from quxun.commands.issues import issues_table
from quxun.commands.show import find
from quxun.console import local, out, said
from quxun.desk import Desk, grid, open_desk, show
from quxun.explaining import copies_step, entry_of, known_of, replay
from quxun.sheet import draw_tombstone
from storage.errors import NotFound
from storage.records import Article, EntryState, Issue, KnownEntry, Source

#: Issues of a source among which those of the URL are looked for.
_ISSUES = 10_000

_MEANINGS = {
    EntryState.PENDING: "it is listed and waits for its first visit",
    EntryState.STORED: "its article is stored",
    EntryState.REFUSED: "its page was visited and is not an article",
    EntryState.OFF_DISTRICT: "its text is not about the district",
    EntryState.GONE: "the publisher answered 404 or 410",
    EntryState.WITHHELD: "its article was taken down",
    EntryState.DISALLOWED: "robots.txt forbids it",
    EntryState.FAILED: "the last visit brought nothing; it is tried again",
}


@click.command()
@click.argument("name", metavar="URL|ID")
def command(name: str) -> None:
    """Say why a page is stored as it is, or why it is not.

    For a stored article the whole flow is replayed from the stored bytes, with today's code and
    profile, and the result of each step is shown: what the wire gave, whether it is an article's page,
    what was read from it and where each value stood, its key, its relevance, its digests, and what
    would be decided now. For a page that is only listed: how it stands, and when it is tried again.
    No request is made.

    \b
        quxun explain 12
        quxun explain https://www.example.cn/2026/1121/1.html
    """
    with open_desk() as desk:
        article = None
        with suppress(NotFound):
            article = find(desk.store, name)
        if article is not None and article.takedown is not None:
            draw_tombstone(article, desk.zone)
        elif article is not None:
            _explain_article(desk, article)
        else:
            _explain_entries(desk, name)


def _explain_article(desk: Desk, article: Article) -> None:
    known = known_of(desk.store, article)
    if known is None:
        draw_tombstone(article, desk.zone)
        return
    out().print(said(f"Article {article.id} of {article.publisher}, brought by {article.source_key}", style="bold"))
    if known.entry is not None:
        show(grid(_entry_rows(known.entry, known.source, desk.zone)))
    show(grid(_reading_rows(desk, article)))
    for step in replay(desk.store, desk.district, known):
        colour = "yellow" if step.remarkable else "green"
        out().print(Text.assemble((f"{step.number} {step.name}", "bold"), "  ", said(step.result, style=colour)))
        if step.facts:
            show(_facts(step.facts))
    step = copies_step(desk.store, article)
    out().print(Text.assemble((f"{step.number} {step.name}", "bold"), "  ", said(step.result, style="green")))
    if step.facts:
        show(_facts(step.facts))


def _explain_entries(desk: Desk, name: str) -> None:
    """What is known of a page that is no stored article; NotFound if nothing is."""
    found = list(_entries(desk, name))
    if not found:
        raise NotFound("article or entry", name)
    for source, entry in found:
        out().print(said(f"No article is stored from it. It is an entry of {source.key}:", style="bold"))
        show(grid(_entry_rows(entry, source, desk.zone)))
        issues = _issues(desk, source, entry)
        if issues:
            show(issues_table(issues, desk.zone))


def _entries(desk: Desk, name: str) -> Iterator[tuple[Source, KnownEntry]]:
    for source in desk.store.sources.list(include_removed=True):
        entry = entry_of(desk.store, source, name)
        if entry is not None:
            yield source, entry


def _issues(desk: Desk, source: Source, entry: KnownEntry) -> list[Issue]:
    wanted = {entry.entry.url, entry.entry.key}
    issues = desk.store.issues.list(source_key=source.key, limit=_ISSUES)
    return [issue for issue in issues if issue.url in wanted or url_key(issue.url) == entry.entry.key]


def _entry_rows(known: KnownEntry, source: Source, zone: ZoneInfo) -> Iterator[tuple[str, str | Text]]:
    entry = known.entry
    settled = known.state is EntryState.STORED
    state = Text(f"{known.state.value}: {_MEANINGS[known.state]}", style="green" if settled else "yellow")
    rows: Sequence[tuple[str, str | Text]] = (
        ("entry", entry.url),
        ("of source", source.key),
        ("state", state),
        ("listed as", entry.title),
        ("claimed", local(entry.published_at, zone, entry.published_precision)),
        ("modified", entry.modified),
        ("first seen", local(known.first_seen_at, zone)),
        ("last seen", local(known.last_seen_at, zone)),
        ("visited", local(known.visited_at, zone)),
        ("failed", f"{known.attempts} times in a row" if known.attempts else ""),
        ("not before", local(known.retry_at, zone)),
    )
    return ((label, value) for label, value in rows if value)


def _reading_rows(desk: Desk, article: Article) -> Iterator[tuple[str, str]]:
    """Which version read which snapshot, and until when that counted."""
    for each in desk.store.readings.history(article.id):
        until = f"counted until {local(each.superseded_at, desk.zone)}" if each.superseded_at else "counts"
        when = local(each.captured_at, desk.zone)
        yield "read", f"snapshot {each.snapshot_id} of {when} by {each.extractor}, {until}: {each.title}"


def _facts(facts: Iterable[tuple[str, str, str]]) -> Table:
    """What was found, with its evidence, indented below its step."""
    drawn = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    drawn.add_column(style="dim", no_wrap=True)
    drawn.add_column()
    drawn.add_column(style="cyan")
    for what, value, evidence in facts:
        drawn.add_row(f"    {what}", said(value), said(evidence))
    return drawn

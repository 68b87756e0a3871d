"""Choose the listings through which a site is to be polled, from what a survey of it found. Pure.

A listing is taken if it widens the coverage. A sitemap that holds most of what the home page shows
covers a site by itself, and costs one request when nothing is new; columns cover what no sitemap does;
a feed adds what neither has. The home page stands in where it shows what nothing else lists.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from storage.records import (
    Confidence,
    Entry,
    ListingSeed,
    NewSource,
    Publisher,
    Scope,
    SourceKind,
    SourceRules,
)

#: A sitemap must hold this share of the articles on the home page to be trusted to be kept up.
FRESH_SHARE = 0.6
#: Entries that nothing else lists, for a column to be worth a request at every run.
MIN_NEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A listing that a survey has read."""

    seed: ListingSeed
    #: What people call it: the column's name, or `sitemap`.
    title: str
    entries: tuple[Entry, ...]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(entry.key for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One article of a preview."""

    entry: Entry
    title: str
    #: As the page states it, in words; empty if it states none.
    date: str
    characters: int
    #: Why it could not be read, empty if it could.
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What `sources add` shows before it saves."""

    source: NewSource
    listings: tuple[Found, ...]
    samples: tuple[Sample, ...]
    #: The CMS family it was recognised as, or None.
    family: str | None = None
    #: Sentences about what was tried and not taken.
    notes: tuple[str, ...] = ()
    #: Why nothing can be proposed; empty if something can.
    problem: str = ""
    requests: int = 0


def choose(
    home: Found, sitemaps: Sequence[Found], feeds: Sequence[Found], columns: Sequence[Found]
) -> tuple[Found, ...]:
    """The listings that together cover the site, the cheapest to ask first; empty if none lists articles."""
    taken = [found for found in sitemaps if fresh_sitemap(home, found)]
    covered = _keys(taken)
    for column in columns:
        if len(column.keys - covered) >= MIN_NEW:
            taken.append(column)
            covered |= column.keys
    for feed in feeds:
        if feed.keys - covered:
            taken.append(feed)
            covered |= feed.keys
    if home.keys - covered and (len(home.keys) >= MIN_NEW or not taken):
        taken.append(home)
    return tuple(taken)


def fresh_sitemap(home: Found, sitemap: Found) -> bool:
    """Whether a sitemap can be trusted to name what is new: it holds most of what the home page shows."""
    if not home.keys:
        return len(sitemap.keys) >= MIN_NEW
    return len(home.keys & sitemap.keys) >= FRESH_SHARE * len(home.keys)


def source_of(
    url: str,
    name: str,
    host: str,
    taken: Sequence[Found],
    *,
    kind: SourceKind | None = None,
    rules: SourceRules | None = None,
    scope: Scope = Scope.ALL,
) -> NewSource:
    """The source that polls the chosen listings."""
    seeds = tuple(found.seed for found in taken)
    kinds = {seed.kind for seed in seeds}
    alone = SourceKind(next(iter(kinds)).value) if len(kinds) == 1 else SourceKind.SITE
    return NewSource(
        key=source_key(url),
        publisher=Publisher(name=name or host, hosts=(host,)),
        kind=kind or alone,
        url=url,
        scope=scope,
        confidence=Confidence.HIGH,
        rules=rules or SourceRules(),
        listings=seeds,
    )


def source_key(url: str) -> str:
    """A key to type: the host, and what of the path tells columns of one site apart."""
    parts = urlsplit(url)
    host = (parts.netloc or "source").removeprefix("www.").replace(":", "-").lower()
    path = re.sub(r"(index|default)\.\w+$", "", parts.path).strip("/")
    slug = re.sub(r"[^0-9A-Za-z]+", "-", path).strip("-").lower()[:40]
    return f"{host}-{slug}" if slug else host


def newest(listings: Sequence[Found], count: int) -> tuple[Entry, ...]:
    """Entries for a preview: those with the latest claims, the others in their listings' order."""
    entries = {entry.key: entry for found in listings for entry in found.entries}
    dated = [entry for entry in entries.values() if _claim(entry)]
    dated.sort(key=_claim, reverse=True)
    rest = [entry for entry in entries.values() if not _claim(entry)]
    return tuple([*dated, *rest][:count])


def dated_layout(url: str) -> str:
    """A newspaper page's URL with strftime codes for its day, empty if the URL carries none."""
    layout, times = re.subn(r"/(20\d\d)(\d\d)/(\d\d)/", "/%Y%m/%d/", url, count=1)
    if not times:
        layout, times = re.subn(r"/(20\d\d)-(\d\d)/(\d\d)/", "/%Y-%m/%d/", url, count=1)
    return layout if times else ""


def _claim(entry: Entry) -> str:
    return entry.published_at.isoformat() if entry.published_at else entry.modified


def _keys(listings: Sequence[Found]) -> frozenset[str]:
    return frozenset().union(*(found.keys for found in listings))

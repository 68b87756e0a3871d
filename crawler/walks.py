"""Decide how far to walk through a listing's pages, and what of them to visit. Pure.

A walk ends at an unchanged first page, or once a whole page and five more entries beside it were
known to the last walk that reached its end. What a walk that was cut off, or another listing, has
seen since then does not count as known: an entry that lies behind it would be lost. Two readings
that do not overlap are a gap: the walk then goes on to the listing's end, and says so if it found
none. Listings are never de-duplicated.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storage.records import Digest, Entry, EntryState, KnownEntry, Listing, ListingId

#: Known entries beside a wholly known page that end a walk.
MORE_KNOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far a walk has come."""

    listing: Listing
    #: The time by which the entries of all its pages count as seen.
    began_at: datetime
    #: Read everything and ask for everything, whatever is known.
    full: bool = False
    pages: int = 0
    #: Entries on its pages that the last finished walk knew.
    known: int = 0
    #: Size of the smallest page of which every entry was known; 0 while there was none.
    whole_page: int = 0
    #: Keys of all pages so far.
    keys: frozenset[str] = frozenset()
    #: Keys of the first page in order, and its digest.
    head: tuple[str, ...] = ()
    head_digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one page of a listing calls for."""

    walk: Walk
    #: Entries to visit now: unknown or still pending. What a listing claims to have changed is due by the
    #: store's word, once the page is stored.
    visit: tuple[Entry, ...]
    #: Keys of known entries to be visited again because the listing changed about them.
    revisit: tuple[str, ...]
    stop: bool


def entries_digest(entries: tuple[Entry, ...]) -> Digest:
    """The digest of what a page lists: keys and claims in order, and titles, as an edit may show only there."""
    lines = "\n".join(f"{entry.key}\t{entry.modified}\t{entry.title}" for entry in entries)
    return Digest("sha256:" + hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest())


def step(walk: Walk, entries: tuple[Entry, ...], known: Mapping[str, KnownEntry]) -> Step:
    """Take one page of a listing into account; `known` holds what the store knows of its entries."""
    before = sum(1 for entry in entries if _known_before(entry, known, walk.listing))
    keys = frozenset(entry.key for entry in entries)
    ahead = replace(
        walk,
        pages=walk.pages + 1,
        known=walk.known + before,
        whole_page=min(filter(None, (walk.whole_page, len(entries) if before == len(entries) else 0)), default=0),
        keys=walk.keys | keys,
    )
    if walk.pages == 0:
        ahead = replace(ahead, head=tuple(entry.key for entry in entries), head_digest=entries_digest(entries))
    return Step(
        walk=ahead,
        visit=tuple(entry for entry in entries if walk.full or _to_visit(entry, known)),
        revisit=_renamed(walk.listing, entries, known) + (_vanished(walk.listing, keys) if walk.pages == 0 else ()),
        stop=not keys - walk.keys or _known_from_here(ahead),
    )


#: A listing that another names is read again after this, whatever the claim says: claims can be wrong.
CHILD_MAX_AGE = timedelta(hours=24)
#: Of the listings that a changed one names, so many with the latest claims are asked for, whatever they claim.
LATEST_CHILDREN = 5


def children_due(children: Sequence[Listing], now: datetime, changed: Collection[ListingId]) -> list[Listing]:
    """Which of the listings that others name are to be read; `changed` are the namers that have just changed.

    A claim is the latest date of what a sitemap holds, so an item dated later than it was published hides
    every change until its date is passed. The latest claims of a changed index are therefore not trusted:
    a conditional request tells.
    """
    suspects: set[ListingId] = set()
    for parent in changed:
        named = sorted((c for c in children if c.parent_id == parent), key=lambda c: c.claimed_modified, reverse=True)
        suspects.update(child.id for child in named[:LATEST_CHILDREN])
    return [child for child in children if child.id in suspects or _child_due(child, now)]


def _child_due(listing: Listing, now: datetime) -> bool:
    """Never read, claimed to have changed since, or read long ago."""
    if listing.read_at is None or listing.claimed_modified != listing.read_modified:
        return True
    return now - listing.read_at >= CHILD_MAX_AGE


def gap(walk: Walk) -> bool:
    """Whether a finished walk found no overlap with the reading before: something may have been missed between."""
    return walk.listing.read_at is not None and bool(walk.listing.head) and bool(walk.keys) and walk.known == 0


def _known_before(entry: Entry, known: Mapping[str, KnownEntry], listing: Listing) -> bool:
    remembered = known.get(entry.key)
    return remembered is not None and listing.read_at is not None and remembered.first_seen_at <= listing.read_at


def _known_from_here(ahead: Walk) -> bool:
    if ahead.full or ahead.listing.read_at is None:
        return False
    if ahead.pages == 1 and ahead.head_digest == ahead.listing.entries_digest:
        return True
    return bool(ahead.whole_page) and ahead.known >= ahead.whole_page + MORE_KNOWN


def _to_visit(entry: Entry, known: Mapping[str, KnownEntry]) -> bool:
    remembered = known.get(entry.key)
    return remembered is None or remembered.state is EntryState.PENDING


def _renamed(listing: Listing, entries: tuple[Entry, ...], known: Mapping[str, KnownEntry]) -> tuple[str, ...]:
    """Stored entries under another headline than before: the sign of an edit where no date tells of it.

    Only the listing that named an entry first speaks for its headline: another may shorten it.
    """
    return tuple(
        entry.key
        for entry in entries
        if (remembered := known.get(entry.key)) is not None
        and remembered.state is EntryState.STORED
        and remembered.listing_id == listing.id
        and entry.title
        and remembered.entry.title
        and entry.title != remembered.entry.title
    )


def _vanished(listing: Listing, keys: frozenset[str]) -> tuple[str, ...]:
    """Entries of the last first page that are gone from among those that still stand: perhaps deleted.

    What stood below the lowest survivor was only pushed to the next page.
    """
    last = max((place for place, key in enumerate(listing.head) if key in keys), default=-1)
    return tuple(key for key in listing.head[: max(last, 0)] if key not in keys)

"""What reading one page of a listing gives: its entries, where it goes on, and what it names.

Plain values, shared by every reader of this package and by the spiders that fetch for them. A reader
never fetches and never raises on what it is given: what it cannot read is a `problem`.
"""

from dataclasses import dataclass

from storage.records import Entry, ListingKind


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """How to ask for the next page of a listing."""

    url: str
    method: str = "GET"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChildListing:
    """Another listing that this one names: a sitemap of a sitemap index, a page of a newspaper's issue."""

    kind: ListingKind
    url: str
    #: The parent's word for the child's last change (`lastmod`), as written; empty if it has none.
    modified: str = ""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of a listing as it was read."""

    #: In the publisher's order, every key once.
    entries: tuple[Entry, ...]
    #: The following (older) page; None at the end. Never the page itself.
    next: ListingRequest | None
    children: tuple[ChildListing, ...] = ()
    #: A sentence when it could not be read as what it should be; an empty but valid listing has none.
    problem: str = ""
    #: Seconds for which the page itself says that it need not be read again; None if it does not say.
    fresh_s: int | None = None


def unread(problem: str) -> ListingPage:
    """A page that gave nothing, and why."""
    return ListingPage((), None, (), problem)

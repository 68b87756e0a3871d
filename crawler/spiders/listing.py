"""Walk through a source's listings and ask for what they show; the spiders of each kind build on this."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from scrapy import Request

from crawler.extract.decode import decode
from crawler.freshness import fresh_again, fresh_until, still_fresh
from crawler.listings.els import els_request, read_els
from crawler.listings.epaper import read_layout
from crawler.listings.feed import read_feed
from crawler.listings.index import read_index
from crawler.listings.page import ListingPage, ListingRequest
from crawler.listings.sitemap import read_sitemap
from crawler.spiders.base import SourceSpider
from crawler.spiders.polite import conditional
from crawler.urls import host, origin, same_site
from crawler.visits import VisitKind, visit_kind
from crawler.walks import Step, Walk, children_due, gap, step
from storage.intents import EntriesSeen, Intent, ListingRead, ListingsNamed
from storage.records import (
    Capture,
    IssueKind,
    Listing,
    ListingId,
    ListingKind,
    ListingSeed,
    Trouble,
    Validators,
)
from storage.runs import SCHEDULED

#: Keys of a listing's first page that are kept to notice what vanishes from it.
HEAD = 2000
#: Listings that one run reads at most: a sitemap index may name thousands of archives.
MAX_LISTINGS = 2000

_NO_SUCH_PAGE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_KINDS = {kind.value: kind for kind in ListingKind}


@dataclass(frozen=True, slots=True)
class _Claims:
    """What the answer with a listing's first page says of itself."""

    validators: Validators = field(default_factory=Validators)
    fresh_until: datetime | None = None


class ListingSpider(SourceSpider):
    """A source with listings: each is walked, its entries are stored as seen, the due ones are asked for."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.listings_read = 0
        self.listings_unread = 0
        self.doubts = 0
        #: Listings that this run found changed.
        self._changed: set[ListingId] = set()
        #: Until when each listing is fresh that was read, found unchanged or not asked for; None: it does not say.
        self._fresh: list[datetime | None] = []

    # ------------------------------------------------------------------ which listings
    async def walk_all(self) -> AsyncIterator[Request]:
        """Every listing that is due; those that a listing names come after it."""
        self.ensure_listings()
        done: set[int] = set()
        while due := [listing for listing in self._due_listings() if listing.id not in done]:
            for listing in due[:MAX_LISTINGS]:
                done.add(listing.id)
                async for request in self.walk(listing):
                    yield request
            if len(done) >= MAX_LISTINGS:
                self.doubt(IssueKind.WALK_LIMIT, self.source.url, f"it names more than {MAX_LISTINGS} listings")
                return

    def ensure_listings(self) -> None:
        """A source that was declared without listings is its own."""
        kind = _KINDS.get(self.source.kind.value)
        if kind is not None and not self.store.sources.listings(self.source.id):
            self.store.sources.add_listing(self.source.id, ListingSeed(kind=kind, url=self.source.url))

    def _due_listings(self) -> list[Listing]:
        listings = self.store.sources.listings(self.source.id)
        if self.order.full:
            return listings
        children = [each for each in listings if each.parent_id is not None]
        roots = [each for each in listings if each.parent_id is None]
        return roots + children_due(children, self.now(), self._changed)

    # ------------------------------------------------------------------ one walk
    async def walk(self, listing: Listing, answer: Capture | None = None) -> AsyncIterator[Request]:
        """Read a listing page by page until `crawler.walks` says that the rest is known.

        `answer` is the first page, if somebody has fetched it already. What the publisher calls fresh is left alone
        by a run that nobody asked for.
        """
        if answer is None and self._rests(listing):
            self._read_to_the_end(listing, listing.fresh_until)
            return
        self.hosts.add(host(listing.url))
        walk = Walk(listing=listing, began_at=self.now(), full=self.order.full)
        wanted: ListingRequest | None = self.first_request(listing)
        claims = _Claims()
        while wanted is not None:
            first = walk.pages == 0
            held = listing.validators if first and not self.order.full else Validators()
            capture = answer if first and answer is not None else await self.fetch(wanted, held)
            if capture.status == 304 and listing.read_at is not None and conditional(held):
                self._unchanged(walk, capture)
                return
            if capture.status in _NO_SUCH_PAGE and not first:
                break  # a pager that names one page too many: the listing ended with the one before
            page = self.read(capture, listing, walk.pages + 1)
            if page.problem:
                self.unread(capture, page.problem)
                return
            claims = _claims(capture, page) if first else claims
            taken = self._take(walk, page)
            walk = taken.walk
            for request in self._to_ask(taken):
                yield request
            wanted = None if taken.stop else self._next(page, walk)
        self._finish(walk, claims)

    def _rests(self, listing: Listing) -> bool:
        order = self.order
        asked_for = order.requested_by != SCHEDULED or order.full or order.since or order.until
        return not asked_for and listing.read_at is not None and still_fresh(listing.fresh_until, self.now())

    def first_request(self, listing: Listing) -> ListingRequest:
        """What to send for a listing's first page."""
        if listing.kind is ListingKind.ELS:
            return els_request(origin(self.source.url), self.source.rules, 1)
        return ListingRequest(listing.url)

    def read(self, capture: Capture, listing: Listing, number: int) -> ListingPage:
        """What a page of a listing shows; its `problem` is set if it cannot be read."""
        if capture.trouble is not None:
            return ListingPage((), None, problem=capture.detail)
        if visit_kind(capture, None, None) is not VisitKind.RESPONSE:
            return ListingPage((), None, problem=f"it answered {capture.status}")
        page = self._entries_of(capture, listing.kind, number)
        own = tuple(entry for entry in page.entries if listing.kind is ListingKind.ELS or self._own(entry.url))
        return replace(page, entries=own)

    def _entries_of(self, capture: Capture, kind: ListingKind, number: int) -> ListingPage:
        payload, url = capture.payload, capture.final_url
        match kind:
            case ListingKind.FEED:
                return read_feed(payload, url)
            case ListingKind.SITEMAP:
                return read_sitemap(payload, url)
            case ListingKind.ELS:
                return read_els(payload, url, self.source.rules, number, origin(self.source.url))
            case ListingKind.EPAPER:
                return read_layout(decode(payload, capture.header("content-type")).text, url)
            case ListingKind.INDEX:
                html = decode(payload, capture.header("content-type")).text
                return read_index(html, url, hosts=self.source.publisher.hosts)

    def _own(self, url: str) -> bool:
        return same_site(url, self.source.url) or host(url) in self.source.publisher.hosts

    def _take(self, walk: Walk, page: ListingPage) -> Step:
        """Store what a page shows before anything of it is fetched."""
        entries = tuple(entry for entry in page.entries if self.wanted(entry))
        known = self.store.entries.known(self.source.id, [entry.key for entry in entries])
        taken = step(walk, entries, known)
        self.listed += len(page.entries)
        listing = walk.listing
        intents: list[Intent] = [
            EntriesSeen(listing_id=listing.id, entries=entries, seen_at=walk.began_at, revisit=taken.revisit)
        ]
        if page.children:
            children = tuple((child.kind, child.url, child.modified) for child in page.children)
            intents.append(ListingsNamed(parent_id=listing.id, children=children))
        if entries or page.children:
            self.record(*intents)
        elif not page.entries and walk.pages == 0:
            self.doubt(IssueKind.LISTING_EMPTY, listing.url, "it lists nothing that looks like an article")
        return taken

    def _to_ask(self, taken: Step) -> Iterable[Request]:
        keys = [entry.key for entry in taken.visit] + list(taken.revisit)
        return self.requests(self.store.entries.known(self.source.id, keys).values()) if keys else ()

    def _next(self, page: ListingPage, walk: Walk) -> ListingRequest | None:
        limit = self.options.max_pages
        if page.next is None or not limit or walk.pages < limit or self.order.full:
            return page.next
        self.doubt(IssueKind.WALK_LIMIT, walk.listing.url, f"it has more than {limit} pages (QUXUN_MAX_PAGES)")
        return None

    # ------------------------------------------------------------------ its end
    @property
    def fresh_until(self) -> datetime | None:
        partly = self.order.since is not None or self.order.until is not None
        said = [until for until in self._fresh if until is not None]
        return min(said) if said and len(said) == len(self._fresh) and not partly else None

    def _read_to_the_end(self, listing: Listing, fresh: datetime | None) -> None:
        """Count a listing as read. How long one day's issue of a newspaper is fresh says nothing of the next."""
        self.listings_read += 1
        self._fresh.append(None if listing.kind is ListingKind.EPAPER else fresh)

    def _unchanged(self, walk: Walk, capture: Capture) -> None:
        listing = walk.listing
        fresh = fresh_again(capture, _stated_before(walk, capture))
        self._read_to_the_end(listing, fresh)
        newer = validators_of(capture)  # a 304 may carry newer ones (RFC 9111 §4.3.4)
        self.record(
            ListingRead(
                listing_id=listing.id,
                read_at=walk.began_at,
                validators=Validators(
                    etag=newer.etag or listing.validators.etag,
                    last_modified=newer.last_modified or listing.validators.last_modified,
                ),
                entries_digest=listing.entries_digest,
                head=listing.head,
                read_modified=listing.claimed_modified,
                fresh_until=fresh,
            )
        )

    def _finish(self, walk: Walk, claims: _Claims) -> None:
        listing = walk.listing
        self._changed.add(listing.id)
        self._read_to_the_end(listing, claims.fresh_until)
        if gap(walk):
            self.doubt(IssueKind.GAP, listing.url, "nothing on it was there at the last reading: items may be missing")
        if self.order.since or self.order.until:
            return  # only some days were looked at: the next run must not take the rest for known
        self.record(
            ListingRead(
                listing_id=listing.id,
                read_at=walk.began_at,
                validators=claims.validators,
                entries_digest=walk.head_digest,
                head=walk.head[:HEAD],
                read_modified=listing.claimed_modified,
                fresh_until=claims.fresh_until,
            )
        )

    def unread(self, capture: Capture, problem: str) -> None:
        """Keep that a listing could not be read, under the kind of its trouble, unless it is we who gave up."""
        if self.ending:
            return
        self.listings_unread += 1
        self._fresh.append(None)
        asked = self.wait_asked(capture)
        kind = IssueKind.ASKED_TO_WAIT if asked else _ISSUES.get(capture.trouble, IssueKind.LISTING_UNREAD)
        self.ingest.issue(kind, capture.url, asked or problem)
        self.note_trouble(capture, problem)

    def doubt(self, kind: IssueKind, url: str, detail: str) -> None:
        """Keep something about a listing that may hide missed items."""
        self.doubts += 1
        self.ingest.issue(kind, url, detail)

    @property
    def zone(self) -> ZoneInfo:
        """The district's zone."""
        return ZoneInfo(self.timezone)


_ISSUES = {
    Trouble.UNREACHABLE: IssueKind.UNREACHABLE,
    Trouble.TIMEOUT: IssueKind.UNREACHABLE,
    Trouble.TLS: IssueKind.UNREACHABLE,
    Trouble.DISALLOWED: IssueKind.ROBOTS,
    Trouble.TOO_MANY_REQUESTS: IssueKind.ASKED_TO_WAIT,
    None: IssueKind.LISTING_UNREAD,
}


def _claims(capture: Capture, page: ListingPage) -> _Claims:
    return _Claims(validators_of(capture), fresh_until(capture, page.fresh_s))


def _stated_before(walk: Walk, capture: Capture) -> timedelta | None:
    """For how long from now the listing would be fresh, had it been read now as when it was last read."""
    listing = walk.listing
    if listing.fresh_until is None or listing.read_at is None:
        return None
    return listing.fresh_until - listing.read_at - (capture.captured_at - walk.began_at)


def validators_of(capture: Capture) -> Validators:
    """What the next conditional request for the same URL carries."""
    return Validators(etag=capture.header("etag"), last_modified=capture.header("last-modified"))

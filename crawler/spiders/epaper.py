"""A digital newspaper: issues by day, layout pages of an issue, articles of a page."""

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from http import HTTPStatus

from scrapy import Request

from crawler.listings.epaper import issue_url
from crawler.listings.page import ListingRequest
from crawler.spiders.listing import ListingSpider
from crawler.urls import absolute
from storage.records import Capture, IssueKind, Listing, ListingKind, ListingSeed, SourceKind

#: An issue may grow on its own day and the next; older ones are read once.
_GROWS = timedelta(days=1)


class EpaperSpider(ListingSpider):
    """`scrapy crawl epaper -a source=KEY`"""

    name = "epaper"
    kinds = (SourceKind.EPAPER,)

    async def walk_all(self) -> AsyncIterator[Request]:
        """The issues of the last days, or of the order's days, newest first. A day without an issue is no error."""
        known = {listing.url: listing for listing in self.store.sources.listings(self.source.id)}
        today = self.now().astimezone(self.zone).date()
        found = False
        for day in self._days(today):
            listing = next((known[url] for url in self._names(day) if url in known), None)
            if listing is None:
                listing, capture = await self._find(day)
                if self.listings_unread:
                    return  # the site cannot be reached: the other days would only say so again
            elif listing.read_at is None or today - day <= _GROWS or self.order.full:
                capture = None
            else:
                found = True
                continue
            if listing is not None:
                found = True
                async for request in self._issue(listing, capture):
                    yield request
        if not found and not self.listings_unread:
            self.doubt(IssueKind.LISTING_EMPTY, self.source.url, "no issue of the paper was found on any of the days")

    async def _issue(self, first: Listing, capture: Capture | None) -> AsyncIterator[Request]:
        """An issue's first page, then those of its other pages that are due."""
        async for request in self.walk(first, capture):
            yield request
        for listing in self.store.sources.listings(self.source.id):
            if listing.parent_id == first.id and (self.order.full or listing.read_at is None):
                async for request in self.walk(listing):
                    yield request

    def _days(self, today: date) -> Iterator[date]:
        since = self.order.since.astimezone(self.zone).date() if self.order.since else None
        last = min(self.order.until.astimezone(self.zone).date(), today) if self.order.until else today
        first = since or last - timedelta(days=max(self.source.rules.days, 1) - 1)
        for back in range((last - first).days + 1):
            yield last - timedelta(days=back)

    def _names(self, day: date) -> list[str]:
        """The URLs that the first page of a day's issue may have."""
        first = issue_url(self.source.rules.layout, day)
        others = [absolute(first, name) for name in self.source.rules.first_pages]
        return list(dict.fromkeys([first, *(url for url in others if url)]))

    async def _find(self, day: date) -> tuple[Listing | None, Capture | None]:
        """The first page of a day's issue, stored as a listing, with what it answered; None if there is no issue."""
        for url in self._names(day):
            capture = await self.fetch(ListingRequest(url))
            if capture.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                continue
            if capture.trouble is not None:
                self.unread(capture, capture.detail)
                return None, None
            seed = ListingSeed(kind=ListingKind.EPAPER, url=url)
            return self.store.sources.add_listing(self.source.id, seed), capture
        self.listings_read += 1  # the answer was understood: no issue on that day
        return None, None

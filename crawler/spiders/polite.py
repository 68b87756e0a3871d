"""What every spider of ours needs to go out politely: a store for robots.txt, a gate, and one way to fetch."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.gate import HostGate
from crawler.listings.page import ListingRequest
from crawler.options import RunOptions
from crawler.spiders.blocked import BlockWatch
from crawler.troubles import trouble_of
from storage.records import Capture, Validators
from storage.store import Store

#: Header fields that are kept; a server may send any number.
MAX_FIELDS = 100
#: Before articles: a listing that waits behind them holds up everything it would name.
_LISTING_PRIORITY = 100


class PoliteSpider(Spider):
    """A spider with a gate and a store; the middlewares count on both."""

    def __init__(self, *, options: RunOptions, store: Store, gate: HostGate) -> None:
        super().__init__(type(self).name)
        self.options, self.store, self.gate = options, store, gate
        self.blocked = BlockWatch()

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    def stop(self, reason: str) -> None:
        """Take up nothing new and end the run."""
        engine = self.crawler.engine
        if engine is not None and engine.spider is not None:
            closing = engine.close_spider_async(reason=reason)
            self._closing: asyncio.Task[None] = asyncio.get_running_loop().create_task(closing)

    @property
    def ending(self) -> bool:
        """Whether Scrapy only waits for what is in flight before it closes us; it has no public word for that."""
        engine = self.crawler.engine
        slot = engine._slot if engine is not None else None
        return slot is not None and slot.closing is not None

    def watch(self, capture: Capture) -> None:
        """Leave a site that turns us away again and again: a site that blocks us is an Issue, not a challenge."""
        if self.blocked.turned_away(capture):
            self.turned_away(capture)
            self.stop("blocked")

    def turned_away(self, capture: Capture) -> None:
        """Called once, when the site has turned us away for good."""

    async def fetch(self, wanted: ListingRequest, validators: Validators | None = None) -> Capture:
        """Fetch one page now, conditionally if validators are given; a failure is a capture with its trouble."""
        request = Request(
            wanted.url,
            method=wanted.method,
            body=wanted.body,
            headers={**dict(wanted.headers), **conditional(validators or Validators())},
            priority=_LISTING_PRIORITY,
            dont_filter=True,
        )
        engine = self.crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - the edge of a request: every failure is a capture
            return failed_capture(wanted.url, error, self.now())
        capture = capture_of(response, wanted.url, self.now())
        self.watch(capture)
        return capture


def conditional(validators: Validators) -> Mapping[str, str]:
    """The header fields of a conditional request (RFC 9110 §13.1)."""
    fields = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in fields.items() if value}


def capture_of(response: Response, url: str, now: datetime) -> Capture:
    """A Scrapy response as a capture."""
    fields = ((name, value) for name, values in response.headers.items() for value in values)
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in islice(fields, MAX_FIELDS)
    )
    return Capture(
        url=url,
        final_url=response.url,
        captured_at=now,
        status=response.status,
        headers=headers,
        payload=response.body,
    )


def failed_capture(url: str, error: BaseException, now: datetime) -> Capture:
    """A request that ended without an answer, as a capture."""
    trouble, sentence = trouble_of(error)
    return Capture(url=url, final_url=url, captured_at=now, status=0, trouble=trouble, detail=sentence)

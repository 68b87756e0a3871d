"""The download handler: every request passes the host gate, every answer is decoded strictly and counted."""

import ipaddress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.capture import Undecodable, decode_content
from crawler.counts import BYTES, REQUESTS
from crawler.gate import HostGate
from crawler.options import RunOptions
from crawler.patience import hold_s
from crawler.resolver import PRIVATE_NAMES, is_private
from crawler.troubles import NotFetched
from crawler.urls import host
from storage.records import Trouble


class PoliteHandler(HTTP11DownloadHandler):
    """HTTP/1.1 through the host gate. The gate is the spider's, so that http and https share it."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        options: RunOptions = crawler.settings["QUXUN_OPTIONS"]
        self._allow_private = options.manners.allow_private
        self._gate = gate_of(crawler)

    async def download_request(self, request: Request) -> Response:
        self._refuse_private(request)
        async with self._gate.passage(host(request.url)):
            self.crawler.stats.inc_value(REQUESTS)
            response = await self._download(request)
            self._keep_wait(request, response)
        self.crawler.stats.inc_value(BYTES, _wire_size(response))
        return _decoded(response)

    async def _download(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except CannotResolveHostError as error:
            name = _name(request)
            if name in PRIVATE_NAMES:
                raise _private(f"{name} leads to {PRIVATE_NAMES[name]},") from error
            raise

    def _keep_wait(self, request: Request, response: Response) -> None:
        """Hold the host as it asks, before the next request takes the place of this one."""
        seconds = asked_hold_s(response)
        if seconds is not None:
            self._gate.hold(host(request.url), seconds)

    def _refuse_private(self, request: Request) -> None:
        """Refuse an address that is written into the URL; names are checked where they are resolved."""
        name = _name(request)
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return
        if is_private(address) and not self._allow_private:
            raise _private(f"{name} is")


def _name(request: Request) -> str:
    return (urlsplit(request.url).hostname or "").strip("[]")


def _private(what: str) -> NotFetched:
    return NotFetched(Trouble.PRIVATE_ADDRESS, f"{what} a private address (QUXUN_ALLOW_PRIVATE=1 allows it)")


def gate_of(crawler: Crawler) -> HostGate:
    """The spider's gate. One that is not ours, such as that of `scrapy shell`, is given a gate for all it asks for."""
    spider: Any = crawler.spider
    if not hasattr(spider, "gate"):
        options: RunOptions = crawler.settings["QUXUN_OPTIONS"]
        manners = options.manners
        spider.gate = HostGate(options.home / "locks", manners.delay_s, manners.per_host)
    gate: HostGate = spider.gate
    return gate


def asked_hold_s(response: Response) -> float | None:
    """Seconds for which a response asks that its host be left alone; None if it does not."""
    field = (response.headers.get("Retry-After") or b"").decode("latin-1")
    return hold_s(response.status, field, datetime.now(UTC))


def _wire_size(response: Response) -> int:
    fields = sum(len(key) + len(value) + 4 for key, values in response.headers.items() for value in values)
    return len(response.body) + fields + 17  # the status line


def _decoded(response: Response) -> Response:
    codings = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
    if not codings:
        return response
    try:
        body = decode_content(response.body, codings.split(","))
    except Undecodable as error:
        raise NotFetched(error.trouble, error.detail) from error
    headers = Headers(response.headers)
    headers.pop("Content-Encoding", None)
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    return response.replace(body=body, headers=headers, cls=kind)

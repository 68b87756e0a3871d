"""The download handler: every request passes the host gate, every answer is decoded strictly and counted."""

import ipaddress
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.capture import Undecodable, decode_content
from crawler.counts import BYTES, REQUESTS
from crawler.gate import HostGate
from crawler.options import RunOptions
from crawler.resolver import is_private
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
        spider_gate = getattr(crawler.spider, "gate", None)
        manners = options.manners
        self._gate = spider_gate or HostGate(options.home / "locks", manners.delay_s, manners.per_host)

    async def download_request(self, request: Request) -> Response:
        self._refuse_private(request)
        async with self._gate.passage(host(request.url)):
            self.crawler.stats.inc_value(REQUESTS)
            response = await super().download_request(request)
        self.crawler.stats.inc_value(BYTES, _wire_size(response))
        return _decoded(response)

    def _refuse_private(self, request: Request) -> None:
        """Refuse an address that is written into the URL; names are checked where they are resolved."""
        name = (urlsplit(request.url).hostname or "").strip("[]")
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return
        if is_private(address) and not self._allow_private:
            raise NotFetched(Trouble.PRIVATE_ADDRESS, f"{name} is a private address (QUXUN_ALLOW_PRIVATE=1 allows it)")


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

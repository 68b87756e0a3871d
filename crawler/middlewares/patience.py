"""Try again what may be better in a moment, and keep the waits that servers ask for.

A request that failed goes to the back of the queue and is tried twice more; what still fails is settled
by `decide` and waits for a later run. Retry-After holds the whole host (RFC 9110 §10.2.3).
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawler.gate import LONGEST_HOLD_S
from crawler.handlers import gate_of
from crawler.patience import retry_after
from crawler.troubles import trouble_of
from crawler.urls import host
from storage.records import Trouble

#: Tries after the first.
RETRIES = 2
#: Held after a 429 that does not say how long.
_UNSAID_HOLD_S = 10.0

_SLOW_DOWN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_PASSING = (*_SLOW_DOWN, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
#: Troubles that a second try may not meet; a timeout is not tried again, or three slow pages cost a minute.
_PASSING_TROUBLES = (Trouble.UNREACHABLE, Trouble.CUT_SHORT)


class PatienceMiddleware:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in _PASSING:
            return response
        if response.status in _SLOW_DOWN and not self._held(request, response):
            return response
        return self._again(request, f"HTTP {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        trouble, sentence = trouble_of(exception)
        if trouble not in _PASSING_TROUBLES:
            return None
        return self._again(request, sentence)

    def _held(self, request: Request, response: Response) -> bool:
        """Hold the host as it asks; False if it asks for more patience than a run has."""
        now = datetime.now(UTC)
        field = (response.headers.get("Retry-After") or b"").decode("latin-1")
        until = retry_after(field, now)
        if until is None and response.status != HTTPStatus.TOO_MANY_REQUESTS:
            return True
        seconds = _UNSAID_HOLD_S if until is None else (until - now).total_seconds()
        gate_of(self._crawler).hold(host(request.url), seconds)
        return seconds <= LONGEST_HOLD_S

    def _again(self, request: Request, reason: str) -> Request | None:
        spider = self._crawler.spider
        assert isinstance(spider, Spider)
        times = int(request.meta.get("max_retry_times", RETRIES))
        return get_retry_request(request, spider=spider, reason=reason, max_retry_times=times)

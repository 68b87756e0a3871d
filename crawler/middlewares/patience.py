"""Try again what may be better in a moment, and keep the waits that servers ask for.

A request that failed goes to the back of the queue and is tried twice more; what still fails is settled
by `decide` and waits for a later run. Retry-After holds the whole host (RFC 9110 §10.2.3), from the moment its answer
is there.
"""

from http import HTTPStatus
from typing import Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawler.gate import LONGEST_HOLD_S
from crawler.handlers import asked_hold_s
from crawler.patience import SLOW_DOWN
from crawler.troubles import trouble_of
from storage.records import Trouble

#: Tries after the first.
RETRIES = 2
_PASSING = (*SLOW_DOWN, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
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
        # The handler has held the host for so long.
        if (asked_hold_s(response) or 0.0) > LONGEST_HOLD_S:
            return response
        return self._again(request, f"HTTP {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        trouble, sentence = trouble_of(exception)
        if trouble not in _PASSING_TROUBLES:
            return None
        return self._again(request, sentence)

    def _again(self, request: Request, reason: str) -> Request | None:
        spider = self._crawler.spider
        assert isinstance(spider, Spider)
        times = int(request.meta.get("max_retry_times", RETRIES))
        return get_retry_request(request, spider=spider, reason=reason, max_retry_times=times)

"""Ask robots.txt before every request, closed on error; the files are kept in the database for a day.

A spider without a store, such as that of `scrapy shell`, obeys all the same and remembers for as long as it lives.
Scrapy's own middleware lets everything through when robots.txt cannot be had, and asks for it anew in
every process.
"""

import asyncio
from datetime import UTC, datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from crawler.handlers import gate_of
from crawler.robots import MAX_BYTES, Permissions, fresh, read_robots
from crawler.troubles import NotFetched, trouble_of
from crawler.urls import host, origin
from storage.records import RobotsFile, Trouble

#: So that robots.txt goes before everything that waits for it.
_PRIORITY = 1000
#: Key in `Request.meta` of a request that is not asked about: robots.txt itself.
EXEMPT = "quxun_robots_exempt"


class RobotsMiddleware:
    """Raises `NotFetched` for what robots.txt forbids, and for everything of a site whose file cannot be had."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._answers: dict[str, asyncio.Future[tuple[Permissions, Trouble]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get(EXEMPT) or not request.url.startswith("http"):
            return
        permissions, trouble = await self._permissions(request.url)
        if not permissions.allowed(request.url):
            closed = permissions.rules is None
            raise NotFetched(trouble, permissions.reason or "robots.txt forbids it", site_wide=closed)

    async def _permissions(self, url: str) -> tuple[Permissions, Trouble]:
        site = origin(url)
        if site not in self._answers:
            self._answers[site] = asyncio.ensure_future(self._read(site))
        return await asyncio.shield(self._answers[site])

    async def _read(self, site: str) -> tuple[Permissions, Trouble]:
        store = getattr(self._crawler.spider, "store", None)
        now = datetime.now(UTC)
        file = store.robots.get(site) if store else None
        trouble, said = Trouble.DISALLOWED, ""
        if file is None or not fresh(file, now):
            file, trouble, said = await self._fetch(site, now)
            if store and file.status:
                store.robots.put(file)
        permissions = read_robots(file)
        if said:
            permissions = Permissions(None, allow_all=False, delay_s=0.0, sitemaps=(), reason=said)
        if permissions.delay_s:
            gate_of(self._crawler).slow_down(host(site), permissions.delay_s)
        return permissions, trouble

    async def _fetch(self, site: str, now: datetime) -> tuple[RobotsFile, Trouble, str]:
        """The file as it is now; without an answer, status 0 with the trouble and a sentence."""
        request = Request(
            f"{site}/robots.txt",
            priority=_PRIORITY,
            meta={EXEMPT: True, "max_retry_times": 1},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        engine = self._crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - the edge of a request: whatever it was, the site is closed
            trouble, said = trouble_of(error)
            return RobotsFile(origin=site, status=0, body=b"", fetched_at=now), trouble, said
        file = RobotsFile(origin=site, status=response.status, body=response.body[:MAX_BYTES], fetched_at=now)
        return file, Trouble.DISALLOWED, ""

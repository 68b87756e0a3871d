"""The item pipeline: every Visit a spider yields goes through Ingest; what waits is written once a second.

A spider that is not ours, such as that of `scrapy shell`, has nothing to write and is let alone.
"""

import asyncio
from typing import TYPE_CHECKING, Any, Self

from scrapy.crawler import Crawler

from crawler.ingest import Visit
from storage.errors import QuxunError

if TYPE_CHECKING:
    from crawler.spiders.base import SourceSpider

FLUSH_S = 1.0


class IngestPipeline:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._ticker: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open_spider(self) -> None:
        if self._ours:
            self._ticker = asyncio.get_running_loop().create_task(self._tick())

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Visit) and self._spider.fatal is None:
            self._spider.guarded(lambda: self._take(item))
        return item

    def _take(self, visit: Visit) -> None:
        try:
            self._spider.ingest.take(visit)
        except QuxunError:
            raise
        except Exception as error:  # the edge of an item: one page must not end the run
            self._spider.logger.exception("reading %s broke", visit.capture.url)
            self._spider.ingest.broke(visit, error)

    def close_spider(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
        if self._ours:
            self._spider.guarded(self._spider.save)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            if self._spider.fatal is None:  # or each try would wait as long as the first
                self._spider.guarded(self._spider.save)
                self._spider.guarded(self._spider.gate.demand_hosts)
            if self._spider.ending:
                self._spider.gate.shut()

    @property
    def _ours(self) -> bool:
        from crawler.spiders.base import SourceSpider

        return isinstance(self._crawler.spider, SourceSpider)

    @property
    def _spider(self) -> "SourceSpider":
        from crawler.spiders.base import SourceSpider

        spider = self._crawler.spider
        assert isinstance(spider, SourceSpider)
        return spider

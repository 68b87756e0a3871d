"""The item pipeline: every Visit a spider yields goes through Ingest; what waits is written once a second."""

import asyncio
from typing import TYPE_CHECKING, Any, Self

from scrapy.crawler import Crawler

from crawler.ingest import Visit

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
        self._ticker = asyncio.get_running_loop().create_task(self._tick())

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Visit):
            self._spider.guarded(lambda: self._spider.ingest.take(item))
        return item

    def close_spider(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
        self._spider.guarded(self._spider.save)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            self._spider.guarded(self._spider.save)

    @property
    def _spider(self) -> "SourceSpider":
        from crawler.spiders.base import SourceSpider

        spider = self._crawler.spider
        assert isinstance(spider, SourceSpider)
        return spider

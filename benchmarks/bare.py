"""Bare Scrapy on the same sites: sitemaps, then every page, nothing done with it. What ours is a share of."""

import sys
import time
from collections.abc import Iterator
from typing import Any

from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.spiders import SitemapSpider


class Bare(SitemapSpider):
    """Fetches and counts."""

    name = "bare"
    pages = 0

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Any]:
        type(self).pages += 1
        yield from ()


def main(sites: list[str], per_host: int) -> None:
    """Print pages and seconds."""
    settings = {
        "CONCURRENT_REQUESTS": per_host * len(sites),
        "CONCURRENT_REQUESTS_PER_DOMAIN": per_host,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "ERROR",
    }
    process = CrawlerProcess(settings)
    process.crawl(Bare, sitemap_urls=[f"{site}/sitemap.xml" for site in sites])
    began = time.monotonic()
    process.start()
    print(Bare.pages, time.monotonic() - began)


if __name__ == "__main__":
    main(sys.argv[2:], int(sys.argv[1]))

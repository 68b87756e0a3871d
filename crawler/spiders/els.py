"""A government portal on the els-service platform: its lists are JSON, its list pages hold nothing."""

from crawler.spiders.listing import ListingSpider
from storage.records import SourceKind


class ElsSpider(ListingSpider):
    """`scrapy crawl els -a source=KEY`"""

    name = "els"
    kinds = (SourceKind.ELS,)

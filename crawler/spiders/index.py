"""A source that is a column: HTML pages that list articles, read without a selector."""

from crawler.spiders.listing import ListingSpider
from storage.records import SourceKind


class IndexSpider(ListingSpider):
    """`scrapy crawl index -a source=KEY`"""

    name = "index"
    kinds = (SourceKind.INDEX,)

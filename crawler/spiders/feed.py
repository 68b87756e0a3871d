"""A source that is one feed: RSS, Atom or JSON Feed."""

from crawler.spiders.listing import ListingSpider
from storage.records import SourceKind


class FeedSpider(ListingSpider):
    """`scrapy crawl feed -a source=KEY`"""

    name = "feed"
    kinds = (SourceKind.FEED,)

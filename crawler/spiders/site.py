"""A source with listings of several kinds, as `sources add` finds them: a sitemap and columns, say."""

from crawler.spiders.listing import ListingSpider
from storage.records import SourceKind


class SiteSpider(ListingSpider):
    """`scrapy crawl site -a source=KEY`"""

    name = "site"
    kinds = (SourceKind.SITE,)

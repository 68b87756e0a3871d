"""A source that is a sitemap, or an index of sitemaps, of which only those that claim a change are read."""

from crawler.spiders.listing import ListingSpider
from storage.records import SourceKind


class SitemapSpider(ListingSpider):
    """`scrapy crawl sitemap -a source=KEY`"""

    name = "sitemap"
    kinds = (SourceKind.SITEMAP,)

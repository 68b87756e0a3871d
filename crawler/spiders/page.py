"""Single URLs: `quxun crawl --url URL`. There is no listing; what was asked for once is asked for again when due."""

from crawler.spiders.base import SourceSpider
from storage.records import SourceKind


class PageSpider(SourceSpider):
    """`scrapy crawl page -a source=KEY`"""

    name = "page"
    kinds = (SourceKind.PAGE,)

"""The city's news site: feeds, a sitemap, JSON-LD and og tags; every page carries lists of other stories.

Traps of its kind: RSS adds `utm_source` to the links, the home page adds `#pinglun`, the feeds hold 30 items
only, and the hot list on the side changes without any story changing (`District.advertise`).
"""

import json
import re
from datetime import datetime

from demo.feeds import atom, rss, summary, urlset
from demo.markup import anchor, chunks, day, element, esc, items, metas, minute, paragraphs, w3c
from demo.model import Article, Column, Listing, Page, Request
from demo.pages import SitePages
from demo.stories import Byline, Desk

NAME = "东岳新闻网"
COLUMNS = (
    Column(slug="yw", name="要闻"),
    Column(slug="ms", name="民生"),
    Column(slug="jj", name="经济"),
    Column(slug="wt", name="文体"),
)
FIRST_NUMBER = 810201
PAGE_SIZE = 15
FEED_ITEMS = 30
LIST = re.compile(r"/(\w+)/(?:index(?:_(\d+))?\.html)?")
ARTICLE = re.compile(r"/\w+/\d{4}/\d{4}/(\d+)\.html")
#: Every third link of the home page leads to the comments under the story.
COMMENTS_EVERY = 3


class MediaPages(SitePages):
    name = NAME
    columns = COLUMNS
    first_number = FIRST_NUMBER
    desk = Desk(bylines=(Byline.LEAD, Byline.LEAD, Byline.TAIL), dateline="东岳新闻网{day}讯")

    def path(self, number: int, column: str, at: datetime) -> str:
        return f"/{column}/{at:%Y}/{at:%m%d}/{number}.html"

    def list_path(self, column: str) -> str:
        return f"/{column}/"

    def listings(self) -> tuple[Listing, ...]:
        base = self.site.base
        return (
            Listing(kind="feed", url=f"{base}/rss.xml"),
            Listing(kind="feed", url=f"{base}/atom.xml"),
            Listing(kind="sitemap", url=f"{base}/sitemap.xml"),
            *(Listing(kind="index", url=base + self.list_path(c.slug)) for c in COLUMNS),
        )

    def rules(self) -> tuple[str, ...]:
        return ("Crawl-delay: 0", "", f"Sitemap: {self.site.base}/sitemap.xml")

    def route(self, request: Request) -> Page | None:
        path, at = request.path, self.site.changed_at()
        newest = self.site.newest()
        match path:
            case "/" | "/index.html":
                return self._home()
            case "/rss.xml":
                feed = rss(self.site, newest[:FEED_ITEMS], tracking="utm_source=rss")
                return self.page(feed.encode(), "application/rss+xml; charset=utf-8", at)
            case "/atom.xml":
                feed = atom(self.site, newest[:FEED_ITEMS], path)
                return self.page(feed.encode(), "application/atom+xml; charset=utf-8", at)
            case "/sitemap.xml":
                return self.page(urlset(self.site, newest).encode(), "application/xml", at)
        if found := ARTICLE.fullmatch(path):
            article = self.site.articles.get(int(found[1]))
            return self._article(article) if article and article.path == path else None
        if (found := LIST.fullmatch(path)) and found[1] in _SLUGS:
            return self._list(found[1], int(found[2] or 1))
        return None

    # -------------------------------------------------------------- lists
    def _home(self) -> Page:
        head = (
            '<link rel="alternate" type="application/rss+xml" title="RSS" href="/rss.xml">\n'
            '<link rel="alternate" type="application/atom+xml" title="Atom" href="/atom.xml">\n'
            + metas([("og:type", "website"), ("og:title", NAME)], "property")
        )
        blocks = []
        for column in COLUMNS:
            rows = "\n".join(
                f"<li>{anchor(a.link, '' if n % COMMENTS_EVERY else a.path + '#pinglun')}</li>"
                for n, a in enumerate(self.site.newest(column.slug)[:9])
            )
            name = f'<h3><a href="{self.list_path(column.slug)}">{column.name}</a></h3>'
            blocks.append(f'<section class="blk">{name}<ul class="list">\n{rows}\n</ul></section>')
        return self.html(self.frame(NAME, "\n".join(blocks), head=head, side=self.aside()), self.site.changed_at())

    def _list(self, slug: str, page: int) -> Page | None:
        pages = chunks(self.site.newest(slug), PAGE_SIZE)
        if not 1 <= page <= len(pages):
            return None
        rows = "\n".join(
            f'<li><div class="text"><h3>{anchor(a.link)}</h3><p>{esc(summary(a))}</p>'
            f"<label>{day(a.published_at)}</label></div></li>"
            for a in pages[page - 1]
        )
        stem = f"/{slug}/index"
        names = [f"/{slug}/", *(f"{stem}_{n}.html" for n in range(2, len(pages) + 1))]
        numbers = " ".join(f'<a href="{name}">{n}</a>' for n, name in enumerate(names, 1))
        following = f' <a href="{names[page]}" rel="next">下一页</a>' if page < len(pages) else ""
        column = self.site.column(slug)
        main = f'<h2>{column.name}</h2><ul class="list">\n{rows}\n</ul><div id="flip">{numbers}{following}</div>'
        text = self.frame(f"{column.name}_{NAME}", main, side=self.aside())
        return self.html(text, self.site.changed_at(slug))

    # -------------------------------------------------------------- articles
    def _article(self, article: Article) -> Page:
        story = article.story
        at = article.published_at
        above, below = element("p", story.kicker, "pre"), element("p", story.subtitle, "sub")
        main = (
            f'{self.crumbs(article)}\n<article>{above}<h1 id="title">{esc(story.title)}</h1>{below}\n'
            f'<div class="meta"><time datetime="{w3c(at)}">{minute(at)}</time> '
            f"<span>来源：{esc(article.credit)}</span></div>\n"
            f'<div class="article-body">\n{paragraphs(story.paragraphs)}\n</div>\n'
            f'<p class="edit">（责任编辑：{esc(story.editor)}）</p></article>\n{self.tools(article)}\n'
            f'<div class="related"><h3>相关新闻</h3><ul>\n{items(article.related)}\n</ul></div>\n'
            '<div id="pinglun"><h3>网友评论</h3><p>文明上网，理性发言。登录后可以评论。</p></div>'
        )
        title = f"{story.title}-{self.site.column(article.column).name}-{NAME}"
        text = self.frame(title, main, head=self._article_head(article), side=self.aside())
        return self.html(text, self.site.shown_at(article))

    def _article_head(self, article: Article) -> str:
        url = self.site.base + article.path
        published, modified = w3c(article.published_at), w3c(article.modified_at)
        facts = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.story.title,
            "datePublished": published,
            "dateModified": modified,
            "mainEntityOfPage": url,
            "author": [{"@type": "Person", "name": name} for name in article.story.reporters],
            "publisher": {"@type": "Organization", "name": NAME},
        }
        pairs = [
            ("og:type", "article"),
            ("og:title", article.story.title),
            ("og:url", url),
            ("og:site_name", NAME),
            ("og:description", summary(article)),
            ("article:published_time", published),
            ("article:modified_time", modified),
        ]
        linked = json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")
        return (
            f'<link rel="canonical" href="{url}">\n{metas(pairs, "property")}\n'
            f'<script type="application/ld+json">{linked}</script>'
        )


_SLUGS = frozenset(column.slug for column in COLUMNS)

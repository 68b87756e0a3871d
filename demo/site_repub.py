"""A republisher: query-string addresses, a counter that makes every answer another, no validators, half-width marks.

Most of what it carries was taken from the other sites (`Article.copied_from`): some word for word, some with
`本文转自` and an editor's line around it, some under another headline, some cut. Lists and RSS write the
parameters of an address in different orders.
"""

from collections import Counter
from datetime import datetime
from random import Random

from demo.feeds import rss
from demo.markup import anchor, chunks, esc, items, paragraphs
from demo.model import SHANGHAI, Article, Column, Listing, Page, Request, Site
from demo.pages import SitePages
from demo.stories import Byline, Desk

NAME = "东岳资讯汇"
COLUMNS = (
    Column(slug="1", name="本地"),
    Column(slug="2", name="财经"),
    Column(slug="3", name="生活"),
)
FIRST_NUMBER = 70301
PAGE_SIZE = 12
FEED_ITEMS = 30
#: Where the counters start, so that they look like counters.
VISITS = 1000


class RepubPages(SitePages):
    name = NAME
    columns = COLUMNS
    first_number = FIRST_NUMBER
    etags = False
    dated = False
    desk = Desk(bylines=(Byline.NONE,))

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._visits: Counter[str] = Counter()

    def path(self, number: int, column: str, at: datetime) -> str:
        return f"/newsshow.php?cid={column}&id={number}"

    def list_path(self, column: str) -> str:
        return f"/newslist.php?cid={column}"

    def listings(self) -> tuple[Listing, ...]:
        base = self.site.base
        lists = [Listing(kind="index", url=base + self.list_path(c.slug)) for c in COLUMNS]
        return (Listing(kind="feed", url=f"{base}/rss.php"), *lists)

    def credit(self, rng: Random) -> str:
        return NAME

    def route(self, request: Request) -> Page | None:
        query = request.query
        match request.path:
            case "/" | "/index.php":
                return self._home()
            case "/rss.php":
                feed = rss(self.site, self.site.newest()[:FEED_ITEMS])
                return self.page(feed.encode(), "text/xml; charset=utf-8", None)
            case "/newslist.php":
                return self._list(query.get("cid", ""), query.get("page", "1"))
            case "/newsshow.php":
                number = query.get("id", "")
                article = self.site.articles.get(int(number)) if number.isdecimal() else None
                return self._article(article) if article and article.column == query.get("cid") else None
        return None

    def _counted(self, name: str) -> str:
        """One more visit of a page, as the page shows it."""
        self._visits[name] += 1
        return str(VISITS + self._visits[name])

    def _home(self) -> Page:
        blocks = "\n".join(
            f'<h3><a href="{self.list_path(c.slug)}">{c.name}</a></h3><ul>\n'
            f"{items(a.link for a in self.site.newest(c.slug)[:8])}\n</ul>"
            for c in COLUMNS
        )
        main = f"{blocks}\n<p>您是第{self._counted('home')}位访客</p>"
        head = '<link rel="alternate" type="application/rss+xml" href="/rss.php">'
        return self.html(self.frame(NAME, main, head=head, side=self.aside()), None, lasting=False)

    def _list(self, slug: str, page: str) -> Page | None:
        pages = chunks(self.site.newest(slug), PAGE_SIZE) if slug in _SLUGS else []
        number = int(page) if page.isdecimal() else 0
        if not 1 <= number <= len(pages):
            return None
        rows = "\n".join(
            # The list puts the id first, the feed the column: one article, two spellings of its address.
            f"<li>{anchor(a.link, f'/newsshow.php?id={a.number}&cid={slug}')} {a.published_at:%m-%d %H:%M}</li>"
            for a in pages[number - 1]
        )
        following = ""
        if number < len(pages):
            following = f'<a href="/newslist.php?cid={slug}&amp;page={number + 1}">下一页</a>'
        name = self.site.column(slug).name
        main = (
            f'<h2>{name}</h2><ul class="list">\n{rows}\n</ul><div class="pages">{number}/{len(pages)} {following}</div>'
            f"<p>本频道访问{self._counted(slug)}次</p>"
        )
        return self.html(self.frame(f"{name}-{NAME}", main, side=self.aside()), None, lasting=False)

    def _article(self, article: Article) -> Page:
        story = article.story
        local = article.published_at.astimezone(SHANGHAI)
        category = self.site.column(article.column).name
        main = (
            f'{self.crumbs(article)}\n<table width="100%"><tr><td align="center"><font size="5">'
            f'<b>{esc(story.title)}</b></font></td></tr>\n<tr><td align="center">'
            f"类别:{category} 发布时间:{local:%Y-%m-%d %H:%M:%S} 来源:{esc(article.credit)} "
            f"点击:{self._counted(str(article.number))}次</td></tr>\n"
            f'<tr><td class="content">\n{paragraphs(story.paragraphs)}\n</td></tr></table>\n'
            '<div class="mzsm">以上内容由本站转载整理，版权归原作者所有，不代表本站立场。</div>\n'
            f"{self.tools(article)}\n"
            f'<div class="more">更多关于{category}的资讯:<ul>\n{items(article.related)}\n</ul></div>'
        )
        return self.html(self.frame(f"{story.title}-{NAME}", main, side=self.aside()), None, lasting=False)


_SLUGS = frozenset(column.slug for column in COLUMNS)

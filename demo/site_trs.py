"""The city's portal, on TRS WCM: static files, `/YYYYMM/tYYYYMMDD_N.html`, paged lists and a sitemap.

A list's later pages are `index_1.html`, `index_2.html`; the pager is written by a script
(`createPageHTML`) and once more as plain links. The sitemap is an index of gzip files. There is no feed.
"""

import gzip
import re
from datetime import datetime
from random import Random
from types import MappingProxyType

from demo.feeds import sitemap_index, urlset
from demo.markup import anchor, chunks, day, element, esc, items, metas, minute, paragraphs
from demo.model import Article, Column, Form, Link, Listing, Page, Request
from demo.names import CODE
from demo.pages import SitePages
from demo.stories import Byline, Desk

NAME = "东岳市人民政府"
COLUMNS = (
    Column(slug="zwyw", name="政务要闻"),
    Column(slug="qxdt", name="区县动态"),
    Column(slug="bmdt", name="部门动态"),
    Column(slug="tzgg", name="通知公告"),
)
FIRST_NUMBER = 300101
PAGE_SIZE = 12
LIST = re.compile(r"/(\w+)/(?:index(?:_(\d+))?\.html)?")
ARTICLE = re.compile(r"/(\w+)/\d{6}/t\d{8}_(\d+?)(?:_(\d))?\.html")
FILE = re.compile(r"/\w+/\d{6}/P0(\d+)\.pdf")
SITEMAP = re.compile(r"/sitemap_(\w+)\.xml\.gz")


class TrsPages(SitePages):
    name = NAME
    columns = COLUMNS
    first_number = FIRST_NUMBER
    desk = Desk(bylines=(Byline.LEAD, Byline.TAIL, Byline.NONE), dateline="东岳市人民政府网讯")
    forms = MappingProxyType({"tzgg": Form.NOTICE})

    def path(self, number: int, column: str, at: datetime) -> str:
        return f"/{column}/{at:%Y%m}/t{at:%Y%m%d}_{number}.html"

    def list_path(self, column: str) -> str:
        return f"/{column}/index.html"

    def listings(self) -> tuple[Listing, ...]:
        base = self.site.base
        lists = [Listing(kind="index", url=base + self.list_path(c.slug)) for c in COLUMNS]
        return (Listing(kind="sitemap", url=f"{base}/sitemap.xml"), *lists)

    def credit(self, rng: Random) -> str:
        return rng.choice(("东岳日报", "市政府办公室", "东岳市融媒体中心", "临湖新区管委会"))

    def rules(self) -> tuple[str, ...]:
        return ("", f"Sitemap: {self.site.base}/sitemap.xml")

    def route(self, request: Request) -> Page | None:
        path = request.path
        if path in ("/", "/index.html"):
            return self._home()
        if path == "/sitemap.xml":
            return self._sitemaps()
        if found := SITEMAP.fullmatch(path):
            return self._sitemap(found[1])
        if found := ARTICLE.fullmatch(path):
            return self._article(int(found[2]), int(found[3] or 0), path)
        if found := FILE.fullmatch(path):
            return self.file() if int(found[1]) in self.site.articles else None
        if path.strip("/") in _SLUGS and not path.endswith("/"):
            return self.moved(path + "/")
        if (found := LIST.fullmatch(path)) and found[1] in _SLUGS:
            return self._list(found[1], int(found[2] or 0))
        return None

    # -------------------------------------------------------------- lists
    def _home(self) -> Page:
        blocks = "\n".join(
            f'<div class="blk"><h3><a href="{self.list_path(c.slug)}">{c.name}</a></h3><ul class="list">\n'
            f"{items(a.link for a in self.site.newest(c.slug)[:8])}\n</ul></div>"
            for c in COLUMNS
        )
        return self.html(self.frame(NAME, blocks, head=self._site_metas(), side=self.aside()), self.site.changed_at())

    def _list(self, slug: str, page: int) -> Page | None:
        pages = chunks(self.site.newest(slug), PAGE_SIZE)
        if page >= len(pages):
            return None
        column = self.site.column(slug)
        rows = "\n".join(
            f"<li>{anchor(a.link, './' + a.path.split('/', 2)[2])}<span>{day(a.published_at)}</span></li>"
            for a in pages[page]
        )
        pager = f'<div class="page">{_pager("index", page, len(pages))}</div>'
        main = f'<h2>{column.name}</h2>\n<ul class="list">\n{rows}\n</ul>\n{pager}'
        head = f"{self._site_metas()}\n{metas([('ColumnName', column.name), ('ColumnType', '政务动态')])}"
        text = self.frame(f"{column.name}_{NAME}", main, head=head, side=self.aside())
        return self.html(text, self.site.changed_at(slug))

    def _sitemaps(self) -> Page:
        base = self.site.base
        parts = [(f"{base}/sitemap_{c.slug}.xml.gz", self.site.changed_at(c.slug)) for c in COLUMNS]
        return self.page(sitemap_index(parts).encode(), "application/xml", self.site.changed_at())

    def _sitemap(self, slug: str) -> Page | None:
        if slug not in _SLUGS:
            return None
        body = gzip.compress(urlset(self.site, self.site.newest(slug)).encode(), mtime=0)
        return self.page(body, "application/gzip", self.site.changed_at(slug))

    # -------------------------------------------------------------- articles
    def _article(self, number: int, part: int, path: str) -> Page | None:
        article = self.site.articles.get(number)
        if article is None or part >= article.parts:
            return None
        own = article.path if not part else article.path.replace(".html", f"_{part}.html")
        if path != own:
            return None
        story = article.story
        per_part = -(-len(story.paragraphs) // article.parts)
        here = story.paragraphs[part * per_part : (part + 1) * per_part]
        text = paragraphs(here, '<p align="justify">', indent="　　")
        above, below = element("h3", story.kicker, "yinti"), element("h3", story.subtitle, "futi")
        main = (
            f'{self.crumbs(article)}\n<div class="article">{above}<h1>{esc(story.title)}</h1>{below}\n'
            f'<div class="info"><span>发布日期：{minute(article.published_at)}</span> '
            f'<span>信息来源：{esc(article.credit)}</span> <span>浏览次数：<em id="hits"></em></span></div>\n'
            f'<div id="zoom"><div class="TRS_Editor">\n{text}\n</div></div>\n{self._rest(article, part)}</div>\n'
            f"{self.tools(article)}"
        )
        head = self._article_metas(article)
        whole = self.frame(f"{story.title}_{NAME}", main, head=head, side=self.aside())
        return self.html(whole, self.site.shown_at(article))

    def _rest(self, article: Article, part: int) -> str:
        """What stands under the text: the pager, the attachment, the editor, older stories."""
        stem = article.path.rpartition("/")[2].removesuffix(".html")
        pager = f'<div class="page">{_pager(stem, part, article.parts)}</div>' if article.parts > 1 else ""
        attachment = older = ""
        if article.attachment:
            file = f'<a href="./P0{article.number}.pdf">{esc(article.attachment)}</a>'
            attachment = f'<p class="fujian">附件：{file}</p>'
        if article.related:
            older = f'<div class="related"><h3>相关阅读</h3><ul>\n{items(article.related)}\n</ul></div>'
        return f'{pager}{attachment}<p class="bianji">责任编辑：{esc(article.story.editor)}</p>{older}'

    def _site_metas(self) -> str:
        domain = self.site.base.partition("//")[2]
        return metas([("SiteName", NAME), ("SiteDomain", domain), ("SiteIDCode", f"{CODE[:4]}000001")])

    def _article_metas(self, article: Article) -> str:
        story = article.story
        pairs = [
            ("ColumnName", self.site.column(article.column).name),
            ("ColumnType", "政务动态"),
            ("ArticleTitle", story.title),
            ("PubDate", minute(article.tagged_at or article.published_at)),
            ("ContentSource", article.credit),
            # On many portals the tag holds whoever keyed the story in.
            ("Author", story.editor),
            ("Url", article.path),
        ]
        return f"{self._site_metas()}\n{metas(pairs)}"


_SLUGS = frozenset(column.slug for column in COLUMNS)


def _pager(stem: str, page: int, total: int) -> str:
    """The script's pager and the same as links; page 0 is `stem.html`, page 1 `stem_1.html`."""
    names = [f"{stem}.html", *(f"{stem}_{n}.html" for n in range(1, total))]
    script = f'<script>createPageHTML({total}, {page}, "{stem}", "html");</script>'
    numbers = " ".join(anchor(Link(path=name, title=str(n + 1))) for n, name in enumerate(names))
    following = f' <a class="next" href="{names[page + 1]}">下一页</a>' if page + 1 < total else ""
    return f"{script}<noscript></noscript>共{total}页 {numbers}{following}"

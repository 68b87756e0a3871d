"""What all six sites have in common: robots.txt, print copies, pages that are no articles, a 404 that is one.

A site's own shape is in `site_els`, `site_trs`, `site_media`, `site_gbk`, `site_epaper` and `site_repub`.
Pure: a request comes in, a page goes out, and only `District` changes the content.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from random import Random
from types import MappingProxyType
from typing import ClassVar

from demo.markup import anchor, document, esc, items, paragraphs
from demo.model import Article, Column, Form, Link, Listing, Page, Request, Site
from demo.stories import Desk

PRINT = re.compile(r"/print/(\d+)\.html")
TEXT_PAGES = {
    "/about/us.html": ("关于我们", "本站为演示而设，所载内容全部虚构，不代表任何真实的机构。"),
    "/about/contact.html": ("联系我们", "演示站点没有编辑部，电话无人接听，来信无人拆阅。"),
    "/about/map.html": ("网站地图", "请从首页的栏目进入。"),
}
STYLE = (
    "body{font:16px/1.8 '宋体',serif;margin:0;color:#222}a{color:#1a4a8a;text-decoration:none}"
    ".wrap{width:1100px;margin:0 auto}.left{float:left;width:740px}.right{float:right;width:320px}"
    ".nav li{display:inline-block;padding:0 18px}.list li{border-bottom:1px dotted #ccc}.footer{clear:both;padding:2em}"
)
SCRIPT = (
    "function setFont(n){document.getElementById('zoom').style.fontSize=n+'px';}\n"
    "function show(id,on){var e=document.getElementById(id);if(e){e.style.display=on?'block':'none';}}\n"
    "var _stat={page:location.pathname,ref:document.referrer,t0:new Date().getTime()};"
)


class SitePages(ABC):
    """The pages of one site. A subclass says how its family writes addresses, lists and articles."""

    #: What the site's pages are encoded in, and what they say they are encoded in.
    encoding = "utf-8"
    charset = "utf-8"
    content_type = "text/html; charset=utf-8"
    #: Which validators the site sends (RFC 9110 §8.8).
    etags = True
    dated = True
    desk: ClassVar[Desk]
    columns: ClassVar[tuple[Column, ...]]
    name: ClassVar[str]
    first_number: ClassVar[int]
    #: Ids are multiples of this apart.
    step: ClassVar[int] = 1
    #: Columns that do not carry news, and what they carry.
    forms: ClassVar[Mapping[str, Form]] = MappingProxyType({})

    def __init__(self, site: Site) -> None:
        self.site = site

    # -------------------------------------------------------------- what a family says of itself
    @abstractmethod
    def path(self, number: int, column: str, at: datetime) -> str:
        """Where an article will stand, from the site's root."""

    @abstractmethod
    def listings(self) -> tuple[Listing, ...]:
        """Every way in which the site lists its articles; those of one kind together name all of them."""

    @abstractmethod
    def route(self, request: Request) -> Page | None:
        """The answer to a request that is the family's own business; None: there is nothing there."""

    @abstractmethod
    def list_path(self, column: str) -> str:
        """Where a column's list begins."""

    def rules(self) -> tuple[str, ...]:
        """Lines of robots.txt beside the one against print copies."""
        return ()

    def list_of(self, article: Article) -> str:
        """The list that changes when the article comes or goes, as `Site.changed` knows it."""
        return article.column

    def credit(self, rng: Random) -> str:
        """来源 of a new article."""
        return rng.choice((self.site.name, self.site.name, "东岳日报"))

    # -------------------------------------------------------------- the answers
    def answer(self, request: Request) -> Page:
        if request.path == "/robots.txt":
            rules = "\n".join(("User-agent: *", "Disallow: /print/", *self.rules()))
            return Page(body=rules.encode() + b"\n", content_type="text/plain; charset=utf-8")
        if request.path == "/css/site.css":
            return Page(body=STYLE.encode(), content_type="text/css")
        if request.path in TEXT_PAGES:
            title, text = TEXT_PAGES[request.path]
            return self.html(self.frame(title, f"<h2>{title}</h2><p>{text}</p>"), self.site.built_at)
        if found := PRINT.fullmatch(request.path):
            article = self.site.articles.get(int(found[1]))
            return self.missing() if article is None else self.print_copy(article)
        page = self.route(request)
        if page is None:
            return self.missing()
        if request.method not in self.methods(request.path):
            return Page(status=405, allow=", ".join(self.methods(request.path)))
        return page

    def methods(self, path: str) -> tuple[str, ...]:
        return ("GET", "HEAD")

    def html(self, text: str, modified_at: datetime | None, *, lasting: bool = True) -> Page:
        return self.page(text.encode(self.encoding), self.content_type, modified_at, lasting=lasting)

    def page(self, body: bytes, content_type: str, modified_at: datetime | None, *, lasting: bool = True) -> Page:
        """A page with the validators that the site sends."""
        return Page(
            body=body,
            content_type=content_type,
            etag=f'"{blake2b(body, digest_size=8).hexdigest()}"' if self.etags else "",
            modified_at=modified_at if self.dated else None,
            lasting=lasting,
        )

    def missing(self) -> Page:
        text = self.frame("404 Not Found", "<h1>404</h1><p>您要找的页面不存在。</p>")
        return Page(body=text.encode(self.encoding), status=404, content_type=self.content_type)

    def moved(self, path: str) -> Page:
        return Page(status=301, location=path)

    def file(self) -> Page:
        """An attachment: the smallest thing that calls itself a PDF."""
        body = b"%PDF-1.4\n% synthetic\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        return self.page(body, "application/pdf", self.site.built_at)

    def print_copy(self, article: Article) -> Page:
        """The article once more at another address, which robots.txt forbids."""
        story = article.story
        body = f"<h1>{esc(story.title)}</h1>\n{paragraphs(story.paragraphs)}"
        return self.html(
            document(f"<title>{esc(story.title)}</title>", body, charset=self.charset), article.modified_at
        )

    # -------------------------------------------------------------- the frame around every page
    def frame(self, title: str, main: str, *, head: str = "", side: str = "") -> str:
        return document(
            f"<title>{esc(title)}</title>\n{head}\n<style>{STYLE}</style>\n"
            f'<link rel="stylesheet" href="/css/site.css">\n<script>{SCRIPT}</script>',
            f'<div class="header"><a class="logo" href="/">{esc(self.site.name)}</a>'
            f'<form action="/search/" method="get"><input name="q" placeholder="请输入关键字"></form></div>\n'
            f'<div class="nav"><ul>{self.nav()}</ul></div>\n<div class="wrap">\n<div class="left">\n{main}\n</div>\n'
            f'<div class="right">\n{side}\n</div>\n</div>\n{self.footer()}',
            charset=self.charset,
        )

    def nav(self) -> str:
        rows = [
            Link(path="/", title="首页"),
            *(Link(path=self.list_path(c.slug), title=c.name) for c in self.site.columns),
        ]
        return items(rows)

    def footer(self) -> str:
        links = " ".join(anchor(Link(path=path, title=title)) for path, (title, _) in TEXT_PAGES.items())
        return (
            f'<div class="footer"><p>{links}</p><p>主办：{esc(self.site.name)}　技术支持：演示工程组</p>'
            "<p>版权所有 未经授权不得转载　岱ICP备00000000号</p></div>"
        )

    def aside(self) -> str:
        """The hot list and the advertisement on the side of every page."""
        advert = f'<div class="ad">广告位招租（第{self.site.advertising}期）</div>' if self.site.advertising else ""
        return f'<div class="hot"><h3>热点排行</h3><ol>\n{items(self.site.side)}\n</ol></div>{advert}'

    def tools(self, article: Article) -> str:
        return (
            '<div class="tools">【字体：<a href="javascript:setFont(18)">大</a> '
            '<a href="javascript:setFont(16)">中</a> <a href="javascript:setFont(14)">小</a>】 '
            f'<a href="/print/{article.number}.html">打印本页</a> '
            '<a href="javascript:window.close()">关闭窗口</a></div>'
        )

    def crumbs(self, article: Article) -> str:
        column = self.site.column(article.column)
        return (
            f'<div class="position">当前位置：<a href="/">首页</a> &gt; '
            f'<a href="{esc(self.list_path(column.slug))}">{esc(column.name)}</a> &gt; 正文</div>'
        )

"""The district's media centre: pages that declare gb2312 and are GB18030, no feed, no sitemap, no ETag.

The editors' names hold characters that GB2312 lacks, so a strict reader of the declared charset fails on
them; the HTTP header names no charset at all. Lists go on behind 下一页. One row of the news list leads to a page that
says "not found" with status 200 (a soft 404).
"""

import re
from datetime import datetime

from demo.markup import anchor, chinese_day, chunks, day, element, esc, items, paragraphs
from demo.model import SHANGHAI, Article, Column, Link, Listing, Page, Request
from demo.pages import SitePages
from demo.stories import Byline, Desk

NAME = "临湖新区融媒体中心"
COLUMNS = (Column(slug="xw", name="新闻"), Column(slug="jz", name="街镇"), Column(slug="wh", name="湖畔文化"))
FIRST_NUMBER = 52011
PAGE_SIZE = 10
LIST = re.compile(r"/(\w+)/(?:index(?:_(\d+))?\.htm)?")
ARTICLE = re.compile(r"/\w+/\d{6}/t\d{8}_(\d+)\.htm")
SOFT_404_NUMBER = 51999
SOFT_404_TITLE = "临湖新区冬季文化惠民活动安排一览"


class GbkPages(SitePages):
    name = NAME
    columns = COLUMNS
    first_number = FIRST_NUMBER
    # GB18030 is what a browser reads when a page says gb2312 (WHATWG Encoding §4.2).
    encoding = "gb18030"
    charset = "gb2312"
    content_type = "text/html"
    etags = False
    desk = Desk(bylines=(Byline.LEAD, Byline.TAIL), dateline="本网讯", rare=True)

    def path(self, number: int, column: str, at: datetime) -> str:
        return f"/{column}/{at:%Y%m}/t{at:%Y%m%d}_{number}.htm"

    def list_path(self, column: str) -> str:
        return f"/{column}/"

    def listings(self) -> tuple[Listing, ...]:
        return tuple(Listing(kind="index", url=self.site.base + self.list_path(c.slug)) for c in COLUMNS)

    @property
    def soft_404(self) -> Link:
        """The row that leads nowhere."""
        return Link(path=self.path(SOFT_404_NUMBER, "xw", self.site.built_at), title=SOFT_404_TITLE)

    def route(self, request: Request) -> Page | None:
        path = request.path
        if path in ("/", "/index.htm"):
            return self._home()
        if path == self.soft_404.path:
            return self._lost()
        if found := ARTICLE.fullmatch(path):
            article = self.site.articles.get(int(found[1]))
            return self._article(article) if article and article.path == path else None
        if path.strip("/") in _SLUGS and not path.endswith("/"):
            return self.moved(path + "/")
        if (found := LIST.fullmatch(path)) and found[1] in _SLUGS:
            return self._list(found[1], int(found[2] or 0))
        return None

    def _home(self) -> Page:
        blocks = "\n".join(
            f'<table width="100%" class="blk"><tr><td><b><a href="/{c.slug}/">{c.name}</a></b></td></tr><tr><td><ul>\n'
            f"{items(a.link for a in self.site.newest(c.slug)[:7])}\n</ul></td></tr></table>"
            for c in COLUMNS
        )
        return self.html(self.frame(NAME, blocks, side=self.aside()), self.site.changed_at())

    def _list(self, slug: str, page: int) -> Page | None:
        pages = chunks(self.site.newest(slug), PAGE_SIZE)
        if page >= len(pages):
            return None
        rows = [_row(a.link, day(a.published_at)) for a in pages[page]]
        if slug == "xw" and page == 0:
            rows.append(_row(self.soft_404, day(self.site.built_at)))
        names = ["index.htm", *(f"index_{n}.htm" for n in range(1, len(pages)))]
        pager = f'第{page + 1}页/共{len(pages)}页 <a href="{names[0]}">首页</a>'
        if page:
            pager += f' <a href="{names[page - 1]}">上一页</a>'
        if page + 1 < len(pages):
            pager += f' <a href="{names[page + 1]}">下一页</a>'
        column = self.site.column(slug)
        listed = "\n".join(rows)
        main = f'<h2>{column.name}</h2><ul class="list">\n{listed}\n</ul>\n<div class="fenye">{pager}</div>'
        text = self.frame(f"{column.name}_{NAME}", main, side=self.aside())
        return self.html(text, self.site.changed_at(slug))

    def _article(self, article: Article) -> Page:
        story = article.story
        above, below = element("div", story.kicker, "yt"), element("div", story.subtitle, "ft")
        local = article.published_at.astimezone(SHANGHAI)
        main = (
            f'{self.crumbs(article)}\n<div class="con">{above}<h2 class="bt">{esc(story.title)}</h2>{below}\n'
            f'<div class="ly">{chinese_day(local)} {local:%H:%M}　来源：{esc(article.credit)}</div>\n'
            f'<div class="TRS_Editor"><style type="text/css">.TRS_Editor P{{line-height:2}}</style>\n'
            f"{paragraphs(story.paragraphs, '<P>', '</P>', '　　')}\n</div>\n"
            f'<div class="bj">编辑：{esc(story.editor)}</div></div>\n{self.tools(article)}\n'
            f'<div class="xg"><b>相关阅读</b><ul>\n{items(article.related)}\n</ul></div>'
        )
        text = self.frame(f"{story.title}_{NAME}", main, side=self.aside())
        return self.html(text, self.site.shown_at(article))

    def _lost(self) -> Page:
        main = '<div class="tips"><h1>提示信息</h1><p>您访问的页面不存在或已被删除，5秒后返回首页。</p></div>'
        return self.html(self.frame(f"提示信息_{NAME}", main), None)


def _row(link: Link, date: str) -> str:
    """Links are relative to the column, as the CMS writes them."""
    return f"<li>{anchor(link, './' + link.path.split('/', 2)[2])} <span>[{date}]</span></li>"


_SLUGS = frozenset(column.slug for column in COLUMNS)

"""临湖晚报, a newspaper on Founder's new template: an issue has pages, a page has articles, a day may have no issue.

    /lhwb/pc/layout/YYYYMM/DD/node_A1.html    a page of an issue: its articles as areas of a picture
    /lhwb/pc/c/content_N.html                 an article; the issue's day and the page are all it says of time and place

A day without an issue is a plain 404. The root leads to the newest issue by `meta refresh`.
"""

import re
from datetime import date, datetime

from demo.markup import anchor, chinese_day, day, esc, paragraphs
from demo.model import SHANGHAI, Article, Column, Listing, Page, Request, midnight
from demo.pages import SitePages
from demo.stories import Byline, Desk

NAME = "临湖晚报"
PAPER = "lhwb"
COLUMNS = (
    Column(slug="A1", name="要闻"),
    Column(slug="A2", name="新区"),
    Column(slug="A3", name="民生"),
    Column(slug="A4", name="副刊"),
)
FIRST_NUMBER = 60601
ISSUES = 6
LAYOUT = re.compile(rf"/{PAPER}/pc/layout/(\d{{4}})(\d\d)/(\d\d)/node_(A\d)\.html")
ARTICLE = re.compile(rf"/{PAPER}/pc/c/content_(\d+)\.html")
#: The first weekday (Monday is 0) on which no issue appears.
SATURDAY = 5


def issue_days(today: date) -> list[date]:
    """The days on which the paper appeared, the newest first: today, and before it no Saturday or Sunday."""
    ordinals = range(today.toordinal() - 1, 0, -1)
    days = (date.fromordinal(n) for n in ordinals)
    working = (found for found in days if found.weekday() < SATURDAY)
    return [today, *(next(working) for _ in range(ISSUES - 1))]


class EpaperPages(SitePages):
    name = NAME
    columns = COLUMNS
    first_number = FIRST_NUMBER
    desk = Desk(bylines=(Byline.BLOCK, Byline.BLOCK, Byline.LEAD), dateline="本报讯")

    def path(self, number: int, column: str, at: datetime) -> str:
        return f"/{PAPER}/pc/c/content_{number}.html"

    def list_path(self, column: str) -> str:
        return self.layout_path(self.issues()[0], column)

    def layout_path(self, issue: date, page: str) -> str:
        return f"/{PAPER}/pc/layout/{issue:%Y%m}/{issue:%d}/node_{page}.html"

    def issues(self) -> list[date]:
        """Days with an issue, the newest first."""
        days = {_issue(article) for article in self.site.articles.values()}
        return sorted(days, reverse=True) or [self.site.built_at.astimezone(SHANGHAI).date()]

    def list_of(self, article: Article) -> str:
        return _issue(article).isoformat()

    def listings(self) -> tuple[Listing, ...]:
        return tuple(
            Listing(kind="epaper", url=self.site.base + self.layout_path(issue, "A1")) for issue in self.issues()
        )

    def route(self, request: Request) -> Page | None:
        path = request.path
        if path in ("/", f"/{PAPER}/", f"/{PAPER}/pc/", f"/{PAPER}/pc/layout/index.html"):
            return self._entry()
        if found := LAYOUT.fullmatch(path):
            try:
                issue = date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                return None
            return self._layout(issue, found[4])
        if found := ARTICLE.fullmatch(path):
            article = self.site.articles.get(int(found[1]))
            return None if article is None else self._article(article)
        return None

    def _entry(self) -> Page:
        newest = self.layout_path(self.issues()[0], "A1")
        head = f'<meta http-equiv="refresh" content="0; URL={newest}">'
        main = f'<p>{NAME}数字报 <a href="{newest}">进入最新一期</a></p>'
        return self.html(self.frame(f"{NAME}数字报", main, head=head), self.site.changed_at())

    def _layout(self, issue: date, page: str) -> Page | None:
        """One page of an issue; None if the day has none or the issue lacks the page."""
        whole = self._issue_articles(issue)
        here = whole.get(page)
        if here is None:
            return None
        label = self._label(page)
        areas = "\n".join(
            f'<area shape="polygon" coords="{n * 90},10,{n * 90 + 80},10,{n * 90 + 80},200,{n * 90},200" '
            f'href="../../../c/content_{a.number}.html">'
            for n, a in enumerate(here)
        )
        heads = "\n".join(f"<li>{anchor(a.link, f'../../../c/content_{a.number}.html')}</li>" for a in here)
        pages = "\n".join(
            f'<li class="posRelative"><a href="node_{other}.html">{self._label(other)}</a></li>' for other in whole
        )
        main = (
            f'<div class="newspaper"><img src="page_{page}.jpg" usemap="#PagePicMap" alt="{label}">\n'
            f'<map name="PagePicMap" id="PagePicMap">\n{areas}\n</map></div>\n'
            f'<div class="date">{chinese_day(midnight(issue))}</div><h3 id="layout">{label}</h3>\n'
            f'<ul class="news-list">\n{heads}\n</ul>\n{self._next_page(list(whole), page)}'
        )
        side = f'<h3>版面导航</h3><ul id="layoutlist">\n{pages}\n</ul>\n{self._older(issue)}'
        return self.html(self.frame(f"{NAME}-{label}", main, side=side), self._printed_at(issue))

    def _issue_articles(self, issue: date) -> dict[str, list[Article]]:
        """The issue's articles page by page, in the order of the pages."""
        found: dict[str, list[Article]] = {}
        for article in sorted(self.site.articles.values(), key=lambda a: (a.column, a.number)):
            if _issue(article) == issue:
                found.setdefault(article.column, []).append(article)
        return found

    def _printed_at(self, issue: date) -> datetime:
        """When the issue last changed: a page also names the others."""
        times = [a.modified_at for rows in self._issue_articles(issue).values() for a in rows]
        return max([*times, self.site.changed.get(issue.isoformat(), times[0])])

    def _label(self, page: str) -> str:
        return f"第{page}版:{self.site.column(page).name}"

    def _next_page(self, pages: list[str], page: str) -> str:
        after = pages[pages.index(page) + 1 :]
        return f'<a class="nextArt" href="node_{after[0]}.html">下一版</a>' if after else ""

    def _older(self, issue: date) -> str:
        older = [other for other in self.issues() if other < issue]
        return f'<a class="preIssue" href="{self.layout_path(older[0], "A1")}">上一期</a>' if older else ""

    def _article(self, article: Article) -> Page:
        story = article.story
        issue, label = _issue(article), self._label(article.column)
        back = self.layout_path(issue, article.column)
        main = (
            f'<div class="newsdetatit"><p id="PreTitle">{esc(story.kicker)}</p>\n'
            f'<h2 id="Title">{esc(story.title)}</h2>\n<p id="SubTitle">{esc(story.subtitle)}</p></div>\n'
            f'<div class="info"><span class="date">{chinese_day(article.published_at)}</span> '
            f'<span id="layout">{label}</span> <a href="{back}">返回版面</a></div>\n{_properties(article, label)}\n'
            f'<div id="ozoom" class="newsdetatext"><!--enpcontent--><founder-content>\n{paragraphs(story.paragraphs)}\n'
            f'</founder-content><!--/enpcontent--></div>\n<div class="bottom">责任编辑：{esc(story.editor)}</div>\n'
            f"{self.tools(article)}"
        )
        return self.html(self.frame(f"{story.title}--{NAME}", main), article.modified_at)


def _issue(article: Article) -> date:
    return article.published_at.astimezone(SHANGHAI).date()


def _properties(article: Article, label: str) -> str:
    """The CMS's own record of the article, which it leaves in a comment."""
    story = article.story
    return (
        f"<!--enpproperty <articleid>{article.number}</articleid><date>{day(article.published_at)} 00:00:00:0</date>"
        f"<author>{esc(' '.join(story.reporters))}</author><title>{esc(story.title)}</title><keyword></keyword>"
        f"<subtitle>{esc(story.subtitle)}</subtitle><introtitle>{esc(story.kicker)}</introtitle><siteid>1</siteid>"
        f"<nodeid>{article.column}</nodeid><nodename>{label}</nodename>/enpproperty-->"
    )

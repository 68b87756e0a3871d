"""Say whether what was read is no article after all: a page that always stands there, or the frame of a site. Pure.

`crawler/judge.py` has asked before anything was read; here the title, the text and the header are known.
What speaks for an article are its witnesses: a bar of date or source beside the headline, a tag that only
articles have, a byline, an editor, the date below a signature. In this order:

```
a title like 领导分工, 内设机构, 联系我们     no article, unless a source or an author is named
a name over a curriculum vitae with duties  no article
any witness                                 an article
a title that is a name, or like 简介, 指南     no article
a curriculum vitae                          no article
else                                        an article if its title is the page's own and it says enough
```
"""

import re

from crawler.extract.layout import Line
from crawler.extract.names import is_name
from crawler.extract.page import Page
from crawler.extract.rows import dated_titles, linked_titles
from crawler.extract.signs import agrees, bar_at, credits_at
from crawler.extract.words import squash, tight
from storage.records import Extraction, Refusal

ROWS = 8  # links to other stories on a page that says nothing of itself
ENOUGH = 30  # characters of a text without witnesses: one sentence
MUCH = 160  # the same beside `ROWS` dated links: more than the introduction of a column
VERY_MUCH = 300  # the same where the title is not the page's own
LINE = 16  # characters: a text whose lines are all shorter is a row of buttons, or a table with a header
SITE = 10  # characters of the name of a site
TITLE = 5  # characters of a headline; shorter ones are columns
OPENING = 120  # characters in which a curriculum vitae says what it is

#: Where a text comes from that does not stand on the page.
_CARRIED = ("script:", "entry")
_ARTICLE_TAGS = ("articletitle", "pubdate", "publishdate", "article:published_time", "contentsource")
#: Titles of pages that a site must have; a publishing system prints a date on them too.
_OFFICE = re.compile(
    r"(?:机构(?:职能|职责|设置|概况|信息|简介)|(?:内设|下属|派出|直属)(?:机构|单位)|(?:主要|工作|部门|单位)(?:职责|职能)|职能配置|"
    r"领导(?:分工|简介|信息|之窗|班子|成员|介绍|简历|活动集)|工作分工|联系(?:我们|方式)|关于我们|"
    r"网站(?:声明|地图|导航|首页|简介|帮助)|隐私(?:政策|声明|保护)|法律声明|版权(?:声明|保护)|免责声明|友情链接|使用帮助)$"
)
#: The same where a date makes an article of it.
_STANDING = re.compile(
    r"(?:简介|简历|概况|介绍|职责|职能|分工|架构|沿革|指南|目录|名录|须知|流程|列表|选登|首页|论坛)$|领导(?:信息|之窗|班子|成员)|"
    r"内设机构"
)
#: What offices call a notice; many state no day.
_NOTICE = re.compile(r"(?:通知|公告|通告|公示|启事|通报|倡议书|预警|提示|提醒|的函|答复|批复)$")
_RANK = re.compile(r"书记|[区县市镇乡局院校处科]长|主任|主席|部长|常委|委员|调研员|检察长|董事")
_VITAE = re.compile(r"^.{0,24}[，,、\s](?:男|女)[，,、\s].{0,60}(?:族|年\d{0,2}月?(?:出)?生|党员|学历)")
_DUTIES = re.compile(r"分管|分工|主持.{0,14}(?:全面)?工作|负责.{2,80}工作|协助.{2,20}(?:分管|负责)")
_SITE = re.compile(r"(?:网|网站|在线|门户|频道|新闻中心|日报|晚报|政府|资讯|平台|首页)$")
_SIGNED = re.compile(r"\s*(?:19|20|二〇|二○|二零)\S\S\s*年\s*\S{1,3}\s*月\s*\S{1,3}\s*日\s*$")


def refused_as(read: Extraction, page: Page, headline: int) -> Refusal | None:
    """Why an extraction is no article's; None if it is one. `headline` is the number of its line, -1: not shown."""
    lines = page.layout.lines
    title = tight(read.title)
    dated = _is_dated(read, lines, headline)
    signed = bool(read.byline) or credits_at(lines, headline) or (dated and headline < 0 and bool(read.credit))
    opening = read.text[:OPENING].replace("\n", "，")
    vitae = _VITAE.search(opening) is not None
    if _OFFICE.search(title) and not signed:
        return Refusal.LISTING
    if _is_person(read.title) and vitae and _DUTIES.search(read.text):
        return Refusal.LISTING
    if read.evidence.get("text", "").startswith(_CARRIED):
        return None
    if not dated and all(len(line) < LINE for line in read.text.split("\n")):
        return Refusal.NO_TEXT
    if headline < 0 and not signed and len(tight(read.text)) < MUCH and len(linked_titles(lines)) >= ROWS:
        return Refusal.NO_TEXT
    if _is_of_site(read.title, page) and len(tight(read.text)) < VERY_MUCH:
        return Refusal.LISTING
    if signed or dated or _is_witnessed(read, page):
        return None
    if vitae or _is_person(read.title) or _STANDING.search(title):
        return Refusal.LISTING
    return None if len(tight(read.text)) >= _wanted(read, page, lines) else Refusal.LISTING


def _is_dated(read: Extraction, lines: list[Line], headline: int) -> bool:
    """Whether a bar stands beside the headline, or where it would stand."""
    if headline >= 0:
        return bar_at(lines, headline) >= 0
    evidence = read.evidence.get("published_at", "")
    return evidence.startswith("header") and "capture" not in evidence


def _is_witnessed(read: Extraction, page: Page) -> bool:
    """Whether the page's tags, an editor, or a date below a signature say that it is an article."""
    if read.page or read.paper or read.evidence.get("published_at") == "entry":
        return True
    if read.editors or page.tags.first(*_ARTICLE_TAGS)[0] or "datePublished" in page.tags.linked_data:
        return True
    return any(_SIGNED.match(line) for line in read.text.rsplit("\n", 4)[-3:])


def _wanted(read: Extraction, page: Page, lines: list[Line]) -> int:
    """How many characters a text must have that no witness speaks for."""
    own = len(read.title) >= TITLE and _SITE.search(read.title) is None and agrees(read.title, page)
    if not own:
        return VERY_MUCH
    told = _NOTICE.search(read.title) or read.evidence.get("published_at") == "url"
    return MUCH if dated_titles(lines) >= ROWS and not told else ENOUGH


def _is_of_site(title: str, page: Page) -> bool:
    """Whether a title is the site's name: no headline was found."""
    return _SITE.search(title) is not None and len(title) <= SITE and squash(title) == squash(page.tags.title)


def _is_person(title: str) -> bool:
    """Whether a title is a name, alone or with a rank."""
    if is_name(tight(title)):
        return True
    parts = re.split(r"[\s:：|—-]+", title.strip())
    return len(parts) > 1 and len(title) <= 40 and any(map(is_name, parts)) and _RANK.search(title) is not None

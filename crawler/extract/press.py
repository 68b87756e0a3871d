"""What a page of a digital newspaper says of its print, whoever made it. Pure.

Founder's own markup is read in `founder`; here the signs that every such page shows: links to the pages
around (上一版, 版面导航), the label of the page (`第A2版：要闻`), the paper's name and the day of the issue.
"""

import re
import unicodedata
from datetime import date
from zoneinfo import ZoneInfo

from crawler.dates import sightings, url_date
from crawler.extract.page import Page

TOP_LINES = 120  # in which a newspaper's page says what it is
MIN_SIGNS = 2

_SIGN = re.compile(
    r"^[\s<>«»\[【]*(?:上一版|下一版|上一期|下一期|前一版|后一版|版面导航|版面目录|版面概览|版面索引|本版目录|本版导读|标题导航|"
    r"往期回顾|往期报纸|返回报网|返回版面|返回目录|报纸首页|数字报首页|按日期检索|日历检索)[\s<>«»\]】]*$"
)
_PAGE = re.compile(
    r"(?:第\s*(?P<n>[A-Z]{0,2}\d{1,3})\s*版|(?<![A-Za-z\d])(?P<m>[A-Z]{0,2}\d{1,3})\s*版)\s*[:：]?\s*(?P<name>[\u3400-\u9fff·]{0,8})"
)
_PAPER = re.compile(
    r"(?<![\u3400-\u9fff])《?([\u3400-\u9fff]{1,8}(?:日报|晚报|早报|晨报|商报|时报|都市报|青年报|导报|周报|新报|快报|报))》?(?![\u3400-\u9fff])"
)


def read_press(page: Page, headline: int, timezone: str) -> tuple[str, str, date | None] | None:
    """The paper's name, its page (`第A2版:要闻`) and the day of the issue; None if it is no newspaper's page."""
    lines = page.layout.lines
    if sum(_SIGN.match(line.text) is not None for line in lines if len(line.text) <= 12) < MIN_SIGNS:
        return None
    near = [line.text for line in lines[max(0, headline - TOP_LINES) : max(headline, 0) + 8] if len(line.text) <= 60]
    label = next(filter(None, (_label(text) for text in reversed(near))), "")
    if not label:
        return None
    titles = [page.tags.title, *page.tags.metas.get("sitename", "").split(), *near]
    paper = next((match[1] for text in titles if (match := _PAPER.search(text))), "")
    return paper, label, _issue(page.url, near, timezone)


def _label(text: str) -> str:
    match = _PAGE.search(unicodedata.normalize("NFKC", text))
    if match is None:
        return ""
    number, name = match["n"] or match["m"], match["name"]
    return f"第{number}版:{name}" if name else f"第{number}版"


def _issue(url: str, near: list[str], timezone: str) -> date | None:
    """The day in the URL, which a newspaper's system makes of the issue, else the first that the page's top shows."""
    named = url_date(url, zone=timezone)
    if named is None:
        shown = (
            sighting for text in near for sighting in sightings(unicodedata.normalize("NFKC", text), zone=timezone)
        )
        named = next((sighting.moment for sighting in shown), None)
    return named.at.astimezone(ZoneInfo(timezone)).date() if named else None

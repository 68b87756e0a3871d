"""What speaks for an article on a page: a headline, the bar of date and source below it, and text below that. Pure.

An error page, a shell and a listing have no such header, whatever else stands on them; a brief has one,
however many links surround it.
"""

import re

from crawler.extract.body import Body
from crawler.extract.boilerplate import begins_related, is_boilerplate, is_contact, is_foot
from crawler.extract.layout import Layout, Line
from crawler.extract.page import Page
from crawler.extract.rows import is_linked_title
from crawler.extract.words import squash

HEADLINE = 7  # characters: a shorter line that the title begins with may be the name of a site or column
NAME = 2  # the shortest headline there is, where the title goes on behind it
BAR_WITHIN = 14  # lines below a headline: between the two stand buttons for sharing and sizes of type
BAR_ABOVE = 3
BAR_CHARS = 140
TEXT_WITHIN = 10  # lines below the bar that are no buttons
TEXT_FAR = 40  # all lines: a row of buttons for sharing may be a line each
TEXT_CHARS = 12  # a caption
LONE_BARS = 2  # a header is set once, or twice for telephones; in a list each item has one

_WHOLE_DAY = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}(?:\s?[-/.月]\s?\d{1,2}|月)|(?<![\d-])\d\d[-/年]\d\d?[-/月]\d\d?(?!\d)|"
    r"(?<!\d)\d\d?[-月/]\d\d?日?\s*\d\d?[:：]\d\d|\d\s?(?:分钟|小时|天|分鐘|小時)前|(?:昨天|今天|刚刚)\s*(?:\d|$)"
)
_CREDITED = re.compile(r"(?:来源|來源|稿源|出处|作者|记者|供稿)\s*[:：]\s*\S")
_LABELLED = re.compile(
    r"(?<![\u3400-\u9fff])(?:信息|文章|稿件|新闻)?(?:(?:发布|发表|发稿|更新|上传|录入|发文|刊发)?(?:时间|日期)|发布于|发表于|"
    r"来源|稿源)\s*[:：]\s*[^\s,，。]"
)
#: The clock of a site, not the day of an article; and the copyright's year.
_CLOCK = re.compile(r"今天是|现在是|当前时间|北京时间|农历|版权|copyright|©|备案|许可证", re.IGNORECASE)
_WEEKDAY = re.compile(r"星期[一二三四五六日天]")
_SENTENCE = re.compile(r".{14,}[。！？!?.][”’）)]*$")


def is_bar(line: Line) -> bool:
    """Whether a line says when, or from whom, something was published."""
    text = line.text
    if len(text) > BAR_CHARS or is_linked_title(line) or _CLOCK.search(text):
        return False
    if _CREDITED.search(text):
        return not _SENTENCE.match(text)
    if _WEEKDAY.search(text) and not _LABELLED.search(text):
        return False
    return _WHOLE_DAY.search(text) is not None and not _SENTENCE.match(text)


def bar_at(lines: list[Line], headline: int) -> int:
    """The number of the bar that belongs to a headline; -1 if it has none. No other story stands between the two."""
    for number in range(headline + 1, min(headline + 1 + BAR_WITHIN, len(lines))):
        if is_linked_title(lines[number]):
            break
        if is_bar(lines[number]):
            return number
    above = range(headline - 1, max(headline - 1 - BAR_ABOVE, -1), -1)
    return next((number for number in above if not lines[number].linked and is_bar(lines[number])), -1)


def credits_at(lines: list[Line], headline: int) -> bool:
    """Whether a source or an author is named beside a headline."""
    if headline < 0:
        return False
    for line in lines[max(headline - BAR_ABOVE, 0) : headline + 1 + BAR_WITHIN]:
        if is_bar(line) and _CREDITED.search(line.text):
            return True
    return False


def text_below(layout: Layout, headline: int) -> Body | None:
    """What stands below a header whose article has no prose: captions, prices, a score; None without a header."""
    bar = bar_at(layout.lines, headline) if headline >= 0 else -1
    start = max(bar, headline) + 1
    if bar < 0 or not _has_text(layout.lines, start):
        return None
    end = start
    while end < len(layout.lines) and not _ends_text(layout.lines[end]):
        end += 1
    return Body(layout, start, end, "header")


def is_headed(page: Page) -> bool:
    """Whether it shows the header of an article with text below it."""
    lines = page.layout.lines
    for number in _headlines(page):
        bar = bar_at(lines, number)
        if bar >= 0 and _has_text(lines, max(bar, number) + 1):
            return True
    return False


def is_opened(page: Page) -> bool:
    """Whether it shows its title as a headline with a sentence below it, but no day."""
    lines = page.layout.lines
    for number in _headlines(page):
        if len(lines[number].text) < HEADLINE:
            continue
        for below in lines[number + 1 : number + 5]:
            if is_linked_title(below):
                break
            if not below.linked and _SENTENCE.search(below.text) and not _is_furniture(below):
                return True
    return False


def agrees(text: str, page: Page) -> bool:
    """Whether the page's own title, or what it tells other sites, holds a headline."""
    wanted = squash(text)
    return any(wanted in squash(claim) for claim in (page.tags.title, *_claims(page)))


def _claims(page: Page) -> tuple[str, ...]:
    return tuple(
        filter(None, (page.tags.metas.get(name, "") for name in ("articletitle", "og:title", "twitter:title")))
    )


def _headlines(page: Page) -> list[int]:
    """Lines that begin the page's title, or are its headline in its tags; else the one with the only bar."""
    lines, title = page.layout.lines, page.tags.title
    whole, claims = squash(title), {squash(claim) for claim in _claims(page)}
    found = []
    for number, line in enumerate(lines):
        text = line.text
        if len(text) < NAME or len(text) > 200 or line.linked * 2 > len(text):
            continue
        if text[:1] != title[:1] and not claims:
            continue
        squashed = squash(text)
        begins = whole.startswith(squashed) and (len(text) >= HEADLINE or len(squashed) < len(whole))
        if len(squashed) >= NAME and (begins or (len(text) >= HEADLINE and squashed in claims)):
            found.append(number)
    return found or _lone_bar(lines)


def _lone_bar(lines: list[Line]) -> list[int]:
    """The line above the only labelled bar of a page, where its title is that of the site."""
    bars = [
        number for number, line in enumerate(lines) if not line.linked and _LABELLED.search(line.text) and is_bar(line)
    ]
    if not 0 < len(bars) <= LONE_BARS or bars[0] == 0:
        return []
    return [bars[0] - 1] if not is_linked_title(lines[bars[0] - 1]) else []


def _has_text(lines: list[Line], start: int) -> bool:
    """Whether there is a caption's worth of text before the next story."""
    shown = told = 0
    for line in lines[start : start + TEXT_FAR]:
        if _ends_text(line) or told == TEXT_WITHIN:
            break
        if line.linked * 4 <= len(line.text) and not _is_furniture(line) and not is_bar(line):
            shown += len(line.text)
            told += 1
    return shown >= TEXT_CHARS


def _ends_text(line: Line) -> bool:
    """Whether the article must be over where a line begins."""
    return is_linked_title(line) or begins_related(line.text) or is_foot(line.text)


def _is_furniture(line: Line) -> bool:
    return is_boilerplate(line.text) or is_foot(line.text) or is_contact(line.text)

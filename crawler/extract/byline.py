"""Read who wrote a text, and who edited it. Pure.

Bylines stand in the text (`（记者 X）`, `□记者 X`, a last line, a last parenthesis) or in the header
(`作者：X`). `<meta name="author">` is the CMS user: on 2 pages of 41 it was the byline, so it is not read.
"""

import re
import unicodedata
from collections.abc import Sequence

from crawler.extract.layout import Line
from crawler.extract.names import credited, people, unique
from storage.records import Person, Role

LEAD_LINES = 3  # a dateline stands in the first paragraphs
HEAD_LINES = 6  # a line of its own may follow a standfirst
TAIL_LINES = 8

_LEAD = re.compile(
    r"[(（【\[]([^（）()【】\[\]]{0,16}(?:记\s*者|記者|通\s*讯\s*员|评论员|特约撰稿人?|实习生|"
    r"作者)[^（）()【】\[\]]{2,60})[)）】\]]"
)
_NEWS_LEAD = re.compile(r"^[^。]{0,30}?(?:讯|电|消息|报道)[\s:：,，]*[(（]([^（）()]{2,40})[)）]")
_BARE_LEAD = re.compile(
    r"^([\u3400-\u9fff·]{2,12}(?:记者|通讯员)\s+[\u3400-\u9fff、\s]{2,30}?\s*(?:报道|摄影报道))(?:[\s:：,，]|$)"
)
_HEADER = re.compile(
    r"(?:^|[\s|丨/\[【(（　])(?:文章作者|本文作者|作\s*者|记\s*者|撰稿人?|撰文|采写|文字|通讯员|"
    r"供稿人)\s*[:：／/\s]\s*(?P<names>[^|丨\[\]【】]{2,60})"
)
_STOP = re.compile(
    r"\s*(?:来源|稿源|(?:责任)?编辑|责编|审核|校对|发布|发表|时间|日期|浏览|点击|阅读|字号|字体|分享|打印|评论|"
    r"(?:19|20)\d\d\s*[-/.年]|[:：])"
)
_TRAILING = re.compile(r"[(（]([^（）()]{2,30})[)）]\s*[。.]?\s*$")
_WHOLE = re.compile(
    r"^[□■●◆▲◇▶*\-—|\s(（\[【]*(?:[^。！？；]{0,24}?(?:记\s*者|通\s*讯\s*员|评论员|撰稿|撰文|采写|作\s*者|主笔|"
    r"执笔|编译|实习生)|文\s*[/丨｜|／:：]|文\s*/\s*图|图\s*/\s*文|[^。]{0,16}摄\s*影)"
)
_EDITORS = re.compile(
    r"(?:责任编辑|责编|初审编辑|终审编辑|见习编辑|实习编辑|编辑|初审|复审|终审|审校|校对|审核|编审|主编|总监制|"
    r"监制|值班主任|责任校对|统筹|签发)\s*[:：/丨|]?\s*(?P<names>[^:：/丨|]{2,30}?)"
    r"(?=\s*(?:责任编辑|责编|初审|终审|见习编辑|实习编辑|编辑|复审|审校|校对|审核|编审|主编|总监制|监制|"
    r"值班主任|责任校对|统筹|签发|来源|作者|[\]】)）|｜]|$))"
)


def find_byline(body: Sequence[str], header: Sequence[Line], tail: Sequence[Line]) -> tuple[tuple[Person, ...], str]:
    """The authors and where they were read. `tail` are the lines between the body and the end of its box."""
    found = _in_lead(body[:LEAD_LINES])
    if found:
        return found, "lead"
    for text in [*body[:HEAD_LINES], *reversed(body[-TAIL_LINES:])]:
        if found := _whole_line(text):
            return found, "line"
    for line in [*header, *tail]:
        if found := labelled(" ".join(piece.strip() for piece in line.pieces if piece.strip())):
            return found, "header"
    for line in header:
        if found := _beside_date(line):
            return found, "header"
    if body and (found := _in_last_parenthesis(body[-TAIL_LINES:])):
        return found, "tail"
    return (), ""


def labelled(text: str) -> tuple[Person, ...]:
    """The names behind `作者：` or `记者：` in a header or tail line."""
    if len(text) > 200:
        return ()
    match = _HEADER.search(unicodedata.normalize("NFKC", text))
    if match is None:
        return ()
    names = match["names"]
    if stop := _STOP.search(names):
        names = names[: stop.start()]
    label = match.group()[: match.start("names") - match.start()]
    role = Role.CORRESPONDENT if "通讯员" in label else Role.REPORTER if "记" in label else Role.AUTHOR
    return people(names, role, labelled=True) or credited(names)


def find_editors(lines: Sequence[str]) -> tuple[Person, ...]:
    """The people that the editors' lines of a page name."""
    found: list[Person] = []
    for line in lines:
        text = unicodedata.normalize("NFKC", line)
        if len(text) > 120 or not any(word in text for word in ("编", "审", "校", "监制")):
            continue
        for match in _EDITORS.finditer(re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff]\s*[:：])", "", text)):
            names = re.sub(r"[_\s]*[A-Za-z]{0,4}\d+\s*$", "", match["names"])
            found.extend(people(names, Role.EDITOR, labelled=True))
    return unique(found)


def _beside_date(line: Line) -> tuple[Person, ...]:
    """A name without a label in the bar of date and source: a link or span that is a name and nothing else."""
    pieces = [piece.strip() for piece in line.pieces if piece.strip()]
    if len(line.text) > 60 or len(pieces) < 2 or not re.search(r"\d{4}\W\d{1,2}\W\d{1,2}", line.text):
        return ()
    for piece in pieces:
        if found := people(re.sub(r"^(?:作者|记者|文)\s*", "", piece)):
            return found
    return ()


def _in_lead(body: Sequence[str]) -> tuple[Person, ...]:
    for text in body:
        start = text[:120]
        if match := _LEAD.search(start):
            return _writers(credited(match[1]))
        if (match := _NEWS_LEAD.match(start)) and (found := people(match[1])):
            return found
        if (match := _BARE_LEAD.match(start)) and (found := credited(match[1])):
            return _writers(found)
    return ()


def _whole_line(text: str) -> tuple[Person, ...]:
    if len(text) > 80 or not _WHOLE.match(text):
        return ()
    return _writers(credited(re.sub(r"\s*来源\s*[:：].*$", "", text)))


def _in_last_parenthesis(lines: Sequence[str]) -> tuple[Person, ...]:
    for text in reversed(lines):
        match = _TRAILING.search(text)
        if match is None:
            continue
        if found := _writers(credited(match[1])) or people(match[1]):
            return found
        if photo := [person for person in credited(match[1]) if person.role is Role.PHOTO]:
            return tuple(photo)
    return ()


def _writers(persons: tuple[Person, ...]) -> tuple[Person, ...]:
    """Without those who only took the pictures."""
    return tuple(person for person in persons if person.role not in {Role.PHOTO, Role.EDITOR})

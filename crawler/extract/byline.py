"""Read who wrote a text, and who edited it. Pure.

Bylines stand in the text (`（记者 X）`, `□记者 X`, a last line, a last parenthesis) or in the header
(`作者：X`). `<meta name="author">` is the CMS user: on 2 pages of 41 it was the byline, so it is not read.
"""

import re
import unicodedata
from collections.abc import Sequence

from crawler.extract.boilerplate import is_boilerplate
from crawler.extract.labels import Kind, labelled, split
from crawler.extract.layout import Line
from crawler.extract.names import MEDIUM, credited, is_name, people, unique
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
_TOOL = re.compile(r"\d{2,4}[-/.年]|我要|打印|关闭|分享|收藏|纠错|返回|查看|更多|[A-Z][-+]?$|字号|字体|大$|中$|小$")
_TRAILING = re.compile(r"[(（]([^（）()]{2,30})[)）]\s*[。.]?\s*$")
_WHOLE = re.compile(
    r"^[□■●◆▲◇▶*\-—|\s(（\[【]*(?:[^。！？；]{0,24}?(?:记\s*者|通\s*讯\s*员|评论员|撰稿|撰文|采写|作\s*者|主笔|"
    r"执笔|编译|实习生)|文\s*[/丨｜|／:：]|文\s*/\s*图|图\s*/\s*文|[^。]{0,16}摄\s*影)"
)
_OFFICE = re.compile(
    r"(?P<name>[\u3400-\u9fff]{2,3}?)[\s,，]*(?:(?:北京|上海|天津|重庆|中国|中共|全国|国家|清华|复旦|浙江|南京|武汉|山东|中央)"
    r"[^。]{2,40}|[^。]{0,20}(?:大学|学院|研究院|研究所|委员会|政府|协会|医院|集团)[^。]{0,20})"
    r"(?:教授|院长|研究员|主任|所长|委员|博士|学者|书记|会长|讲师|处长|部长|主席|理事长|副?秘书长|记者|评论员)[)）]?$"
)
_CLERK = re.compile(r"发布|录入|上传|责任人|信息员|编发")  # who entered a text edited nothing
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
    if found := unique([person for line in header for person in signed(line)]):
        return found, "header"
    for line in header:
        if found := _unlabelled(line):
            return found, "header"
    for line in tail:
        if found := signed(line):
            return found, "tail"
    if body and (found := _in_last_parenthesis(body[-TAIL_LINES:])):
        return found, "tail"
    return (), ""


def signed(line: Line) -> tuple[Person, ...]:
    """The names behind `作者：` or `记者：` in a header or tail line."""
    found: list[Person] = []
    for part in labelled(line):
        if part.kind is not Kind.AUTHOR or not part.values:
            continue
        role = Role.CORRESPONDENT if "通讯员" in part.label else Role.REPORTER if "记者" in part.label else Role.AUTHOR
        whole = " ".join(part.values[:2])
        found.extend(_first_people(part.values, role) or _leading(whole, role, labelled=True) or _titled(whole, role))
    return unique(found)


def _first_people(values: Sequence[str], role: Role) -> tuple[Person, ...]:
    """The names before whatever a template set behind them."""
    found: list[Person] = []
    for value in values:
        names = _leading(value, role, labelled=not found)
        if not names:
            break
        found.extend(names)
    return tuple(found)


def _leading(value: str, role: Role, *, labelled: bool) -> tuple[Person, ...]:
    """The names that a value begins with, before the tools of the page (`王燕 [我要纠错] 打印`)."""
    tokens = value.split()
    stop = next((number for number, token in enumerate(tokens) if _is_tool(token)), len(tokens))
    own = " ".join(tokens[:stop])
    return people(own, role, labelled=labelled) or credited(own)


def _is_tool(token: str) -> bool:
    return is_boilerplate(token) or token[0] in "[【(<" or _TOOL.match(token) is not None


def _titled(text: str, role: Role) -> tuple[Person, ...]:
    """A name glued to the office of its bearer: `王燕望海大学教授`."""
    if (match := _OFFICE.match(text)) is None or not is_name(match["name"]):
        return ()
    return (Person(name=match["name"], role=role),)


def find_editors(lines: Sequence[str]) -> tuple[Person, ...]:
    """The people that the editors' lines of a page name."""
    found: list[Person] = []
    for line in lines:
        text = unicodedata.normalize("NFKC", line)
        if len(text) > 120 or not any(word in text for word in ("编", "审", "校", "监制")):
            continue
        for part in split(text):
            if part.kind is Kind.EDITOR and part.values and not _CLERK.search(part.label):
                found.extend(_leading(part.values[0], Role.EDITOR, labelled=True))
        for match in _EDITORS.finditer(re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff]\s*[:：])", "", text)):
            names = re.sub(r"[_\s]*[A-Za-z]{0,4}\d+\s*$", "", match["names"])
            found.extend(people(names, Role.EDITOR, labelled=True))
    return unique(found)


def _unlabelled(line: Line) -> tuple[Person, ...]:
    """Names in a header line without a label."""
    return (() if labelled(line) else _whole_line(line.text)) or _beside_date(line) or _with_medium(line)


def _beside_date(line: Line) -> tuple[Person, ...]:
    """A name without a label in the bar of date and source: a link or span that is a name and nothing else."""
    pieces = [piece.strip() for piece in line.pieces if piece.strip()]
    if len(line.text) > 60 or len(pieces) < 2 or not re.search(r"\d{4}\W\d{1,2}\W\d{1,2}", line.text):
        return ()
    for piece in pieces:
        if found := people(re.sub(r"^(?:作者|记者|文)\s*", "", piece)):
            return found
    return ()


def _with_medium(line: Line) -> tuple[Person, ...]:
    """`王燕/望海青年报`, a reporter and the medium."""
    name, stroke, medium = line.text.partition("/")
    if not stroke or not 2 < len(medium) <= 16 or not MEDIUM.search(medium) or not is_name(name.strip()):
        return ()
    return (Person(name=name.strip()),)


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
    return _writers(credited(re.sub(r"\s*(?:(?<!\S)[\u3400-\u9fff]{1,2})?来源\s*[:：].*$", "", text)))


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

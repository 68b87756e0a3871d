"""Say what each line of a newspaper page is: running text, a byline, a caption, or page furniture. Pure.

A line is judged by itself; which of the lines is a title is decided in `paper_heads`, because only
what follows a short line tells a title from a piece that a column break cut off.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from crawler.imports.paragraphs import lines_of
from crawler.imports.people import MARKS, find_editors, names_in, read_editors, read_people
from storage.records import Person, Role


class LineKind(StrEnum):
    TEXT = "text"
    #: Nothing but who wrote it.
    BYLINE = "byline"
    #: Running text that begins with `本报讯(…)`, `新华社…电` and the like.
    DATELINE = "dateline"
    CAPTION = "caption"
    #: `责任编辑：…`
    EDITORS = "editors"
    #: Page headers, navigation, addresses: nothing of an article.
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a page, without the space around it."""

    kind: LineKind
    text: str
    #: It begins with an ideographic space, as paragraphs copied from a web page do.
    indented: bool = False
    people: tuple[Person, ...] = ()
    #: The news agency of a dateline; empty for the paper's own.
    agency: str = ""
    #: 版, as printed.
    page: str = ""
    #: The column (栏目) that the line names.
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """Who is named at the beginning of a report."""

    people: tuple[Person, ...]
    agency: str


_MAX_FURNITURE = 90
_MAX_CAPTION = 220
_DATE = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日"
_FULL_DATE = r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?"
_WEEKDAY = r"星期[一二三四五六日天]"
_PAGE = re.compile(
    r"(?<![\w第])(?:第?\s*[A-Z]{0,2}\d{1,3}\s*版|第\s*[一二三四五六七八九十]{1,3}\s*版|[A-Z]{1,2}\d{1,2})(?!\w)"
    r"(?:\s*[:·|]\s*(?!\d)[\u4e00-\u9fff·•]{2,12})?"
)
_GLUED_PAGE = re.compile(r"[A-Z]{1,2}0\d(?=[\u4e00-\u9fff]{2,6}$)")
_HEADER = re.compile(
    rf"{_PAGE.pattern}(?:$|\s+\S.*$)|.*{_FULL_DATE}\W{{0,4}}{_WEEKDAY}.*|.*{_WEEKDAY}\W{{0,4}}{_FULL_DATE}.*|{_FULL_DATE}|{_WEEKDAY}"
    r"|[A-Z]{1,2}(?:0\d\s*|\d{1,2}(?:\s*版\s*|\s+))[\u4e00-\u9fff·]{2,6}|0[1-9](?:\s*版\s*|\s+)[\u4e00-\u9fff·]{2,6}"
    r"|[\u4e00-\u9fff·]{2,6}\s+(?:[A-Z]{1,2}\d{1,2}|0\d)\s*版?"
    r"|农历.{4,14}|今日\d+版.*|总第\d+期.*|第\d+期"
)
_FURNITURE = re.compile(
    r".*/enpproperty|https?://\S+$|www\.\S+$|.*国内统一(?:连续出版物|刊)号|邮发代号|(?:新闻|读者|发行|广告|投稿|报料|热线|联系)?(?:热线|电话|邮箱|信箱|QQ群?)\s*[:(]"
    r"|(?:上一版|下一版|上一篇|下一篇|上一期|下一期|往期|版面导航|标题导航|返回.{2,6}|放大|缩小|默认|全文复制|朗读)(?:\s|$)"
    r"|.{0,6}(?:扫码|扫描二维码|二维码).{0,16}$|广告$|[-—_=*·•.\s]+$"
)
_COLUMN = re.compile(r"【([^】]{2,16})】|[•·|｜]\s*([\u4e00-\u9fff]{2,8})\s*[•·|｜]")
_TURNS = re.compile(r"\s*[（(]?\s*下转\s*第?\s*\w{1,4}\s*版[^。）)]{0,8}[）)]?\s*$")
_TURNED = re.compile(r"^[（(]?\s*[上紧]接\s*第?\s*\w{1,4}\s*版[^。）)]{0,10}[）)]?\s*")
_CAPTION = re.compile(r"[(（]?[上下左右中]?图\s*[①-⑳\d一二三四五六]{0,2}\s*[为是:：]|[▲▼△▽][^\d]|[(（]资料图")
_CREDIT = re.compile(
    r"(?:^|[\s。！”(（])(?:[^\s。，]{0,14}?(?:记者|通讯员)\s*)?((?:[\u3400-\u9fff]{2,4}[ \u3000、]+){0,3}"
    r"[\u3400-\u9fff](?:[ \u3000]?[\u3400-\u9fff]){1,3})\s*(?<!拍)摄(?:影)?\s*[)）]?$"
)
_SUPPLIED = re.compile(
    r"(?:供图|资料图片?|图片由[^，。]{2,16}提供|图[/／][^，。]{2,12}|[\s(（][^\s，。]{2,8}[/／]图)\s*[)）]?$"
)
_OWN = re.compile(rf"本\s*[报刊网台](?:[\u4e00-\u9fff]{{2,6}}?)?\s*(?:{_DATE})?\s*讯(?![息员])")
_AGENCY = re.compile(
    rf"(?:据|综合)?\s*([\u4e00-\u9fffA-Za-z·—-]{{0,14}}(?:报|网|社|台|新闻|客户端))(?:[\u4e00-\u9fff]{{0,8}}?)"
    rf"(?:{_DATE})?\s*(?:专?电|讯|消息)(?=$|[\s(（:：,，\d])"
)
_NEWS_AGENCIES = ("新华社", "新华网", "中新社", "中新网", "中国新闻网", "人民网", "央视网", "中央广播电视总台")
_BRACKET = re.compile(r"\s*[(（]([^()（）]{2,90})[)）]")
_SPOKEN = re.compile(
    r"\s*((?:[^\s，。,:：(（]{0,14}?)(?:记者|通讯员)[^，。,:：(（]{2,40}?)\s*(?:报道\s*[:：，,]?|[:：])\s*(?=\S)"
)
_NAMED_FIRST = re.compile(r"\s*[^\s，。,:：(（]{0,14}(?:记者|通讯员)\s*[\u4e00-\u9fff]{1,4}\s")
_MAX_NAMED = 60
_MAX_TORN_LEAD = 60
_UNCLOSED = re.compile(r"讯\s*[(（][^()（）]*$")
_CLOSED = re.compile(r"[^()（）。]{0,50}[)）]")
_GLUED_LEAD = re.compile(rf"(?<=[^\s])\s*(本报(?:{_DATE})?讯\s*[(（][^()（）]{{2,60}}[)）])")
_SENTENCE = re.compile(r".*[。！？…]”?", re.DOTALL)
_GLUED_TITLE = (4, 40)  # the characters that a title glued to its report may have


def read_lines(text: str, *, paper: str = "") -> tuple[Line, ...]:
    """The lines of a page that are not blank, in their order."""
    pieces: list[tuple[str, bool]] = []
    for raw in lines_of(text):
        indented = raw.startswith("\u3000")
        for piece in _taken_apart(re.sub(r"[ \u3000]{2,}", " ", raw.strip())):
            if pieces and _is_torn_lead(pieces[-1][0], piece):
                pieces[-1] = (pieces[-1][0] + piece, pieces[-1][1])
            else:
                pieces.append((piece, indented))
            indented = False
    return tuple(_classified(piece, indented=indented, paper=paper) for piece, indented in pieces)


def read_dateline(text: str) -> Dateline | None:
    """What a line says at its beginning of who reported it; None if it does not begin like a report."""
    if own := _OWN.match(text):
        return Dateline(people=_people_after(text[own.end() :]), agency="")
    agency = _AGENCY.match(text)
    if agency and (
        agency[1].startswith(_NEWS_AGENCIES)
        or _BRACKET.match(text, agency.end())
        or text[agency.end(1) :][:1] in "讯电"
    ):
        name = next((name for name in _NEWS_AGENCIES if agency[1].startswith(name)), "")
        return Dateline(people=_people_after(text[agency.end() :]), agency=name)
    bracket = _BRACKET.match(text)
    people = (read_people(bracket[1]) or ()) if bracket and len(text) > bracket.end() else ()
    if any(person.role is not Role.AUTHOR for person in people):
        return Dateline(people=people, agency="")
    spoken = _SPOKEN.match(text)
    if spoken and (people := read_people(spoken[1], strict=True) or ()):
        return Dateline(people=people, agency="")
    return Dateline(people=people, agency="") if (people := _people_before_prose(text)) else None


def find_page(text: str) -> str:
    """The page (版) that a header names, as printed; empty if it names none."""
    folded = _folded(text)
    found = _PAGE.search(folded) or _GLUED_PAGE.match(folded)
    return re.sub(r"\s+", "", found[0]) if found else ""


def _people_after(rest: str) -> tuple[Person, ...]:
    if bracket := _BRACKET.match(rest):
        return read_people(bracket[1]) or ()
    if spoken := _SPOKEN.match(rest):
        return read_people(spoken[1]) or ()
    return _people_before_prose(rest)


def _people_before_prose(text: str) -> tuple[Person, ...]:
    """The people whom a line names before its first sentence, with spaces alone between them and it."""
    if not _NAMED_FIRST.match(text):
        return ()
    tokens = text[:_MAX_NAMED].split()[:-1]
    prefixes = (read_people(" ".join(tokens[:count]), strict=True) for count in range(len(tokens), 0, -1))
    return next((people for people in prefixes if people), ())


def _taken_apart(line: str) -> Iterator[str]:
    """A line, or the lines that it was before copying ran them together."""
    line = _TURNED.sub("", line)
    if turned := _TURNS.search(line):
        line = line[: turned.start()]
    begin = 0
    for lead in _GLUED_LEAD.finditer(line):
        before = line[begin : lead.start()]
        sentence = _SENTENCE.match(before)
        at = sentence.end() if sentence else 0
        title = before[at:].strip()
        if not title or (_GLUED_TITLE[0] <= len(title) <= _GLUED_TITLE[1] and "，" not in title):
            yield from (piece for piece in (before[:at].strip(), title) if piece)
            begin = lead.start(1)
    yield from _without_byline(line[begin:])


def _without_byline(line: str) -> Iterator[str]:
    """A line, and the byline at its end as a line of its own."""
    at = max(line.rfind(mark) for mark in MARKS)
    if at > 0 and read_people(line[at:]) is not None:
        yield line[:at].rstrip()
        line = line[at:]
    if line:
        yield line


def _is_torn_lead(before: str, after: str) -> bool:
    """Whether a column break went through a `本报讯(记者 …)`."""
    if not before.startswith("本") or len(before) > _MAX_TORN_LEAD:
        return False
    if _OWN.match(before):
        return bool(_UNCLOSED.search(before)) and bool(_CLOSED.match(after))
    return _OWN.match(before + after) is not None


def _classified(text: str, *, indented: bool, paper: str) -> Line:
    folded = _folded(text)
    if line := _furniture(text, folded, paper):
        return line
    if editors := read_editors(text):
        return Line(kind=LineKind.EDITORS, text=text, people=editors)
    if (people := _byline(text)) is not None:
        only_photo = bool(people) and all(person.role is Role.PHOTO for person in people)
        return Line(kind=LineKind.CAPTION if only_photo else LineKind.BYLINE, text=text, people=people)
    if len(text) <= _MAX_CAPTION and (_CAPTION.match(text) or _CREDIT.search(text) or _SUPPLIED.search(text)):
        return Line(kind=LineKind.CAPTION, text=text, people=_photographers(text))
    if dateline := read_dateline(text):
        return Line(
            kind=LineKind.DATELINE, text=text, indented=indented, people=dateline.people, agency=dateline.agency
        )
    return Line(kind=LineKind.TEXT, text=text, indented=indented)


def _furniture(text: str, folded: str, paper: str) -> Line | None:
    if column := _COLUMN.fullmatch(text):
        return Line(kind=LineKind.FURNITURE, text=text, column=(column[1] or column[2]).strip())
    if paper and folded == _folded(paper):
        return Line(kind=LineKind.FURNITURE, text=text)
    if len(folded) > _MAX_FURNITURE or "。" in folded:
        return None
    if _HEADER.fullmatch(folded):
        return Line(kind=LineKind.FURNITURE, text=text, page=find_page(folded), people=find_editors(folded))
    return Line(kind=LineKind.FURNITURE, text=text) if _FURNITURE.match(folded) else None


def _byline(text: str) -> tuple[Person, ...] | None:
    """The people of a line that is nothing but a byline; a house alone needs its mark."""
    if text[0] in MARKS:
        return read_people(text)
    inner = _BRACKET.fullmatch(text)
    if inner:
        return read_people(inner[1], strict=True) or None
    if not re.search(r"记\s*者|通\s*讯\s*员|实\s*习\s*生|作\s*者|摄", text):
        return None
    return read_people(text, strict=True) or None


def _photographers(text: str) -> tuple[Person, ...]:
    credit = _CREDIT.search(text)
    names = names_in(credit[1], strict=False) if credit else None
    return tuple(Person(name=name, role=Role.PHOTO) for name in names or ())


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()

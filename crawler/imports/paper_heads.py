"""Find where the articles of a newspaper page begin, and read their headlines. Pure.

A title is a short line without an end mark that is followed by a byline or a dateline; shortness alone
makes no title, because every column break leaves short lines behind. Where an article has ended
visibly (a byline or a name in brackets after its last sentence, the top of the page), a short line
followed by running text is believed as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.imports.paper_lines import Line, LineKind
from crawler.imports.paragraphs import is_complete
from crawler.imports.people import names_in, read_people
from storage.records import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The headline of an article. `first` and `body` are numbers of lines: where it and its text begin."""

    first: int
    body: int
    title: str
    kicker: str = ""
    subtitle: str = ""
    column: str = ""
    #: Who the headline names as its authors.
    people: tuple[Person, ...] = ()
    #: What told that it is a title: `byline`, `dateline`, `after-end`.
    told_by: str


_MAX_TITLE = 60
_MAX_TITLE_WITH_COMMA = 36  # prose of this length has a comma, headlines have a space
_MAX_HEAD_LINES = 3
_MAX_HEAD_LINES_INSIDE = 2  # below another article the third line up is more likely the end of that one
_MIN_PROSE = 12
_MAX_AUTHOR_LINE = 12  # three names
_MIN_KICKER_INSIDE = 6  # below another article; a shorter line is rather the torn end of that one
_MIN_CLAUSE = 3
_QUOTATION = re.compile(r"[“「][^“”「」]{1,12}[”」]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DASH = re.compile(r"(?:[—─–-]{2,}|―+|—)\s*(?=\S)")
_NO_TITLE_END = frozenset("。；;，,、：:…")
#: Words that want another one; not as the end of 目的, 共和, 参与, 普及 and the like.
_UNFINISHED = re.compile(
    r"(?:(?<!目)的|(?<![共缓温谐平议])和|(?<![参给赠])与|(?<![普涉波顾惠])及|(?<![大名门老])将|(?<!合)并|(?<!火)把"
    r"|(?<![自理])由|(?<![由对关])于|正在|已经|进一步|或|被|使|而)$"
)
_QUOTED_SENTENCE = re.compile(r"[。！？!?][”’」』）)]$")
_STARTS_INSIDE = re.compile(r"[，。、；：！？”’（）》】,;:!?()\]%]")
_SOURCE = re.compile(r"[第\d]\s*\w{1,3}\s*版\s*[)）]$")
_OPENER = re.compile(
    r"(?:据(?:了解|悉|介绍|统计|透露|报道)|近(?:年来|日|期)|日前|目前|同时|此外|另外|随后|接着|期间|届时|其中|截至|此次|活动中|会上|会议|现场"
    r"|下一步|接下来|当天|当日|当前|今年以来|[今去]年|(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日|因此|所以|但是|不仅如此|与此同时|在[^，,]{2,12})[^，,]{0,8}[，,]"
    r"|据(?:了解|悉|介绍)"
)
_SAYING = re.compile(r"(?:说|称|道|示|调|出|绍|下|等|括|求|是|为|有)[：:]$")
_SHORT_COLON = re.compile(r"[\u3400-\u9fff·“”]{2,12}[：:]")
_SECTION = re.compile(
    r"(?:要闻|综合|综合新闻|本地|本埠|城事|城市|县区|区县|民生|社会|时政|财经|经济|国内|国际|国内国际|天下|文体|体育|文化|文娱|娱乐|教育|健康|卫生|法治|副刊"
    r"|关注|重点|焦点|头版|看点|热点|专题|专版|特别报道|新闻|时事|民声|生活|公益|简讯|导读|今日导读|广告|公告|[\u4e00-\u9fff]{2}新闻)"
)
_SIGNED_END = re.compile(r"[。！？…”!?]\s*[（(]([^（）()]{2,40})[）)]$")
_SKIPPED = (LineKind.FURNITURE, LineKind.CAPTION, LineKind.EDITORS)
_LEADS = (LineKind.BYLINE, LineKind.DATELINE)


def find_heads(lines: Sequence[Line]) -> tuple[Head, ...]:
    """The headlines of a page from top to bottom."""
    heads: list[Head] = []
    floor, ended, at = 0, True, 0
    while at < len(lines):
        line = lines[at]
        head = None
        if line.kind in _LEADS:
            head = _head_above(lines, at, floor, ended=ended)
        elif line.kind is LineKind.TEXT and ended:
            run = _run(lines, at)
            after = _next(lines, run[-1] + 1) if run else None
            if after is not None and lines[after].kind in _LEADS:
                at = after
                continue
            head = _head_below(lines, run, after)
        if head is not None:
            heads.append(head)
            floor, ended = head.body, False
            at = max(at + 1, head.body)
        else:
            ended = _ends_article(lines, at, floor, ended=ended)
            at += 1
    return tuple(heads)


def signed_end(text: str) -> re.Match[str] | None:
    """The bracket with nothing but persons that ends a text, as `[1]`; None if there is none."""
    found = _SIGNED_END.search(text)
    return found if found and read_people(found[1], strict=True) else None


def is_title_like(text: str) -> bool:
    """Whether a line could be a title by itself; what follows it has to confirm that."""
    if not 2 <= len(text) <= _MAX_TITLE or not _HAN.search(text):
        return False
    if text[-1] in _NO_TITLE_END or _UNFINISHED.search(text) or "。" in text:
        return False
    if _QUOTED_SENTENCE.search(text) or _STARTS_INSIDE.match(text) or _OPENER.match(text) or _SOURCE.search(text):
        return False
    return len(text) <= _MAX_TITLE_WITH_COMMA or not re.search(r"[，,；;]", text)


def _head_above(lines: Sequence[Line], lead: int, floor: int, *, ended: bool) -> Head | None:
    """The headline that ends right above a byline or dateline, or None if no title stands there."""
    picked: list[int] = []
    subtitle = column = ""
    limit = _MAX_HEAD_LINES if ended else _MAX_HEAD_LINES_INSIDE
    for at in range(lead - 1, floor - 1, -1):
        line = lines[at]
        if line.kind in _SKIPPED:
            column = column or line.column
        elif line.kind is not LineKind.TEXT:
            break
        elif not picked and not subtitle and _DASH.match(line.text) and is_title_like(_undashed(line.text)):
            subtitle = _undashed(line.text)
        elif len(picked) < limit and _belongs(lines, at, floor, first=not picked, ended=ended):
            picked.append(at)
        else:
            break
    if not picked:
        return None
    kind = lines[lead].kind
    head = _headline([lines[at].text for at in picked[::-1]])
    return replace(
        head,
        first=picked[-1],
        body=lead + 1 if kind is LineKind.BYLINE else lead,
        subtitle=subtitle or head.subtitle,
        column=column or head.column,
        people=lines[lead].people if kind is LineKind.BYLINE else (),
        told_by=kind.value,
    )


def _belongs(lines: Sequence[Line], at: int, floor: int, *, first: bool, ended: bool) -> bool:
    """Whether a line belongs to the headline below it; the one right above the lead is the title."""
    text = lines[at].text
    whole_before = ended or _is_whole_before(lines, at, floor)
    if first:
        return is_title_like(text) and (text[-1] not in "！!" or whole_before)
    if _SHORT_COLON.fullmatch(text) and not _SAYING.search(text):
        return whole_before
    if not is_title_like(text) or text[-1] in "！？!?" or (len(text) < _MIN_KICKER_INSIDE and not ended):
        return False
    if re.search(r"[，,]", text) and not ended:
        return _is_crafted(text)
    return whole_before or _is_crafted(text)


def _head_below(lines: Sequence[Line], run: Sequence[int], after: int | None) -> Head | None:
    """The headline made of short lines after a visible end, if running text follows them."""
    if not run or after is None or lines[after].kind is not LineKind.TEXT:
        return None
    if len(lines[after].text) < _MIN_PROSE and not is_complete(lines[after].text):
        return None
    texts = [lines[at].text for at in run]
    authors = _author_line(texts.pop()) if len(texts) > 1 and _author_line(texts[-1]) else ()
    if len(texts) > _MAX_HEAD_LINES:
        return None
    column = next((line.column for line in reversed(lines[max(run[0] - 2, 0) : run[0]]) if line.column), "")
    head = _headline(texts)
    people = tuple(Person(name=name) for name in authors)
    return replace(head, first=run[0], body=after, column=column or head.column, people=people)


def _headline(texts: list[str]) -> Head:
    """Kicker, title and subtitle from the lines of a headline, top to bottom; the caller says where it stands."""
    texts = [re.sub(r"\s+", " ", text) for text in texts]
    column = texts.pop(0) if len(texts) > 1 and _SECTION.fullmatch(texts[0]) else ""
    subtitle = ""
    if len(texts) > 1 and (_DASH.match(texts[-1]) or len(texts) == _MAX_HEAD_LINES):
        subtitle = _undashed(texts.pop())
    return Head(
        first=0,
        body=0,
        title=texts[-1],
        kicker=" ".join(texts[:-1]),
        subtitle=subtitle,
        column=column,
        told_by="after-end",
    )


def _run(lines: Sequence[Line], start: int) -> list[int]:
    """The title-like lines that follow each other from `start` on."""
    run: list[int] = []
    for at in range(start, len(lines)):
        line = lines[at]
        if line.kind in _SKIPPED:
            continue
        plain = _undashed(line.text) if run else line.text
        if line.kind is not LineKind.TEXT or line.indented or not is_title_like(plain):
            break
        run.append(at)
    return run


def _ends_article(lines: Sequence[Line], at: int, floor: int, *, ended: bool) -> bool:
    """Whether the article is visibly over after a line that begins no other one."""
    line = lines[at]
    if line.kind is LineKind.BYLINE:
        before = _previous(lines, at, floor)
        return ended if before is None or before.kind is LineKind.BYLINE else True
    if line.kind is LineKind.EDITORS:
        return ended or _is_whole_before(lines, at, floor)
    if line.kind in _SKIPPED:
        return ended
    return signed_end(line.text) is not None


def _is_whole_before(lines: Sequence[Line], at: int, floor: int) -> bool:
    """Whether what stands before a line has come to an end, so that the line is no rest of it."""
    before = _previous(lines, at, floor)
    return before is None or before.kind is LineKind.BYLINE or is_complete(before.text)


def _previous(lines: Sequence[Line], at: int, floor: int) -> Line | None:
    return next((lines[index] for index in range(at - 1, floor - 1, -1) if lines[index].kind not in _SKIPPED), None)


def _next(lines: Sequence[Line], at: int) -> int | None:
    return next((index for index in range(at, len(lines)) if lines[index].kind not in _SKIPPED), None)


def _is_crafted(text: str) -> bool:
    """Whether a line is built as kickers are and torn sentences are not: two halves of a length, or two quotations."""
    clauses = re.split(r"[，,\s]+", text)
    halves = len(clauses) == 2 and abs(len(clauses[0]) - len(clauses[1])) <= 1 and min(map(len, clauses)) >= _MIN_CLAUSE
    return halves or len(_QUOTATION.findall(text)) > 1


def _undashed(text: str) -> str:
    return text[match.end() :] if (match := _DASH.match(text)) else text


def _author_line(text: str) -> tuple[str, ...]:
    """The names of a line that holds nothing else, without a mark or a role."""
    return (names_in(text) or ()) if len(text) <= _MAX_AUTHOR_LINE else ()

"""Read the article out of the text of a snapshot page (快照): the copy of a story that an archive shows. Pure.

Such a page has, in this order and with any part missing: navigation, the title, a line of labels
(`类别: 发布时间: 来源:`), `本文转自:`, the paragraphs with their authors in brackets behind the last one, the
archive's notices with the time of its copy and the original address, and a list of related stories.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crawler.dates import ZONE, read_date
from crawler.imports.paper_heads import is_title_like
from crawler.imports.paper_lines import read_dateline
from crawler.imports.paragraphs import breaks_off, lines_of
from crawler.imports.people import MARKS, read_editors, read_people
from crawler.imports.related import read_related, related_start
from storage.records import Extraction, Person

EXTRACTOR = "snapshot-text/1"

_BULLET = re.compile(r"[•·●○▪◦‣*]\s*(?=\S)")
_NAVIGATION = frozenset(
    {"我的订阅", "首页", "登录", "注册", "订阅", "返回", "返回首页", "全部", "搜索", "我的", "推荐"}
)
_FIELDS = {
    "category": ("类别", "類別", "分类", "栏目", "频道"),
    "published": ("发布时间", "發布時間", "发布日期", "发表时间", "时间", "日期"),
    "credit": ("来源", "來源", "信息来源", "稿源", "文章来源"),
    "author": ("作者",),
}
_NAMES = {word: name for name, words in _FIELDS.items() for word in words}
_WORDS = "|".join(sorted(_NAMES, key=len, reverse=True))
_LABEL = re.compile(rf"(?<![\u4e00-\u9fff])({_WORDS})\s*[:：]")
_ORIGIN = re.compile(
    r"\s*[（(]?(?:本文|原文|文章|内容)?\s*(?:转自|转载自|来源于|摘自)\s*[:：]\s*(.{1,40}?)\s*[)）]?\s*$"
)
#: What an archive writes under its copies; the first two groups never stand in a story.
_NOTICE = re.compile(
    r"以[上下]内容为.{0,12}快照|快照(?:生成)?时间\s*[:：]|(?:原文|原始)(?:地址|链接|网址)\s*[:：]|本站.{0,12}快照.{0,16}(?:服务|查询)"
)
_PLEA = re.compile(r"如有侵权.{0,16}(?:联系|删除)|本站未对信息做任何修改|不代表本站(?:立场|观点)")
_GLUED_NOTICE = re.compile(r"(?<=\S)\s*(?=以[上下]内容为.{0,12}快照)")
_TAKEN = re.compile(r"快照(?:生成)?时间\s*[:：]?\s*(\d{4})\D(\d{1,2})\D(\d{1,2})\D{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?")
_ADDRESS = re.compile(r"(?:原文|原始)(?:地址|链接|网址)\s*[:：]?")
_URL = re.compile(r"https?://[^\s，。；,;)）\]】>\"']+")
_BARE = re.compile(r"https?://\S+|\d{4}\D\d{1,2}\D\d{1,2}日?\s+\d{1,2}:\d{2}(?::\d{2})?")
_ARCHIVE = re.compile(r"由\s*([a-z0-9][a-z0-9.-]*\.[a-z]{2,})\s*(?:的)?(?:网络)?(?:爬虫|系统|平台|自动)", re.IGNORECASE)
_TOOLBAR = re.compile(
    r"[【\[]?(?:字体|字号|大字体|字体大小)\s*[:：]?\s*[大中小默特]|我要纠错|分享到\s*[:：]|(?:打印|收藏|关闭|分享)(?:\s|$)"
)
_PLACE = re.compile(r"(?:您?(?:当前|所在|现在)的?.{0,4}|当前)位置\s*[:：]")
_SIGNED = re.compile(r"\s*[（(]([^（）()]{2,60})[)）]\s*$")
_MAX_LABEL_VALUE = 40
_AROUND = " \t\u3000|｜,，;；/"
_DATE_ALONE = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:[\sT]*\d{1,2}[:：时]\d{2}(?:[:：分]\d{2})?[秒分]?)?"
)
_ROLE = re.compile(r"记\s*者|通\s*讯\s*员|实\s*习\s*生|作\s*者")
_OPENING_LINES = 3
_MIN_CUT = 20
_HEAD_LINES = 10  # in which the labels stand
_ALONE_LINES = 4  # in which one label without another is believed
_NOTICE_LINES = 12  # that an archive writes at most before its related list


class _Labels(NamedTuple):
    """What the labels of a page say, and where they stand."""

    values: dict[str, str]
    #: The title ends before `start`, the body begins at `end`.
    start: int
    end: int


@dataclass(slots=True)
class _Body:
    paragraphs: list[str]
    byline: list[Person] = field(default_factory=list)
    editors: list[Person] = field(default_factory=list)
    origin: str = ""
    evidence: dict[str, str] = field(default_factory=dict)


def read_snapshot_text(text: str, *, zone: str = ZONE) -> Extraction:
    """What a snapshot page says; a page without any of its marks is a title and paragraphs."""
    lines = [stripped for line in lines_of(text) if (stripped := line.strip())]
    lines, notices = _parted(lines)
    navigation, lines = _without_navigation(lines)
    lines = [line for at, line in enumerate(lines) if at >= _HEAD_LINES or not _TOOLBAR.match(line)]
    labels = _labels(lines)
    title = lines[labels.start - 1] if labels.start else ""
    rest = lines[labels.end :]
    cut = related_start(rest) if not notices else None
    body = _body(rest[:cut], title)
    moment = read_date(labels.values.get("published", ""), zone=zone)
    category = labels.values.get("category", "")
    evidence = {"title": "snapshot:above-labels" if labels.values else "snapshot:first-line", **body.evidence}
    if not category and navigation:
        category, evidence["category"] = navigation[-1], "snapshot:navigation"
    if archive := _archive(notices):
        evidence["stated_snapshot_at"] = f"snapshot:{archive}"
    authors = read_people(labels.values.get("author", ""), strict=True) or ()
    return Extraction(
        extractor=EXTRACTOR,
        title=title,
        text="\n".join(body.paragraphs),
        byline=tuple(dict.fromkeys([*authors, *body.byline])),
        editors=tuple(dict.fromkeys(body.editors)),
        credit=labels.values.get("credit", ""),
        origin=body.origin,
        category=category,
        published_at=moment.at if moment else None,
        published_precision=moment.precision if moment else None,
        stated_snapshot_at=_taken_at(notices, zone),
        truncated=_is_cut(body.paragraphs),
        language="zh",
        canonical_url=_address(notices),
        leads=read_related(
            _after_notices(notices) if notices else rest[len(rest) if cut is None else cut :], zone=zone
        ),
        evidence=evidence,
    )


def snapshot_host(text: str) -> str:
    """The host of the archive that took the copy; empty if the page does not name it."""
    return _archive(lines_of(text))


def _parted(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """What stands before the archive's notices, and the rest from the first of them on."""
    whole = [part for line in lines for part in _GLUED_NOTICE.split(line)]
    first = next((at for at, line in enumerate(whole) if _NOTICE.search(line)), None)
    if first is None:
        first = next((at for at, line in enumerate(whole) if at and _PLEA.search(line)), len(whole))
    while first and _PLEA.search(whole[first - 1]):
        first -= 1
    return whole[:first], whole[first:]


def _without_navigation(lines: list[str]) -> tuple[list[str], list[str]]:
    """The columns that the navigation at the top names, and the lines under it."""
    columns: list[str] = []
    for at, line in enumerate(lines):
        if _BULLET.match(line):
            columns += [part.strip() for part in _BULLET.split(line) if part.strip()]
        elif line not in _NAVIGATION and not _PLACE.match(line):
            return [column for column in columns if column not in _NAVIGATION], lines[at:]
    return [column for column in columns if column not in _NAVIGATION], []


def _labels(lines: Sequence[str]) -> _Labels:
    for at, line in enumerate(lines[:_HEAD_LINES]):
        values = _values(line)
        if not values or (len(values) == 1 and (at >= _ALONE_LINES or not at)):
            continue
        end = at + 1
        while end < len(lines) and (more := _values(lines[end])) and not more.keys() & values.keys():
            values |= more
            end += 1
        return _Labels(values, at, end)
    titled = int(bool(lines) and is_title_like(lines[0]))
    return _Labels({}, titled, titled)


def _values(line: str) -> dict[str, str]:
    """The labels of a line with what follows each; empty for a line that holds anything else."""
    marks = list(_LABEL.finditer(line))
    if not marks:
        return {}
    values = {}
    before = line[: marks[0].start()].strip(_AROUND)
    if before:
        if not _DATE_ALONE.fullmatch(before):
            return {}
        values["published"] = before
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        value = line[mark.end() : following.start() if following else len(line)].strip(_AROUND)
        if len(value) > _MAX_LABEL_VALUE or "。" in value:
            return {}
        name = _NAMES[mark[1]]
        if name == "credit" and (dated := _DATE_ALONE.search(value)):
            values.setdefault("published", dated[0])
            value = value[: dated.start()].strip(_AROUND)
        if name != "published" or value:
            values[name] = value
    if "published" in values and not _DATE_ALONE.search(values["published"]):
        return {}
    return values


def _body(lines: Sequence[str], title: str) -> _Body:
    body = _Body([line for at, line in enumerate(lines) if at or line != title])
    for line in body.paragraphs[:_OPENING_LINES]:
        if (origin := _ORIGIN.fullmatch(line)) and not body.origin:
            body.origin = origin[1]
            body.evidence["origin"] = "snapshot:first-line"
        elif (people := _byline(line)) is not None:
            body.byline += people
            body.evidence["byline"] = "snapshot:byline"
        else:
            break
        body.paragraphs.remove(line)
    if body.paragraphs and (dateline := read_dateline(body.paragraphs[0])):
        body.byline += dateline.people
    while body.paragraphs and _take_tail(body):
        pass
    return body


def _take_tail(body: _Body) -> bool:
    """Take people off the end of the text: the authors in brackets, a byline, the editors."""
    last = body.paragraphs[-1]
    if editors := read_editors(last):
        body.editors += editors
        body.paragraphs.pop()
        return True
    if people := _byline(last):
        body.byline += people
        body.paragraphs.pop()
        return True
    signed = _SIGNED.search(last)
    if not signed:
        return False
    if editors := read_editors(signed[1]):
        body.editors += editors
    elif people := read_people(signed[1], strict=True):
        body.byline += people
        # They are no words of the story: a copy that lacks them says the same.
        body.evidence["byline"] = "snapshot:last-brackets"
    else:
        return False
    body.paragraphs[-1:] = [kept] if (kept := last[: signed.start()].rstrip()) else []
    return True


def _byline(line: str) -> tuple[Person, ...] | None:
    """The people of a line that is nothing but a byline with its mark or a role."""
    if line[0] in MARKS:
        return read_people(line)
    return (read_people(line, strict=True) or None) if _ROLE.search(line) else None


def _is_cut(paragraphs: Sequence[str]) -> bool:
    """Whether the text stops in mid sentence; a short last line is a signature or a cell of a table."""
    return bool(paragraphs) and len(paragraphs[-1]) >= _MIN_CUT and breaks_off(paragraphs[-1])


def _taken_at(notices: Sequence[str], zone: str) -> datetime | None:
    """When the archive says it took its copy, to the second."""
    taken = _TAKEN.search(unicodedata.normalize("NFKC", "\n".join(notices)))
    if taken is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in taken.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _address(notices: Sequence[str]) -> str:
    """The original address; it may stand on the line after its label."""
    for at, line in enumerate(notices):
        if label := _ADDRESS.search(line):
            following = notices[at + 1] if at + 1 < len(notices) and _BARE.fullmatch(notices[at + 1]) else ""
            found = _URL.search(line, label.end()) or _URL.match(following)
            return found[0] if found else ""
    return ""


def _after_notices(notices: Sequence[str]) -> Sequence[str]:
    """The lines under the last notice."""
    told = [at for at, line in enumerate(notices[:_NOTICE_LINES]) if _NOTICE.search(line) or _PLEA.search(line)]
    end = told[-1] + 1 if told else 0
    while end < len(notices) and _BARE.fullmatch(notices[end]):
        end += 1
    return notices[end:]


def _archive(lines: Sequence[str]) -> str:
    return next((found[1].lower() for line in lines if (found := _ARCHIVE.search(line))), "")

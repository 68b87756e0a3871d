"""Read date, credit and column from the zone around a headline. Pure.

The visible header wins over the tags: on one government page in seven `PubDate` names another day
(republication, migration). A tag only adds the minute where the header shows the day alone.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.dates import Moment, read_date, sightings, url_date
from crawler.extract.boilerplate import is_boilerplate
from crawler.extract.layout import Layout, Line, clean_text
from crawler.extract.names import is_name
from crawler.extract.tags import Tags
from storage.records import Entry, Precision

ABOVE = 8  # lines above a headline that may still be its header: some templates set the date there
BELOW = 40  # lines below a headline that are searched when the body is far away

_LABELLED = re.compile(r"(?:发布|发表|发稿|发文|刊发|上传|录入|时间|日期|发布于|发表于|posted|published)[^\d]{0,6}$", re.IGNORECASE)
_OTHER_DAY = re.compile(r"(?:更新|修改|成文|生成|印发|截止|截至|有效期|失效|施行|实施|编辑于|访问|今天是|现在是|当前)[^\d]{0,8}$")
_LABEL_ALONE = re.compile(r"[\u3400-\u9fff]{2,8}(?:于)?\s*[:：]\s*$")
_TODAY = re.compile(r"今天是|现在是|当前时间|北京时间|星期.\s*$")
_CLOCK_ONLY = re.compile(r"\s*(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b")
_CREDIT = re.compile(
    r"(?<!图片)(?<!资料)(?<!数据)(?<!视频)(?:(?:信息|文章|稿件|新闻|内容|本文|报道)?(?:来源|來源|稿源|出处)(?:于|单位|网站|媒体)?|(?:本文)?(?:转自|转载自|摘自|来自))\s*[:：|丨/\]】]+\s*(?P<rest>.*)$"
)
_NEXT_LABEL = re.compile(
    r"\s*(?:[|丨\[【(（<〉>]|(?:责任)?编辑[:：]|责编|作者|记者[:：]|撰文|审核|发布|发表|发稿|更新|时间|日期|浏览|点击|阅读|访问|人气|字号|字体|分享|打印|评论|收藏|关注|举报|原创|"
    r"扫码|我要|大\s*中\s*小|T\s*[|+]|A[+-]|(?:19|20)\d\d\s*[-/.年]|\d+次|来源[:：])"
)
_DAY = re.compile(r"\d{4}\W\d{1,2}\W\d{1,2}|\d{4}年\d{1,2}月\d{1,2}")
_CREDIT_BOX = re.compile(r"(?<![a-z])(?:source|sources|copyfrom|laiyuan|media-name|medianame|nickname|source-?name|js_name|provider)(?![a-z])|sourcetitle")
_MEDIA = re.compile(r"(?:网|網|报|報|社|台|臺|站|报道|频道|客户端|新闻|中心|发布|政府|委员会|办公室|局|厅|杂志|周刊|在线|日报|晚报|融媒|之声|电视|广播|公众号|财经)$")
_CRUMB_BOX = re.compile(r"crumb|(?<![a-z])(?:position|weizhi|dqwz|location|local|curpos|current|path|mbx|place|site-?nav)(?![a-z])")
_CRUMB = re.compile(r"(?:当前|所在|您的)?(?:的)?位置|^\W{0,3}首\s*页")
_CRUMB_END = re.compile(r"^(?:正文|详情|详细|内容|内容详情|文章|新闻详情|文章详情|详细内容|浏览文章|查看|阅读)?$")
_DATE_METAS = (
    "pubdate", "publishdate", "publishtime", "publishedtime", "og:release_date", "og:time", "article:published_time", "publish_time",
    "publish-date", "weibo:article:create_at", "bytedance:published_time", "apub:time", "datepublished", "date", "dc.date.issued", "createdate",
)  # fmt: skip
_MODIFIED_METAS = ("article:modified_time", "og:updated_time", "datemodified", "bytedance:updated_time", "last-modified")


@dataclass(frozen=True, slots=True)
class Dated:
    moment: Moment
    evidence: str


@dataclass(frozen=True, slots=True)
class Zone:
    """The lines in which a page's header may stand: between the headline and the body, and a few above."""

    layout: Layout
    headline: int
    start: int
    end: int
    #: Where the headline's own side begins again: lines before this are above it.
    after: int

    @classmethod
    def around(cls, layout: Layout, headline: int, body_start: int, body_end: int) -> "Zone":
        if headline < 0:
            after = max(0, body_start - 12)
            return cls(layout, headline, max(0, body_start - 20), min(body_end, body_start + 4), after)
        end = min(max(body_start + 4, headline + 6), headline + BELOW, len(layout.lines))
        return cls(layout, headline, max(0, headline - ABOVE), end, headline + 1)

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Below the headline first, then above it, nearest first."""
        below = joined(self.layout.lines, self.after, self.end)
        above = joined(self.layout.lines, self.start, min(self.after, self.end))
        for number, line in [*below, *reversed(above)]:
            if number != self.headline:
                yield number, line


def joined(lines: list[Line], start: int, end: int) -> list[tuple[int, Line]]:
    """Numbered lines of a range; a label that a template sets as a block of its own is joined with its value."""
    found: list[tuple[int, Line]] = []
    for number in range(start, min(end, len(lines))):
        line = lines[number]
        if found and _LABEL_ALONE.match(found[-1][1].text) and len(line.text) <= 40:
            before = found.pop()
            label = before[1]
            line = replace(label, text=f"{label.text}{line.text}", pieces=label.pieces + line.pieces, linked=label.linked + line.linked)
            number = before[0]  # noqa: PLW2901 - the label's place is the pair's
        found.append((number, line))
    return found


def find_date(
    zone: Zone, tags: Tags, tail: list[Line], *, entry: Entry | None, url: str, captured_at: datetime | None, timezone: str
) -> Dated | None:
    """When the page says it was published. `tail` are lines below the body, read for a labelled date."""
    latest = captured_at + timedelta(days=2) if captured_at else None
    claims = list(_claims(tags, entry, zone, timezone, latest))
    shown = _shown(zone, timezone, latest) or _below(tail, timezone, latest)
    if shown is None:
        if claims:
            return claims[0]
        named = url_date(url, zone=timezone)
        if named is not None and not (latest and named.at > latest):
            return Dated(named, "url")
        return _relative(zone, captured_at, timezone)
    if shown.moment.precision is Precision.MINUTE:
        return shown
    for claim in claims:
        if claim.moment.precision is Precision.MINUTE and _day(claim.moment, timezone) == _day(shown.moment, timezone):
            return Dated(claim.moment, f"{shown.evidence}+{claim.evidence}")
    return shown


def find_modified(tags: Tags, timezone: str) -> datetime | None:
    value = tags.first(*_MODIFIED_METAS)[0] or tags.linked_data.get("dateModified", "")
    moment = read_date(value, zone=timezone) if value else None
    return moment.at if moment else None


def find_credit(zone: Zone, tags: Tags, tail: list[Line], told: str) -> tuple[str, str]:
    """来源, and where it was read; two empty strings if the page names none.

    `told` is title and text: a name without a label counts if they mention it.
    """
    lines = [line for _, line in zone.lines()]
    for _, element in zone.layout.links:
        if element.get("id") == "js_name" and (account := clean_text("".join(element.itertext()))):
            return account[:40], "header"  # WeChat: the account
    for line in lines:
        if credit := labelled_credit(line):
            return credit, "header"
    for line in lines:
        if credit := _unlabelled_credit(zone.layout, line, told):
            return credit, "header"
    if credit := _beside_date(lines):
        return credit, "header"
    for line in tail:
        if credit := labelled_credit(line):
            return credit, "tail"
    value, evidence = tags.first("contentsource", "content-source", "source", "article:source", "copyfrom")
    if value and len(value) <= 40 and not value.startswith("http") and (credit := _trimmed(re.sub(r"^来源\s*[:：]", "", value))):
        return credit, evidence
    return "", ""


def labelled_credit(line: Line) -> str:
    """What follows `来源：` in a line, up to the next label; empty if nothing does."""
    if len(line.text) > 200 or ("源" not in line.text and "處" not in line.text and "自" not in line.text and "出处" not in line.text):
        return ""
    match = _CREDIT.search(line.text)
    rest = match["rest"] if match and match.start() <= 80 else ""
    # A link or span of its own says where the name ends, which spaces inside a name do not.
    for number, piece in enumerate(line.pieces):
        if piece.strip(" \t\r\n|").endswith(("来源", "稿源")) and number + 1 < len(line.pieces):
            return _trimmed(line.pieces[number + 1])
        if (found := _CREDIT.search(piece)) and (found["rest"].strip() or number + 1 < len(line.pieces)):
            following = (part for part in line.pieces[number + 1 :] if part.strip())
            rest = found["rest"] if found["rest"].strip() else next(following, "") if rest.strip() else ""
            break
    return _trimmed(rest)


def find_category(layout: Layout, tags: Tags, headline: str) -> tuple[str, str]:
    """The column, from the official tag or the breadcrumb."""
    value, evidence = tags.first("columnname", "article:section", "channelname")
    if 1 < len(value) <= 30 and re.search(r"[^\W\d_]", value):
        return value.split(",")[0].strip(), evidence
    for line in layout.lines[:200]:
        box = layout.boxes[line.box].name if line.box >= 0 else ""
        if len(line.text) <= 120 and (_CRUMB.search(line.text[:12]) or _CRUMB_BOX.search(box)):
            steps = [step.strip(" :：") for step in re.split(r"[>»›＞〉\\]+|\s[-/|]\s|/", line.text)]
            while len(steps) > 1 and (_CRUMB_END.match(steps[-1]) or steps[-1] == headline):
                steps.pop()
            if len(steps) > 1 and 1 < len(steps[-1]) <= 16 and not _CRUMB.search(steps[-1]):
                return steps[-1], "breadcrumb"
    return "", ""


def _shown(zone: Zone, timezone: str, latest: datetime | None) -> Dated | None:
    """The date that readers see: a labelled one before any other, one with a time before one without."""
    best: Dated | None = None
    most = 0.0
    lines = zone.layout.lines
    for number, line in zone.lines():
        text = unicodedata.normalize("NFKC", line.text[:300])
        if len(text) < 16 and number + 1 < zone.end and number + 1 != zone.headline:
            # Templates set year, day and time as blocks of their own.
            text = unicodedata.normalize("NFKC", f"{text} {_short(lines[number + 1])} {_short_after(lines, number + 2, zone.end)}")
        for sighting in sightings(text, zone=timezone):
            if latest and sighting.moment.at > latest:
                continue
            rank = _rank(text, sighting.start, sighting.end, sighting.moment, above=number < zone.headline, size=len(line.text))
            if number < zone.headline and (line.linked or _TODAY.search(text)):
                continue
            if rank > most:
                best, most = Dated(sighting.moment, "header"), rank
    return best


def _below(tail: list[Line], timezone: str, latest: datetime | None) -> Dated | None:
    """A date behind a label like 发布日期, below the body."""
    for line in tail:
        text = unicodedata.normalize("NFKC", line.text[:200])
        for sighting in sightings(text, zone=timezone):
            labelled = _LABELLED.search(text[max(0, sighting.start - 14) : sighting.start])
            if labelled and len(text) <= 100 and not (latest and sighting.moment.at > latest):
                return Dated(sighting.moment, "tail")
    return None


def _rank(text: str, start: int, end: int, moment: Moment, *, above: bool, size: int) -> float:
    before = text[max(0, start - 14) : start]
    rank = 10.0
    if _OTHER_DAY.search(before):
        rank -= 6.0
    elif _LABELLED.search(before):
        rank += 6.0
    if moment.precision is Precision.MINUTE:
        rank += 4.0
    if above:
        rank -= 2.0
    rest = start + max(0, len(text) - end)
    return rank - (8.0 if size > 80 else 0.0) - min(rest, 60) * 0.05


def _claims(tags: Tags, entry: Entry | None, zone: Zone, timezone: str, latest: datetime | None) -> Iterator[Dated]:
    named = [(tags.metas.get(name, ""), f"meta:{name}") for name in _DATE_METAS]
    named.insert(5, (tags.linked_data.get("datePublished", ""), "json-ld"))
    for value, evidence in named:
        moment = read_date(value, zone=timezone) if value else None
        if moment is not None and not (latest and moment.at > latest):
            yield Dated(_honest(moment, timezone), evidence)
    if entry is not None and entry.published_at is not None:
        yield Dated(Moment(entry.published_at, entry.published_precision or Precision.DAY), "entry")


def _honest(moment: Moment, timezone: str) -> Moment:
    """A tag's midnight is a day without a time."""
    local = moment.at.astimezone(ZoneInfo(timezone))
    if moment.precision is Precision.MINUTE and (local.hour, local.minute) == (0, 0):
        return moment._replace(precision=Precision.DAY)
    return moment


def _relative(zone: Zone, captured_at: datetime | None, timezone: str) -> Dated | None:
    """`3小时前` or a day without a year, counted back from the capture."""
    if captured_at is None:
        return None
    for _, line in zone.lines():
        if len(line.text) <= 40 and (moment := read_date(line.text, now=captured_at, zone=timezone)):
            return Dated(moment, "header")
    return None


def _day(moment: Moment, timezone: str) -> object:
    return moment.at.astimezone(ZoneInfo(timezone)).date()


def _short(line: Line) -> str:
    return line.text if len(line.text) < 24 else line.text[:12] if _CLOCK_ONLY.match(line.text) else ""


def _short_after(lines: list[Line], number: int, end: int) -> str:
    return _short(lines[number]) if number < end else ""


def _trimmed(value: str) -> str:
    """A credit without what a template glued to it."""
    value = unicodedata.normalize("NFKC", value).strip(" :|/-—·;,。")
    if cut := _NEXT_LABEL.search(value):
        value = value[: cut.start()] if cut.start() else ""
    words = value.split()
    if len(words) > 1 and re.search(r"[\u3400-\u9fff]$", words[0]):
        value = words[0]
    value = value.strip(" :|/-—·;,。")
    return value if 1 < len(value) <= 40 and re.search(r"[^\W\d_]", value) else ""


def _beside_date(lines: list[Line]) -> str:
    """The name of a medium in a line of its own, next to that of the date."""
    for number, line in enumerate(lines):
        if len(line.text) <= 40 and _DAY.search(unicodedata.normalize("NFKC", line.text)):
            for other in (*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]):
                if 2 < len(other.text) <= 12 and _MEDIA.search(other.text) and not is_boilerplate(other.text):
                    return _trimmed(other.text)
    return ""


def _unlabelled_credit(layout: Layout, line: Line, told: str) -> str:
    """A name without a label: in a box named for it, or behind the date in the same line."""
    box = layout.boxes[line.box].name if line.box >= 0 else ""
    if len(line.text) <= 24 and _CREDIT_BOX.search(box) and not re.search(r"\d{4}", line.text):
        return _trimmed(line.text)
    if len(line.text) > 80:
        return ""
    pieces = [unicodedata.normalize("NFKC", piece).strip(" |·") for piece in line.pieces if piece.strip()]
    dated = next((number for number, piece in enumerate(pieces) if _DAY.search(piece)), None)
    if dated is None:
        return ""
    glued = re.sub(r"^.*\d日?", "", pieces[dated])
    beside = [glued, *pieces[dated + 1 : dated + 3], *pieces[max(0, dated - 1) : dated]]
    beside = [piece.strip(" |·()（）") for piece in beside]
    for piece in beside:
        if found := re.match(r"来源\s*(\S{2,16})$", piece):
            return found[1]
    named = next((piece for piece in beside if 2 < len(piece) <= 16 and _MEDIA.search(piece)), "")
    return named or next((piece for piece in beside if _is_mentioned(piece, told)), "")


def _is_mentioned(piece: str, told: str) -> bool:
    return 2 <= len(piece) <= 12 and re.match(r"[\u3400-\u9fff]", piece) is not None and not is_name(piece) and piece in told and not is_boilerplate(piece)

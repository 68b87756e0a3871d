"""When a page says it was published. Pure.

The visible header wins over the tags: on one government page in seven `PubDate` names another day
(republication, migration). A tag only adds the minute where the header shows the day alone; then
follow the listing's claim and the day in the URL.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawler.dates import Moment, read_date, sightings, url_date
from crawler.extract.layout import Line
from crawler.extract.tags import Tags
from crawler.extract.words import words
from crawler.extract.zone import Zone
from storage.records import Entry, Precision

SLACK = timedelta(days=2)  # a date this much later than the capture is an announcement's, not the publication's

_LABELLED = re.compile(
    r"(?:发布|发表|发稿|发文|刊发|上传|录入|时间|日期|发布于|发表于|posted|published)[^\d]{0,6}$", re.IGNORECASE
)
_OTHER_DAY = re.compile(
    r"(?:更新|修改|成文|生成|印发|截止|截至|有效期|失效|施行|实施|编辑于|访问|今天是|现在是|当前)[^\d]{0,8}$"
)
_TODAY = re.compile(r"今天是|现在是|当前时间|北京时间|星期.\s*$")
_CLOCK_ONLY = re.compile(r"\s*(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b")
#: The most trusted first; JSON-LD comes where `json-ld` stands.
_DATE_METAS = words(
    "pubdate publishdate publishtime publishedtime og:release_date json-ld og:time article:published_time publish_time "
    "publish-date weibo:article:create_at bytedance:published_time apub:time datepublished date dc.date.issued "
    "createdate"
)
_MODIFIED_METAS = words("article:modified_time og:updated_time datemodified bytedance:updated_time last-modified")


@dataclass(frozen=True, slots=True)
class Dated:
    moment: Moment
    evidence: str


def find_date(
    zone: Zone,
    tags: Tags,
    tail: list[Line],
    *,
    entry: Entry | None,
    url: str,
    captured_at: datetime | None,
    timezone: str,
    issue: date | None = None,
) -> Dated | None:
    """When the page says it was published.

    `tail` are lines below the body, read for a labelled date; `issue` is the day of a newspaper's
    issue, which its articles do not state themselves.
    """
    if issue is not None:
        midnight = datetime.combine(issue, time(), tzinfo=ZoneInfo(timezone))
        return Dated(Moment(midnight.astimezone(UTC), Precision.DAY), "issue")
    latest = captured_at + SLACK if captured_at else None
    claims = list(_claims(tags, entry, timezone, latest))
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


def _shown(zone: Zone, timezone: str, latest: datetime | None) -> Dated | None:
    """The date that readers see: a labelled one before any other, one with a time before one without."""
    best: Dated | None = None
    most = 0.0
    lines = zone.layout.lines
    for number, line in zone.lines():
        text = unicodedata.normalize("NFKC", line.text[:300])
        if len(text) < 16 and number + 1 < zone.end and number + 1 != zone.headline:
            # Templates set year, day and time as blocks of their own.
            text = unicodedata.normalize(
                "NFKC", f"{text} {_short(lines[number + 1])} {_short_after(lines, number + 2, zone.end)}"
            )
        for sighting in sightings(text, zone=timezone):
            if latest and sighting.moment.at > latest:
                continue
            rank = _rank(
                text, sighting.start, sighting.end, sighting.moment, above=number < zone.headline, size=len(line.text)
            )
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


def _claims(tags: Tags, entry: Entry | None, timezone: str, latest: datetime | None) -> Iterator[Dated]:
    for name in _DATE_METAS:
        tag = tags.linked_data.get("datePublished", "") if name == "json-ld" else tags.metas.get(name, "")
        moment = read_date(tag, zone=timezone) if tag else None
        if moment is not None and not (latest and moment.at > latest):
            yield Dated(_honest(moment, timezone), name if name == "json-ld" else f"meta:{name}")
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

"""When a page says it was published. Pure.

The visible header wins over the tags: on one government page in seven `PubDate` names another day
(republication, migration). A tag only adds the minute where the header shows the day alone; then
follow the listing's claim and the day in the URL. Midnight is a day without a time, wherever it stands.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawler.dates import Moment, Sighting, day_without_year, read_date, sightings, url_date
from crawler.extract.labels import tight_labels
from crawler.extract.layout import Line
from crawler.extract.tags import Tags, told_by
from crawler.extract.words import words
from crawler.extract.zone import Zone
from storage.records import Entry, Precision

SLACK = timedelta(days=2)  # a date this much later than the capture is an announcement's, not the publication's

_LABELLED = re.compile(
    r"(?:发布|发表|发稿|发文|刊发|刊登|登载|上传|录入|公布|公开|添加|时间|日期|发布于|发表于|posted|published)[^\d]{0,6}$",
    re.IGNORECASE,
)
_OTHER_DAY = re.compile(r"(?:更新|修改|成文|生成|印发|编辑于|编辑时间)[^\d]{0,8}$")
_NEVER = re.compile(
    r"(?:截止|截至|有效期|失效|废止|施行|实施|生效|访问|今天是|今天|今日|现在是|当前|系统时间|北京时间|活动时间|会议时间|报名|"
    r"开标|公示期|采集|快照|生卒|出生|注册|成立)[^\d]{0,8}$"
)
_TODAY = re.compile(r"今天是|现在是|当前时间|北京时间|星期.\s*$")
_HEADER_WORD = re.compile(r"(?:来源|作者|编辑|浏览|阅读|点击|次数|来稿)\s*[:：]|字号|字体|分享|打印|评论|浏览|阅读")
_PROSE = re.compile(r"[，。；]|^日?\s*[)）]?\s*(?:第.{1,4}[届次号]|在|由|经|起|至|以[前后来]|[，、])")
_CLOCK_BEFORE = re.compile(r"(?<![\d:])((?:[01]?\d|2[0-3]):[0-5]\d)(?::[0-5]\d)?\s*[|/·]?\s*$")
_UTC_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0+)?)?\s*(?:Z|\+00:?00|GMT|UTC)$", re.IGNORECASE)
_MONTH_LABEL = re.compile(r"^(?:[发刊][布表行稿]|出版)?(?:时间|日期)\s*[:：]")
_CLOCK_ONLY = re.compile(r"\s*(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b")
#: The most trusted first; JSON-LD comes where `json-ld` stands.
_DATE_METAS = words(
    "pubdate publishdate publishtime publishedtime og:release_date json-ld og:time article:published_time publish_time "
    "publish-date weibo:article:create_at bytedance:published_time apub:time datepublished date dc.date.issued "
    "createdate firstpublishedtime"
)
_MODIFIED_METAS = words(
    "article:modified_time og:updated_time datemodified bytedance:updated_time bytedance:lrdate_time lastmodifiedtime"
)


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
    below = _below(tail, timezone, latest)
    shown = _shown(zone, timezone, latest) or below
    if shown is None:
        return _unshown(zone, claims, _by_url(url, timezone, latest), captured_at, timezone)
    if shown.moment.precision is Precision.MINUTE:
        return shown
    for claim in (below, *claims):
        if claim and claim.moment.precision is Precision.MINUTE and _day(claim, timezone) == _day(shown, timezone):
            return Dated(claim.moment, f"{shown.evidence}+{claim.evidence}")
    return shown


def find_modified(tags: Tags, timezone: str) -> datetime | None:
    """When the tags say it was changed; None for a day without a time, which no field could say."""
    value, _ = modified_tag(tags)
    moment = _stated(value, timezone) if value else None
    return moment.at if moment and moment.precision is Precision.MINUTE else None


def modified_tag(tags: Tags) -> tuple[str, str]:
    """What the tags say of the last change, and which tag."""
    value, evidence = tags.first(*_MODIFIED_METAS)
    return (value, evidence) if value else (tags.linked_data.get("dateModified", ""), "json-ld")


def _unshown(
    zone: Zone, claims: list[Dated], by_url: Dated | None, captured_at: datetime | None, timezone: str
) -> Dated | None:
    """The date of a page that shows none with its year."""
    claim = next(iter(claims), by_url)
    if claim is None:
        return _relative(zone, captured_at, timezone) or _month(zone, timezone)
    if claim.moment.precision is not Precision.MINUTE:
        anchor = claim.moment.at + timedelta(days=1)
        for _, line in zone.lines():
            found = day_without_year(line.text, now=anchor, zone=timezone) if len(line.text) <= 80 else None
            if (
                found
                and found.precision is Precision.MINUTE
                and _day(Dated(found, ""), timezone) == _day(claim, timezone)
            ):
                return Dated(_honest(found, timezone), f"header+{claim.evidence}")
    return claim


def _by_url(url: str, timezone: str, latest: datetime | None) -> Dated | None:
    named = url_date(url, zone=timezone)
    return Dated(named, "url") if named is not None and not (latest and named.at > latest) else None


def _shown(zone: Zone, timezone: str, latest: datetime | None) -> Dated | None:
    """The date that readers see: a labelled one before any other, one with a time before one without."""
    best: Dated | None = None
    most = 0.0
    for number, line in zone.lines():
        above = number < zone.headline
        text = _with_following(zone, number, line)
        if above and (line.linked or _TODAY.search(text)):
            continue
        for sighting in sightings(text, zone=timezone):
            if latest and sighting.moment.at > latest:
                continue
            rank = _rank(text, sighting, above=above, size=len(line.text))
            if rank > most:
                best, most = Dated(_with_clock(text, sighting, timezone), "header"), rank
    return best


def _with_following(zone: Zone, number: int, line: Line) -> str:
    """A line's text, with the next ones where templates set year, day and time as blocks of their own."""
    text = line.text[:300]
    if len(text) < 16 and number + 1 < zone.end and number + 1 != zone.headline:
        following = zone.layout.lines[number + 1 : min(number + 3, zone.end)]
        text = " ".join([text, *(_short(each) for each in following)])
    return tight_labels(unicodedata.normalize("NFKC", text))


def _with_clock(text: str, sighting: Sighting, timezone: str) -> Moment:
    """The date with a time that stands before it: `08:30 2024-03-05`."""
    if sighting.moment.precision is Precision.DAY and (clock := _CLOCK_BEFORE.search(text[: sighting.start])):
        hour, minute = map(int, clock[1].split(":"))
        local = sighting.moment.at.astimezone(ZoneInfo(timezone)).replace(hour=hour, minute=minute)
        return _honest(Moment(local.astimezone(UTC), Precision.MINUTE), timezone)
    return _honest(sighting.moment, timezone)


def _below(tail: list[Line], timezone: str, latest: datetime | None) -> Dated | None:
    """A date behind a label like 发布日期, below the body."""
    best: Dated | None = None
    most = 0.0
    for line in tail:
        text = tight_labels(unicodedata.normalize("NFKC", line.text[:200]))
        for sighting in sightings(text, zone=timezone) if len(text) <= 100 else ():
            labelled = _LABELLED.search(text[max(0, sighting.start - 14) : sighting.start])
            if not labelled or (latest and sighting.moment.at > latest):
                continue
            rank = _rank(text, sighting, above=False, size=len(text))
            if rank > most:
                best, most = Dated(_honest(sighting.moment, timezone), "tail"), rank
    return best


def _rank(text: str, sighting: Sighting, *, above: bool, size: int) -> float:
    before = text[max(0, sighting.start - 14) : sighting.start]
    if _NEVER.search(before):
        return 0.0
    rank = 10.0
    if _OTHER_DAY.search(before):
        rank -= 6.0
    elif _LABELLED.search(before):
        rank += 6.0
    elif _is_prose(text, sighting):
        return 0.0
    if sighting.moment.precision is Precision.MINUTE:
        rank += 4.0
    if above:
        rank -= 2.0
    rest = sighting.start + max(0, len(text) - sighting.end)
    return rank - (8.0 if size > 80 else 0.0) - min(rest, 60) * 0.05


def _is_prose(text: str, sighting: Sighting) -> bool:
    """Whether a sentence tells of that day: `（2024年1月10日在望海区第十届人民代表大会上）`."""
    if _HEADER_WORD.search(text):
        return False
    around = text[: sighting.start], text[sighting.end :]
    return len(text) > 24 and any(_PROSE.search(part) for part in around)


def _claims(tags: Tags, entry: Entry | None, timezone: str, latest: datetime | None) -> Iterator[Dated]:
    for name in _DATE_METAS:
        tag = tags.linked_data.get("datePublished", "") if name == "json-ld" else tags.metas.get(name, "")
        moment = _stated(tag, timezone) if tag else None
        if moment is not None and not (latest and moment.at > latest):
            yield Dated(moment, name if name == "json-ld" else told_by(name))
    if entry is not None and entry.published_at is not None:
        yield Dated(Moment(entry.published_at, entry.published_precision or Precision.DAY), "entry")


def _stated(value: str, timezone: str) -> Moment | None:
    """The time in a tag; midnight, here or in Greenwich, is a day without a time."""
    if day := _UTC_MIDNIGHT.match(value.strip()):
        value = day[1]
    moment = read_date(value, zone=timezone)
    return _honest(moment, timezone) if moment else None


def _honest(moment: Moment, timezone: str) -> Moment:
    """Midnight is a day without a time."""
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
            return Dated(moment, "header+capture")
    return None


def _month(zone: Zone, timezone: str) -> Dated | None:
    """A month behind a label, where the page says no day."""
    for _, line in zone.lines():
        text = tight_labels(unicodedata.normalize("NFKC", line.text[:80]))
        moment = read_date(text, zone=timezone) if _MONTH_LABEL.match(text) else None
        if moment is not None and moment.precision is Precision.MONTH:
            return Dated(moment, "header")
    return None


def _day(dated: Dated, timezone: str) -> date:
    return dated.moment.at.astimezone(ZoneInfo(timezone)).date()


def _short(line: Line) -> str:
    return line.text if len(line.text) < 24 else line.text[:12] if _CLOCK_ONLY.match(line.text) else ""

"""Read the times that Chinese pages, feeds and URLs state. Pure: nothing here looks at a clock.

A time without an offset is local to the given zone. Seconds are dropped, because a listing and
its page would disagree by them; `00:00:00` is what a database writes for a day without a time.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from storage.records import Precision

ZONE = "Asia/Shanghai"
FIRST_YEAR = 1990  # older dates on a page are history it tells of, not the day it was published
LAST_YEAR = 2100


class Moment(NamedTuple):
    """A time (aware, UTC) and how exactly it was stated; a day or month is its first local midnight."""

    at: datetime
    precision: Precision


class Sighting(NamedTuple):
    """A date found inside a longer text (in its NFKC form)."""

    moment: Moment
    start: int
    end: int


_CLOCK = (
    r"(?:\s*[日号])?[T,]?\s*(?:\(?(?:星期|周|週)[一二三四五六日天]\)?)?\s*(?:[|/·丨]\s*)?"
    r"(?:[发刊]?[布表稿]?时间\s*:\s*)?"
    r"(?P<half>上午|下午|晚上|晚间|凌晨|中午|早上|早晨|傍晚|AM|PM)?\s*"
    r"(?P<h>[01]?\d|2[0-4])\s*(?::|时|時|点|點)\s*(?:(?P<min>[0-5]\d)\s*(?:[:分]\s*(?P<s>[0-5]\d))?)?"
    r"(?:\.\d+)?\s*(?P<after>[AP]M\b)?\s*\(?(?P<offset>(?:GMT|UTC)\s?[+-]\d{1,2}(?::?\d\d)?(?!\d)|"
    r"Z\b|GMT\b|UTC\b|[+-]\d\d:?\d\d(?!\d))?"
)
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_MONTH = r"(?P<m>1[0-2]|0?[1-9])"
_YEAR = r"(?<![\d.])(?P<y>(?:19|20)\d\d)"
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"(?P<name>{'|'.join(_NAMES)})[a-z]*\.?"
_ORDINAL = r"(?:st|nd|rd|th)?"
_LATE_YEAR = rf"(?P<y>(?:19|20)\d\d)(?!\d)(?:\s*(?:at)?{_CLOCK})?"
_ENDS = r"(?:(?!\d)|(?=\d\d:\d\d))"
_SEP = r"\s*[-/.年]\s*"
_SHORT_DAY = r"(?P<yy>\d\d)(?P<sep>[-/年])(?P<m>1[0-2]|0[1-9])(?:(?P=sep)|月)(?P<d>3[01]|[12]\d|0[1-9])"

#: Tried in this order at every place; the first that fits there wins.
_FORMS = (
    rf"{_YEAR}(?:{_SEP}|\s+){_MONTH}\s*[-/.月]\s*{_DAY}{_ENDS}(?:{_CLOCK})?",
    # A layout that sets the day above the month: `21 / 2024年02月`.
    rf"(?<!\d){_DAY}\s*日?\s*/?\s+{_YEAR}{_SEP}{_MONTH}(?!\d|\s*[-/.月]\s*\d)(?:\s*月)?(?:\s+{_CLOCK})?",
    # One that sets the year below the day: `03-05 2024`.
    rf"(?<![\d./-]){_MONTH}\s*[-/.月]\s*{_DAY}日?\s*/?\s+{_YEAR}(?!\d|\s*[-/.年]\s*\d)(?:\s*年)?(?:\s+{_CLOCK})?",
    # Two-digit years: `16-05-17`, `07年08月24日`.
    rf"(?<![\d./-])(?<!\d:){_SHORT_DAY}(?:(?![\d:/-])|(?=\d\d:\d\d))(?:{_CLOCK})?",
    rf"(?<!\d){_DAY}{_ORDINAL}[\s-]+{_NAME}[\s,-]+{_LATE_YEAR}",
    rf"\b{_NAME}\s+{_DAY}{_ORDINAL},?\s+{_LATE_YEAR}",
)
_ABSOLUTE = tuple(re.compile(form, re.IGNORECASE) for form in _FORMS)
_HINT = re.compile(r"\d[\s]*[-/.年月]|[a-z]{3}", re.IGNORECASE)
_NUMERALS = re.compile(
    r"([二][〇○零Oo0一二三四五六七八九]{3})年(十?[一二三四五六七八九十])月([一二三]?十?[一二三四五六七八九十])日"
)
_MONTH_ONLY = re.compile(rf"{_YEAR}\s*[-/年]\s*{_MONTH}(?:\s*月)?(?!\s*[-/.\d])")
_MONTH_DAY = re.compile(
    rf"(?<![\d.:年/-])\s*{_MONTH}\s*[-/月]\s*{_DAY}(?:(?![\d/-])|(?=\d\d:\d\d))(?:{_CLOCK})?", re.IGNORECASE
)
_AGO = re.compile(
    r"(\d+|半|[一二两三四五六七八九十几])\s*个?(秒|分钟|分鐘|分|小时|小時|天|日|周|週|星期|月|年)(?:之|以)?前"
)
_NEAR_DAY = re.compile(rf"(刚刚|刚才|今天|今日|昨天|昨日|前天)(?:{_CLOCK})?", re.IGNORECASE)
_STAMP = re.compile(
    r"(?:(?P<epoch>1\d{9})(?P<ms>\d{3})?|(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:(?P<h>\d\d)(?P<min>\d\d)\d\d)?)\Z"
)
_URL_DAYS = tuple(
    re.compile(form)
    for form in (
        r"/t?((?:19|20)\d\d)(\d\d)(\d\d)(?=[_/.-]|$)",
        r"/((?:19|20)\d\d)-?(\d\d)[/-](\d\d)(?=[_/.-]|$)",
        r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)(?=[_/.-]|$)",
        r"/((?:19|20)\d\d)/(\d\d)(\d\d)(?=[_/.-]|$)",
        r"/((?:19|20)\d\d)(\d\d)(\d\d)\d{4,}(?=[_/.-]|$)",
    )
)
_NO_TIME = ("00:00:00", "23:59:59")  # what databases and newspapers' systems write for a day without a time
_DAYS_BACK = {"今": 0, "昨": 1, "前": 2}
_AFTERNOON = {"下午", "晚上", "晚间", "傍晚", "pm"}
_DIGITS = {character: index for index, character in enumerate("零一二三四五六七八九十")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
    "几": 3,
}


def read_date(text: str, *, now: datetime | None = None, zone: str = ZONE) -> Moment | None:
    """The first time that a text states, or None.

    `now` (aware) makes relative times and days without a year readable; without it they are None.
    """
    text = unicodedata.normalize("NFKC", text[:400]).strip()
    if not text:
        return None
    if stamp := _STAMP.match(text):
        return _stamp(stamp, zone)
    found = next(sightings(text, zone=zone), None)
    if found is not None:
        return found.moment
    return _in_words(text, zone) or _mail(text) or (_relative(text, now, zone) if now else None) or _month(text, zone)


def sightings(text: str, *, zone: str = ZONE) -> Iterator[Sighting]:
    """Every date with a year inside a text (given in NFKC), in order, without overlaps."""
    if not _HINT.search(text):
        return
    at = 0
    while at < len(text):
        matches = [match for form in _ABSOLUTE if (match := form.search(text, at))]
        if not matches:
            return
        best = min(matches, key=lambda match: match.start())
        moment = _moment(best, zone)
        if moment is not None:
            yield Sighting(moment, best.start(), best.end())
        at = best.end() if moment is not None else best.start() + 1


def url_date(url: str, *, zone: str = ZONE) -> Moment | None:
    """The day that the path of a URL names, or None."""
    path = url.partition("//")[2].partition("?")[0].partition("#")[0] or url
    for form in _URL_DAYS:
        for match in form.finditer(path):
            year, month, day = (int(part) for part in match.groups())
            if moment := _build(year, month, day, None, zone):
                return moment
    return None


def day_without_year(text: str, *, now: datetime, zone: str = ZONE) -> Moment | None:
    """The first `03-05 08:30` in a text, as the last such day that is not more than a day after `now`; or None."""
    return _yearless(unicodedata.normalize("NFKC", text[:400]), now, zone)


def _moment(match: re.Match[str], zone: str) -> Moment | None:
    parts = match.groupdict()
    if parts.get("yy"):
        short = int(parts["yy"])
        year = 2000 + short if short < 70 else 1900 + short
    else:
        year = int(parts["y"])
    month = _NAMES.index(parts["name"].lower()) + 1 if parts.get("name") else int(parts["m"])
    return _build(year, month, int(parts["d"]), parts, zone)


def _build(year: int, month: int, day: int, clock: dict[str, str | None] | None, zone: str) -> Moment | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    hour, minute = _clock(clock or {})
    try:
        start = datetime(year, month, day, tzinfo=_zone(zone))
        if hour is None:
            return Moment(start.astimezone(UTC), Precision.DAY)
        offset = (clock or {}).get("offset")
        local = start.replace(tzinfo=_offset(offset)) if offset else start
        return Moment((local + timedelta(hours=hour, minutes=minute)).astimezone(UTC), Precision.MINUTE)
    except (ValueError, OverflowError):
        return None


def _clock(parts: dict[str, str | None]) -> tuple[int | None, int]:
    """Hour (None without a time of day) and minute."""
    if not parts.get("h"):
        return None, 0
    hour, minute = int(parts["h"] or 0), int(parts.get("min") or 0)
    half = (parts.get("half") or parts.get("after") or "").lower()
    if half in _AFTERNOON and hour < 12:
        hour += 12
    elif half in {"am", "凌晨", "上午"} and hour == 12:
        hour = 0
    if f"{hour:02}:{minute:02}:{parts.get('s')}" in _NO_TIME and not parts.get("offset"):
        return None, 0
    return hour, minute


def _relative(text: str, now: datetime, zone: str) -> Moment | None:
    local = now.astimezone(_zone(zone))
    if ago := _AGO.search(text):
        return _ago(_number(ago[1]), ago[2], local)
    if near := _NEAR_DAY.search(text):
        day = local - timedelta(days=_DAYS_BACK.get(near[1][0], 0))
        if near[1][0] == "刚":
            return _at(local, Precision.MINUTE)
        return _build(day.year, day.month, day.day, near.groupdict(), zone)
    return _yearless(text, now, zone)


def _yearless(text: str, now: datetime, zone: str) -> Moment | None:
    local = now.astimezone(_zone(zone))
    if (match := _MONTH_DAY.search(text)) is None:
        return None
    parts = match.groupdict()
    moment = _build(local.year, int(parts["m"]), int(parts["d"]), parts, zone)
    if moment is None or moment.at > now + timedelta(days=1):
        # A day that has not come yet this year was last year's.
        moment = _build(local.year - 1, int(parts["m"]), int(parts["d"]), parts, zone)
    return moment


def _ago(number: float, unit: str, local: datetime) -> Moment:
    if unit == "秒":
        return _at(local, Precision.MINUTE)
    if unit.startswith("分"):
        return _at(local - timedelta(minutes=number), Precision.MINUTE)
    if unit.startswith("小"):
        # An hour's doubt is more than the minute that a finer precision would claim.
        return _at(local - timedelta(hours=number), Precision.DAY)
    days = {"天": 1, "日": 1, "周": 7, "週": 7, "星期": 7, "月": 30, "年": 365}[unit]
    return _at(local - timedelta(days=min(number * days, 36500)), Precision.MONTH if days > 7 else Precision.DAY)


def _at(local: datetime, precision: Precision) -> Moment:
    """The start of the stated minute, day or month."""
    local = local.replace(second=0, microsecond=0)
    if precision is not Precision.MINUTE:
        local = local.replace(hour=0, minute=0)
    if precision is Precision.MONTH:
        local = local.replace(day=1)
    return Moment(local.astimezone(UTC), precision)


def _stamp(match: re.Match[str], zone: str) -> Moment | None:
    if match["epoch"]:
        return Moment(datetime.fromtimestamp(int(match["epoch"]), UTC).replace(second=0), Precision.MINUTE)
    return _build(int(match["y"]), int(match["m"]), int(match["d"]), match.groupdict(), zone)


def _mail(text: str) -> Moment | None:
    """RFC 822 with a zone's name (`GMT`, `EST`), which the forms above read without it."""
    try:
        at = parsedate_to_datetime(text.replace(" CST", " +0800"))  # Java's word for China's time, not Chicago's
        return Moment(at.astimezone(UTC).replace(second=0), Precision.MINUTE) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _in_words(text: str, zone: str) -> Moment | None:
    if (match := _NUMERALS.search(text)) is None:
        return None
    year = int("".join(str(_DIGITS.get(digit, 0)) for digit in match[1]))
    return _build(year, _tens(match[2]), _tens(match[3]), None, zone)


def _month(text: str, zone: str) -> Moment | None:
    if (match := _MONTH_ONLY.search(text)) is None:
        return None
    moment = _build(int(match["y"]), int(match["m"]), 1, None, zone)
    return moment._replace(precision=Precision.MONTH) if moment else None


def _number(word: str) -> float:
    if word.isdigit():
        return min(int(word), 100_000)
    return 0.5 if word == "半" else _DIGITS.get(word, 1)


def _tens(word: str) -> int:
    """`十二` → 12, `三十一` → 31, `九` → 9."""
    before, ten, after = word.partition("十")
    if not ten:
        return _DIGITS.get(word, 0)
    return (_DIGITS[before] if before else 1) * 10 + (_DIGITS[after] if after else 0)


@lru_cache(maxsize=64)
def _offset(text: str) -> timezone:
    sign, digits = re.sub(r"[^-+]", "", text), re.sub(r"\D", "", text)
    if not sign:
        return UTC
    minutes = int(digits) * 60 if len(digits) <= 2 else int(digits[:-2]) * 60 + int(digits[-2:])
    return timezone(timedelta(minutes=-minutes if sign == "-" else minutes))


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)

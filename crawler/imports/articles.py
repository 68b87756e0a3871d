"""Read articles from JSON lines (the format that `export` writes and data sets have), one line at a time. Pure.

A line is `{"id", "url", "site"?, "title", "text", "published"?, "source"?}`; an empty string is an absent
value, and so is null. The text is taken as given but for blank lines. A line that is no article is a
value, `BadLine`, because one of them in a million is no reason to stop.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO, NamedTuple
from zoneinfo import ZoneInfo

from crawler.dates import ZONE, Moment, read_date
from crawler.imports.item import BadLine, ImportedItem, key_of_id
from crawler.urls import host
from storage.records import Extraction, Precision

EXTRACTOR = "articles-jsonl/1"
#: No article has more; a file without line ends must not be read into memory whole.
MAX_LINE_BYTES = 16 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_HEADERS = (("content-type", "application/json; charset=utf-8"),)
_KINDS = {bool: "true or false", list: "a list", dict: "an object", float: "no number"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_DAY_ALONE = re.compile(r"\d{4}-\d\d?-\d\d?|\d{8}")
_MAIL = re.compile(
    r"(?:[A-Z][a-z]{2},\s*)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4}\s+\d\d:\d\d(?::\d\d)?\s+(?:GMT|UTC?|Z|[+-]\d{4})"
)
_YEARS = range(1800, 2200)  # so that a change of time zone stays within what a datetime can hold


class _Number(str):
    """A JSON number as it is written; an id keeps its zeros."""

    __slots__ = ()


class _Fields(NamedTuple):
    id: str
    url: str
    site: str
    title: str
    text: str
    published: str
    source: str


class _WrongLine(ValueError):
    """Says why a line is no article."""


def read_articles(stream: BinaryIO, *, zone: str = ZONE) -> Iterator[ImportedItem | BadLine]:
    """The articles of a stream in its order; blank lines are skipped, bad ones reported."""
    for number, line in _lines(stream):
        if line is None:
            yield BadLine(line=number, problem=f"longer than {MAX_LINE_BYTES // 2**20} MiB")
        elif line.strip():
            yield read_article(line, number, zone=zone)


def read_article(line: bytes, number: int = 0, *, zone: str = ZONE) -> ImportedItem | BadLine:
    """The article of one line, without its line end."""
    try:
        fields = _fields(line)
    except _WrongLine as wrong:
        return BadLine(line=number, problem=str(wrong))
    text = "\n".join(part for part in fields.text.splitlines() if part.strip())
    title = " ".join(fields.title.split("\n")).strip()
    if not title and not text.strip():
        return BadLine(line=number, problem="neither a title nor a text")
    moment = read_published(fields.published, zone=zone)
    evidence = {"published_at": "jsonl:published"} if moment else {}
    if fields.published and not moment:
        evidence = {"published_at": f"jsonl:published (not understood: {fields.published[:80]})"}
    return ImportedItem(
        external_id=fields.id,
        url=fields.url or None,
        site=fields.site or host(fields.url),
        key_hint=key_of_id(fields.id, title, text),
        extraction=Extraction(
            extractor=EXTRACTOR,
            title=title,
            text=text,
            credit=fields.source,
            published_at=moment.at if moment else None,
            published_precision=moment.precision if moment else None,
            evidence=evidence,
        ),
        payload=line,
        headers=_HEADERS,
        line=number,
    )


def read_published(text: str, *, zone: str = ZONE) -> Moment | None:
    """The time that `published` states: local to the zone unless it has an offset; None if it states none."""
    text = text.strip()
    if not text:
        return None
    return _mail_time(text) or read_date(text, zone=zone) or _early(text, zone)


def _mail_time(text: str) -> Moment | None:
    """A date as in mail and feeds, whose offset may be a name (RFC 5322 §3.3 and §4.3)."""
    if not _MAIL.fullmatch(text):
        return None
    try:
        return Moment(parsedate_to_datetime(text).astimezone(UTC).replace(second=0), Precision.MINUTE)
    except (ValueError, OverflowError):
        return None


def _early(text: str, zone: str) -> Moment | None:
    """A time before the years that a page would be believed to be published in."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year not in _YEARS:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    precision = Precision.DAY if _DAY_ALONE.fullmatch(text) else Precision.MINUTE
    return Moment(aware.astimezone(UTC).replace(second=0, microsecond=0), precision)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines without their ends and the BOM; None for one that is too long to be read."""
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield number, None
            continue
        yield number, (line.removeprefix(_BOM) if number == 1 else line).rstrip(b"\r\n")


def _fields(line: bytes) -> _Fields:
    try:
        found = json.loads(line.decode("utf-8"), parse_int=_Number, parse_float=_Number, parse_constant=float)
    except UnicodeDecodeError as error:
        raise _WrongLine(f"not UTF-8 (byte {error.start + 1})") from error
    except json.JSONDecodeError as error:
        raise _WrongLine(f"not JSON: {error.msg} (character {error.pos + 1})") from error
    except RecursionError as error:
        raise _WrongLine("not an article: nested too deeply") from error
    if not isinstance(found, dict):
        raise _WrongLine(f"{_kind(found)}, not an object")
    if found.get("text_dropped") is True:  # taken in, it would be a new revision without a word
        raise _WrongLine("its text was let go before it was exported")
    given = {name: _text_of(found, name) for name in _Fields._fields}
    # A line that `export` wrote: its `id` is a row of that database, and its time has another name.
    given["id"] = _text_of(found, "external_id") or ("" if "content_digest" in found else given["id"])
    given["published"] = given["published"] or _text_of(found, "published_at")
    return _Fields(**given)


def _text_of(found: dict[str, object], name: str) -> str:
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or (isinstance(value, _Number) and name != "id"):
        raise _WrongLine(f"{name}: {_kind(value)}, not a text")
    # Neither half of a surrogate pair nor a NUL can be stored.
    clean = _SURROGATE.sub("\ufffd", value.replace("\x00", ""))
    return clean if name in ("title", "text") else clean.strip()


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, _Number):
        return "a number"
    return _KINDS.get(type(value), "a text")

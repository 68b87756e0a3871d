"""The lines that programs read: an article as JSON or CSV, a reading of a page as JSON. Pure.

The names of the fields are promised in docs/commands.md; adding one is allowed, renaming none.
A text that is absent is an empty string; a time, a number or a name of a choice that is absent is null.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.records import Article, Extraction, Link, Person, Precision, Role

#: The fields of an exported article that are always there, in their order; also the columns of the CSV.
ARTICLE_FIELDS = (
    *("id", "external_id", "url", "site", "title", "text", "published_at", "published_precision", "captured_at"),
    *("source", "origin", "author", "category", "story", "relation", "links", "revision", "content_digest"),
)
#: Those that are there where they apply.
OPTIONAL_FIELDS = ("kicker", "subtitle", "paper", "page", "issue_date", "truncated", "text_dropped")
CSV_COLUMNS = (*ARTICLE_FIELDS, *OPTIONAL_FIELDS)

#: Characters that some readers, Python's `splitlines` among them, take for line ends.
_LINE_ENDS = ("\x85", "\u2028", "\u2029")

#: A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_line(value: Mapping[str, object]) -> str:
    """One JSON object on one line, without the line end; it can always be written as UTF-8."""
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can carry and UTF-8 cannot
        line = json.dumps(value)
    for end in _LINE_ENDS:
        line = line.replace(end, f"\\u{ord(end):04x}")
    return line


def article_line(article: Article, zone: ZoneInfo, links: Sequence[str] = ()) -> dict[str, object]:
    """An article as `export --format jsonl` writes it; `links` are external ids of related articles."""
    reading = article.extraction
    line: dict[str, object] = {
        "id": article.id,
        "external_id": article.external_id,
        "url": article.url,
        "site": article.publisher,
        "title": reading.title,
        "text": reading.text,
        "published_at": claimed(reading.published_at, reading.published_precision, zone),
        "published_precision": reading.published_precision.value if reading.published_precision else None,
        "captured_at": stamp(article.captured_at, zone),
        "source": reading.credit,
        "origin": reading.origin,
        "author": authors(reading.byline),
        "category": reading.category,
        "story": article.story_id,
        "relation": article.relation.value if article.relation else None,
        "links": list(links),
        "revision": article.revision,
        "content_digest": article.content_digest,
    }
    return line | _where_they_apply(reading)


def csv_row(line: Mapping[str, object]) -> list[str]:
    """The cells of an `article_line` in the order of `CSV_COLUMNS`; the text keeps its line ends."""
    return [_cell(line.get(column)) for column in CSV_COLUMNS]


def extract_line(page_id: str | int, url: str, reading: Extraction, zone: ZoneInfo) -> dict[str, object]:
    """What was read from a page, as `extract` writes it."""
    return {
        "id": page_id,
        "url": url,
        "title": reading.title,
        "text": reading.text,
        "date": local_date(reading.published_at, reading.published_precision, zone),
        "author": authors(reading.byline),
        "source": reading.credit,
        "origin": reading.origin,
        "category": reading.category,
    }


def refusal_line(page_id: str | int, url: str, refusal: str) -> dict[str, object]:
    """The same for a page that is no article, or could not be read."""
    empty = dict.fromkeys(("title", "text", "date", "author", "source", "origin", "category"), "")
    return {"id": page_id, "url": url, **empty, "refusal": refusal}


def reading_fields(reading: Extraction, zone: ZoneInfo) -> dict[str, object]:
    """What `show --json` tells of a reading beyond what an export does."""
    return {
        "byline": _people(reading.byline),
        "editors": _people(reading.editors),
        "modified_at": stamp(reading.modified_at, zone),
        "stated_snapshot_at": stamp(reading.stated_snapshot_at, zone),
        "language": reading.language,
        "canonical_url": reading.canonical_url,
        "images": _links(reading.images),
        "attachments": _links(reading.attachments),
        "leads": [
            {
                "title": lead.title,
                "snippet": lead.snippet,
                "published_at": stamp(lead.published_at, zone),
                "url": lead.url,
            }
            for lead in reading.leads
        ],
        "extractor": reading.extractor,
        "evidence": dict(reading.evidence),
    }


def authors(byline: Iterable[Person]) -> str:
    """The names of a byline joined by `;`; who only took the pictures is named where nobody else is."""
    people = tuple(byline)
    wrote = [person for person in people if person.role is not Role.PHOTO] or people
    return ";".join(dict.fromkeys(person.name for person in wrote))


def stamp(when: datetime | None, zone: ZoneInfo) -> str | None:
    """A time of ours in RFC 3339, to the second, with the offset of the district's zone."""
    return None if when is None else when.astimezone(zone).isoformat(timespec="seconds")


def claimed(when: datetime | None, precision: Precision | None, zone: ZoneInfo) -> str | None:
    """A publisher's time in RFC 3339, or the plain day where no hour is known (of a month its first)."""
    if when is not None and precision in (Precision.DAY, Precision.MONTH):
        return when.astimezone(zone).date().isoformat()
    return stamp(when, zone)


def local_date(when: datetime | None, precision: Precision | None, zone: ZoneInfo) -> str:
    """`YYYY-MM-DD HH:MM` or `YYYY-MM-DD` in the zone; a month alone is no day, so it is left out."""
    if when is None or precision is Precision.MONTH:
        return ""
    here = when.astimezone(zone)
    return f"{here:%Y-%m-%d}" if precision is Precision.DAY else f"{here:%Y-%m-%d %H:%M}"


def _where_they_apply(reading: Extraction) -> dict[str, object]:
    values = {
        "kicker": reading.kicker,
        "subtitle": reading.subtitle,
        "paper": reading.paper,
        "page": reading.page,
        "issue_date": reading.issue_date.isoformat() if reading.issue_date else "",
        "truncated": reading.truncated,
        "text_dropped": reading.text_dropped_at is not None,
    }
    return {name: value for name, value in values.items() if value}


def _people(people: Iterable[Person]) -> list[dict[str, str]]:
    return [{"name": person.name, "role": person.role.value} for person in people]


def _links(links: Iterable[Link]) -> list[dict[str, str]]:
    return [{"url": link.url, "label": link.label} for link in links]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else ""
        case list():
            return ";".join(map(str, value))
        case str() if value.startswith(_FORMULA):
            return f"'{value}"
        case _:
            return str(value)

"""What a reading found in a page, value by value, each with the place it was read from."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from quxun.formats import claimed, stamp
from storage.records import Extraction, Link, Person

SHOWN_LINKS = 5  # images or attachments; more are counted


def facts_of(read: Extraction, zone: ZoneInfo) -> tuple[tuple[str, str, str], ...]:
    """`(name, value, evidence)` of every value that is not empty; the words of evidence are in docs/commands.md."""
    return tuple((name, value, read.evidence.get(name, "")) for name, value in _values(read, zone) if value)


def _values(read: Extraction, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield "title", read.title
    yield "kicker", read.kicker
    yield "subtitle", read.subtitle
    yield "published_at", claimed(read.published_at, read.published_precision, zone) or ""
    yield "modified_at", stamp(read.modified_at, zone) or ""
    yield "stated_snapshot_at", stamp(read.stated_snapshot_at, zone) or ""
    yield "credit", read.credit
    yield "origin", read.origin
    yield "byline", _people(read.byline)
    yield "editors", " ".join(person.name for person in read.editors)
    yield "category", read.category
    yield "paper", read.paper
    yield "page", read.page
    yield "issue_date", read.issue_date.isoformat() if read.issue_date else ""
    yield "text", f"{len(read.text)} characters in {len(read.text.splitlines())} paragraphs" + _broken(read)
    yield "images", _links(read.images)
    yield "attachments", _links(read.attachments)
    yield "leads", str(len(read.leads) or "")
    yield "language", read.language
    yield "canonical_url", read.canonical_url


def _people(persons: Sequence[Person]) -> str:
    return " ".join(f"{person.name}({person.role.value})" for person in persons)


def _broken(read: Extraction) -> str:
    return ", and it breaks off in mid sentence" if read.truncated else ""


def _links(links: Sequence[Link]) -> str:
    """How many, and what they are called: one without a caption by the end of its address."""
    names = [link.label or link.url.rpartition("/")[2] or link.url for link in links[:SHOWN_LINKS]]
    more = "、…" if len(links) > SHOWN_LINKS else ""
    return f"{len(links)}: {'、'.join(names)}{more}" if links else ""

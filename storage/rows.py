"""Records from rows and rows from records. Nothing else knows how a record is laid out in columns."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from storage.columns import in_utc
from storage.records import (
    Change,
    Counters,
    Entry,
    Extraction,
    Issue,
    KnownEntry,
    Lead,
    Link,
    Listing,
    Person,
    Publisher,
    Relation,
    Relevance,
    Role,
    Run,
    RunId,
    RunWish,
    Schedule,
    ServiceProcess,
    Snapshot,
    Source,
    SourceRules,
    StoryMember,
    Validators,
)
from text.copies.relation import Evidence, Kinship, sentence

#: What is said of these reads on: the same words as …
_SAME = frozenset({Kinship.EXACT, Kinship.REPEATED})

#: The columns of an extraction that are stored as they are.
_PLAIN = (
    "extractor",
    "title",
    "text",
    "kicker",
    "subtitle",
    "credit",
    "origin",
    "category",
    "published_at",
    "published_precision",
    "modified_at",
    "stated_snapshot_at",
    "paper",
    "page",
    "issue_date",
    "truncated",
    "language",
    "canonical_url",
)

_ENTRY = tuple(field.name for field in fields(Entry))

Values = dict[str, Any]


def source(row: Row[Any]) -> Source:
    """A source; the row has its publisher's `publisher_name` and `publisher_hosts` beside its columns."""
    return Source(
        id=row.id,
        key=row.key,
        publisher_id=row.publisher_id,
        publisher=Publisher(name=row.publisher_name, hosts=tuple(row.publisher_hosts)),
        kind=row.kind,
        url=row.url,
        scope=row.scope,
        every_s=row.every_s,
        schedule=_schedule(row.schedule),
        confidence=row.confidence,
        declared_by=row.declared_by,
        tls=row.tls,
        rules=_rules(row.rules),
        state=row.state,
        note=row.note,
        created_at=row.created_at,
        next_due_at=row.next_due_at,
        failures=row.failures,
    )


def _rules(stored: Mapping[str, Any]) -> SourceRules:
    known = {field.name for field in fields(SourceRules)}
    return SourceRules(**{name: _frozen(value) for name, value in stored.items() if name in known})


def _schedule(stored: Mapping[str, Any]) -> Schedule:
    known = {field.name for field in fields(Schedule)}
    return Schedule(**{name: _frozen(value) for name, value in stored.items() if name in known})


def _frozen(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value


def listing(row: Row[Any]) -> Listing:
    return Listing(
        id=row.id,
        source_id=row.source_id,
        kind=row.kind,
        url=row.url,
        parent_id=row.parent_id,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        entries_digest=row.entries_digest,
        head=tuple(row.head),
        claimed_modified=row.claimed_modified,
        read_modified=row.read_modified,
        read_at=row.read_at,
        fresh_until=row.fresh_until,
    )


def known_entry(row: Row[Any]) -> KnownEntry:
    return KnownEntry(
        entry=Entry(**{name: getattr(row, name) for name in _ENTRY}),
        listing_id=row.listing_id,
        state=row.state,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        visited_at=row.visited_at,
        visited_modified=row.visited_modified,
        attempts=row.attempts,
        retry_at=row.retry_at,
    )


def entry_values(entry: Entry) -> Values:
    return {name: getattr(entry, name) for name in _ENTRY}


def snapshot(row: Row[Any]) -> Snapshot:
    return Snapshot(
        id=row.id,
        article_id=row.article_id,
        run_id=row.run_id,
        url=row.url,
        kind=row.kind,
        profile=row.profile,
        refers_to=row.refers_to,
        status=row.status,
        headers=headers(row.headers),
        payload_digest=row.payload_digest,
        content_digest=row.content_digest,
        captured_at=row.captured_at,
        recorded_at=row.recorded_at,
        payload_dropped_at=row.payload_dropped_at,
    )


def headers(stored: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in stored)


def extraction(row: Row[Any]) -> Extraction:
    return Extraction(
        **{name: getattr(row, name) for name in _PLAIN},
        byline=_people(row.byline),
        editors=_people(row.editors),
        images=_links(row.images),
        attachments=_links(row.attachments),
        leads=tuple(_lead(stored) for stored in row.leads),
        evidence=dict(row.evidence),
        text_dropped_at=row.text_dropped_at,
    )


def extraction_values(reading: Extraction) -> Values:
    values = {name: getattr(reading, name) for name in _PLAIN}
    for name in ("byline", "editors", "images", "attachments"):
        values[name] = [asdict(part) for part in getattr(reading, name)]
    values["leads"] = [_lead_values(lead) for lead in reading.leads]
    values["evidence"] = dict(reading.evidence)
    return values


def _people(stored: Sequence[Mapping[str, str]]) -> tuple[Person, ...]:
    return tuple(Person(name=person["name"], role=Role(person["role"])) for person in stored)


def _links(stored: Sequence[Mapping[str, str]]) -> tuple[Link, ...]:
    return tuple(Link(url=link["url"], label=link["label"]) for link in stored)


def _lead(stored: Mapping[str, str | None]) -> Lead:
    at = stored["published_at"]
    return Lead(
        title=stored["title"] or "",
        snippet=stored["snippet"] or "",
        published_at=datetime.fromisoformat(at) if at else None,
        url=stored["url"] or "",
    )


def _lead_values(lead: Lead) -> Values:
    return asdict(lead) | {"published_at": utc_text(lead.published_at)}


def utc_text(at: datetime | None) -> str | None:
    """A time inside a JSON column."""
    return None if at is None else in_utc(at).isoformat()


def relevance(stored: Mapping[str, Any] | None) -> Relevance | None:
    if stored is None:
        return None
    return Relevance(about=stored["about"], names=tuple(stored["names"]), where=stored["where"])


def run(row: Row[Any]) -> Run:
    """A run; the row has its source's `source_key` beside its columns."""
    known = {field.name for field in fields(Counters)}
    return Run(
        id=row.id,
        source_id=row.source_id,
        source_key=row.source_key,
        status=row.status,
        requested_by=row.requested_by,
        queued_at=row.queued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        counters=Counters(**{name: value for name, value in row.counters.items() if name in known}),
        reason=row.reason,
        log_tail=row.log_tail,
        code_version=row.code_version,
        pid=row.pid,
        machine=row.machine,
        wish=_wish(row.wish),
        due_at=row.due_at,
        asked_until=row.asked_until,
    )


def wish_values(wish: RunWish) -> Values:
    """A wish as it is stored: only what it has."""
    values: Values = {"urls": list(wish.urls), "full": wish.full, "since": _written(wish.since)}
    values["until"] = _written(wish.until)
    return {name: value for name, value in values.items() if value}


def _wish(stored: Mapping[str, Any]) -> RunWish:
    return RunWish(
        urls=tuple(stored.get("urls", ())),
        full=bool(stored.get("full")),
        since=_time(stored.get("since")),
        until=_time(stored.get("until")),
    )


def _written(when: datetime | None) -> str:
    return "" if when is None else in_utc(when).isoformat()


def _time(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def service_process(row: Row[Any]) -> ServiceProcess:
    return ServiceProcess(
        id=row.id,
        role=row.role,
        machine=row.machine,
        pid=row.pid,
        code_version=row.code_version,
        started_at=row.started_at,
        seen_at=row.seen_at,
        leads=row.leads,
        runs=row.runs,
        places=row.places,
    )


def issue(row: Row[Any]) -> Issue:
    """An issue; the row has its source's `source_key` beside its columns."""
    return Issue(
        id=row.id,
        run_id=row.run_id,
        source_key=row.source_key,
        kind=row.kind,
        url=row.url,
        detail=row.detail,
        count=row._mapping["count"],  # a row has a method of that name
        created_at=row.created_at,
    )


def change(row: Row[Any]) -> Change:
    """A line of the change log; what no run did has the run 0."""
    return Change(
        id=row.id,
        kind=row.kind,
        article_id=row.article_id,
        run_id=RunId(row.run_id or 0),
        recorded_at=row.recorded_at,
    )


def story_member(row: Row[Any]) -> StoryMember:
    """A member; the row has its story's `why` and its partner's publisher beside its columns."""
    return StoryMember(
        story_id=row.story_id,
        article_id=row.article_id,
        relation=row.relation,
        evidence=row.why if row.relation is Relation.ORIGINAL and row.why else _evidence(row),
        partner_id=row.partner_id,
        composite=row.composite,
    )


def _evidence(row: Row[Any]) -> str:
    """What a member is to its partner, as a sentence; an older version of Quxun stored one."""
    if row.kinship is None:
        return str(row.evidence)
    said, more, rest = sentence(row.kinship, Evidence.from_json(row.evidence)).partition(";")
    of = f" as article {row.partner_id} of {row.partner_publisher}" if row.kinship in _SAME else ""
    than = "" if of else f" (article {row.partner_id} of {row.partner_publisher})"
    return f"{said}{of}{than}{more}{rest}"

"""The shapes of what is answered: Pydantic models, each made from a record. Names are those of the command's `--json`.

Times are told in the district's zone, to the second; what is absent is null, an absent text is empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from storage.figures import Stock
from storage.records import (
    EntryState,
    Issue,
    IssueKind,
    Listing,
    ListingKind,
    ProcessRole,
    Run,
    RunStatus,
    RunWish,
    Scope,
    ServiceProcess,
    Source,
    SourceKind,
    SourceState,
    Tls,
)


class Problem(BaseModel):
    """What went wrong, as a problem detail (RFC 9457)."""

    type: str = Field(default="about:blank", description="Always `about:blank`: the status says what kind it is.")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="A sentence for people: what is wrong, and what can be done.")
    error: str = Field(description="The same sentence.")
    reasons: list[str] = Field(default=[], description="Where there are several: a sentence each.")


class Health(BaseModel):
    """The process answers."""

    status: str = Field(default="ok", description="Always `ok`.")
    version: str = Field(description="The version of Quxun.")
    uptime_s: int = Field(description="Seconds since this process began to answer.")


class Ready(BaseModel):
    """The service does its work."""

    ready: bool = Field(default=True, description="Always true; when it is not, the answer is a problem (503).")


class Wish(BaseModel):
    """What is special about a run that somebody asked for."""

    urls: list[str] = Field(description="Only these URLs, instead of the source's listings.")
    full: bool = Field(description="Read listings to their end, and ask again for everything known.")
    since: datetime | None = Field(description="Only what claims to be published from this time.")
    until: datetime | None = Field(description="Only what claims to be published before this time.")

    @classmethod
    def of(cls, wish: RunWish, zone: ZoneInfo) -> Self:
        return cls(urls=list(wish.urls), full=wish.full, since=told(wish.since, zone), until=told(wish.until, zone))


class RunAnswer(BaseModel):
    """One execution of one source."""

    id: int
    source: str = Field(description="The source's key.")
    status: RunStatus
    requested_by: str = Field(description="`serve` (it was due), `api`, `crawl`, `import` or `scrapy`.")
    due_at: datetime | None = Field(description="When it should have begun; null: as soon as it was queued.")
    queued_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float = Field(description="How long it took; 0 while it is not over.")
    requests: int
    bytes: int
    listed: int = Field(description="Entries that the listings showed.")
    new: int
    revised: int
    unchanged: int
    copies: int
    refused: int
    off_district: int
    gone: int
    withheld: int
    failed: int
    pending: int = Field(description="Entries left for the next run.")
    reason: str = Field(description="Why it ended as it did; empty when all went well.")
    wish: Wish
    machine: str
    pid: int
    code_version: str

    @classmethod
    def of(cls, run: Run, zone: ZoneInfo) -> Self:
        return cls.model_validate(_run_fields(run, zone))


class RunPage(BaseModel):
    """Runs, newest first."""

    runs: list[RunAnswer]
    next_before: int | None = Field(description="`before` for the next page; null: there is none.")


class IssueAnswer(BaseModel):
    """Something that a run did not understand: one kind and one URL of one run."""

    id: int
    run: int = Field(description="The run's id.")
    source: str = Field(description="The source's key.")
    kind: IssueKind
    url: str
    detail: str = Field(description="A sentence for people.")
    count: int
    created_at: datetime | None

    @classmethod
    def of(cls, issue: Issue, zone: ZoneInfo) -> Self:
        return cls(
            id=issue.id,
            run=issue.run_id,
            source=issue.source_key,
            kind=issue.kind,
            url=issue.url,
            detail=issue.detail,
            count=issue.count,
            created_at=told(issue.created_at, zone),
        )


class IssueList(BaseModel):
    """Issues, newest first."""

    issues: list[IssueAnswer]


class RunDetail(RunAnswer):
    """A run with what it did not understand and the end of its log."""

    issues: list[IssueAnswer]
    log: str = Field(description="The last lines of its log.")

    @classmethod
    def with_issues(cls, run: Run, issues: Iterable[Issue], zone: ZoneInfo) -> Self:
        told_issues = [IssueAnswer.of(issue, zone) for issue in issues]
        return cls.model_validate({**_run_fields(run, zone), "issues": told_issues, "log": run.log_tail})


class ScheduleAnswer(BaseModel):
    """When a source is polled, beside the seconds between two runs."""

    cron: str = Field(description="Five fields as in crontab(5), instead of an interval; empty: none.")
    hours: list[str] = Field(description="Polled only in these spans of the day; empty: always.")
    blackout: list[str] = Field(description="Never polled in these spans of the day.")
    timezone: str


class SourceAnswer(BaseModel):
    """One site, or one column of it, that is polled."""

    key: str
    publisher: str
    kind: SourceKind
    url: str
    scope: Scope
    state: SourceState
    every_s: int | None = Field(description="Seconds between two runs; null: by cron, or only on demand.")
    schedule: ScheduleAnswer
    next_due_at: datetime | None = Field(description="When it is due next; null: only on demand.")
    failures: int = Field(description="Runs in a row that failed.")
    declared_by: str
    tls: Tls
    note: str

    @classmethod
    def of(cls, source: Source, zone: ZoneInfo) -> Self:
        return cls.model_validate(_source_fields(source, zone))


class SourceList(BaseModel):
    """Sources, by their keys."""

    sources: list[SourceAnswer]


class ListingAnswer(BaseModel):
    """A place that names articles."""

    kind: ListingKind
    url: str
    read_at: datetime | None = Field(description="When the last walk that reached its end began; null: none ever did.")


class SourceDetail(SourceAnswer):
    """A source with its listings, what became of its entries, and its last runs."""

    listings: list[ListingAnswer]
    entries: dict[EntryState, int]
    runs: list[RunAnswer]

    @classmethod
    def with_runs(
        cls,
        source: Source,
        listings: Iterable[Listing],
        entries: Mapping[EntryState, int],
        runs: Iterable[Run],
        zone: ZoneInfo,
    ) -> Self:
        declared = [each for each in listings if each.parent_id is None]
        return cls.model_validate(
            {
                **_source_fields(source, zone),
                "listings": [
                    ListingAnswer(kind=each.kind, url=each.url, read_at=told(each.read_at, zone)) for each in declared
                ],
                "entries": dict(entries),
                "runs": [RunAnswer.of(run, zone) for run in runs],
            }
        )


class ProcessAnswer(BaseModel):
    """A scheduler or worker that was heard of lately."""

    role: ProcessRole
    machine: str
    pid: int
    version: str
    started_at: datetime | None
    seen_at: datetime | None
    leads: bool = Field(description="Of several schedulers the one that dispatches.")
    runs: int = Field(description="Runs that it has going on.")
    places: int = Field(description="Runs that it takes at once.")

    @classmethod
    def of(cls, process: ServiceProcess, zone: ZoneInfo) -> Self:
        return cls(
            role=process.role,
            machine=process.machine,
            pid=process.pid,
            version=process.code_version,
            started_at=told(process.started_at, zone),
            seen_at=told(process.seen_at, zone),
            leads=process.leads,
            runs=process.runs,
            places=process.places,
        )


class StockAnswer(BaseModel):
    """How much is stored, as it was counted last."""

    articles: int
    snapshots: int
    stories: int
    counted_at: datetime | None

    @classmethod
    def of(cls, stock: Stock, counted_at: datetime | None, zone: ZoneInfo) -> Self:
        return cls(**asdict(stock), counted_at=told(counted_at, zone))


class ServiceAnswer(BaseModel):
    """The service as a whole."""

    version: str
    uptime_s: int = Field(description="Seconds since this process began to answer.")
    ready: bool
    reasons: list[str] = Field(description="Why it is not ready, a sentence each.")
    processes: list[ProcessAnswer]
    due: int = Field(description="Sources whose time has come and whose run has not begun.")
    lateness_s: int = Field(description="For how long the one that waits longest has been due.")
    asked: int = Field(description="Runs that wait because somebody asked for them.")
    running: int
    places: int = Field(description="Runs that all processes take at once.")
    sources: dict[SourceState, int]
    failing: int = Field(description="Active sources whose last run failed.")
    stored: StockAnswer | None = Field(description="Null until it was counted once.")
    database_bytes: int
    payload_bytes: int


def told(when: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A time as it is told: in the zone, to the second."""
    if when is None:
        return None
    try:
        return when.astimezone(zone).replace(microsecond=0)
    except OverflowError:  # the last day that a calendar has, as somebody's server may name it
        return when.replace(microsecond=0)


def seconds(run: Run) -> float:
    """How long a run took; 0 while it is not over."""
    if run.started_at is None or run.finished_at is None:
        return 0.0
    return max(round((run.finished_at - run.started_at).total_seconds(), 3), 0.0)


def _run_fields(run: Run, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": run.id,
        "source": run.source_key,
        "status": run.status,
        "requested_by": run.requested_by,
        "due_at": told(run.due_at, zone),
        "queued_at": told(run.queued_at, zone),
        "started_at": told(run.started_at, zone),
        "finished_at": told(run.finished_at, zone),
        "seconds": seconds(run),
        **asdict(run.counters),
        "reason": run.reason,
        "wish": Wish.of(run.wish, zone),
        "machine": run.machine,
        "pid": run.pid,
        "code_version": run.code_version,
    }


def _source_fields(source: Source, zone: ZoneInfo) -> dict[str, object]:
    return {
        "key": source.key,
        "publisher": source.publisher.name,
        "kind": source.kind,
        "url": source.url,
        "scope": source.scope,
        "state": source.state,
        "every_s": source.every_s,
        "schedule": asdict(source.schedule),
        "next_due_at": told(source.next_due_at, zone),
        "failures": source.failures,
        "declared_by": source.declared_by,
        "tls": source.tls,
        "note": source.note,
    }

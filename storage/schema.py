"""The tables. Every invariant is a constraint with a name, so that no code path can break one unnoticed.

Columns say what records.py says; only what is not told there is explained here. A change of a table
needs a migration (storage/migrations): a test compares the two on both databases.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from storage.columns import Id, Json, Name, OneOf, UtcTime, Words, blob_metadata, is_digest, metadata, one_of, points_to
from storage.records import EntryState, IssueKind, ProcessRole, RunStatus
from storage.schema_articles import (
    article_aliases,
    articles,
    changes,
    cursors,
    extractions,
    snapshots,
    stories,
    story_members,
)
from storage.schema_copies import (
    article_links,
    fingerprints,
    fresh_fingerprints,
    hot_fingerprints,
    site_lines,
    story_wishes,
)
from storage.schema_listings import MAYBE_DUE, ListingStanding, entries, listings, publishers, robots_files, sources

__all__ = [
    "MAYBE_DUE",
    "VERSIONS",
    "ListingStanding",
    "alarms",
    "article_aliases",
    "article_links",
    "articles",
    "blob_metadata",
    "blobs",
    "changes",
    "cursors",
    "deliveries",
    "entries",
    "extractions",
    "fingerprints",
    "fresh_fingerprints",
    "fruitless_visits",
    "hot_fingerprints",
    "issues",
    "listings",
    "metadata",
    "publishers",
    "robots_files",
    "runs",
    "service_processes",
    "site_lines",
    "snapshots",
    "sources",
    "stories",
    "story_members",
    "story_wishes",
]

#: Revisions of the schema, oldest first; the last is the one this code speaks.
VERSIONS = ("0001", "0002", "0003", "0004")

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", Id, nullable=False),
    Column("status", OneOf(RunStatus), nullable=False),
    Column("requested_by", Words, nullable=False),
    Column("queued_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("counters", Json, nullable=False),
    Column("reason", Words, nullable=False),
    Column("log_tail", Words, nullable=False),
    Column("code_version", Words, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("machine", Words, nullable=False),
    Column("wish", Json, nullable=False, server_default="{}"),
    Column("due_at", UtcTime),
    Column("asked_until", UtcTime),
    points_to("sources", "source_id"),
    one_of("status", RunStatus),
    CheckConstraint("status <> 'queued' OR (started_at IS NULL AND finished_at IS NULL)", name="queued"),
    CheckConstraint("status <> 'running' OR (started_at IS NOT NULL AND finished_at IS NULL)", name="running"),
    CheckConstraint("status IN ('queued', 'running') OR finished_at IS NOT NULL", name="finished"),
    Index("ix_runs_source_id", "source_id"),
    Index("ix_runs_status", "status"),
    Index("ix_runs_finished_at", "finished_at"),
    sqlite_autoincrement=True,
)

issues = Table(
    "issues",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, nullable=False),
    Column("kind", OneOf(IssueKind), nullable=False),
    Column("url", Name, nullable=False),
    Column("detail", Words, nullable=False),
    Column("count", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("run_id", "kind", "url", name="run_id_kind_url"),
    points_to("runs", "run_id"),
    one_of("kind", IssueKind),
    CheckConstraint("count > 0", name="count"),
)

#: Visits that left no snapshot, or were not allowed. Without them a batch told twice would count a failure twice.
fruitless_visits = Table(
    "fruitless_visits",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, nullable=False),
    Column("url", Name, nullable=False),
    Column("outcome", OneOf(EntryState), nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("status", Integer, nullable=False),
    #: The refusal or trouble, and what was said about it.
    Column("detail", Words, nullable=False),
    UniqueConstraint("run_id", "url", "outcome", "captured_at", name="run_id_url_outcome_captured_at"),
    points_to("runs", "run_id"),
    one_of("outcome", EntryState),
    CheckConstraint("outcome NOT IN ('pending', 'stored')", name="fruitless"),
)

#: Who of the service lives, and since when it was last heard of.
service_processes = Table(
    "service_processes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("role", OneOf(ProcessRole), nullable=False),
    Column("machine", Words, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("code_version", Words, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("leads", Boolean, nullable=False),
    Column("runs", Integer, nullable=False),
    Column("places", Integer, nullable=False),
    one_of("role", ProcessRole),
    sqlite_autoincrement=True,
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Name, nullable=False),
    Column("kind", Words, nullable=False),
    Column("source_id", Id),
    Column("headline", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("count", Integer, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    points_to("sources", "source_id"),
    CheckConstraint("count > 0", name="count"),
    Index("ix_alarms_source_id", "source_id"),
    Index(
        "uq_alarms_open",
        "key",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

#: What was told where, so that nothing is told twice: an alarm, its end, or a day's digest.
deliveries = Table(
    "deliveries",
    metadata,
    Column("subject", Name, nullable=False),
    Column("channel", Name, nullable=False),
    #: None: it was tried, and is to be tried again.
    Column("delivered_at", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("problem", Words, nullable=False),
    PrimaryKeyConstraint("subject", "channel", name="pk_deliveries"),
    CheckConstraint("attempts > 0", name="attempts"),
)

blobs = Table(
    "blobs",
    blob_metadata,
    Column("digest", Words, nullable=False),
    Column("codec", Words, nullable=False),
    Column("raw_bytes", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("digest", name="pk_blobs"),
    is_digest("digest"),
    CheckConstraint("codec IN ('zstd')", name="codec"),
    CheckConstraint("raw_bytes >= 0", name="raw_bytes"),
)

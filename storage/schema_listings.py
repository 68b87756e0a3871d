"""The tables of what is read: publishers, sources, listings and their entries, robots files."""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from storage.columns import Id, Json, Name, OneOf, UtcTime, Words, is_digest, metadata, one_of, points_to
from storage.records import (
    Confidence,
    EntryState,
    ListingKind,
    Precision,
    Scope,
    SourceKind,
    SourceState,
    Tls,
)


class ListingStanding(StrEnum):
    """Why a listing is there: a listing that its source no longer declares is not read any more."""

    DECLARED = "declared"
    FOUND = "found"
    RETIRED = "retired"


publishers = Table(
    "publishers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Name, nullable=False),
    Column("hosts", Json, nullable=False),
    UniqueConstraint("name", name="name"),
)

sources = Table(
    "sources",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Name, nullable=False),
    Column("publisher_id", Id, nullable=False),
    Column("kind", OneOf(SourceKind), nullable=False),
    Column("url", Words, nullable=False),
    Column("scope", OneOf(Scope), nullable=False),
    Column("every_s", Integer),
    Column("confidence", OneOf(Confidence), nullable=False),
    Column("declared_by", Name, nullable=False),
    Column("tls", OneOf(Tls), nullable=False),
    Column("rules", Json, nullable=False),
    Column("state", OneOf(SourceState), nullable=False),
    Column("note", Words, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("next_due_at", UtcTime),
    Column("failures", Integer, nullable=False),
    # A default, so that an older worker can go on while a schema is upgraded.
    Column("schedule", Json, nullable=False, server_default="{}"),
    UniqueConstraint("key", name="key"),
    points_to("publishers", "publisher_id"),
    one_of("kind", SourceKind),
    one_of("scope", Scope),
    one_of("confidence", Confidence),
    one_of("tls", Tls),
    one_of("state", SourceState),
    CheckConstraint("every_s > 0", name="every_s"),
    CheckConstraint("failures >= 0", name="failures"),
    CheckConstraint("key <> ''", name="key"),
    Index("ix_sources_publisher_id", "publisher_id"),
    Index(
        "ix_sources_due",
        "next_due_at",
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

listings = Table(
    "listings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", Id, nullable=False),
    Column("kind", OneOf(ListingKind), nullable=False),
    Column("url", Name, nullable=False),
    Column("parent_id", Id),
    Column("standing", OneOf(ListingStanding), nullable=False),
    Column("etag", Words, nullable=False),
    Column("last_modified", Words, nullable=False),
    Column("entries_digest", Words),
    Column("head", Json, nullable=False),
    Column("claimed_modified", Words, nullable=False),
    Column("read_modified", Words, nullable=False),
    Column("read_at", UtcTime),
    Column("fresh_until", UtcTime),
    UniqueConstraint("source_id", "url", name="source_id_url"),
    # What the foreign keys of children and entries point to: they cannot belong to another source.
    UniqueConstraint("source_id", "id", name="source_id_id"),
    points_to("sources", "source_id"),
    ForeignKeyConstraint(
        ["source_id", "parent_id"], ["listings.source_id", "listings.id"], name="fk_listings_parent_id"
    ),
    one_of("kind", ListingKind),
    one_of("standing", ListingStanding),
    is_digest("entries_digest"),
    CheckConstraint("parent_id <> id", name="parent_id"),
    Index("ix_listings_parent_id", "parent_id"),
)

#: Entries that may be due, whatever the time: the condition of the index that finds them.
MAYBE_DUE = (
    "(state = 'pending' OR revisit OR retry_at IS NOT NULL"
    " OR (visited_at IS NOT NULL AND modified <> '' AND modified <> visited_modified))"
)

entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", Id, nullable=False),
    Column("key", Name, nullable=False),
    Column("listing_id", Id),
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("published_at", UtcTime),
    Column("published_precision", OneOf(Precision)),
    Column("modified", Words, nullable=False),
    #: Which listing says `modified`, and when it last did: two listings word one change differently.
    Column("modified_by", Id),
    Column("modified_seen_at", UtcTime),
    Column("entry_id", Words, nullable=False),
    Column("page", Words, nullable=False),
    Column("issue_date", Date),
    Column("content", Words, nullable=False),
    Column("state", OneOf(EntryState), nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("visited_at", UtcTime),
    Column("visited_modified", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", UtcTime),
    #: To be visited again, whatever its state; `revisit_asked_at` keeps an old order from being obeyed twice.
    Column("revisit", Boolean, nullable=False),
    Column("revisit_asked_at", UtcTime),
    Column("article_id", Id),
    UniqueConstraint("source_id", "key", name="source_id_key"),
    points_to("sources", "source_id"),
    points_to("articles", "article_id"),
    ForeignKeyConstraint(
        ["source_id", "listing_id"], ["listings.source_id", "listings.id"], name="fk_entries_listing_id"
    ),
    one_of("state", EntryState),
    one_of("published_precision", Precision),
    CheckConstraint("attempts >= 0", name="attempts"),
    CheckConstraint("state <> 'stored' OR article_id IS NOT NULL", name="stored_has_article"),
    CheckConstraint("state = 'pending' OR state = 'disallowed' OR visited_at IS NOT NULL", name="settled_was_visited"),
    Index("ix_entries_listing_id", "listing_id"),
    Index("ix_entries_article_id", "article_id"),
    Index("ix_entries_state", "source_id", "state"),
    Index("ix_entries_due", "source_id", sqlite_where=text(MAYBE_DUE), postgresql_where=text(MAYBE_DUE)),
)

robots_files = Table(
    "robots_files",
    metadata,
    Column("origin", Name, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("origin", name="pk_robots_files"),
)

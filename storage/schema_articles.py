"""The tables of what was read: articles, snapshots, extractions, the stories they form and the change log."""

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
    false,
    text,
)

from storage.columns import Id, Json, Name, OneOf, UtcTime, Words, is_digest, metadata, one_of, points_to
from storage.records import ChangeKind, Precision, Profile, Relation, SnapshotKind, Takedown
from text.copies.relation import Kinship

#: Of the readings of a snapshot the one that counts.
_CURRENT = "superseded_at IS NULL"

articles = Table(
    "articles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("publisher_id", Id, nullable=False),
    Column("article_key", Name, nullable=False),
    #: The source that brought it first.
    Column("source_id", Id, nullable=False),
    Column("url", Name),
    Column("external_id", Name, nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("gone_at", UtcTime),
    Column("takedown", OneOf(Takedown)),
    Column("takedown_reason", Words, nullable=False),
    Column("takedown_at", UtcTime),
    UniqueConstraint("publisher_id", "article_key", name="publisher_id_article_key"),
    # What the aliases' foreign key points to: an alias cannot lead to another publisher's article.
    UniqueConstraint("publisher_id", "id", name="publisher_id_id"),
    points_to("publishers", "publisher_id"),
    points_to("sources", "source_id"),
    one_of("takedown", Takedown),
    CheckConstraint("(takedown IS NULL) = (takedown_at IS NULL)", name="takedown_at"),
    Index("ix_articles_source_id", "source_id"),
    Index("ix_articles_url", "url"),
    Index("ix_articles_external_id", "external_id"),
    sqlite_autoincrement=True,
)

article_aliases = Table(
    "article_aliases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("publisher_id", Id, nullable=False),
    Column("alias", Name, nullable=False),
    Column("article_id", Id, nullable=False),
    UniqueConstraint("publisher_id", "alias", name="publisher_id_alias"),
    ForeignKeyConstraint(
        ["publisher_id", "article_id"], ["articles.publisher_id", "articles.id"], name="fk_article_aliases_article_id"
    ),
    Index("ix_article_aliases_article_id", "article_id"),
    Index("ix_article_aliases_alias", "alias"),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, nullable=False),
    Column("run_id", Id, nullable=False),
    Column("url", Name, nullable=False),
    Column("final_url", Words, nullable=False),
    Column("kind", OneOf(SnapshotKind), nullable=False),
    Column("profile", OneOf(Profile)),
    #: Always a response, never another revisit.
    Column("refers_to", Id),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("payload_digest", Words),
    Column("content_digest", Words, nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    #: When its payload was let go because it was older than payloads are kept; NULL while it is there.
    Column("payload_dropped_at", UtcTime),
    UniqueConstraint("run_id", "url", name="run_id_url"),
    UniqueConstraint("article_id", "id", name="article_id_id"),
    points_to("articles", "article_id"),
    points_to("runs", "run_id"),
    ForeignKeyConstraint(
        ["article_id", "refers_to"], ["snapshots.article_id", "snapshots.id"], name="fk_snapshots_refers_to"
    ),
    one_of("kind", SnapshotKind),
    one_of("profile", Profile),
    is_digest("payload_digest"),
    is_digest("content_digest"),
    CheckConstraint(
        "kind <> 'response' OR (payload_digest IS NOT NULL AND profile IS NULL AND refers_to IS NULL)", name="response"
    ),
    CheckConstraint("kind <> 'revisit' OR (profile IS NOT NULL AND refers_to IS NOT NULL)", name="revisit"),
    CheckConstraint(
        "profile <> 'identical-payload-digest' OR payload_digest IS NOT NULL", name="identical_payload_digest"
    ),
    # Covers what revisions are derived from.
    Index("ix_snapshots_revisions", "article_id", "captured_at", "id", "content_digest"),
    Index("ix_snapshots_payload_digest", "payload_digest"),
    Index("ix_snapshots_content_digest", "content_digest"),
    sqlite_autoincrement=True,
)

extractions = Table(
    "extractions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("snapshot_id", Id, nullable=False),
    Column("extractor", Name, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("kicker", Words, nullable=False),
    Column("subtitle", Words, nullable=False),
    Column("byline", Json, nullable=False),
    Column("editors", Json, nullable=False),
    Column("credit", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("category", Words, nullable=False),
    Column("published_at", UtcTime),
    Column("published_precision", OneOf(Precision)),
    Column("modified_at", UtcTime),
    Column("stated_snapshot_at", UtcTime),
    Column("paper", Words, nullable=False),
    Column("page", Words, nullable=False),
    Column("issue_date", Date),
    Column("truncated", Boolean, nullable=False),
    Column("language", Words, nullable=False),
    Column("canonical_url", Words, nullable=False),
    Column("images", Json, nullable=False),
    Column("attachments", Json, nullable=False),
    Column("leads", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("relevance", Json),
    #: When its text was let go because it was older than texts are kept; NULL while it is there.
    Column("text_dropped_at", UtcTime),
    #: When another reading of the snapshot took its place; NULL: the reading that counts.
    Column("superseded_at", UtcTime),
    UniqueConstraint("snapshot_id", "extractor", name="snapshot_id_extractor"),
    points_to("snapshots", "snapshot_id", cascade=True),
    one_of("published_precision", Precision),
    Index(
        "uq_extractions_current",
        "snapshot_id",
        unique=True,
        sqlite_where=text(_CURRENT),
        postgresql_where=text(_CURRENT),
    ),
    Index("ix_extractions_extractor", "extractor", sqlite_where=text(_CURRENT), postgresql_where=text(_CURRENT)),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Id, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    #: The story that took its members: whoever has the old number is led there. NULL: it has members of its own.
    Column("merged_into", Id),
    #: Why its original counts as that; a sentence.
    Column("why", Words, nullable=False, server_default=""),
    points_to("stories", "merged_into"),
    sqlite_autoincrement=True,
)

story_members = Table(
    "story_members",
    metadata,
    Column("article_id", Id, nullable=False, autoincrement=False),
    Column("story_id", Id, nullable=False),
    Column("relation", OneOf(Relation), nullable=False),
    #: JSON of `text.copies.relation.Evidence`; a sentence where an older version of Quxun wrote it.
    Column("evidence", Words, nullable=False),
    Column("joined_at", UtcTime, nullable=False),
    #: The article that it was compared with, and what it is to that one.
    Column("partner_id", Id),
    Column("kinship", OneOf(Kinship)),
    #: The exact key of its words, by the rules of that version; NULL and 0: not decided yet, or taken down.
    Column("copy_key", LargeBinary),
    Column("rules", Integer, nullable=False, server_default="0"),
    Column("composite", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("article_id", name="pk_story_members"),
    points_to("articles", "article_id"),
    points_to("stories", "story_id"),
    points_to("articles", "partner_id"),
    one_of("relation", Relation),
    one_of("kinship", Kinship),
    Index("ix_story_members_story_id", "story_id"),
    Index("ix_story_members_copy_key", "copy_key"),
    Index(
        "uq_story_members_original",
        "story_id",
        unique=True,
        sqlite_where=text("relation = 'original'"),
        postgresql_where=text("relation = 'original'"),
    ),
)

changes = Table(
    "changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", OneOf(ChangeKind), nullable=False),
    Column("article_id", Id, nullable=False),
    #: NULL for what no run did: a takedown, and a new reading by `quxun reextract`.
    Column("run_id", Id),
    Column("recorded_at", UtcTime, nullable=False),
    points_to("articles", "article_id"),
    points_to("runs", "run_id"),
    one_of("kind", ChangeKind),
    CheckConstraint("run_id IS NOT NULL OR kind IN ('takedown', 'new-reading')", name="run_id"),
    Index("ix_changes_run_id", "run_id", "kind"),
    Index("ix_changes_article_id", "article_id"),
    sqlite_autoincrement=True,
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Name, nullable=False),
    Column("change_id", Id, nullable=False),
    PrimaryKeyConstraint("name", name="pk_cursors"),
    CheckConstraint("change_id >= 0", name="change_id"),
)

"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MAYBE_DUE = (
    "(state = 'pending' OR revisit OR retry_at IS NOT NULL"
    " OR (visited_at IS NOT NULL AND modified <> '' AND modified <> visited_modified))"
)

_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "id": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    "text": sa.Text(),
    "json": sa.JSON(),
    "time": sa.DateTime(timezone=True),
    "day": sa.Date(),
    "integer": sa.Integer(),
    "truth": sa.Boolean(),
    "bytes": sa.LargeBinary(),
}


def upgrade() -> None:
    _listings()
    _runs()
    _articles()
    _entries()
    _stories()
    if op.get_bind().dialect.name == "postgresql":
        _blobs()


def _listings() -> None:
    op.create_table(
        "publishers",
        *_columns("id:id name:text hosts:json"),
        sa.PrimaryKeyConstraint("id", name="pk_publishers"),
        sa.UniqueConstraint("name", name="uq_publishers_name"),
    )
    op.create_table(
        "sources",
        *_columns(
            "id:id key:text publisher_id:id kind:text url:text scope:text every_s:integer? confidence:text "
            "declared_by:text tls:text rules:json state:text note:text created_at:time next_due_at:time? "
            "failures:integer"
        ),
        _one_of("sources", "confidence", "high", "medium", "low"),
        sa.CheckConstraint("key <> ''", name="ck_sources_key"),
        _one_of("sources", "kind", "feed", "sitemap", "index", "epaper", "els", "site", "page", "import"),
        _one_of("sources", "scope", "all", "district"),
        _one_of("sources", "state", "active", "paused", "removed"),
        _one_of("sources", "tls", "verified", "legacy", "unverified"),
        sa.CheckConstraint("every_s > 0", name="ck_sources_every_s"),
        sa.CheckConstraint("failures >= 0", name="ck_sources_failures"),
        sa.ForeignKeyConstraint(["publisher_id"], ["publishers.id"], name="fk_sources_publisher_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("key", name="uq_sources_key"),
    )
    op.create_index("ix_sources_publisher_id", "sources", ["publisher_id"])
    op.create_table(
        "listings",
        *_columns(
            "id:id source_id:id kind:text url:text parent_id:id? standing:text etag:text last_modified:text "
            "entries_digest:text? head:json claimed_modified:text read_modified:text read_at:time?"
        ),
        _is_digest("listings", "entries_digest"),
        _one_of("listings", "kind", "feed", "sitemap", "index", "epaper", "els"),
        _one_of("listings", "standing", "declared", "found", "retired"),
        sa.CheckConstraint("parent_id <> id", name="ck_listings_parent_id"),
        sa.ForeignKeyConstraint(
            ["source_id", "parent_id"], ["listings.source_id", "listings.id"], name="fk_listings_parent_id"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_listings_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_listings"),
        sa.UniqueConstraint("source_id", "id", name="uq_listings_source_id_id"),
        sa.UniqueConstraint("source_id", "url", name="uq_listings_source_id_url"),
    )
    op.create_index("ix_listings_parent_id", "listings", ["parent_id"])
    op.create_table(
        "robots_files",
        *_columns("origin:text status:integer body:bytes fetched_at:time"),
        sa.PrimaryKeyConstraint("origin", name="pk_robots_files"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        *_columns(
            "id:id source_id:id status:text requested_by:text queued_at:time started_at:time? "
            "finished_at:time? counters:json reason:text log_tail:text code_version:text pid:integer "
            "machine:text"
        ),
        sa.CheckConstraint("status <> 'queued' OR (started_at IS NULL AND finished_at IS NULL)", name="ck_runs_queued"),
        sa.CheckConstraint(
            "status <> 'running' OR (started_at IS NOT NULL AND finished_at IS NULL)", name="ck_runs_running"
        ),
        sa.CheckConstraint("status IN ('queued', 'running') OR finished_at IS NOT NULL", name="ck_runs_finished"),
        _one_of("runs", "status", "queued", "running", "succeeded", "degraded", "failed", "abandoned"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_runs_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_source_id", "runs", ["source_id"])
    op.create_index("ix_runs_status", "runs", ["status"])
    op.create_table(
        "issues",
        *_columns("id:id run_id:id kind:text url:text detail:text count:integer created_at:time"),
        _one_of(
            "issues",
            "kind",
            "unreachable",
            "robots",
            "listing-unread",
            "listing-empty",
            "gap",
            "walk-limit",
            "refused",
            "failed-visit",
            "blocked",
            "asked-to-wait",
            "time-limit",
            "crash",
            "extraction",
        ),
        sa.CheckConstraint("count > 0", name="ck_issues_count"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_issues_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint("run_id", "kind", "url", name="uq_issues_run_id_kind_url"),
    )
    op.create_table(
        "fruitless_visits",
        *_columns("id:id run_id:id url:text outcome:text captured_at:time status:integer detail:text"),
        _one_of(
            "fruitless_visits",
            "outcome",
            "pending",
            "stored",
            "refused",
            "off-district",
            "gone",
            "withheld",
            "disallowed",
            "failed",
        ),
        sa.CheckConstraint("outcome NOT IN ('pending', 'stored')", name="ck_fruitless_visits_fruitless"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_fruitless_visits_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fruitless_visits"),
        sa.UniqueConstraint(
            "run_id", "url", "outcome", "captured_at", name="uq_fruitless_visits_run_id_url_outcome_captured_at"
        ),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        *_columns(
            "id:id publisher_id:id article_key:text source_id:id url:text? external_id:text "
            "first_seen_at:time gone_at:time? takedown:text? takedown_reason:text takedown_at:time?"
        ),
        _one_of("articles", "takedown", "withheld", "canceled"),
        sa.CheckConstraint("(takedown IS NULL) = (takedown_at IS NULL)", name="ck_articles_takedown_at"),
        sa.ForeignKeyConstraint(["publisher_id"], ["publishers.id"], name="fk_articles_publisher_id"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_articles_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("publisher_id", "article_key", name="uq_articles_publisher_id_article_key"),
        sa.UniqueConstraint("publisher_id", "id", name="uq_articles_publisher_id_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_articles_external_id", "articles", ["external_id"])
    op.create_index("ix_articles_source_id", "articles", ["source_id"])
    op.create_index("ix_articles_url", "articles", ["url"])
    op.create_table(
        "article_aliases",
        *_columns("id:id publisher_id:id alias:text article_id:id"),
        sa.ForeignKeyConstraint(
            ["publisher_id", "article_id"],
            ["articles.publisher_id", "articles.id"],
            name="fk_article_aliases_article_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_aliases"),
        sa.UniqueConstraint("publisher_id", "alias", name="uq_article_aliases_publisher_id_alias"),
    )
    op.create_index("ix_article_aliases_alias", "article_aliases", ["alias"])
    op.create_index("ix_article_aliases_article_id", "article_aliases", ["article_id"])
    op.create_table(
        "snapshots",
        *_columns(
            "id:id article_id:id run_id:id url:text final_url:text kind:text profile:text? refers_to:id? "
            "status:integer headers:json payload_digest:text? content_digest:text captured_at:time "
            "recorded_at:time"
        ),
        _is_digest("snapshots", "content_digest"),
        sa.CheckConstraint(
            "kind <> 'response' OR (payload_digest IS NOT NULL AND profile IS NULL AND refers_to IS NULL)",
            name="ck_snapshots_response",
        ),
        sa.CheckConstraint(
            "kind <> 'revisit' OR (profile IS NOT NULL AND refers_to IS NOT NULL)", name="ck_snapshots_revisit"
        ),
        _one_of("snapshots", "kind", "response", "revisit"),
        _is_digest("snapshots", "payload_digest"),
        sa.CheckConstraint(
            "profile <> 'identical-payload-digest' OR payload_digest IS NOT NULL",
            name="ck_snapshots_identical_payload_digest",
        ),
        _one_of("snapshots", "profile", "identical-payload-digest", "server-not-modified"),
        sa.ForeignKeyConstraint(
            ["article_id", "refers_to"], ["snapshots.article_id", "snapshots.id"], name="fk_snapshots_refers_to"
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_snapshots_article_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_snapshots_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sa.UniqueConstraint("article_id", "id", name="uq_snapshots_article_id_id"),
        sa.UniqueConstraint("run_id", "url", name="uq_snapshots_run_id_url"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_snapshots_content_digest", "snapshots", ["content_digest"])
    op.create_index("ix_snapshots_payload_digest", "snapshots", ["payload_digest"])
    op.create_index("ix_snapshots_revisions", "snapshots", ["article_id", "captured_at", "id", "content_digest"])
    op.create_table(
        "extractions",
        *_columns(
            "id:id snapshot_id:id extractor:text title:text text:text kicker:text subtitle:text byline:json "
            "editors:json credit:text origin:text category:text published_at:time? published_precision:text? "
            "modified_at:time? stated_snapshot_at:time? paper:text page:text issue_date:day? truncated:truth "
            "language:text canonical_url:text images:json attachments:json leads:json evidence:json "
            "relevance:json?"
        ),
        _one_of("extractions", "published_precision", "minute", "day", "month"),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name="fk_extractions_snapshot_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_extractions"),
        sa.UniqueConstraint("snapshot_id", "extractor", name="uq_extractions_snapshot_id_extractor"),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        *_columns(
            "id:id source_id:id key:text listing_id:id? url:text title:text published_at:time? "
            "published_precision:text? modified:text modified_by:id? modified_seen_at:time? entry_id:text "
            "page:text issue_date:day? content:text state:text first_seen_at:time last_seen_at:time "
            "visited_at:time? visited_modified:text attempts:integer retry_at:time? revisit:truth "
            "revisit_asked_at:time? article_id:id?"
        ),
        _one_of("entries", "published_precision", "minute", "day", "month"),
        sa.CheckConstraint("state <> 'stored' OR article_id IS NOT NULL", name="ck_entries_stored_has_article"),
        sa.CheckConstraint(
            "state = 'pending' OR state = 'disallowed' OR visited_at IS NOT NULL", name="ck_entries_settled_was_visited"
        ),
        _one_of(
            "entries",
            "state",
            "pending",
            "stored",
            "refused",
            "off-district",
            "gone",
            "withheld",
            "disallowed",
            "failed",
        ),
        sa.CheckConstraint("attempts >= 0", name="ck_entries_attempts"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_entries_article_id"),
        sa.ForeignKeyConstraint(
            ["source_id", "listing_id"], ["listings.source_id", "listings.id"], name="fk_entries_listing_id"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_entries_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("source_id", "key", name="uq_entries_source_id_key"),
    )
    op.create_index("ix_entries_article_id", "entries", ["article_id"])
    op.create_index(
        "ix_entries_due",
        "entries",
        ["source_id"],
        sqlite_where=sa.text(_MAYBE_DUE),
        postgresql_where=sa.text(_MAYBE_DUE),
    )
    op.create_index("ix_entries_listing_id", "entries", ["listing_id"])
    op.create_index("ix_entries_state", "entries", ["source_id", "state"])


def _stories() -> None:
    op.create_table(
        "stories",
        *_columns("id:id created_at:time"),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "story_members",
        *_columns("article_id:id story_id:id relation:text evidence:text joined_at:time"),
        _one_of("story_members", "relation", "original", "exact"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_story_members_article_id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_members_story_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_story_members"),
    )
    op.create_index("ix_story_members_story_id", "story_members", ["story_id"])
    op.create_index(
        "uq_story_members_original",
        "story_members",
        ["story_id"],
        unique=True,
        sqlite_where=sa.text("relation = 'original'"),
        postgresql_where=sa.text("relation = 'original'"),
    )
    op.create_table(
        "changes",
        *_columns("id:id kind:text article_id:id run_id:id? recorded_at:time"),
        _one_of("changes", "kind", "new-article", "new-revision", "gone", "back", "takedown"),
        sa.CheckConstraint("run_id IS NOT NULL OR kind = 'takedown'", name="ck_changes_run_id"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_changes_article_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_changes_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_article_id", "changes", ["article_id"])
    op.create_index("ix_changes_run_id", "changes", ["run_id", "kind"])
    op.create_table(
        "cursors",
        *_columns("name:text change_id:id"),
        sa.CheckConstraint("change_id >= 0", name="ck_cursors_change_id"),
        sa.PrimaryKeyConstraint("name", name="pk_cursors"),
    )


def _blobs() -> None:
    op.create_table(
        "blobs",
        *_columns("digest:text codec:text raw_bytes:integer data:bytes"),
        _one_of("blobs", "codec", "zstd"),
        _is_digest("blobs", "digest"),
        sa.CheckConstraint("raw_bytes >= 0", name="ck_blobs_raw_bytes"),
        sa.PrimaryKeyConstraint("digest", name="pk_blobs"),
    )
    # They are compressed already.
    op.execute("ALTER TABLE blobs ALTER COLUMN data SET STORAGE EXTERNAL")


def _one_of(table: str, column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")


def _is_digest(table: str, column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} LIKE 'sha256:%' AND length({column}) = 71", name=f"ck_{table}_{column}")


def _columns(described: str) -> list[sa.Column[Any]]:
    """Columns from words like `title:text` or, where NULL is allowed, `read_at:time?`."""
    columns = []
    for word in described.split():
        name, kind = word.removesuffix("?").split(":")
        columns.append(sa.Column(name, _TYPES[kind], nullable=word.endswith("?")))
    return columns

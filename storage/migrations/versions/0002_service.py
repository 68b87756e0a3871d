"""What the service needs: schedules, runs that are asked for and called off, alarms, and what is let go with age.

Columns are only added, with defaults where they may not be NULL: a worker of the version before can go on.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_STATUSES = ("queued", "running", "succeeded", "degraded", "failed", "abandoned")
_KINDS = (
    *("unreachable", "robots", "listing-unread", "listing-empty", "gap", "walk-limit", "refused", "failed-visit"),
    *("blocked", "asked-to-wait", "time-limit", "crash", "extraction"),
)


def upgrade() -> None:
    _columns()
    _processes()
    _alarms()


def _columns() -> None:
    op.add_column("sources", sa.Column("schedule", sa.JSON(), nullable=False, server_default="{}"))
    _partial_index("ix_sources_due", "sources", "next_due_at", "state = 'active'")
    op.add_column("listings", sa.Column("fresh_until", _TIME))
    op.add_column("snapshots", sa.Column("payload_dropped_at", _TIME))
    op.add_column("extractions", sa.Column("text_dropped_at", _TIME))
    op.add_column("runs", sa.Column("wish", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("runs", sa.Column("due_at", _TIME))
    op.add_column("runs", sa.Column("asked_until", _TIME))
    _reword("runs", "status", _STATUSES, (*_STATUSES, "canceled"))
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])
    _reword("issues", "kind", _KINDS, (*_KINDS, "taken-over"))


def _processes() -> None:
    op.create_table(
        "service_processes",
        *(sa.Column("id", _ID, nullable=False), *_texts("role", "machine")),
        sa.Column("pid", sa.Integer(), nullable=False),
        *_texts("code_version"),
        *(sa.Column(name, _TIME, nullable=False) for name in ("started_at", "seen_at")),
        sa.Column("leads", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("runs", "places")),
        sa.CheckConstraint("role IN ('scheduler', 'worker')", name="ck_service_processes_role"),
        sa.PrimaryKeyConstraint("id", name="pk_service_processes"),
        sqlite_autoincrement=True,
    )


def _alarms() -> None:
    op.create_table(
        "alarms",
        *(sa.Column("id", _ID, nullable=False), *_texts("key", "kind"), sa.Column("source_id", _ID)),
        *(*_texts("headline", "detail"), sa.Column("count", sa.Integer(), nullable=False)),
        *(sa.Column(name, _TIME, nullable=False) for name in ("opened_at", "last_seen_at")),
        sa.Column("closed_at", _TIME),
        sa.CheckConstraint("count > 0", name="ck_alarms_count"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_alarms_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alarms_source_id", "alarms", ["source_id"])
    _partial_index("uq_alarms_open", "alarms", "key", "closed_at IS NULL", unique=True)
    op.create_table(
        "deliveries",
        *(*_texts("subject", "channel"), sa.Column("delivered_at", _TIME)),
        *(sa.Column("attempts", sa.Integer(), nullable=False), *_texts("problem")),
        sa.CheckConstraint("attempts > 0", name="ck_deliveries_attempts"),
        sa.PrimaryKeyConstraint("subject", "channel", name="pk_deliveries"),
    )


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _partial_index(name: str, table: str, column: str, where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=unique, sqlite_where=condition, postgresql_where=condition)


def _reword(table: str, column: str, old: tuple[str, ...], new: tuple[str, ...]) -> None:
    """Allow other words in a column. SQLite cannot change a constraint: the table is made anew from its own text."""
    name = f"ck_{table}_{column}"
    before, after = _allowed(column, old), _allowed(column, new)
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, after)
        return
    master = "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL AND type = :type"
    [made] = connection.execute(sa.text(master), {"table": table, "type": "table"}).scalars()
    indexes = list(connection.execute(sa.text(master), {"table": table, "type": "index"}).scalars())
    assert before in made
    copy = made.replace(before, after).replace(f"CREATE TABLE {table} ", f"CREATE TABLE {table}_new ", 1)
    for statement in (
        copy,
        f"INSERT INTO {table}_new SELECT * FROM {table}",  # noqa: S608 - a name of ours
        f"DROP TABLE {table}",
        f"ALTER TABLE {table}_new RENAME TO {table}",
        *indexes,
    ):
        connection.exec_driver_sql(statement)


def _allowed(column: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"

"""What a better extractor needs: of several readings of a snapshot one counts, and a change of the log says so.

A worker of the version before can go on: what it adds counts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ISSUES = (
    *("unreachable", "robots", "listing-unread", "listing-empty", "gap", "walk-limit", "refused", "failed-visit"),
    *("blocked", "asked-to-wait", "time-limit", "crash", "extraction"),
)
_CHANGES = ("new-article", "new-revision")
_FATES = ("gone", "back", "takedown")


def upgrade() -> None:
    _readings()
    _reword(
        "issues",
        [("ck_issues_kind", _allowed(*_ISSUES, "taken-over"), _allowed(*_ISSUES, "unlike-site", "taken-over"))],
    )
    _reword(
        "changes",
        [
            ("ck_changes_kind", _allowed(*_CHANGES, *_FATES), _allowed(*_CHANGES, "new-reading", *_FATES)),
            (
                "ck_changes_run_id",
                "run_id IS NOT NULL OR kind = 'takedown'",
                "run_id IS NOT NULL OR kind IN ('takedown', 'new-reading')",
            ),
        ],
    )


def _readings() -> None:
    op.add_column("extractions", sa.Column("superseded_at", sa.DateTime(timezone=True)))
    # Until now the last one counted, whatever its extractor.
    op.execute(
        "UPDATE extractions SET superseded_at = (SELECT recorded_at FROM snapshots WHERE id = snapshot_id) "
        "WHERE id < (SELECT max(later.id) FROM extractions AS later WHERE later.snapshot_id = extractions.snapshot_id)"
    )
    current = sa.text("superseded_at IS NULL")
    for name, column, unique in (
        ("uq_extractions_current", "snapshot_id", True),
        ("ix_extractions_extractor", "extractor", False),
    ):
        op.create_index(name, "extractions", [column], unique=unique, sqlite_where=current, postgresql_where=current)


def _reword(table: str, changed: list[tuple[str, str, str]]) -> None:
    """Give constraints other conditions: name, before, after. SQLite makes the table anew from its own text."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for name, _, after in changed:
            op.drop_constraint(name, table)
            op.create_check_constraint(name, table, after)
        return
    master = "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL AND type = :type"
    [made] = connection.execute(sa.text(master), {"table": table, "type": "table"}).scalars()
    indexes = list(connection.execute(sa.text(master), {"table": table, "type": "index"}).scalars())
    _, _, body = made.partition("(")
    for _, before, after in changed:
        assert before in body
        body = body.replace(before, after)
    for statement in (
        f"CREATE TABLE {table}_new ({body}",
        f"INSERT INTO {table}_new SELECT * FROM {table}",  # noqa: S608 - a name of ours
        f"DROP TABLE {table}",
        f"ALTER TABLE {table}_new RENAME TO {table}",
        *indexes,
    ):
        connection.exec_driver_sql(statement)


def _allowed(*words: str) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"kind IN ({listed})"

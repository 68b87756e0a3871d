"""What finding copies needs: fingerprints, lines of sites, links, what people say, and stories that move and meet."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KINSHIPS = ("exact", "near", "updated", "repeated", "excerpt", "contains", "template", "by-hand")
#: Table → the columns that come to it, without their defaults in PostgreSQL's or SQLite's words, and its constraints.
_COLUMNS = {
    "stories": {"merged_into": "{id}", "why": "TEXT DEFAULT '' NOT NULL"},
    "story_members": {
        "partner_id": "{id}",
        "kinship": "TEXT",
        "copy_key": "{bytes}",
        "rules": "INTEGER DEFAULT '0' NOT NULL",
        "composite": "BOOLEAN DEFAULT {false} NOT NULL",
    },
}


def upgrade() -> None:
    _grow("stories", {"fk_stories_merged_into": "FOREIGN KEY(merged_into) REFERENCES stories (id)"}, {})
    _grow(
        "story_members",
        {
            "fk_story_members_partner_id": "FOREIGN KEY(partner_id) REFERENCES articles (id)",
            "ck_story_members_kinship": f"CHECK ({_kinships()})",
        },
        {
            "ck_story_members_relation": (
                _allowed("relation", "original", "exact"),
                _allowed("relation", "original", "exact", "near", "updated", "repeated", "by-hand"),
            )
        },
    )
    op.create_index("ix_story_members_copy_key", "story_members", ["copy_key"])
    _index()
    _links()
    _wishes()


def _grow(table: str, added: dict[str, str], changed: dict[str, tuple[str, str]]) -> None:
    """Give a table its new columns, more constraints, and other conditions for some that it has."""
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(table, added, changed)
        return
    for name, kind in _columns(table, id="BIGINT", bytes="BYTEA", false="false").items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    for name, (_, after) in changed.items():
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, after)
    for name, constraint in added.items():
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {constraint}")


def _make_anew(table: str, added: dict[str, str], changed: dict[str, tuple[str, str]]) -> None:
    """SQLite makes the table anew from its own text; the highest number that it ever gave is not given again."""
    connection = op.get_bind()
    master = "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL AND type = :type"
    [made] = connection.execute(sa.text(master), {"table": table, "type": "table"}).scalars()
    indexes = list(connection.execute(sa.text(master), {"table": table, "type": "index"}).scalars())
    names = ", ".join(row.name for row in connection.exec_driver_sql(f"PRAGMA table_info({table})"))
    _, _, body = made.rstrip().removesuffix(")").partition("(")
    for before, after in changed.values():
        assert before in body
        body = body.replace(before, after)
    columns = [f"{name} {kind}" for name, kind in _columns(table, id="INTEGER", bytes="BLOB", false="0").items()]
    constraints = [f"CONSTRAINT {name} {constraint}" for name, constraint in added.items()]
    # SQLite wants all columns before the first constraint.
    first = body.find("CONSTRAINT")
    head, tail = (body[:first].rstrip().removesuffix(","), f", {body[first:]}") if first >= 0 else (body, "")
    last = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table}).scalar()
    for statement in (
        f"CREATE TABLE {table}_new ({', '.join((head, *columns))}{tail}, {', '.join(constraints)})",
        f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}",  # noqa: S608 - names of ours
        f"DROP TABLE {table}",
        f"ALTER TABLE {table}_new RENAME TO {table}",
        *indexes,
    ):
        connection.exec_driver_sql(statement)
    if last is not None:
        values = {"table": table, "last": last}
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :table"), values)
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), values)


def _columns(table: str, **words: str) -> dict[str, str]:
    """The new columns of a table in the words of a database."""
    return {name: kind.format(**words) for name, kind in _COLUMNS[table].items()}


def _index() -> None:
    op.create_table(
        "fingerprints",
        sa.Column("h", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("article_ids", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("h", name="pk_fingerprints"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fresh_fingerprints",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fresh_fingerprints"),
    )
    op.create_table(
        "hot_fingerprints",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hot_fingerprints"),
    )
    op.create_table(
        "site_lines",
        sa.Column("publisher_id", _ID, nullable=False, autoincrement=False),
        sa.Column("h", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("publisher_id", "h", name="pk_site_lines"),
        sa.ForeignKeyConstraint(["publisher_id"], ["publishers.id"], name="fk_site_lines_publisher_id"),
        sa.CheckConstraint("texts > 0", name="ck_site_lines_texts"),
        sqlite_with_rowid=False,
    )
    told = sa.text("line <> ''")
    op.create_index(
        "ix_site_lines_boilerplate", "site_lines", ["publisher_id"], sqlite_where=told, postgresql_where=told
    )


def _links() -> None:
    op.create_table(
        "article_links",
        sa.Column("article_id", _ID, nullable=False, autoincrement=False),
        sa.Column("other_id", _ID, nullable=False, autoincrement=False),
        sa.Column("kinship", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "other_id", name="pk_article_links"),
        *_both("article_links"),
        sa.CheckConstraint(_kinships(), name="ck_article_links_kinship"),
    )
    op.create_index("ix_article_links_other_id", "article_links", ["other_id"])


def _wishes() -> None:
    op.create_table(
        "story_wishes",
        sa.Column("article_id", _ID, nullable=False, autoincrement=False),
        sa.Column("other_id", _ID, nullable=False, autoincrement=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "other_id", name="pk_story_wishes"),
        *_both("story_wishes"),
        sa.CheckConstraint("article_id < other_id", name="ck_story_wishes_article_id"),
    )
    op.create_index("ix_story_wishes_other_id", "story_wishes", ["other_id"])


def _both(table: str) -> list[sa.ForeignKeyConstraint]:
    """The two articles that a row is about."""
    return [
        sa.ForeignKeyConstraint([column], ["articles.id"], name=f"fk_{table}_{column}")
        for column in ("article_id", "other_id")
    ]


def _kinships() -> str:
    return _allowed("kinship", *_KINSHIPS)


def _allowed(column: str, *words: str) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"

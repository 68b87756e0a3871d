"""The tables by which copies are found, and what is said of articles that are no copies of each other.

No foreign key leads from a fingerprint to its article: there are a dozen or more of a text, and looking each one up
would cost more than storing it. One without an article is never told to anybody.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    text,
)

from storage.columns import Id, Name, OneOf, UtcTime, Words, metadata, one_of, points_to
from text.copies.relation import Kinship

#: The articles that have a hash, as `storage.copies.lists.packed`: windows of eight characters, a few of each text.
fingerprints = Table(
    "fingerprints",
    metadata,
    Column("h", BigInteger, nullable=False, autoincrement=False),
    Column("article_ids", LargeBinary, nullable=False),
    PrimaryKeyConstraint("h", name="pk_fingerprints"),
    sqlite_with_rowid=False,
)

#: Fingerprints that are not in that table yet: the hashes of a batch, eight bytes each, and the article of each.
fresh_fingerprints = Table(
    "fresh_fingerprints",
    metadata,
    Column("id", BigInteger, nullable=False, autoincrement=False),
    Column("pairs", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("id", name="pk_fresh_fingerprints"),
)

#: Hashes that too many texts had, many in a row: no longer stored and no longer asked for.
hot_fingerprints = Table(
    "hot_fingerprints",
    metadata,
    Column("id", BigInteger, nullable=False, autoincrement=False),
    Column("packed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("id", name="pk_hot_fingerprints"),
)

#: How many texts of a publisher have a line, and the line itself from where that makes it boilerplate.
site_lines = Table(
    "site_lines",
    metadata,
    Column("publisher_id", Id, nullable=False, autoincrement=False),
    Column("h", BigInteger, nullable=False, autoincrement=False),
    Column("texts", Integer, nullable=False),
    Column("line", Words, nullable=False),
    PrimaryKeyConstraint("publisher_id", "h", name="pk_site_lines"),
    points_to("publishers", "publisher_id"),
    CheckConstraint("texts > 0", name="texts"),
    Index(
        "ix_site_lines_boilerplate",
        "publisher_id",
        sqlite_where=text("line <> ''"),
        postgresql_where=text("line <> ''"),
    ),
    sqlite_with_rowid=False,
)

article_links = Table(
    "article_links",
    metadata,
    Column("article_id", Id, nullable=False, autoincrement=False),
    Column("other_id", Id, nullable=False, autoincrement=False),
    #: What the article is to the other one.
    Column("kinship", OneOf(Kinship), nullable=False),
    #: JSON of `text.copies.relation.Evidence`.
    Column("evidence", Words, nullable=False),
    PrimaryKeyConstraint("article_id", "other_id", name="pk_article_links"),
    points_to("articles", "article_id"),
    points_to("articles", "other_id"),
    one_of("kinship", Kinship),
    Index("ix_article_links_other_id", "other_id"),
)

#: What people said of two articles; the last word on a pair counts.
story_wishes = Table(
    "story_wishes",
    metadata,
    Column("article_id", Id, nullable=False, autoincrement=False),
    Column("other_id", Id, nullable=False, autoincrement=False),
    Column("together", Boolean, nullable=False),
    Column("asked_by", Name, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("reason", Words, nullable=False),
    PrimaryKeyConstraint("article_id", "other_id", name="pk_story_wishes"),
    points_to("articles", "article_id"),
    points_to("articles", "other_id"),
    CheckConstraint("article_id < other_id", name="article_id"),
    Index("ix_story_wishes_other_id", "other_id"),
)

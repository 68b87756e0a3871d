"""What the tables are made of: column types and named constraints.

A type says what a value must look like so that both databases give it back unchanged.
PostgreSQL refuses U+0000 in text and cannot encode lone surrogates; SQLite takes both and knows no
time zones. Pages and feeds contain the former two, so they are cleaned here, where every value
passes, and not in each place that writes.
"""

import hashlib
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
)

from storage.errors import UsageError

#: PostgreSQL indexes no value above 2,704 bytes; sitemaps.org allows a URL 2,048.
MAX_NAME_BYTES = 2048

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(constraint_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
}

metadata = MetaData(naming_convention=NAMES)

#: Payloads: beside the others in PostgreSQL, in a file of their own next to a SQLite database.
blob_metadata = MetaData(naming_convention=NAMES)

#: SQLite numbers rows by itself only in an INTEGER column.
Id = BigInteger().with_variant(Integer, "sqlite")


def storable(text: str) -> str:
    """The text without U+0000 and with U+FFFD for lone surrogates, as both databases can hold it."""
    if _UNSTORABLE.search(text) is None:
        return text
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


def storable_name(text: str) -> str:
    """A storable text that can be indexed: the tail of one that is too long is replaced by its digest."""
    name = storable(text)
    encoded = name.encode()
    if len(encoded) <= MAX_NAME_BYTES:
        return name
    digest = hashlib.sha256(encoded).hexdigest()
    return encoded[: MAX_NAME_BYTES - 80].decode("utf-8", "ignore") + "…sha256:" + digest


def storable_json(value: object) -> object:
    """A value of lists, dicts and scalars with every text in it storable."""
    match value:
        case str():
            return storable(value)
        case list() | tuple():
            return [storable_json(part) for part in value]
        case dict():
            return {storable(str(name)): storable_json(part) for name, part in value.items()}
        case _:
            return value


def in_utc(at: datetime) -> datetime:
    """The same time in UTC; UsageError for one without a zone, as nobody can say when that was."""
    if at.utcoffset() is None:
        raise UsageError(f"the time {at.isoformat()} has no zone and cannot be stored")
    return at.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text of any length that is never searched for."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Name(TypeDecorator[str]):
    """Text that is an identity, so that it must fit into an index."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable_name(value)


class Json(TypeDecorator[Any]):
    """Lists and dicts of texts and numbers. Python's None is SQL's NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> object:
        return storable_json(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored and given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


WordT = TypeVar("WordT", bound=StrEnum)


class OneOf(TypeDecorator[WordT], Generic[WordT]):
    """A word of an enumeration; which ones the database allows is a named constraint of the table."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[WordT]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: WordT | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> WordT | None:
        return None if value is None else self.words(value)


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """The column holds a word of the enumeration (or NULL, where it may)."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def is_digest(column: str) -> CheckConstraint:
    """The column holds a digest (or NULL, where it may)."""
    return CheckConstraint(f"{column} LIKE 'sha256:%' AND length({column}) = 71", name=column)


def points_to(table: str, column: str, *, cascade: bool = False) -> ForeignKeyConstraint:
    """The column holds the id of a row of that table (or NULL, where it may)."""
    return ForeignKeyConstraint([column], [f"{table}.id"], ondelete="CASCADE" if cascade else None)

"""Put new readings in the place of old ones, within somebody's transaction, and let the digests follow.

A reading is never lost: one that reads differently stays, as superseded; one that differs by nothing that a reader
sees only gets the new version's name. Revisions need no care: they are derived from the digests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from storage import rows
from storage.intents import NewReading
from storage.records import ArticleId, Digest, Extraction, SnapshotId
from storage.schema import extractions, snapshots
from storage.snapshots import add_extraction, read_from, reading_values

#: What says how something was read, and not what.
_UNSEEN = frozenset({"extractor", "evidence", "text_dropped_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What became of new readings."""

    #: Those that count now; the others came too late.
    readings: int = 0
    #: Whether something that readers see is another.
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A snapshot with the digest of its words, before something is read again."""

    id: SnapshotId
    #: The response behind a revisit.
    refers_to: SnapshotId | None
    content_digest: Digest
    captured_at: datetime
    #: The version that read a response; empty for a revisit.
    extractor: str = ""


def replace(
    connection: Connection, article_id: ArticleId, anew: Sequence[NewReading], by: str, now: datetime
) -> Replaced:
    """Put the readings of that version in place; one whose snapshot is gone, or was read since, is passed over."""
    found = connection.execute(_STANDING, {"article": article_id}).all()
    standing = {row.id: row for row in found}
    timely = [each for each in anew if _in_time(standing.get(each.snapshot_id), each)]
    seen = [_put(connection, standing[each.snapshot_id].reading_id, each, now) for each in timely]
    digests = redigested(
        [_standing(row) for row in found],
        {each.snapshot_id: each.content_digest for each in timely},
        by,
    )
    for snapshot_id, digest in digests.items():
        connection.execute(update(snapshots).where(snapshots.c.id == snapshot_id).values(content_digest=digest))
    return Replaced(readings=len(timely), changed=bool(digests) or any(seen))


def redigested(standing: Sequence[Standing], read: Mapping[SnapshotId, Digest], by: str) -> dict[SnapshotId, Digest]:
    """The snapshots that get another content digest when some responses are `read` again. Pure.

    A revisit has the words of its response. A response that is not read again goes with one that had the same
    words, of several the nearest in time, unless rules as new as these (`by`) have read it already: what was one text
    under the old rules is not two because only one of the payloads was kept.
    """
    by_id = {each.id: each for each in standing}
    again = [by_id[number] for number in read if number in by_id]
    new = dict(read)
    for each in standing:
        if each.refers_to is None and each.id not in new and not as_new(each.extractor, by):
            alike = [other for other in again if other.content_digest == each.content_digest]
            if alike:
                new[each.id] = read[min(alike, key=lambda other: (_apart(each, other), other.id)).id]
    words = {each.id: new.get(each.refers_to or each.id, each.content_digest) for each in standing}
    # A revisit whose response kept its digest keeps its own.
    return {number: digest for number, digest in words.items() if digest != by_id[number].content_digest}


def as_new(extractor: str, by: str) -> bool:
    """Whether a version is of the same rules as another, and not an older one: `html/2` is as new as `html/1`."""
    (rules, number), (own_rules, own_number) = _version(extractor), _version(by)
    return rules == own_rules and number >= own_number


def _version(extractor: str) -> tuple[str, int]:
    rules, _, number = extractor.partition("/")
    return rules, int(number) if number.isascii() and number.isdigit() else 0


def differing(old: Extraction, new: Extraction) -> tuple[str, ...]:
    """The names of the fields that readers see and that read differently."""
    names = (field.name for field in fields(Extraction) if field.name not in _UNSEEN)
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


def _apart(one: Standing, other: Standing) -> timedelta:
    return abs(one.captured_at - other.captured_at)


_STANDING: Select[Any] = (
    select(
        snapshots.c.id,
        snapshots.c.refers_to,
        snapshots.c.content_digest,
        snapshots.c.captured_at,
        extractions.c.id.label("reading_id"),
        extractions.c.extractor,
        extractions.c.text_dropped_at,
    )
    .outerjoin_from(snapshots, extractions, read_from(snapshots.c.id))
    .where(snapshots.c.article_id == bindparam("article"))
    .order_by(snapshots.c.captured_at, snapshots.c.id)
)


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        id=row.id,
        refers_to=row.refers_to,
        content_digest=row.content_digest,
        captured_at=row.captured_at,
        extractor=row.extractor or "",
    )


def _in_time(row: Row[Any] | None, new: NewReading) -> bool:
    """Whether a reading can still take the place it was made for."""
    if row is None or row.extractor != new.instead_of:
        return False
    return new.extraction is None or row.text_dropped_at is None


def _put(connection: Connection, reading_id: int, new: NewReading, now: datetime) -> bool:
    """Put a reading in the place of another; whether readers see that."""
    if new.extraction is None:
        return False
    row = connection.execute(select(extractions).where(extractions.c.id == reading_id)).one()
    values = reading_values(new.extraction, new.relevance)
    own = extractions.c.id == reading_id
    if not differing(rows.extraction(row), new.extraction) and rows.relevance(row.relevance) == new.relevance:
        connection.execute(update(extractions).where(own).values(**values))
        return False
    connection.execute(update(extractions).where(own).values(superseded_at=now))
    add_extraction(connection, new.snapshot_id, new.extraction, new.relevance)
    return True

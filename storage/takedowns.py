"""Takedowns: hide an article, or erase what was stored of it and keep a tombstone. Nothing lifts one.

The tombstone keeps the key and the aliases, so that the same page is known when it comes in again.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage import blobs, changes
from storage import snapshots as visits
from storage.database import Database
from storage.errors import NotFound
from storage.records import ArticleId, ChangeKind, Digest, EntryState, PublisherId, Takedown
from storage.schema import articles, entries, snapshots

#: Advisory locks above this number belong to publishers, modulo 2³⁰.
_PUBLISHER_LOCKS = 1 << 30


def lock_publisher(database: Database, connection: Connection, publisher_id: PublisherId) -> None:
    """Be the only transaction that adds to or takes from that publisher's articles."""
    database.lock(connection, _PUBLISHER_LOCKS + publisher_id % _PUBLISHER_LOCKS)


def take_down(
    database: Database, connection: Connection, article_id: ArticleId, takedown: Takedown, reason: str, now: datetime
) -> list[Digest]:
    """Take an article down; returns the digests of payloads that it no longer refers to."""
    publisher_id = connection.execute(select(articles.c.publisher_id).where(articles.c.id == article_id)).scalar()
    if publisher_id is None:
        raise NotFound("article", article_id)
    lock_publisher(database, connection, publisher_id)
    before = connection.execute(select(articles.c.takedown).where(articles.c.id == article_id)).scalar_one()
    if before in (takedown, Takedown.CANCELED):  # told twice, or there is nothing left to hide
        return []
    connection.execute(
        update(articles)
        .where(articles.c.id == article_id)
        .values(takedown=takedown, takedown_reason=reason, takedown_at=now)
    )
    freed = _erase(connection, article_id) if takedown is Takedown.CANCELED else []
    changes.append(database, connection, [(ChangeKind.TAKEDOWN, article_id)], None, now)
    return freed


def erase_unreferenced(database: Database, payloads: Database, digests: list[Digest]) -> None:
    """Erase those of the payloads that no snapshot refers to.

    With SQLite they are in another file: the lock on this one keeps a snapshot from appearing meanwhile.
    """
    for digest in digests:
        with database.write() as connection:
            used = select(snapshots.c.id).where(snapshots.c.payload_digest == digest).limit(1)
            if connection.execute(used).one_or_none() is not None:
                continue
            if payloads is database:
                blobs.erase(connection, digest)
            else:
                with payloads.write() as other:
                    blobs.erase(other, digest)


def _erase(connection: Connection, article_id: ArticleId) -> list[Digest]:
    freed = visits.payloads(connection, article_id)
    connection.execute(delete(snapshots).where(snapshots.c.article_id == article_id))
    connection.execute(
        update(entries)
        .where(entries.c.article_id == article_id)
        .values(state=EntryState.WITHHELD, title="", content="", revisit=False, retry_at=None)
    )
    return freed

"""The change log, which derived data follows, and how far each follower has come.

A follower reads in ascending ids and never looks back. So an id must not become visible after a
higher one: PostgreSQL hands them out before it commits, hence the lock until the transaction ends.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from storage import rows
from storage.database import Database
from storage.records import ArticleId, Change, ChangeKind, RunId
from storage.schema import changes, cursors
from storage.upserts import insert

#: Number of the advisory lock under which changes are appended; taken last of all locks.
_APPEND_LOCK = 1


class Changes:
    """The change log of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, change_id: int, limit: int = 1000) -> list[Change]:
        """Changes with higher ids, ascending."""
        query = select(changes).where(changes.c.id > change_id).order_by(changes.c.id).limit(limit)
        with self._database.read() as connection:
            return [rows.change(row) for row in connection.execute(query)]

    def cursor(self, name: str) -> int:
        """The id of the last change that this follower has dealt with; 0 before the first."""
        with self._database.read() as connection:
            found = connection.execute(select(cursors.c.change_id).where(cursors.c.name == name)).scalar()
        return found or 0

    def move_cursor(self, name: str, change_id: int) -> None:
        """Note how far a follower has come; back to 0 makes it start over."""
        with self._database.write() as connection:
            new = insert(connection.dialect.name, cursors).values(name=name, change_id=change_id)
            connection.execute(
                new.on_conflict_do_update(index_elements=["name"], set_={"change_id": new.excluded.change_id})
            )


def append(
    database: Database,
    connection: Connection,
    happened: Sequence[tuple[ChangeKind, ArticleId]],
    run_id: RunId | None,
    now: datetime,
) -> None:
    """Append to the log, as the last thing a transaction does."""
    if not happened:
        return
    database.lock(connection, _APPEND_LOCK)
    connection.execute(
        changes.insert(),
        [
            {"kind": kind, "article_id": article_id, "run_id": run_id, "recorded_at": now}
            for kind, article_id in happened
        ],
    )

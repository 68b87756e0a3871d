"""Issues: what runs did not understand. Written by `Store.record`, read by people."""

from sqlalchemy import Connection, func, select

from storage import rows
from storage.database import Database
from storage.intents import IssueSeen
from storage.records import Issue, RunId
from storage.schema import issues, runs, sources
from storage.upserts import insert


class Issues:
    """The issues of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, *, run_id: RunId | None = None, source_key: str | None = None, limit: int = 100) -> list[Issue]:
        """Issues, newest first."""
        query = (
            select(issues, sources.c.key.label("source_key"))
            .join_from(issues, runs)
            .join(sources)
            .order_by(issues.c.id.desc())
            .limit(limit)
        )
        if run_id is not None:
            query = query.where(issues.c.run_id == run_id)
        if source_key is not None:
            query = query.where(sources.c.key == source_key)
        with self._database.read() as connection:
            return [rows.issue(row) for row in connection.execute(query)]


def put(connection: Connection, run_id: RunId, seen: IssueSeen) -> None:
    """Note an issue; told again it counts once, with the higher count."""
    new = insert(connection.dialect.name, issues).values(
        run_id=run_id, kind=seen.kind, url=seen.url, detail=seen.detail, count=seen.count, created_at=seen.seen_at
    )
    # MAX of two values has another name in PostgreSQL.
    greater = func.max if connection.dialect.name == "sqlite" else func.greatest
    connection.execute(
        new.on_conflict_do_update(
            index_elements=["run_id", "kind", "url"],
            set_={"count": greater(issues.c.count, new.excluded.count), "detail": new.excluded.detail},
        )
    )

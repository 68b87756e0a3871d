"""Robots files as they were last fetched, so that a host is not asked again within a day (RFC 9309 §2.4)."""

from sqlalchemy import select

from storage.database import Database
from storage.records import RobotsFile
from storage.schema import robots_files
from storage.upserts import insert


class Robots:
    """The robots files of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, origin: str) -> RobotsFile | None:
        with self._database.read() as connection:
            row = connection.execute(select(robots_files).where(robots_files.c.origin == origin)).one_or_none()
        if row is None:
            return None
        return RobotsFile(origin=row.origin, status=row.status, body=bytes(row.body), fetched_at=row.fetched_at)

    def put(self, file: RobotsFile) -> None:
        """Keep a robots file in place of the one before; the one fetched last stays."""
        with self._database.write() as connection:
            new = insert(connection.dialect.name, robots_files).values(
                origin=file.origin, status=file.status, body=file.body, fetched_at=file.fetched_at
            )
            connection.execute(
                new.on_conflict_do_update(
                    index_elements=["origin"],
                    set_={name: new.excluded[name] for name in ("status", "body", "fetched_at")},
                    where=robots_files.c.fetched_at <= new.excluded.fetched_at,
                )
            )

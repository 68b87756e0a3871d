"""The newest readings of a publisher's host, for what is usual there."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from storage import rows
from storage.database import Database
from storage.records import Extraction, PublisherId
from storage.schema import articles, extractions, snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReading:
    """A reading that counts, and the page it was read from."""

    url: str
    extraction: Extraction


class SiteReadings:
    """What was read of the pages of one host."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, publisher_id: PublisherId, host: str, extractor: str, *, limit: int) -> list[HostReading]:
        """The newest articles of a host as this version of the rules read them last, newest first.

        Readings that were superseded, texts that were let go, and what was taken down are left out.
        """
        prefixes = (f"http://{host}/", f"https://{host}/")
        newest = (
            select(articles.c.id)
            .where(articles.c.publisher_id == publisher_id, articles.c.takedown.is_(None))
            .where(or_(*(articles.c.url.startswith(prefix, autoescape=True) for prefix in prefixes)))
            .order_by(articles.c.id.desc())
            .limit(limit)
            .subquery()
        )
        query = (
            select(snapshots.c.article_id, snapshots.c.url, extractions)
            .join_from(newest, snapshots, snapshots.c.article_id == newest.c.id)
            .join(extractions, extractions.c.snapshot_id == snapshots.c.id)
            .where(extractions.c.superseded_at.is_(None), extractions.c.text_dropped_at.is_(None))
            .where(extractions.c.extractor == extractor)
            .order_by(snapshots.c.article_id.desc(), snapshots.c.captured_at.desc(), snapshots.c.id.desc())
        )
        found: dict[int, HostReading] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.article_id, HostReading(url=row.url, extraction=rows.extraction(row)))
        return list(found.values())

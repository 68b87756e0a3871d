"""Readings by older versions of the rules: which there are, and all it takes to read their pages again.

A version is named like `html/2`: the rules, and their number. Readings by other rules (imports have rules of their
own) are never older ones, and nothing is read again by rules that are older than those that read it last. What was
taken down is left out everywhere; what was let go with age is only counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, case, func, select, true

from storage import changes, identity, rereading, rows
from storage.database import Database
from storage.intents import NewReading
from storage.records import (
    ArticleId,
    Capture,
    ChangeKind,
    Digest,
    Entry,
    Extraction,
    Relevance,
    SnapshotId,
    SnapshotKind,
)
from storage.rereading import Replaced, as_new
from storage.schema import articles, entries, extractions, runs, snapshots, sources
from storage.snapshots import read_from
from storage.takedowns import lock_publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderReading:
    """A response whose reading is of an older version, with what is needed to read it again."""

    snapshot_id: SnapshotId
    url: str
    final_url: str
    captured_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    payload_digest: Digest
    #: The payload is there, and the text was not let go: it may be read again.
    readable: bool
    #: The source of the run that took it.
    source_key: str
    #: What that source's listings say of it; None: nothing.
    entry: Entry | None
    content_digest: Digest
    #: What was read from it, and counts until it is read again.
    extraction: Extraction
    relevance: Relevance | None

    def capture(self, payload: bytes) -> Capture:
        """The visit as it was, to be judged and read again."""
        return Capture(
            url=self.url,
            final_url=self.final_url,
            captured_at=self.captured_at,
            status=self.status,
            headers=self.headers,
            payload=payload,
        )

    def anew(self, read: Extraction | None, content_digest: Digest, relevance: Relevance | None) -> NewReading:
        """What takes its place; None: its words are only taken for those of the digest."""
        return NewReading(
            snapshot_id=self.snapshot_id,
            instead_of=self.extraction.extractor,
            content_digest=content_digest,
            extraction=read,
            relevance=relevance,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """How many readings are of older versions."""

    #: Articles with something that can be read again, and how many readings that is.
    articles: int = 0
    readings: int = 0
    #: Readings that stay as they are: their payload, or their text, was let go.
    payload_gone: int = 0
    text_gone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReading:
    """That a version read a snapshot, and until when its reading counted."""

    snapshot_id: SnapshotId
    captured_at: datetime
    extractor: str
    title: str
    #: None: it counts.
    superseded_at: datetime | None


class Readings:
    """The readings of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def older(self, extractor: str) -> Mapping[str, int]:
        """The older versions of the same rules whose readings count, and how many; needs only an index."""
        with self._database.read() as connection:
            return _older(connection, extractor)

    def outdated(self, extractor: str, *, source_key: str | None = None) -> Outdated:
        """How much there is to read again."""
        readable = case((_READABLE, 1), else_=0)
        with self._database.read() as connection:
            versions = _older(connection, extractor)
            if not versions:
                return Outdated()
            query = (
                select(
                    func.count(case((_READABLE, articles.c.id)).distinct()).label("articles"),
                    func.sum(readable).label("readings"),
                    func.sum(case((_KEPT, 0), else_=1)).label("payload_gone"),
                    func.sum(case((and_(_KEPT, ~_TEXT_KEPT), 1), else_=0)).label("text_gone"),
                )
                .join_from(articles, snapshots, snapshots.c.article_id == articles.c.id)
                .join(extractions, read_from(snapshots.c.id))
                .where(extractions.c.extractor.in_(versions), articles.c.takedown.is_(None), _of_source(source_key))
            )
            row = connection.execute(query).one()
        return Outdated(
            articles=row.articles,
            readings=int(row.readings or 0),
            payload_gone=int(row.payload_gone or 0),
            text_gone=int(row.text_gone or 0),
        )

    def articles(
        self, extractor: str, *, after_id: int = 0, limit: int = 100, source_key: str | None = None
    ) -> list[ArticleId]:
        """The articles with higher ids, ascending, of which something can be read again."""
        with self._database.read() as connection:
            versions = _older(connection, extractor)
            if not versions:
                return []
            old = (
                select(extractions.c.id)
                .join_from(snapshots, extractions, read_from(snapshots.c.id))
                .where(snapshots.c.article_id == articles.c.id, extractions.c.extractor.in_(versions), _READABLE)
            )
            query = select(articles.c.id).where(articles.c.id > after_id, articles.c.takedown.is_(None))
            query = query.where(_of_source(source_key), old.exists()).order_by(articles.c.id).limit(limit)
            return list(connection.execute(query).scalars())

    def of_article(self, article_id: ArticleId, extractor: str) -> list[OlderReading]:
        """The article's readings by older versions in the order of their capture; none of one that was taken down."""
        with self._database.read() as connection:
            found = _older_readings(connection, article_id, extractor)
            entries_of = _entries(connection, article_id) if found else {}
            newest = connection.execute(_NEWEST_DIGEST, {"article": article_id}).scalar() if found else None
        return [_older_reading(row, entries_of.get(row.source_id, ()), newest) for row in found]

    def beside(self, article_id: ArticleId, captured_at: datetime, extractor: str) -> list[OlderReading]:
        """Those of them that a snapshot of that time is compared with: just before it, and just after it."""
        found = self.of_article(article_id, extractor)
        if not found:
            return []
        with self._database.read() as connection:
            neighbours = _neighbours(connection, article_id, captured_at)
        return [each for each in found if each.snapshot_id in neighbours]

    def put(self, article_id: ArticleId, anew: Sequence[NewReading], by: str, now: datetime) -> Replaced:
        """Put new readings of an article by that version in the place of older ones, in one transaction.

        A change is noted if readers see one. Nothing becomes of what was taken down, or was read anew by others.
        """

        def work(connection: Connection) -> Replaced:
            lock_publisher(self._database, connection, identity.by_id(connection, article_id).publisher_id)
            if identity.by_id(connection, article_id).takedown is not None:
                return Replaced()
            done = rereading.replace(connection, article_id, anew, by, now)
            if done.changed:
                changes.append(self._database, connection, [(ChangeKind.NEW_READING, article_id)], None, now)
            return done

        return self._database.retry(work)

    def history(self, article_id: ArticleId) -> list[PastReading]:
        """Which versions read the article's snapshots, by snapshot in the order of capture, those that count last."""
        query = (
            select(
                extractions.c.snapshot_id,
                snapshots.c.captured_at,
                extractions.c.extractor,
                extractions.c.title,
                extractions.c.superseded_at,
            )
            .join_from(snapshots, extractions, extractions.c.snapshot_id == snapshots.c.id)
            .where(snapshots.c.article_id == article_id)
            .order_by(snapshots.c.captured_at, snapshots.c.id, extractions.c.id)
        )
        with self._database.read() as connection:
            return [PastReading(**row._mapping) for row in connection.execute(query)]


_KEPT = snapshots.c.payload_dropped_at.is_(None)
_TEXT_KEPT = extractions.c.text_dropped_at.is_(None)
_READABLE = and_(snapshots.c.kind == SnapshotKind.RESPONSE, _KEPT, _TEXT_KEPT)


def _older(connection: Connection, extractor: str) -> dict[str, int]:
    """The older versions of the same rules, and how many readings of each count."""
    query = (
        select(extractions.c.extractor, func.count().label("number"))
        .where(extractions.c.superseded_at.is_(None))
        .group_by(extractions.c.extractor)
        .order_by(extractions.c.extractor)
    )
    found = {row.extractor: row.number for row in connection.execute(query)}
    return {name: number for name, number in found.items() if _is_older(name, extractor)}


def _is_older(name: str, extractor: str) -> bool:
    return as_new(extractor, name) and name != extractor


def _of_source(key: str | None) -> ColumnElement[bool]:
    """Whether an article was brought by that source; any source if there is no key."""
    return true() if key is None else articles.c.source_id.in_(select(sources.c.id).where(sources.c.key == key))


def _older_readings(connection: Connection, article_id: ArticleId, extractor: str) -> Sequence[Row[Any]]:
    found = connection.execute(_OTHER_READINGS, {"article": article_id, "own": extractor})
    return [row for row in found if _is_older(row.extractor, extractor)]


# Built once: they run for every article, and building costs more than running.
_OTHER_READINGS: Select[Any] = (
    select(
        snapshots,
        *(column for column in extractions.c if column.name not in snapshots.c),
        runs.c.source_id,
        sources.c.key.label("source_key"),
        _READABLE.label("readable"),
    )
    .join_from(snapshots, extractions, read_from(snapshots.c.id))
    .join(articles, snapshots.c.article_id == articles.c.id)
    .join(runs, snapshots.c.run_id == runs.c.id)
    .join(sources, runs.c.source_id == sources.c.id)
    .where(snapshots.c.article_id == bindparam("article"), snapshots.c.kind == SnapshotKind.RESPONSE)
    .where(articles.c.takedown.is_(None), extractions.c.extractor != bindparam("own"))
    .order_by(snapshots.c.captured_at, snapshots.c.id)
)
_LISTED = select(entries).where(entries.c.article_id == bindparam("article")).order_by(entries.c.id)
_NEWEST_DIGEST = (
    select(snapshots.c.content_digest)
    .where(snapshots.c.article_id == bindparam("article"))
    .order_by(snapshots.c.captured_at.desc(), snapshots.c.id.desc())
    .limit(1)
)


def _entries(connection: Connection, article_id: ArticleId) -> dict[int, list[Entry]]:
    """What the listings of each source say of an article."""
    found: dict[int, list[Entry]] = {}
    for row in connection.execute(_LISTED, {"article": article_id}):
        found.setdefault(row.source_id, []).append(rows.known_entry(row).entry)
    return found


def _older_reading(row: Row[Any], listed: Sequence[Entry], newest: Digest | None) -> OlderReading:
    # A listing's title and body are kept as they are today: of words that were changed since they would say
    # the new ones, and two revisions would read alike.
    entry = next(iter(sorted(listed, key=lambda entry: entry.url != row.url)), None)
    if entry is not None and row.content_digest != newest:
        entry = replace(entry, title="", content="")
    return OlderReading(
        snapshot_id=row.id,
        url=row.url,
        final_url=row.final_url,
        captured_at=row.captured_at,
        status=row.status,
        headers=rows.headers(row.headers),
        payload_digest=row.payload_digest,
        readable=row.readable,
        source_key=row.source_key,
        entry=entry,
        content_digest=row.content_digest,
        extraction=rows.extraction(row),
        relevance=rows.relevance(row.relevance),
    )


def _neighbours(connection: Connection, article_id: ArticleId, at: datetime) -> set[SnapshotId]:
    """The responses behind the snapshots just before and just after a time."""
    behind = func.coalesce(snapshots.c.refers_to, snapshots.c.id)
    of_article = select(behind).where(snapshots.c.article_id == article_id).limit(1)
    by_capture = (snapshots.c.captured_at, snapshots.c.id)
    before = of_article.where(snapshots.c.captured_at <= at).order_by(*[column.desc() for column in by_capture])
    after = of_article.where(snapshots.c.captured_at > at).order_by(*by_capture)
    return {SnapshotId(found) for query in (before, after) if (found := connection.execute(query).scalar()) is not None}

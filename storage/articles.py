"""Articles: the works, each with its newest reading. Which article a page belongs to is decided here once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select, update

from storage import rows
from storage import snapshots as visits
from storage.columns import storable_name
from storage.database import Database
from storage.errors import NotFound
from storage.identity import by_id, named
from storage.records import (
    Article,
    ArticleId,
    ChangeKind,
    Digest,
    Extraction,
    KnownArticle,
    PublisherId,
    Revision,
    RunId,
    Snapshot,
    SnapshotId,
    Takedown,
    Validators,
)
from storage.schema import (
    article_aliases,
    articles,
    changes,
    extractions,
    publishers,
    snapshots,
    sources,
    story_members,
)
from storage.takedowns import erase_unreferenced, take_down
from storage.upserts import among, chunks

#: What an article reads as of which nothing is left.
NOTHING = Extraction(extractor="", title="", text="")

#: An id has at most so many digits; more would not fit into the column.
_MAX_ID_DIGITS = 18


class Articles:
    """The articles of a database."""

    def __init__(self, database: Database, payloads: Database) -> None:
        self._database = database
        self._payloads = payloads

    def known(self, publisher_id: PublisherId, keys: Sequence[str]) -> dict[str, KnownArticle]:
        """What is known of the articles with these keys or aliases, under the name that was asked for."""
        found: dict[str, KnownArticle] = {}
        with self._database.read() as connection:
            for part in chunks(keys):
                by_name = named(connection, publisher_id, part)
                if not by_name:
                    continue
                known = _known(connection, by_name.values())
                names = {key: storable_name(key) for key in part}
                found |= {key: known[by_name[name].id] for key, name in names.items() if name in by_name}
        return found

    def publishers_of(self, keys: Sequence[str]) -> dict[str, PublisherId]:
        """Whose the articles with these keys are, whoever asks; of several publishers the first that had it."""
        found: dict[str, PublisherId] = {}
        with self._database.read() as connection:
            query = _holders(connection.dialect.name)
            for part in chunks(keys):
                rows_found = connection.execute(query, {"keys": [*map(storable_name, part)]})
                found |= {row.article_key: PublisherId(row.publisher_id) for row in rows_found}
        return found

    def get(self, article_id: ArticleId) -> Article:
        with self._database.read() as connection:
            return _one(connection, articles.c.id == article_id, article_id)

    def get_all(self, article_ids: Iterable[ArticleId]) -> dict[ArticleId, Article]:
        """The articles of these ids, those taken down too; ids that there are not are left out."""
        found: dict[ArticleId, Article] = {}
        with self._database.read() as connection:
            for part in chunks(sorted(set(article_ids))):
                rows_found = connection.execute(_base().where(articles.c.id.in_(part))).all()
                found |= {each.id: each for each in _assemble(connection, rows_found)}
        return found

    def find(self, url_or_key_or_id: str) -> Article:
        """The article of that id, key, URL, alias or import id; of several the oldest."""
        wanted = url_or_key_or_id.strip()
        other_names = select(article_aliases.c.article_id).where(article_aliases.c.alias == wanted)
        conditions = [
            articles.c.article_key == wanted,
            articles.c.url == wanted,
            articles.c.external_id == wanted,
            articles.c.id.in_(other_names),
        ]
        if not wanted:
            raise NotFound("article", "without a name")
        with self._database.read() as connection:
            if wanted.isascii() and wanted.isdigit() and len(wanted) <= _MAX_ID_DIGITS:
                by_id = connection.execute(_base().where(articles.c.id == int(wanted))).all()
                if by_id:
                    return _assemble(connection, by_id)[0]
            return _one(connection, or_(*conditions), wanted)

    def snapshots(self, article_id: ArticleId) -> list[Snapshot]:
        """The snapshots in the order of their capture; none of an article that was erased."""
        with self._database.read() as connection:
            return _snapshots(connection, article_id)

    def revisions(self, article_id: ArticleId) -> list[Revision]:
        """The revisions, first to last, each with its last reading; none of an article that was erased."""
        with self._database.read() as connection:
            found = visits.stretches(_snapshots(connection, article_id))
            readings = _extractions(connection, [stretch.last.refers_to or stretch.last.id for stretch in found])
        return [
            Revision(
                number=number,
                content_digest=stretch.content_digest,
                first_snapshot=stretch.first.id,
                last_snapshot=stretch.last.id,
                from_at=stretch.first.captured_at,
                until_at=stretch.last.captured_at,
                extraction=readings.get(stretch.last.refers_to or stretch.last.id, NOTHING),
            )
            for number, stretch in enumerate(found, 1)
        ]

    def extraction(self, snapshot_id: SnapshotId) -> Extraction:
        """What was read from a snapshot; from a revisit, what was read from the payload it refers to."""
        with self._database.read() as connection:
            response = connection.execute(
                select(func.coalesce(snapshots.c.refers_to, snapshots.c.id)).where(snapshots.c.id == snapshot_id)
            ).scalar()
            found = _extractions(connection, [response]) if response is not None else {}
        if response is None or response not in found:
            raise NotFound("extraction of snapshot", snapshot_id)
        return found[response]

    def takedown(self, article_id: ArticleId, takedown: Takedown, reason: str, now: datetime) -> None:
        """Hide an article, or erase its texts and payloads and keep a tombstone. `canceled` is final."""

        def work(connection: Connection) -> list[Digest]:
            return take_down(self._database, connection, article_id, takedown, reason, now)

        freed = self._database.retry(work)
        erase_unreferenced(self._database, self._payloads, freed)

    def list(
        self,
        *,
        after_id: int = 0,
        limit: int = 100,
        source_key: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        new_in_run: RunId | None = None,
        include_taken_down: bool = False,
    ) -> list[Article]:
        """The articles with higher ids, ascending. Those taken down are left out unless asked for.

        `since` (included) and `until` (excluded) bound the time of publication, or for a text that states
        none the time it was first seen. `new_in_run`: those which that run brought first.
        """
        query = _base().where(articles.c.id > after_id).order_by(articles.c.id).limit(limit)
        if not include_taken_down:
            query = query.where(articles.c.takedown.is_(None))
        if source_key is not None:
            query = query.where(sources.c.key == source_key)
        if new_in_run is not None:
            new = select(changes.c.article_id).where(
                changes.c.run_id == new_in_run, changes.c.kind == ChangeKind.NEW_ARTICLE
            )
            query = query.where(articles.c.id.in_(new))
        if since is not None:
            query = query.where(stated_at() >= since)
        if until is not None:
            query = query.where(stated_at() < until)
        with self._database.read() as connection:
            return _assemble(connection, connection.execute(query).all())


def note_visit(connection: Connection, article: Row[Any], captured_at: datetime) -> bool:
    """Note that an article answered; True if it is back from being gone."""
    back = article.gone_at is not None and article.gone_at <= captured_at
    values: rows.Values = {"gone_at": None} if back else {}
    if captured_at < article.first_seen_at:
        values["first_seen_at"] = captured_at
    if values:
        connection.execute(update(articles).where(articles.c.id == article.id).values(**values))
    return back


def note_gone(connection: Connection, article: Row[Any], captured_at: datetime) -> bool:
    """Note that the publisher has no such page any more; True if that is new. A later visit's word stays."""
    newest = select(snapshots.c.captured_at).where(snapshots.c.id == visits.newest_id(article.id))
    last = connection.execute(newest).scalar()
    if article.gone_at is not None or (last is not None and last > captured_at):
        return False
    connection.execute(update(articles).where(articles.c.id == article.id).values(gone_at=captured_at))
    return True


def _known(connection: Connection, found: Iterable[Row[Any]]) -> dict[ArticleId, KnownArticle]:
    unique = {row.id: row for row in found}
    latest = visits.newest(list(unique))
    own, response = snapshots.alias(), snapshots.alias()
    query: Select[Any] = (
        select(
            own.c.article_id,
            own.c.id,
            own.c.headers,
            own.c.content_digest,
            response.c.headers.label("response_headers"),
            response.c.payload_digest,
            response.c.payload_dropped_at,
            extractions.c.extractor,
        )
        .join_from(latest, own, own.c.id == latest.c.snapshot_id)
        .join(response, response.c.id == latest.c.response_id)
        .outerjoin(extractions, visits.read_from(latest.c.response_id))
    )
    last = {row.article_id: row for row in connection.execute(query)} if unique else {}
    return {article_id: _known_article(row, last.get(article_id)) for article_id, row in unique.items()}


def _known_article(row: Row[Any], last: Row[Any] | None) -> KnownArticle:
    return KnownArticle(
        id=row.id,
        key=row.article_key,
        snapshot_id=last.id if last else None,
        payload_digest=last.payload_digest if last else None,
        content_digest=last.content_digest if last else None,
        extractor=(last.extractor if last else None) or "",
        validators=_validators(last.response_headers, last.headers) if last else Validators(),
        gone=row.gone_at is not None,
        takedown=row.takedown,
        payload_dropped=last is not None and last.payload_dropped_at is not None and row.takedown is None,
    )


def _validators(response: Sequence[Sequence[str]], own: Sequence[Sequence[str]]) -> Validators:
    # A 304 may carry a newer validator than the response it confirms; keep it (RFC 9111 §4.3.4).
    last: Mapping[str, str] = {name.lower(): value for name, value in (*response, *own)}
    return Validators(etag=last.get("etag", ""), last_modified=last.get("last-modified", ""))


@cache
def _holders(dialect: str) -> Select[Any]:
    named = among(dialect, articles.c.article_key, "keys")
    return select(articles.c.article_key, articles.c.publisher_id).where(named).order_by(articles.c.id.desc())


def _base() -> Select[Any]:
    return (
        select(
            articles,
            publishers.c.name.label("publisher"),
            sources.c.key.label("source_key"),
            story_members.c.story_id,
            story_members.c.relation,
        )
        .join_from(articles, publishers, articles.c.publisher_id == publishers.c.id)
        .join(sources, articles.c.source_id == sources.c.id)
        .outerjoin(story_members, story_members.c.article_id == articles.c.id)
    )


def _one(connection: Connection, condition: Any, subject: object) -> Article:
    found = connection.execute(_base().where(condition).order_by(articles.c.id).limit(1)).all()
    if not found:
        raise NotFound("article", subject)
    return _assemble(connection, found)[0]


def _assemble(connection: Connection, found: Sequence[Row[Any]]) -> list[Article]:
    """Articles from their rows, with one query for all their newest readings."""
    latest = visits.newest([row.id for row in found])
    query = select(
        latest.c.article_id,
        latest.c.captured_at,
        latest.c.content_digest.label("digest"),
        latest.c.revision,
        extractions,
    ).outerjoin_from(latest, extractions, visits.read_from(latest.c.response_id))
    last = {row.article_id: row for row in connection.execute(query)} if found else {}
    return [_article(row, last.get(row.id)) for row in found]


def _article(row: Row[Any], last: Row[Any] | None) -> Article:
    read = last is not None and last.snapshot_id is not None
    return Article(
        id=row.id,
        key=row.article_key,
        url=row.url,
        publisher_id=row.publisher_id,
        publisher=row.publisher,
        source_key=row.source_key,
        external_id=row.external_id,
        first_seen_at=row.first_seen_at,
        gone_at=row.gone_at,
        takedown=row.takedown,
        takedown_at=row.takedown_at,
        captured_at=last.captured_at if last else row.first_seen_at,
        revision=last.revision if last else 0,
        content_digest=last.digest if last else Digest(""),
        extraction=rows.extraction(last) if last is not None and read else NOTHING,
        story_id=row.story_id,
        relation=row.relation,
        relevance=rows.relevance(last.relevance) if last is not None and read else None,
    )


def _snapshots(connection: Connection, article_id: ArticleId) -> list[Snapshot]:
    found = [rows.snapshot(row) for row in connection.execute(visits.of_article(article_id))]
    if not found:
        by_id(connection, article_id)
    return found


def _extractions(connection: Connection, response_ids: Sequence[SnapshotId]) -> dict[SnapshotId, Extraction]:
    found: dict[SnapshotId, Extraction] = {}
    for part in chunks(response_ids):
        query = select(extractions).where(extractions.c.snapshot_id.in_(part), extractions.c.superseded_at.is_(None))
        found |= {row.snapshot_id: rows.extraction(row) for row in connection.execute(query)}
    return found


def stated_at() -> Any:
    """When an article says it was published, or else when it was first seen; as part of another query."""
    last, read = snapshots.alias(), extractions.alias()
    published_at = (
        select(read.c.published_at)
        .join_from(last, read, visits.read_from(func.coalesce(last.c.refers_to, last.c.id), read))
        .where(last.c.id == visits.newest_id(articles.c.id))
        .correlate_except(last, read)
        .scalar_subquery()
    )
    return func.coalesce(published_at, articles.c.first_seen_at)

"""Snapshots and what was read from them; revisions are derived from both, here and nowhere else.

A revision is a maximal stretch of snapshots with one content digest, in the order of their capture.
In which order they were recorded does not matter.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Subquery, and_, bindparam, case, func, or_, select

from storage import rows
from storage.intents import Reading, Revisit, Visited
from storage.records import ArticleId, Digest, Extraction, Relevance, RunId, Snapshot, SnapshotId, SnapshotKind
from storage.schema import extractions, snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What a new snapshot changed."""

    #: No snapshot of the article was there before.
    first: bool
    #: The article has other words than before and after it.
    revised: bool


# Built once: a batch runs them for each of its visits, and building costs more than running.
_ADD = snapshots.insert().returning(snapshots.c.id)
_ADD_EXTRACTION = extractions.insert()
_OF_VISIT = select(snapshots.c.article_id).where(
    snapshots.c.run_id == bindparam("run"), snapshots.c.url == bindparam("visited_url")
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Snapshots with one content digest that follow each other."""

    content_digest: Digest
    first: Snapshot
    last: Snapshot


def stretches(ordered: Sequence[Snapshot]) -> list[Stretch]:
    """The revisions of snapshots that are in the order of their capture."""
    found = []
    for digest, group in groupby(ordered, key=lambda snapshot: snapshot.content_digest):
        members = list(group)
        found.append(Stretch(digest, members[0], members[-1]))
    return found


def visited_before(connection: Connection, run_id: RunId, url: str) -> ArticleId | None:
    """The article of which this run has a snapshot from that URL already."""
    return connection.execute(_OF_VISIT, {"run": run_id, "visited_url": url}).scalar()


def payloads(connection: Connection, article_id: ArticleId) -> list[Digest]:
    """The digests of an article's payloads."""
    query = select(snapshots.c.payload_digest).where(snapshots.c.article_id == article_id).distinct()
    return [digest for digest in connection.execute(query).scalars() if digest is not None]


def add_response(
    connection: Connection, run_id: RunId, article_id: ArticleId, visited: Visited, reading: Reading, now: datetime
) -> Added:
    """Add a snapshot with a payload of its own, and what was read from it."""
    added, snapshot_id = _add(
        connection,
        _visit_values(run_id, article_id, visited, now)
        | {
            "kind": SnapshotKind.RESPONSE,
            "payload_digest": reading.payload_digest,
            "content_digest": reading.content_digest,
        },
    )
    add_extraction(connection, snapshot_id, reading.extraction, reading.relevance)
    return added


def add_extraction(
    connection: Connection, snapshot_id: SnapshotId, read: Extraction, relevance: Relevance | None
) -> None:
    """Add what was read from a snapshot; no other reading of it may count any more."""
    connection.execute(_ADD_EXTRACTION, {"snapshot_id": snapshot_id} | reading_values(read, relevance))


def reading_values(read: Extraction, relevance: Relevance | None) -> rows.Values:
    """The columns of a reading."""
    return rows.extraction_values(read) | {"relevance": None if relevance is None else asdict(relevance)}


def add_revisit(
    connection: Connection, run_id: RunId, article_id: ArticleId, told: Revisit, now: datetime
) -> Added | None:
    """Add a snapshot that refers to another's payload; None if the article has none to refer to."""
    response = _response(connection, article_id, told.known.snapshot_id)
    if response is None:
        return None
    identical = told.profile is told.profile.IDENTICAL_PAYLOAD_DIGEST
    added, _ = _add(
        connection,
        _visit_values(run_id, article_id, told.visited, now)
        | {
            "kind": SnapshotKind.REVISIT,
            "profile": told.profile,
            "refers_to": response.id,
            "payload_digest": response.payload_digest if identical else None,
            "payload_dropped_at": response.payload_dropped_at if identical else None,
            "content_digest": response.content_digest,
        },
    )
    return added


def newest(article_ids: Sequence[ArticleId]) -> Subquery:
    """A row an article: `article_id`, `snapshot_id` and `captured_at` of the newest snapshot, its
    `content_digest` and `response_id` (where its payload is), and the number of its `revision`."""
    by_capture = (snapshots.c.captured_at, snapshots.c.id)
    ranked = (
        select(
            snapshots.c.article_id,
            snapshots.c.id,
            snapshots.c.captured_at,
            snapshots.c.content_digest,
            func.coalesce(snapshots.c.refers_to, snapshots.c.id).label("response_id"),
            func.lag(snapshots.c.content_digest)
            .over(partition_by=snapshots.c.article_id, order_by=by_capture)
            .label("before"),
            func.row_number()
            .over(partition_by=snapshots.c.article_id, order_by=[column.desc() for column in by_capture])
            .label("age"),
        )
        .where(snapshots.c.article_id.in_(article_ids))
        .subquery()
    )
    new_words = or_(ranked.c.before.is_(None), ranked.c.before != ranked.c.content_digest)

    def of_newest(column: Any) -> Any:
        return func.max(case((ranked.c.age == 1, column)))

    return (
        select(
            ranked.c.article_id,
            of_newest(ranked.c.id).label("snapshot_id"),
            of_newest(ranked.c.captured_at).label("captured_at"),
            of_newest(ranked.c.content_digest).label("content_digest"),
            of_newest(ranked.c.response_id).label("response_id"),
            func.sum(case((new_words, 1), else_=0)).label("revision"),
        )
        .group_by(ranked.c.article_id)
        .subquery()
    )


def newest_id(article_id: Any) -> Any:
    """The id of an article's newest snapshot, as part of another query."""
    inner = snapshots.alias()
    return (
        select(inner.c.id)
        .where(inner.c.article_id == article_id)
        .order_by(inner.c.captured_at.desc(), inner.c.id.desc())
        .limit(1)
        .correlate_except(inner)
        .scalar_subquery()
    )


def read_from(response_id: Any, read: Any = extractions) -> ColumnElement[bool]:
    """Whether a reading is the one of that response that counts, as part of another query."""
    return and_(read.c.snapshot_id == response_id, read.c.superseded_at.is_(None))


def of_article(article_id: ArticleId) -> Select[Any]:
    """The snapshots of an article in the order of their capture."""
    return (
        select(snapshots).where(snapshots.c.article_id == article_id).order_by(snapshots.c.captured_at, snapshots.c.id)
    )


def _visit_values(run_id: RunId, article_id: ArticleId, visited: Visited, now: datetime) -> rows.Values:
    return {
        "article_id": article_id,
        "run_id": run_id,
        "url": visited.url,
        "final_url": visited.final_url,
        "status": visited.status,
        "headers": [list(header) for header in visited.headers],
        "captured_at": visited.captured_at,
        "recorded_at": now,
    }


def _add(connection: Connection, values: rows.Values) -> tuple[Added, SnapshotId]:
    snapshot_id = connection.execute(_ADD, values).scalar_one()
    before, after = _neighbours(connection, values["article_id"], values["captured_at"], snapshot_id)
    same = values["content_digest"] in (before, after)
    return Added(first=before is None and after is None, revised=not same), snapshot_id


def _neighbours(
    connection: Connection, article_id: ArticleId, captured_at: datetime, snapshot_id: SnapshotId
) -> tuple[Digest | None, Digest | None]:
    """The content digests of the snapshots captured just before and just after one."""
    found = connection.execute(_NEIGHBOURS, {"article": article_id, "at": captured_at, "number": snapshot_id}).one()
    return found.before, found.after


def _build_neighbours() -> Select[Any]:
    at, number = snapshots.c.captured_at, snapshots.c.id
    given_at, given = bindparam("at", type_=at.type), bindparam("number", type_=number.type)
    others = select(snapshots.c.content_digest).where(snapshots.c.article_id == bindparam("article")).limit(1)
    before = others.where(or_(at < given_at, and_(at == given_at, number < given)))
    after = others.where(or_(at > given_at, and_(at == given_at, number > given)))
    return select(
        before.order_by(at.desc(), number.desc()).scalar_subquery().label("before"),
        after.order_by(at, number).scalar_subquery().label("after"),
    )


_NEIGHBOURS = _build_neighbours()


def _response(connection: Connection, article_id: ArticleId, wanted: SnapshotId | None) -> Row[Any] | None:
    """The response behind the wanted snapshot of that article, or behind its newest one."""
    row = connection.execute(_BEHIND, {"article": article_id, "wanted": wanted}).one_or_none()
    return row if row is not None else connection.execute(_BEHIND_NEWEST, {"article": article_id}).one_or_none()


def _build_behind(wanted: Any) -> Select[Any]:
    inner = snapshots.alias()
    behind = (
        select(func.coalesce(inner.c.refers_to, inner.c.id))
        .where(inner.c.id == wanted, inner.c.article_id == bindparam("article"))
        .correlate_except(inner)
        .scalar_subquery()
    )
    return select(snapshots).where(snapshots.c.id == behind)


_BEHIND = _build_behind(bindparam("wanted"))
_BEHIND_NEWEST = _build_behind(newest_id(bindparam("article")))

"""Look for what must not be: damage that a constraint cannot see. Changes nothing.

Every payload is read and its digest computed anew; the rest are questions to the tables. No
connection is held between two findings, and a large database is read in pieces.
"""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text

from storage.blobs import Blobs
from storage.database import Database
from storage.errors import BlobDamaged, DatabaseError, NotFound
from storage.records import Digest, EntryState, RunStatus, SnapshotKind
from storage.schema import articles, entries, extractions, listings, runs, snapshots, sources

_PAGE = 500
#: A payload is stored before the row that names it; in between a pruning may let the same bytes go, as they are old.
_MEANWHILE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be."""

    #: `damaged-payload`, `missing-payload`, `unreferenced-payload`, `missing-extraction`, `article-without-snapshots`,
    #: `visit-stored-twice`, `entry-without-article`, `dead-run`, `foreign-parent`, `broken-database`.
    kind: str
    #: What it is about: a digest, or `snapshot 12`.
    subject: str
    #: A sentence for people.
    detail: str


def check(database: Database, payloads: Database) -> Iterator[Finding]:
    """What is wrong, as it is found; nothing if all is well."""
    try:
        yield from _check(database, payloads)
    except DatabaseError as error:
        yield Finding("broken-database", error.url, f"it {error.problem}")


def _check(database: Database, payloads: Database) -> Iterator[Finding]:
    yield from _broken(database)
    if payloads is not database:
        yield from _broken(payloads)
    blobs = Blobs(payloads)
    yield from _payloads(database, blobs)
    yield from _missing_payloads(database, blobs)
    yield from _rows(database)
    yield from _dead_runs(database)


def _broken(database: Database) -> Iterator[Finding]:
    if not database.is_sqlite:
        return
    with database.read() as connection:
        integrity = list(connection.execute(text("PRAGMA integrity_check")).scalars())
        dangling = connection.execute(text("PRAGMA foreign_key_check")).all()
    for line in integrity:
        if line != "ok":
            yield Finding("broken-database", database.url, str(line))
    for table, number, parent, _ in dangling:
        yield Finding("broken-database", f"{table} row {number}", f"it refers to a row of {parent} that is not there")


def _payloads(database: Database, blobs: Blobs) -> Iterator[Finding]:
    page: list[Digest] = []
    for digest in blobs.digests():
        try:
            blobs.get(digest)
        except BlobDamaged as error:
            yield Finding("damaged-payload", digest, error.problem)
        except NotFound:  # erased since it was listed
            continue
        page.append(digest)
        if len(page) == _PAGE:
            yield from _unreferenced(database, page)
            page = []
    yield from _unreferenced(database, page)


def _unreferenced(database: Database, page: list[Digest]) -> Iterator[Finding]:
    # Also by one whose payload was let go: the next pruning erases what a killed one has left.
    query = select(snapshots.c.payload_digest).where(snapshots.c.payload_digest.in_(page))
    with database.read() as connection:
        used = set(connection.execute(query).scalars())
    for digest in page:
        if digest not in used:
            yield Finding("unreferenced-payload", digest, "no snapshot refers to it")


def _missing_payloads(database: Database, blobs: Blobs) -> Iterator[Finding]:
    query = select(snapshots.c.id, snapshots.c.payload_digest, snapshots.c.recorded_at).where(
        snapshots.c.kind == SnapshotKind.RESPONSE, snapshots.c.payload_dropped_at.is_(None)
    )
    for page in _pages(database, query, snapshots.c.id):
        digests = {row.payload_digest for row in page}
        missing = digests - blobs.present(list(digests))
        let_go = _let_go(database, missing) if missing else []
        for row in page:
            erased_at = (at for digest, at in let_go if digest == row.payload_digest)
            meanwhile = any(abs(row.recorded_at - at) < _MEANWHILE for at in erased_at)
            if row.payload_digest in missing and not meanwhile:
                yield Finding("missing-payload", f"snapshot {row.id}", f"its payload {row.payload_digest} is not there")


def _let_go(database: Database, digests: set[Digest]) -> list[tuple[Digest, datetime]]:
    """Those that were let go with another snapshot, and when."""
    marked = select(snapshots.c.payload_digest, snapshots.c.payload_dropped_at).distinct()
    query = marked.where(snapshots.c.payload_digest.in_(digests), snapshots.c.payload_dropped_at.is_not(None))
    with database.read() as connection:
        return [(row.payload_digest, row.payload_dropped_at) for row in connection.execute(query)]


def _rows(database: Database) -> Iterator[Finding]:
    parents = listings.alias()
    for kind, what, detail, query, key in (
        (
            "missing-extraction",
            "snapshot",
            "nothing was read from its payload",
            select(snapshots.c.id).where(
                snapshots.c.kind == SnapshotKind.RESPONSE,
                snapshots.c.id.not_in(select(extractions.c.snapshot_id).where(extractions.c.superseded_at.is_(None))),
            ),
            snapshots.c.id,
        ),
        (
            "article-without-snapshots",
            "article",
            "it has no snapshot and was not taken down",
            select(articles.c.id).where(
                articles.c.takedown.is_(None), ~select(snapshots.c.id).where(_of_article()).exists()
            ),
            articles.c.id,
        ),
        (
            "entry-without-article",
            "entry",
            "it says that its article is stored",
            select(entries.c.id)
            .outerjoin_from(entries, articles, entries.c.article_id == articles.c.id)
            .where(entries.c.state == EntryState.STORED, articles.c.id.is_(None)),
            entries.c.id,
        ),
        (
            "foreign-parent",
            "listing",
            "the listing that named it belongs to another source",
            select(listings.c.id)
            .join_from(listings, parents, listings.c.parent_id == parents.c.id)
            .where(listings.c.source_id != parents.c.source_id),
            listings.c.id,
        ),
    ):
        for page in _pages(database, query, key):
            for row in page:
                yield Finding(kind, f"{what} {row.id}", detail)
    twice = (
        select(snapshots.c.run_id, snapshots.c.url)
        .group_by(snapshots.c.run_id, snapshots.c.url)
        .having(func.count() > 1)
        .limit(_PAGE)
    )
    with database.read() as connection:
        found = connection.execute(twice).all()
    for row in found:
        yield Finding("visit-stored-twice", f"run {row.run_id}", f"it has two snapshots of {row.url}")


def _of_article() -> Any:
    return snapshots.c.article_id == articles.c.id


def _dead_runs(database: Database) -> Iterator[Finding]:
    query = (
        select(runs.c.id, runs.c.pid, sources.c.key)
        .join_from(runs, sources)
        .where(runs.c.status == RunStatus.RUNNING, runs.c.machine == socket.gethostname())
    )
    with database.read() as connection:
        found = connection.execute(query).all()
    for row in found:
        if not _alive(row.pid):
            yield Finding("dead-run", f"run {row.id}", f"it says it reads {row.key}, but its process {row.pid} is gone")


def _alive(pid: int) -> bool:
    if pid <= 0:  # signal 0 to such a number would go to a group of processes
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _pages(database: Database, query: Select[Any], key: Any) -> Iterator[list[Any]]:
    """The rows of a query in pieces, by its first column, an id."""
    last = 0
    while True:
        with database.read() as connection:
            page = list(connection.execute(query.where(key > last).order_by(key).limit(_PAGE)))
        if not page:
            return
        yield page
        last = page[-1].id

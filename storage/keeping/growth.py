"""How fast an archive grows: what came in a day, told from the runs of the last days and some of their snapshots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, select

from storage.database import Database
from storage.keeping.weights import SAMPLE, evenly, log_bytes, text_bytes
from storage.schema import blobs, extractions, fruitless_visits, issues, runs, snapshots
from storage.snapshots import read_from
from storage.upserts import chunks

#: Days from which on it can be told which one was the busiest.
_ENOUGH = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What came in a day, on the average of some days."""

    #: As many as were asked for, or as the archive is old; at least one.
    days: float
    snapshots: float
    payload_bytes: float
    #: The same before it was compressed.
    received_bytes: float
    text_bytes: float
    log_bytes: float
    #: The other rows, and the indexes.
    rest_bytes: float
    #: What is left of the pace without the busiest day, which a first visit or an import may be; from 0 to 1.
    steady: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What is known of an archive already."""

    age_days: float
    snapshots: int
    rest_bytes: int


def grown(database: Database, payloads: Database, base: Base, now: datetime, days: int) -> Growth:
    """What came in a day, over so many days."""
    ended = and_(runs.c.finished_at > now - timedelta(days=days), runs.c.finished_at <= now)
    span = min(float(days), max(1.0, base.age_days))
    with database.read() as connection:
        daily = connection.execute(_DAILY.where(ended)).scalars().all()
        came = _came(database, connection, ended)
        logged = _logged(database, connection, ended)
    stored, received = _new_payloads(payloads, came)
    per_day = sum(daily) / span
    return Growth(
        days=span,
        snapshots=per_day,
        payload_bytes=stored * per_day,
        received_bytes=received * per_day,
        text_bytes=_mean_text(came) * per_day,
        log_bytes=logged / span,
        rest_bytes=base.rest_bytes / max(1, base.snapshots) * per_day,
        steady=steady(daily, span),
    )


def steady(daily: Sequence[int], days: float) -> float:
    """The pace without the busiest day, as a share of the pace with it; 1 where too few days are known."""
    total = sum(daily)
    if not total or days < _ENOUGH:
        return 1.0
    return (total - max(daily)) / (days - 1) / (total / days)


#: Snapshots of each day.
_DAILY = select(func.count()).join_from(runs, snapshots).group_by(func.date(runs.c.finished_at))


def _came(database: Database, connection: Connection, ended: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Snapshots of those runs, evenly chosen: the digest of a payload that was new, and what the text takes."""
    of_runs = snapshots.c.run_id.in_(select(runs.c.id).where(ended))
    count, lowest, highest = connection.execute(
        select(func.count(), func.min(snapshots.c.id), func.max(snapshots.c.id)).where(of_runs)
    ).one()
    earlier = snapshots.alias()
    known = select(earlier.c.id).where(
        earlier.c.payload_digest == snapshots.c.payload_digest,
        earlier.c.id < snapshots.c.id,
        earlier.c.payload_dropped_at.is_(None),
    )
    query: Select[Any] = (
        select(
            case((known.exists(), None), else_=snapshots.c.payload_digest).label("new_digest"),
            extractions.c.text_dropped_at,
            text_bytes(database).label("text_bytes"),
        )
        .outerjoin_from(snapshots, extractions, read_from(snapshots.c.id))
        .where(of_runs)
    )
    if count > SAMPLE:
        query = query.where(snapshots.c.id.in_(evenly(lowest, highest)))
    return connection.execute(query).all()


def _new_payloads(payloads: Database, came: Sequence[Row[Any]]) -> tuple[float, float]:
    """What a snapshot adds to the payloads, on average: as stored, and as received."""
    digests = [row.new_digest for row in came if row.new_digest is not None]
    found, stored, received = 0, 0, 0
    query = select(func.count(), func.sum(func.length(blobs.c.data)), func.sum(blobs.c.raw_bytes))
    with payloads.read() as connection:
        for part in chunks(digests):
            number, *sizes = connection.execute(query.where(blobs.c.digest.in_(part))).one()
            found, stored, received = found + number, stored + int(sizes[0] or 0), received + int(sizes[1] or 0)
    if not found:
        return 0.0, 0.0
    share = len(digests) / len(came) / found  # of those that were let go since, the size is not known
    return stored * share, received * share


def _mean_text(came: Sequence[Row[Any]]) -> float:
    """What a snapshot adds to the texts, on average; of texts that were let go since, the size is not known."""
    read = [row for row in came if row.text_bytes is not None]
    there = [row.text_bytes for row in read if row.text_dropped_at is None]
    return sum(there) / len(there) * len(read) / len(came) if there else 0.0


def _logged(database: Database, connection: Connection, ended: ColumnElement[bool]) -> float:
    """The bytes that those runs left in words."""
    number = connection.execute(select(func.count()).select_from(runs).where(ended)).scalar_one()
    lately = select(log_bytes(database, runs).label("size")).where(ended).order_by(runs.c.id.desc())
    total = number * _mean(connection, lately)
    for table in (issues, fruitless_visits):
        of_runs = table.c.run_id.in_(select(runs.c.id).where(ended))
        number = connection.execute(select(func.count()).select_from(table).where(of_runs)).scalar_one()
        total += number * _mean(
            connection, select(log_bytes(database, table).label("size")).order_by(table.c.id.desc())
        )
    return total


def _mean(connection: Connection, sizes: Select[Any]) -> float:
    """The mean of the first of these sizes."""
    return float(connection.execute(select(func.avg(sizes.limit(SAMPLE).subquery().c.size))).scalar() or 0)

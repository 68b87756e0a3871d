"""What rows weigh: of a small table all are weighed, of a large one some that lie evenly between first and last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, func, select

from storage.database import Database
from storage.keeping.batches import octets
from storage.schema import extractions, runs

#: Rows of a class that are weighed; of a class with fewer, all.
SAMPLE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How many there are of a class, what they take, and how old the oldest is."""

    count: int
    bytes: int
    age_days: float
    #: Told from a sample.
    estimated: bool = False


def counted(connection: Connection, table: Table) -> int:
    """How many rows a table has; reads an index of it."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def chosen(connection: Connection, table: Table, count: int) -> ColumnElement[bool]:
    """Which rows of a table with so many are weighed."""
    if count <= SAMPLE:
        return table.c.id.is_not(None)
    low, high = (connection.execute(select(pick(table.c.id))).scalar_one() for pick in (func.min, func.max))
    return table.c.id.in_(evenly(low, high))


def evenly(low: int, high: int) -> list[int]:
    """Numbers from the lowest to the highest, at most `SAMPLE` of them."""
    return sorted({low + (high - low) * at // (SAMPLE - 1) for at in range(SAMPLE)})


def scaled(weighed: float, number: int, count: int) -> int:
    """What all of them come to, if so many of them came to that."""
    return round(weighed * count / number) if number else 0


def age_days(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since) / timedelta(days=1))


def text_bytes(database: Database) -> ColumnElement[int]:
    """What an extraction takes of what is let go with age."""
    return octets(database, extractions.c.text) + octets(database, extractions.c.leads)


def log_bytes(database: Database, table: Table) -> ColumnElement[int]:
    """What a run, an issue or a visit that stored nothing left in words."""
    if table is runs:
        return octets(database, runs.c.log_tail)
    return octets(database, table.c.url) + octets(database, table.c.detail)

"""How large an archive is, by class, how fast it grows, and what that comes to.

Rows are counted, which reads an index. What they weigh is told from a few thousand of them: to read every text of
a large archive for its length would take longer than anybody waits.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Table, and_, case, func, select, text

from storage.database import Database, file_of
from storage.keeping import growth
from storage.keeping.compact import pages
from storage.keeping.forecast import Flow
from storage.keeping.growth import Base, Growth
from storage.keeping.retention import Keep
from storage.keeping.weights import SAMPLE, Weight, age_days, chosen, counted, log_bytes, scaled, text_bytes
from storage.schema import articles, blobs, entries, extractions, fruitless_visits, issues, metadata, runs, snapshots

#: Files of an SQLite database, by what follows its name.
_PARTS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large an archive is."""

    articles: int
    snapshots: int
    entries: int
    runs: int
    issues: int
    #: Visits that stored nothing.
    visits: int
    #: As they are stored; `received_bytes` before they were compressed.
    payloads: Weight
    received_bytes: int
    #: Texts that are still there, with what quotes them.
    texts: Weight
    #: The words that runs, issues and visits left.
    logs: Weight
    #: Everything else: the other rows, the indexes, what does not fill a page.
    rest_bytes: int
    total_bytes: int
    #: Part of it: pages inside the files that are used again before these grow.
    free_bytes: int
    #: Part of it: what SQLite has not yet merged into the files; it stays small.
    journal_bytes: int
    #: File → bytes; empty for PostgreSQL, whose files are its own business.
    files: Mapping[str, int]
    #: Since its first run.
    age_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Disk:
    """What the files take, how much of that holds something, and how much is free inside them."""

    total: int
    used: int
    free: int
    files: Mapping[str, int]


class Sizes:
    """The sizes of a database."""

    def __init__(self, database: Database, payloads: Database) -> None:
        self._database = database
        self._payloads = payloads

    def estimated_rows(self) -> dict[str, int]:
        """About how many rows each table has, at once: by the server's statistics, or by the numbers of the rows."""
        with self._database.read() as connection:
            if self._database.is_sqlite:
                numbered = [table for table in metadata.sorted_tables if "id" in table.c]
                return {table.name: _between(connection, table) for table in numbered}
            query = text("SELECT relname, greatest(reltuples, 0)::bigint AS number FROM pg_class WHERE relkind = 'r'")
            found = {row.relname: int(row.number) for row in connection.execute(query)}
        return {table.name: found.get(table.name, 0) for table in metadata.sorted_tables}

    def measured(self, now: datetime) -> Size:
        """How large it is now."""
        payloads, received = self._payload_weight(now)
        with self._database.read() as connection:
            texts = self._text_weight(connection, now)
            counts = {table: counted(connection, table) for table in (runs, issues, fruitless_visits)}
            logs = self._log_weight(connection, counts, now)
            first = connection.execute(select(func.min(runs.c.finished_at))).scalar()
            works, visits, listed = (counted(connection, table) for table in (articles, snapshots, entries))
        disk = self._on_disk()
        return Size(
            articles=works,
            snapshots=visits,
            entries=listed,
            runs=counts[runs],
            issues=counts[issues],
            visits=counts[fruitless_visits],
            payloads=payloads,
            received_bytes=received,
            texts=texts,
            logs=logs,
            rest_bytes=max(0, disk.used - payloads.bytes - texts.bytes - logs.bytes),
            total_bytes=disk.total,
            free_bytes=disk.free,
            journal_bytes=max(0, disk.total - disk.used - disk.free),
            files=disk.files,
            age_days=age_days(first, now),
        )

    def grown(self, size: Size, now: datetime, days: int) -> Growth:
        """What came in a day, over so many days before now."""
        base = Base(age_days=size.age_days, snapshots=size.snapshots, rest_bytes=size.rest_bytes)
        return growth.grown(self._database, self._payloads, base, now, days)

    def _on_disk(self) -> _Disk:
        if not self._database.is_sqlite:
            with self._database.read() as connection:
                total = connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one()
            return _Disk(total=total, used=total, free=0, files={})
        found = [pages(database) for database in (self._database, self._payloads)]
        paths = [file_of(database.engine.url) for database in (self._database, self._payloads)]
        parts = [path.with_name(path.name + part) for path in paths for part in _PARTS]
        files = {part.name: part.stat().st_size for part in parts if part.exists()}
        free = sum(each.free_bytes for each in found)
        return _Disk(total=sum(files.values()), used=sum(each.bytes for each in found) - free, free=free, files=files)

    def _payload_weight(self, now: datetime) -> tuple[Weight, int]:
        # Digests are evenly spread by themselves: the first of them are a fair choice.
        query = select(blobs.c.digest, blobs.c.raw_bytes, func.length(blobs.c.data).label("stored"))
        with self._payloads.read() as connection:
            count = counted(connection, blobs)
            weighed = connection.execute(query.order_by(blobs.c.digest).limit(SAMPLE)).all()
        oldest = select(func.min(snapshots.c.recorded_at)).where(
            snapshots.c.payload_digest.in_([row.digest for row in weighed]), snapshots.c.payload_dropped_at.is_(None)
        )
        with self._database.read() as connection:
            age = age_days(connection.execute(oldest).scalar(), now)
        stored, received = (
            scaled(sum(sizes), len(weighed), count)
            for sizes in ([row.stored for row in weighed], [row.raw_bytes for row in weighed])
        )
        return Weight(count=count, bytes=stored, age_days=age, estimated=count > len(weighed)), received

    def _text_weight(self, connection: Connection, now: datetime) -> Weight:
        count = counted(connection, extractions)
        kept = extractions.c.text_dropped_at.is_(None)
        query = (
            select(
                func.count().label("weighed"),
                func.sum(case((kept, 1), else_=0)).label("kept"),
                func.sum(case((kept, text_bytes(self._database)), else_=0)).label("bytes"),
                func.min(case((kept, snapshots.c.recorded_at)), type_=snapshots.c.recorded_at.type).label("oldest"),
            )
            .join_from(extractions, snapshots)
            .where(chosen(connection, extractions, count))
        )
        row = connection.execute(query).one()
        return Weight(
            count=scaled(row.kept or 0, row.weighed, count),
            bytes=scaled(row.bytes or 0, row.weighed, count),
            age_days=age_days(row.oldest, now),
            estimated=count > row.weighed,
        )

    def _log_weight(self, connection: Connection, counts: Mapping[Table, int], now: datetime) -> Weight:
        total, estimated = 0, False
        for table, count in counts.items():
            size = select(func.count(), func.sum(log_bytes(self._database, table)))
            weighed, some = connection.execute(size.where(chosen(connection, table, count))).one()
            total += scaled(some or 0, weighed, count)
            estimated = estimated or count > weighed
        told = and_(runs.c.log_tail != "", chosen(connection, runs, counts[runs]))
        oldest = connection.execute(select(func.min(runs.c.finished_at)).where(told)).scalar()
        return Weight(count=sum(counts.values()), bytes=total, age_days=age_days(oldest, now), estimated=estimated)


def with_log_files(size: Size, grown: Growth, folder: Path, now: datetime) -> tuple[Size, Growth]:
    """The same with the log files of a folder, which are kept as long as the other logs."""
    total = lately = 0
    since = (now - timedelta(days=grown.days)).timestamp()
    for path in folder.glob("*.log"):
        with suppress(OSError):  # removed since it was listed
            stat = path.stat()
            total += stat.st_size
            lately += stat.st_size if stat.st_mtime > since else 0
    more = replace(
        size,
        logs=replace(size.logs, bytes=size.logs.bytes + total),
        files={**size.files, f"{folder.name}/": total},
        total_bytes=size.total_bytes + total,
    )
    return more, replace(grown, log_bytes=grown.log_bytes + lately / grown.days)


def flows(size: Size, grown: Growth, keep: Keep) -> tuple[Flow, ...]:
    """What there is and what comes in, as the forecast takes it: on most days, and with these limits."""
    classes = (
        (size.payloads, grown.payload_bytes * grown.steady, keep.payloads_days),
        (size.texts, grown.text_bytes * grown.steady, keep.texts_days),
        (size.logs, grown.log_bytes, keep.logs_days),
    )
    limited = (
        Flow(bytes=weight.bytes, per_day=per_day, keep_days=days, age_days=weight.age_days)
        for weight, per_day, days in classes
    )
    return (*limited, Flow(bytes=size.rest_bytes, per_day=grown.rest_bytes * grown.steady))


def _between(connection: Connection, table: Table) -> int:
    """How many numbers there are from the lowest row to the highest."""
    low, high = (connection.execute(select(pick(table.c.id))).scalar() for pick in (func.min, func.max))
    return 0 if low is None or high is None else int(high) - int(low) + 1

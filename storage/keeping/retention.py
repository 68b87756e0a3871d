"""Let go of what is older than it is to be kept: payloads, texts, logs, fingerprints, each by a limit of its own.

What stays is what the archive needs to go on: titles, days, digests, publishers and addresses, so that nothing
is fetched again or taken for new. A payload is marked as let go first and erased after that; a process killed in
between leaves a payload that is marked, which the next pruning erases. Everything can be done again at any time.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, case, delete, func, select, update

from storage import rows
from storage.blobs import Blobs
from storage.database import Database
from storage.errors import QuxunError, UsageError
from storage.keeping import ages
from storage.keeping.ages import Limit
from storage.keeping.batches import Batches, Freed, Step, octets
from storage.keeping.compact import compact
from storage.keeping.prints import prune_fingerprints
from storage.records import Digest, EntryState
from storage.schema import alarms, blobs, deliveries, entries, extractions, fruitless_visits, issues, runs, snapshots
from storage.upserts import chunks

#: Texts, and payloads, in one transaction.
_TEXTS, _PAYLOADS = 100, 50
#: Digests, and log files, in one question.
_PAGE = 500

_LOG_FILE = re.compile(r"run-([0-9]{1,18})\.log")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """For how many days each class is kept; 0: for ever."""

    payloads_days: int = 0
    texts_days: int = 0
    logs_days: int = 0
    fingerprints_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What was let go, or would be."""

    #: Bytes as they are stored.
    payloads: Freed = field(default_factory=Freed)
    #: Texts that were read from pages, and bodies that listings carried.
    texts: Freed = field(default_factory=Freed)
    listed: Freed = field(default_factory=Freed)
    #: The ends of runs' logs in the database, and the files.
    log_tails: Freed = field(default_factory=Freed)
    log_files: Freed = field(default_factory=Freed)
    issues: Freed = field(default_factory=Freed)
    #: Visits that stored nothing.
    visits: Freed = field(default_factory=Freed)
    #: Alarms that are over, and where they were told.
    alarms: Freed = field(default_factory=Freed)
    deliveries: Freed = field(default_factory=Freed)
    #: By which near copies of an article are found; exact ones always are.
    fingerprints: Freed = field(default_factory=Freed)
    #: What is older than this is old; None: nothing of the class is, or it is kept for ever.
    payloads_before: datetime | None = None
    texts_before: datetime | None = None
    logs_before: datetime | None = None
    fingerprints_before: datetime | None = None


class Retention:
    """How long the things of a database are kept."""

    def __init__(self, database: Database, payloads: Database) -> None:
        self._database = database
        self._payloads = payloads

    def prune(
        self,
        keep: Keep,
        now: datetime,
        *,
        logs: Path | None = None,
        by_clock: bool = False,
        dry: bool = False,
        go_on: Callable[[], bool] = lambda: True,
    ) -> Pruned:
        """Let go of what is too old, and say what that was; with `dry` only say it.

        `logs` is the folder of the runs' log files. `by_clock` believes the clock, also where the archive did not
        live through so many days. `go_on` is asked before each transaction; False ends the pruning early.
        """
        batches = Batches(self._database, dry=dry, go_on=go_on)
        work = _Pruning(self._database, self._payloads, now, batches)
        payloads, texts, old_logs, prints = (
            self._limit(days, now, by_clock)
            for days in (keep.payloads_days, keep.texts_days, keep.logs_days, keep.fingerprints_days)
        )
        return Pruned(
            payloads=work.payloads(payloads) if payloads else Freed(),
            **(work.texts(texts) if texts else {}),
            **(work.logs(old_logs) if old_logs else {}),
            log_files=work.log_files(logs, old_logs) if old_logs and logs else Freed(),
            fingerprints=prune_fingerprints(self._database, prints, batches) if prints else Freed(),
            payloads_before=payloads.before if payloads else None,
            texts_before=texts.before if texts else None,
            logs_before=old_logs.before if old_logs else None,
            fingerprints_before=prints.before if prints else None,
        )

    def prune_log_files(self, folder: Path, days: int, now: datetime) -> Freed:
        """Remove a machine's old log files alone: each has its own, and only one prunes the database."""
        old = self._limit(days, now, by_clock=False)
        work = _Pruning(self._database, self._payloads, now, Batches(self._database, dry=False, go_on=lambda: True))
        return work.log_files(folder, old) if old else Freed()

    def compact(self) -> int:
        """Give free pages back to the disk; by how many bytes the files are smaller. UsageError for PostgreSQL."""
        if not self._database.is_sqlite:
            raise UsageError("PostgreSQL uses its free pages again by itself: only SQLite files can be written anew")
        return compact(self._database) + compact(self._payloads)

    def _limit(self, days: int, now: datetime, by_clock: bool) -> Limit | None:
        if not days:
            return None
        with self._database.read() as connection:
            return ages.limit(connection, days, now, by_clock=by_clock)


class _Pruning:
    """One pruning of a database, a method a class."""

    def __init__(self, database: Database, payloads: Database, now: datetime, batches: Batches) -> None:
        self._database, self._payloads, self._now, self._batches = database, payloads, now, batches

    # ------------------------------------------------------------------ payloads
    def payloads(self, limit: Limit) -> Freed:
        """Those of which every snapshot that has them is old, also such as were marked before."""
        done = Freed()
        digests = Blobs(self._payloads).digests()
        while page := list(islice(digests, _PAGE)):
            for part in chunks(self._let_go(page, limit), _PAYLOADS):
                if not self._batches.dry and not self._batches.may_go_on():
                    return done
                done += self._erase(part, limit)
        return done

    def _let_go(self, page: Sequence[Digest], limit: Limit) -> list[Digest]:
        """The digests that no snapshot holds any more; one that never had a snapshot is left alone: it may come."""
        held = case((snapshots.c.payload_dropped_at.is_not(None), 0), (limit.is_past(), 0), else_=1)
        query = (
            select(snapshots.c.payload_digest)
            .join_from(snapshots, runs)
            .where(snapshots.c.payload_digest.in_(page))
            .group_by(snapshots.c.payload_digest)
            .having(func.max(held) == 0)
            .order_by(snapshots.c.payload_digest)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def _erase(self, part: Sequence[Digest], limit: Limit) -> Freed:
        if self._batches.dry:
            size = select(func.count(), func.sum(func.length(blobs.c.data))).where(blobs.c.digest.in_(part))
            with self._payloads.read() as connection:
                count, stored = connection.execute(size).one()
            return Freed(count, int(stored or 0))
        _mark(self._database, part, limit, self._now)
        return _erase_marked(self._database, self._payloads, part)

    # ------------------------------------------------------------------ texts
    def texts(self, limit: Limit) -> dict[str, Freed]:
        """What was read from pages, and the bodies that listings carried."""
        return {"texts": self._batches.do(self._read_texts(limit)), "listed": self._batches.do(self._listed(limit))}

    def _read_texts(self, limit: Limit) -> Step:
        kept = extractions.c.text_dropped_at.is_(None)
        old = select(snapshots.c.id).where(snapshots.c.run_id.in_(select(runs.c.id).where(limit.is_past())))
        size = octets(self._database, extractions.c.text) + octets(self._database, extractions.c.leads)
        return Step(
            table=extractions,
            find=select(extractions.c.id).where(kept, extractions.c.snapshot_id.in_(old)),
            is_left=kept,
            change=partial(_empty_texts, self._now),
            bytes=size,
            batch=_TEXTS,
        )

    def _listed(self, limit: Limit) -> Step:
        settled = and_(entries.c.content != "", entries.c.state != EntryState.PENDING)
        return Step(
            table=entries,
            find=select(entries.c.id).where(settled, entries.c.last_seen_at < limit.before),
            is_left=and_(settled, entries.c.last_seen_at < limit.before),
            change=_overwrite(entries, content=""),
            bytes=octets(self._database, entries.c.content),
            batch=_TEXTS,
        )

    # ------------------------------------------------------------------ logs
    def logs(self, limit: Limit) -> dict[str, Freed]:
        """What runs left behind and alarms that are over, by the fields of `Pruned`."""
        told = and_(runs.c.log_tail != "", limit.is_past())
        tails = Step(
            table=runs,
            find=select(runs.c.id).where(told),
            is_left=told,
            change=_overwrite(runs, log_tail=""),
            bytes=octets(self._database, runs.c.log_tail),
        )
        over = alarms.c.closed_at < limit.before
        ended = Step(table=alarms, find=select(alarms.c.id).where(over), is_left=over, change=_delete(alarms))
        return {
            "log_tails": self._batches.do(tails),
            "issues": self._batches.do(_of_runs(issues, limit)),
            "visits": self._batches.do(_of_runs(fruitless_visits, limit)),
            "alarms": self._batches.do(ended),
            "deliveries": self._deliveries(limit),
        }

    def _deliveries(self, limit: Limit) -> Freed:
        """Those from before the oldest alarm that is left: what was told of that one must not be told again."""
        oldest = select(func.min(alarms.c.opened_at))
        if self._batches.dry:
            oldest = oldest.where(func.coalesce(alarms.c.closed_at >= limit.before, True))
        with self._database.read() as connection:
            first = connection.execute(oldest).scalar()
        old = deliveries.c.delivered_at < (limit.before if first is None else min(first, limit.before))
        if self._batches.dry:
            with self._database.read() as connection:
                return Freed(connection.execute(select(func.count()).select_from(deliveries).where(old)).scalar_one())
        with self._database.write() as connection:
            return Freed(connection.execute(delete(deliveries).where(old)).rowcount)

    def log_files(self, folder: Path, limit: Limit) -> Freed:
        """Files of runs that are old, and of runs that nobody knows any more."""
        done = Freed()
        found = _old_files(folder, limit.before)
        while page := list(islice(found, _PAGE)):
            numbers = {number for number, _ in page}
            with self._database.read() as connection:
                known = set(connection.execute(select(runs.c.id).where(runs.c.id.in_(numbers))).scalars())
                past = select(runs.c.id).where(runs.c.id.in_(numbers), limit.is_past())
                old = set(connection.execute(past).scalars())
            for number, path in page:
                if number in old or number not in known:
                    done += _remove(path, dry=self._batches.dry)
        return done


# ------------------------------------------------------------------ what becomes of the rows
def _mark(database: Database, digests: Sequence[Digest], limit: Limit, now: datetime) -> None:
    """Note in the old snapshots that their payloads are let go."""
    past = select(runs.c.id).where(runs.c.id == snapshots.c.run_id, limit.is_past()).exists()
    kept = and_(snapshots.c.payload_digest.in_(digests), snapshots.c.payload_dropped_at.is_(None))
    with database.write() as connection:
        connection.execute(update(snapshots).where(kept, past).values(payload_dropped_at=now))


def _erase_marked(database: Database, payloads: Database, digests: Sequence[Digest]) -> Freed:
    """Erase the payloads that no snapshot holds; the lock on the one file keeps a snapshot from appearing meanwhile."""
    held = select(snapshots.c.payload_digest).where(
        snapshots.c.payload_digest.in_(digests), snapshots.c.payload_dropped_at.is_(None)
    )
    with ExitStack() as stack:
        connection = stack.enter_context(database.write())
        free = set(digests) - set(connection.execute(held).scalars())
        other = connection if payloads is database else stack.enter_context(payloads.write())
        erased = other.execute(delete(blobs).where(blobs.c.digest.in_(free)).returning(func.length(blobs.c.data)))
        sizes = erased.scalars().all()
    return Freed(len(sizes), sum(sizes))


#: What is written over the words of an extraction; its title, names, times and addresses stay.
_WITHOUT_WORDS: rows.Values = {"text": "", "leads": [], "evidence": {}}
_WITHOUT_LABELS = (
    update(extractions)
    .where(extractions.c.id == bindparam("number"))
    .values(images=bindparam("images_left"), attachments=bindparam("attachments_left"))
)


def _empty_texts(now: datetime, connection: Connection, ids: Sequence[int]) -> None:
    """Empty texts, and what quotes them: leads, the evidence, the words below images and attachments."""
    linking = select(extractions.c.id, extractions.c.images, extractions.c.attachments).where(extractions.c.id.in_(ids))
    emptied = [
        {"number": row.id, "images_left": _bare(row.images), "attachments_left": _bare(row.attachments)}
        for row in connection.execute(linking)
        if any(link["label"] for link in (*row.images, *row.attachments))
    ]
    if emptied:
        connection.execute(_WITHOUT_LABELS, emptied)
    _overwrite(extractions, **_WITHOUT_WORDS, text_dropped_at=now)(connection, ids)


def _bare(links: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [link | {"label": ""} for link in links]


def _overwrite(table: Table, **values: Any) -> Callable[[Connection, Sequence[int]], None]:
    def change(connection: Connection, ids: Sequence[int]) -> None:
        connection.execute(update(table).where(table.c.id.in_(ids)).values(**values))

    return change


def _delete(table: Table) -> Callable[[Connection, Sequence[int]], None]:
    def change(connection: Connection, ids: Sequence[int]) -> None:
        connection.execute(delete(table).where(table.c.id.in_(ids)))

    return change


def _of_runs(table: Table, limit: Limit) -> Step:
    """The rows of old runs, but for the newest row: SQLite would give its number again, and who reads on after
    a number would miss what comes under it."""
    same = table.alias()
    old: ColumnElement[bool] = and_(
        select(runs.c.id).where(runs.c.id == table.c.run_id, limit.is_past()).exists(),
        table.c.id < select(func.max(same.c.id)).scalar_subquery(),
    )
    return Step(table=table, find=select(table.c.id).where(old), is_left=old, change=_delete(table))


# ------------------------------------------------------------------ files
def _old_files(folder: Path, before: datetime) -> Iterator[tuple[int, Path]]:
    """The logs of runs that were last written to before a time, each with the number of its run."""
    for path in folder.glob("run-*.log"):
        named = _LOG_FILE.fullmatch(path.name)
        try:
            written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except (OSError, OverflowError, ValueError):  # gone since it was listed, or dated out of this world
            continue
        if named and written_at < before:
            yield int(named[1]), path


def _remove(path: Path, *, dry: bool) -> Freed:
    try:
        size = path.stat().st_size
        if not dry:
            path.unlink()
    except FileNotFoundError:
        return Freed()
    except OSError as error:
        raise QuxunError(f"{path} cannot be removed: {error.strerror or error}") from error
    return Freed(1, size)

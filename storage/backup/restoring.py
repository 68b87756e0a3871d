"""Put a backup back, into two files or into an empty PostgreSQL database, as a whole or not at all.

It is verified before anything is touched. What was at work when it was made is not at work any more, and its
rows say so.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, or_, update

from storage import migrate as migrations
from storage.backup.archive import PAYLOADS, ROWS, Ends
from storage.backup.backups import Backup, demand_vouched, take_file
from storage.backup.moving import fill_server
from storage.backup.placing import in_one_folder, making_room, place, what_is_there
from storage.backup.sqlite_files import failing, look_over, opened, put_to_rest, read_file
from storage.backup.transfer import Watch
from storage.backup.workplace import workplace
from storage.database import Database
from storage.errors import DatabaseError, SchemaVersionError, UnreadableInput
from storage.records import RunStatus
from storage.runs import UNFINISHED
from storage.schema import VERSIONS, runs, service_processes

#: Why a run ended that was at work when the backup was made.
_REASON = "it was at work when the backup was made that was restored later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    counts: dict[str, int]
    #: Where the old archive is now; None if there was none.
    kept: Path | None = None


def restore_files(backup: Backup, target: Path, *, replace: bool, now: datetime, watch: Watch) -> Restored:
    """Put a backup into an SQLite file and the one of its payloads; what was there is kept if it may be replaced."""
    _demand_known(backup)
    target = in_one_folder(target)
    held = what_is_there(target)
    if held and not replace:
        raise DatabaseError(str(target), f"holds something already: {held}; --replace puts that aside")
    with making_room(target, now) as work:
        for name in (ROWS, PAYLOADS):
            take_file(backup, name, work / name, watch)
        _make_ready(backup, work / ROWS, work / PAYLOADS, now, watch)
        kept = place(work, target, now, keep=replace)
    return Restored(counts=backup.manifest.counts, kept=kept)


def restore_server(backup: Backup, target: Database, home: Path, *, now: datetime, watch: Watch) -> Restored:
    """Put a backup into an empty PostgreSQL database, in one transaction; the rows are made ready in `home`."""
    _demand_known(backup)
    with failing(home):
        home.mkdir(parents=True, exist_ok=True)
    with workplace(home / ".restoring") as work:
        payloads = take_file(backup, PAYLOADS, None, watch)
        rows = take_file(backup, ROWS, work / ROWS, watch)
        _make_ready(backup, rows, payloads, now, watch)
        with read_file(rows) as reading, read_file(payloads) as reading_payloads:
            fill_server(Ends(name=str(backup.folder), rows=reading, payloads=reading_payloads), target, watch)
    return Restored(counts=backup.manifest.counts)


def _demand_known(backup: Backup) -> None:
    if backup.manifest.schema not in VERSIONS:
        said = f"is newer (schema {backup.manifest.schema}) than this Quxun; install the newer version"
        raise SchemaVersionError(str(backup.folder), said)


def _make_ready(backup: Backup, rows: Path, payloads: Path, now: datetime, watch: Watch) -> None:
    """Verify the files, and bring the rows to our schema, with nothing in them that is at work."""
    demand_vouched(backup, look_over(rows, payloads, watch))
    with opened(rows) as database:
        if migrations.version(database) != backup.manifest.schema:
            raise UnreadableInput(backup.folder, "has rows of another schema than its manifest says")
        migrations.upgrade(database)
        with database.write() as connection:
            begun = or_(runs.c.status == RunStatus.RUNNING, runs.c.machine != "")
            connection.execute(
                update(runs)
                .where(runs.c.status.in_(UNFINISHED), begun)
                .values(status=RunStatus.ABANDONED, finished_at=now, reason=_REASON)
            )
            connection.execute(delete(service_processes))
    put_to_rest(rows)

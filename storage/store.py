"""The store: everything that is kept, behind one door.

What it promises: times go in aware and come out in UTC; a method is one transaction; what is told twice
is done once; every error is one of storage.errors. It fetches nothing, decides nothing, and follows
nobody: derived data follows its change log.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import URL

from storage import migrate as migrations
from storage.alarms import Alarms
from storage.articles import Articles
from storage.blobs import Blobs
from storage.changes import Changes
from storage.check import Finding, check
from storage.copies.shelf import Copies
from storage.database import BUSY_TIMEOUT_S, Database, file_of, make_folder, parse
from storage.entries import Entries
from storage.errors import DatabaseError
from storage.figures import Figures
from storage.intents import Intent, Recorded
from storage.issues import Issues
from storage.keeping.retention import Retention
from storage.keeping.sizes import Sizes
from storage.processes import Processes
from storage.readings import Readings
from storage.recorder import record
from storage.records import RunId, Source
from storage.robots import Robots
from storage.runs import Runs
from storage.site_readings import SiteReadings
from storage.sources import Sources
from storage.stories import Stories


class Store:
    """A database with all that is in it. Open it with `Store.open`, close it when done."""

    def __init__(self, database: Database, payloads: Database) -> None:
        self.database = database
        self._payloads = payloads
        self.sources = Sources(database)
        self.entries = Entries(database)
        self.articles = Articles(database, payloads)
        self.readings = Readings(database)
        self.site_readings = SiteReadings(database)
        self.runs = Runs(database)
        self.issues = Issues(database)
        self.robots = Robots(database)
        self.blobs = Blobs(payloads)
        self.changes = Changes(database)
        self.stories = Stories(database)
        self.copies = Copies(database)
        self.processes = Processes(database)
        self.figures = Figures(database, payloads)
        self.retention = Retention(database, payloads)
        self.sizes = Sizes(database, payloads)
        self.alarms = Alarms(database)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        blobs_path: Path | None = None,
        migrate: bool | None = None,
        create: bool = True,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> Self:
        """The store at that URL; SchemaVersionError if its schema is not the one of this code.

        An SQLite file is created and migrated on first use, with the payloads in `blobs.db` beside it (or
        at `blobs_path`), or DatabaseError if it is not there and `create` is False; a PostgreSQL schema is only
        migrated if `migrate` is True. `busy_timeout_s`: how long to wait for another writer.
        """
        parsed = parse(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        if is_sqlite and not create and not file_of(parsed).exists():
            raise DatabaseError(parsed.render_as_string(), "is gone: its file was removed or renamed")
        if is_sqlite:
            make_folder(parsed)
        database = Database(parsed, busy_timeout_s, create=create)
        payloads = database
        try:
            if is_sqlite if migrate is None else migrate:
                migrations.upgrade(database)
            else:
                migrations.demand_current(database)
            if is_sqlite:
                payloads = Database(_beside(parsed, blobs_path), busy_timeout_s, create=create)
                migrations.create_blobs(payloads)
        except BaseException:
            database.close()
            payloads.close()
            raise
        return cls(database, payloads)

    @property
    def url(self) -> str:
        """Where the database is, without its password."""
        return self.database.url

    def record(self, run_id: RunId, source: Source, intents: Sequence[Intent], now: datetime) -> Recorded:
        """Do what `decide` wants done, in one transaction, once however often it is told."""
        return record(self.database, self._payloads, run_id, source, intents, now)

    def check(self) -> Iterator[Finding]:
        """What is wrong with what is stored; reads every payload."""
        return check(self.database, self._payloads)

    def connections_in_use(self) -> int:
        """How many connections somebody holds; 0 whenever no method is running."""
        return sum(database.connections_in_use() for database in {self.database, self._payloads})

    def close(self) -> None:
        self.database.close()
        self._payloads.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _beside(url: URL, blobs_path: Path | None) -> URL:
    """The URL of the payloads' file; it keeps the options of the other."""
    path = blobs_path if blobs_path is not None else file_of(url).with_name("blobs.db")
    as_uri = (url.database or "").startswith("file:")
    return url.set(database=f"file:{path}" if as_uri else str(path))

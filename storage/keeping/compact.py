"""Give the pages that are free inside an SQLite database back to the disk, which SQLite itself never does."""

import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from storage.database import Database, file_of
from storage.errors import QuxunError
from storage.failures import explain

#: Where SQLite puts its temporary files (sqlite.org/tempfiles.html §5), the first that it may write to.
_TEMPORARY = ("/var/tmp", "/usr/tmp", "/tmp", ".")  # noqa: S108 - it looks there, not we


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of an SQLite file."""

    bytes: int
    #: Part of them: used again before the file grows.
    free_bytes: int


def pages(database: Database) -> Pages:
    """How large an SQLite database is, and how much of it is free."""
    with database.read() as connection:
        size, count, free = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_size", "page_count", "freelist_count")
        )
    return Pages(bytes=size * count, free_bytes=size * free)


def compact(database: Database) -> int:
    """Write an SQLite database anew without its free pages; by how many bytes its file is smaller.

    Nobody else can write meanwhile. It takes twice the room of what is left: once among the temporary files,
    once beside the database; QuxunError if there is not as much.
    """
    path = file_of(database.engine.url)
    found = pages(database)
    _demand_room(path, found.bytes - found.free_bytes)
    before = _taken(path)
    with database.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        try:
            cursor = driver.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # until then the file keeps its size
            cursor.close()
        except sqlite3.Error as error:
            raise explain(DBAPIError("VACUUM", None, error), database.url) from error
    return before - _taken(path)


def _taken(path: Path) -> int:
    """What a file takes, with its journal."""
    journal = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (journal.stat().st_size if journal.exists() else 0)


def _demand_room(path: Path, needed: int) -> None:
    temporary = next(Path(each) for each in (*_asked_for(), *_TEMPORARY) if os.access(each, os.W_OK | os.X_OK))
    same_disk = temporary.stat().st_dev == path.parent.stat().st_dev
    for folder, size in ((path.parent, needed * 2 if same_disk else needed), (temporary, needed)):
        free = shutil.disk_usage(folder).free
        if free < size:
            wanted = f"{folder} needs {size / 1e6:.0f} MB free, and has {free / 1e6:.0f} MB"
            raise QuxunError(f"{path} cannot be written anew: {wanted}")


def _asked_for() -> list[str]:
    return [os.environ[name] for name in ("SQLITE_TMPDIR", "TMPDIR") if os.environ.get(name)]

"""Fill an empty place with an archive, as a whole or not at all: two new files, or an empty PostgreSQL database.

Everything is read back and compared before it counts: the rows of every table, the digest of every payload.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, text

from storage import migrate as migrations
from storage.backup.archive import PAYLOADS, ROWS, TABLES, Archive, Ends, content, sqlite_files, told
from storage.backup.placing import in_one_folder, making_room, place, what_is_there
from storage.backup.sqlite_files import failing, fill_file, opened, put_to_rest, read_file
from storage.backup.transfer import Tally, Watch, copy, demand_equal, named, tally
from storage.database import BUSY_TIMEOUT_S, Database, parse
from storage.errors import DatabaseError, UsageError
from storage.schema import service_processes


def move(archive: Archive, url: str, *, now: datetime, watch: Watch) -> Tally:
    """Copy the archive into an empty database at that URL, while nobody can write to it."""
    parsed = parse(url)
    files = sqlite_files(parsed)
    if not files:
        database = Database(parsed, BUSY_TIMEOUT_S)
        try:
            with archive.locked() as ends:
                return fill_server(ends, database, watch)
        finally:
            database.close()
    own = {path.resolve() for path in sqlite_files(archive.rows.engine.url)}
    if own & {path.resolve() for path in files}:
        raise UsageError(f"{files[0]} is in the folder of the archive itself: each archive needs one of its own")
    target = in_one_folder(files[0])
    if held := what_is_there(target):
        raise DatabaseError(str(target), f"holds something already: {held}; give another file")
    with making_room(target, now) as work:
        with archive.locked() as ends:
            sent = fill_files(ends, work, watch)
        place(work, target, now, keep=False)
    return sent


def fill_files(source: Ends, folder: Path, watch: Watch) -> Tally:
    """Make both files in a folder that nobody else knows yet; they are at rest when this returns."""
    make_files(folder)
    name = str(folder / ROWS)
    with named(name), failing(folder), fill_file(folder / ROWS) as rows, fill_file(folder / PAYLOADS) as payloads:
        sent = copy(source, Ends(name=name, rows=rows, payloads=payloads), watch)
    with named(name), read_file(folder / ROWS) as rows, read_file(folder / PAYLOADS) as payloads:
        demand_equal(sent, tally(Ends(name=name, rows=rows, payloads=payloads), watch), name)
    return sent


def fill_server(source: Ends, target: Database, watch: Watch) -> Tally:
    """Fill a PostgreSQL database, which must be empty, in one transaction; its schema is made or upgraded first."""
    with target.read() as connection:
        demand_empty(connection, target.url)
    migrations.upgrade(target)
    with target.write() as connection:
        names = ", ".join(table.name for table in TABLES)
        connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
        demand_empty(connection, target.url)
        connection.execute(delete(service_processes))  # of services that are gone: who lives was asked before
        ends = Ends(name=target.url, rows=connection, payloads=connection)
        sent = copy(source, ends, watch)
        demand_equal(sent, tally(ends, watch), target.url)
    return sent


def make_files(folder: Path) -> None:
    """Two new files with the schema and no row, at rest."""
    for name, create in ((ROWS, migrations.upgrade), (PAYLOADS, migrations.create_blobs)):
        with opened(folder / name) as database:
            create(database)
        put_to_rest(folder / name)


def demand_empty(connection: Connection, url: str) -> None:
    """Raise DatabaseError if there is anything of ours in the database."""
    if found := content(connection):
        raise DatabaseError(url, f"holds an archive already ({told(found)}): give an empty database")

"""`check` on SQLite: what its own pragmas and a file written without constraints can show."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.store import Store
from tests.builders import NOW, World, entries_seen, new_article, new_source


@contextmanager
def without_constraints(store: Store) -> Iterator[sqlite3.Connection]:
    """A connection for which no foreign key and no CHECK holds."""
    with closing(sqlite3.connect(store.database.engine.url.database or "")) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield connection


def test_what_the_constraints_forbid_is_found_in_a_file_that_was_written_without_them(store: Store) -> None:
    world = World(store)
    other = store.sources.add(new_source("other"), NOW)
    world.record(entries_seen(world.listing.id, "1"))
    with without_constraints(store) as connection:
        connection.execute(
            "INSERT INTO listings SELECT 99, ?, kind, 'http://x.cn/', id, standing, etag, last_modified,"
            " entries_digest, head, claimed_modified, read_modified, read_at, fresh_until FROM listings WHERE id = 1",
            (other.id,),
        )
        connection.execute("UPDATE entries SET state = 'stored', article_id = 77")
    told = {finding.subject: finding.kind for finding in store.check()}
    assert told["listing 99"] == "foreign-parent"
    assert told["entry 1"] == "entry-without-article"
    assert told["entries row 1"] == "broken-database"
    assert told["listings row 99"] == "broken-database"


def test_a_visit_stored_twice_is_found(store: Store) -> None:
    World(store).record(new_article())
    with without_constraints(store) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'snapshots'").fetchone()
        lax = re.sub(r",\s*CONSTRAINT uq_snapshots_run_id_url UNIQUE \(run_id, url\)", "", sql)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(snapshots)")]
        connection.execute(lax.replace("CREATE TABLE snapshots", "CREATE TABLE lax", 1))
        connection.execute("INSERT INTO lax SELECT * FROM snapshots")
        connection.execute(f"INSERT INTO lax SELECT 2, {', '.join(columns[1:])} FROM snapshots")
        connection.execute("DROP TABLE snapshots")
        connection.execute("ALTER TABLE lax RENAME TO snapshots")
    kinds = {finding.kind for finding in store.check()}
    assert "visit-stored-twice" in kinds, kinds


def test_a_damaged_file_is_a_finding_and_not_a_crash(store: Store) -> None:
    World(store).record(*[new_article(str(number), words=str(number) * 3000) for number in range(20)])
    file = Path(store.database.engine.url.database or "")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.database.engine.dispose()
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    file.write_bytes(content)
    assert "broken-database" in {finding.kind for finding in store.check()}
    store.database.engine.dispose()

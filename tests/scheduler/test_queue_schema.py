"""The queue's tables: installed where there are none, upgraded from any older state, refused where they are newer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from scheduler import queue_schema
from storage.errors import DatabaseError, SchemaVersionError
from tests.postgres import Server

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(postgres_server: Server) -> Iterator[str]:
    with postgres_server.empty() as empty:
        yield empty


def do(url: str, *statements: str | bytes) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as session:
        for statement in statements:
            cursor = session.execute(statement if isinstance(statement, bytes) else statement.encode())
        return cursor.fetchall() if cursor.description else []


def install_as_of(url: str, last: str) -> None:
    """The tables as a Procrastinate left them whose last migration begins so."""
    upto = [file for file in queue_schema.files() if file.name <= f"{last}~"]
    assert upto[-1].name.startswith(last)
    do(url, *(file.read_bytes() for file in upto))
    do(url, "CREATE TABLE queue_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())")
    note(url, *(file.stem for file in upto))


def note(url: str, *names: str) -> None:
    do(url, *(f"INSERT INTO queue_migrations (name) VALUES ('{name}')" for name in names))


def described(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All that Procrastinate made: columns, indexes, constraints, triggers, functions and words of enumerations."""
    ours = "LIKE 'procrastinate%'"
    queries = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default"
        f" FROM information_schema.columns WHERE table_name {ours}",
        "indexes": f"SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename {ours}",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        f" WHERE conrelid::regclass::text {ours}",
        "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        f" WHERE tgname {ours}",
        "functions": f"SELECT proname, pg_get_function_identity_arguments(oid) FROM pg_proc WHERE proname {ours}",
        "words": "SELECT enumtypid::regtype::text, enumlabel FROM pg_enum",
    }
    return {name: sorted(do(url, query), key=str) for name, query in queries.items()}


def test_a_database_without_a_queue_gets_one_and_a_second_upgrade_does_nothing(url: str) -> None:
    assert queue_schema.version(url) is None
    assert queue_schema.upgrade(url) == queue_schema.newest() == queue_schema.version(url)
    before = described(url)
    assert queue_schema.upgrade(url) == queue_schema.newest()
    assert described(url) == before
    queue_schema.demand_current(url)


def test_without_a_queue_it_is_said_what_to_do(url: str) -> None:
    with pytest.raises(SchemaVersionError, match="has no queue yet; run `quxun db upgrade`"):
        queue_schema.demand_current(url)


@pytest.mark.parametrize("last", ["00.00.00_01", "02.14.01", "03.00.00_50", "03.02.00_50", "03.04.00_01"])
def test_an_older_queue_becomes_what_a_new_one_is(url: str, postgres_server: Server, last: str) -> None:
    install_as_of(url, last)
    with pytest.raises(SchemaVersionError, match=f"has the queue of an older Quxun \\({last}.*run `quxun db upgrade`"):
        queue_schema.demand_current(url)
    queue_schema.upgrade(url)
    queue_schema.demand_current(url)
    with postgres_server.empty() as other:
        queue_schema.upgrade(other)
        assert described(url) == described(other)


def test_the_jobs_of_an_older_queue_are_still_there(url: str) -> None:
    install_as_of(url, "03.02.00_50")
    do(url, "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('visits-1', 'quxun.visit')")
    queue_schema.upgrade(url)
    assert do(url, "SELECT queue_name, status::text FROM procrastinate_jobs") == [("visits-1", "todo")]


def test_an_upgrade_that_broke_off_is_taken_up_where_it_stood(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_as_of(url, "03.02.00_50")
    files = queue_schema.files()
    broken = tmp_path / files[-1].name
    broken.write_text("SELECT 1/0")
    with monkeypatch.context() as patched:
        patched.setattr(queue_schema, "files", lambda: [*files[:-1], broken])
        with pytest.raises(DatabaseError, match="division by zero"):
            queue_schema.upgrade(url)
    assert queue_schema.version(url) == "03.04.00_01"
    assert queue_schema.upgrade(url) == queue_schema.newest()


def test_a_queue_of_a_newer_version_is_refused(url: str) -> None:
    queue_schema.upgrade(url)
    note(url, "99.00.00_01_from_the_future")
    for refused in (queue_schema.upgrade, queue_schema.demand_current):
        with pytest.raises(
            SchemaVersionError, match=r"has the queue of a newer Quxun \(99.00.00_01\); install the newer"
        ):
            refused(url)


def test_tables_of_somebody_else_are_not_touched(url: str) -> None:
    queue_schema.upgrade(url)
    do(url, "DROP TABLE queue_migrations")
    with pytest.raises(SchemaVersionError, match="that Quxun did not install"):
        queue_schema.upgrade(url)


def test_a_queue_that_was_dropped_is_installed_anew(url: str) -> None:
    queue_schema.upgrade(url)
    notes = do(url, "SELECT name FROM queue_migrations")
    do(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    do(url, "CREATE TABLE queue_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())")
    note(url, *(str(name) for (name,) in notes))
    assert queue_schema.version(url) is None
    queue_schema.upgrade(url)
    queue_schema.demand_current(url)


def test_two_upgrades_at_once_make_one_queue(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(queue_schema.upgrade, [url] * 4))
    assert versions == [queue_schema.newest()] * 4


def test_a_server_that_cannot_be_reached_is_a_sentence() -> None:
    with pytest.raises(DatabaseError, match="cannot be used: connection failed"):
        queue_schema.version("postgresql://nobody@127.0.0.1:1/nothing")

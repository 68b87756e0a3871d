"""Opening a database, and what is said when it cannot be used: a sentence, never a driver's exception."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from storage.database import MAX_ATTEMPTS
from storage.errors import ConfigError, DatabaseError, QuxunError, SchemaVersionError
from storage.failures import explain
from storage.schema import VERSIONS
from storage.store import Store
from tests.builders import NOW, World, new_article, new_source
from tests.postgres import Server


def set_version(store: Store, version: str) -> None:
    with store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def raw_url(store: Store) -> str:
    return store.database.engine.url.render_as_string(hide_password=False)


def test_the_first_use_creates_the_folder_the_file_and_the_payloads(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with Store.open(f"sqlite:///{folder}/quxun.db") as store:
        store.blobs.put(b"page")
    assert {path.name for path in folder.iterdir()} == {"quxun.db", "blobs.db"}


def test_the_payloads_may_be_elsewhere(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/quxun.db", blobs_path=tmp_path / "pages.db") as store:
        store.blobs.put(b"page")
    assert (tmp_path / "pages.db").exists()


def test_sqlite_is_opened_for_several_processes(store: Store) -> None:
    expected = {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 30000, "foreign_keys": 1}
    for database in (store.database, store.blobs._database):
        with database.read() as connection:
            found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in expected}
        assert found == expected


def test_a_write_takes_the_lock_before_it_reads(store: Store) -> None:
    with store.database.write() as connection:
        connection.execute(text("SELECT count(*) FROM sources"))
        with (
            closing(sqlite3.connect(store.database.engine.url.database or "", timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")


def test_many_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from storage.store import Store; from tests.builders import *\n"
        f"with Store.open('sqlite:///{tmp_path}/data/quxun.db') as store:\n"
        "    store.sources.add(new_source(sys.argv[1]), NOW)\n"
    )
    environment = os.environ | {"PYTHONPATH": "."}
    children = [subprocess.Popen([sys.executable, "-c", code, f"s{number}"], env=environment) for number in range(4)]
    assert [child.wait() for child in children] == [0] * 4
    with Store.open(f"sqlite:///{tmp_path}/data/quxun.db") as store:
        assert len(store.sources.list()) == 4


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("nonsense", "is not the URL of a database"),
        ("foo://x/y", "is not the URL of a database"),
        ("mysql://x/y", "mysql is neither sqlite nor postgresql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_what_is_not_a_database_we_know_is_a_configuration_error(url: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=f"QUXUN_DATABASE_URL: .*{problem}"):
        Store.open(url)


def test_a_file_that_is_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "quxun.db").write_bytes(b"%PDF-1.4 not a database" * 100)
    with pytest.raises(DatabaseError, match=r"quxun\.db: is not a database; another file stands where it should be"):
        Store.open(f"sqlite:///{tmp_path}/quxun.db")


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"")
    with pytest.raises(DatabaseError, match="its folder cannot be made: "):
        Store.open(f"sqlite:///{tmp_path}/data/quxun.db")


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "quxun.db").mkdir()
    with pytest.raises(DatabaseError, match="cannot be opened; check that its folder exists"):
        Store.open(f"sqlite:///{tmp_path}/quxun.db")


def test_a_database_that_may_only_be_read(store: Store) -> None:
    World(store).record(new_article())
    file = store.database.engine.url.database
    with Store.open(f"sqlite:///file:{file}?mode=ro&uri=true") as opened:
        assert len(opened.articles.list()) == 1
        with pytest.raises(DatabaseError, match="is read-only; check the permissions"):
            opened.sources.add(new_source("other"), NOW)
        assert opened.connections_in_use() == 0


def test_a_full_disk(store: Store) -> None:
    world = World(store)

    def full(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    store.database.engine.dispose()
    event.listen(store.database.engine, "connect", full)
    with pytest.raises(DatabaseError, match="cannot grow: the disk is full"):
        world.record(*[new_article(str(number), words="字" * 5000 + str(number)) for number in range(50)])
    assert store.connections_in_use() == 0


def test_a_newer_database_is_refused(store: Store) -> None:
    set_version(store, "9999")
    for migrate in (None, True, False):
        with pytest.raises(SchemaVersionError, match=r"is newer \(schema 9999\) than this Quxun"):
            Store.open(raw_url(store), migrate=migrate)


def test_an_older_database_is_refused_unless_it_may_be_migrated(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.migrate.VERSIONS", (*VERSIONS, "0099"))
    with pytest.raises(SchemaVersionError, match=r"is older .* run `quxun db upgrade`"):
        Store.open(raw_url(store), migrate=False)


def test_an_empty_database_is_not_migrated_unasked_if_one_says_so(tmp_path: Path) -> None:
    with pytest.raises(SchemaVersionError, match="has no tables yet; run `quxun db upgrade`"):
        Store.open(f"sqlite:///{tmp_path}/quxun.db", migrate=False)


@pytest.mark.postgres
def test_postgresql_is_migrated_only_if_asked(postgres_server: Server) -> None:
    with postgres_server.empty() as url:
        with pytest.raises(SchemaVersionError, match="has no tables yet; run `quxun db upgrade`"):
            Store.open(url)
        Store.open(url, migrate=True).close()
        with Store.open(url) as store:
            assert store.sources.list() == []
            set_version(store, "9999")
        with pytest.raises(SchemaVersionError, match="is newer"):
            Store.open(url)


@pytest.mark.postgres
def test_two_processes_may_upgrade_postgresql_at_once(postgres_server: Server) -> None:
    with postgres_server.empty() as url:
        code = f"from storage.store import Store; Store.open({url!r}, migrate=True).close()"
        environment = os.environ | {"PYTHONPATH": "."}
        children = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(3)]
        assert [child.wait() for child in children] == [0] * 3
        Store.open(url).close()


@pytest.mark.postgres
def test_a_postgresql_database_that_does_not_exist(postgres_server: Server) -> None:
    url = postgres_server.url.set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(DatabaseError, match='database "nowhere" does not exist'):
        Store.open(url)


@pytest.mark.postgres
def test_a_postgresql_that_may_only_be_read(postgres_server: Server) -> None:
    with postgres_server.fresh() as url, Store.open(url) as store:
        with store.database.write() as connection:
            name = store.database.engine.url.database
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        store.database.engine.dispose()
        with pytest.raises(DatabaseError, match="is read-only"):
            store.sources.add(new_source(), NOW)


@pytest.mark.postgres
def test_a_server_that_dropped_its_connections_is_asked_again(postgres_server: Server) -> None:
    with postgres_server.fresh() as url, Store.open(url) as store, Store.open(url) as other:
        store.sources.add(new_source(), NOW)
        with other.database.write() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        assert len(store.sources.list()) == 1


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseError, match="is unreachable: ") as caught:
        Store.open("postgresql://somebody:secret@127.0.0.1:1/quxun")
    assert "secret" not in str(caught.value)
    assert "somebody" in str(caught.value)


def statements() -> list[Callable[[Store], object]]:
    return [
        lambda store: store.sources.list(),
        lambda store: store.articles.list(),
        lambda store: store.changes.move_cursor("x", 1),
        lambda store: store.blobs.put(b"new"),
        lambda store: store.check().__next__(),
    ]


@pytest.mark.parametrize("statement", statements())
def test_no_exception_of_the_driver_gets_out(
    store: Store, statement: Callable[[Store], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> object:
        raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("something new"))

    monkeypatch.setattr("sqlalchemy.engine.base.Connection.execute", breaks)
    try:
        told = statement(store)
    except QuxunError as error:
        told = error
    assert "cannot be used: something new" in str(told)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (sqlite3.OperationalError("no such table: sources"), "lacks tables or columns"),
        (SQLAlchemyError("an error of its own"), "cannot be used: an error of its own"),
    ],
)
def test_other_failures_are_sentences_too(error: Exception, problem: str) -> None:
    wrapped = error if isinstance(error, SQLAlchemyError) else OperationalError("SELECT 1", {}, error)
    assert problem in str(explain(wrapped, "sqlite:///x.db"))


def test_the_migrations_are_found_wherever_the_package_is_installed(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    for name in ("storage", "text"):
        shutil.copytree(root / name, tmp_path / "installed" / name, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import storage; from storage.store import Store; print(storage.__file__)\n"
        "with Store.open('sqlite:///here/quxun.db') as store: print(len(store.sources.list()))"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(tmp_path / "installed" / "storage" / "__init__.py"), "0"]
    assert (tmp_path / "here" / "quxun.db").exists()


def test_a_transaction_that_lost_against_another_is_done_again(store: Store) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> str:
        attempts.append(len(attempts))
        connection.execute(text("UPDATE cursors SET change_id = change_id"))
        if len(attempts) < MAX_ATTEMPTS:
            raise OperationalError("UPDATE", {}, DeadlockDetected())
        return "done"

    assert store.database.retry(work) == "done"
    assert len(attempts) == MAX_ATTEMPTS


def test_a_transaction_that_always_loses_is_given_up_with_a_sentence(store: Store) -> None:
    def work(_: Connection) -> None:
        raise OperationalError("UPDATE", {}, DeadlockDetected())

    with pytest.raises(DatabaseError, match="was busy with a conflicting change; try again"):
        store.database.retry(work)
    assert store.connections_in_use() == 0

"""The tables as the code has them equal the sum of the migrations, and everything in them has a name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, make_url, text

from storage.columns import OneOf
from storage.schema import MAYBE_DUE, VERSIONS, blob_metadata, metadata
from storage.store import Store
from tests.builders import World, entries_seen
from tests.postgres import Server

TABLES = {**metadata.tables, **blob_metadata.tables}


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    engine = create_engine(make_url(url))
    yield engine
    engine.dispose()


def described_by_sqlite(engine: Engine) -> dict[str, list[str]]:
    """What the file's catalogue says of each table and index: columns and constraints, in any order."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'")
        ).all()
    return {name: sorted(_parts(sql)) for name, sql in rows if sql}


def _parts(sql: str) -> list[str]:
    """A definition in pieces that do not depend on whether it was written at once or altered later."""
    body = sql.replace('"', "").replace("\n", " ").replace("\t", " ")
    head, _, inner = body.partition("(")
    pieces, depth, piece = [head.strip()], 0, ""
    for char in inner.strip().removesuffix(")"):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            pieces.append(" ".join(piece.split()))
            piece = ""
        else:
            piece += char
    return [*pieces, " ".join(piece.split())]


def described_by_postgresql(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """What the server's catalogue says of columns, constraints, indexes and sequences."""
    ours = "table_schema = 'public' AND table_name <> 'alembic_version'"
    queries = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default"
        f" FROM information_schema.columns WHERE {ours}",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    }
    with engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(text(query))), key=str)
            for name, query in queries.items()
        }


def test_the_sqlite_schema_is_the_sum_of_its_migrations(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/migrated.db"):
        pass
    with (
        engine_of(f"sqlite:///{tmp_path}/created.db") as created,
        engine_of(f"sqlite:///{tmp_path}/migrated.db") as old,
    ):
        metadata.create_all(created)
        assert described_by_sqlite(old) == described_by_sqlite(created)


@pytest.mark.postgres
def test_the_postgresql_schema_is_the_sum_of_its_migrations(postgres_server: Server) -> None:
    with (
        postgres_server.fresh() as migrated,
        postgres_server.empty() as empty,
        engine_of(_driver(empty)) as created,
        engine_of(_driver(migrated)) as old,
    ):
        metadata.create_all(created)
        blob_metadata.create_all(created)
        assert described_by_postgresql(old) == described_by_postgresql(created)


@pytest.mark.postgres
def test_payloads_are_not_compressed_twice_in_postgresql(postgres_server: Server) -> None:
    with postgres_server.fresh() as url, engine_of(_driver(url)) as engine, engine.connect() as connection:
        query = "SELECT attstorage FROM pg_attribute WHERE attrelid = 'blobs'::regclass AND attname = 'data'"
        assert connection.execute(text(query)).scalar() in ("e", b"e")


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def test_the_versions_the_code_knows_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == VERSIONS


@pytest.mark.parametrize("name", list(TABLES))
def test_every_constraint_and_index_has_a_name_that_tells_its_table(name: str) -> None:
    table = TABLES[name]
    names = [str(each.name) for each in table.constraints] + [str(each.name) for each in table.indexes]
    for each in names:
        assert re.match(rf"(pk|uq|fk|ck|ix)_{name}(_|$)", each), each
    assert len(set(names)) == len(names)


def test_every_word_of_an_enumeration_is_checked_by_the_database() -> None:
    for table in TABLES.values():
        checked = {
            str(each.sqltext).partition(" ")[0]
            for each in table.constraints
            if isinstance(each, CheckConstraint) and " IN (" in str(each.sqltext)
        }
        words = {column.name for column in table.columns if isinstance(column.type, OneOf)}
        assert words <= checked, table.name


def test_the_due_query_uses_its_index(store: Store) -> None:
    world = World(store)
    world.record(entries_seen(world.listing.id, *[str(number) for number in range(50)]))
    query = text(f"EXPLAIN QUERY PLAN SELECT * FROM entries WHERE source_id = 1 AND {MAYBE_DUE}")
    with store.database.read() as connection:
        plan = " ".join(str(row.detail) for row in connection.execute(query))
    assert "ix_entries_due" in plan

"""An archive of an older schema is brought up to date with everything that is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from storage.database import BUSY_TIMEOUT_S, Database, parse
from storage.errors import DatabaseError
from storage.store import Store
from tests.postgres import Server

_FILL = """
INSERT INTO publishers (id, name, hosts) VALUES (1, '示例日报', '[]');
INSERT INTO sources (id, key, publisher_id, kind, url, scope, every_s, confidence, declared_by, tls, rules, state,
                     note, created_at, failures)
    VALUES (1, 'example', 1, 'index', 'http://www.example.cn/', 'all', 3600, 'high', 'hand', 'verified', '{}', 'active',
            '', '2026-11-20 04:00:00', 0);
INSERT INTO runs (id, source_id, status, requested_by, queued_at, finished_at, counters, reason, log_tail,
                  code_version, pid, machine)
    VALUES (7, 1, 'failed', 'crawl', '2026-11-20 04:00:00', '2026-11-20 04:01:00', '{"new": 3}', 'unreachable', '',
            '0.1.0', 0, '');
INSERT INTO issues (id, run_id, kind, url, detail, count, created_at)
    VALUES (5, 7, 'unreachable', '', 'no answer', 2, '2026-11-20 04:01:00')
"""


@contextmanager
def first_schema(url: str) -> Iterator[Database]:
    """A database with the first schema and a row of everything that the second one touches."""
    database = Database(parse(url), BUSY_TIMEOUT_S)
    with database.migration() as connection:
        config = Config()
        config.set_main_option("script_location", "storage:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in _FILL.split(";"):
            connection.exec_driver_sql(statement)
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT setval('runs_id_seq', 7)")
    yield database
    database.close()


def assert_whole(url: str) -> None:
    with Store.open(url, migrate=True) as store:
        source = store.sources.get("example")
        assert (source.every_s, source.schedule.cron, source.polled) == (3600, "", True)
        [run] = store.runs.list()
        assert (run.id, run.counters.new, run.wish.urls) == (7, 3, ())
        assert [(issue.id, issue.count) for issue in store.issues.list()] == [(5, 2)]
        asked = store.runs.queue(source.id, "api", run.queued_at)
        assert asked.id > run.id
        assert store.runs.cancel(asked.id, run.queued_at, "no").status.value == "canceled"
        assert list(store.check()) == []


def test_an_sqlite_archive_of_the_first_schema_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/quxun.db"
    with first_schema(url):
        pass
    assert_whole(url)


@pytest.mark.postgres
def test_a_postgresql_archive_of_the_first_schema_is_upgraded(postgres_server: Server) -> None:
    with postgres_server.empty() as url:
        with first_schema(url):
            pass
        assert_whole(url)


def test_an_upgrade_that_would_break_references_is_not_done(tmp_path: Path) -> None:
    with first_schema(f"sqlite:///{tmp_path}/quxun.db") as database:
        with pytest.raises(DatabaseError, match="would break 1 references"), database.migration() as connection:
            connection.execute(text("DELETE FROM sources"))
        with database.write() as connection:  # references are looked at again
            assert connection.execute(text("SELECT count(*) FROM sources")).scalar() == 1
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1

"""An archive of an older schema is brought up to date with everything that is in it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from storage.database import BUSY_TIMEOUT_S, Database, parse
from storage.errors import DatabaseError
from storage.records import ArticleId, IssueKind, RunId
from storage.store import Store
from tests.builders import NOW, issue_seen
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


#: What the third schema touches: a snapshot that two versions read, a change without a run.
_READ = """
INSERT INTO articles (id, publisher_id, article_key, source_id, url, external_id, first_seen_at, takedown_reason)
    VALUES (3, 1, 'example.cn/1', 1, 'http://www.example.cn/1', '', '2026-11-20 04:00:00', '');
INSERT INTO snapshots (id, article_id, run_id, url, final_url, kind, status, headers, payload_digest, content_digest,
                       captured_at, recorded_at)
    VALUES (4, 3, 7, 'http://www.example.cn/1', 'http://www.example.cn/1', 'response', 200, '[]',
            'sha256:' || '{blob}', 'sha256:' || '{blob}', '2026-11-20 04:00:00', '2026-11-20 04:00:30');
INSERT INTO extractions (id, snapshot_id, extractor, title, text, kicker, subtitle, byline, editors, credit, origin,
                         category, paper, page, truncated, language, canonical_url, images, attachments, leads,
                         evidence)
    VALUES (1, 4, 'html/1', '旧', '旧。', '', '', '[]', '[]', '', '', '', '', '', false, '', '', '[]', '[]', '[]',
            '{{}}'),
           (2, 4, 'html/2', '新', '新。', '', '', '[]', '[]', '', '', '', '', '', false, '', '', '[]', '[]', '[]',
            '{{}}');
INSERT INTO changes (id, kind, article_id, run_id, recorded_at)
    VALUES (8, 'new-article', 3, 7, '2026-11-20 04:00:30'), (9, 'takedown', 3, NULL, '2026-11-20 05:00:00')
"""


@contextmanager
def schema(url: str, revision: str, *fill: str) -> Iterator[Database]:
    """A database with an older schema and the rows of some statements."""
    database = Database(parse(url), BUSY_TIMEOUT_S)
    with database.migration() as connection:
        config = Config()
        config.set_main_option("script_location", "storage:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in ";".join(fill).split(";"):
            connection.exec_driver_sql(statement)
        if not database.is_sqlite:
            for table, last in (("runs", 7), ("issues", 5), ("changes", 9), ("extractions", 2)):
                connection.exec_driver_sql(f"SELECT setval('{table}_id_seq', {last})")
    yield database
    database.close()


def first_schema(url: str) -> AbstractContextManager[Database]:
    """A database with the first schema and a row of everything that the second one touches."""
    return schema(url, "0001", _FILL)


def second_schema(url: str) -> AbstractContextManager[Database]:
    """A database with the second schema and a row of everything that the third one touches."""
    return schema(url, "0002", _FILL, _READ.format(blob="a" * 64))


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


def assert_read(url: str) -> None:
    """Of two readings the last one counts, the log goes on, and the new words are allowed."""
    with Store.open(url, migrate=True) as store:
        article = store.articles.get(ArticleId(3))
        assert (article.extraction.title, article.extraction.extractor) == ("新", "html/2")
        past = store.readings.history(article.id)
        assert [(each.extractor, each.superseded_at is None) for each in past] == [("html/1", False), ("html/2", True)]
        [old] = store.readings.of_article(article.id, "html/3")
        new = old.anew(replace(old.extraction, extractor="html/3", text="新的。"), old.content_digest, None)
        assert store.readings.put(article.id, [new], "html/3", NOW).changed
        changes = store.changes.after(0)
        assert [(each.id, each.kind.value) for each in changes] == [
            *((8, "new-article"), (9, "takedown"), (10, "new-reading")),
        ]
        [source] = store.sources.list()
        seen = issue_seen(IssueKind.UNLIKE_SITE)
        store.record(RunId(7), source, [seen], NOW)
        assert {each.kind.value: each.id for each in store.issues.list()} == {"unlike-site": 6, "unreachable": 5}


def test_an_sqlite_archive_of_the_second_schema_is_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/quxun.db"
    with second_schema(url):
        pass
    assert_read(url)


@pytest.mark.postgres
def test_a_postgresql_archive_of_the_second_schema_is_upgraded(postgres_server: Server) -> None:
    with postgres_server.empty() as url:
        with second_schema(url):
            pass
        assert_read(url)


def test_an_upgrade_that_would_break_references_is_not_done(tmp_path: Path) -> None:
    with first_schema(f"sqlite:///{tmp_path}/quxun.db") as database:
        with pytest.raises(DatabaseError, match="would break 1 references"), database.migration() as connection:
            connection.execute(text("DELETE FROM sources"))
        with database.write() as connection:  # references are looked at again
            assert connection.execute(text("SELECT count(*) FROM sources")).scalar() == 1
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1

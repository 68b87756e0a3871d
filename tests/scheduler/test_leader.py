"""Leadership: one of many, for certain followed, and no error of the database ever leaves it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from scheduler import queue_schema
from scheduler.follow import follow_stories
from scheduler.leader import PostgresLeadership
from scheduler.troubles import Troubles
from storage.store import Store
from tests.postgres import Server
from tests.scheduler.errands import now

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(postgres_server: Server) -> Iterator[str]:
    with postgres_server.emptied() as emptied:
        queue_schema.upgrade(emptied)
        yield emptied


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


@contextmanager
def candidate(
    url: str, store: Store, troubles: Troubles | None = None, silent_s: float = 60.0
) -> Iterator[PostgresLeadership]:
    told = Troubles() if troubles is None else troubles  # one without any is false
    leadership = PostgresLeadership(url, store, told, silent_s=silent_s)
    try:
        yield leadership
    finally:
        leadership.resign()


def do(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(statement.encode())


CUT = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'quxun leader'"


def test_one_of_many_leads_as_long_as_it_wants(url: str, store: Store) -> None:
    with candidate(url, store) as first, candidate(url, store) as second:
        assert [first.leads(), second.leads(), first.leads(), second.leads()] == [True, False, True, False]


def test_another_leads_when_the_first_resigns(url: str, store: Store) -> None:
    with candidate(url, store) as first, candidate(url, store) as second:
        assert first.leads()
        first.resign()
        assert [second.leads(), first.leads()] == [True, False]


def test_another_leads_as_soon_as_the_first_is_gone(url: str, store: Store) -> None:
    with candidate(url, store) as first, candidate(url, store) as second:
        assert first.leads()
        do(url, CUT)  # as when its process is killed
        assert [second.leads(), first.leads(), first.leads()] == [True, False, False]


def test_a_leader_that_hangs_is_followed(url: str, store: Store) -> None:
    with candidate(url, store) as hung, candidate(url, store, silent_s=0.5) as second:
        assert hung.leads()
        assert not second.leads()
        time.sleep(0.7)
        while not second.leads():
            time.sleep(0.05)
        assert not hung.leads()


def test_a_leader_that_asks_is_not_taken_for_one_that_hangs(url: str, store: Store) -> None:
    with candidate(url, store) as first, candidate(url, store, silent_s=1.0) as second:
        for _ in range(15):
            assert first.leads()
            assert not second.leads()
            time.sleep(0.1)


def test_a_server_that_is_away_is_said_once_and_leadership_resumes(
    postgres_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "quxun.service")
    troubles = Troubles()
    with postgres_server.fresh() as url, Store.open(url) as store, candidate(url, store, troubles) as leadership:
        queue_schema.upgrade(url)
        assert leadership.leads()
        postgres_server.stop()
        try:
            assert [leadership.leads() for _ in range(3)] == [False] * 3
            assert "database" in troubles.sentence
        finally:
            postgres_server.start()
        assert leadership.leads()
        assert not troubles
    assert [record.message for record in caplog.records if record.name == "quxun.service"] == [
        "trouble",
        "trouble over",
    ]


@pytest.mark.parametrize(
    ("upgraded", "said"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "is newer (schema 9999) than this Quxun"),
        (
            "INSERT INTO queue_migrations (name) VALUES ('99.00.00_01_x')",
            "has the queue of a newer Quxun (99.00.00_01)",
        ),
    ],
)
def test_an_older_scheduler_lets_the_newer_lead(postgres_server: Server, upgraded: str, said: str) -> None:
    troubles = Troubles()
    with postgres_server.fresh() as url, Store.open(url) as store, candidate(url, store, troubles) as older:
        queue_schema.upgrade(url)
        assert older.leads()
        do(url, upgraded)
        assert not older.leads()
        assert said in troubles.sentence
        with psycopg.connect(url) as session:
            assert session.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)


def test_who_leads_keeps_nobody_from_what_else_is_locked(url: str, store: Store) -> None:
    with candidate(url, store) as leadership:
        assert leadership.leads()
        do(url, "SET lock_timeout = '3s'")
        follow_stories(store, now())

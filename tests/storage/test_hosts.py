"""Locks of hosts that machines share through PostgreSQL."""

import pytest

from storage.errors import DatabaseError
from storage.hosts import HostLocks, host_locks
from tests.postgres import Server

HOST = "news.example.cn"


@pytest.mark.postgres
def test_a_host_is_held_by_one_process_at_a_time(postgres_server: Server) -> None:
    with postgres_server.fresh() as url:
        ours, theirs = HostLocks(url), HostLocks(url)
        assert ours.acquire(HOST)
        assert not theirs.acquire(HOST)
        assert theirs.acquire("other.example.cn")
        ours.release(HOST)
        assert theirs.acquire(HOST)
        ours.close()
        theirs.close()


@pytest.mark.postgres
def test_a_process_that_ends_holds_nothing(postgres_server: Server) -> None:
    with postgres_server.fresh() as url:
        ours, theirs = HostLocks(url), HostLocks(url)
        held = ours.acquire(HOST)
        ours.close()
        free = theirs.acquire(HOST)
        theirs.close()
    assert held
    assert free


@pytest.mark.postgres
def test_a_session_that_was_ended_is_noticed(postgres_server: Server) -> None:
    import psycopg

    with postgres_server.fresh() as url:
        ours = HostLocks(url)
        ours.acquire(HOST)
        ours.demand()
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quxun hosts'"
            )
        with pytest.raises(DatabaseError, match="the session that held the hosts is lost"):
            ours.demand()
        ours.release(HOST)
        ours.close()


def test_one_machine_with_sqlite_has_its_lock_files_alone() -> None:
    assert host_locks("sqlite:////tmp/quxun.db") is None


def test_a_server_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(DatabaseError, match="cannot be reached"):
        HostLocks("postgresql+psycopg://quxun@127.0.0.1:9/quxun")

"""`quxun migrate-to`, what needs PostgreSQL, and who may be at work meanwhile: nobody."""

import os
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from crawler.locks import HostLock
from quxun.config import load_config
from quxun.desk import now
from quxun.serving import alone
from storage.hosts import HostLocks
from storage.records import ProcessRole
from storage.store import Store
from tests.apart import apart, calls_of
from tests.archives import tally_of
from tests.postgres import Server
from tests.quxun.backups import FILES, backed_up, exported, installed, names, refused
from tests.quxun.conftest import Quxun
from tests.quxun.stories import Press, extraction


@pytest.fixture
def press(store: Store) -> Press:
    return Press(store)


@contextmanager
def a_service(quxun: Quxun, press: Press) -> Iterator[None]:
    with alone(load_config(os.environ)):
        yield


@contextmanager
def a_run_on_a_host(quxun: Quxun, press: Press) -> Iterator[None]:
    with HostLock(quxun.home / "locks", "www.example.cn").wait(1):
        yield


@contextmanager
def a_run_of_this_machine(quxun: Quxun, press: Press) -> Iterator[None]:
    press.store.runs.start(press.run.id, now(), os.getpid(), socket.gethostname(), "")
    yield
    press.store.runs.abandon(press.run.id, now(), "")


@contextmanager
def a_worker_heard_of_lately(quxun: Quxun, press: Press) -> Iterator[None]:
    worker = press.store.processes.enter(ProcessRole.WORKER, "elsewhere", 1, "", 5, now())
    yield
    press.store.processes.leave(worker.id)


@pytest.mark.parametrize("busy", [a_service, a_run_on_a_host, a_run_of_this_machine, a_worker_heard_of_lately])
def test_nothing_is_restored_or_moved_while_something_is_at_work(
    quxun: Quxun,
    press: Press,
    tmp_path: Path,
    busy: Callable[[Quxun, Press], AbstractContextManager[None]],
) -> None:
    backup = backed_up(quxun, tmp_path / "b")
    before = tally_of(press.store)
    with busy(quxun, press):
        said = refused("restore", backup, "--replace"), refused("migrate-to", f"sqlite:///{tmp_path}/other/quxun.db")
    assert all("at work" in words or "is visiting" in words for words in said), said
    press.store.close()
    assert not (tmp_path / "other").exists()
    assert tally_of(press.store).counts == before.counts
    press.store.close()
    quxun("migrate-to", f"sqlite:///{tmp_path}/other/quxun.db")
    quxun("restore", backup, "--replace")


@pytest.mark.postgres
def test_an_archive_moves_to_postgresql_and_back_unchanged(
    quxun: Quxun, press: Press, postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.publish("1")
    press.publish("2", extraction(title="第二条"))
    before = exported(quxun)
    with postgres_server.empty() as url:
        said = quxun("migrate-to", with_password(url))
        assert "Moved and verified: 1 sources, 2 articles, 2 snapshots, 2 payloads" in said.out
        assert "Now set QUXUN_DATABASE_URL=postgresql+psycopg://postgres:***@" in said.out
        assert "(with its password)" in said.out
        with monkeypatch.context() as patch:
            patch.setenv("QUXUN_DATABASE_URL", url)
            assert exported(quxun) == before
            quxun("check")
            back = tmp_path / "back" / "quxun.db"
            said = quxun("migrate-to", f"sqlite:///{back}")
            assert said.out.endswith(f"Now set QUXUN_DATABASE_URL=sqlite:///{back}\n")
    with installed(back.parent, monkeypatch):
        assert exported(quxun) == before
        quxun("check")


def with_password(url: str) -> str:
    return make_url(url).set(password="p@ss:w/rd").render_as_string(hide_password=False)


@pytest.mark.postgres
def test_a_backup_of_postgresql_is_restored_on_either_database(
    quxun: Quxun, press: Press, postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.publish("1")
    press.store.blobs.put(b"nobody refers to this")
    before = exported(quxun)
    with postgres_server.empty() as first, postgres_server.empty() as second:
        quxun("migrate-to", first)
        with monkeypatch.context() as patch:
            patch.setenv("QUXUN_DATABASE_URL", first)
            backup = backed_up(quxun, tmp_path / "b")
            assert names(backup) == FILES
            refused = quxun("restore", backup, status=1)
            assert "holds an archive already (1 sources, 1 articles" in refused.err
            refused = quxun("restore", backup, "--replace", status=1)
            assert "restore into an empty one" in refused.err
            patch.setenv("QUXUN_DATABASE_URL", second)
            quxun("restore", backup)
            assert exported(quxun) == before
            quxun("check")
        with installed(tmp_path / "elsewhere", monkeypatch):
            quxun("restore", backup)
            assert exported(quxun) == before
            quxun("check")


@pytest.mark.postgres
def test_a_move_that_is_killed_leaves_an_empty_database_and_is_made_again(
    quxun: Quxun, press: Press, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.publish("1")
    before = exported(quxun)
    with postgres_server.empty() as url:
        calls = calls_of("migrate-to", url)
    for count in random.sample(range(calls // 3, calls), 4):
        with postgres_server.empty() as url:
            assert apart("migrate-to", url, die_at=count).killed
            again = apart("migrate-to", url)  # it was killed after all had been stored, or before anything was
            assert again.status == 0 or "holds an archive already" in again.said, again.said
            with monkeypatch.context() as patch:
                patch.setenv("QUXUN_DATABASE_URL", url)
                assert exported(quxun) == before
                quxun("check")


@pytest.mark.postgres
def test_a_run_on_another_machine_is_seen_by_the_host_that_it_holds(
    quxun: Quxun, press: Press, postgres_server: Server
) -> None:
    with postgres_server.empty() as url:
        Store.open(url, migrate=True).close()
        locks = HostLocks(url)
        assert locks.acquire("www.example.cn")
        assert "1 sessions are at work on" in quxun("migrate-to", url, status=1).err
        locks.close()
        quxun("migrate-to", url)


def test_a_data_folder_that_cannot_be_made_is_a_sentence(
    quxun: Quxun, press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = backed_up(quxun, tmp_path / "b")
    (tmp_path / "file").write_text("")
    with installed(tmp_path / "file" / "home", monkeypatch):
        assert "QUXUN_HOME" in (told := quxun("restore", backup, status=2).err)
        assert "cannot be used: Not a directory" in told


def test_a_target_that_cannot_be_used_is_a_sentence(quxun: Quxun, press: Press, tmp_path: Path) -> None:
    assert "is unreachable" in quxun("migrate-to", "postgresql://quxun:secret@127.0.0.1:1/x", status=1).err
    assert "is not sqlite:///" in quxun("migrate-to", "mysql://localhost/x", status=2).err
    (tmp_path / "file").write_text("")
    assert "cannot be read or written" in quxun("migrate-to", f"sqlite:///{tmp_path}/file/quxun.db", status=1).err

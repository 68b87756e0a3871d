"""A crawled archive: backed up while it is being crawled, restored on the other database, with nothing lost."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.server import DemoServer
from storage.store import Store
from tests.apart import apart
from tests.archives import tally_of
from tests.flow.installation import Installation, command, district
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(300)]

SITES = ("trs", "gbk")


@pytest.fixture
def sites() -> Iterator[DemoServer]:
    with DemoServer(district()) as running:
        yield running


@contextmanager
def database(name: str, home: Path, server: Server) -> Iterator[str]:
    if name == "sqlite":
        home.mkdir(parents=True, exist_ok=True)
        yield f"sqlite:///{home}/quxun.db"
        return
    with server.empty() as url:
        yield url


def quxun(environ: dict[str, str], *arguments: object) -> str:
    """What the command says; it ends well."""
    ended = apart(*arguments, environ=environ)
    assert ended.status == 0, ended.said
    return ended.said


@pytest.mark.parametrize(("one", "other"), [("sqlite", "postgres"), ("postgres", "sqlite")])
def test_a_backup_made_during_a_crawl_is_whole_and_one_made_after_it_has_everything(
    tmp_path: Path, postgres_server: Server, sites: DemoServer, one: str, other: str
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    with database(one, home, postgres_server) as url, database(other, elsewhere, postgres_server) as target:
        installed = Installation(home, sites, url)
        environ = installed.environment()
        installed.add(*SITES)
        sites.latency_s = 0.02
        crawling = subprocess.Popen(command("crawl"), env=environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not installed.articles():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        early = json.loads(quxun(environ, "backup", "--json"))
        assert crawling.wait(120) == 0
        late = json.loads(quxun(environ, "backup", "--json", "--keep", "2"))
        assert 0 < early["counts"]["articles"] <= late["counts"]["articles"] == len(installed.articles())
        assert late["removed"] == []
        third = {
            **environ,
            "QUXUN_HOME": str(tmp_path / "third"),
            "QUXUN_DATABASE_URL": f"sqlite:///{tmp_path}/third/q.db",
        }
        quxun(third, "restore", early["folder"])
        quxun(third, "check")
        there = {**environ, "QUXUN_HOME": str(elsewhere), "QUXUN_DATABASE_URL": target}
        quxun(there, "restore", late["folder"])
        quxun(there, "check")
        assert quxun(there, "export") == quxun(environ, "export")
        assert quxun(there, "runs", "--json") == quxun(environ, "runs", "--json")
        with Store.open(target) as store:
            assert tally_of(store) == tally_of(installed.store)
        installed.store.close()
        again = subprocess.run(command("crawl", "--json"), env=there, capture_output=True, check=True, timeout=120)
        idle = [json.loads(line) for line in again.stdout.splitlines()]
        assert not any(run["new"] or run["revised"] or run["gone"] for run in idle)

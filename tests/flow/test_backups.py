"""A crawled archive: backed up while it is being crawled, restored on the other database, with nothing lost."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.ingest import BATCH
from demo.server import DemoServer
from storage.store import Store
from tests.apart import apart
from tests.archives import tally_of
from tests.flow.installation import Installation, district
from tests.flow.service import until
from tests.flow.typed import quxun
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(300)]

SITES = ("trs", "gbk")


@pytest.fixture
def sites() -> Iterator[DemoServer]:
    with DemoServer(district(2 * BATCH)) as running:
        yield running


@contextmanager
def database(name: str, home: Path, server: Server, *, migrated: bool) -> Iterator[str]:
    home.mkdir(parents=True)
    if name == "sqlite":
        # An empty URL is the installation's own file.
        yield "" if migrated else f"sqlite:///{home}/quxun.db"
        return
    with server.fresh() if migrated else server.empty() as url:
        yield url


def backup_during_a_crawl(installed: Installation) -> dict[str, Any]:
    """What a backup says that another process makes while the sites are visited."""
    installed.server.latency_s = 0.2

    def backup() -> dict[str, Any]:
        until(installed.articles, "something came in")
        ended = apart("backup", "--json", environ=installed.environment())
        installed.server.latency_s = 0.0
        assert ended.status == 0, ended.said
        told: dict[str, Any] = json.loads(ended.said)
        return told

    with ThreadPoolExecutor(1) as beside:
        early = beside.submit(backup)
        installed.crawl()
        return early.result()


@pytest.mark.parametrize(("one", "other"), [("sqlite", "postgres"), ("postgres", "sqlite")])
def test_a_backup_made_during_a_crawl_is_whole_and_one_made_after_it_has_everything(
    tmp_path: Path, postgres_server: Server, sites: DemoServer, one: str, other: str
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    with (
        database(one, home, postgres_server, migrated=True) as url,
        database(other, elsewhere, postgres_server, migrated=False) as target,
        Installation(home, sites, url) as installed,
    ):
        environ = installed.environment()
        installed.add(*SITES)
        early = backup_during_a_crawl(installed)
        [late] = quxun(environ, "backup", "--json", "--keep", "2").lines
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
        assert quxun(there, "export").out == quxun(environ, "export").out
        assert quxun(there, "runs", "--json").out == quxun(environ, "runs", "--json").out
        with Store.open(target) as store:
            assert tally_of(store) == tally_of(installed.store)
        idle = quxun(there, "crawl", "--json").lines
        assert not any(run["new"] or run["revised"] or run["gone"] for run in idle)

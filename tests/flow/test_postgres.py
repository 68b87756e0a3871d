"""The whole way on a real PostgreSQL, typed as an operator types it: upgrade, crawl, read, and what goes wrong."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy.engine import make_url

from crawler.ingest import BATCH
from crawler.urls import url_key
from demo.server import DemoServer
from tests.flow.installation import PROFILE, Installation, command, district
from tests.flow.service import PATIENCE_S, until
from tests.flow.typed import Said, quxun
from tests.postgres import Server, serve

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(300)]

SITES = ("trs", "gbk")
#: With everything in it that a URL has a meaning for.
PASSWORD = "p@ss:w/rd#1"


@pytest.fixture
def sites() -> Iterator[DemoServer]:
    with DemoServer(district(2 * BATCH)) as running:
        yield running


class Operator:
    """Types commands; the database's URL with its password is in a file, as a secret is handed over."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        secret = home / "database-url"
        secret.write_text(f"{make_url(url).set(password=PASSWORD).render_as_string(hide_password=False)}\n")
        (home / "district.toml").write_text(PROFILE, encoding="utf-8")
        self.environ = {
            **os.environ,
            "QUXUN_HOME": str(home / "data"),
            "QUXUN_DATABASE_URL_FILE": str(secret),
            "QUXUN_DISTRICT": str(home / "district.toml"),
            "QUXUN_DELAY_S": "0",
            "QUXUN_ALLOW_PRIVATE": "1",
        }

    def quxun(self, *arguments: str, exit_code: int = 0) -> Said:
        """What the command says; it shows no password."""
        said = quxun(self.environ, *arguments, status=exit_code)
        for secret in (PASSWORD, "p%40ss"):
            assert secret not in said.out + said.err
        return said

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The command as a process, of which nothing is left in the end."""
        with subprocess.Popen(
            command(*arguments), env=self.environ, start_new_session=True, text=True, stderr=subprocess.PIPE
        ) as process:
            try:
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def truth(server: DemoServer, *keys: str) -> set[str]:
    return {url_key(server.district.url(each)) for key in keys for each in server.district.articles(key)}


def test_the_way_from_an_empty_database_to_an_export(
    tmp_path: Path, postgres_server: Server, sites: DemoServer
) -> None:
    with postgres_server.empty() as url:
        operator = Operator(tmp_path, url)
        assert "has no tables yet; run `quxun db upgrade`" in operator.quxun("crawl", exit_code=1).err
        assert "is upgraded from nothing to schema" in operator.quxun("db", "upgrade").out
        assert "there is nothing to do" in operator.quxun("db", "upgrade").out
        for key in SITES:
            operator.quxun("sources", "add", f"{sites.addresses[key]}/", "--yes", "--key", key)
        runs = operator.quxun("crawl", "--json").lines
        assert {run["source"]: run["status"] for run in runs} == dict.fromkeys(SITES, "succeeded")
        wanted = truth(sites, *SITES)
        assert sum(run["new"] for run in runs) == len(wanted)
        idle = operator.quxun("crawl", "--json").lines
        assert not any(run["new"] or run["revised"] or run["gone"] for run in idle)
        assert sum(run["requests"] for run in idle) <= 4
        operator.quxun("check")
        articles = operator.quxun("export", "--format", "jsonl").lines
        assert {url_key(each["url"]) for each in articles} == wanted
        shown = operator.quxun("show", str(articles[0]["id"])).out
        assert articles[0]["text"].splitlines()[0][:12] in shown


def test_runs_killed_lose_nothing_and_store_nothing_twice(
    tmp_path: Path, postgres_server: Server, sites: DemoServer
) -> None:
    with postgres_server.fresh() as url, Installation(tmp_path, sites, url) as installed:
        operator = Operator(tmp_path, url)
        installed.add(*SITES)
        sites.latency_s = 0.2
        with operator.started("crawl") as crawling:
            until(installed.articles, "something came in")
            family = psutil.Process(crawling.pid).children(recursive=True)
            os.killpg(crawling.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
        assert not alive
        assert 0 < len(installed.articles()) < len(truth(sites, *SITES))
        sites.latency_s = 0.0
        runs = operator.quxun("crawl", "--json").lines
        assert [run["status"] for run in runs] == ["succeeded"] * len(SITES)
        assert all(run.finished_at for run in installed.store.runs.list())
        assert sorted(each.key for each in installed.articles()) == sorted(truth(sites, *SITES))
        assert not list(installed.store.check())


def test_a_server_that_goes_away_is_a_sentence_and_the_next_crawl_completes(tmp_path: Path, sites: DemoServer) -> None:
    with serve() as server, server.fresh() as url, Installation(tmp_path, sites, url) as installed:
        operator = Operator(tmp_path, url)
        installed.add(*SITES)
        sites.latency_s = 0.2
        with operator.started("crawl") as crawling:
            until(installed.articles, "something came in")
            server.stop()
            said = crawling.communicate(timeout=PATIENCE_S)[1]
            assert crawling.returncode == 1
        assert "quxun: database postgresql" in said
        assert "Traceback" not in said
        server.start()
        sites.latency_s = 0.0
        operator.quxun("crawl")
        assert sorted(each.key for each in installed.articles()) == sorted(truth(sites, *SITES))
        assert not list(installed.store.check())

"""The whole way on a real PostgreSQL, typed as an operator types it: upgrade, crawl, read, and what goes wrong."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from crawler.urls import url_key
from demo.server import DemoServer
from tests.flow.installation import PROFILE, Installation, command, district
from tests.postgres import Server, serve

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(300)]

SITES = ("trs", "gbk")
#: With everything in it that a URL has a meaning for.
PASSWORD = "p@ss:w/rd#1"


@pytest.fixture
def sites() -> Iterator[DemoServer]:
    with DemoServer(district()) as running:
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

    def quxun(self, *arguments: str, exit_code: int = 0) -> tuple[str, str]:
        """What the command says on standard output and standard error; it shows no password and no traceback."""
        done = subprocess.run(
            command(*arguments), env=self.environ, check=False, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == exit_code, done.stderr
        for secret in (PASSWORD, "p%40ss", "Traceback"):
            assert secret not in done.stdout + done.stderr
        return done.stdout, done.stderr

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command(*arguments), env=self.environ, start_new_session=True, text=True, stderr=subprocess.PIPE
        )


def truth(server: DemoServer, *keys: str) -> set[str]:
    return {url_key(server.district.url(each)) for key in keys for each in server.district.articles(key)}


def until_some_came_in(installed: Installation) -> None:
    deadline = time.monotonic() + 60
    while not installed.articles():
        assert time.monotonic() < deadline, "nothing came in"
        time.sleep(0.05)


def test_the_way_from_an_empty_database_to_an_export(
    tmp_path: Path, postgres_server: Server, sites: DemoServer
) -> None:
    with postgres_server.empty() as url:
        operator = Operator(tmp_path, url)
        _, said = operator.quxun("crawl", exit_code=1)
        assert "has no tables yet; run `quxun db upgrade`" in said
        said, _ = operator.quxun("db", "upgrade")
        assert "is upgraded from nothing to schema" in said
        said, _ = operator.quxun("db", "upgrade")
        assert "there is nothing to do" in said
        for key in SITES:
            operator.quxun("sources", "add", f"{sites.addresses[key]}/", "--yes", "--key", key)
        lines, _ = operator.quxun("crawl", "--json")
        runs = [json.loads(line) for line in lines.splitlines()]
        assert {run["source"]: run["status"] for run in runs} == dict.fromkeys(SITES, "succeeded")
        wanted = truth(sites, *SITES)
        assert sum(run["new"] for run in runs) == len(wanted)
        again, _ = operator.quxun("crawl", "--json")
        idle = [json.loads(line) for line in again.splitlines()]
        assert not any(run["new"] or run["revised"] or run["gone"] for run in idle)
        assert sum(run["requests"] for run in idle) <= 4
        operator.quxun("check")
        lines, _ = operator.quxun("export", "--format", "jsonl")
        articles = [json.loads(line) for line in lines.splitlines()]
        assert {url_key(each["url"]) for each in articles} == wanted
        shown, _ = operator.quxun("show", str(articles[0]["id"]))
        assert articles[0]["text"].splitlines()[0][:12] in shown


def test_runs_killed_lose_nothing_and_store_nothing_twice(
    tmp_path: Path, postgres_server: Server, sites: DemoServer
) -> None:
    with postgres_server.fresh() as url:
        installed, operator = Installation(tmp_path, sites, url), Operator(tmp_path, url)
        installed.add(*SITES)
        sites.latency_s = 0.02
        crawling = operator.start("crawl")
        until_some_came_in(installed)
        os.killpg(crawling.pid, signal.SIGKILL)
        crawling.communicate()
        assert 0 < len(installed.articles()) < len(truth(sites, *SITES))
        sites.latency_s = 0.0
        lines, _ = operator.quxun("crawl", "--json")
        assert [json.loads(line)["status"] for line in lines.splitlines()] == ["succeeded"] * len(SITES)
        assert all(run.finished_at for run in installed.store.runs.list())
        assert sorted(each.key for each in installed.articles()) == sorted(truth(sites, *SITES))
        assert not list(installed.store.check())
        installed.store.close()


def test_a_server_that_goes_away_is_a_sentence_and_the_next_crawl_completes(tmp_path: Path, sites: DemoServer) -> None:
    with serve() as server, server.fresh() as url:
        installed, operator = Installation(tmp_path, sites, url), Operator(tmp_path, url)
        installed.add(*SITES)
        sites.latency_s = 0.02
        crawling = operator.start("crawl")
        until_some_came_in(installed)
        server.stop()
        said = crawling.communicate(timeout=90)[1]
        assert crawling.returncode == 1
        assert "quxun: database postgresql" in said
        assert "Traceback" not in said
        server.start()
        sites.latency_s = 0.0
        operator.quxun("crawl")
        assert sorted(each.key for each in installed.articles()) == sorted(truth(sites, *SITES))
        assert not list(installed.store.check())
        installed.store.close()

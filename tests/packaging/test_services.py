"""What the containers of docker-compose.yml do, done without an engine: their commands, environment and secrets."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.urls import url_key
from demo.server import DemoServer
from storage.records import ProcessRole
from storage.store import Store
from tests.flow.installation import district
from tests.packaging.compose import LASTING, SERVICES, healthcheck, words
from tests.packaging.containers import Engine
from tests.packaging.processes import Started
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(300)]

SITES = ("els", "trs", "gbk")


@pytest.fixture
def database(postgres_server: Server) -> Iterator[str]:
    with postgres_server.empty() as url:
        yield url


@pytest.fixture
def engine(tmp_path: Path, database: str) -> Engine:
    return Engine(tmp_path, database)


@pytest.fixture
def sites() -> Iterator[DemoServer]:
    with DemoServer(district(each=10)) as running:
        yield running


def test_the_database_is_upgraded_and_then_crawled(engine: Engine) -> None:
    early = engine.run("crawl")
    assert early.returncode == 1
    assert "run `quxun db upgrade`" in early.stderr
    upgraded = engine.run("migrate")
    assert upgraded.returncode == 0, upgraded.stderr
    crawled = engine.run("crawl")
    assert crawled.returncode == 1  # a district without a source: somebody must add one
    assert "There is no source to crawl" in crawled.stderr
    other = engine.run("crawl", "runs")
    assert other.returncode == 0, other.stderr
    for done in (early, upgraded, crawled, other):
        assert_discreet(engine, done.stdout + done.stderr)
    assert not list(engine.data.glob("*.db")), "something was written beside the configured database"


def test_the_locks_are_in_the_volume(engine: Engine) -> None:
    done = engine.typed("crawl", "config", "--json")
    settings = {line["name"]: line for line in done.lines}
    assert settings["QUXUN_HOME"]["value"] == str(engine.data)
    assert settings["QUXUN_DATABASE_URL"]["origin"] == "file"
    assert engine.password not in done.out


@pytest.mark.parametrize("service", LASTING)
def test_a_service_gets_well_and_ends_when_it_is_told(service: str, engine: Engine, database: str) -> None:
    engine.typed("migrate")
    assert not (healthcheck(service) and engine.is_well(service)), "nobody is there to be well"
    with Store.open(database) as store:
        for number in (signal.SIGTERM, signal.SIGINT):
            with engine.start(service) as started:
                until_well(engine, store, service, started)
                assert started.stop(number) == 0, started.said
                assert_discreet(engine, started.said)
                assert not store.processes.list(), "it does not say that it leaves"


def test_the_service_does_not_begin_without_its_token(engine: Engine) -> None:
    engine.typed("migrate")
    engine.write("api_token", "")
    # The container's own address: it must not come to listening there.
    done = engine.run("service", *words(SERVICES["service"]["command"]), environ={"QUXUN_HOST": "0.0.0.0"})
    assert done.returncode == 2, done.stderr
    assert "QUXUN_API_TOKEN" in done.stderr
    assert_discreet(engine, done.stderr)


def test_a_district_is_crawled_by_the_service_and_two_workers(engine: Engine, database: str, sites: DemoServer) -> None:
    engine.typed("migrate")
    for key in SITES:
        engine.typed("crawl", "sources", "add", f"{sites.addresses[key]}/", "--yes", "--key", key)
    with (
        Store.open(database) as store,
        engine.start("service") as service,
        engine.start("worker", 1) as first,
        engine.start("worker", 2) as second,
    ):
        until_well(engine, store, "service", service)
        service.until(lambda: stored(store) == truth(sites), "article of every site")
        sites.publish("gbk")
        engine.typed("crawl", "crawl", "gbk", "--enqueue")
        service.until(lambda: stored(store) == truth(sites), "article that was published later")
        for started in (first, second, service):
            assert started.stop() == 0, started.said
            assert_discreet(engine, started.said)
        assert all(run.finished_at for run in store.runs.list())
        assert not list(store.check())


def until_well(engine: Engine, store: Store, service: str, started: Started) -> None:
    """As the engine asks, which costs a process each time; a worker only says in the database that it lives."""
    role = ProcessRole.SCHEDULER if healthcheck(service) else ProcessRole.WORKER
    started.until(lambda: any(each.role is role for each in store.processes.list()), "sign of life")
    if healthcheck(service):
        started.until(lambda: engine.is_well(service), "good health")


def stored(store: Store) -> list[str]:
    return sorted(article.key for article in store.articles.list(limit=1000))


def truth(server: DemoServer) -> list[str]:
    return sorted(url_key(server.district.url(each)) for key in SITES for each in server.district.articles(key))


def assert_discreet(engine: Engine, said: str) -> None:
    for secret in (engine.password, engine.token, "Traceback"):
        assert secret not in said

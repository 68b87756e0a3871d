"""The soak in short: forty visits of a district that changes all the time, with five kills, and nothing lost.

`benchmarks/soak.py` is the long one, on the test internet.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from crawler.ingest import BATCH
from crawler.urls import url_key
from demo.server import DemoServer
from storage.runs import UNFINISHED
from tests.flow.hardship import Blow, Hardship, Keeper
from tests.flow.installation import PROFILE, BareInstallation, district
from tests.flow.service import Service, declared, until
from tests.flow.typed import quxun
from tests.flow.verdict import Published, judge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SITES = ("trs", "media", "gbk", "repub")
RUNS = 40
#: Articles of a site in the beginning.
EACH = 12
BLOWS = (Blow.KILL_RUN, Blow.KILL_SERVICE, Blow.KILL_FORK_SERVER, Blow.KILL_ALL, Blow.KILL_SERVICE)


class Editors:
    """Those who publish, edit and withdraw on the demo's sites."""

    def __init__(self, server: DemoServer, rng: Random) -> None:
        self._server, self._rng = server, rng
        self._edited: Counter[str] = Counter()
        self._withdrawn: dict[str, Published] = {}
        self._done = 0

    def keep_up(self, runs: int) -> None:
        """Change two things for each run that was begun."""
        while self._done < 2 * runs:
            self._work()
            self._done += 1

    def _work(self) -> None:
        site = self._rng.choice(SITES)
        match self._rng.choice(("publish", "publish", "edit", "delete", "advertise")):
            case "edit" if site != "repub":
                self._edited[self._server.edit(site).url] += 1
            case "delete":
                key = url_key(self._server.delete(site).url)
                self._withdrawn[key] = Published(key=key, words="", version=RUNS, withdrawn=True)
            case "advertise":
                self._server.advertise(site)
            case _:
                self._server.publish(site)

    def published(self) -> dict[str, Published]:
        told = self._server.district
        standing = [self._one(told.url(each)) for site in SITES for each in told.articles(site)]
        return self._withdrawn | {each.key: each for each in standing}

    def _one(self, url: str) -> Published:
        edits = self._edited[url]
        return Published(key=url_key(url), words=f"已作第{edits}次调整" if edits else "", version=1 + edits)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(district(EACH)) as running:
        yield running


@pytest.fixture
def installed(tmp_path: Path, server: DemoServer) -> Iterator[BareInstallation]:
    with BareInstallation(tmp_path) as installation:
        (tmp_path / "district.toml").write_text(PROFILE + declared(server, *SITES, every_s=1), encoding="utf-8")
        yield installation


@pytest.fixture
def service(installed: BareInstallation) -> Iterator[Service]:
    own = Service(installed.store, installed.home, installed.environment())
    yield own
    own.sweep()


def test_forty_visits_and_five_kills_lose_nothing_and_store_nothing_twice(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    editors, hardship, keeper = Editors(server, Random(7)), Hardship(service, None, 7), Keeper(service)
    server.latency_s = 0.01
    keeper.start()
    for number, blow in enumerate(BLOWS, start=1):
        upto = number * RUNS // (len(BLOWS) + 1)
        until(partial(_made, installed, editors, upto), "visits go on")
        until(partial(hardship.deal, blow), blow.value)
    until(partial(_made, installed, editors, RUNS), "visits go on")
    until(lambda: service.lives and service.listed, "it is up again")
    quxun(service.environment, "crawl", "--full", "--enqueue", "--wait")
    assert keeper.stop() == 0
    until(lambda: not service.processes(), "no process is left")
    verdict = judge(installed.store, editors.published())
    assert verdict.clean, verdict
    assert len(verdict.leftovers) <= BATCH * len(SITES) * len(BLOWS)
    assert not installed.store.figures.runs(10, statuses=UNFINISHED)
    assert {server.traffic.max_in_flight(key) for key in SITES} == {1}
    assert hardship.dealt.total() == len(BLOWS)
    assert keeper.lives == 1 + BLOWS.count(Blow.KILL_SERVICE) + BLOWS.count(Blow.KILL_ALL)
    assert "Traceback" not in service.said, service.said


def _made(installed: BareInstallation, editors: Editors, runs: int) -> bool:
    """Whether so many runs were begun; meanwhile the editors work."""
    begun = installed.store.figures.last_run_id()
    editors.keep_up(begun)
    return begun >= runs

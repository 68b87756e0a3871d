"""Whole crawls of the demo's district: child processes, loopback servers, a real database."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from crawler.ingest import BATCH
from crawler.locks import HostLock
from crawler.options import Manners
from crawler.urls import host, url_key
from demo.district import District
from demo.model import EditKind, Likeness
from demo.server import DemoServer
from storage.records import EntryState, IssueKind, NewSource, Publisher, RunStatus, SourceKind
from tests.flow.installation import Installation, command, district, thin
from tests.flow.service import PATIENCE_S, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SITES = ("els", "trs", "media", "gbk", "epaper", "repub")


#: Articles of a site, where more of them would show nothing else.
EACH = 12


@pytest.fixture
def told(request: pytest.FixtureRequest) -> District:
    """What the sites publish."""
    made: Callable[[], District] = getattr(request, "param", partial(district, EACH))
    return made()


@pytest.fixture
def server(told: District) -> Iterator[DemoServer]:
    with DemoServer(told) as running:
        yield running


@pytest.fixture
def installed(tmp_path: Path, server: DemoServer) -> Iterator[Installation]:
    with Installation(tmp_path, server) as installation:
        yield installation


@contextmanager
def started(*arguments: str, installed: Installation) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a process group of its own, of which nothing is left in the end."""
    with subprocess.Popen(command(*arguments), env=installed.environment(), start_new_session=True) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def truth(server: DemoServer, *keys: str) -> set[str]:
    return {url_key(server.district.url(each)) for key in keys for each in server.district.articles(key)}


@pytest.mark.parametrize("told", [district], ids=["whole"], indirect=True)
def test_a_district_is_found_whole_each_article_once_and_nothing_else(installed: Installation) -> None:
    installed.add(*SITES)
    report = installed.crawl()
    assert {run.status for run in report.runs} == {RunStatus.SUCCEEDED}, [run.reason for run in report.runs]
    stored = [each.key for each in installed.articles()]
    assert len(stored) == len(set(stored))
    assert sorted(stored) == sorted(truth(installed.server, *SITES))
    assert not list(installed.store.check())


def test_robots_txt_is_kept_and_its_pages_are_never_asked_for(installed: Installation) -> None:
    installed.add("media", "gbk")
    installed.crawl()
    asked = [each.target for each in installed.server.traffic.hits]
    assert not [path for path in asked if path.startswith("/print/")]
    assert asked.count("/robots.txt") == 2


def test_a_second_crawl_costs_hardly_a_request_and_brings_nothing(installed: Installation) -> None:
    installed.add("trs", "media")
    installed.crawl()
    again = installed.counters()
    assert (again.new, again.revised, again.unchanged, again.gone) == (0, 0, 0, 0)
    assert again.requests <= 4
    assert again.bytes <= 4096


def test_a_new_an_edited_and_a_deleted_article_are_each_noticed_once(installed: Installation) -> None:
    installed.add("trs", "media")
    installed.crawl()
    published = installed.server.publish("media")
    edited = installed.server.edit("trs", kind=EditKind.NUMBER)
    deleted = installed.server.delete("media")
    counters = installed.counters()
    assert (counters.new, counters.revised, counters.gone) == (1, 1, 1)
    find = installed.store.articles.find
    assert find(published.url).extraction.title == published.title
    revisions = installed.store.articles.revisions(find(edited.url).id)
    assert [each.number for each in revisions] == [1, 2]
    assert revisions[0].extraction.text != revisions[1].extraction.text
    assert find(deleted.url).gone_at is not None
    assert find(deleted.url).extraction.text
    quiet = installed.counters()
    assert (quiet.new, quiet.revised, quiet.gone) == (0, 0, 0)


def test_new_advertising_is_a_snapshot_but_no_revision(installed: Installation) -> None:
    installed.add("media")
    installed.crawl()
    installed.server.district.advertise("media")
    counters = installed.counters(full=True)
    assert counters.unchanged > 0
    assert counters.revised == counters.new == 0


def test_a_visit_counter_is_no_revision(installed: Installation) -> None:
    installed.add("repub")
    installed.crawl()
    counters = installed.counters(full=True)
    assert counters.unchanged > 0
    assert counters.revised == counters.new == 0


def only_copies_and_originals() -> District:
    """What the republisher has, and what it has it from."""
    told = district()
    taken = {(each.copied_from.site, each.copied_from.number) for each in told.articles("repub") if each.copied_from}
    thin(told, lambda each: each.site == "repub" or (each.site, each.number) in taken)
    return told


@pytest.mark.parametrize("told", [only_copies_and_originals], ids=["copies"], indirect=True)
def test_word_for_word_copies_are_one_story(installed: Installation) -> None:
    installed.add("trs", "media", "gbk", "repub")
    report = installed.crawl()
    told = installed.server.district
    articles = {str(each.key): each for each in installed.articles()}
    exact = 0
    for article in told.articles("repub"):
        origin = told.original(article)
        stored = articles[url_key(told.url(article))]
        assert stored.story_id is not None
        members = installed.store.stories.members(stored.story_id)
        others = [each for each in members if each.article_id != stored.id]
        source = articles.get(url_key(told.url(origin))) if origin else None
        assert [each.article_id for each in others] in ([], [source.id if source else None]), article.path
        if source is not None and article.copied_from and article.copied_from.likeness is Likeness.EXACT:
            exact += 1
            assert others, article.path
    assert exact >= 5
    assert sum(run.counters.copies for run in report.runs) >= exact


def test_a_single_url_is_visited_without_a_listing(installed: Installation) -> None:
    article = installed.server.district.articles("gbk")[0]
    counters = installed.counters(urls=(installed.server.district.url(article),))
    assert counters.new == 1
    assert counters.requests <= 2


def test_requests_in_flight_are_never_more_than_allowed_and_gaps_never_shorter_than_the_delay(
    tmp_path: Path, server: DemoServer
) -> None:
    urls = tuple(server.district.url(each) for each in server.district.articles("media")[:12])
    with Installation(tmp_path, server, manners=Manners(delay_s=0.12, per_host=1, allow_private=True)) as polite:
        polite.crawl(urls=urls)
    times = sorted(each.came_s for each in server.traffic.hits)
    assert len(times) == 13
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.12
    assert server.traffic.max_in_flight("media") == 1


def test_a_source_that_cannot_be_reached_says_so_and_breaks_nothing(installed: Installation) -> None:
    nowhere = NewSource(
        key="nowhere",
        publisher=Publisher(name="无处"),
        kind=SourceKind.FEED,
        url="http://127.0.0.1:9/feed.xml",
    )
    installed.store.sources.add(nowhere, datetime.now(UTC))
    report = installed.crawl()
    [run] = report.runs
    assert run.status is RunStatus.FAILED
    assert run.reason.startswith("unreachable from here")
    assert report.issues[run.id][0].kind is IssueKind.UNREACHABLE


def test_a_host_that_another_run_visits_is_waited_for(installed: Installation) -> None:
    url = installed.server.district.url(installed.server.district.articles("gbk")[0])
    with started("crawl", "--url", url, installed=installed) as waiting:
        with HostLock(installed.home / "locks", host(url)) as lock:
            assert lock.acquire()
            until(lambda: [run for run in installed.store.runs.list() if run.pid], "its run has begun")
            time.sleep(2)
            assert not installed.server.traffic.hits
        assert waiting.wait(PATIENCE_S) == 0
    assert installed.server.traffic.hits


@pytest.mark.parametrize("told", [partial(district, 2 * BATCH)], ids=["two batches"], indirect=True)
def test_runs_killed_at_any_moment_lose_nothing_and_store_nothing_twice(installed: Installation) -> None:
    installed.add("trs", "media", "gbk")
    installed.server.latency_s = 0.15
    for kept in (0, 1):
        upto = installed.server.traffic.total() + 5
        with started("crawl", installed=installed) as crawling:
            until(partial(_is_under_way, installed, upto, kept), "the crawl is under way")
            family = [psutil.Process(crawling.pid), *psutil.Process(crawling.pid).children(recursive=True)]
            os.killpg(crawling.pid, signal.SIGKILL)
            crawling.wait()
        _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
        assert not alive
    assert 0 < len(installed.articles()) < len(truth(installed.server, "trs", "media", "gbk"))
    installed.server.latency_s = 0.0
    last = installed.crawl()
    assert {run.status for run in last.runs} == {RunStatus.SUCCEEDED}, [run.reason for run in last.runs]
    stored = [each.key for each in installed.articles()]
    assert sorted(stored) == sorted(truth(installed.server, "trs", "media", "gbk"))
    assert not list(installed.store.check())


def _is_under_way(installed: Installation, requests: int, kept: int) -> bool:
    return installed.server.traffic.total() >= requests and len(installed.articles()) >= kept


def test_an_entry_of_a_site_that_cannot_be_visited_stays_pending(installed: Installation) -> None:
    [source] = installed.add("gbk")
    installed.server.stop()
    report = installed.crawl()
    assert report.runs[0].status is RunStatus.FAILED
    assert EntryState.FAILED not in installed.store.entries.counts(source.id)

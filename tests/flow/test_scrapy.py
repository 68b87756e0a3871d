"""The project as users of Scrapy know it: its own command, typed in the project's root."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.locks import HostLock
from crawler.urls import host, url_key
from demo.server import DemoServer
from storage.records import (
    Entry,
    ListingKind,
    ListingSeed,
    NewSource,
    Publisher,
    RunStatus,
    Source,
    SourceKind,
)
from tests.flow.installation import Installation, district
from tests.flow.scrapied import scrapied

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
SPIDERS = {"feed", "sitemap", "index", "els", "epaper", "site", "page"}


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installation]:
    with DemoServer(district(each=8)) as running, Installation(tmp_path, running) as installation:
        yield installation


def environment(installed: Installation | None) -> dict[str, str]:
    if installed is not None:
        return installed.environment()
    return {name: value for name, value in os.environ.items() if not name.startswith(("QUXUN_", "SCRAPY_"))}


def typed(*arguments: str, installed: Installation | None = None) -> subprocess.CompletedProcess[str]:
    """The command as its user types it."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("scrapy")), *arguments],
        cwd=ROOT,
        env=environment(installed),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def scrapy(*arguments: str, installed: Installation | None = None) -> subprocess.CompletedProcess[str]:
    """The same, without the seconds that it takes to import it."""
    return scrapied(*arguments, folder=ROOT, environ=environment(installed))


def source_of(installed: Installation, kind: SourceKind) -> Source:
    """A source of that kind, as `sources add` finds it or a profile may declare it."""
    if kind in (SourceKind.ELS, SourceKind.EPAPER):
        [found] = installed.add(kind.value)
        return found
    told = installed.server.district
    listings = {each.kind: each.url for each in told.listings("media")}
    url = listings.get(kind.value, told.url(told.articles("media")[0]))
    seeds = tuple(ListingSeed(kind=ListingKind(each), url=listings[each]) for each in ("feed", "index"))
    new = NewSource(
        key=f"a-{kind.value}",
        publisher=Publisher(name="某处"),
        kind=kind,
        url=url,
        listings=seeds if kind is SourceKind.SITE else (),
    )
    source = installed.store.sources.add(new, datetime.now(UTC))
    if kind is SourceKind.PAGE:
        installed.store.entries.add(source.id, [Entry(url=url, key=url_key(url))], datetime.now(UTC))
    return source


def test_scrapy_lists_the_spiders() -> None:
    done = typed("list")
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == SPIDERS


@pytest.mark.parametrize("name", sorted(SPIDERS))
def test_scrapy_crawls_a_source_and_closes_its_run(installed: Installation, name: str) -> None:
    source = source_of(installed, SourceKind(name))
    assert source.kind is SourceKind(name)
    run_it = typed if name == "feed" else scrapy
    done = run_it("crawl", name, "-a", f"source={source.key}", installed=installed)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    [run] = installed.store.runs.list()
    assert (run.status, run.requested_by, run.reason) == (RunStatus.SUCCEEDED, "scrapy", "")
    assert run.finished_at is not None
    assert run.counters.new == len(installed.articles()) >= 1
    assert run.counters.requests > run.counters.new
    assert f"run {run.id} succeeded" in done.stderr
    assert HostLock(installed.home / "locks", host(source.url)).acquire()


def test_scrapy_says_what_it_needs_without_a_traceback(installed: Installation) -> None:
    source = source_of(installed, SourceKind.FEED)
    unsaid = scrapy("crawl", "feed", installed=installed)
    unknown = scrapy("crawl", "feed", "-a", "source=nowhere", installed=installed)
    other = scrapy("crawl", "epaper", "-a", f"source={source.key}", installed=installed)
    assert [each.returncode for each in (unsaid, unknown, other)] == [2, 1, 2]
    assert "say which source: scrapy crawl feed -a source=KEY" in unsaid.stderr
    assert "no source nowhere" in unknown.stderr
    assert f"scrapy crawl feed -a source={source.key}" in other.stderr
    assert "Traceback" not in unsaid.stderr + unknown.stderr + other.stderr
    assert not installed.store.runs.list()


def test_a_source_that_cannot_be_reached_fails_its_run(installed: Installation) -> None:
    source = source_of(installed, SourceKind.FEED)
    installed.server.stop()
    done = scrapy("crawl", "feed", "-a", f"source={source.key}", installed=installed)
    [run] = installed.store.runs.list()
    assert run.status is RunStatus.FAILED
    assert run.reason.startswith("unreachable from here")
    assert f"run {run.id} failed: {run.reason}" in done.stderr


def test_the_shell_fetches_and_obeys_robots_txt(installed: Installation) -> None:
    url = installed.server.addresses["media"]
    code = f"(response.status, fetch('{url}/print/1.html'), response)"
    done = typed("shell", f"{url}/", "-c", code, installed=installed)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.split() == ["(200,", "None,", "None)"]
    assert sorted(each.target for each in installed.server.traffic.hits) == ["/", "/robots.txt"]
    assert HostLock(installed.home / "locks", host(url)).acquire()

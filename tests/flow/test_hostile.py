"""What sites, disks and people do to a crawl: nothing wrong is stored, nothing is lost, and it says what happened."""

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from crawler.options import Manners
from crawler.robots import MAX_BYTES
from storage.records import Run, RunStatus, Source, SourceKind
from tests.builders import new_source
from tests.flow.hostile_server import (
    Behaviour,
    HostileServer,
    after,
    answer,
    article,
    feed,
    in_turn,
    listed,
    raw,
    redirect,
    status,
    title,
)
from tests.flow.installation import BareInstallation, command
from tests.flow.service import PATIENCE_S, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def poll(installed: BareInstallation, url: str) -> Source:
    """Add a feed as a source."""
    return installed.store.sources.add(new_source("hostile", kind=SourceKind.FEED, url=url), datetime.now(UTC))


def crawl(installed: BareInstallation, site: HostileServer, table: dict[str, Behaviour]) -> Run:
    """Serve the table with a feed of it, and visit everything once."""
    site.table = listed(table)
    poll(installed, f"{site.url}/feed.xml")
    [run] = installed.crawl().runs
    return run


def stored(installed: BareInstallation) -> set[str]:
    """The paths of what is stored."""
    return {"/" + each.url.split("/", 3)[3] for each in installed.articles() if each.url}


def said(installed: BareInstallation, run: Run) -> dict[str, str]:
    """The detail of each issue, by the path it is about."""
    return {"/" + each.url.split("/", 3)[-1]: each.detail for each in installed.store.issues.list(run_id=run.id)}


# ------------------------------------------------------------------ answers
def test_redirects_are_followed_and_their_circles_end(installed: BareInstallation, site: HostileServer) -> None:
    table = {
        "/old.html": redirect("/new.html", 301),
        "/circle.html": redirect("/elcric.html"),
        "/elcric.html": redirect("/circle.html"),
        "/nowhere.html": redirect("http://[::1"),
        "/file.html": redirect("file:///etc/passwd"),
    }
    site.table["/new.html"] = answer(article(1))
    run = crawl(installed, site, {**table, "/new.html": answer(article(1))})
    assert stored(installed) == {"/new.html"}
    assert run.counters.failed == 4
    assert site.paths()["/circle.html"] <= 6
    told = said(installed, run)
    assert told["/circle.html"] == "redirects: max redirections reached"
    assert told["/nowhere.html"].startswith("redirects: it redirects to what is no address")
    assert told["/file.html"] == "redirects: HTTP status 302"


def test_another_hosts_robots_txt_holds_for_what_redirects_there(
    installed: BareInstallation, site: HostileServer
) -> None:
    closed = {"/robots.txt": answer("User-agent: *\nDisallow: /", kind="text/plain"), "/a.html": answer(article(1))}
    with HostileServer(closed, "127.0.0.2") as other:
        crawl(installed, site, {"/to.html": redirect(f"{other.url}/a.html")})
        assert set(other.paths()) == {"/robots.txt"}
    assert not stored(installed)


def test_nothing_incomplete_is_stored(installed: BareInstallation, site: HostileServer) -> None:
    page = article(1).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    table = {
        "/whole.html": answer(page),
        "/part.html": answer(page[:1500], 206, Content_Range=f"bytes 0-1499/{len(page)}"),
        "/longer.html": answer(article(2), Content_Length=len(article(2).encode()) + 1),
        "/chunk.html": raw(head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(page) + page + b"\r\nff\r\nx"),
        "/304.html": status(304),
        "/204.html": status(204),
        "/200.html": status(200),
        "/zip.html": answer(page, Content_Encoding="gzip"),
    }
    run = crawl(installed, site, table)
    assert stored(installed) == {"/whole.html"}
    assert run.status is RunStatus.DEGRADED
    assert said(installed, run)["/part.html"] == "cut-short: HTTP status 206"


def test_what_is_not_http_is_told_in_words(installed: BareInstallation, site: HostileServer) -> None:
    table = {
        "/status.html": raw(b"HTTP/1.1 abc OK\r\n\r\n"),
        "/version.html": raw(b"hello\r\n\r\n"),
        "/length.html": answer("x", Content_Length="many"),
        "/silence.html": raw(),
        "/heading.html": answer(article(1), X_Padding="x" * 1_000_000),
    }
    told = said(installed, crawl(installed, site, table))
    for path in ("/status.html", "/version.html", "/length.html"):
        assert told[path] == "unreachable: what it answers is not HTTP"
    for path in ("/silence.html", "/heading.html"):
        assert told[path] == "unreachable: it closed the connection without an answer"


def test_a_304_that_nobody_asked_for_leaves_a_listing_unread(installed: BareInstallation, site: HostileServer) -> None:
    crawl(installed, site, {"/1.html": answer(article(1))})
    site.table["/feed.xml"] = in_turn(status(304), feed(["/1.html", "/2.html"]))
    site.table["/2.html"] = answer(article(2))
    [misled] = installed.crawl().runs
    assert misled.status is RunStatus.FAILED
    assert "it answered 304" in misled.reason
    assert installed.counters().new == 1


def test_a_pager_that_names_one_page_too_many_ends_with_the_page_before(
    installed: BareInstallation, site: HostileServer
) -> None:
    rows = "".join(f"<li><a href='/202611/t20261120_{n}.html'>{title(n)}</a> 2026-11-20</li>" for n in range(1, 9))
    column = f"<html><body><ul>{rows}</ul><a href='/index_1.html'>下一页</a></body></html>"
    pages = {f"/202611/t20261120_{number}.html": answer(article(number)) for number in range(1, 9)}
    site.table = {"/": answer(column), **pages}
    new = new_source("hostile", kind=SourceKind.INDEX, url=f"{site.url}/")
    source = installed.store.sources.add(new, datetime.now(UTC))
    [run] = installed.crawl().runs
    assert (run.status, run.counters.new) == (RunStatus.SUCCEEDED, 8)
    assert "/index_1.html" in site.paths()
    assert installed.store.sources.listings(source.id)[0].read_at is not None


def test_retry_after_is_obeyed(installed: BareInstallation, site: HostileServer) -> None:
    crawl(installed, site, {"/1.html": in_turn(status(429, Retry_After=3), answer(article(1)))})
    first, second = (hit.came_s for hit in site.hits if hit.path == "/1.html")
    assert second - first >= 3
    assert stored(installed) == {"/1.html"}


# ------------------------------------------------------------------ private addresses and robots.txt
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_private_addresses_are_refused_whatever_they_are_called(tmp_path: Path, site: HostileServer, name: str) -> None:
    with BareInstallation(tmp_path, manners=Manners(delay_s=0.0)) as public:
        poll(public, f"http://{name}:{site.port}/feed.xml")
        [run] = public.crawl().runs
    assert run.status is RunStatus.FAILED
    assert "a private address (QUXUN_ALLOW_PRIVATE=1 allows it)" in run.reason
    assert not site.hits


def test_a_huge_robots_txt_is_obeyed_and_kept_in_part(installed: BareInstallation, site: HostileServer) -> None:
    rules = answer("User-agent: *\nDisallow: /closed\n" + "#" * 10_000_000, kind="text/plain")
    pages = {"/closed.html": answer(article(1)), "/open.html": answer(article(2))}
    crawl(installed, site, {"/robots.txt": rules, **pages})
    assert stored(installed) == {"/open.html"}
    kept = installed.store.robots.get(site.url)
    assert kept is not None
    assert len(kept.body) <= MAX_BYTES


# ------------------------------------------------------------------ people
_started: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """End what a test that failed has started."""
    yield
    while _started:
        with _started.pop() as crawling:
            crawling.kill()


def start(installed: BareInstallation, **settings: str) -> subprocess.Popen[str]:
    """The command in a process group of its own, as a terminal starts it."""
    crawling = subprocess.Popen(
        command("crawl"),
        env={**installed.environment(), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _started.append(crawling)
    return crawling


def slow_pages(count: int) -> dict[str, Behaviour]:
    return {f"/{number}.html": after(0.1, answer(article(number))) for number in range(1, count + 1)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_crawl_that_is_told_to_stop_stores_what_it_has_and_says_so(
    installed: BareInstallation, site: HostileServer, number: signal.Signals
) -> None:
    site.table = listed(slow_pages(100))
    poll(installed, f"{site.url}/feed.xml")
    crawling = start(installed)
    until(lambda: len(site.hits) > 20, "the run is under way")
    family = psutil.Process(crawling.pid).children(recursive=True)
    os.killpg(crawling.pid, number)
    _, errors = crawling.communicate(timeout=PATIENCE_S)
    _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
    assert not alive
    assert crawling.returncode == 130
    assert errors.strip() == "quxun: interrupted"
    [run] = installed.store.runs.list()
    assert (run.status, run.reason) == (RunStatus.DEGRADED, "it was told to stop")
    assert run.counters.new == len(stored(installed)) > 10


def test_a_run_that_waits_for_its_turn_ends_when_its_time_is_up(
    installed: BareInstallation, site: HostileServer
) -> None:
    site.table = listed({"/robots.txt": answer("User-agent: *\nCrawl-delay: 50\n"), **slow_pages(3)})
    poll(installed, f"{site.url}/feed.xml")
    crawling = start(installed, QUXUN_RUN_LIMIT_S="3")
    crawling.communicate(timeout=PATIENCE_S)
    [run] = installed.store.runs.list()
    assert (run.status, run.reason) == (RunStatus.DEGRADED, "its time was up (QUXUN_RUN_LIMIT_S)")
    assert run.counters.pending == 3


def test_two_crawls_at_once_visit_nothing_twice(installed: BareInstallation, site: HostileServer) -> None:
    site.table = listed(slow_pages(30))
    poll(installed, f"{site.url}/feed.xml")
    both = [start(installed), start(installed)]
    for crawling in both:
        _, errors = crawling.communicate(timeout=PATIENCE_S)
        assert (crawling.returncode, errors) == (0, "")
    assert {path: times for path, times in site.paths().items() if times > 1} == {"/feed.xml": 2}
    assert sorted(run.counters.new for run in installed.store.runs.list()) == [0, 30]


# ------------------------------------------------------------------ disks
def test_a_disk_that_fills_ends_the_run_with_a_sentence_and_the_next_one_completes(
    installed: BareInstallation, site: HostileServer
) -> None:
    noise = {f"/{n}.html": answer(f"{article(n)}<!--{os.urandom(40_000).hex()}-->") for n in range(1, 41)}
    site.table = listed(noise)
    poll(installed, f"{site.url}/feed.xml")
    full = subprocess.run(
        ["prlimit", "--fsize=900000", *command("crawl")],
        env=installed.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 1
    assert "Traceback" not in full.stdout + full.stderr
    assert "the disk" in full.stdout + full.stderr
    kept = stored(installed)
    assert 0 < len(kept) < 40
    installed.crawl()
    assert stored(installed) == set(noise) > kept
    assert not list(installed.store.check())


@pytest.mark.parametrize("name", ["quxun.db", "blobs.db"])
def test_a_database_that_is_removed_in_mid_run_is_noticed(
    installed: BareInstallation, site: HostileServer, name: str
) -> None:
    site.table = listed(slow_pages(100))
    poll(installed, f"{site.url}/feed.xml")
    crawling = start(installed)
    until(lambda: len(site.hits) > 20, "the run is under way")
    (installed.home / name).rename(installed.home / "elsewhere")
    output, errors = crawling.communicate(timeout=PATIENCE_S)
    assert crawling.returncode == 1
    assert f"{name}: is gone: its file was removed or renamed while it was in use" in output + errors
    assert "Traceback" not in output + errors


def test_a_database_that_stays_locked_ends_the_run_with_a_sentence(
    installed: BareInstallation, site: HostileServer
) -> None:
    site.table = listed(slow_pages(40))
    poll(installed, f"{site.url}/feed.xml")
    crawling = start(installed)
    until(lambda: len(site.hits) > 12, "the run is under way")
    with installed.store.database.write():
        crawling.wait(200)
    output, errors = crawling.communicate()
    assert crawling.returncode == 1
    assert "is locked: another process has been writing for too long" in output + errors
    assert "Traceback" not in output + errors
    installed.crawl()
    assert len(stored(installed)) == 40

"""The page of a running service, in a real browser."""

import asyncio
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.records import Counters, RunStatus
from storage.store import Store
from tests.builders import World, issue_seen
from tests.web import sides
from web.app import create_app
from web.server import WebServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--enable-logging=stderr", "--window-size=1200,1400"),
)
TITLE = "示例<b>日报</b>&的新闻"


@pytest.fixture(scope="session")
def chromium() -> str:
    """A Chromium; where there is none the test is skipped, unless DEMAND_CHROMIUM is set."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        if os.environ.get("DEMAND_CHROMIUM"):
            pytest.fail("no Chromium was found")
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture
def address(store: Store) -> Iterator[str]:
    """Where a service answers that has a failed run and an issue to show."""
    world = World(store)
    sides.at_work(store)
    sides.ended(world, RunStatus.SUCCEEDED, counters=Counters(requests=12, new=3))
    sides.ended(world, RunStatus.FAILED, reason=f"unreachable: {TITLE}")
    world.record(issue_seen(detail=TITLE))
    loop = asyncio.new_event_loop()
    server = WebServer(create_app(sides.side(store)), "127.0.0.1", 0)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(30)
        yield server.url
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def run(chromium: str, profile: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [chromium, *_FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)


def test_the_page_is_shown_with_everything_that_is_wrong_and_nothing_that_a_page_could_order(
    chromium: str, address: str, tmp_path: Path
) -> None:
    shown = run(chromium, tmp_path / "profile", "--dump-dom", address)
    assert "区讯 Quxun" in shown.stdout
    assert "示例&lt;b&gt;日报&lt;/b&gt;&amp;的新闻" in shown.stdout  # as words, not as markup
    assert re.search(r">\s*failed\s*<", shown.stdout)
    assert "CONSOLE" not in shown.stderr, shown.stderr  # nothing that its policy refuses, no script


def test_the_page_is_painted_within_its_window(chromium: str, address: str, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    run(chromium, tmp_path / "profile", f"--screenshot={picture}", address)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000  # a blank page of that size is a tenth of it


def test_the_list_of_the_api_needs_nothing_from_elsewhere(chromium: str, address: str, tmp_path: Path) -> None:
    shown = run(chromium, tmp_path / "profile", "--dump-dom", f"{address}docs")
    assert "/api/runs" in shown.stdout
    assert "CONSOLE" not in shown.stderr, shown.stderr

"""How a run's row and its process end when the service is stopped, or what starts processes is gone."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import forkserver
from pathlib import Path

import psutil
import pytest

from scheduler.dispatch import LocalDispatcher
from scheduler.errands import Errand
from scheduler.launch import Child, Ending, Launcher
from scheduler.runs import Runner
from scheduler.ticking import Ticking
from scheduler.troubles import Troubles
from scheduler.visitor import Visitor
from storage.errors import QuxunError
from storage.records import NewSource, Publisher, Run, RunStatus, SourceKind
from storage.runs import UNFINISHED
from storage.store import Store
from tests.apart import PRELOAD

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(store: Store) -> Store:
    feed = NewSource(
        key="feed", publisher=Publisher(name="临湖新闻网"), kind=SourceKind.FEED, url="http://news.example.cn/feed.xml"
    )
    store.sources.add(feed, now())
    return store


def now() -> datetime:
    return datetime.now(UTC)


def runner(store: Store, entry: str) -> Runner:
    return Runner(store, Launcher(PRELOAD), f"tests.scheduler.idling:{entry}", now)


async def there(path: Path) -> int:
    """The number of the process that wrote the file."""
    while not path.exists() or not path.read_text():
        await asyncio.sleep(0.05)
    return int(path.read_text())


async def holds(condition: Callable[[], object]) -> None:
    for _ in range(300):
        if condition():
            return
        await asyncio.sleep(0.1)
    pytest.fail("it never came to that")


def stopped(store: Store, run: Run, ready: Path) -> Run:
    """The row of a run whose child had not begun when the service was told to stop."""

    async def go() -> None:
        going = asyncio.create_task(runner(store, "wait").run(run, 0.0, ready))
        await there(ready)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going

    asyncio.run(go())
    return store.runs.get(run.id)


def test_a_run_that_was_due_and_is_stopped_before_it_begins_is_no_failure(opened: Store, tmp_path: Path) -> None:
    due = runner(opened, "wait").queue(opened.sources.get("feed"), "serve")
    assert stopped(opened, due, tmp_path / "ready").status is RunStatus.CANCELED
    assert not opened.issues.list()


def test_a_run_that_was_asked_for_and_is_stopped_before_it_begins_waits_on(opened: Store, tmp_path: Path) -> None:
    asked = opened.runs.queue(opened.sources.get("feed").id, "enqueue", now())
    assert stopped(opened, asked, tmp_path / "ready").status is RunStatus.QUEUED
    assert [run.id for run in opened.runs.waiting()] == [asked.id]


def test_a_run_for_which_no_process_can_be_started_says_so_and_is_closed(
    opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Launcher, entry: str, *arguments: object, want_result: bool = False) -> Child:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(Launcher, "start", refused)
    monkeypatch.setattr("scheduler.runs._WATCH_S", 0.1)
    mine = runner(opened, "wait")
    run = mine.queue(opened.sources.get("feed"), "serve")
    elsewhere = opened.runs.queue(run.source_id, "crawl", now(), machine=socket.gethostname(), pid=1)

    async def go() -> None:
        with pytest.raises(QuxunError, match="no process can be started for a run"):
            await mine.run(run, 0.0)
        watching = asyncio.create_task(mine.watch())
        await holds(lambda: opened.runs.get(run.id).status not in UNFINISHED)
        watching.cancel()

    asyncio.run(go())
    assert opened.runs.get(run.id).status is RunStatus.ABANDONED
    assert opened.runs.get(elsewhere.id).status is RunStatus.QUEUED


def test_a_run_that_is_going_is_not_taken_for_one_without_a_process(
    opened: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("scheduler.runs._WATCH_S", 0.05)
    mine = runner(opened, "wait")
    run = mine.queue(opened.sources.get("feed"), "serve")

    async def go() -> None:
        watching = asyncio.create_task(mine.watch())
        going = asyncio.create_task(mine.run(run, 0.0, tmp_path / "ready"))
        await there(tmp_path / "ready")
        await asyncio.sleep(0.5)
        assert opened.runs.get(run.id).status is RunStatus.QUEUED
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        watching.cancel()

    asyncio.run(go())


def test_a_child_whose_fork_server_died_goes_on_to_its_end(tmp_path: Path) -> None:
    async def go() -> Ending:
        child = Launcher(PRELOAD).start("tests.scheduler.idling:answer", tmp_path / "ready", want_result=True)
        os.kill(psutil.Process(await there(tmp_path / "ready")).ppid(), signal.SIGKILL)
        return await child.wait()

    assert asyncio.run(go()).result == "done"


@pytest.mark.parametrize("entry", ["wait", "stay"])
def test_a_child_whose_fork_server_died_is_ended_for_certain_and_its_run_is_no_failure(
    opened: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, entry: str
) -> None:
    monkeypatch.setattr("scheduler.launch.GRACE_S", 1.0)
    monkeypatch.setattr(Child.stop, "__defaults__", (1.0,))
    mine, ready = runner(opened, entry), tmp_path / "ready"
    run = mine.queue(opened.sources.get("feed"), "serve")

    async def go() -> int:
        going = asyncio.create_task(mine.run(run, 0.0, ready))
        pid = await there(ready)
        os.kill(psutil.Process(pid).ppid(), signal.SIGKILL)
        await asyncio.sleep(0.2)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        return pid

    pid = asyncio.run(go())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert opened.runs.get(run.id).status is RunStatus.ABANDONED
    assert not opened.issues.list()


def test_a_child_is_started_again_after_its_fork_server_died() -> None:
    async def go() -> Ending:
        launcher = Launcher(PRELOAD)
        launcher.warm_up()
        serving = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined] # no other way to know
        os.kill(serving, signal.SIGKILL)
        await asyncio.sleep(0.2)
        return await launcher.start("time:sleep", 0).wait()

    assert asyncio.run(go()).code == 0


def test_work_that_is_under_way_when_the_ticking_stops_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(60)

    async def go() -> None:
        ticking = Ticking(lambda _: None)
        ticking.add("work", 1.0, work)
        ticking.start()
        await begun.wait()
        ticking.stop()
        await asyncio.sleep(0.1)

    asyncio.run(go())
    assert not [each for each in caplog.records if each.levelname == "ERROR"]


def test_a_host_whose_source_was_not_due_any_more_is_free_for_the_next_one(opened: Store, tmp_path: Path) -> None:
    feed = opened.sources.get("feed")
    opened.sources.reschedule(feed.id, now() + timedelta(hours=1), 0)
    visitor = Visitor(opened, runner(opened, "answer"), lambda *_: (tmp_path / "ready",), 0.0, now, lambda: 0.5)
    asked = opened.runs.queue(feed.id, "enqueue", now())

    async def go() -> None:
        dispatcher = LocalDispatcher(visitor, 2, lambda _: True, Troubles())
        stale = Errand(source_id=feed.id, host="news.example.cn", due_at=now())
        wanted = Errand(source_id=feed.id, host="news.example.cn", due_at=now(), run_id=asked.id)
        assert await dispatcher.dispatch([stale, wanted]) == 1
        await holds(lambda: not dispatcher.going)
        assert await dispatcher.dispatch([wanted]) == 1
        await dispatcher.close()

    asyncio.run(go())

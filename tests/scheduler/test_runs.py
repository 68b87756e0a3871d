import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.follow import follow_stories
from scheduler.launch import Launcher
from scheduler.runs import Runner, abandon_dead
from storage.records import IssueKind, NewSource, Publisher, RunStatus, SourceKind
from storage.store import Store

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def crash() -> None:
    os._exit(70)


@pytest.fixture
def opened(tmp_path: Path) -> Store:
    store = Store.open(f"sqlite:///{tmp_path / 'quxun.db'}")
    feed = NewSource(
        key="feed",
        publisher=Publisher(name="临湖新闻网"),
        kind=SourceKind.FEED,
        url="http://news.example.cn/feed.xml",
    )
    store.sources.add(feed, NOW)
    return store


@pytest.mark.slow
def test_a_run_whose_process_crashed_says_so_and_leaves_an_issue(opened: Store) -> None:
    runner = Runner(opened, Launcher(), f"{__name__}:crash", lambda: NOW)
    run = runner.queue(opened.sources.get("feed"), "crawl")
    ended = asyncio.run(runner.run(run, 0.0))
    assert ended.status is RunStatus.FAILED
    assert ended.reason == "its process ended with exit status 70"
    assert [issue.kind for issue in opened.issues.list(run_id=run.id)] == [IssueKind.CRASH]
    opened.close()


def test_runs_of_dead_processes_are_abandoned_and_those_of_living_ones_are_not(opened: Store) -> None:
    import socket

    source = opened.sources.get("feed")
    dead, living, waiting = (opened.runs.queue(source.id, "crawl", NOW) for _ in range(3))
    opened.runs.start(dead.id, NOW, 2**22 - 3, socket.gethostname(), "0")
    opened.runs.start(living.id, NOW, os.getpid(), socket.gethostname(), "0")
    assert [run.id for run in abandon_dead(opened, NOW + timedelta(seconds=5))] == [dead.id]
    assert opened.runs.get(living.id).status is RunStatus.RUNNING
    assert opened.runs.get(waiting.id).status is RunStatus.QUEUED
    assert [run.id for run in abandon_dead(opened, NOW + timedelta(hours=1))] == [waiting.id]
    opened.close()


def test_following_an_empty_change_log_changes_nothing(opened: Store) -> None:
    assert follow_stories(opened, NOW) == frozenset()
    opened.close()

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.follow import follow_stories
from scheduler.launch import Launcher
from scheduler.runs import Runner, abandon_dead
from storage.records import IssueKind, NewSource, Publisher, RunStatus, SourceKind
from storage.store import Store
from tests.apart import PRELOAD

NOW = datetime(2020, 11, 20, 4, 0, tzinfo=UTC)


#: No machine of ours gives out numbers this high.
DEAD = 2**22 - 3


@pytest.fixture
def opened(store: Store) -> Store:
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
    runner = Runner(opened, Launcher(PRELOAD), "tests.scheduler.idling:leave", lambda: datetime.now(UTC))
    run = runner.queue(opened.sources.get("feed"), "crawl")
    ended = asyncio.run(runner.run(run, 0.0, 70))
    assert ended.status is RunStatus.FAILED
    assert ended.reason == "its process ended with exit status 70"
    assert [issue.kind for issue in opened.issues.list(run_id=run.id)] == [IssueKind.CRASH]


def test_runs_of_dead_processes_are_abandoned_and_those_of_living_ones_are_not(opened: Store) -> None:
    source, here = opened.sources.get("feed"), socket.gethostname()
    dead, living, waiting = (opened.runs.queue(source.id, "crawl", datetime.now(UTC)) for _ in range(3))
    opened.runs.start(dead.id, NOW, DEAD, here, "0")
    opened.runs.start(living.id, datetime.now(UTC), os.getpid(), here, "0")
    orphan = opened.runs.queue(source.id, "crawl", NOW, machine=here, pid=DEAD)
    assert {run.id for run in abandon_dead(opened, NOW + timedelta(seconds=5))} == {dead.id, orphan.id}
    assert opened.runs.get(living.id).status is RunStatus.RUNNING
    assert opened.runs.get(waiting.id).status is RunStatus.QUEUED


def test_a_number_that_was_given_to_another_process_does_not_keep_a_run_alive(opened: Store) -> None:
    run = opened.runs.queue(opened.sources.get("feed").id, "crawl", NOW)
    opened.runs.start(run.id, NOW, os.getpid(), socket.gethostname(), "0")  # long before this process began
    assert [each.id for each in abandon_dead(opened, datetime.now(UTC))] == [run.id]


def test_a_run_of_a_machine_that_never_came_back_is_closed_when_no_run_lasts_so_long(opened: Store) -> None:
    source = opened.sources.get("feed").id
    lost, fresh = (opened.runs.queue(source, "crawl", at, machine="gone") for at in (NOW, NOW + timedelta(hours=3)))
    for run in (lost, fresh):
        opened.runs.start(run.id, run.queued_at, 7, "gone", "0")
    waiting = opened.runs.queue(source, "api", NOW)
    assert abandon_dead(opened, NOW + timedelta(hours=4)) == []
    assert [run.id for run in abandon_dead(opened, NOW + timedelta(hours=4), longest_s=3600)] == [lost.id]
    assert opened.runs.get(waiting.id).status is RunStatus.QUEUED


def test_following_an_empty_change_log_changes_nothing(opened: Store) -> None:
    assert follow_stories(opened, NOW) == frozenset()

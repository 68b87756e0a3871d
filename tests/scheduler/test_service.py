"""The service on one machine: what is due is visited, one visit a host, and nothing stops it for good."""

import asyncio
import os
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from scheduler.service import Chore
from storage.errors import DatabaseError
from storage.records import IssueKind, RunStatus, RunWish, Schedule, SourceState
from storage.runs import SCHEDULED
from storage.store import Store
from tests.scheduler.errands import Shop, most_at_once, now, serve_until

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(store=store, url=f"sqlite:///{tmp_path}/data/quxun.db", log=tmp_path / "children.log")


def ended(store: Store) -> list[str]:
    return [run.source_key for run in store.runs.list(limit=1000) if run.finished_at]


def settled(shop: Shop, count: int) -> bool:
    """Whether so many runs have ended, and what follows from them is done."""
    return len(ended(shop.store)) == count and not shop.dispatcher.going


def test_what_is_due_is_visited_once_and_due_again_later(shop: Shop) -> None:
    shop.add("a", "b", "c")
    shop.add("on-demand", every_s=None)
    asyncio.run(serve_until(shop.service(), lambda: settled(shop, 3)))
    runs = shop.store.runs.list()
    assert sorted(run.source_key for run in runs) == ["a", "b", "c"]
    assert {run.requested_by for run in runs} == {SCHEDULED}
    assert {run.status for run in runs} == {RunStatus.SUCCEEDED}
    assert all(run.due_at is not None for run in runs)
    for key in ("a", "b", "c"):
        due_at = shop.store.sources.get(key).next_due_at
        assert due_at is not None
        assert due_at > now() + timedelta(minutes=50)


def test_a_host_is_visited_once_at_a_time_and_hosts_beside_each_other(shop: Shop) -> None:
    shop.seconds = 0.5
    shop.add("a1", "a2", "a3", host="a.example.cn")
    shop.add("b1", "b2", host="b.example.cn")
    asyncio.run(serve_until(shop.service(), lambda: settled(shop, 5)))
    assert most_at_once(shop.said(), "a.example.cn") == 1
    assert most_at_once(shop.said(), "b.example.cn") == 1
    assert most_at_once(shop.said()) == 2


def test_after_a_downtime_no_more_runs_begin_at_once_than_allowed_and_each_source_once(shop: Shop) -> None:
    shop.seconds = 0.2
    shop.add(*[f"s{number}" for number in range(12)])
    asyncio.run(serve_until(shop.service(), lambda: settled(shop, 12)))
    assert most_at_once(shop.said()) <= shop.places
    assert len(set(ended(shop.store))) == 12


def test_who_has_waited_longest_is_visited_first(shop: Shop) -> None:
    added = shop.add("young", "old", "middle", host="one.example.cn")
    for source, minutes in zip(added, (1, 30, 10), strict=True):
        shop.store.sources.reschedule(source.id, now() - timedelta(minutes=minutes), 0)
    asyncio.run(serve_until(shop.service(), lambda: settled(shop, 3)))
    assert ended(shop.store)[::-1] == ["old", "middle", "young"]


def test_what_somebody_asks_for_comes_before_what_is_due(shop: Shop) -> None:
    shop.places = 1
    shop.__post_init__()
    shop.add("due", host="one.example.cn")
    [asked] = shop.add("asked", host="one.example.cn", every_s=None)
    run = shop.store.runs.queue(asked.id, "api", now(), wish=RunWish(full=True))
    asyncio.run(serve_until(shop.service(), lambda: settled(shop, 2)))
    assert ended(shop.store)[::-1] == ["asked", "due"]
    assert shop.store.runs.get(run.id).status is RunStatus.SUCCEEDED


def test_a_paused_source_is_not_visited_until_it_is_resumed(shop: Shop) -> None:
    shop.add("paused", "other")
    shop.store.sources.set_state("paused", SourceState.PAUSED, now())
    asyncio.run(serve_until(shop.service(), lambda: ended(shop.store) == ["other"]))
    shop.store.sources.set_state("paused", SourceState.ACTIVE, now())
    asyncio.run(serve_until(shop.service(), lambda: "paused" in ended(shop.store)))


def test_a_run_that_is_called_off_ends_though_its_process_takes_no_hint(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.runs._WATCH_S", 0.2)
    monkeypatch.setattr("scheduler.launch.GRACE_S", 0.5)
    shop.entry = "hang"
    shop.__post_init__()
    shop.add("hangs")

    async def main() -> None:
        watching = asyncio.create_task(shop.runner.watch())
        canceled = False

        def gone() -> bool:
            nonlocal canceled
            begun = shop.said("begin")
            if begun and not canceled:
                [run] = shop.store.runs.list()
                canceled = shop.store.runs.cancel(run.id, now(), "enough").status is RunStatus.CANCELED
            return canceled and not shop.dispatcher.going and not _lives(int(begun[0].split()[2]))

        await serve_until(shop.service(), gone)
        watching.cancel()

    asyncio.run(main())
    [run] = shop.store.runs.list()
    assert (run.status, run.reason) == (RunStatus.CANCELED, "enough")


def test_a_host_that_somebody_else_visits_is_let_alone_and_its_source_stays_due(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.dispatch.REST_S", 0.2)
    held = True
    shop.free = lambda host: not (held and host == "held")
    shop.add("held", "free")
    service = shop.service()

    async def main() -> None:
        nonlocal held
        stop = asyncio.Event()
        task = asyncio.create_task(service.run(stop))
        while "free" not in ended(shop.store):
            await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        assert ended(shop.store) == ["free"]
        held = False
        while "held" not in ended(shop.store):
            await asyncio.sleep(0.05)
        stop.set()
        await task

    asyncio.run(main())


def test_a_child_that_finds_its_host_busy_leaves_no_run_behind_and_comes_again(shop: Shop) -> None:
    shop.entry = "busy"
    shop.__post_init__()
    shop.add("contended")
    asyncio.run(serve_until(shop.service(), lambda: bool(shop.said("busy")) and not shop.dispatcher.going))
    assert shop.store.runs.list() == []
    assert shop.store.sources.due(now(), ["hand"])
    assert shop.store.issues.list() == []


def test_a_run_that_was_asked_for_waits_while_its_host_is_busy(shop: Shop) -> None:
    shop.entry = "busy"
    shop.__post_init__()
    [source] = shop.add("contended", every_s=None)
    run = shop.store.runs.queue(source.id, "api", now())
    asyncio.run(serve_until(shop.service(), lambda: bool(shop.said("busy")) and not shop.dispatcher.going))
    assert shop.store.runs.get(run.id).status is RunStatus.QUEUED
    assert [each.id for each in shop.store.runs.waiting()] == [run.id]


def test_stopping_ends_the_children_and_their_rows(shop: Shop) -> None:
    shop.seconds = 60.0
    shop.add("long")
    asyncio.run(serve_until(shop.service(), lambda: bool(shop.said("begin"))))
    [run] = shop.store.runs.list()
    assert run.status is RunStatus.DEGRADED
    assert not _lives(int(shop.said("begin")[0].split()[2]))
    assert shop.store.processes.list() == []


def test_a_source_that_is_due_outside_its_hours_waits_for_them(shop: Shop) -> None:
    hour = (now() + timedelta(hours=20)).strftime("%H")
    [source] = shop.add("closed", schedule=Schedule(hours=(f"{hour}:00-{hour}:30",), timezone="UTC"))
    shop.add("open")
    asyncio.run(serve_until(shop.service(), lambda: settled(shop, 1)))
    assert ended(shop.store) == ["open"]
    due_at = shop.store.sources.by_id(source.id).next_due_at
    assert due_at is not None
    assert due_at > now() + timedelta(hours=18)


def test_a_failure_puts_the_next_visit_further_off_but_never_off_for_good(shop: Shop) -> None:
    shop.entry = "nothing-of-that-name"
    shop.__post_init__()
    [source] = shop.add("broken")
    waits = []
    for failures in (1, 2, 3):
        shop.store.sources.reschedule(source.id, now(), failures - 1)
        asyncio.run(serve_until(shop.service(), partial(settled, shop, failures)))
        broken = shop.store.sources.get("broken")
        assert broken.failures == failures
        assert broken.next_due_at is not None
        waits.append(broken.next_due_at - now())
    assert waits[0] < waits[1] < waits[2] < timedelta(days=2)
    assert {issue.kind for issue in shop.store.issues.list()} == {IssueKind.CRASH}


def test_a_database_that_fails_is_said_once_and_survived(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.add("a")
    service = shop.service()
    broken, asked = True, 0
    due = shop.store.sources.due

    def failing(*arguments: object) -> object:
        nonlocal asked
        asked += 1
        if broken:
            raise DatabaseError("sqlite:///x.db", "is locked")
        return due(*arguments)  # type: ignore[arg-type]

    shop.store.sources.due = failing  # type: ignore[method-assign,assignment]

    async def main() -> None:
        nonlocal broken
        stop = asyncio.Event()
        task = asyncio.create_task(service.run(stop))
        while asked < 3:
            await asyncio.sleep(0.05)
        assert "is locked" in shop.troubles.sentence
        broken = False
        while ended(shop.store) != ["a"]:
            await asyncio.sleep(0.05)
        assert shop.troubles.sentence == ""
        stop.set()
        await task

    asyncio.run(main())
    assert len([record for record in caplog.records if record.message == "trouble"]) == 1


def test_nothing_new_begins_while_something_is_in_the_way(shop: Shop) -> None:
    shop.add("a")
    reason = "the disk is full"
    service = shop.service(blocked=lambda: reason)

    async def main() -> None:
        nonlocal reason
        stop = asyncio.Event()
        task = asyncio.create_task(service.run(stop))
        while service.ticked_at is None:
            await asyncio.sleep(0.05)
        assert shop.troubles.sentence == "the disk is full"
        assert shop.store.runs.list() == []
        reason = ""
        while ended(shop.store) != ["a"]:
            await asyncio.sleep(0.05)
        stop.set()
        await task

    asyncio.run(main())


def test_who_does_not_lead_dispatches_nothing_and_does_only_the_chores_of_everybody(shop: Shop) -> None:
    class Follower:
        def leads(self) -> bool:
            return False

        def resign(self) -> None:
            pass

    done: list[str] = []
    shop.add("a")
    chores = [
        Chore(name="leaders", every_s=0.1, do=lambda: done.append("leaders")),
        Chore(name="everybodys", every_s=0.1, do=lambda: done.append("everybodys"), leader_only=False),
    ]
    service = shop.service(leadership=Follower(), chores=chores)
    asyncio.run(serve_until(service, lambda: len(done) >= 3))
    assert set(done) == {"everybodys"}
    assert shop.store.runs.list() == []


def test_a_chore_that_breaks_is_said_and_tried_again(shop: Shop) -> None:
    tries = 0

    def break_twice() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ZeroDivisionError

    service = shop.service(chores=[Chore(name="chore", every_s=0.1, do=break_twice)])
    asyncio.run(serve_until(service, lambda: tries >= 3 and not shop.troubles.sentence))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

"""Ticks that never pile up, never die, and do not believe a clock that was set."""

import asyncio
import time
from collections.abc import Callable

import pytest
from apscheduler.jobstores.base import BaseJobStore

from scheduler import ticking
from scheduler.ticking import SteadyScheduler, Ticking


async def until(met: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    give_up_at = time.monotonic() + 30
    while not met():
        assert time.monotonic() < give_up_at
        await asyncio.sleep(0.01)


def no_jump(by_s: float) -> None:
    pytest.fail(f"no clock was touched, but a jump of {by_s} s was seen")


def test_work_is_done_again_and_again() -> None:
    calls: list[float] = []

    async def main() -> None:
        async def work() -> None:
            calls.append(time.monotonic())

        ticks = Ticking(no_jump)
        ticks.add("work", 0.05, work)
        ticks.start()
        await until(lambda: len(calls) >= 4)
        ticks.stop()

    asyncio.run(main())


def test_work_that_takes_long_never_runs_twice_at_once_and_does_not_pile_up() -> None:
    going, most, done = 0, 0, 0

    async def main() -> None:
        async def work() -> None:
            nonlocal going, most, done
            going += 1
            most = max(most, going)
            await asyncio.sleep(0.2)
            going -= 1
            done += 1

        ticks = Ticking(no_jump)
        ticks.add("work", 0.02, work)
        ticks.start()
        await until(lambda: done >= 3)
        ticks.stop()

    asyncio.run(main())
    assert most == 1


def test_a_loop_that_was_held_up_does_not_lose_a_tick() -> None:
    calls = 0

    async def main() -> None:
        async def work() -> None:
            nonlocal calls
            calls += 1

        ticks = Ticking(no_jump)
        ticks.add("work", 1.0, work)
        ticks.start()
        await until(lambda: calls == 1)
        time.sleep(2.5)  # this is what holds the loop up
        await until(lambda: calls == 2)
        ticks.stop()

    asyncio.run(main())


def test_a_wake_up_that_broke_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """The class it inherits from stops its timer first, and would never be called again."""
    monkeypatch.setattr(ticking, "_REARM_S", 0.05)
    calls, breaks = 0, 0

    async def main() -> None:
        nonlocal breaks

        async def work() -> None:
            nonlocal calls
            calls += 1

        ticks = Ticking(no_jump)
        ticks.add("work", 0.05, work)
        ticks.start()
        await until(lambda: calls >= 1)
        scheduler = ticks._scheduler
        assert isinstance(scheduler, SteadyScheduler)
        store: BaseJobStore = scheduler._jobstores["default"]
        whole = store.get_due_jobs

        def broken(now: object) -> object:
            nonlocal breaks
            breaks += 1
            raise ConnectionError

        store.get_due_jobs = broken
        await until(lambda: breaks >= 2)
        store.get_due_jobs = whole
        before = calls
        await until(lambda: calls > before)
        ticks.stop()

    asyncio.run(main())


@pytest.mark.parametrize("by_s", [-7200.0, 7200.0])
def test_a_clock_that_is_set_is_noticed_and_the_work_goes_on(by_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is set back by two hours would otherwise stop every tick for two hours."""
    monkeypatch.setattr(ticking, "_WATCH_S", 0.05)
    jumps: list[float] = []
    calls = 0
    real = time.time
    offset = 0.0
    monkeypatch.setattr(time, "time", lambda: real() + offset)

    async def main() -> None:
        nonlocal offset

        async def work() -> None:
            nonlocal calls
            calls += 1

        ticks = Ticking(jumps.append)
        ticks.add("work", 3600, work)
        ticks.start()
        await until(lambda: calls == 1)
        await asyncio.sleep(0.1)
        offset = by_s
        await until(lambda: calls == 2)
        ticks.stop()

    asyncio.run(main())
    assert [round(jump, -1) for jump in jumps] == [by_s]

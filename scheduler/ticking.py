"""APScheduler as we use it: jobs in memory that never pile up, never miss their time, and never die silently.

What is due is decided by the table of sources; the jobs here are only the ticks. The wall clock decides when
APScheduler wakes, so a clock that is set back would stop it for as long; `Ticking` notices and begins anew.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

#: How often the clocks are compared, and what they may differ by: a clock that is slewed runs at most 0.05 % wrong.
_WATCH_S = 1.0
_JUMP_S = 5.0
#: A wake-up that broke is tried again after so long.
_REARM_S = 1.0

_log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[None, None, None]]


class SteadyScheduler(AsyncIOScheduler):  # type: ignore[misc] # the library has no types
    """Wakes again after a wake-up that raised; the one it inherits from would sleep for ever."""

    def wakeup(self) -> None:
        try:
            super().wakeup()
        except Exception:  # noqa: BLE001 - the edge of a tick: nobody else would ever call it again
            _log.exception("a wake-up broke, the next one is in %.0f s", _REARM_S)
            self._start_timer(_REARM_S)


class Ticking:
    """Calls work every so many seconds, one call of a work at a time; what it raises must not leave the work."""

    def __init__(self, jumped: Callable[[float], None]) -> None:
        """`jumped` is told by how many seconds the wall clock was set, or the machine had slept (less: set back)."""
        self._scheduler = SteadyScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        self._jumped = jumped
        self._every: dict[str, float] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._watch: asyncio.Task[None] | None = None

    def add(self, name: str, every_s: float, work: Work, *, first_s: float = 0.0) -> None:
        """Have the work done every so often, for the first time after `first_s`."""
        self._every[name] = every_s
        trigger = IntervalTrigger(seconds=every_s, timezone=UTC)
        first = datetime.now(UTC) + timedelta(seconds=first_s)

        async def called() -> None:
            task = asyncio.current_task()
            if self._stopped or task is None:
                return
            self._under_way.add(task)
            try:
                await work()
            except asyncio.CancelledError:  # by `stop`; APScheduler would log it as an error
                return
            finally:
                self._under_way.discard(task)

        self._scheduler.add_job(called, trigger, id=name, name=name, next_run_time=first)

    def start(self) -> None:
        self._scheduler.start()
        self._watch = asyncio.create_task(self._compare_clocks(), name="clock watch")

    def stop(self) -> None:
        """No further call; one that is under way is cancelled, and not waited for."""
        self._stopped = True
        if self._watch is not None:
            self._watch.cancel()
        if self._scheduler.running:
            self._scheduler.pause()  # its shutdown would log every call that has not begun as an error
        for task in self._under_way:
            task.cancel()

    async def _compare_clocks(self) -> None:
        wall, steady = time.time(), time.monotonic()
        while True:
            await asyncio.sleep(_WATCH_S)
            wall_now, steady_now = time.time(), time.monotonic()
            by_s = (wall_now - wall) - (steady_now - steady)
            wall, steady = wall_now, steady_now
            if abs(by_s) >= _JUMP_S:
                self._begin_anew()
                self._jumped(by_s)

    def _begin_anew(self) -> None:
        """Have everything done soon: the next times were told by a clock that was wrong."""
        for name in self._every:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

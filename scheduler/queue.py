"""Dispatch to many machines: errands become jobs of a queue in PostgreSQL, which workers take.

At most one job of a host waits at a time: when it has been taken, the next one is queued within a tick. So the queue
stays short, whatever was asked for last is done next, and a host that is visited by somebody else costs one attempt
now and then, however many of its sources are due.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from scheduler import queue_schema
from scheduler.errands import Errand
from scheduler.jobs import Job, Jobs, Standing
from scheduler.link import Link
from scheduler.takeover import Member, Pace
from scheduler.troubles import Troubles
from storage.records import Run, RunId
from storage.runs import SCHEDULED
from storage.store import Store

#: Jobs that wait: more than the workers take between two ticks. What somebody asked for is queued beyond it.
MOST_WAITING = 1000
_TIDY_S = 10.0


class ProcrastinateDispatcher:
    """Queues what waits and is not queued. It is a member of the queue too: it takes over when no worker does."""

    def __init__(
        self,
        database_url: str,
        store: Store,
        clock: Callable[[], datetime],
        troubles: Troubles,
        pace: Pace | None = None,
    ) -> None:
        self._url, self._store, self._clock, self._pace = database_url, store, clock, pace or Pace()
        self._jobs = Jobs(Link(database_url, "quxun queue"))
        self._member = Member(self._jobs, store, clock, troubles, self._pace)
        self._living: asyncio.Task[None] | None = None
        #: Errands by their name, and when each was last known to be queued or under way.
        self._queued: dict[str, tuple[Errand, float]] = {}
        self._tidied_at = float("-inf")
        #: Open runs that had no job when they were last looked at.
        self._jobless: set[RunId] = set()

    async def open(self) -> None:
        """Join the queue; raises SchemaVersionError if its tables are not those of this code."""
        await asyncio.to_thread(queue_schema.demand_current, self._url)
        await self._member.enter()
        self._living = asyncio.create_task(self._member.live(_all), name="queue member")

    async def dispatch(self, errands: list[Errand]) -> int:
        """Queue those that are not queued, as many as are useful; how many."""
        await self._tidy()
        standing = await self._jobs.standing()
        chosen = self._choose(errands, standing, time.monotonic())
        return await self._jobs.defer(chosen)

    async def close(self) -> None:
        """Leave the queue to the workers and to who leads next."""
        if self._living is not None:
            self._living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._living
            await self._jobs.leave()
        await self._jobs.close()

    def _choose(self, errands: Sequence[Errand], standing: Sequence[Standing], now: float) -> list[Errand]:
        there = {job.name for job in standing}
        full = {job.host for job in standing if job.waits}
        room = MOST_WAITING - len(full)
        self._remember(errands, there, now)
        full |= {errand.host for errand in errands if self._rests(errand, now) and errand.name not in there}
        chosen: list[Errand] = []
        for errand in errands:
            scheduled = errand.run_id is None
            if errand.name in there or self._rests(errand, now):
                continue
            if scheduled and (errand.host in full or len(chosen) >= room):
                continue
            full.add(errand.host)
            self._queued[errand.name] = errand, now
            chosen.append(errand)
        return chosen

    def _remember(self, errands: Sequence[Errand], there: set[str], now: float) -> None:
        """Forget what is not wanted any more, and note what is queued or under way still."""
        wanted = {errand.name: errand for errand in errands}
        self._queued = {name: each for name, each in self._queued.items() if name in wanted}
        self._queued.update({name: (errand, now) for name, errand in wanted.items() if name in there})

    def _rests(self, errand: Errand, now: float) -> bool:
        """Whether it came back a moment ago: its visit could not begin, or it has ended since `errands` were read."""
        before = self._queued.get(errand.name)
        return before is not None and before[0] == errand and now - before[1] < self._pace.rest_s

    async def _tidy(self) -> None:
        now = time.monotonic()
        if now - self._tidied_at >= _TIDY_S:
            await self._jobs.tidy()
            await self._close_jobless()
            self._tidied_at = now

    async def _close_jobless(self) -> None:
        """Close runs whose job is gone, or their sources would never be due again.

        A job is there before its run and until after its end: what is open and has none, twice, has lost it.
        """
        runs = await asyncio.to_thread(self._open_runs)
        doing = {job.name for job in await self._jobs.standing() if not job.waits}
        jobless = {run.id for run in runs if f"source:{run.source_id}" not in doing}
        for run_id in jobless & self._jobless:
            said = "its job is not in the queue any more"
            await asyncio.to_thread(self._store.runs.abandon, run_id, self._clock(), said)
        self._jobless = jobless - self._jobless

    def _open_runs(self) -> list[Run]:
        soon = self._clock() + timedelta(days=1)  # clocks differ
        return [run for run in self._store.runs.begun_before(soon) if run.requested_by == SCHEDULED]


def _all(jobs: Sequence[Job] | None) -> Sequence[Job]:
    """A dispatcher has no visits: what it holds are claims that it did not get to put back."""
    return jobs or ()

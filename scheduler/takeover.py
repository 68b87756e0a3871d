"""Members of the queue: each says that it lives, and takes over what those had in hand that say so no more.

What is taken over is a claim on a job; with it go the rows of the runs that belonged to it. A run that is open and
was due belongs to the job of its source, because a source has one at a time; one that somebody asked for is named in
its job. A run that a person typed belongs to no job, and is never touched here.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.errands import Errand
from scheduler.jobs import Job, Jobs
from scheduler.troubles import Troubles
from storage.errors import NotFound, QuxunError
from storage.intents import IssueSeen
from storage.records import IssueKind, Run, RunStatus
from storage.runs import SCHEDULED, UNFINISHED
from storage.store import Store

#: Runs of a source among which those of its job are looked for: scheduled ones come one after the other.
_RECENT = 50

_log = logging.getLogger("quxun.queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often, in seconds. A member that was silent for `silent_s` has lost what it held."""

    beat_s: float = 2.0
    silent_s: float = 8.0
    sweep_s: float = 3.0
    #: A queue that says nothing is asked so often.
    poll_s: float = 1.0
    #: A host whose visit could not begin is let alone for so long.
    rest_s: float = 2.0
    #: Members that are silent for so long are struck off.
    forget_s: float = 60.0


class Cause(StrEnum):
    """Why a job has no holder any more; the reason of a run that was left open."""

    #: The member that held it is gone.
    LOST = "its worker was lost: another run takes its place"
    #: The visit broke on an error, mostly of the database.
    BROKEN = "the process that made it lost sight of it"
    STOPPED = "its worker was told to stop: another run takes its place"


#: From what this member holds, None if it was struck off and has lost it all, to what of it nobody here has in hand.
InHand = Callable[[Sequence[Job] | None], Sequence[Job]]


class Member:
    """This process among those that share the queue."""

    def __init__(self, jobs: Jobs, store: Store, clock: Callable[[], datetime], troubles: Troubles, pace: Pace) -> None:
        self.jobs, self.pace = jobs, pace
        self._store, self._clock, self._troubles = store, clock, troubles
        #: Since when every beat has got through, when the last one did, and whether the last try did.
        self._steady_since = self._beaten_at = float("-inf")
        self._well = True
        #: Jobs whose runs are being closed right now.
        self._saving: set[int] = set()
        #: Claims on jobs of others.
        self._claimed: set[Job] = set()
        self._turn = asyncio.Lock()

    async def enter(self) -> None:
        """Join, and take over what the dead left; raises DatabaseError."""
        await self.jobs.join()
        self._steady_since = self._beaten_at = time.monotonic()
        await self._take_over()

    async def live(self, in_hand: InHand) -> None:
        """Beat and sweep until cancelled."""
        await asyncio.gather(
            self._again(self.pace.beat_s, "queue", lambda: self._beat(in_hand)),
            self._again(self.pace.sweep_s, "sweep", lambda: self._sweep(in_hand)),
            self._again(self.pace.sweep_s, "hanging", self._end_hanging),
        )

    async def save(self, job: Job, cause: Cause, *, again: bool = True) -> None:
        """Close what a job's last holder left open, and have it done again, or end it: it is due, and comes anew."""
        self._saving.add(job.id)
        try:
            if time.monotonic() - self._beaten_at >= self.pace.silent_s:
                return  # this process slept, and somebody else has saved it by now
            if job.errand is None:
                await self.jobs.fail(job)
            elif await asyncio.to_thread(self._close_open, job.errand, cause) and again:
                await self.jobs.put_back(job)
            else:
                await self.jobs.finish(job)
        finally:
            self._saving.discard(job.id)

    async def _again(self, every_s: float, part: str, work: Callable[[], Awaitable[object]]) -> None:
        """Do it every so often, whatever happens: a member that stops beating loses everything."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await work()
            except QuxunError as error:
                self._troubles.note(part, str(error))
            except Exception:  # noqa: BLE001 - the edge of a beat
                _log.exception("%s broke", part)
            else:
                self._troubles.over(part)

    async def _beat(self, in_hand: InHand) -> list[Job]:
        """Say that this member lives; what it holds and nobody has in hand."""
        async with self._turn:
            self._well = False
            jobs = await self.jobs.beat()
            self._well = True
            now = time.monotonic()
            if now - self._beaten_at >= self.pace.silent_s:
                self._steady_since = now
            self._beaten_at = now
            stray = [job for job in in_hand(jobs) if job.id not in self._saving]
            if jobs is None:
                _log.warning("struck off for silence", extra={"fields": {"member": self.jobs.member_id}})
                await self.jobs.join()
            return stray

    async def _sweep(self, in_hand: InHand) -> None:
        if not self._well:
            return  # the beat says why
        for job in await self._beat(in_hand):
            await self.save(job, Cause.LOST if job in self._claimed else Cause.BROKEN)
        if time.monotonic() - self._steady_since >= self.pace.silent_s:  # after an outage everybody has time to beat
            await self._take_over()

    async def _take_over(self) -> None:
        lost = await self.jobs.claim_stalled(self.pace.silent_s)
        self._claimed = {*lost}  # what cannot be saved now, because the database breaks, is saved with the next sweep
        self._saving |= {job.id for job in lost}
        try:
            for job in lost:
                host = job.errand.host if job.errand else ""
                _log.warning("job taken over", extra={"fields": {"job": job.id, "host": host}})
                await self.save(job, Cause.LOST)
        finally:
            self._saving -= {job.id for job in lost}
        await self.jobs.forget_silent(self.pace.forget_s)

    async def _end_hanging(self) -> None:
        if self._well and await self.jobs.end_hanging(self.pace.silent_s):
            _log.warning("sessions ended that hung in a transaction while others waited for them")

    def _close_open(self, errand: Errand, cause: Cause) -> bool:
        try:
            return close_open(self._store, errand, self._clock(), cause)
        except NotFound:  # the source or the run was removed
            return False


def close_open(store: Store, errand: Errand, now: datetime, cause: Cause) -> bool:
    """Close the runs that an errand's last holder left open; whether its job is to be done again.

    A run that somebody asked for and that had begun is asked for anew instead, so that its own job is done.
    """
    if errand.run_id is not None:
        return _close_asked(store, store.runs.get(errand.run_id), now, cause)
    source = store.sources.by_id(errand.source_id)
    recent = [run for run in store.runs.list(_RECENT, source.key) if run.requested_by == SCHEDULED]
    for run in recent:
        repeated = run is recent[0] and run.due_at == errand.due_at == source.next_due_at
        if run.status in UNFINISHED or repeated:
            _close(store, run, now, cause)
    return True


def _close_asked(store: Store, run: Run, now: datetime, cause: Cause) -> bool:
    match run.status:
        case RunStatus.QUEUED:
            return True
        case RunStatus.RUNNING | RunStatus.ABANDONED:
            broken_off = True
        case RunStatus.DEGRADED | RunStatus.FAILED:  # a child that is orphaned or told to stop has a last word
            broken_off = cause is not Cause.BROKEN
        case _:
            broken_off = False
    if broken_off:
        if store.runs.of_source_waiting(run.source_id, run.wish) is None:  # there is one if this was cut short before
            store.runs.queue(run.source_id, run.requested_by, now, wish=run.wish)
        _close(store, run, now, cause)
    return False


def _close(store: Store, run: Run, now: datetime, cause: Cause) -> None:
    store.runs.abandon(run.id, now, cause)
    if cause is Cause.LOST:
        issue = IssueSeen(kind=IssueKind.TAKEN_OVER, url="", detail=cause, seen_at=now)
        store.record(run.id, store.sources.by_id(run.source_id), (issue,), now)

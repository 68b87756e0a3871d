"""The worker: takes jobs from the queue while it has places, and has each visited as a service on one machine would.

It says every two seconds that it lives, and hears in the same breath which jobs are still its own: one that was
taken over while it could not speak is let go of at once. It is told to stop by an event, and puts back what it has.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import socket
import threading
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime

from scheduler import queue_schema
from scheduler.jobs import Job, Jobs
from scheduler.link import Link
from scheduler.runs import abandon_dead
from scheduler.takeover import Cause, Member, Pace
from scheduler.troubles import Troubles
from scheduler.visitor import Visitor
from storage import migrate
from storage.errors import QuxunError, SchemaVersionError
from storage.hosts import HostLocks
from storage.records import ProcessRole
from storage.store import Store

_SEEN_S = 5.0
#: A connection that tells of new jobs and broke is made anew after so long; meanwhile the queue is asked.
_LISTEN_AGAIN_S = 2.0
#: From the word to stop to the end: a child has eight seconds of it to store what it has.
_LEAVE_S = 9.5

_log = logging.getLogger("quxun.worker")


class Outdated(SchemaVersionError):
    """The database was upgraded while this process was at work; the new version must take its place."""

    exit_code = 3


class Worker:
    """Takes jobs and makes visits, `places` at once."""

    def __init__(
        self,
        database_url: str,
        visitor: Visitor,
        places: int,
        clock: Callable[[], datetime],
        troubles: Troubles,
        code_version: str,
        store: Store,
        *,
        is_free: Callable[[str], bool] | None = None,
        blocked: Callable[[], str] = lambda: "",
        pace: Pace | None = None,
    ) -> None:
        """`is_free` says whether nobody visits a host; the database is asked if it is not given.

        `blocked` says why no run may begin here now, empty if nothing is in the way.
        """
        self._url, self._visitor, self._places, self._clock = database_url, visitor, places, clock
        self._troubles, self._code_version, self._store = troubles, code_version, store
        self._pace = pace or Pace()
        self._jobs = Jobs(Link(database_url, "quxun worker"))
        self._member = Member(self._jobs, store, clock, troubles, self._pace)
        self._hosts = _Hosts(database_url)
        self._is_free, self._blocked = is_free or self._hosts.is_free, blocked
        self._visits: dict[tuple[int, int], asyncio.Task[None]] = {}
        #: Visits whose job was taken over.
        self._lost: set[tuple[int, int]] = set()
        self._wake = asyncio.Event()
        self._outdated: SchemaVersionError | None = None
        self._process_id = 0

    @property
    def going(self) -> int:
        """Visits under way."""
        return len(self._visits)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; raises `Outdated` when the database is newer, after what was under way.

        SchemaVersionError or DatabaseError if it cannot begin.
        """
        await asyncio.to_thread(queue_schema.demand_current, self._url)
        stopping = asyncio.create_task(self._woken_by(stop), name="stop")
        sides: list[asyncio.Task[None]] = []
        try:
            await asyncio.to_thread(_warm_up)
            await self._member.enter()
            await asyncio.to_thread(self._enter)
            sides = [asyncio.create_task(each) for each in self._sides()]
            await self._work(stop)
        finally:
            await self._leave([stopping, *sides])
        if self._outdated is not None:
            raise self._outdated

    # ------------------------------------------------------------------ jobs
    async def _work(self, stop: asyncio.Event) -> None:
        """Take jobs while there are places; once outdated, only see to the end what is under way."""
        while not stop.is_set() and not (self._outdated and not self._visits):
            self._wake.clear()
            if len(self._visits) < self._places and not self._outdated and await self._take():
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._pace.poll_s)

    async def _take(self) -> bool:
        """Begin the next job; False if there is none, or none may begin here."""
        if reason := self._blocked():
            self._troubles.note("runs", reason)
            return False
        self._troubles.over("runs")
        try:
            job = await self._jobs.take()
        except QuxunError as error:
            self._troubles.note("queue", str(error))
            return False
        except Exception:  # noqa: BLE001 - the edge of the queue: the visits under way must not end with it
            _log.exception("taking a job broke")
            return False
        if job is None:
            return False
        name = f"visit {job.errand.host}" if job.errand else "no visit"
        self._visits[job.id, job.attempts] = asyncio.create_task(self._do(job), name=name)
        return True

    async def _do(self, job: Job) -> None:
        key = job.id, job.attempts
        try:
            await self._guarded(job)
        except asyncio.CancelledError:
            if key in self._lost:
                _log.warning("visit given up: its job was taken over", extra={"fields": {"job": job.id}})
            else:
                with contextlib.suppress(QuxunError):
                    await self._member.save(job, Cause.STOPPED)
        finally:
            del self._visits[key]
            self._lost.discard(key)
            self._wake.set()

    async def _guarded(self, job: Job) -> None:
        """Do the job; one that breaks is over, and comes again with the next tick if its source is still due."""
        try:
            await self._done(job)
            self._troubles.over("run")
        except QuxunError as error:
            self._troubles.note("run", str(error))
            await self._break_off(job)
        except Exception:  # noqa: BLE001 - the edge of a run
            _log.exception("the visit of %s broke", job.errand.host if job.errand else job.id)
            await self._break_off(job)

    async def _done(self, job: Job) -> None:
        if job.errand is None:
            await self._jobs.fail(job)
            return
        self._outdated = self._outdated or await self._newer()
        if self._outdated is not None:
            await self._jobs.put_back(job)
            return
        if await asyncio.to_thread(self._is_free, job.errand.host):
            await self._visitor.visit(job.errand)
        await self._jobs.finish(job)

    async def _break_off(self, job: Job) -> None:
        with contextlib.suppress(QuxunError):  # then the job stays held, and the next sweep here finds it
            await self._member.save(job, Cause.BROKEN, again=False)

    async def _newer(self) -> SchemaVersionError | None:
        """Why this code may not go on, None if it may; raises DatabaseError."""
        try:
            await asyncio.to_thread(migrate.demand_current, self._store.database)
            queue_schema.demand_known(self._url, await self._jobs.migrations())
        except SchemaVersionError as error:
            return Outdated(error.url, f"{error.problem}; this worker is at its end")
        return None

    # ------------------------------------------------------------------ membership
    def _in_hand(self, held: Sequence[Job] | None) -> Sequence[Job]:
        """Let go of what is no longer held; what is held without a visit, because an answer was lost on its way."""
        keys = {(job.id, job.attempts) for job in held or ()}
        for key, visit in self._visits.items():
            if key not in keys and key not in self._lost:
                self._lost.add(key)
                visit.cancel()
        return [job for job in held or () if (job.id, job.attempts) not in self._visits]

    def _sides(self) -> list[Coroutine[None, None, None]]:
        """What goes on beside the taking."""
        return [
            self._member.live(self._in_hand),
            self._listen(),
            self._tell(),
        ]

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(QuxunError):  # the beat says what is wrong
                await self._jobs.listen(self._wake.set)
            await asyncio.sleep(_LISTEN_AGAIN_S)

    async def _tell(self) -> None:
        """Say to people that this worker lives, and what became of those before it."""
        while True:
            await asyncio.sleep(_SEEN_S)
            try:
                await asyncio.to_thread(self._say_so)
            except QuxunError as error:
                self._troubles.note("seen", str(error))
            else:
                self._troubles.over("seen")

    def _say_so(self) -> None:
        if self._store.processes.seen(self._process_id, self._clock(), leads=False, runs=self.going):
            self._close_dead()
        else:
            self._enter()

    def _enter(self) -> None:
        machine, pid = socket.gethostname(), os.getpid()
        processes, version = self._store.processes, self._code_version
        self._process_id = processes.enter(ProcessRole.WORKER, machine, pid, version, self._places, self._clock()).id
        self._close_dead()

    def _close_dead(self) -> None:
        """Close the runs of this machine whose process is gone: a worker before this one may have left some."""
        for run in abandon_dead(self._store, self._clock()):
            _log.warning("run abandoned", extra={"fields": {"run": run.id, "source": run.source_key}})

    async def _woken_by(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _leave(self, sides: Sequence[asyncio.Task[None]]) -> None:
        """Have the children end and put their jobs back; the beats go on until that is done."""
        for visit in self._visits.values():
            if not visit.cancelling():  # twice would be rude to what it is cleaning up
                visit.cancel()
        if self._visits:
            await asyncio.wait(list(self._visits.values()), timeout=_LEAVE_S)
        for side in sides:
            side.cancel()
        await asyncio.gather(*sides, return_exceptions=True)
        with contextlib.suppress(QuxunError):
            await asyncio.to_thread(self._store.processes.leave, self._process_id)
        await self._jobs.leave()
        await self._jobs.close()
        await asyncio.to_thread(self._hosts.close)


def _warm_up() -> None:
    """Start a child that does nothing: the first one waits for the imports of the fork server, and the beat with it."""
    child = multiprocessing.get_context("forkserver").Process(target=int)
    child.start()
    child.join()


class _Hosts:
    """Asks the database whether somebody visits a host, over a session that is made anew when it is lost."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._locks: HostLocks | None = None
        self._turn = threading.Lock()

    def is_free(self, host: str) -> bool:
        """Whether nobody has the host; raises DatabaseError."""
        with self._turn:
            try:
                return self._asked(host)
            except QuxunError:  # the session was lost since it was last used, which says nothing of now
                self._forget()
                return self._asked(host)

    def close(self) -> None:
        with self._turn:
            self._forget()

    def _asked(self, host: str) -> bool:
        if self._locks is None:
            self._locks = HostLocks(self._url)
        free = self._locks.acquire(host)
        if free:
            self._locks.release(host)
        return free

    def _forget(self) -> None:
        if self._locks is not None:
            self._locks.close()
            self._locks = None

"""The service: tick → what is due → dispatch; and now and then what keeps an installation in order.

It decides what is to be visited and when (`tick`), never how: a Dispatcher has it done. Every edge catches what a
person must know of, says it once, and goes on: a database that is locked, gone or full today is back tomorrow.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scheduler.errands import Dispatcher, Errand
from scheduler.runs import abandon_dead
from scheduler.ticking import Ticking, Work
from scheduler.troubles import Troubles
from storage.errors import DatabaseError, QuxunError, SchemaVersionError
from storage.records import ProcessRole, Run
from storage.store import Store

TICK_S = 1.0
_SEEN_S = 5.0
_SWEEP_S = 10.0
#: A process that was not heard of for so long is taken off the list.
_SILENT = timedelta(minutes=2)

_log = logging.getLogger("quxun.service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something that is done now and then, in a thread."""

    name: str
    every_s: float
    do: Callable[[], None]
    #: Only by the scheduler that leads.
    leader_only: bool = True
    #: When it is done for the first time.
    first_s: float = 2.0


class Leadership(Protocol):
    """Who of several schedulers dispatches."""

    def leads(self) -> bool:
        """Whether this one does, from now until it is asked again; may wait for the database."""

    def resign(self) -> None:
        """Let another one lead."""


class Alone:
    """The only scheduler there can be."""

    def leads(self) -> bool:
        return True

    def resign(self) -> None:
        """Nobody else would take over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """As what the service is listed, and how much it takes at once (0: it only schedules)."""

    code_version: str
    places: int
    #: Seconds that a run may last; 0: no bound.
    run_limit_s: float = 0.0


class Service:
    """The scheduler of an installation. `run` returns when it is told to stop."""

    def __init__(
        self,
        store: Store,
        dispatcher: Dispatcher,
        host_of: Callable[[str], str],
        clock: Callable[[], datetime],
        troubles: Troubles,
        post: Post,
        *,
        declared_by: Sequence[str],
        leadership: Leadership | None = None,
        chores: Sequence[Chore] = (),
        blocked: Callable[[], str] = lambda: "",
        going: Callable[[], int] = lambda: 0,
    ) -> None:
        """`declared_by` says whose sources it visits; `host_of` a URL; `going` counts the runs made here.

        `blocked` says why no run may begin now, empty if nothing is in the way.
        """
        self._store, self._dispatcher, self._host_of, self._clock = store, dispatcher, host_of, clock
        self._troubles, self._post, self._chores = troubles, post, tuple(chores)
        self._declared_by = tuple(declared_by)
        self._leadership = leadership or Alone()
        self._blocked, self._going = blocked, going
        self._ticking = Ticking(self._clock_jumped)
        self._process_id = 0
        self._leads = False
        self._again = asyncio.Event()
        #: When the last tick got through; None before the first.
        self.ticked_at: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until told to stop, then have everything that goes on here end."""
        await self._dispatcher.open()
        await asyncio.to_thread(self._enter)
        self._ticking.add("tick", TICK_S, self._ticked)
        self._ticking.add("seen", _SEEN_S, self._guarded("seen", self._seen))
        self._ticking.add("sweep", _SWEEP_S, self._guarded("sweep", self._sweep))
        for chore in self._chores:
            work = self._guarded(chore.name, self._chore(chore))
            self._ticking.add(chore.name, chore.every_s, work, first_s=chore.first_s)
        self._ticking.start()
        hurrying = asyncio.create_task(self._hurry(), name="hurry")
        try:
            await stop.wait()
        finally:
            self._ticking.stop()
            hurrying.cancel()
            await self._dispatcher.close()
            await asyncio.to_thread(self._leave)

    def hurry(self) -> None:
        """Tick at once: a place got free, or somebody asked for a run."""
        self._again.set()

    # ------------------------------------------------------------------ the tick
    async def tick(self) -> int:
        """Have dispatched what waits; how much was taken."""
        if not self._leads:
            return 0
        reason = self._blocked()
        if reason:
            self._troubles.note("runs", reason)
            return 0
        self._troubles.over("runs")
        return await self._dispatcher.dispatch(await asyncio.to_thread(self._errands))

    def _errands(self) -> list[Errand]:
        """What somebody asked for, the oldest first; then what is due, the latest first."""
        asked = [self._asked(run) for run in self._store.runs.waiting()]
        due = [
            Errand(source_id=each.source_id, host=self._host_of(each.url), due_at=each.due_at)
            for each in self._store.sources.due(self._clock(), self._declared_by)
        ]
        return asked + due

    def _asked(self, run: Run) -> Errand:
        url = run.wish.urls[0] if run.wish.urls else self._store.sources.by_id(run.source_id).url
        return Errand(source_id=run.source_id, host=self._host_of(url), due_at=run.queued_at, run_id=run.id)

    async def _ticked(self) -> None:
        await self._guarded("tick", self._tick_once)()

    async def _tick_once(self) -> None:
        self._leads = await asyncio.to_thread(self._leadership.leads)
        await self.tick()
        self.ticked_at = self._clock()

    async def _hurry(self) -> None:
        """Tick between two ticks when something asks for it, at most twenty times a second."""
        while True:
            await self._again.wait()
            self._again.clear()
            await self._guarded("tick", self._hurried)()
            await asyncio.sleep(0.05)

    async def _hurried(self) -> None:
        await self.tick()

    # ------------------------------------------------------------------ now and then
    def _guarded(self, part: str, work: Work) -> Work:
        """The work with its errors turned into troubles, which are said once and shown."""

        async def guarded() -> None:
            try:
                await work()
            except QuxunError as error:
                self._troubles.note(part, str(error))
            except Exception as error:  # noqa: BLE001 - the edge of a tick
                _log.exception("%s broke", part)
                self._troubles.note(part, f"{part} broke: {type(error).__name__}, see the log")
            else:
                self._troubles.over(part)

        return guarded

    def _chore(self, chore: Chore) -> Work:
        async def work() -> None:
            if self._leads or not chore.leader_only:
                await asyncio.to_thread(chore.do)

        return work

    async def _seen(self) -> None:
        await asyncio.to_thread(self._say_so)

    def _say_so(self) -> None:
        alive = self._store.processes.seen(self._process_id, self._clock(), leads=self._leads, runs=self._going())
        if not alive:
            self._enter()
        self._store.processes.forget_silent(self._clock() - _SILENT)

    async def _sweep(self) -> None:
        await asyncio.to_thread(self._close_dead)

    def _close_dead(self) -> None:
        for run in abandon_dead(self._store, self._clock(), self._post.run_limit_s):
            _log.warning("run abandoned", extra={"fields": {"run": run.id, "source": run.source_key}})

    def _enter(self) -> None:
        entered = self._store.processes.enter(
            ProcessRole.SCHEDULER,
            socket.gethostname(),
            os.getpid(),
            self._post.code_version,
            self._post.places,
            self._clock(),
        )
        self._process_id = entered.id
        self._store.sources.pull_in(self._clock())
        self._close_dead()

    def _leave(self) -> None:
        with contextlib.suppress(DatabaseError, SchemaVersionError):
            self._store.processes.leave(self._process_id)
        self._leadership.resign()

    def _clock_jumped(self, by_s: float) -> None:
        word = "forward" if by_s > 0 else "back"
        said = f"the clock went {word} by {timedelta(seconds=round(abs(by_s)))}: it was set, or the machine slept"
        _log.warning("clock jumped", extra={"fields": {"by_s": round(by_s), "said": said}})
        if by_s < 0:
            self._moving = asyncio.get_running_loop().create_task(self._guarded("clock", self._moved_back(by_s))())

    def _moved_back(self, by_s: float) -> Work:
        async def work() -> None:
            await asyncio.to_thread(self._store.sources.shift, by_s)

        return work

"""Have a source visited: one row in `runs`, one child process, and a row that says how it ended, whatever happened."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from scheduler.launch import Ending, Launcher
from storage.intents import IssueSeen
from storage.records import IssueKind, Run, RunStatus, Source
from storage.store import Store

#: A run that is still queued after this was queued by a process that died.
_STARTS_WITHIN = timedelta(minutes=1)
_UNFINISHED = (RunStatus.QUEUED, RunStatus.RUNNING)


class Runner:
    """Runs sources through a Launcher, by the name of the child's entry."""

    def __init__(self, store: Store, launcher: Launcher, entry: str, clock: Callable[[], datetime]) -> None:
        self._store, self._launcher, self._entry, self._clock = store, launcher, entry, clock

    def queue(self, source: Source, requested_by: str) -> Run:
        """A row for a run that is about to be started."""
        return self._store.runs.queue(source.id, requested_by, self._clock())

    async def run(self, run: Run, limit_s: float, *arguments: Any) -> Run:
        """Start the run's child with the arguments and wait; the row as it is at the end.

        Who cancels it has the child asked to end first, and the row closed.
        """
        child = self._launcher.start(self._entry, *arguments, want_result=True)
        try:
            ending = await child.wait(limit_s)
        except asyncio.CancelledError:
            await child.stop()
            self._settle(run, await child.wait())
            raise
        return self._settle(run, ending)

    def _settle(self, run: Run, ending: Ending) -> Run:
        """The row as its child left it, closed if the child could not."""
        ended = self._store.runs.get(run.id)
        if ended.status not in _UNFINISHED:
            return ended
        reason = ending.sentence or str(ending.result or "its process ended without saying how")
        crash = IssueSeen(kind=IssueKind.CRASH, url="", detail=reason, seen_at=self._clock())
        self._store.record(run.id, self._store.sources.by_id(run.source_id), (crash,), self._clock())
        return self._store.runs.finish(run.id, RunStatus.FAILED, self._clock(), ended.counters, reason, ended.log_tail)


def abandon_dead(store: Store, now: datetime) -> list[Run]:
    """Close the rows of this machine's runs whose process is gone: they were killed before they could."""
    machine = socket.gethostname()
    return [
        store.runs.abandon(run.id, now, "its process was killed or the machine stopped")
        for run in store.runs.unfinished(machine)
        if not (_alive(run.pid) if run.pid else now - run.queued_at < _STARTS_WITHIN)
    ]


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True

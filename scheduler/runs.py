"""Have a source visited: one row in `runs`, one child process, and a row that says how it ended, whatever happened."""

import asyncio
import contextlib
import os
import signal
import socket
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scheduler.launch import Child, Ending, Launcher
from storage.errors import QuxunError
from storage.intents import IssueSeen
from storage.records import IssueKind, Run, RunId, RunStatus, Source
from storage.runs import UNFINISHED
from storage.store import Store

#: Exit status of a child that found its host busy and had no patience (EX_TEMPFAIL of sysexits.h).
BUSY = 75
#: How often closed rows are looked for.
_WATCH_S = 3.0
#: A child whose run was closed ends by itself within a second; else it is asked in this round of the watch, and killed.
_ASKED_IN_ROUND, _KILLED_IN_ROUND = 2, 5
#: Added to twice the time that a run may last before it is taken for forgotten.
_FORGOTTEN = timedelta(hours=1)
#: The kernel tells when it booted to the second, and the clock may have been set since.
_CLOCK_ERROR_S = 60.0


class Runner:
    """Runs sources through a Launcher, by the name of the child's entry."""

    def __init__(self, store: Store, launcher: Launcher, entry: str, clock: Callable[[], datetime]) -> None:
        self._store, self._launcher, self._entry, self._clock = store, launcher, entry, clock
        self._going: dict[RunId, Child] = {}

    def queue(self, source: Source, requested_by: str) -> Run:
        """A row for a run that this process is about to start."""
        return self._store.runs.queue(
            source.id, requested_by, self._clock(), machine=socket.gethostname(), pid=os.getpid()
        )

    async def run(self, run: Run, limit_s: float, *arguments: Any) -> Run:
        """Start the run's child with the arguments and wait; the row as it is at the end.

        It is still queued if the host was busy and the order had no patience. Who cancels the task has the child
        asked to end first, and the row closed.
        """
        try:
            child = self._launcher.start(self._entry, *arguments, want_result=True)
        except (OSError, EOFError) as error:  # nothing is left to make a process of, or the fork server just died
            raise QuxunError(f"no process can be started for a run: {error}") from error
        self._going[run.id] = child
        try:
            ending = await child.wait(limit_s)
        except asyncio.CancelledError:
            await child.stop()
            await asyncio.to_thread(self._settle, run, await child.wait(), told=True)
            raise
        finally:
            del self._going[run.id]
        return await asyncio.to_thread(self._settle, run, ending)

    async def watch(self) -> None:
        """Until cancelled: end children of closed runs that do not end by themselves, close runs without a child."""
        rounds: Counter[RunId] = Counter()
        childless: set[RunId] = set()
        while True:
            await asyncio.sleep(_WATCH_S)
            with contextlib.suppress(QuxunError):
                closed = await asyncio.to_thread(self._store.runs.closed, list(self._going))
                rounds = Counter({run_id: rounds[run_id] + 1 for run_id in closed & self._going.keys()})
                for run_id, seen in rounds.items():
                    if seen >= _KILLED_IN_ROUND:
                        self._going[run_id].kill()
                    elif seen >= _ASKED_IN_ROUND:
                        self._going[run_id].terminate()
                childless = await asyncio.to_thread(self._close_childless, childless)

    def _close_childless(self, before: set[RunId]) -> set[RunId]:
        """Close what this process has queued and does not make any more; not what was seen for the first time."""
        mine = [run.id for run in self._store.runs.unfinished(socket.gethostname()) if run.pid == os.getpid()]
        childless = set(mine) - self._going.keys()
        for run_id in childless & before:
            self._store.runs.abandon(run_id, self._clock(), "its process could not be started, or not be asked")
        return childless

    def _settle(self, run: Run, ending: Ending, *, told: bool = False) -> Run:
        """The row as its child left it, closed if the child could not; `told`: the child was told to end."""
        ended = self._store.runs.get(run.id)
        if ended.status not in UNFINISHED or (ended.status is RunStatus.QUEUED and ending.code == BUSY):
            return ended
        if told and ended.status is RunStatus.QUEUED and not ended.machine:
            return ended  # somebody asked the service for it: the next one makes it
        if told and ending.code == -signal.SIGTERM:
            return self._store.runs.cancel(run.id, self._clock(), "it was told to stop before it had begun")
        if ending.unseen:
            return self._store.runs.abandon(run.id, self._clock(), ending.sentence)
        reason = ending.sentence or str(ending.result or "its process ended without saying how")
        crash = IssueSeen(kind=IssueKind.CRASH, url="", detail=reason, seen_at=self._clock())
        self._store.record(run.id, self._store.sources.by_id(run.source_id), (crash,), self._clock())
        return self._store.runs.finish(run.id, RunStatus.FAILED, self._clock(), ended.counters, reason, ended.log_tail)


def abandon_dead(store: Store, now: datetime, longest_s: float = 0.0) -> list[Run]:
    """Close the rows of this machine's runs whose process is gone: they were killed before they could.

    A run may last `longest_s` (0: no bound). One of whatever machine that is open for much longer is closed too: a
    container that was killed never comes back under its name.
    """
    dead = [
        store.runs.abandon(run.id, now, "its process was killed or the machine stopped")
        for run in store.runs.unfinished(socket.gethostname())
        if not lives(run.pid, run.started_at or run.queued_at)
    ]
    if longest_s:
        forgotten = store.runs.begun_before(now - 2 * timedelta(seconds=longest_s) - _FORGOTTEN)
        dead += [store.runs.abandon(run.id, now, "it is open for longer than a run may last") for run in forgotten]
    return dead


def lives(pid: int, since: datetime) -> bool:
    """Whether the process that was alive then is still: a number is given to another one in time."""
    if pid <= 0:
        return False
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    began_at = _began_at(pid)
    return began_at is None or began_at <= since.timestamp() + _CLOCK_ERROR_S


def _began_at(pid: int) -> float | None:
    """When a process began, in seconds since the epoch; None where that cannot be told. A dead one never did."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        booted = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime "))
    except (OSError, StopIteration):
        return None
    fields = stat.rpartition(")")[2].split()
    if fields[0] in ("Z", "X"):
        return float("inf")
    return int(booted.split()[1]) + int(fields[19]) / os.sysconf("SC_CLK_TCK")

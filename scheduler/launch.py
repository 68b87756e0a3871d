"""Start work in child processes and end it for certain: time limit, cancel, and no child left behind.

A run is a process so that a hang, a crash or a leak in one of thousands of sites ends one run and not
the service. Children come from a fork server that has everything imported but the reactor; what they
run is handed over by name, so that this package knows nothing of the crawler.
"""

import asyncio
import contextlib
import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

#: Between asking a child to end and killing it.
GRACE_S = 8.0
#: `Process.exitcode` when the fork server died before it could tell (multiprocessing.popen_forkserver).
_UNKNOWN = 255
#: How often a process is looked for that nobody tells of.
_LOOK_S = 0.1
#: Granted beyond a run's own limit, which it keeps itself if it can.
_OVERTIME_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a child ended."""

    #: As `Process.exitcode`: negative for a signal.
    code: int
    #: Killed because its time was up.
    overdue: bool
    #: What its function returned, if it was asked for a result and returned; else None.
    result: object = None
    #: The fork server died first, and nobody saw how the child ended.
    unseen: bool = False

    @property
    def sentence(self) -> str:
        """Why it did not end by itself, empty if it did."""
        if self.overdue:
            return "its process was killed: it took longer than it may"
        if self.unseen:
            return "its process ended, and so did the one that could have said how"
        if self.code < 0:
            return f"its process was ended by signal {signal.Signals(-self.code).name}"
        return f"its process ended with exit status {self.code}" if self.code else ""


class Child:
    """A process at work."""

    def __init__(self, process: ForkServerProcess, results: Connection | None) -> None:
        self._process = process
        self._results = results

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    async def wait(self, limit_s: float = 0.0) -> Ending:
        """Its ending; past `limit_s` (0: no limit) it is asked to end, then killed with all it started."""
        overdue = False
        result = None
        try:
            result = await asyncio.wait_for(self._ended(), limit_s + _OVERTIME_S if limit_s else None)
        except TimeoutError:
            overdue = True
            await self.stop()
        self._process.join()
        code = self._process.exitcode or 0
        return Ending(code=code, overdue=overdue, result=result, unseen=code == _UNKNOWN and result is None)

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Ask it to end and store what it has; kill its whole group if it does not within the grace."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone(), grace_s)
            return
        self.kill()
        await self._gone()

    def terminate(self) -> None:
        """Ask it to end, without waiting; who waits for it kills it when its time is up."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and everything it started, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._signal(signal.SIGKILL)

    async def _ended(self) -> object:
        """Wait until it is gone; what it sent before is its result (read at once, or a full pipe would stop it)."""
        result: object = None
        if self._results is not None:
            await _readable(self._results.fileno())
            with contextlib.suppress(EOFError):
                result = self._results.recv()
        await self._gone()
        return result

    async def _gone(self) -> None:
        """Wait until it is gone; if the fork server died, which alone is told, by looking."""
        await _readable(self._process.sentinel)
        while self._process.exitcode == _UNKNOWN and self._alive():
            await asyncio.sleep(_LOOK_S)

    def _alive(self) -> bool:
        """Whether there is such a process; not one that has ended and that nobody has waited for yet."""
        with contextlib.suppress(PermissionError):
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                return False
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            return True  # where there is no such folder
        return stat.rpartition(")")[2].split()[0] not in ("Z", "X")

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


class Launcher:
    """Starts children; one a process, as a fork server is."""

    def __init__(self, preload: Sequence[str] = ()) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["scheduler.steadfast", *preload])

    def warm_up(self) -> None:
        """Have the fork server begin to import what it preloads, while the caller does something else."""
        forkserver.ensure_running()

    def start(self, entry: str, *arguments: Any, want_result: bool = False) -> Child:
        """Start `package.module:function` with the arguments in a child of its own."""
        ours, theirs = self._context.Pipe(duplex=False) if want_result else (None, None)
        process = self._context.Process(target=_enter, args=(entry, arguments, theirs), daemon=False)
        process.start()
        if theirs is not None:
            theirs.close()
        return Child(process, ours)


def _enter(entry: str, arguments: tuple[Any, ...], results: Connection | None) -> None:
    """The first thing a child runs."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the fork server ignores it, and that is inherited
    module, _, name = entry.partition(":")
    function: Callable[..., object] = getattr(importlib.import_module(module), name)
    result = function(*arguments)
    if results is not None:
        results.send(result)
        results.close()


async def _readable(descriptor: int) -> None:
    """Wait until a file descriptor can be read, or its other end is closed."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        loop.remove_reader(descriptor)
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(descriptor, wake)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)

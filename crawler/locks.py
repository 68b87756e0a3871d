"""One visitor at a time for each host: lock files that die with the process that holds them.

A run holds the lock of its source's host from its first request to its end. Beside the lock stands the
time of the last visit, so that the delay also holds between two runs. Where several machines crawl, a lock that
they share is taken too.
"""

import fcntl
import os
import re
import time
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from storage.errors import HostBusy

_UNSAFE = re.compile(r"[^0-9A-Za-z.\-]")


class SharedLocks(Protocol):
    """Locks that several machines share, as `storage.hosts.HostLocks`."""

    def acquire(self, host: str) -> bool:
        """Take the host if nobody else has it, and say whether it is now held. Never waits."""

    def release(self, host: str) -> None:
        """Let go of a host."""

    def demand(self) -> None:
        """Raise DatabaseError unless everything that was taken is still held."""


class HostLock:
    """The lock of one host; `acquire` never blocks, `wait` does."""

    def __init__(self, folder: Path, host: str, shared: SharedLocks | None = None) -> None:
        self.host = host
        self._shared = shared
        name = _UNSAFE.sub("_", host) or "_"
        self._path = folder / f"{name}.lock"
        self._visited = folder / f"{name}.visited"
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is now held."""
        if self._descriptor is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        try:
            if self._shared is None or self._shared.acquire(self.host):
                self._descriptor, descriptor = descriptor, -1
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return self._descriptor is not None

    def wait(self, patience_s: float, poll_s: float = 0.05) -> Self:
        """Take the lock, waiting for it; `HostBusy` after `patience_s`."""
        deadline = time.monotonic() + patience_s
        while not self.acquire():
            if time.monotonic() >= deadline:
                raise HostBusy(self.host, patience_s)
            time.sleep(poll_s)
        return self

    def release(self) -> None:
        if self._descriptor is not None:
            if self._shared is not None:
                self._shared.release(self.host)
            os.close(self._descriptor)  # closing lets go of a flock
            self._descriptor = None

    def visited(self) -> None:
        """Note that a request to the host has just ended."""
        now = time.time()  # a file system's own clock may lag by some milliseconds, and the delay be as much too short
        self._visited.touch()
        os.utime(self._visited, (now, now))

    def since_visit_s(self, now: float) -> float:
        """Seconds since the last request of anybody; infinite if none is known. `now` as from `time.time`."""
        try:
            return max(0.0, now - self._visited.stat().st_mtime)
        except FileNotFoundError:
            return float("inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

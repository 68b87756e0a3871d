"""What befalls a service that runs for months, in minutes: kills, stops and locks at random moments of a seed.

`Keeper` starts the service again when it dies, as an init system does; it is all that stands between the service
and its end.
"""

import contextlib
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import psutil

from tests.flow.service import Service

#: As `RestartSec` of a unit; the children of the service that died are left to themselves.
_RESTART_S = 0.5
_LOOK_S = 0.1


class Blow(StrEnum):
    """What can befall it."""

    KILL_SERVICE = "kill the service"
    KILL_FORK_SERVER = "kill the fork server"
    KILL_RUN = "kill a run"
    KILL_ALL = "kill everything"
    STOP_RUN = "stop a run for a while"
    STOP_SERVICE = "stop the service for a while"
    LOCK = "lock the database"


#: How often each kind is dealt, in proportion.
_OFTEN = {
    Blow.KILL_SERVICE: 4,
    Blow.KILL_FORK_SERVER: 2,
    Blow.KILL_RUN: 4,
    Blow.KILL_ALL: 2,
    Blow.STOP_RUN: 2,
    Blow.STOP_SERVICE: 1,
    Blow.LOCK: 1,
}
_ON_SERVICE = (Blow.KILL_SERVICE, Blow.KILL_ALL, Blow.STOP_SERVICE)


class Keeper:
    """Keeps a service running from `start` to `stop`."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        #: How often the service was started.
        self.lives = 0

    def start(self) -> None:
        self._over.clear()
        self.service.start()
        self.lives += 1
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Tell the service to end; its exit status."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        return self.service.stop() if self.service.lives else self.service.ended()

    def _keep(self) -> None:
        while not self._over.wait(_LOOK_S):
            if not self.service.lives and not self._over.wait(_RESTART_S):
                self.service.launch()
                self.lives += 1


class Hardship:
    """Deals blows to a service, one at a time; the same seed deals the same kinds in the same order."""

    def __init__(self, service: Service, database: Path | None, seed: int) -> None:
        """`database`: the SQLite file that may be locked, if it is one."""
        self._service, self._database, self._rng = service, database, random.Random(seed)
        #: What was dealt, and how often.
        self.dealt: Counter[str] = Counter()
        self._later: list[threading.Thread] = []

    def strike(self, *, spare_service: bool = False) -> str:
        """Deal one blow of any kind and say which; empty if what it was aimed at was not there."""
        blows = {blow: often for blow, often in _OFTEN.items() if not (spare_service and blow in _ON_SERVICE)}
        [blow] = self._rng.choices(list(blows), list(blows.values()))
        return blow.value if self.deal(blow) else ""

    def deal(self, blow: Blow) -> bool:
        """Deal that blow; False if what it is aimed at is not there. Some last for seconds."""
        acts: dict[Blow, Callable[[], bool]] = {
            Blow.KILL_SERVICE: self._kill_service,
            Blow.KILL_FORK_SERVER: self._kill_fork_server,
            Blow.KILL_RUN: self._kill_run,
            Blow.KILL_ALL: self._kill_everything,
            Blow.STOP_RUN: self._stop_run,
            Blow.STOP_SERVICE: self._stop_service,
            Blow.LOCK: self._lock,
        }
        dealt = acts[blow]()
        self.dealt[blow.value] += dealt
        return dealt

    def wait(self) -> None:
        """Until no blow lasts any more."""
        for each in self._later:
            each.join()

    # ------------------------------------------------------------------ the blows
    def _kill_service(self) -> bool:
        return _send(signal.SIGKILL, self._service.pid)

    def _kill_fork_server(self) -> bool:
        forking = self._service.fork_server()
        return forking is not None and _send(signal.SIGKILL, forking.pid)

    def _kill_run(self) -> bool:
        run = self._some_run()
        return run is not None and _send(signal.SIGKILL, run.pid)

    def _kill_everything(self) -> bool:
        killed = [_send(signal.SIGKILL, each.pid) for each in self._service.processes()]
        return any(killed)

    def _stop_run(self) -> bool:
        run = self._some_run()
        return run is not None and self._stop(run.pid)

    def _stop_service(self) -> bool:
        return self._stop(self._service.pid)

    def _stop(self, pid: int) -> bool:
        if not _send(signal.SIGSTOP, pid):
            return False
        self._afterwards(self._rng.uniform(1.0, 8.0), lambda: _send(signal.SIGCONT, pid))
        return True

    def _lock(self) -> bool:
        if self._database is None:
            return False
        locked = sqlite3.connect(self._database, isolation_level=None, timeout=5.0, check_same_thread=False)
        with contextlib.suppress(sqlite3.OperationalError):  # somebody else has just locked it
            locked.execute("BEGIN IMMEDIATE")
            self._afterwards(10.0, locked.close)
            return True
        locked.close()
        return False

    def _some_run(self) -> psutil.Process | None:
        runs = self._service.runs()
        return self._rng.choice(runs) if runs else None

    def _afterwards(self, seconds: float, act: Callable[[], object]) -> None:
        def later() -> None:
            time.sleep(seconds)
            act()

        thread = threading.Thread(target=later, name="afterwards")
        thread.start()
        self._later = [each for each in self._later if each.is_alive()] + [thread]


@contextmanager
def memory_of(pid: Callable[[], int | None]) -> Iterator[dict[int, list[float]]]:
    """Sample the resident memory of a process, in MB, once a second: by its number, as long as the context lasts."""
    samples: dict[int, list[float]] = {}
    over = threading.Event()

    def sample() -> None:
        while not over.wait(1.0):
            number = pid()
            with contextlib.suppress(psutil.Error):
                if number is not None:
                    samples.setdefault(number, []).append(psutil.Process(number).memory_info().rss / 1e6)

    thread = threading.Thread(target=sample, name="memory", daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def _send(number: signal.Signals, pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False

"""Workers and schedulers as processes of their own, and children that write down when they were at which host.

python -m tests.scheduler.machines worker|scheduler URL LOG SECONDS PACE
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any, Self

import psutil

from scheduler.launch import Launcher
from scheduler.leader import PostgresLeadership
from scheduler.queue import ProcrastinateDispatcher
from scheduler.runs import Runner
from scheduler.service import Post, Service
from scheduler.takeover import Pace
from scheduler.troubles import Troubles
from scheduler.visitor import Visitor
from scheduler.work import Worker
from storage.errors import QuxunError
from storage.hosts import HostLocks
from storage.records import Counters, NewSource, Publisher, Run, RunId, RunStatus, Source, SourceKind
from storage.store import Store
from tests.docs.markdown import ROOT
from tests.scheduler.errands import host_of, now

#: As in production, a few times faster.
FAST = Pace(beat_s=0.3, silent_s=2.5, sweep_s=0.5, poll_s=0.3, rest_s=0.5, forget_s=6.0)
#: How often a child writes that it is at its host.
_STEP_S = 0.05


# ------------------------------------------------------------------ the child of a visit
def visit(url: str, run_id: RunId, log: Path, seconds: float, host: str) -> None:
    """Be at the host for some time, as a run is: with its lock, a row that is looked at, and an eye on the parent."""
    os.setsid()
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    threading.Thread(target=_watch_parent, args=(told,), daemon=True).start()
    locks = HostLocks(url)
    if not locks.acquire(host):
        _say(log, host, "busy")
        raise SystemExit(75)
    with Store.open(url, create=False) as store:
        store.runs.start(run_id, datetime.now(UTC), os.getpid(), socket.gethostname(), "0")
        status = _stay(store, run_id, log, seconds, host, told)
        store.runs.finish(run_id, status, datetime.now(UTC), Counters(new=1), "", "")
    locks.close()


def _stay(store: Store, run_id: RunId, log: Path, seconds: float, host: str, told: threading.Event) -> RunStatus:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _say(log, host, str(run_id))
        if told.wait(_STEP_S) or not store.runs.progress(run_id, Counters()):
            return RunStatus.DEGRADED
    return RunStatus.SUCCEEDED


def _watch_parent(told: threading.Event) -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    told.set()
    time.sleep(0.7)
    os._exit(75)


def _say(log: Path, *words: str) -> None:
    with log.open("a") as file:
        file.write(f"{time.monotonic()} {os.getpid()} {' '.join(words)}\n")
        file.flush()


# ------------------------------------------------------------------ what the children wrote
@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A child at a host, from its first to its last word."""

    host: str
    pid: int
    begin: float
    end: float


def stays(log: Path) -> list[Stay]:
    """Who was where, in the order of their beginnings."""
    words: dict[tuple[str, int], list[float]] = defaultdict(list)
    for line in log.read_text().splitlines() if log.exists() else []:
        at, pid, host, word = line.split()
        if word != "busy":
            words[host, int(pid)].append(float(at))
    found = [Stay(host=host, pid=pid, begin=min(at), end=max(at)) for (host, pid), at in words.items()]
    return sorted(found, key=lambda stay: stay.begin)


def overlaps(log: Path) -> list[tuple[Stay, Stay]]:
    """Pairs of children that were at one host at the same time."""
    found = stays(log)
    return [
        (first, second)
        for number, first in enumerate(found)
        for second in found[number + 1 :]
        if first.host == second.host and second.begin < first.end
    ]


# ------------------------------------------------------------------ the processes
@dataclass(kw_only=True)
class Fleet:
    """The processes of an installation on one database. Whatever a test did to them, none is left in the end."""

    url: str
    log: Path
    seconds: float = 0.5
    pace: Pace = FAST
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, role: str, *, places: int = 4) -> subprocess.Popen[bytes]:
        """A `worker` or a `scheduler`."""
        pace = json.dumps(asdict(self.pace))
        command = [sys.executable, "-m", "tests.scheduler.machines", role, self.url, str(self.log)]
        command += [str(self.seconds), pace, str(places)]
        with self.log.with_name(f"{role}-{len(self.processes)}.log").open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            for each in family(process.pid):
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
            process.wait()
        for path in sorted(self.log.parent.glob("*-*.log")):  # shown where the test has failed
            print(f"--- {path.name}\n{path.read_text()}")


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it, the fork server and its children too."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process and all below it halted, as by a machine that sleeps."""
    halted = family(pid)
    for each in halted:
        each.suspend()
    try:
        yield
    finally:
        for each in halted:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.resume()


def wait_until(met: Callable[[], bool], give_up_s: float = 60.0) -> None:
    """Wait for something to come."""
    give_up_at = time.monotonic() + give_up_s
    while not met():
        assert time.monotonic() < give_up_at, "what was waited for did not come"
        time.sleep(0.05)


def add_sources(store: Store, *keys: str, host: str = "", every_s: int | None = 3600) -> list[Source]:
    """Sources that are due now, each on a host of its own unless one is named."""
    return [
        store.sources.add(
            NewSource(
                key=key,
                publisher=Publisher(name=key),
                kind=SourceKind.FEED,
                url=f"http://{host or key}/feed.xml?{key}",
                every_s=every_s,
            ),
            now(),
        )
        for key in keys
    ]


# ------------------------------------------------------------------ what such a process does
def visitor(store: Store, url: str, log: Path, seconds: float) -> tuple[Visitor, Runner]:
    """What makes visits by the child above."""

    def arguments(source: Source, run: Run) -> tuple[Any, ...]:
        return url, run.id, log, seconds, host_of(source.url)

    runner = Runner(store, Launcher(["storage.store"]), "tests.scheduler.machines:visit", now)
    return Visitor(store, runner, arguments, 0.0, now, lambda: 0.5), runner


async def work(store: Store, url: str, log: Path, seconds: float, pace: Pace, places: int) -> None:
    visits, runner = visitor(store, url, log, seconds)
    watching = asyncio.create_task(runner.watch())
    try:
        await Worker(url, visits, places, now, Troubles(), "0", store, pace=pace).run(_stop())
    finally:
        watching.cancel()


async def schedule(store: Store, url: str, pace: Pace) -> None:
    troubles = Troubles()
    service = Service(
        store,
        ProcrastinateDispatcher(url, store, now, troubles, pace),
        host_of,
        now,
        troubles,
        Post(code_version="0", places=0),
        declared_by=("hand",),
        leadership=PostgresLeadership(url, store, troubles, silent_s=pace.silent_s),
    )
    await service.run(_stop())


def _stop() -> asyncio.Event:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    return stop


def main() -> int:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s %(fields)s", defaults={"fields": ""}))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    role, url, log, seconds, pace, places = sys.argv[1:]
    with Store.open(url) as store:
        try:
            if role == "worker":
                asyncio.run(work(store, url, Path(log), float(seconds), Pace(**json.loads(pace)), int(places)))
            else:
                asyncio.run(schedule(store, url, Pace(**json.loads(pace))))
        except QuxunError as error:
            print(error)
            return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Workers and schedulers as processes of their own, and children that write down when they were at which host."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
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
from storage.records import NewSource, Publisher, Run, Source, SourceKind
from storage.store import Store
from tests.apart import PRELOAD, begun
from tests.scheduler.errands import host_of, now

#: As in production, a few times faster.
FAST = Pace(beat_s=0.3, silent_s=2.5, sweep_s=0.5, poll_s=0.3, rest_s=0.5, forget_s=6.0)


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
    processes: list[ForkServerProcess] = field(default_factory=list)

    def start(self, role: str, *, places: int = 4) -> ForkServerProcess:
        """A `worker` or a `scheduler`."""
        output = self.log.with_name(f"{role}-{len(self.processes)}.log")
        process = begun(live, role, self.url, self.log, self.seconds, self.pace, places, output)
        self.processes.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            for each in family(process.pid):
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
            process.join()
            process.close()
        for path in sorted(self.log.parent.glob("*-*.log")):  # shown where the test has failed
            print(f"--- {path.name}\n{path.read_text()}")


def family(pid: int | None) -> list[psutil.Process]:
    """A process and all below it, the fork server and its children too."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


@contextlib.contextmanager
def stopped(pid: int | None) -> Iterator[None]:
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
def visitor(
    store: Store, url: str, log: Path, seconds: float, preload: Sequence[str] = PRELOAD
) -> tuple[Visitor, Runner]:
    """What makes visits by the child of visiting.py."""

    def arguments(source: Source, run: Run) -> tuple[Any, ...]:
        return url, run.id, log, seconds, host_of(source.url)

    runner = Runner(store, Launcher(preload), "tests.scheduler.visiting:visit", now)
    return Visitor(store, runner, arguments, 0.0, now, lambda: 0.5), runner


async def work(store: Store, url: str, log: Path, seconds: float, pace: Pace, places: int) -> None:
    visits, runner = visitor(store, url, log, seconds, ["tests.scheduler.visiting"])
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


def live(role: str, url: str, log: Path, seconds: float, pace: Pace, places: int, output: Path) -> None:
    """Be a worker or a scheduler until told to stop; what is said goes into a file."""
    with output.open("wb") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s %(fields)s", defaults={"fields": ""}))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with Store.open(url) as store:
        try:
            if role == "worker":
                asyncio.run(work(store, url, log, seconds, pace, places))
            else:
                asyncio.run(schedule(store, url, pace))
        except QuxunError as error:
            print(error)
            raise SystemExit(error.exit_code) from error

"""How late visits begin with 10,000 sources on 2,000 hosts, and what a service does that comes back to 1,000 due ones.

`python -m benchmarks.dispatch`: the real scheduler, table, queue and rows, at the real speed of the clock; only what
a visit does is left out: it marks its row, stays at its host for a few seconds, and marks it again. Of the hour in
which 10,000 sources become due (2.8 a second) the first minutes are looked at, as many as `--minutes` says. Nothing
is compressed: the table that is asked has all 10,000 from the beginning.

`--dispatcher local` has the visits made by the scheduler itself, on SQLite; `--dispatcher queue` by a worker that
takes them from the queue of a PostgreSQL server, which is started for it.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from quxun.visiting import host_of
from scheduler import queue_schema
from scheduler.dispatch import LocalDispatcher
from scheduler.errands import Dispatcher, Errand
from scheduler.launch import Launcher
from scheduler.queue import ProcrastinateDispatcher
from scheduler.runs import Runner
from scheduler.service import Post, Service
from scheduler.troubles import Troubles
from scheduler.visitor import Visitor
from scheduler.work import Worker
from storage.records import Counters, NewSource, Publisher, Run, RunStatus, SourceKind
from storage.runs import SCHEDULED
from storage.store import Store

HOUR_S = 3600
#: A visit with nothing new is two to four requests, two seconds apart.
SHORTEST_S, LONGEST_S = 2.0, 6.0
#: So that 2.8 visits a second of four seconds each find a place with room to spare.
PLACES = 32
CATCH_UP_PLACES = 16


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A visit: where, when it was due, and from when to when it was made, in monotonic seconds."""

    host: str
    due_at: datetime
    begin: float
    end: float


@dataclass
class Log:
    """What was visited, and how many were at it at once."""

    stays: list[Stay] = field(default_factory=list)
    there: Counter[str] = field(default_factory=Counter)
    most: int = 0
    most_at_a_host: int = 0
    #: Visits of sources that were not due any more.
    in_vain: int = 0

    def come(self, name: str) -> None:
        self.there[name] += 1
        self.most = max(self.most, self.there.total())
        self.most_at_a_host = max(self.most_at_a_host, self.there[name])


class Sitter(Runner):
    """Stays at a host instead of visiting it, with the rows that a visit has."""

    def __init__(self, store: Store, shortest_s: float, longest_s: float) -> None:
        super().__init__(store, Launcher(), "", now)
        self._shortest_s, self._longest_s = shortest_s, longest_s
        self._rng = random.Random(7)

    async def run(self, run: Run, limit_s: float, *arguments: Any) -> Run:
        await asyncio.to_thread(self._store.runs.start, run.id, now(), 1, "here", "0")
        await asyncio.sleep(self._rng.uniform(self._shortest_s, self._longest_s))
        return await asyncio.to_thread(self._store.runs.finish, run.id, RunStatus.SUCCEEDED, now(), Counters(), "", "")


class Watched(Visitor):
    """Writes down its visits, from the moment at which they are told to be made to all that follows from them."""

    def __init__(self, store: Store, sitter: Sitter, log: Log) -> None:
        super().__init__(store, sitter, lambda *_: (), 0.0, now, random.Random(7).random)
        self._log = log

    async def visit(self, errand: Errand) -> Run | None:
        begin = time.monotonic()
        self._log.come(errand.host)
        made = None
        try:
            made = await super().visit(errand)
        finally:
            self._log.there[errand.host] -= 1
            if made is None:
                self._log.in_vain += 1
            else:
                stay = Stay(host=errand.host, due_at=errand.due_at, begin=begin, end=time.monotonic())
                self._log.stays.append(stay)
        return made


class Stage:
    """A store full of sources, and the scheduler on it."""

    def __init__(self, kind: str, url: str, log: Log, places: int, stay_s: tuple[float, float]) -> None:
        self.store, self.log = Store.open(url, migrate=True), log
        self._kind, self._url, self._places = kind, url, places
        self._troubles = Troubles()
        self._visitor = Watched(self.store, Sitter(self.store, *stay_s), log)

    def fill(self, count: int, hosts: int, *, begin: datetime, within_s: float) -> None:
        """Add sources that become due at even distances from a time on, their hosts mixed."""
        declared = [
            NewSource(
                key=f"source-{number}",
                publisher=Publisher(name=f"host {number % hosts}"),
                kind=SourceKind.FEED,
                url=f"http://site{number % hosts}.example.cn/{number}.xml",
                every_s=HOUR_S,
            )
            for number in range(count)
        ]
        sources = self.store.sources.apply("benchmark", declared, begin)
        random.Random(7).shuffle(sources)
        for number, source in enumerate(sources):
            self.store.sources.reschedule(source.id, begin + timedelta(seconds=within_s * number / count), 0)

    async def play(self, seconds: float) -> float:
        """Have the scheduler work for so long; the share of a core that all of it took."""
        stop = asyncio.Event()
        dispatcher, beside = self._dispatcher()
        service = Service(
            self.store,
            dispatcher,
            host_of,
            now,
            self._troubles,
            Post(code_version="0", places=self._places),
            declared_by=("benchmark",),
        )
        if isinstance(dispatcher, LocalDispatcher):
            dispatcher.when_done = service.hurry
        parts = [asyncio.create_task(part) for part in (service.run(stop), *(each.run(stop) for each in beside))]
        cpu, began = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        share = (time.process_time() - cpu) / (time.monotonic() - began)
        stop.set()
        await asyncio.gather(*parts)
        return share

    def _dispatcher(self) -> tuple[Dispatcher, list[Worker]]:
        if self._kind == "local":
            return LocalDispatcher(self._visitor, self._places, lambda _: True, self._troubles), []
        worker = Worker(
            self._url,
            self._visitor,
            self._places,
            now,
            self._troubles,
            "0",
            self.store,
            is_free=lambda _: True,
        )
        return ProcrastinateDispatcher(self._url, self.store, now, self._troubles), [worker]

    def lateness(self) -> list[float]:
        """Of every scheduled run that was begun, the seconds from its time to its beginning."""
        found: list[Run] = []
        while page := self.store.figures.runs(1000, before=found[-1].id if found else None):
            found += page
        return sorted(
            (run.started_at - run.due_at).total_seconds()
            for run in found
            if run.started_at and run.due_at and run.requested_by == SCHEDULED
        )


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database for that dispatcher."""
    if kind == "local":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'quxun.db'}"
        return
    from tests.postgres import serve

    with serve() as server, server.fresh() as url:
        queue_schema.upgrade(url)
        yield url


# ------------------------------------------------------------------ an hour like every other
def steady(kind: str, sources: int, hosts: int, minutes: float) -> None:
    """Print how late the visits of the first minutes of an hour are."""
    with database(kind) as url:
        stage = Stage(kind, url, Log(), PLACES, (SHORTEST_S, LONGEST_S))
        filling = time.monotonic()
        stage.fill(sources, hosts, begin=now() + timedelta(hours=1), within_s=HOUR_S)
        say(f"{sources} sources on {hosts} hosts were put in place in {time.monotonic() - filling:.0f} s")
        stage.store.sources.shift(-HOUR_S + (time.monotonic() - filling) + 5.0)
        share = asyncio.run(stage.play(60 * minutes))
        late = stage.lateness()
        stage.store.close()
    told = f"median {statistics.median(late):.2f} s, p95 {late[len(late) * 95 // 100]:.2f} s, most {late[-1]:.2f} s"
    say(f"{kind}: {len(late)} visits in {minutes:g} minutes begin late by: {told}; {100 * share:.0f} % of a core")
    say(f"  most at once {stage.log.most} of {PLACES}, at a host {stage.log.most_at_a_host}")


# ------------------------------------------------------------------ after a downtime
def catch_up(kind: str, sources: int, hosts: int) -> None:
    """Print what becomes of sources that have all been due for up to two hours."""
    with database(kind) as url:
        stage = Stage(kind, url, Log(), CATCH_UP_PLACES, (0.5, 1.5))
        stage.fill(sources, hosts, begin=now() - timedelta(hours=2), within_s=2 * HOUR_S - 60)
        share = asyncio.run(_until_done(stage))
        spread = _spread(stage)
        stage.store.close()
    stays = stage.log.stays
    took = max(stay.end for stay in stays) - min(stay.begin for stay in stays)
    say(f"{kind}: {sources} sources that are due at once are visited in {took:.0f} s; {100 * share:.0f} % of a core")
    say(f"  most at once {stage.log.most} of {CATCH_UP_PLACES}, at a host {stage.log.most_at_a_host}")
    say(f"  visits that were not wanted any more: {stage.log.in_vain}")
    say(f"  visits that were made before one whose host was free and that had waited longer: {_out_of_turn(stays)}")
    say(f"  next visits a minute from now on: {spread}")


async def _until_done(stage: Stage) -> float:
    cpu, began = time.process_time(), time.monotonic()
    playing = asyncio.create_task(stage.play(600))
    while stage.store.sources.overdue(now())[0] and not playing.done():
        await asyncio.sleep(0.5)
    share = (time.process_time() - cpu) / (time.monotonic() - began)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    return share


def _out_of_turn(stays: Sequence[Stay]) -> int:
    """Visits that began a second or more before one that was due earlier and whose host was free all that time."""
    wrong = 0
    by_begin = sorted(stays, key=lambda stay: stay.begin)
    busy: dict[str, list[Stay]] = {}
    for stay in by_begin:
        busy.setdefault(stay.host, []).append(stay)
    for number, stay in enumerate(by_begin):
        later = (each for each in by_begin[number + 1 :] if each.begin > stay.begin + 1.0 and each.due_at < stay.due_at)
        wrong += any(not _busy(busy[each.host], stay.begin) for each in later)
    return wrong


def _busy(stays: Sequence[Stay], at: float) -> bool:
    """Whether the host was visited then, or until a moment before."""
    return any(stay.begin <= at <= stay.end + 1.0 for stay in stays)


def _spread(stage: Stage) -> str:
    """How many sources are due in each minute from now on that has any."""
    begin = now()
    coming = stage.store.figures.coming(100_000)
    minutes = Counter(int((each.due_at - begin).total_seconds() // 60) for each in coming)
    return f"{min(minutes)} to {max(minutes)}: " + " ".join(
        str(minutes[minute]) for minute in range(min(minutes), max(minutes) + 1)
    )


def say(text: str) -> None:
    print(text, flush=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dispatcher", choices=["local", "queue"], default="local")
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=2_000)
    parser.add_argument("--due", type=int, default=1_000, help="Sources that are due at once after a downtime.")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--only", choices=["steady", "catch-up"])
    given = parser.parse_args(arguments)
    if given.only != "catch-up":
        steady(given.dispatcher, given.sources, given.hosts, given.minutes)
    if given.only != "steady":
        catch_up(given.dispatcher, given.due, max(1, given.due // 5))


if __name__ == "__main__":
    main(sys.argv[1:])

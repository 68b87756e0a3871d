"""How many workers a province or the country needs: a simulation with the service's own rules and measured costs.

`python -m benchmarks.capacity`: sources become due as `scheduler.due` says; a tick each second gives places to those
that have waited longest, one visit a host; a visit lasts as long as the polite ones that were measured. Nothing is
fetched. It begins with everything due at once, as after a downtime, and counts lateness from the second hour on.
"""

import argparse
import heapq
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scheduler.due import next_due
from storage.records import Schedule

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
#: Sources of a district, and hosts that they are on: columns of one site share its host.
SOURCES, HOSTS = 20, 14
EVERY_S = 3600
#: Articles a source brings a day, most of them between 7 and 19 o'clock.
ARTICLES_A_DAY = 8
#: Seconds of a visit that finds nothing, and of each article more: two seconds of delay, and an answer.
IDLE_S, PAGE_S = 5.0, 2.4
#: Runs at once in one worker process of two cores.
PLACES = 16
#: Measured, see docs/scaling.md: processor seconds, bytes on the wire, bytes in the database.
CPU_RUN_S, CPU_PAGE_S = 0.14, 0.035
WIRE_RUN, WIRE_PAGE = 30_000, 20_000
STORED_PAGE, STORED_RUN = 25_000, 1_700


@dataclass
class Simulated:
    """What came of it."""

    lateness: list[float] = field(default_factory=list)
    runs: int = 0
    articles: int = 0
    busy_s: float = 0.0
    caught_up_s: float = 0.0


def simulate(sources: int, hosts: int, places: int, hours: float, seed: int) -> Simulated:
    """Visits of so many sources with so many places, for so long."""
    luck = random.Random(seed)
    due = [(0.0, number) for number in range(sources)]
    heapq.heapify(due)
    going: list[tuple[float, int, int]] = []
    taken: set[int] = set()
    waiting: dict[int, list[tuple[float, int]]] = {}
    done = Simulated()
    for tick in range(int(hours * 3600)):
        for number in _ended(going, tick, taken, waiting, due):
            heapq.heappush(due, (_next(tick, luck), number))
        while due and due[0][0] <= tick and len(going) < places:
            since, number = heapq.heappop(due)
            host = number % hosts
            if host in taken:
                waiting.setdefault(host, []).append((since, number))
                continue
            taken.add(host)
            pages = _pages(tick, luck)
            lasts = IDLE_S + pages * PAGE_S
            heapq.heappush(going, (tick + lasts, number, host))
            done.runs += 1
            done.articles += pages
            done.busy_s += lasts
            if tick >= 3600:
                done.lateness.append(tick - since)
        if not done.caught_up_s and done.runs >= sources:
            done.caught_up_s = tick
    return done


def _ended(
    going: list[tuple[float, int, int]],
    tick: int,
    taken: set[int],
    waiting: dict[int, list[tuple[float, int]]],
    due: list[tuple[float, int]],
) -> Iterator[int]:
    """Sources whose visit is over by now; who waited for their host is due again, since when it was."""
    while going and going[0][0] <= tick:
        _, number, host = heapq.heappop(going)
        taken.discard(host)
        for each in waiting.pop(host, ()):
            heapq.heappush(due, each)
        yield number


def _next(tick: int, luck: random.Random) -> float:
    now = BEGIN + timedelta(seconds=tick)
    at = next_due(every_s=EVERY_S, schedule=Schedule(), failures=0, asked_until=None, now=now, luck=luck.random())
    assert at is not None
    return (at - BEGIN).total_seconds()


def _pages(tick: int, luck: random.Random) -> int:
    """New articles that a visit finds, by the hour of the day."""
    hour = tick // 3600 % 24
    mean = ARTICLES_A_DAY * (0.075 if 7 <= hour < 19 else 0.1 / 12)
    return sum(luck.random() < mean / 4 for _ in range(4))


def needed(sources: int, hosts: int, hours: float, seed: int) -> tuple[int, Simulated]:
    """The fewest workers whose 95th percentile of lateness is below a minute."""
    load = sources / EVERY_S * (IDLE_S + PAGE_S * ARTICLES_A_DAY * 0.075)
    workers = max(1, int(load / PLACES))
    while True:
        done = simulate(sources, hosts, workers * PLACES, hours, seed)
        if _percentile(done.lateness, 0.95) < 60:
            return workers, done
        workers += max(1, workers // 20)


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[int(share * (len(ordered) - 1))] if ordered else float("inf")


def report(name: str, districts: int, hours: float, seed: int) -> None:
    sources, hosts = districts * SOURCES, districts * HOSTS
    workers, done = needed(sources, hosts, hours, seed)
    runs_s = done.runs / (hours * 3600)
    articles_day = done.articles / hours * 24
    runs_day = runs_s * 86400
    cores = (runs_day * CPU_RUN_S + articles_day * CPU_PAGE_S) / 86400
    wire = (runs_day * WIRE_RUN + articles_day * WIRE_PAGE) / 86400 * 8 / 1e6
    stored = (articles_day * STORED_PAGE + runs_day * STORED_RUN) * 365 / 1e9
    late = done.lateness
    sys.stdout.write(
        f"{name}: {sources:,} sources on {hosts:,} hosts, every {EVERY_S // 60} min\n"
        f"  {runs_s:.2f} runs/s, {articles_day:,.0f} new articles a day\n"
        f"  {workers} workers of {PLACES} places (busy {done.busy_s / (workers * PLACES * hours * 3600):.0%}),"
        f" {cores:.1f} cores, {wire:.1f} Mbit/s, {stored:,.0f} GB a year\n"
        f"  lateness: median {statistics.median(late):.1f} s, p95 {_percentile(late, 0.95):.1f} s,"
        f" most {max(late):.0f} s; everything due at once is caught up in {done.caught_up_s / 60:.0f} min\n"
    )


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    for name, districts in (("a district", 1), ("a province", 150), ("the country", 2850)):
        report(name, districts, given.hours, given.seed)


if __name__ == "__main__":
    main(sys.argv[1:])

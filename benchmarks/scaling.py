"""How throughput grows with workers where the network's latency is the limit, and not the processor.

`python -m benchmarks.scaling`: sites that take their time to answer, one service that only schedules, and 1, 2 and 4
real workers with two places each on one PostgreSQL. Each number of workers crawls the same sites for the first time, in
a database of its own; what is counted is articles from the first run's beginning to the last one's end.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.testnet import Newsnet
from benchmarks.workers import Machines, say
from scheduler import queue_schema
from storage.records import NewSource, Publisher, SourceKind
from storage.store import Store
from tests.postgres import serve

WORKERS = (1, 2, 4)
PLACES = 2
SITES = 16
ARTICLES = 20
#: Of each answer, in milliseconds: a site far away, or a slow one.
LATENCY_MS = 1000
#: Goal: four workers do so many times the work of one.
GOAL = 3.6


def measure(net: Newsnet, url: str, workers: int) -> float:
    """Articles a second with so many workers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = stack.enter_context(Store.open(url, migrate=True))
        queue_schema.upgrade(url)
        machines = Machines(folder=folder, url=url, settings={"QUXUN_DELAY_S": "0", "QUXUN_RUNS": str(PLACES)})
        try:
            machines.start("service", "serve", "--no-runs", "--port", "0")
            for number in range(workers):
                machines.start(f"worker{number}", "worker")
            while len(store.processes.list()) < workers + 1:
                time.sleep(0.2)
            time.sleep(3)  # until the fork servers have imported what they need
            _add(store, net.sites)
            while len([run for run in store.runs.list(1000) if run.finished_at]) < len(net.sites):
                time.sleep(0.5)
        finally:
            machines.stop()
        runs = store.runs.list(1000)
        began = min(run.started_at for run in runs if run.started_at)
        ended = max(run.finished_at for run in runs if run.finished_at)
        articles = sum(run.counters.new for run in runs)
        took = (ended - began).total_seconds()
        done = f"{articles} articles of {len(runs)} sites in {took:.1f} s"
        say(f"{workers} workers: {done}, {articles / took:.2f} a second")
        return articles / took


def _add(store: Store, sites: Sequence[str]) -> None:
    """A source for each site, due at once and never again here."""
    for number, site in enumerate(sites):
        source = NewSource(
            key=f"site-{number}",
            publisher=Publisher(name=f"site {number}"),
            kind=SourceKind.SITEMAP,
            url=f"{site}/sitemap.xml",
            every_s=7 * 86400,
        )
        store.sources.add(source, datetime.now(UTC))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--latency-ms", type=int, default=LATENCY_MS)
    parser.add_argument("--sites", type=int, default=SITES)
    given = parser.parse_args(arguments)
    rates = {}
    with serve() as server:
        for workers in WORKERS:
            options = ["--sites", str(given.sites), "--columns", "2", "--articles", str(ARTICLES // 2)]
            with Newsnet(*options, "--latency-ms", str(given.latency_ms)) as net, server.empty() as url:
                rates[workers] = measure(net, url, workers)
    ratio = rates[WORKERS[-1]] / rates[1]
    for workers in WORKERS[1:]:
        say(f"{workers} workers do {rates[workers] / rates[1]:.2f} times the work of one")
    say(f"{'PASS' if ratio >= GOAL else 'FAIL'}: goal {GOAL} times with {WORKERS[-1]}")
    return int(ratio < GOAL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the service costs: how long a run takes to begin, and what 1,000 sources cost of which none is due.

`python -m benchmarks.service`. The start of a run is measured from the moment at which the service begins with it
(`queued_at` of its row) to the moment at which its process has its host and says so (`started_at`), on a site on
loopback that answers at once. Idle, the proportional set sizes of the service, of what starts its runs and of all
that belongs to it are added up; CPU time is read of each process before and after.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from crawler.profile import to_toml
from demo.district import District
from demo.server import DemoServer
from storage.records import ListingKind, ListingSeed, NewSource, Publisher, RunStatus, SourceKind
from storage.store import Store
from tests.flow.installation import PROFILE
from tests.flow.service import Service, source, until

#: How the service is known by its command line.
_PARTS = {"resource_tracker": "resource tracker", "forkserver": "fork server", "serve": "service"}


def say(text: str) -> None:
    print(text, flush=True)


def environment(home: Path, url: str = "") -> dict[str, str]:
    """Politeness off: for loopback only."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUXUN_")}
    own = {
        "QUXUN_HOME": str(home),
        "QUXUN_DISTRICT": str(home / "district.toml"),
        "QUXUN_DATABASE_URL": url or f"sqlite:///{home / 'quxun.db'}",
        "QUXUN_DELAY_S": "0",
        "QUXUN_ALLOW_PRIVATE": "1",
    }
    return kept | own


# ------------------------------------------------------------------ the start of a run
def start_cost(runs: int) -> None:
    """Print how long scheduled runs took from their beginning in the service to their own."""
    with tempfile.TemporaryDirectory() as folder, DemoServer(District(today=datetime.now(UTC).date())) as server:
        home = Path(folder)
        sites = [source(server, key, 1) for key in ("trs", "media")]
        (home / "district.toml").write_text(PROFILE + to_toml(None, sites), encoding="utf-8")
        with Store.open(f"sqlite:///{home / 'quxun.db'}") as store:
            service = Service(store, home, environment(home)).start()
            until(lambda: store.figures.last_run_id() >= runs + 10, "enough runs", 600)
            service.stop()
            made = [run for run in store.figures.runs(runs) if run.status is RunStatus.SUCCEEDED and run.started_at]
            service.sweep()
    starts = sorted((run.started_at - run.queued_at).total_seconds() * 1000 for run in made if run.started_at)
    whole = [(run.finished_at - run.queued_at).total_seconds() for run in made if run.finished_at]
    told = f"median {statistics.median(starts):.0f} ms, p95 {starts[len(starts) * 95 // 100]:.0f} ms"
    say(f"start of {len(starts)} runs: {told}; an idle visit as a whole: median {statistics.median(whole):.2f} s")


# ------------------------------------------------------------------ nothing to do
def idle(sources: int, seconds: float) -> None:
    """Print what the service takes while none of its sources is due."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "district.toml").write_text(PROFILE, encoding="utf-8")
        with Store.open(f"sqlite:///{home / 'quxun.db'}") as store:
            _fill(store, sources)
            service = Service(store, home, environment(home)).start()
            until(lambda: len(service.processes()) >= len(_PARTS), "all processes are there")
            time.sleep(15)  # for the imports, and the first round of every chore
            processes = service.processes()
            before = {each.pid: _cpu_s(each) for each in processes}
            time.sleep(seconds)
            spent = {each.pid: _cpu_s(each) - before[each.pid] for each in processes}
            say(f"{sources} sources, none due, {seconds:.0f} s:")
            for each in processes:
                mb, share = _pss_mb(each), 100 * spent[each.pid] / seconds
                say(f"  {_name(each):<17} {mb:6.1f} MB  {share:5.2f} % of a core")
            total, cpu = sum(map(_pss_mb, processes)), 100 * sum(spent.values()) / seconds
            say(f"  {'together':<17} {total:6.1f} MB  {cpu:5.2f} % of a core")
            service.stop()
            service.sweep()


def _fill(store: Store, sources: int) -> None:
    """Sources by hand that are due tomorrow."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    for number in range(sources):
        url = f"http://site{number}.example.cn/"
        new = NewSource(
            key=f"source-{number}",
            publisher=Publisher(name=f"site {number}", hosts=(f"site{number}.example.cn",)),
            kind=SourceKind.FEED,
            url=url,
            every_s=86400,
            listings=(ListingSeed(kind=ListingKind.FEED, url=f"{url}feed.xml"),),
        )
        store.sources.reschedule(store.sources.add(new, datetime.now(UTC)).id, tomorrow, 0)


def _name(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    return next((name for word, name in _PARTS.items() if word in words), words[:17])


def _pss_mb(process: psutil.Process) -> float:
    pss: int = process.memory_full_info().pss
    return pss / 1e6


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args(arguments)
    start_cost(given.runs)
    idle(given.sources, given.seconds)


if __name__ == "__main__":
    main(sys.argv[1:])

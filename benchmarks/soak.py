"""A service that runs for months, in a quarter of an hour: thousands of visits of a changing test internet, with kills.

`python -m benchmarks.soak --runs 2000`: `quxun serve` visits the sites of the test internet every two seconds, the
misbehaving one too, while articles are published, edited and withdrawn and one page in twenty fails. Every twentieth
run something is killed, stopped for a while or locked, at random moments of a seed; who keeps the service starts it
again. In the first half of the runs anything may be hit, in the second the service itself is spared, so that its
memory can be watched. In the end the sites are well, each source is read once in full, and everything is counted.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.crawl import PROFILE, QUXUN
from benchmarks.testnet import Newsnet
from crawler.urls import url_key
from storage.runs import UNFINISHED
from storage.store import Store
from tests.flow.hardship import Hardship, Keeper, memory_of
from tests.flow.service import Service
from tests.flow.verdict import Published, Verdict, judge

EVERY = "2s"
#: One request at a time at a host, so that two visits of it are seen by the host itself.
PER_HOST = 1
#: A visit of the misbehaving site is cut off after this while things are rough.
ROUGH_LIMIT_S, CALM_LIMIT_S = 20, 120
RUNS_A_BLOW = 20
#: Samples of a new process that are left out: it is still growing to its size.
WARM_UP_S = 60


def say(text: str) -> None:
    print(text, flush=True)


class Internet:
    """The test internet under a changing load."""

    def __init__(self, net: Newsnet, seed: int) -> None:
        self._net, self._rng = net, random.Random(seed)
        self._pause_s = 1.0
        self._next_s = 0.0
        self.deeds: Counter[str] = Counter()

    def live(self) -> None:
        """What has happened since the last call: bursts and lulls of new, edited and withdrawn articles."""
        if time.monotonic() < self._next_s:
            return
        for deed, most in (("publish", 4), ("edit", 2), ("delete", 1)):
            number = self._rng.randint(0, most)
            if number and self._rng.random() < 0.6:
                self._net.ask(f"__control/{deed}?n={number}")
                self.deeds[deed] += number
        if self._rng.random() < 0.1:
            self._pause_s = self._rng.choice((0.2, 1.0, 4.0))
        self._next_s = time.monotonic() + self._pause_s * self._rng.uniform(0.5, 1.5)

    def calm(self) -> None:
        self._net.ask("__control/set?fail_rate=0")

    def published(self) -> dict[str, Published]:
        """Every article of the sites by its key; of the misbehaving one those that can be had at all."""
        told = [each for each in self._net.ask("__truth") if each["site"] != 200 or "/good/" in each["url"]]
        found = (
            Published(
                key=url_key(each["url"]),
                words=f"本文于第{each['version']}版更正" if each["version"] > 1 else "",
                version=each["version"],
                withdrawn=each["deleted"],
            )
            for each in told
        )
        return {each.key: each for each in found}

    def tricky(self, key: str) -> bool:
        """Whether the key is a page of the misbehaving site that may be stored or not."""
        return self._net.bad is not None and key.startswith(url_key(self._net.bad).rstrip("/"))

    def most_at_once(self) -> dict[str, int]:
        """Requests in flight at a host; not of the misbehaving one, which goes on answering clients that are gone."""
        bad = (self._net.bad or "").removeprefix("http://").partition(":")[0]
        stats = self._net.ask("__stats")["hosts"]
        return {ip: each["max_in_flight"] for ip, each in stats.items() if ip != bad}


class Trial:
    """One installation, kept running."""

    def __init__(self, home: Path, net: Newsnet, seed: int) -> None:
        self.internet = Internet(net, seed)
        home.mkdir(parents=True, exist_ok=True)
        profile = home / "profile.toml"
        profile.write_text(PROFILE, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUXUN_")}
        own = {
            "QUXUN_HOME": str(home),
            "QUXUN_DISTRICT": str(profile),
            "QUXUN_DELAY_S": "0",
            "QUXUN_PER_HOST": str(PER_HOST),
            "QUXUN_ALLOW_PRIVATE": "1",
            "QUXUN_RUN_LIMIT_S": str(ROUGH_LIMIT_S),
        }
        self.store = Store.open(f"sqlite:///{home / 'quxun.db'}")
        self.service = Service(self.store, home, kept | own)
        self.keeper = Keeper(self.service)
        self.hardship = Hardship(self.service, home / "quxun.db", seed)

    def add(self, sites: Sequence[str]) -> None:
        """Add each site by its home page."""
        for site in sites:
            command = [str(QUXUN), "sources", "add", f"{site}/", "--yes", "--every", EVERY]
            subprocess.run(command, env=self.service.environment, check=True, capture_output=True)

    def rough(self, upto: int, rng: random.Random, *, spare_service: bool) -> None:
        """Go on until so many runs were made, with a blow every twentieth on average."""
        seen = self.store.figures.last_run_id()
        while seen < upto:
            time.sleep(0.2)
            self.internet.live()
            now = self.store.figures.last_run_id()
            for _ in range(now - seen):
                if rng.random() < 1 / RUNS_A_BLOW and (dealt := self.hardship.strike(spare_service=spare_service)):
                    say(f"  run {now}: {dealt}")
                    break
            seen = now
        self.hardship.wait()

    def calm(self) -> list[str]:
        """Let the sites be well, and have every source read in full; what was not read well, as sentences."""
        self.internet.calm()
        status = self.keeper.stop()
        say(f"  told to stop, it ended with {status}")
        self.service.environment["QUXUN_RUN_LIMIT_S"] = str(CALM_LIMIT_S)
        self.keeper.start()
        command = [str(QUXUN), "crawl", "--full", "--enqueue", "--wait", "--json"]
        done = subprocess.run(command, env=self.service.environment, capture_output=True, text=True, check=False)
        asked = [json.loads(line) for line in done.stdout.splitlines()]
        say(f"  the last round: {Counter(run['status'] for run in asked)} {done.stderr.strip()}")
        return [f"{run['source']}: {run['status']}: {run['reason']}" for run in asked if run["reason"]]


class Report:
    """Figures as they are printed, and whether all is well."""

    def __init__(self) -> None:
        self.failures = 0

    def line(self, what: str, figure: object, *, good: bool) -> None:
        self.failures += not good
        say(f"{'PASS' if good else 'FAIL'}  {what}: {figure}")


def report(trial: Trial, unread: list[str], memory: dict[int, list[float]], most: dict[str, int]) -> int:
    """Print what came of it; the number of failures."""
    told = Report()
    verdict = judge(trial.store, trial.internet.published())
    verdict.strange = [key for key in verdict.strange if not trial.internet.tricky(key)]
    _stored(told, verdict)
    told.line("sources that were read badly in the end", unread, good=all(".200" in each for each in unread))
    told.line("most requests in flight at a host", max(most.values(), default=0), good=max(most.values()) <= PER_HOST)
    left = trial.store.figures.runs(1000, statuses=UNFINISHED)
    told.line("runs that are not closed", len(left), good=not left)
    orphans = [" ".join(each.cmdline())[:80] for each in _alive(trial.service)]
    told.line("processes left behind", orphans, good=not orphans)
    _memory(told, memory)
    check = subprocess.run([QUXUN, "check"], env=trial.service.environment, capture_output=True, text=True, check=False)
    told.line("quxun check", check.stdout.strip().splitlines()[-1:], good=check.returncode == 0)
    stumbles = trial.service.said.count("Traceback")
    told.line("tracebacks in the service's log", stumbles, good=not stumbles)
    return told.failures


def _stored(told: Report, verdict: Verdict) -> None:
    found = f"{verdict.standing - len(verdict.missing)} of {verdict.standing}, missing {verdict.missing[:5]}"
    told.line("stored of what stands", found, good=not verdict.missing)
    told.line("stored twice, or no article", verdict.strange[:5], good=not verdict.strange)
    told.line("edits not seen", verdict.stale[:5], good=not verdict.stale)
    told.line("more revisions than edits", verdict.restless[:5], good=not verdict.restless)
    told.line("taken for withdrawn but standing", verdict.lost[:5], good=not verdict.lost)
    told.line("findings", verdict.findings[:5], good=not verdict.findings)
    say(f"  payloads that nobody refers to, as killed runs leave them: {len(verdict.leftovers)}")


def _memory(told: Report, memory: dict[int, list[float]]) -> None:
    """The longest life: the mean of its last quarter against that of the first one after it has warmed up."""
    longest = max(memory.values(), key=len, default=[])[WARM_UP_S:]
    if len(longest) < 40:
        told.line("memory of the service", f"no life was long enough: {len(longest)} s", good=False)
        return
    quarter = len(longest) // 4
    first, last = statistics.mean(longest[:quarter]), statistics.mean(longest[-quarter:])
    told.line(
        "memory of the service in MB",
        f"{first:.1f}, in the end {last:.1f}, {len(longest)} s",
        good=last <= 1.05 * first,
    )


def _alive(service: Service) -> list[psutil.Process]:
    """What is left of it ten seconds after its end."""
    for _ in range(100):
        if not service.processes():
            break
        time.sleep(0.1)
    return service.processes()


def soak(runs: int, seed: int, home: Path) -> int:
    """Run the trial; the number of failures."""
    sizes = ("--sites", "8", "--columns", "3", "--articles", "20", "--no-sitemap", "1,3", "--no-rss", "3")
    with Newsnet("--seed", "7", *sizes, "--latency-ms", "5", "--bad", "--fail-rate", "0.05") as net:
        trial = Trial(home, net, seed)
        trial.add([*net.sites, net.bad])
        net.ask("__control/reset")
        began = time.monotonic()
        trial.keeper.start()
        with memory_of(lambda: trial.service.pid) as memory:
            rng = random.Random(seed)
            trial.rough(runs // 2, rng, spare_service=False)
            trial.rough(runs, rng, spare_service=True)
        statuses = Counter(run.status.value for run in trial.store.figures.runs(10 * runs))
        say(f"  {time.monotonic() - began:.0f} s, runs {dict(statuses)}, blows {dict(trial.hardship.dealt)}")
        say(f"  the service lived {trial.keeper.lives} times; the sites: {dict(trial.internet.deeds)}")
        unread = trial.calm()
        trial.keeper.stop()
        failures = report(trial, unread, memory, trial.internet.most_at_once())
        trial.service.sweep()
        trial.store.close()
        return failures


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--home", type=Path, help="A folder that is kept, instead of one that is removed.")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        failures = soak(given.runs, given.seed, given.home or Path(folder))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main(sys.argv[1:])

"""What is left of a crawl when its machines are killed and halted: two services, three workers, one PostgreSQL.

`python -m benchmarks.workers`: real processes crawl a test internet for the first time. In mid run one worker is
killed, then the leading service, and one worker is halted with all its children for a minute. It prints how long it
took until every run of the lost workers was taken over, whether a host was ever visited twice at once (by what the
sites saw), and which articles were lost or stored twice. Each worker has a home of its own, as machines have.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.crawl import PROFILE, QUXUN
from benchmarks.recall import _plain
from benchmarks.testnet import Newsnet
from crawler.urls import url_key
from storage.records import IssueKind, ProcessRole, Run, RunStatus
from storage.runs import UNFINISHED
from storage.store import Store
from tests.postgres import serve

#: Requests of a site follow each other by so much, so that a first visit takes half a minute.
DELAY_S = 0.3
WORKERS = 3
PLACES = 4
HALTED_S = 60.0
#: Goal: by then whatever was lost has been taken over.
GOAL_S = 30.0


def say(text: str) -> None:
    print(text, flush=True)


@dataclass(kw_only=True)
class Machines:
    """The processes of the installation, each with a home and a contact of its own, which the sites see."""

    folder: Path
    url: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    #: Settings that differ from those of this benchmark.
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, name: str) -> dict[str, str]:
        profile = self.folder / "profile.toml"
        profile.write_text(PROFILE, encoding="utf-8")
        own = {
            "QUXUN_HOME": str(self.folder / name),
            "QUXUN_DATABASE_URL": self.url,
            "QUXUN_DISTRICT": str(profile),
            "QUXUN_DELAY_S": str(DELAY_S),
            "QUXUN_RUNS": str(PLACES),
            "QUXUN_CONTACT": f"{name}@example.cn",
            "QUXUN_ALLOW_PRIVATE": "1",
        }
        return {**os.environ, **own, **self.settings}

    def start(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            command = [str(QUXUN), *arguments]
            self.processes[name] = subprocess.Popen(
                command, env=self.environment(name), stdout=log, stderr=log, start_new_session=True
            )

    def quxun(self, *arguments: str) -> str:
        """What a command says."""
        done = subprocess.run(
            [QUXUN, *arguments], env=self.environment("desk"), capture_output=True, text=True, check=False
        )
        if done.returncode:
            say(f"quxun {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def name_of(self, pid: int) -> str:
        return next((name for name, process in self.processes.items() if process.pid == pid), "")

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for name, process in self.processes.items():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                say(f"{name} did not end within 15 s")
                for each in family(process.pid):
                    each.kill()


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


class Trial:
    """The installation at work, and what is seen of it from outside."""

    def __init__(self, net: Newsnet, machines: Machines, store: Store) -> None:
        self.net, self.machines, self.store = net, machines, store

    def begin(self) -> None:
        for site in self.net.sites:
            self.machines.quxun("sources", "add", f"{site}/", "--yes")
        self.net.ask("__control/reset")
        for number in (1, 2):
            self.machines.start(f"service{number}", "serve", "--no-runs", "--port", "0")
        for number in range(1, WORKERS + 1):
            self.machines.start(f"worker{number}", "worker")

    def wait(self, met: Callable[[], Any], give_up_s: float = 300.0) -> bool:
        give_up_at = time.monotonic() + give_up_s
        while not met():
            if time.monotonic() > give_up_at:
                return False
            time.sleep(0.2)
        return True

    def runs_of(self, worker: str) -> list[Run]:
        """Runs that are under way in children of a worker."""
        below = {each.pid for each in family(self.machines.processes[worker].pid)}
        return [run for run in self.store.runs.list(limit=200) if run.status is RunStatus.RUNNING and run.pid in below]

    def busiest(self, among: Sequence[str]) -> str:
        return max(among, key=lambda name: len(self.runs_of(name)))

    def leader(self) -> str:
        """The service that says it leads and lives; a killed one stays on the list for a while."""
        listed = self.store.processes.list()
        names = [
            self.machines.name_of(each.pid) for each in listed if each.leads and each.role is ProcessRole.SCHEDULER
        ]
        return next((name for name in names if name and self.machines.processes[name].poll() is None), "")

    def standing(self, url: str) -> str:
        """What is known of an entry that gave no article yet; empty if nothing is."""
        for source in self.store.sources.list():
            for known in self.store.entries.known(source.id, [url_key(url)]).values():
                return f"{known.state.value}, {known.attempts} attempts, retry at {known.retry_at}"
        return ""

    def closed(self, lost: Sequence[Run]) -> bool:
        """Whether the rows of runs are closed."""
        return all(self.store.runs.get(run.id).status not in UNFINISHED for run in lost)

    def begun_anew(self, lost: Sequence[Run]) -> bool:
        """Whether another run of each source has begun since."""
        runs = self.store.runs.list(limit=200)
        return all(
            any(run.source_id == old.source_id and run.id > old.id and run.started_at for run in runs) for old in lost
        )

    def done(self) -> bool:
        """Whether every source was visited to the end and is due later."""
        runs = self.store.runs.list(limit=500)
        good = {run.source_id for run in runs if run.status is RunStatus.SUCCEEDED}
        open_ = [run for run in runs if run.status in UNFINISHED]
        return not open_ and good >= {source.id for source in self.store.sources.list()}


def play(trial: Trial) -> None:
    """The faults, and the time until each is made good."""
    workers = [f"worker{number}" for number in range(1, WORKERS + 1)]
    began = time.monotonic()
    trial.wait(lambda: trial.leader() and all(trial.runs_of(name) for name in workers))
    say(f"all at work after {time.monotonic() - began:.1f} s")
    time.sleep(3)
    killed = trial.busiest(workers)
    halted = trial.busiest([name for name in workers if name != killed])
    lost, slept, leader = trial.runs_of(killed), trial.runs_of(halted), trial.leader()
    for name in (killed, leader):
        trial.machines.processes[name].kill()
    asleep = family(trial.machines.processes[halted].pid)
    for each in asleep:
        each.suspend()
    say(f"{killed} was killed with {len(lost)} runs under way, and {leader}, which led")
    say(f"{halted} was halted with {len(slept)} runs under way, it and {len(asleep) - 1} processes below it")
    look_on(
        {
            "another service leads": lambda: trial.leader() not in ("", leader),
            "the killed worker's runs are closed": lambda: trial.closed(lost),
            "the killed worker's runs are begun anew": lambda: trial.begun_anew(lost),
            "the halted worker's runs are closed": lambda: trial.closed(slept),
        }
    )
    for each in asleep:
        each.resume()
    at = time.monotonic()
    anew = trial.wait(lambda: trial.begun_anew(slept))
    say(f"{halted} woke; its runs are begun anew: {f'after {time.monotonic() - at:.1f} s' if anew else 'no'}")
    say(f"everything was visited to the end: {trial.wait(trial.done)}, after {time.monotonic() - began:.0f} s")
    say(f"  {halted} works on: {trial.machines.processes[halted].poll() is None}")


def look_on(conditions: dict[str, Callable[[], bool]]) -> None:
    """For a minute, note when each condition is met for the first time."""
    began = time.monotonic()
    spans: dict[str, float] = {}
    while time.monotonic() - began < HALTED_S:
        spans |= {name: time.monotonic() - began for name, met in conditions.items() if name not in spans and met()}
        time.sleep(0.2)
    for name in conditions:
        said = f"after {spans[name]:.1f} s" if name in spans else f"not within {HALTED_S:.0f} s"
        say(f"  {name}: {said} (goal {GOAL_S:.0f} s)")


def judge(trial: Trial) -> None:
    """What the sites saw, and what is stored."""
    hosts = trial.net.ask("__stats")["hosts"]
    runs = trial.store.runs.list(limit=500)
    say(f"most requests in flight at a host: {max(each['max_in_flight'] for each in hosts.values())} (goal 1)")
    say(f"overlaps of visits at a host: {overlaps(trial.net.ask('__log'), runs)} (goal 0)")
    kinds = [issue.kind for issue in trial.store.issues.list(limit=500)]
    statuses = Counter(run.status.value for run in runs)
    say(f"runs: {dict(statuses)}, issues taken-over: {kinds.count(IssueKind.TAKEN_OVER)}")
    truth = {each["url"]: each for each in trial.net.ask("__truth") if not each["deleted"]}
    lines = trial.machines.quxun("export", "--format", "jsonl").splitlines()
    urls = [_plain(json.loads(line)["url"], truth) for line in lines]
    missing = {url: trial.standing(url) for url in sorted(truth.keys() - set(urls))}
    lost = [url for url, standing in missing.items() if not standing]
    say(f"articles: {len(truth)}, lost {len(lost)} (goal 0), stored twice {len(urls) - len(set(urls))} (goal 0)")
    say(f"  that wait for another try: {len(missing) - len(lost)}")
    for url, standing in missing.items():
        say(f"  {url}: {standing or 'never seen'}")
    said = trial.machines.quxun("check").strip().splitlines()
    say(f"quxun check: {said[-1] if said else 'nothing'}")


def overlaps(log: Sequence[Sequence[Any]], runs: Sequence[Run]) -> int:
    """How often hosts changed hands beyond what the runs explain.

    The workers are told apart by the contact that they give. One visit after the other changes hands once a run.
    """
    changes: Counter[str] = Counter()
    last: dict[str, str] = {}
    for _, _, address, _, _, _, _, agent, _ in sorted(log, key=lambda each: each[0]):
        if last.setdefault(address, agent) != agent:
            changes[address] += 1
            last[address] = agent
    begun = Counter(run.source_key for run in runs if run.started_at)
    return sum(max(0, count - (begun.get(key, 1) - 1)) for key, count in by_source(changes, begun).items())


def by_source(changes: Counter[str], begun: Counter[str]) -> dict[str, int]:
    """The same by the keys of the sources, which begin with the address."""
    return {key: changes[address] for address in changes for key in begun if key.startswith(f"{address}-")}


@contextmanager
def installation(folder: Path) -> Iterator[Machines]:
    with serve() as server, server.empty() as url:
        machines = Machines(folder=folder, url=url)
        machines.quxun("db", "upgrade")
        try:
            yield machines
        finally:
            machines.stop()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--articles", type=int, default=30, help="per column, of two")
    parser.add_argument("--logs", action="store_true", help="show what the processes said in the end")
    given = parser.parse_args(arguments)
    size = ("--seed", "7", "--sites", str(given.sites), "--columns", "2", "--articles", str(given.articles))
    with tempfile.TemporaryDirectory() as folder, Newsnet(*size) as net, installation(Path(folder)) as machines:
        with Store.open(machines.url) as store:
            trial = Trial(net, machines, store)
            trial.begin()
            play(trial)
            judge(trial)
        if given.logs:
            for name in machines.processes:
                say(f"--- {name}\n{(Path(folder) / f'{name}.log').read_text()[-6000:]}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Pages per second of a whole crawl, politeness off, as a share of bare Scrapy in the same run; and its memory.

Five sites at once in five child processes, everything stored, against one bare Scrapy process on the
same five that does nothing with the pages. `make bench`.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.testnet import ROOT, Newsnet

QUXUN = Path(sys.executable).parent / "quxun"
PER_HOST = 8
PROFILE = '[district]\ncode = "000000"\nname = "测试区"\ncity = "测试市"\nprovince = "测试省"\n'


@dataclass
class Memory:
    """The most that a tree of processes used, in MB."""

    largest: float = 0.0
    total: float = 0.0


def watch_memory(pid: int, memory: Memory, done: threading.Event) -> None:
    """Sample the proportional set sizes of a process and all below it until done."""
    while not done.wait(0.2):
        try:
            root = psutil.Process(pid)
            family = [root, *root.children(recursive=True)]
            sizes = [process.memory_full_info().pss / 1e6 for process in family]
        except psutil.Error:
            continue
        memory.largest = max(memory.largest, *sizes)
        memory.total = max(memory.total, sum(sizes))


def environment(home: Path) -> dict[str, str]:
    """Politeness off: for a test network only."""
    profile = home / "profile.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    own = {
        "QUXUN_HOME": str(home),
        "QUXUN_DISTRICT": str(profile),
        "QUXUN_DELAY_S": "0",
        "QUXUN_PER_HOST": str(PER_HOST),
        "QUXUN_ALLOW_PRIVATE": "1",
    }
    return {**os.environ, **own}


def add_sources(sites: list[str], env: dict[str, str]) -> None:
    """Add each site by its home page."""
    for site in sites:
        subprocess.run([QUXUN, "sources", "add", f"{site}/", "--yes"], env=env, check=True, capture_output=True)


def ours(sites: list[str]) -> tuple[float, Memory]:
    """Pages per second of one whole crawl."""
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        add_sources(sites, env)
        memory, done = Memory(), threading.Event()
        began = time.monotonic()
        process = subprocess.Popen([QUXUN, "crawl"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        watcher = threading.Thread(target=watch_memory, args=(process.pid, memory, done))
        watcher.start()
        process.wait()
        seconds = time.monotonic() - began
        done.set()
        watcher.join()
        return 200 * len(sites) / seconds, memory


def bare(sites: list[str]) -> float:
    """Pages per second of bare Scrapy."""
    command = [sys.executable, "-m", "benchmarks.bare", str(PER_HOST), *sites]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return int(answer[0]) / float(answer[1])


def main() -> None:
    """Alternate bare Scrapy and ours, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    shares, rates, largest, sums = [], [], [], []
    sizes = ("--seed", "7", "--columns", "4", "--articles", "50", "--latency-ms", "15", "--warm")
    with Newsnet(*sizes) as net:
        for number in range(rounds):
            base = bare(net.sites)
            rate, memory = ours(net.sites)
            shares.append(rate / base)
            rates.append(rate)
            largest.append(memory.largest)
            sums.append(memory.total)
            line = f"round {number + 1}: bare {base:.0f}, ours {rate:.1f} pages/s, share {rate / base:.2f}"
            print(f"{line}, largest process {memory.largest:.0f} MB, all {memory.total:.0f} MB")
    middle = f"median: {statistics.median(rates):.1f} pages/s, share {statistics.median(shares):.2f} of bare Scrapy"
    print(f"{middle}, largest process {max(largest):.0f} MB, all together {max(sums):.0f} MB")


if __name__ == "__main__":
    main()

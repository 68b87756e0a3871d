"""What crawls of the test internet find, cost and survive: the numbers of docs/performance.md.

Five sites of 200 articles, added by `quxun sources add` with their home pages; then a first run, an idle
one, one after changes; the same without sitemaps and feeds; and runs killed with `kill -9`.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from benchmarks.crawl import QUXUN, add_sources, environment
from benchmarks.testnet import Newsnet

SIZES = ("--seed", "7", "--columns", "4", "--articles", "50")
NO_MAPS = ("--no-sitemap", "0,1,2,3,4", "--no-rss", "0,1,2,3,4")


def say(text: str) -> None:
    print(text, flush=True)


class Trial:
    """A test internet and an installation that crawls it."""

    def __init__(self, net: Newsnet, home: Path) -> None:
        self.net, self.env = net, environment(home)

    def crawl(self, label: str) -> dict[str, Any]:
        """Crawl everything and print what it came to."""
        self.net.ask("__control/reset")
        began = time.monotonic()
        done = subprocess.run([QUXUN, "crawl", "--json"], env=self.env, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        runs = [json.loads(line) for line in done.stdout.splitlines()]
        stats = self.net.ask("__stats")
        sums = {name: sum(run[name] for run in runs) for name in ("new", "revised", "gone", "refused", "failed")}
        line = f"{label}: {sums}, {stats['requests']} requests, {stats['bytes']} bytes, {seconds:.1f} s"
        most = max((each["max_in_flight"] for each in stats["hosts"].values()), default=0)
        say(f"{line}, most in flight {most}, disallowed fetched {stats['disallowed']}, exit {done.returncode}")
        for run in runs:
            if run["status"] != "succeeded":
                say(f"  {run['source']}: {run['status']}: {run['reason']} {run['issues'][:3]}")
        return sums

    def articles(self) -> list[dict[str, Any]]:
        """What `quxun export` gives."""
        done = subprocess.run([QUXUN, "export", "--format", "jsonl"], env=self.env, capture_output=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def score(self) -> None:
        """Compare the export with the truth."""
        truth = {each["url"]: each for each in self.net.ask("__truth") if not each["deleted"]}
        stored = self.articles()
        urls = [each["url"] for each in stored]
        right = {"found": 0, "title": 0, "text": 0, "day": 0, "minute": 0}
        for article in stored:
            told = truth.get(_plain(article["url"], truth))
            if told is None:
                continue
            right["found"] += 1
            right["title"] += article["title"] == told["title"]
            right["text"] += _words(article["text"]) == _words(told["text"])
            right["day"] += _local(article)[:10] == told["date"][:10]
            right["minute"] += _local(article) == told["date"]
        twice = len(urls) - len({_plain(url, truth) for url in urls})
        say(f"  of {len(truth)}: {right}, stored {len(urls)}, twice {twice}, not articles {len(urls) - right['found']}")

    def check(self) -> None:
        done = subprocess.run([QUXUN, "check"], env=self.env, capture_output=True, text=True, check=False)
        say(f"  quxun check: exit {done.returncode} {done.stdout.strip().splitlines()[-1:]}")


def _plain(url: str, truth: dict[str, Any]) -> str:
    """A URL as the truth writes it; the sites know two orders of parameters."""
    if url in truth or "?" not in url:
        return url
    base, _, query = url.partition("?")
    return base + "?" + "&".join(sorted(query.split("&")))


def _words(text: str) -> str:
    return "".join(text.split())


def _local(article: dict[str, Any]) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    said = article["published_at"] or ""
    if "T" not in said:
        return str(said)
    return f"{datetime.fromisoformat(said).astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}"


def first_idle_changed(home: Path) -> None:
    """A first run, an idle run, a run after 10 new and 5 edited articles."""
    with Newsnet(*SIZES) as net:
        trial = Trial(net, home)
        add_sources(net.sites, trial.env)
        trial.crawl("first")
        trial.score()
        trial.crawl("idle")
        net.ask("__control/publish?n=10")
        net.ask("__control/edit?n=5")
        trial.crawl("10 new, 5 edited")
        trial.score()
        net.ask("__control/delete?n=5")
        trial.crawl("5 deleted")
        trial.check()


def without_maps(home: Path) -> None:
    """The same where no site has a sitemap or a feed."""
    with Newsnet(*SIZES, *NO_MAPS) as net:
        trial = Trial(net, home)
        add_sources(net.sites, trial.env)
        trial.crawl("first, no sitemap and no feed")
        trial.score()
        trial.crawl("idle, no sitemap and no feed")
        net.ask("__control/publish?n=10")
        trial.crawl("10 new, no sitemap and no feed")
        trial.check()


def killed(home: Path) -> None:
    """kill -9 of the whole process group at five random moments, then a run to the end."""
    rng = random.Random(time.time_ns())
    with Newsnet(*SIZES) as net:
        trial = Trial(net, home)
        add_sources(net.sites, trial.env)
        net.ask("__control/reset")
        for _ in range(5):
            command = [str(QUXUN), "crawl"]
            process = subprocess.Popen(
                command, env=trial.env, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(rng.uniform(2.0, 6.0))
            family = _family(process.pid)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            time.sleep(3)
            alive = [each for each in family if _alive(each)]
            say(f"  killed; alive three seconds later: {len(alive)} of {len(family)}")
        last = subprocess.run([QUXUN, "crawl", "--json"], env=trial.env, capture_output=True, text=True, check=False)
        stats = net.ask("__stats")
        say(f"after five kills: exit {last.returncode}, pages fetched again {stats['articles_200_repeats']}")
        trial.score()
        trial.check()


def _family(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


TRIALS: dict[str, Callable[[Path], None]] = {
    "maps": first_idle_changed,
    "no-maps": without_maps,
    "kill": killed,
}


def main(arguments: Sequence[str]) -> None:
    """Run the named trials, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", choices=[*TRIALS, []], default=list(TRIALS))
    for name in parser.parse_args(arguments).trials:
        with tempfile.TemporaryDirectory() as folder:
            TRIALS[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])

"""How this machine makes visits: in children of this process, on hosts that are free, while there is room."""

import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from crawler.locks import HostLock
from crawler.options import RunOptions, RunOrder
from crawler.urls import host
from quxun.config import Config
from quxun.wiring import RUN_ENTRY, launcher, run_options
from scheduler.runs import Runner
from scheduler.visitor import Visitor
from storage.records import Run, Source
from storage.store import Store

#: A scheduled run does not wait for a host that somebody else visits: it comes again in a moment.
PATIENCE_S = 1.0
#: Below this much free space nothing new is fetched, so that what is going on can still be stored.
LEAST_FREE_BYTES = 200 * 1024 * 1024

host_of: Callable[[str], str] = lru_cache(maxsize=100_000)(host)


def now() -> datetime:
    return datetime.now(UTC)


def visitor(config: Config, store: Store) -> tuple[Visitor, Runner]:
    """What makes visits, and what has their children started and watched."""
    started = launcher()
    started.warm_up()
    runner = Runner(store, started, RUN_ENTRY, now)
    return Visitor(store, runner, _arguments(run_options(config)), config.run_limit_s, now, random.random), runner


def _arguments(options: RunOptions) -> Callable[[Source, Run], tuple[Any, ...]]:
    """From a source and its run to what the child's entry is called with."""

    def of(source: Source, run: Run) -> tuple[Any, ...]:
        wish = run.wish
        order = RunOrder(
            source_key=source.key,
            run_id=run.id,
            requested_by=run.requested_by,
            urls=wish.urls,
            full=wish.full,
            since=wish.since,
            until=wish.until,
            patience_s=PATIENCE_S,
        )
        return options, order

    return of


def is_free(config: Config) -> Callable[[str], bool]:
    """Says whether nobody on this machine visits a host."""

    def free(name: str) -> bool:
        lock = HostLock(config.home / "locks", name)
        if not lock.acquire():
            return False
        lock.release()
        return True

    return free


def free_bytes(config: Config) -> int:
    """What the disk of the data folder has left."""
    config.home.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(config.home).free


def blocked(config: Config) -> Callable[[], str]:
    """Says why no run may begin now; empty if nothing is in the way."""

    def why() -> str:
        try:
            left = free_bytes(config)
        except OSError as error:
            return f"the data folder {config.home} cannot be used: {error.strerror}"
        if left < LEAST_FREE_BYTES:
            return f"the disk of {config.home} has only {left // 2**20} MB left: no new runs until there is more room"
        return ""

    return why

"""A service for the tests of this folder: real rows, real children, a fake clock's luck."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scheduler.dispatch import LocalDispatcher
from scheduler.launch import Launcher
from scheduler.runs import Runner
from scheduler.service import Post, Service
from scheduler.troubles import Troubles
from scheduler.visitor import Visitor
from storage.records import NewSource, Publisher, Run, Schedule, Source, SourceKind
from storage.store import Store
from tests.apart import PRELOAD


def host_of(url: str) -> str:
    return urlsplit(url).netloc


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Shop:
    """Everything that a service is made of, on one store."""

    store: Store
    url: str
    log: Path
    entry: str = "visit"
    seconds: float = 0.1
    places: int = 4
    free: Callable[[str], bool] = lambda host: True

    def __post_init__(self) -> None:
        self.troubles = Troubles()
        self.runner = Runner(self.store, Launcher(PRELOAD), f"tests.scheduler.errand_child:{self.entry}", now)
        self.visitor = Visitor(self.store, self.runner, self._arguments, 0.0, now, lambda: 0.5)
        self.dispatcher = LocalDispatcher(self.visitor, self.places, self._is_free, self.troubles)

    def service(self, **given: Any) -> Service:
        service = Service(
            self.store,
            self.dispatcher,
            host_of,
            now,
            self.troubles,
            Post(code_version="0", places=self.places),
            declared_by=("hand",),
            going=lambda: self.dispatcher.going,
            **given,
        )
        self.dispatcher.when_done = service.hurry
        return service

    def add(
        self, *keys: str, host: str = "", every_s: int | None = 3600, schedule: Schedule | None = None
    ) -> list[Source]:
        """Sources that are due now, each on a host of its own unless one is named."""
        return [
            self.store.sources.add(
                NewSource(
                    key=key,
                    publisher=Publisher(name=key),
                    kind=SourceKind.FEED,
                    url=f"http://{host or key}/feed.xml?{key}",
                    every_s=every_s,
                    schedule=schedule or Schedule(),
                ),
                now(),
            )
            for key in keys
        ]

    def said(self, word: str = "") -> list[str]:
        """Lines of the children, those with a word in them."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if word in line]

    def _is_free(self, host: str) -> bool:
        return self.free(host)

    def _arguments(self, source: Source, run: Run) -> tuple[Any, ...]:
        return self.url, run.id, self.log, self.seconds, host_of(source.url)


async def serve_until(service: Service, met: Callable[[], bool], *, give_up_s: float = 60) -> None:
    """Run a service until something has come, then stop it."""
    stop = asyncio.Event()
    task = asyncio.create_task(service.run(stop))
    try:
        give_up_at = time.monotonic() + give_up_s
        while not met():
            assert not task.done(), task.exception()
            assert time.monotonic() < give_up_at, "what was waited for did not come"
            await asyncio.sleep(0.02)
    finally:
        stop.set()
        await task


def most_at_once(lines: list[str], of_host: str = "") -> int:
    """How many visits were under way at once, at one host or over all."""
    going = most = 0
    for line in lines:
        host, word, _ = line.split()
        if of_host in ("", host):
            going += {"begin": 1, "end": -1}.get(word, 0)
            most = max(most, going)
    return most

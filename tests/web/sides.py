"""A side with boring defaults, and a client that asks its application as a program on this machine would."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI

from storage.records import Counters, ProcessRole, Run, RunStatus
from storage.store import Store
from tests.builders import NOW, World
from web.app import create_app
from web.inside import inside_of
from web.side import Side

ZONE = ZoneInfo("Asia/Shanghai")
TOKEN = "a-token-of-the-tests"


@dataclass(slots=True)
class Clock:
    """Stands still until it is told otherwise."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def side(store: Store, **fields: Any) -> Side:
    defaults: dict[str, Any] = {
        "store": store,
        "clock": Clock(),
        "version": "1.2.3",
        "token": "",
        "zone": ZONE,
        "places": 5,
        "trouble": lambda: "",
        "find_source": store.sources.get,
        "home_free_bytes": lambda: 10**9,
    }
    return Side(**defaults | fields)


def at_work(store: Store, **fields: Any) -> None:
    """Have a scheduler of the service say that it lives."""
    at = fields.pop("at", NOW)
    process = store.processes.enter(ProcessRole.SCHEDULER, "a-machine", 1, "1.2.3", 5, at)
    store.processes.seen(process.id, at, **{"leads": True, "runs": 0} | fields)


def ended(world: World, status: RunStatus = RunStatus.SUCCEEDED, **fields: Any) -> Run:
    """A run that began at NOW and is over: `counters`, `requested_by`, `begun_at`, `length_s`, `reason`, `log`."""
    begun_at = fields.get("begun_at", NOW)
    runs = world.store.runs
    run = runs.queue(world.source.id, fields.get("requested_by", "serve"), begun_at, machine="m", pid=1)
    runs.start(run.id, begun_at, 1, "m", "1.2.3")
    over_at = begun_at + timedelta(seconds=fields.get("length_s", 8))
    counters = fields.get("counters", Counters())
    return runs.finish(run.id, status, over_at, counters, fields.get("reason", ""), fields.get("log", ""))


class Client:
    """Asks an application without a network; every answer is waited for."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner, peer: str) -> None:
        self.app = app
        self._runner, self._peer = runner, peer

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """A change, as JSON unless it says otherwise."""
        headers = {"Content-Type": "application/json"} | options.pop("headers", {})
        return self.ask("POST", path, headers=headers, **options)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._ask(method, path, options))

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(self._peer, 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8620") as client:
            return await client.request(method, path, **options)


@contextmanager
def client(store: Store, *, peer: str = "127.0.0.1", **fields: Any) -> Iterator[Client]:
    """A client of an application for that store."""
    app = create_app(side(store, **fields))
    with asyncio.Runner() as runner:
        yield Client(app, runner, peer)
        inside_of(app).close()

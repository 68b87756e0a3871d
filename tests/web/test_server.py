"""A real server on loopback: its address, its end, and the event streams, which need one."""

import asyncio
import json
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from storage.errors import ConfigError
from storage.records import Counters, RunStatus
from storage.store import Store
from tests.builders import NOW, World
from tests.web.sides import ended, side
from web import events
from web.app import create_app
from web.server import WebServer


@asynccontextmanager
async def serving(store: Store, **fields: Any) -> AsyncIterator[WebServer]:
    server = WebServer(create_app(side(store, **fields)), "127.0.0.1", 0)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def asked(store: Store, work: Callable[[httpx.AsyncClient, WebServer], Awaitable[None]], **fields: Any) -> None:
    """Have the work done with a client of a server that is running."""

    async def whole() -> None:
        async with serving(store, **fields) as server, httpx.AsyncClient(base_url=server.url, timeout=10) as client:
            await work(client, server)

    asyncio.run(whole())


async def heard(client: httpx.AsyncClient, path: str, until: str = "end") -> AsyncGenerator[tuple[str, str], None]:
    """The events of a stream, name and data, up to one of that name."""
    async with client.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, line.removeprefix("data: ")
                if name == until:
                    return


# ------------------------------------------------------------------ where it answers
def test_a_server_on_any_free_port_knows_which_it_got(world: World) -> None:
    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        assert server.port > 0
        assert server.url == f"http://127.0.0.1:{server.port}/"
        answer = await client.get("/healthz")
        assert (answer.status_code, "server" in answer.headers) == (200, False)

    asked(world.store, work)


def test_an_address_that_is_taken_is_named_in_one_sentence(world: World) -> None:
    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        second = WebServer(create_app(side(world.store)), "127.0.0.1", server.port)
        with pytest.raises(ConfigError, match=f"127.0.0.1 port {server.port} is taken"):
            await second.start()
        await second.stop()

    asked(world.store, work)


def test_an_address_of_another_machine_is_named_in_one_sentence(world: World) -> None:
    server = WebServer(create_app(side(world.store)), "192.0.2.1", 0)
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1 port 0 cannot be used: this machine has no such address"):
        asyncio.run(server.start())


def test_a_server_leaves_the_signals_as_they_are(world: World) -> None:
    def handlers() -> list[Any]:
        return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    async def whole() -> None:
        before = handlers()
        async with serving(world.store):
            assert handlers() == before
        assert handlers() == before

    asyncio.run(whole())


def test_a_header_cannot_say_where_a_request_comes_from(world: World) -> None:
    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        headers = {"X-Forwarded-For": "127.0.0.1", "Content-Type": "application/json"}
        assert (await client.post("/api/sources/example/pause", headers=headers)).status_code == 403

    asked(world.store, work)


def test_what_is_no_http_is_answered_and_the_server_goes_on(world: World) -> None:
    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        for rubbish in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET / HTTP/1.1\r\nA: " + b"x" * 100_000 + b"\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(rubbish)
            assert (await reader.read(12)).startswith(b"HTTP/1.1 4")
            writer.close()
        assert (await client.get("/healthz")).status_code == 200

    asked(world.store, work)


# ------------------------------------------------------------------ its end
def test_a_server_ends_soon_whatever_its_clients_do(world: World) -> None:
    release = threading.Event()

    def hang() -> str:
        release.wait(30)
        return ""

    async def whole() -> None:
        server = WebServer(create_app(side(world.store, trouble=hang)), "127.0.0.1", 0)
        await server.start()
        idle = await asyncio.open_connection("127.0.0.1", server.port)
        half = await asyncio.open_connection("127.0.0.1", server.port)
        half[1].write(b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
        half[1].write(b"Content-Length: 10\r\n\r\n{")
        async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
            async for _ in heard(client, f"/api/runs/{world.run.id}/events", until="run"):
                slow = asyncio.create_task(client.get("/readyz"))
                await asyncio.sleep(0.2)
                async with asyncio.timeout(20):  # in vain would be for ever
                    await server.stop()
            release.set()
            with pytest.raises(httpx.HTTPError):
                (await slow).raise_for_status()
        for _, writer in (idle, half):
            writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", server.port)

    asyncio.run(whole())


def test_what_is_being_answered_when_a_server_is_stopped_is_answered(world: World) -> None:
    reached, release = threading.Event(), threading.Event()

    def slow() -> str:
        reached.set()
        release.wait(30)
        return ""

    async def whole() -> None:
        async with serving(world.store, trouble=slow) as server, httpx.AsyncClient(base_url=server.url) as client:
            answer = asyncio.create_task(client.get("/api/service"))
            await asyncio.to_thread(reached.wait)
            stopping = asyncio.create_task(server.stop())
            await asyncio.sleep(0.05)
            release.set()
            assert (await answer).status_code == 200
            await stopping

    asyncio.run(whole())


def test_a_server_that_never_began_can_be_stopped(world: World) -> None:
    asyncio.run(WebServer(create_app(side(world.store)), "127.0.0.1", 0).stop())


# ------------------------------------------------------------------ event streams
def test_who_follows_a_run_hears_of_every_change_and_of_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_POLL_S", 0.02)
    runs, run = world.store.runs, world.run

    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        told: list[tuple[str, Any]] = []
        steps = iter(
            [
                lambda: runs.start(run.id, NOW, 1, "m", "1.2.3"),
                lambda: runs.progress(run.id, Counters(new=1)),
                lambda: runs.finish(run.id, RunStatus.DEGRADED, NOW, Counters(new=2), "第二页\n没有回答", ""),
            ]
        )
        async for name, data in heard(client, f"/api/runs/{run.id}/events"):
            told.append((name, json.loads(data) if name == "run" else data))
            if name == "run" and (step := next(steps, None)):
                await asyncio.to_thread(step)
        rows = [(row["status"], row["new"], row["reason"]) for name, row in told if name == "run"]
        assert rows == [
            ("queued", 0, ""),
            ("running", 0, ""),
            ("running", 1, ""),
            ("degraded", 2, "第二页\n没有回答"),
        ]
        assert told[-1] == ("end", "degraded")

    asked(world.store, work)


def test_a_run_that_is_over_is_told_and_the_stream_ends_by_itself(world: World) -> None:
    done = ended(world)

    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        answer = await client.get(f"/api/runs/{done.id}/events")
        assert answer.text.endswith("event: end\ndata: succeeded\n\n")
        assert answer.text.count("event: run\n") == 1

    asked(world.store, work)


def test_a_stream_without_news_beats_like_a_heart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_POLL_S", 0.02)
    monkeypatch.setattr(events, "_HEARTBEAT_S", 0.05)

    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        async with client.stream("GET", f"/api/runs/{world.run.id}/events") as answer:
            async for line in answer.aiter_lines():
                if line.startswith(":"):
                    return
        pytest.fail("the stream ended without a heartbeat")

    asked(world.store, work)


def test_there_are_only_so_many_streams_and_one_that_ends_makes_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST", 2)
    monkeypatch.setattr(events, "_POLL_S", 0.02)
    path = f"/api/runs/{world.run.id}/events"

    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        first = heard(client, path, until="run")
        second = heard(client, path, until="run")
        await anext(first)
        await anext(second)
        refused = await client.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert "2 event streams are open already" in refused.json()["error"]
        await first.aclose()  # its client goes away
        async with asyncio.timeout(5):
            while (await client.head(path)).status_code == 503:
                await asyncio.sleep(0.02)
        await second.aclose()

    asked(world.store, work)


def test_a_stream_of_a_run_that_does_not_exist_is_not_opened(world: World) -> None:
    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        assert (await client.get("/api/runs/99/events")).status_code == 404

    asked(world.store, work)


def test_a_stream_says_when_the_run_cannot_be_looked_up_any_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_POLL_S", 0.02)

    async def work(client: httpx.AsyncClient, server: WebServer) -> None:
        told = []
        async for name, data in heard(client, f"/api/runs/{world.run.id}/events", until="trouble"):
            told.append((name, data))
            world.store.runs.withdraw(world.run.id)
        assert told[-1] == ("trouble", f"no run {world.run.id}")

    asked(world.store, work)

"""Serve the miniature district on 127.0.0.1, a port a site, from a thread of this process.

The content is `District`'s; here is the transport alone: HTTP/1.1 with keep-alive (RFC 9112), conditional
requests (RFC 9110 §13), gzip. It is made for crawlers and for looking at, not for the internet: it listens on
loopback only.
"""

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from demo.district import KEYS, District
from demo.model import Deed, EditKind, Page, Request
from demo.traffic import Traffic

HOST = "127.0.0.1"
#: A header longer than this is no crawler's.
HEADER_BYTES = 32 * 1024
BODY_BYTES = 64 * 1024
START_S = 10.0
LAST_PORT = 65535
KEPT_BY_304 = frozenset({"ETag", "Last-Modified", "Vary"})


@dataclass(slots=True, kw_only=True)
class _Message:
    """A request as it came in."""

    method: str
    target: str
    version: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def keeps_alive(self) -> bool:
        wish = self.headers.get("connection", "").lower()
        return wish == "keep-alive" if self.version == "HTTP/1.0" else wish != "close"

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers

    def request(self) -> Request:
        url = urlsplit(self.target)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        return Request(method=self.method, path=unquote(url.path) or "/", query=query, body=self.body)


@dataclass(slots=True)
class _Answer:
    """What goes over the wire."""

    status: HTTPStatus
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def wire(self, method: str) -> bytes:
        """Status line, headers and, unless the method is HEAD, the body."""
        headers = {"Date": _http_date(), "Server": "quxun-demo", **self.headers}
        if self.status is not HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(self.body))
        rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {int(self.status)} {self.status.phrase}\r\n{rows}\r\n".encode("latin-1")
        return head if method == "HEAD" else head + self.body


class _BadRequestError(Exception):
    """What came in is no request that this server reads."""


class DemoServer:
    """The district on loopback, from `start` to `stop` or as a context manager.

    With `port` the sites get that port and the ones after it in the order of `KEYS`, without it free ones.
    `latency_s` delays every answer; more than one request is open at a time only if the client sends them so.
    """

    def __init__(self, district: District, *, port: int = 0, latency_s: float = 0.0) -> None:
        if not 0 <= port <= LAST_PORT - len(KEYS) + 1:
            raise ValueError(f"{len(KEYS)} sites need a port up to {LAST_PORT - len(KEYS) + 1}, not {port}")
        self.district = district
        self.latency_s = latency_s
        self.traffic = Traffic()
        self._port = port
        self._addresses: dict[str, str] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._ready = threading.Event()
        #: Why the last start failed, as the thread saw it; at most one.
        self._failures: list[OSError] = []
        self._open: set[asyncio.Task[None]] = set()

    # -------------------------------------------------------------- on and off
    def start(self) -> dict[str, str]:
        """Listen, and say where: the key of each site and its address without a slash. OSError if a port is taken."""
        if self._thread is not None:
            return dict(self._addresses)
        self._ready.clear()
        self._failures.clear()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="demo-sites", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_S):
            raise TimeoutError("the demo's sites did not come up")
        if self._failures:
            self._thread.join()
            self._thread = None
            self._addresses = {}
            raise self._failures[0]
        return dict(self._addresses)

    def stop(self) -> None:
        """Close every connection and port; once more does nothing."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._over is None:
            return
        self._loop.call_soon_threadsafe(self._over.set)
        thread.join()
        self._addresses = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def addresses(self) -> dict[str, str]:
        """The key of each site and its address, empty while nothing listens."""
        return dict(self._addresses)

    # -------------------------------------------------------------- what tests and the demo do with it
    def publish(self, site: str, *, copy_of: str = "") -> Deed:
        """See `District.publish`."""
        return self.district.publish(site, copy_of=copy_of)

    def edit(self, site: str, url: str = "", kind: EditKind = EditKind.PARAGRAPH) -> Deed:
        """See `District.edit`."""
        return self.district.edit(site, url, kind)

    def delete(self, site: str, url: str = "") -> Deed:
        """See `District.delete`."""
        return self.district.delete(site, url)

    def advertise(self, site: str) -> Deed:
        """See `District.advertise`."""
        return self.district.advertise(site)

    @property
    def requests(self) -> int:
        """How many requests were answered since the last reset."""
        return self.traffic.total()

    def reset_counts(self) -> None:
        self.traffic.reset()

    # -------------------------------------------------------------- the thread's side
    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        servers: list[asyncio.Server] = []
        try:
            for n, key in enumerate(KEYS):
                servers.append(await self._listen(key, self._port + n if self._port else 0))
        except OSError as error:
            self._failures.append(error)
            self._over.set()
        else:
            self.district.place(self._addresses)
        self._ready.set()
        await self._over.wait()
        # First the connections: one that is accepted by a closed server is never closed (CPython 3.11).
        await self._hang_up()
        for server in servers:
            server.close()

    async def _hang_up(self) -> None:
        """End every connection, also one that is only being accepted; afterwards no task of the loop is left."""
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in self._open:
                task.cancel()
            await asyncio.wait(others)

    async def _listen(self, key: str, port: int) -> asyncio.Server:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._converse(key, reader, writer)

        server = await asyncio.start_server(connected, HOST, port, limit=HEADER_BYTES, backlog=256)
        self._addresses[key] = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
        return server

    async def _converse(self, key: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until either side has enough."""
        task, over = asyncio.current_task(), self._over
        assert task is not None
        assert over is not None
        self._open.add(task)
        try:
            while not over.is_set():
                message = await _read(reader)
                writer.write(await self._respond(key, message))
                await writer.drain()
                if not message.keeps_alive:
                    break
        except _BadRequestError as error:
            answer = _Answer(HTTPStatus.BAD_REQUEST, {"Connection": "close"}, str(error).encode())
            writer.write(answer.wire("GET"))
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            # The client is gone, or the server stops: nothing is left to say.
            pass
        finally:
            self._open.discard(task)
            writer.transport.abort() if over.is_set() else writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _respond(self, key: str, message: _Message) -> bytes:
        """The answer as it goes over the wire; counted before it is sent, so that its receiver finds it counted."""
        agent = message.headers.get("user-agent", "")
        counted = self.traffic.request(
            key, message.method, message.target, conditional=message.conditional, user_agent=agent
        )
        with counted as pending:
            # At least one turn of the loop, so that requests which came together are seen together.
            await asyncio.sleep(self.latency_s)
            answer = _answer(self.district.answer(key, message.request()), message)
            pending.status, pending.sent_bytes = int(answer.status), len(answer.body)
        if not message.keeps_alive:
            answer.headers["Connection"] = "close"
        elif message.version == "HTTP/1.0":
            answer.headers["Connection"] = "keep-alive"
        return answer.wire(message.method)


async def _read(reader: asyncio.StreamReader) -> _Message:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise _BadRequestError("header too long") from error
    first, *rows = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise _BadRequestError("no HTTP/1 request line")
    pairs = (row.partition(":") for row in rows)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal() or int(length) > BODY_BYTES:
        raise _BadRequestError("a body needs a Content-Length, and a small one")
    body = await reader.readexactly(int(length))
    return _Message(method=parts[0], target=parts[1], version=parts[2], headers=headers, body=body)


def _answer(page: Page, message: _Message) -> _Answer:
    """The page as this request gets it: whole, compressed, or not at all because the client has it."""
    status = HTTPStatus(page.status)
    headers = {"Content-Type": page.content_type}
    if page.location:
        headers["Location"] = page.location
    if page.allow:
        headers["Allow"] = page.allow
    if page.last_modified:
        headers["Last-Modified"] = page.last_modified
    if page.etag:
        headers["ETag"] = page.etag
    body = page.body
    if page.compressible:
        headers["Vary"] = "Accept-Encoding"
        if _accepts_gzip(message.headers.get("accept-encoding", "")):
            body = page.gzipped
            headers["Content-Encoding"] = "gzip"
            if page.etag:
                # Other bytes under the same strong validator would be wrong (RFC 9110 §8.8.3.3).
                headers["ETag"] = f"W/{page.etag}"
    if status is HTTPStatus.OK and _has_it(page, message.headers):
        # A 304 repeats the validators and carries no content (RFC 9110 §15.4.5).
        kept = {name: value for name, value in headers.items() if name in KEPT_BY_304}
        return _Answer(HTTPStatus.NOT_MODIFIED, kept)
    return _Answer(status, headers, body)


def _accepts_gzip(header: str) -> bool:
    for offer in header.lower().split(","):
        coding, _, weight = offer.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _has_it(page: Page, headers: Mapping[str, str]) -> bool:
    """Whether the client's copy is the current one; If-None-Match decides alone where it stands (RFC 9110 §13.2.2)."""
    if "if-none-match" in headers:
        tags = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
        return bool(page.etag) and (page.etag in tags or "*" in tags)
    since = headers.get("if-modified-since")
    if since is None or page.modified_at is None:
        return False
    try:
        at = parsedate_to_datetime(since)
    except ValueError:
        return False
    return page.modified_at <= (at if at.tzinfo else at.replace(tzinfo=UTC))


def _http_date() -> str:
    return datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")

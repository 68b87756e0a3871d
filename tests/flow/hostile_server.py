"""A site that breaks the rules, on a loopback address of its own: a table path → behaviour.

A behaviour writes what it likes to the connection, valid HTTP or not; the connection is closed after it.
"""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

#: Sends what the client is to see.
Behaviour = Callable[[socket.socket], None]

_HEAD_BYTES = 64 * 1024
_PARAGRAPHS = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """One request as it came in."""

    path: str
    came_s: float


class HostileServer:
    """Answers on `address`, a thread a connection; `/robots.txt` and what the table does not name are 404."""

    def __init__(self, table: dict[str, Behaviour] | None = None, address: str = "127.0.0.1") -> None:
        self.table: dict[str, Behaviour] = dict(table or {})
        self.hits: list[Hit] = []
        self._listener = socket.create_server((address, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{address}:{self.port}"

    def paths(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(hit.path for hit in self.hits)

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                head = b""
                while b"\r\n\r\n" not in head and len(head) < _HEAD_BYTES:
                    part = connection.recv(_HEAD_BYTES)
                    if not part:
                        return
                    head += part
                path = head.split(b" ", 2)[1].decode("latin-1")
                self.hits.append(Hit(path, time.monotonic()))
                self.table.get(path, status(404))(connection)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                return  # the client has had enough


# ------------------------------------------------------------------ behaviours
def raw(*parts: bytes, pause_s: float = 0.0) -> Behaviour:
    """Exactly these bytes, with a pause between the parts."""

    def behave(connection: socket.socket) -> None:
        for number, part in enumerate(parts):
            if number and pause_s:
                time.sleep(pause_s)
            connection.sendall(part)

    return behave


def answer(body: bytes | str, code: int = 200, kind: str = "text/html; charset=utf-8", **fields: object) -> Behaviour:
    """A well-formed answer; `fields` are further header fields, `_` for `-`, and may replace ours."""
    payload = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": kind, "Content-Length": len(payload)}
    headers |= {name.replace("_", "-"): value for name, value in fields.items()}
    rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return raw(f"HTTP/1.1 {code} Said\r\n{rows}Connection: close\r\n\r\n".encode() + payload)


def status(code: int, kind: str = "text/html", **fields: object) -> Behaviour:
    """An answer without a body."""
    return answer(b"", code, kind, **fields)


def redirect(target: str, code: int = 302) -> Behaviour:
    return status(code, Location=target)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first at the first request, and so on; the last from then on."""
    left = list(behaviours)
    turn = threading.Lock()

    def behave(connection: socket.socket) -> None:
        with turn:
            now = left.pop(0) if len(left) > 1 else left[0]
        now(connection)

    return behave


def after(pause_s: float, then: Behaviour) -> Behaviour:
    """The same, later."""

    def behave(connection: socket.socket) -> None:
        time.sleep(pause_s)
        then(connection)

    return behave


# ------------------------------------------------------------------ content
def title(number: int) -> str:
    return f"临湖新区第{number}号工程建成通车惠及周边群众"


def article(number: int) -> str:
    """A page that every reader takes for an article, unlike that of any other number."""
    said = "".join(
        f"<p>第{number}号工程第{place}标段的负责人告诉记者，工程于当月开工，投入资金{number * 7 + place}万元，"
        f"涉及{number % 90 + place}个社区的居民，各项工作正在有序推进，预计年底以前全部完工并投入使用。</p>"
        for place in range(1, _PARAGRAPHS)
    )
    return (
        f"<html><head><meta charset='utf-8'><title>{title(number)}</title></head><body><div class='article'>"
        f"<h1>{title(number)}</h1><div class='info'>发布时间：2026-11-20 10:00　来源：临湖新区</div>"
        f"<div class='content'>{said}</div></div></body></html>"
    )


def feed(urls: Iterable[str]) -> Behaviour:
    """An RSS feed of these URLs."""
    items = "".join(
        f"<item><title>{title(number)}</title><link>{url}</link></item>" for number, url in enumerate(urls, 1)
    )
    xml = f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>x</title>{items}</channel></rss>"
    return answer(xml, kind="application/rss+xml")


def sitemap(urls: Iterable[str]) -> Behaviour:
    """A sitemap of these URLs."""
    rows = "".join(f"<url><loc>{url}</loc><lastmod>2026-11-20</lastmod></url>" for url in urls)
    return answer(f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>", kind="text/xml")


def listed(table: dict[str, Behaviour]) -> dict[str, Behaviour]:
    """The table with a feed of all its paths but robots.txt."""
    return {"/feed.xml": feed([path for path in table if path != "/robots.txt"]), **table}

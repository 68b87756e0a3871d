"""Servers on loopback that take messages, or fail to in every way that a channel can fail."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Taken:
    """A request that came in."""

    method: str
    path: str
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Sink:
    """An HTTP server: what came in, and how it answers next."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    status: int = 200
    answer: bytes = b"{}"
    location: str = ""
    #: Called with each request before it is answered.
    before: Callable[[Taken], None] = lambda _: None
    #: Set: requests are answered; otherwise they wait, or are cut off where `drops`.
    open: threading.Event = field(default_factory=threading.Event)
    drops: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def channel(self) -> str:
        """As a webhook of Apprise's, with something secret in it."""
        return f"json://127.0.0.1:{self.port}/sesame"

    @property
    def titles(self) -> list[str]:
        return [each.json["title"] for each in self.taken]

    @property
    def texts(self) -> list[str]:
        return [each.json["message"] for each in self.taken]


@contextmanager
def http_sink(**fields: Any) -> Iterator[Sink]:
    """A server that takes everything; what hangs is let go in the end."""
    sink = Sink(**fields)
    sink.open.set()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            taken = Taken(self.command, self.path, body)
            if sink.drops:
                self.connection.close()
                return
            if not sink.open.is_set():
                sink.open.wait(30)
            sink.taken.append(taken)
            sink.before(taken)
            self.send_response(sink.status)
            if sink.location:
                self.send_header("Location", sink.location)
            self.send_header("Content-Length", str(len(sink.answer)))
            self.end_headers()
            self.wfile.write(sink.answer)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """A test says what it wants to know."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """The other side may be gone: that is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    sink.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield sink
    finally:
        sink.open.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True)
class Mailbox:
    """A mail server: the messages it took, as they came."""

    port: int = 0
    mails: list[str] = field(default_factory=list)


@contextmanager
def mail_sink() -> Iterator[Mailbox]:
    """A server that speaks just enough SMTP (RFC 5321) to be handed a mail."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    box.mails.append(self._mail())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")
                if word == b"QUIT":
                    return

        def _mail(self) -> str:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            return b"".join(lines).decode()

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

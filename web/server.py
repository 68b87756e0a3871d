"""uvicorn inside a loop that is there already. The service owns the signals and the logs."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Generator
from ipaddress import ip_address

import uvicorn
from fastapi import FastAPI

from storage.errors import ConfigError
from web.inside import inside_of

#: What may be under way when it is told to stop gets so long to end.
_GRACE_S = 1
#: Longer than anything that is stopped should take.
_STOP_S = 2.5
#: Connections at once; further ones are answered 503, so that the service keeps its files and sockets.
_CONNECTIONS = 300
_HEADERS_BYTES = 32 * 1024
_IDLE_S = 30

_PROBLEMS = {
    errno.EADDRINUSE: "is taken: something answers there already; choose another QUXUN_PORT",
    errno.EACCES: "is not permitted: ports below 1024 belong to root; choose another QUXUN_PORT",
    errno.EADDRNOTAVAIL: "cannot be used: this machine has no such address; choose another QUXUN_HOST",
}

_log = logging.getLogger(__name__)


class WebServer:
    """Answers at one address while it is started."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        """`host` is an IP address; port 0 takes any that is free."""
        self._app, self.host = app, host
        #: The real one once it is started.
        self.port = port
        self._server: _Quiet | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}/"

    async def start(self) -> None:
        """Begin to answer; ConfigError if the address cannot be had."""
        listener = _listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        self._server = _Quiet(_config(self._app))
        self._serving = asyncio.create_task(self._server.serve([listener]), name="web")
        self._serving.add_done_callback(self._ended)
        up = asyncio.create_task(self._server.up.wait())
        await asyncio.wait({up, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()

    async def stop(self) -> None:
        """End the event streams, let what is under way finish for a second, and close every connection."""
        server, serving = self._server, self._serving
        if server is None or serving is None:
            return
        inside = inside_of(self._app)
        inside.streams.close()
        server.should_exit = True
        await asyncio.wait({serving}, timeout=_STOP_S)
        serving.cancel()
        for connection in list(server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.wait({serving}, timeout=_GRACE_S)
        inside.close()

    def _ended(self, serving: asyncio.Task[None]) -> None:
        asked_to = self._server is not None and self._server.should_exit
        error = None if serving.cancelled() else serving.exception()
        if error is not None or not asked_to:
            _log.error("the HTTP side at %s ended by itself", self.url, exc_info=error)


class _Quiet(uvicorn.Server):
    """Leaves the signals to the service, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="none",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        workers=1,
        proxy_headers=False,  # an address that a header claims is nobody's
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_GRACE_S,
        h11_max_incomplete_event_size=_HEADERS_BYTES,
    )


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens there."""
    family = socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        said = _PROBLEMS.get(error.errno or 0, f"cannot be used: {error.strerror}")
        raise ConfigError("QUXUN_HOST and QUXUN_PORT", "", f"{host} port {port} {said}") from error
    return listener

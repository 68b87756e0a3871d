"""A run as it changes, as Server-Sent Events: its row each time it is another, until it is over.

The row is looked up twice a second, whoever writes it: another process, another machine.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from storage.errors import QuxunError
from storage.records import Run
from storage.runs import UNFINISHED
from web.problems import TooMany

#: Open at once.
MOST = 50
_POLL_S = 0.5
_HEARTBEAT_S = 15.0


class Streams:
    """The event streams that are open; `close` ends them all."""

    def __init__(self) -> None:
        self._open = 0
        self._closing = asyncio.Event()

    def enter(self) -> None:
        """Take a place; TooMany if there is none."""
        if self._open >= MOST:
            raise TooMany(f"{MOST} event streams are open already; close one, or ask again later")
        self._open += 1

    def leave(self) -> None:
        self._open -= 1

    def close(self) -> None:
        """Have every stream end."""
        self._closing.set()

    async def rest(self, seconds: float) -> bool:
        """Wait; True if the streams are to end."""
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return False
        return True


class EventStream(StreamingResponse):
    """An answer that goes on; its place is free again when it ends, however it does."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], streams: Streams) -> None:
        super().__init__(events, headers={"X-Accel-Buffering": "no"})
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.leave()


async def events(
    run: Run, look: Callable[[], Awaitable[Run]], tell: Callable[[Run], str], streams: Streams
) -> AsyncIterator[bytes]:
    """The run now and whenever it changes, then how it ended. `look` gives its row, `tell` writes it as JSON.

    `run` for a row, `trouble` if it cannot be read any more, `end` when there will be no more.
    """
    last = ""
    quiet_since = time.monotonic()
    while True:
        told = tell(run)
        if told != last:
            yield _event("run", told)
            last, quiet_since = told, time.monotonic()
        elif time.monotonic() - quiet_since > _HEARTBEAT_S:
            yield b": still the same\n\n"
            quiet_since = time.monotonic()
        if run.status not in UNFINISHED:
            yield _event("end", run.status.value)
            return
        if await streams.rest(_POLL_S):
            return
        try:
            run = await look()
        except QuxunError as error:
            yield _event("trouble", str(error))
            return


def _event(name: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.replace("\r", "\n").split("\n"))
    return f"event: {name}\n{lines}\n".encode("utf-8", "replace")

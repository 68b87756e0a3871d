"""Questions to the store from a loop that must not wait: asked in threads, answered within a bounded time.

A thread that waits for a database cannot be stopped. Whoever asked is told so in time, and the thread ends
when the database answers or gives up.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from storage.errors import DatabaseError

#: For a page or an answer of the API.
ANSWER_S = 5.0
#: A writer of SQLite may wait for others; nobody waits longer than this for his answer.
WRITE_S = 10.0
#: For a probe.
PROBE_S = 2.0
#: For all figures at once: a scraper usually waits for ten seconds.
SCRAPE_S = 8.0

_THREADS = 6
#: Probes and figures have threads of their own: they must answer while all others wait for a lock.
_PROBE_THREADS = 3

DoneT = TypeVar("DoneT")


class Calls:
    """Asks questions about one database."""

    def __init__(self, url: str) -> None:
        """`url` names the database in messages, without its password."""
        self._url = url
        self._answers = ThreadPoolExecutor(_THREADS, "web")
        self._probes = ThreadPoolExecutor(_PROBE_THREADS, "web-probe")
        self._shared: dict[str, asyncio.Future[Any]] = {}

    async def ask(self, question: Callable[[], DoneT], limit_s: float = ANSWER_S) -> DoneT:
        """What the question gives; DatabaseError if that takes longer than the limit."""
        future = asyncio.get_running_loop().run_in_executor(self._answers, question)
        return await self._within(limit_s, future, wanted_by_others=False)

    async def probe(self, name: str, question: Callable[[], DoneT], limit_s: float) -> DoneT:
        """The same for a question that many may ask at once: who asks while it is being answered shares the answer."""
        future: asyncio.Future[DoneT] | None = self._shared.get(name)
        if future is None or future.done():
            future = asyncio.get_running_loop().run_in_executor(self._probes, question)
            self._shared[name] = future
        return await self._within(limit_s, future, wanted_by_others=True)

    def close(self) -> None:
        """Take no more questions; those under way are not waited for."""
        for pool in (self._answers, self._probes):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _within(self, limit_s: float, future: asyncio.Future[DoneT], *, wanted_by_others: bool) -> DoneT:
        try:
            await asyncio.wait({future}, timeout=limit_s)
            if future.done():
                return future.result()
        finally:
            if not future.done():
                future.add_done_callback(_forget)
                if not wanted_by_others:
                    future.cancel()  # takes it out of the queue if no thread has begun it
        raise DatabaseError(self._url, f"did not answer within {limit_s:g} s")


def _forget(future: asyncio.Future[Any]) -> None:
    """Nobody waits for it any more: its error is not to be reported as one that was overlooked."""
    if not future.cancelled():
        future.exception()

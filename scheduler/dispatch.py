"""Dispatch on one machine: the runs are children of this process, at most one a host, as many at once as allowed."""

import asyncio
import logging
import time
from collections.abc import Callable

from scheduler.errands import Errand
from scheduler.troubles import Troubles
from scheduler.visitor import Visitor
from storage.errors import QuxunError
from storage.records import RunStatus

#: A host that somebody else is visiting, or whose run broke on the database, is let alone for so long.
REST_S = 5.0

_log = logging.getLogger(__name__)


class LocalDispatcher:
    """Takes errands while there are places, one a host; what it does not take comes again with the next tick."""

    def __init__(
        self,
        visitor: Visitor,
        places: int,
        is_free: Callable[[str], bool],
        troubles: Troubles,
        when_done: Callable[[], None] = lambda: None,
    ) -> None:
        """`is_free` says whether nobody else visits a host; `when_done` is called whenever a place gets free."""
        self._visitor, self._places, self._is_free = visitor, places, is_free
        self._troubles, self.when_done = troubles, when_done
        self._going: dict[str, asyncio.Task[None]] = {}
        self._names: set[str] = set()
        self._resting: dict[str, float] = {}

    @property
    def going(self) -> int:
        """Visits under way."""
        return len(self._going)

    async def open(self) -> None:
        """Nothing to prepare."""

    async def dispatch(self, errands: list[Errand]) -> int:
        """Begin those whose host is free, as long as there are places."""
        now = time.monotonic()
        self._resting = {host: until for host, until in self._resting.items() if until > now}
        taken = 0
        for errand in errands:
            if len(self._going) >= self._places:
                break
            if errand.host in self._going or errand.host in self._resting or errand.name in self._names:
                continue
            if not self._is_free(errand.host):
                self._resting[errand.host] = now + REST_S
                continue
            self._names.add(errand.name)
            self._going[errand.host] = asyncio.create_task(self._visit(errand), name=errand.name)
            taken += 1
        return taken

    async def close(self) -> None:
        """Have every child end, and wait for it."""
        going = list(self._going.values())
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)

    async def _visit(self, errand: Errand) -> None:
        rest_s = 0.0
        try:
            run = await self._visitor.visit(errand)
            rest_s = REST_S if run and run.status is RunStatus.QUEUED else 0.0
            self._troubles.over("run")
        except QuxunError as error:
            rest_s = REST_S
            self._troubles.note("run", str(error))
        except Exception:  # noqa: BLE001 - the edge of a run
            rest_s = REST_S
            _log.exception("the visit of %s broke", errand.host)
        finally:
            del self._going[errand.host]
            self._names.discard(errand.name)
            if rest_s:
                self._resting[errand.host] = time.monotonic() + rest_s
            self.when_done()

"""What the endpoints work with: the side, the threads that ask its store, the open event streams, the metrics."""

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request

from storage import migrate
from storage.errors import DatabaseError, QuxunError
from web.calls import PROBE_S, Calls
from web.events import Streams
from web.metrics import Metrics, alive
from web.side import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """One HTTP side; close it when the server has stopped."""

    side: Side
    calls: Calls
    metrics: Metrics
    streams: Streams = field(default_factory=Streams)
    #: Held while it is looked up whether a wish waits already, and queued if not.
    asking: Lock = field(default_factory=Lock)
    #: By a clock that is never set.
    begun_s: float = field(default_factory=time.monotonic)

    @property
    def uptime_s(self) -> int:
        return int(time.monotonic() - self.begun_s)

    async def reasons(self) -> list[str]:
        """Why the service does not do its work, a sentence each; empty if it does. Answers within seconds."""
        try:
            found = await self.calls.probe("ready", self._reasons, PROBE_S)
        except DatabaseError as error:
            found = [str(error)]
        try:
            trouble = await self.calls.probe("trouble", self.side.trouble, PROBE_S)
        except DatabaseError:
            trouble = "what troubles the service cannot be told: it did not answer"
        return [*found, trouble] if trouble else found

    def close(self) -> None:
        """End what still goes on: event streams, and questions that nobody waits for."""
        self.streams.close()
        self.calls.close()

    def _reasons(self) -> list[str]:
        store = self.side.store
        try:
            migrate.demand_current(store.database)
            processes = alive(store, self.side.clock())
        except QuxunError as error:
            return [str(error)]
        if not any(each.leads for each in processes):
            return ["no scheduler has been at work in the last 30 s, so nothing is visited"]
        return []


def put_inside(app: FastAPI, inside: Inside) -> None:
    """Have the endpoints of the application find it."""
    app.state.inside = inside


def inside_of(app: Any) -> Inside:
    """What was put into an application."""
    return cast(Inside, app.state.inside)


async def _of_request(request: Request) -> Inside:
    return inside_of(request.app)


#: The parameter of an endpoint.
Within = Annotated[Inside, Depends(_of_request)]

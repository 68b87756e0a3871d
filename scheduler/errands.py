"""What a dispatcher is told to have done: visit a source because it is due, or because somebody asked for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage.records import RunId, SourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One visit to be made."""

    source_id: SourceId
    #: The host that it visits: one visit at a time.
    host: str
    #: When it should have begun.
    due_at: datetime
    #: The queued run that somebody asked for; None for a source that is due: its run is made when it begins.
    run_id: RunId | None = None

    @property
    def name(self) -> str:
        """What tells errands apart: one of a name waits at a time."""
        return f"source:{self.source_id}" if self.run_id is None else f"run:{self.run_id}"


class Dispatcher(Protocol):
    """Has errands done, here or elsewhere."""

    async def open(self) -> None:
        """Begin; raises QuxunError if it cannot."""

    async def dispatch(self, errands: list[Errand]) -> int:
        """Take errands that are not taken yet, in their order, as far as there is room; how many. Idempotent."""

    async def close(self) -> None:
        """End what is going on here: children store what they have and are gone within ten seconds."""

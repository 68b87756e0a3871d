"""Make one visit from beginning to end: its row, its child, what follows from it, and when the source is due again."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from scheduler.due import failures_after, next_due, opening
from scheduler.errands import Errand
from scheduler.follow import follow_in_one_thread
from scheduler.runs import Runner
from storage.errors import ConfigError
from storage.records import Run, RunStatus, Source
from storage.runs import SCHEDULED
from storage.store import Store

_log = logging.getLogger("quxun.runs")

#: Statuses from which the log line is a warning.
_BAD = (RunStatus.FAILED, RunStatus.ABANDONED)

Told = TypeVar("Told")

#: From a source and its run to what the child's entry is called with.
Arguments = Callable[[Source, Run], tuple[Any, ...]]


class Visitor:
    """Visits sources, one errand at a time each; many errands may be under way."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        arguments: Arguments,
        limit_s: float,
        clock: Callable[[], datetime],
        luck: Callable[[], float],
    ) -> None:
        self._store, self._runner, self._arguments = store, runner, arguments
        self._limit_s, self._clock, self._luck = limit_s, clock, luck

    async def visit(self, errand: Errand) -> Run | None:
        """The run as it ended, queued if it could not begin because the host is busy; None if it is not wanted."""
        begun = await asyncio.to_thread(self._begin, errand)
        if begun is None:
            return None
        source, run = begun
        ended = await self._runner.run(run, self._limit_s, *self._arguments(source, run))
        if ended.status is RunStatus.QUEUED:
            if errand.run_id is None:
                await asyncio.to_thread(self._store.runs.withdraw, run.id)
            return ended
        await asyncio.to_thread(self.settle, ended)
        report(ended, errand.due_at)
        return ended

    def settle(self, run: Run) -> None:
        """What follows from a run: when its source is due again, and the stories of what it brought."""
        reschedule(self._store, run, self._clock(), self._luck())
        follow_in_one_thread(self._store, self._clock())

    def _begin(self, errand: Errand) -> tuple[Source, Run] | None:
        """The source and its queued run; None if it is no longer wanted."""
        source = self._store.sources.by_id(errand.source_id)
        if errand.run_id is not None:
            run = self._store.runs.get(errand.run_id)
            return (source, run) if run.status is RunStatus.QUEUED else None
        now = self._clock()
        if source.next_due_at is None or source.next_due_at > now:
            return None
        opens_at = readable(source, lambda: opening(source.schedule, now, self._luck()))
        if opens_at > now:  # it became due outside its hours: it is new, or the service was down
            self._store.sources.reschedule(source.id, opens_at, source.failures)
            return None
        run = self._store.runs.queue(
            source.id, SCHEDULED, now, due_at=source.next_due_at, machine=socket.gethostname(), pid=os.getpid()
        )
        return source, run


def reschedule(store: Store, run: Run, now: datetime, luck: float) -> None:
    """Say when the run's source is due again; not after a run of single URLs, or one that says nothing of the site."""
    if run.wish.urls or run.status is RunStatus.ABANDONED:
        return
    source = store.sources.by_id(run.source_id)
    if not source.polled:
        return
    failures = failures_after(source.failures, run.status)
    due_at = readable(
        source,
        lambda: next_due(
            every_s=source.every_s,
            schedule=source.schedule,
            failures=failures,
            asked_until=run.asked_until,
            now=now,
            luck=luck,
        ),
    )
    store.sources.reschedule(source.id, due_at, failures)


def readable(source: Source, told: Callable[[], Told]) -> Told:
    """What a source's schedule tells; ConfigError, naming the source, if it cannot be read on this machine."""
    try:
        return told()
    except ValueError as error:
        raise ConfigError(f"source {source.key}", "schedule", str(error)) from error


def report(run: Run, due_at: datetime) -> None:
    """The one line that a run leaves in the service's log."""
    counters = run.counters
    began = run.started_at or run.queued_at
    took = (run.finished_at - began).total_seconds() if run.finished_at else 0.0
    fields: dict[str, object] = {
        "run": run.id,
        "source": run.source_key,
        "status": run.status.value,
        "new": counters.new,
        "revised": counters.revised,
        "gone": counters.gone,
        "failed": counters.failed,
        "requests": counters.requests,
        "bytes": counters.bytes,
        "late_s": round(max(0.0, (began - due_at).total_seconds()), 1),
        "took_s": round(took, 2),
        "reason": run.reason,
    }
    _log.log(logging.WARNING if run.status in _BAD else logging.INFO, "run ended", extra={"fields": fields})

"""Ask the service for runs, watch them, and call them off: all through the database, wherever the service is."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from crawler.options import RunOrder
from quxun.crawling import Watcher
from storage.records import ProcessRole, Run, RunId, RunWish, Source
from storage.store import Store

#: How often a run's row is looked at.
_POLL_S = 0.5
#: A service says every five seconds that it lives.
_SILENT = timedelta(seconds=30)


def ask(store: Store, orders: Sequence[tuple[Source, RunOrder]], now: datetime) -> list[Run]:
    """A queued run for each order; the one that waits already where somebody asked for just that."""
    asked = []
    for source, order in orders:
        wish = RunWish(urls=order.urls, full=order.full, since=order.since, until=order.until)
        waiting = store.runs.of_source_waiting(source.id, wish)
        asked.append(waiting or store.runs.queue(source.id, order.requested_by, now, wish=wish))
    return asked


def follow(store: Store, run_ids: Sequence[RunId], watch: Watcher) -> list[Run]:
    """The runs as they ended; `watch` is shown them as they stand, until the last one has."""
    while True:
        runs = [store.runs.get(run_id) for run_id in run_ids]
        watch(runs)
        if all(run.finished_at is not None for run in runs):
            return runs
        time.sleep(_POLL_S)


def service_lives(store: Store, now: datetime) -> bool:
    """Whether a scheduler was heard of lately."""
    return any(each.role is ProcessRole.SCHEDULER and each.seen_at > now - _SILENT for each in store.processes.list())


def right_now() -> datetime:
    return datetime.now(UTC)

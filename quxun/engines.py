"""What makes the runs of a service: children of its own on SQLite, workers and a queue on PostgreSQL."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.settings import VERSION
from quxun.config import Config
from quxun.visiting import is_free, now, visitor
from scheduler.dispatch import LocalDispatcher
from scheduler.errands import Dispatcher
from scheduler.service import Alone, Leadership
from scheduler.troubles import Troubles
from storage.store import Store

Beside = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A dispatcher with what belongs to it."""

    dispatcher: Dispatcher
    leadership: Leadership
    #: Runs under way in this process.
    going: Callable[[], int]
    #: Takes what is to be called whenever a place gets free.
    when_done: Callable[[Callable[[], None]], None]
    #: What runs beside the scheduler until the event is set.
    beside: Sequence[Beside] = ()


def local_engine(config: Config, store: Store, troubles: Troubles) -> Engine:
    """Runs as children of this process; nothing else is needed."""
    visits, runner = visitor(config, store)
    dispatcher = LocalDispatcher(visits, config.runs, is_free(config), troubles)

    def tell(whom: Callable[[], None]) -> None:
        dispatcher.when_done = whom

    return Engine(
        dispatcher=dispatcher,
        leadership=Alone(),
        going=lambda: dispatcher.going,
        when_done=tell,
        beside=(_until(runner.watch),),
    )


def queued_engine(config: Config, store: Store, troubles: Troubles, *, runs: bool) -> Engine:
    """Runs as jobs of a queue in PostgreSQL; with `runs` this process is a worker too."""
    from scheduler.leader import PostgresLeadership
    from scheduler.queue import ProcrastinateDispatcher

    dispatcher = ProcrastinateDispatcher(config.database_url, store, now, troubles)
    beside, going = worker(config, store, troubles) if runs else ((), _none)
    return Engine(
        dispatcher=dispatcher,
        leadership=PostgresLeadership(config.database_url, store, troubles),
        going=going,
        when_done=lambda whom: None,  # noqa: ARG005 - the queue tells its workers itself
        beside=beside,
    )


def worker(config: Config, store: Store, troubles: Troubles) -> tuple[Sequence[Beside], Callable[[], int]]:
    """What takes runs from the queue here, and how many are under way."""
    from scheduler.work import Worker

    visits, runner = visitor(config, store)
    works = Worker(config.database_url, visits, config.runs, now, troubles, VERSION, store)
    return (works.run, _until(runner.watch)), lambda: works.going


def _none() -> int:
    return 0


def _until(endless: Callable[[], Coroutine[Any, Any, None]]) -> Beside:
    """Something endless that ends when the event is set."""

    async def run(stop: asyncio.Event) -> None:
        task = asyncio.create_task(endless())
        await stop.wait()
        task.cancel()

    return run

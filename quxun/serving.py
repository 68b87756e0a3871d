"""Run the service and the worker: put them together, keep them going until a signal, and end them in order."""

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawler.settings import VERSION
from quxun.config import Config
from quxun.crawling import source_of
from quxun.engines import local_engine, queued_engine, worker
from quxun.household import District, Household
from quxun.outdated import say_outdated
from quxun.pruning import prune_own_files
from quxun.visiting import blocked, free_bytes, host_of, now
from scheduler.service import Post, Service
from scheduler.troubles import Troubles
from storage.errors import ConfigError, QuxunError, UsageError
from storage.store import Store
from web.app import create_app
from web.server import WebServer
from web.side import Side

#: A scheduler that has not got through a tick for so long is in trouble.
_STALLED = timedelta(seconds=30)
_DAY_S = 86_400.0


async def serve(config: Config, store: Store, *, runs: bool, ready: Callable[[str], None]) -> None:
    """Schedule until a signal, and make runs if wanted; `ready` is told where it answers."""
    stop = stop_signal()
    troubles = Troubles()
    places = config.runs if runs else 0
    district = District(config, store)
    household = Household(config, store, troubles, district, lambda: not stop.is_set())
    in_force = replace(config, district=str(district.in_force))
    if store.database.is_sqlite:
        engine = local_engine(in_force, store, troubles)
    else:
        engine = queued_engine(in_force, store, troubles, runs=runs)
    service = Service(
        store,
        engine.dispatcher,
        host_of,
        now,
        troubles,
        Post(code_version=VERSION, places=places, run_limit_s=config.run_limit_s),
        declared_by=("hand", district.profile.declared_by),
        leadership=engine.leadership,
        chores=household.chores(),
        blocked=blocked(config),
        going=engine.going,
    )
    engine.when_done(service.hurry)
    web = WebServer(create_app(_side(config, store, troubles, service, district, places)), config.host, config.port)
    await web.start()
    ready(web.url)
    with contextlib.suppress(QuxunError):  # said by what the service is there for
        await asyncio.to_thread(say_outdated, store)
    try:
        await together(stop, service.run(stop), *(beside(stop) for beside in engine.beside))
    finally:
        await web.stop()
        household.close()


async def work(config: Config, store: Store) -> None:
    """Take runs from the queue until a signal."""
    stop = stop_signal()
    beside, _ = worker(config, store, Troubles())
    await together(stop, *(each(stop) for each in beside), _tidy(config, store, stop))


async def _tidy(config: Config, store: Store, stop: asyncio.Event) -> None:
    """Once a day, remove this machine's old log files: nobody else can reach them."""
    while not stop.is_set():
        with contextlib.suppress(QuxunError):  # said by what the worker is there for
            await asyncio.to_thread(prune_own_files, config, store)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _DAY_S)


@contextlib.contextmanager
def alone(config: Config) -> Iterator[None]:
    """Hold the one place of a service on an SQLite archive; UsageError if another one has it."""
    try:
        config.home.mkdir(parents=True, exist_ok=True)
        lock = os.open(config.home / "service.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ConfigError("QUXUN_HOME", str(config.home), f"cannot be used: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = os.read(lock, 20).decode("ascii", "replace").strip()
            raise UsageError(f"a service is at work on {config.home} already (process {who})") from error
        with contextlib.suppress(OSError):  # a full disk: the number is only for people
            os.truncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


async def together(stop: asyncio.Event, *parts: Coroutine[Any, Any, None]) -> None:
    """Run the parts until they have all ended; when one ends or breaks, the others are told to stop."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, BaseException):
            raise outcome


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _side(config: Config, store: Store, troubles: Troubles, service: Service, district: District, places: int) -> Side:
    """The installation as the HTTP side sees it."""
    began_at = now()

    def trouble() -> str:
        if now() - (service.ticked_at or began_at) > _STALLED:
            return "; ".join(filter(None, ("the scheduler has not got through a tick for 30 s", troubles.sentence)))
        return troubles.sentence

    return Side(
        store=store,
        clock=now,
        version=VERSION,
        token=config.api_token,
        zone=ZoneInfo(district.profile.district.timezone),
        places=places,
        trouble=trouble,
        find_source=lambda url: source_of(store, url),
        home_free_bytes=lambda: free_bytes(config),
        declared_by=("hand", district.profile.declared_by),
    )

"""Make sure that nobody is at work on an installation while its archive is replaced or moved."""

import contextlib
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta

from crawler.locks import HostLock
from quxun.config import Config
from quxun.serving import alone
from scheduler.runs import lives
from storage.backup.activity import Trace, activity
from storage.backup.archive import sqlite_files
from storage.backup.sqlite_files import failing
from storage.database import Database, parse
from storage.errors import QuxunError

#: The processes of a service say every few seconds that they live.
_SILENT = timedelta(seconds=30)

_PATIENCE_S = 5.0


@contextlib.contextmanager
def quiet(config: Config) -> Iterator[None]:
    """Keep a service from starting on this machine; QuxunError if one is at work, or a run visits a host."""
    with contextlib.ExitStack() as held:
        with failing(config.home):
            held.enter_context(alone(config))
            _demand_hosts_free(config)
        yield


def _demand_hosts_free(config: Config) -> None:
    """A run holds the lock of its host, also one in a container that has other process numbers."""
    folder = config.home / "locks"
    for path in sorted(folder.glob("*.lock")):
        lock = HostLock(folder, path.stem)
        if not lock.acquire():
            raise QuxunError(f"a run is visiting {path.stem}; wait for its end, or stop it")
        lock.release()


def demand_quiet(url: str, now: datetime) -> None:
    """Raise QuxunError if the database knows of anybody who is at work; DatabaseError if it cannot be asked."""
    parsed = parse(url)
    files = sqlite_files(parsed)
    if files and not files[0].exists():
        return
    database = Database(parsed, _PATIENCE_S)
    try:
        found = activity(database, now - _SILENT)
    finally:
        database.close()
    for trace in (*found.runs, *found.processes):
        if _lives(trace, heard=trace in found.processes):
            raise QuxunError(
                f"{trace.what} is at work (process {trace.pid} on {trace.machine}); wait for its end, or stop it"
            )
    if found.locks:
        raise QuxunError(
            f"{found.locks} sessions are at work on {database.url}; stop the service and its workers first"
        )


def _lives(trace: Trace, *, heard: bool) -> bool:
    """Of another machine's processes it is only known whether they were heard of."""
    return lives(trace.pid, trace.since) if trace.machine == socket.gethostname() else heard

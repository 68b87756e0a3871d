"""What a child of machines.py does in place of a run: it is at its host for some time, and writes that down."""

import os
import signal
import socket
import threading
import time
from datetime import UTC, datetime
from multiprocessing import connection, parent_process
from pathlib import Path

from storage.hosts import HostLocks
from storage.records import Counters, RunId, RunStatus
from storage.store import Store

#: How often a child writes that it is at its host.
_STEP_S = 0.05


def visit(url: str, run_id: RunId, log: Path, seconds: float, host: str) -> None:
    """Be at the host for some time, as a run is: with its lock, a row that is looked at, and an eye on the parent."""
    os.setsid()
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    threading.Thread(target=_watch_parent, args=(told,), daemon=True).start()
    locks = HostLocks(url)
    if not locks.acquire(host):
        _say(log, host, "busy")
        raise SystemExit(75)
    with Store.open(url, create=False) as store:
        store.runs.start(run_id, datetime.now(UTC), os.getpid(), socket.gethostname(), "0")
        status = _stay(store, run_id, log, seconds, host, told)
        store.runs.finish(run_id, status, datetime.now(UTC), Counters(new=1), "", "")
    locks.close()


def _stay(store: Store, run_id: RunId, log: Path, seconds: float, host: str, told: threading.Event) -> RunStatus:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _say(log, host, str(run_id))
        if told.wait(_STEP_S) or not store.runs.progress(run_id, Counters()):
            return RunStatus.DEGRADED
    return RunStatus.SUCCEEDED


def _watch_parent(told: threading.Event) -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    told.set()
    time.sleep(0.7)
    os._exit(75)


def _say(log: Path, *words: str) -> None:
    with log.open("a") as file:
        file.write(f"{time.monotonic()} {os.getpid()} {' '.join(words)}\n")
        file.flush()

"""What the children of these tests run: entries that behave as a run's process may."""

import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from storage.records import Counters, RunId, RunStatus
from storage.store import Store


def visit(url: str, run_id: RunId, log: Path, seconds: float, host: str) -> None:
    """Run for some time, and say when it began and ended; SIGTERM ends it early, as a run that was told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.setsid()
    with Store.open(url, create=False) as store:
        store.runs.start(run_id, datetime.now(UTC), os.getpid(), socket.gethostname(), "0")
        status = RunStatus.SUCCEEDED
        try:
            _say(log, f"{host} begin {os.getpid()}")
            time.sleep(seconds)
        except SystemExit:
            status = RunStatus.DEGRADED
        _say(log, f"{host} end {os.getpid()}")
        store.runs.finish(run_id, status, datetime.now(UTC), Counters(new=1), "", "")


def busy(url: str, run_id: RunId, log: Path, seconds: float, host: str) -> None:
    """Find the host busy, as a run without patience does."""
    _say(log, f"{host} busy {os.getpid()}")
    raise SystemExit(75)


def hang(url: str, run_id: RunId, log: Path, seconds: float, host: str) -> None:
    """Never look at the row again, and take no hint."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setsid()
    with Store.open(url, create=False) as store:
        store.runs.start(run_id, datetime.now(UTC), os.getpid(), socket.gethostname(), "0")
    _say(log, f"{host} begin {os.getpid()}")
    time.sleep(600)


def _say(log: Path, words: str) -> None:
    with log.open("a") as file:
        file.write(words + "\n")

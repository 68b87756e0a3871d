"""Processes that prune an archive, or put fingerprints into the index, and are killed."""

import os
import signal
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import event

from storage.copies import fresh
from storage.database import Database
from storage.keeping import retention
from storage.keeping.batches import Freed
from storage.keeping.retention import Keep
from storage.records import Digest
from storage.store import Store


def prune(url: str, keep: Keep, now: datetime, at: int, between: bool) -> None:
    """Killed before its transaction of that number, or `between` mark and erasure."""
    retention._PAYLOADS = retention._TEXTS = 3
    asked = 0

    def go_on() -> bool:
        nonlocal asked
        asked += 1
        if asked == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    if between:
        retention._erase_marked = _die
    with Store.open(url) as store:
        store.retention.prune(keep, now, go_on=go_on)


def merge(url: str, at: int) -> None:
    """Killed before its statement of that number; one that comes to its end says so by its exit code."""
    asked = 0

    def count(*_: Any) -> None:
        nonlocal asked
        asked += 1
        if asked == at:
            os.kill(os.getpid(), signal.SIGKILL)

    with Store.open(url) as store, store.database.write() as connection:
        event.listen(store.database.engine, "before_cursor_execute", count)
        fresh.merge(connection)


def _die(database: Database, payloads: Database, digests: Sequence[Digest]) -> Freed:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError

"""A process that prunes an archive and is killed."""

import os
import signal
from collections.abc import Sequence
from datetime import datetime

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


def _die(database: Database, payloads: Database, digests: Sequence[Digest]) -> Freed:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError

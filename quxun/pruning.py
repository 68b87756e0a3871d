"""Let go of what is older than the installation keeps it: by hand, and once a day by the service."""

import logging
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime

from quxun.config import Config
from quxun.desk import now
from storage.keeping.batches import Freed
from storage.keeping.retention import Keep, Pruned
from storage.store import Store

_log = logging.getLogger("quxun.service")

#: Class → the fields of `Pruned` that belong to it.
PARTS = {
    "payloads": ("payloads",),
    "texts": ("texts", "listed"),
    "logs": ("log_tails", "log_files", "issues", "visits", "alarms", "deliveries"),
    "fingerprints": ("fingerprints",),
}


def keep_of(config: Config) -> Keep:
    """What the installation is configured to keep."""
    return Keep(
        payloads_days=config.keep_payloads_days,
        texts_days=config.keep_texts_days,
        logs_days=config.keep_logs_days,
        fingerprints_days=config.keep_fingerprints_days,
    )


def prune(
    config: Config,
    store: Store,
    at: datetime,
    *,
    by_clock: bool = False,
    dry: bool = False,
    go_on: Callable[[], bool] = lambda: True,
) -> Pruned:
    """Let go of what is too old, this machine's log files included."""
    return store.retention.prune(
        keep_of(config), at, logs=config.home / "logs", by_clock=by_clock, dry=dry, go_on=go_on
    )


def prune_quietly(config: Config, store: Store, go_on: Callable[[], bool] = lambda: True) -> None:
    """The chore of the service that leads: a line in the log if anything was let go."""
    done = prune(config, store, now(), go_on=go_on)
    counts = {name: freed.count for name, freed in freed_parts(done).items() if freed.count}
    if counts:
        _log.info("pruned", extra={"fields": counts})


def prune_own_files(config: Config, store: Store) -> None:
    """The chore of every machine: its own log files, which nobody else can reach."""
    if config.keep_logs_days:
        removed = store.retention.prune_log_files(config.home / "logs", config.keep_logs_days, now())
        if removed.count:
            _log.info("pruned", extra={"fields": {"log_files": removed.count}})


def freed_parts(done: Pruned) -> dict[str, Freed]:
    """What was let go, part by part."""
    values = ((each.name, getattr(done, each.name)) for each in fields(done))
    return {name: value for name, value in values if isinstance(value, Freed)}


def freed_of(done: Pruned, kind: str) -> Freed:
    """What was let go of a class."""
    parts = freed_parts(done)
    return sum((parts[name] for name in PARTS[kind]), Freed())

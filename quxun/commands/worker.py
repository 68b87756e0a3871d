"""`quxun worker`: makes the runs of a queue."""

import asyncio
import os

import rich_click as click

from quxun import logs
from quxun.config import load_config
from quxun.serving import work
from quxun.wiring import open_store
from storage.errors import ConfigError


@click.command()
def command() -> None:
    """Take runs from the queue of a PostgreSQL database and make them, until told to stop.

    Start as many as you like, on as many machines as you like: a host is visited by one of them at a
    time. `quxun serve` puts the runs into the queue. QUXUN_RUNS says how many one worker makes at once.
    """
    config = load_config(os.environ)
    logs.set_up(config.log_format)
    if config.database_url.startswith("sqlite"):
        raise ConfigError("QUXUN_DATABASE_URL", "", "workers need PostgreSQL; on SQLite `quxun serve` makes the runs")
    with open_store(config) as store:
        asyncio.run(work(config, store))

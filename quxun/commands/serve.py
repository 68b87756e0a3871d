"""`quxun serve`: the background service."""

import asyncio
import os
from contextlib import nullcontext
from dataclasses import replace
from ipaddress import ip_address

import rich_click as click

from crawler.settings import VERSION
from quxun import logs
from quxun.config import HOST, load_config
from quxun.console import err, said
from quxun.serving import alone, serve
from quxun.wiring import open_store
from storage.errors import ConfigError, UsageError


@click.command()
@click.option("--host", metavar="ADDRESS", help="Where it answers over HTTP, instead of QUXUN_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port, instead of QUXUN_PORT; 0: any that is free.")
@click.option("--no-runs", is_flag=True, help="Only schedule: the runs are made by `quxun worker`s (PostgreSQL only).")
def command(host: str | None, port: int | None, *, no_runs: bool) -> None:
    """Run the background service: visit every source when it is due, until told to stop.

    On SQLite it needs nothing else. On PostgreSQL the runs are jobs of a queue, taken by this service and
    by any number of `quxun worker`s; several services elect the one that schedules.
    It answers on a loopback address: /healthz, /readyz, /metrics, and the API at /api.
    """
    config = load_config(os.environ)
    if host is not None:
        config = replace(config, host=_address(host))
    if port is not None:
        config = replace(config, port=port)
    logs.set_up(config.log_format)
    on_sqlite = config.database_url.startswith("sqlite")
    if no_runs and on_sqlite:
        raise UsageError("--no-runs needs PostgreSQL: on SQLite there is nobody else to make the runs")
    if not config.api_token and not ip_address(config.host).is_loopback:
        raise ConfigError("QUXUN_HOST", config.host, "is not a loopback address: set QUXUN_API_TOKEN (or _FILE) first")
    with alone(config) if on_sqlite else nullcontext(), open_store(config) as store:
        asyncio.run(serve(config, store, runs=not no_runs, ready=_say_where))


def _say_where(url: str) -> None:
    err().print(said(f"Quxun {VERSION} answers at {url}"))


def _address(given: str) -> str:
    try:
        return HOST.parse(given)
    except ValueError as error:
        raise UsageError(f"--host {given}: {error}") from error

"""`quxun db`: which schema the database has, and bringing it up to date."""

import os

import rich_click as click

from quxun.config import load_config
from quxun.console import err, out, said
from scheduler import queue_schema
from storage import migrate
from storage.database import BUSY_TIMEOUT_S, Database, file_of, parse
from storage.schema import VERSIONS
from storage.store import Store


@click.group()
def command() -> None:
    """The schema of the configured database.

    An SQLite file is created and upgraded on first use. PostgreSQL is only upgraded by `quxun db
    upgrade`, because other machines may be at work on it.
    """


@command.command("upgrade")
def upgrade() -> None:
    """Bring the schema up to date; nothing happens if it is. Make a backup first.

    \b
        quxun db upgrade
    """
    url = load_config(os.environ).database_url
    before = _standing(url)
    with Store.open(url, migrate=True) as store:
        name, on_sqlite = store.url, store.database.is_sqlite
    if not on_sqlite:
        queue_schema.upgrade(url)
    after = _standing(url)
    if before == after:
        out().print(said(f"{name} has {after}, the newest: there is nothing to do."))
    else:
        out().print(said(f"{name} is upgraded from {before or 'nothing'} to {after}."))


@command.command("version")
def version() -> None:
    """Say which schema the database has, and which one this Quxun needs.

    Exit status 1 if they differ. Nothing is created or changed.

    \b
        quxun db version
    """
    url = load_config(os.environ).database_url
    found, needed = _standing(url), _needed(url)
    out().print(said(f"{found or 'none'} ({needed} is needed)"))
    if found != needed:
        err().print("Run [bold]quxun db upgrade[/].")
        raise SystemExit(1)


def _standing(url: str) -> str:
    """The schema of the database, and on PostgreSQL that of the queue in it; empty for a database without any."""
    found = _version(url)
    if found is None:
        return ""
    return f"schema {found}" if _on_sqlite(url) else f"schema {found}, queue {queue_schema.version(url) or 'none'}"


def _needed(url: str) -> str:
    return f"schema {VERSIONS[-1]}" if _on_sqlite(url) else f"schema {VERSIONS[-1]}, queue {queue_schema.newest()}"


def _on_sqlite(url: str) -> bool:
    return parse(url).get_backend_name() == "sqlite"


def _version(url: str) -> str | None:
    """The schema of the database, None for one that is empty or not there yet; an SQLite file is not created."""
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite" and not file_of(parsed).exists():
        return None
    database = Database(parsed, BUSY_TIMEOUT_S)
    try:
        return migrate.version(database)
    finally:
        database.close()

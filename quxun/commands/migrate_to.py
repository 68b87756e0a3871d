"""`quxun migrate-to`: move the archive to another database."""

import os

import rich_click as click

from quxun.commands.restore import watching
from quxun.config import DATABASE_URL, load_config, masked
from quxun.console import err, out, said
from quxun.desk import now, print_line
from quxun.quiet import demand_quiet, quiet
from storage import migrate as migrations
from storage.backup.archive import Archive, open_archive, told
from storage.backup.moving import move
from storage.errors import UsageError

#: Who writes to the archive is given so long to end; what is at work for longer was found before.
_PATIENCE_S = 5.0


@click.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(url: str, *, as_json: bool) -> None:
    """Copy the archive into an empty database at URL, and verify what arrived.

    From SQLite to PostgreSQL, back, or to another file: every row with its number, and every payload. The
    schema is made there first. Nothing may be at work, and nobody can write meanwhile. It is stored whole or not
    at all, so that a move that was broken off is just made again. The archive also stays where it is.

    \b
        quxun migrate-to postgresql://quxun@db.example/quxun
        quxun migrate-to sqlite:///other/quxun.db
    """
    config, target = load_config(os.environ), _url(url)
    with quiet(config), open_archive(config.database_url, busy_timeout_s=_PATIENCE_S) as archive, watching() as watch:
        for each in (config.database_url, target):
            demand_quiet(each, now())
        _bring_up(archive)
        moved = move(archive, target, now=now(), watch=watch)
    setting = f"QUXUN_DATABASE_URL={masked(target)}"
    if as_json:
        print_line({"from": masked(config.database_url), "to": masked(target), "counts": moved.counts, "set": setting})
    else:
        out().print(said(f"Moved and verified: {told(moved.counts)}, {sum(moved.counts.values())} rows in all"))
        out().print(said(f"Now set {setting}{' (with its password)' if masked(target) != target else ''}"))
    if moved.damaged:
        err().print(said(f"{len(moved.damaged)} payloads were damaged already: quxun check names them"))
        raise SystemExit(1)


def _url(url: str) -> str:
    try:
        return DATABASE_URL.parse(url)
    except ValueError as error:
        raise UsageError(f"URL: {error}") from error


def _bring_up(archive: Archive) -> None:
    """Both sides must have the same tables: SQLite is upgraded, as by every other command."""
    archive.schema()
    if archive.rows.is_sqlite:
        migrations.upgrade(archive.rows)
    else:
        migrations.demand_current(archive.rows)

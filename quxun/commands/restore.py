"""`quxun restore`: put a backup back."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import rich_click as click

from quxun.config import Config, load_config
from quxun.console import err, out, said
from quxun.desk import now, print_line, progress
from quxun.quiet import demand_quiet, quiet
from storage.backup.archive import sqlite_files, told
from storage.backup.backups import Backup, read_backup
from storage.backup.restoring import Restored, restore_files, restore_server
from storage.backup.transfer import Watch
from storage.database import BUSY_TIMEOUT_S, Database, parse
from storage.errors import DatabaseError


@click.command()
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Put aside what is there, and say where (SQLite only).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(backup: Path, *, replace: bool, as_json: bool) -> None:
    """Put a backup into the configured database, which must be empty.

    The backup is verified first; one of an older schema is upgraded on the way. Nothing may be at work: stop
    the service and its workers. However it ends, the old archive is in place or the new one, never a mixture.

    \b
        quxun restore data/backups/2026-11-21T031500Z
        quxun restore /mnt/backups/before-the-upgrade --replace
    """
    config = load_config(os.environ)
    found = read_backup(backup.absolute())
    with quiet(config), watching() as watch:
        done = _restore(config, found, watch, replace=replace)
    if as_json:
        print_line({"backup": str(found.folder), "counts": done.counts, "kept": str(done.kept) if done.kept else None})
        return
    out().print(said(f"Restored as of {found.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: {told(done.counts)}, verified"))
    if done.kept:
        err().print(said(f"What was there before is in {done.kept}; remove it when you no longer need it."))


@contextlib.contextmanager
def watching() -> Iterator[Watch]:
    """What draws a bar on the terminal of a step and how far it has come."""
    with progress() as bar:
        task = bar.add_task("", total=None)

        def watch(doing: str, done: int, total: int) -> None:
            bar.update(task, description=doing, completed=done, total=total)

        yield watch


def _restore(config: Config, backup: Backup, watch: Watch, *, replace: bool) -> Restored:
    url = parse(config.database_url)
    if files := sqlite_files(url):
        with contextlib.suppress(
            DatabaseError
        ):  # a damaged one is what a backup is for; who has it open is found later
            demand_quiet(config.database_url, now())
        return restore_files(backup, files[0], replace=replace, now=now(), watch=watch)
    if replace:
        said = "is not replaced: restore into an empty one, and let QUXUN_DATABASE_URL name that"
        raise DatabaseError(url.render_as_string(), said)
    demand_quiet(config.database_url, now())
    database = Database(url, BUSY_TIMEOUT_S)
    try:
        return restore_server(backup, database, config.home, now=now(), watch=watch)
    finally:
        database.close()

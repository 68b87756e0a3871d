"""`quxun backup`: a verified copy of everything, made while everything goes on."""

import os
from datetime import datetime
from pathlib import Path

import rich_click as click

from crawler.settings import VERSION
from quxun.commands.restore import watching
from quxun.config import Config, load_config
from quxun.console import err, out, said
from quxun.desk import now, print_line
from quxun.views import size
from storage.backup.archive import open_archive, told
from storage.backup.backups import Backup, back_up, prune
from storage.backup.sqlite_files import failing
from storage.errors import QuxunError, UsageError


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--keep", metavar="N", type=click.IntRange(min=1), help="Then remove the oldest backups beside it, to leave N."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(folder: Path | None, keep: int | None, *, as_json: bool) -> None:
    """Make a verified copy of everything, while the service and crawls go on.

    FOLDER is made, and must not be there yet; without one the backup goes to `$QUXUN_HOME/backups`, under
    the time. It shows one moment, is an SQLite archive whatever the database, and is verified before it gets its
    name. `quxun restore FOLDER` puts it back.

    \b
        quxun backup
        quxun backup --keep 14
        quxun backup /mnt/backups/before-the-upgrade
    """
    config, made_at = load_config(os.environ), now()
    with open_archive(config.database_url) as archive:
        target = _target(config, folder, made_at)
        with watching() as watch:
            made = back_up(archive, target, version=VERSION, now=made_at, watch=watch)
    removed = prune(made, keep) if keep is not None else ()
    manifest = made.manifest
    lost = len({*manifest.damaged, *manifest.missing})
    if as_json:
        print_line(_line(made, [str(path) for path in removed]))
    else:
        gone = f"; {len(removed)} older removed" if removed else ""
        out().print(said(f"{made.folder}: {told(manifest.counts)}, {size(manifest.bytes)}, verified{gone}"))
    if lost:
        err().print(said(f"{lost} payloads were damaged or missing in the archive already: quxun check names them"))
        raise SystemExit(1)


def _target(config: Config, folder: Path | None, made_at: datetime) -> Path:
    """The folder to make, absolute; its parent is there."""
    if folder is None:
        parent = config.home / "backups"
        with failing(parent):
            parent.mkdir(parents=True, exist_ok=True)
        return parent / f"{made_at:%Y-%m-%dT%H%M%SZ}"
    target = folder.absolute()
    if not target.name:
        raise UsageError(f"{folder}: give the name of a new folder")
    if not target.parent.is_dir():
        # Not made: behind a missing one there may be a disk that is not mounted.
        raise QuxunError(f"{target.parent} is not there: the folder in which a backup is made must exist")
    return target


def _line(made: Backup, removed: list[str]) -> dict[str, object]:
    manifest = made.manifest
    return {
        "folder": str(made.folder),
        "made_at": manifest.made_at.isoformat(timespec="seconds"),
        "schema": manifest.schema,
        "counts": manifest.counts,
        "bytes": manifest.bytes,
        "damaged": list(manifest.damaged),
        "missing": list(manifest.missing),
        "removed": removed,
    }

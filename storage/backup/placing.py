"""Put two files in the place of an archive, so that whoever looks finds the old one or the new one, never a mixture.

Two files cannot be renamed at one moment. So the new payloads, with those of the old archive added, are put in
place first: they serve the old rows and the new ones. Then the rows follow, by one rename. What is only the old
archive's is taken out at the end.
"""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from storage.backup.archive import PAYLOADS, ROWS, content, told
from storage.backup.sqlite_files import add_payloads, drop_unreferenced, failing, flush, opened, take
from storage.backup.workplace import workplace
from storage.errors import DatabaseError

_REPLACED = "replaced"
#: What SQLite puts beside a file in use; of a damaged one it may still be there.
_BESIDE = ("-wal", "-shm", "-journal")


def what_is_there(target: Path) -> str:
    """What is in the archive at that place, in words; empty if there is none, or nothing in it."""
    if not target.exists():
        return ""
    try:
        with opened(target) as database, database.read() as connection:
            counts = content(connection)
    except DatabaseError as error:
        return f"a file that {error.problem}"
    return told(counts) if counts else ""


@contextmanager
def making_room(target: Path, now: datetime) -> Iterator[Path]:
    """A folder in which two files are made ready to be put where `target` is."""
    with failing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with workplace(target.with_name(f".{target.name}.new"), rescue=partial(_rescue, target=target, now=now)) as work:
        yield work


def in_one_folder(target: Path) -> Path:
    """The file itself where links lead to it; DatabaseError if its payloads are not beside it."""
    real = target.resolve()
    if target.with_name(PAYLOADS).resolve() != real.with_name(PAYLOADS):
        raise DatabaseError(str(target), "and its payloads are in different folders: replace the links by files")
    return real


def place(work: Path, target: Path, now: datetime, *, keep: bool) -> Path | None:
    """Put two files at rest where an archive is or will be; returns where the old one is kept, if it is to be."""
    new = {name: work / name for name in (ROWS, PAYLOADS)}
    live = _live(target)
    for path in new.values():
        flush(path)
    with ExitStack() as held:
        added = _take_over(live, new[PAYLOADS], work / _REPLACED, held, keep=keep)
        for name in (PAYLOADS, ROWS):
            with failing(live[name]):
                new[name].replace(live[name])
            flush(live[name].parent)
    kept = _rescue(work, target, now)
    if added:
        drop_unreferenced(live[ROWS], live[PAYLOADS])
    return kept


def _live(target: Path) -> dict[str, Path]:
    return {ROWS: target, PAYLOADS: target.with_name(PAYLOADS)}


def _take_over(live: dict[str, Path], payloads: Path, replaced: Path, held: ExitStack, *, keep: bool) -> int:
    """Have the old files for ourselves, kept under another name, their payloads added to the new ones; how many."""
    there = {name: path for name, path in live.items() if path.exists()}
    taken: dict[str, Connection | None] = {}
    for name, path in there.items():
        taken[name] = connection = take(path)
        if connection is not None:
            held.callback(connection.close)
    if not keep and None in taken.values():
        raise DatabaseError(str(live[ROWS]), "or its payloads cannot be read: move them away first")
    old = taken.get(PAYLOADS)
    added = add_payloads(old, payloads) if old is not None else 0
    if added and not keep:
        raise DatabaseError(str(live[PAYLOADS]), f"holds {added} payloads of another archive; choose another folder")
    _keep(there if keep else {}, replaced)
    _clear_beside(live, replaced)
    return added


def _keep(there: dict[str, Path], replaced: Path) -> None:
    """Give the old files a second name in a folder, where they are an archive of their own."""
    with failing(replaced):
        replaced.mkdir()
        for name, path in there.items():
            try:
                (replaced / name).hardlink_to(path)
            except OSError:  # a file system that has no links
                shutil.copy2(path, replaced / name)


def _clear_beside(live: dict[str, Path], replaced: Path) -> None:
    """Move away what stands beside a damaged or lost file, or SQLite would take it for a part of the new one."""
    for name, path in live.items():
        for suffix in _BESIDE:
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                with failing(beside):
                    beside.replace(replaced / (name + suffix))


def _rescue(work: Path, target: Path, now: datetime) -> Path | None:
    """Put the old archive where it is seen if it has been replaced; returns where to."""
    replaced = work / _REPLACED
    for name, live in _live(target).items():
        if (old := replaced / name).exists():
            if live.exists() and old.samefile(live):
                return None  # a restore that was broken off before it replaced anything
            break
    else:
        return None
    stem = f"before-restore-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    kept = next(path for path in map(target.with_name, names) if not path.exists())
    with failing(kept):
        replaced.rename(kept)
    return kept

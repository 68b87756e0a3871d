"""Backups: a folder with an archive as it was at one moment, always SQLite, and a manifest that vouches for it.

A backup is made under a hidden name, verified, and renamed when it is whole: half a one never looks like one.
Payloads that nobody refers to are left out, and so is what was erased: it is not in the copy at all.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage import migrate as migrations
from storage.backup.archive import PAYLOADS, ROWS, Archive, content
from storage.backup.moving import fill_files
from storage.backup.sqlite_files import Contents, compact, copy_pages, drop_unreferenced, failing, flush, look_over
from storage.backup.transfer import Watch
from storage.backup.workplace import sweep, workplace
from storage.blobs import Blobs
from storage.errors import AlreadyExists, BlobDamaged, DatabaseError, NotFound, UnreadableInput
from storage.records import Digest
from storage.schema import blobs

MANIFEST = "manifest.json"

_FORM = "quxun-backup/1"
_PART = ".{}.quxun-backup.part"
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a backup, as its manifest vouches for it."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    #: Version of Quxun that made it, and the schema of its rows.
    version: str
    schema: str
    #: The database it was made of, without its password.
    database: str
    #: The moment that it shows.
    made_at: datetime
    counts: dict[str, int]
    files: dict[str, File]
    #: Payloads that were damaged or missing already when it was made.
    damaged: tuple[Digest, ...] = ()
    missing: tuple[Digest, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A folder that holds a backup."""

    folder: Path
    manifest: Manifest


def back_up(archive: Archive, folder: Path, *, version: str, now: datetime, watch: Watch) -> Backup:
    """Make a backup in a folder that is not there yet; nothing is left behind if that fails."""
    if os.path.lexists(folder):
        raise AlreadyExists("the folder", folder, "a backup is made in a new one")
    schema = archive.schema()
    if not archive.rows.is_sqlite:
        migrations.demand_current(archive.rows)
    sweep(folder.parent, _PART.format("*"))
    with workplace(folder.with_name(_PART.format(folder.name))) as part:
        sent = _copy(archive, part, watch)
        contents = _looked_over(archive, part, sent, watch)
        manifest = Manifest(
            version=version,
            schema=schema,
            database=archive.rows.url,
            made_at=now,
            counts=contents.counts,
            files={name: _sum_of(part / name, watch) for name in (ROWS, PAYLOADS)},
            damaged=contents.damaged,
            missing=contents.missing,
        )
        _write(part / MANIFEST, manifest)
        for path in (part / ROWS, part / PAYLOADS, part):
            flush(path)
        with failing(folder):
            part.rename(folder)
    flush(folder.parent)
    return Backup(folder=folder, manifest=manifest)


def read_backup(folder: Path) -> Backup:
    """The backup in a folder, by its manifest alone; UnreadableInput if there is none."""
    path = folder / MANIFEST
    try:
        return Backup(folder=folder, manifest=_parsed(json.loads(path.read_text(encoding="utf-8"))))
    except FileNotFoundError as error:
        raise UnreadableInput(folder, f"is not a backup: it has no {MANIFEST}") from error
    except OSError as error:
        raise UnreadableInput(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableInput(path, "is not the manifest of a backup") from error


def take_file(backup: Backup, name: str, target: Path | None, watch: Watch) -> Path:
    """A file of the backup, copied if a target is given; UnreadableInput if it is not what the manifest vouches for."""
    path, vouched = backup.folder / name, backup.manifest.files[name]
    found = _sum_of(path, watch, target)
    if found.bytes != vouched.bytes:
        raise UnreadableInput(path, f"is damaged: it has {found.bytes} bytes instead of {vouched.bytes}")
    if found.sha256 != vouched.sha256:
        raise UnreadableInput(path, f"is damaged: its sha256 is not the one that {MANIFEST} gives")
    return target or path


def demand_vouched(backup: Backup, contents: Contents) -> None:
    """Raise UnreadableInput unless the files hold what the manifest says."""
    manifest, path = backup.manifest, backup.folder / MANIFEST
    for name in sorted({*manifest.counts, *contents.counts}):
        said, found = manifest.counts.get(name, 0), contents.counts.get(name, 0)
        if said != found:
            raise UnreadableInput(path, f"says {said} rows of {name}, but there are {found}")
    if lost := {*contents.damaged, *contents.missing} - {*manifest.damaged, *manifest.missing}:
        raise UnreadableInput(backup.folder, f"is damaged: {len(lost)} payloads are not what they were, as {min(lost)}")


def backups_of(parent: Path, database: str) -> list[Backup]:
    """The complete backups of that database in a folder, the oldest first: nothing else is in their folders."""
    found = []
    for folder in parent.iterdir():
        if folder.name.startswith(".") or folder.is_symlink() or not folder.is_dir():
            continue
        try:
            backup = read_backup(folder)
            alone = {each.name for each in folder.iterdir()} == {MANIFEST, ROWS, PAYLOADS}
        except (UnreadableInput, OSError):
            continue
        if alone and backup.manifest.database == database:
            found.append(backup)
    return sorted(found, key=lambda each: (each.manifest.made_at, each.folder.name))


def prune(made: Backup, keep: int) -> Sequence[Path]:
    """Remove the oldest backups of the same database beside the one just made, so that so many are left."""
    parent = made.folder.parent
    with failing(parent):
        older = [each for each in backups_of(parent, made.manifest.database) if each.folder != made.folder]
        surplus = older[: max(0, len(older) + 1 - keep)]
        for each in surplus:
            # First another name: what is left of a removal that was broken off must not look like a backup.
            leaving = each.folder.with_name(_PART.format(each.folder.name))
            each.folder.rename(leaving)
            shutil.rmtree(leaving)
    return [each.folder for each in surplus]


def _copy(archive: Archive, part: Path, watch: Watch) -> dict[str, int]:
    """Both files as they are at one moment, without payloads that nobody refers to; returns the rows of each table."""
    rows, payloads = part / ROWS, part / PAYLOADS
    if not archive.rows.is_sqlite:
        with archive.held_still() as ends:
            sent = fill_files(ends, part, watch)
        drop_unreferenced(rows, payloads)
        return {name: count for name, count in sent.counts.items() if name != blobs.name}
    raw_rows, raw_payloads = part / "raw-rows", part / "raw-payloads"
    with archive.held_still() as ends:
        counts = content(ends.rows)
        copy_pages(ends.rows, raw_rows, "copying the rows", watch)
        copy_pages(ends.payloads, raw_payloads, "copying the payloads", watch)
    compact(raw_rows, rows)
    drop_unreferenced(rows, raw_payloads)
    compact(raw_payloads, payloads)
    for raw in (raw_rows, raw_payloads):
        raw.unlink()
    return counts


def _looked_over(archive: Archive, part: Path, sent: dict[str, int], watch: Watch) -> Contents:
    """What is in the copy; DatabaseError if the archive is damaged beyond single payloads, or the copy is."""
    try:
        contents = look_over(part / ROWS, part / PAYLOADS, watch)
    except UnreadableInput as error:
        raise DatabaseError(archive.rows.url, f"{error.problem}; no backup was made") from error
    if lost := [name for name, count in sent.items() if contents.counts.get(name) != count]:
        raise DatabaseError(archive.rows.url, f"has rows of {lost[0]} that are not in the copy; no backup was made")
    for digest in (*contents.damaged, *contents.missing):
        if _is_sound(archive, digest):
            raise DatabaseError(archive.rows.url, f"gave a damaged copy of payload {digest}; no backup was made")
    return contents


def _is_sound(archive: Archive, digest: Digest) -> bool:
    try:
        Blobs(archive.payloads).get(digest)
    except (BlobDamaged, NotFound):
        return False
    return True


def _sum_of(path: Path, watch: Watch, copy: Path | None = None) -> File:
    """Length and digest of a file, which is copied on the way if a target is given."""
    digest, total = hashlib.sha256(), 0
    with failing(path), ExitStack() as stack:
        size = path.stat().st_size
        stream = stack.enter_context(path.open("rb"))
        target = stack.enter_context(copy.open("wb")) if copy is not None else None
        while part := stream.read(_READ_BYTES):
            digest.update(part)
            total += len(part)
            if copy is not None and target is not None:
                with failing(copy):
                    target.write(part)
                    target.flush()
            watch(f"reading {path.name}", total, size)
    return File(bytes=total, sha256=digest.hexdigest())


def _write(path: Path, manifest: Manifest) -> None:
    values = {
        "form": _FORM,
        "version": manifest.version,
        "schema": manifest.schema,
        "database": manifest.database,
        "made_at": manifest.made_at.astimezone(UTC).isoformat(),
        "counts": manifest.counts,
        "files": {name: {"bytes": file.bytes, "sha256": file.sha256} for name, file in manifest.files.items()},
        "damaged": manifest.damaged,
        "missing": manifest.missing,
    }
    with failing(path):
        path.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    flush(path)


def _parsed(values: dict[str, Any]) -> Manifest:
    """The manifest; KeyError, TypeError, ValueError or AttributeError if it is none."""
    if values["form"] != _FORM:
        raise ValueError(values["form"])
    made_at = datetime.fromisoformat(values["made_at"])
    return Manifest(
        version=str(values["version"]),
        schema=str(values["schema"]),
        database=str(values["database"]),
        made_at=made_at.astimezone(UTC),
        counts={str(name): int(count) for name, count in values["counts"].items()},
        files={
            name: File(bytes=int(values["files"][name]["bytes"]), sha256=str(values["files"][name]["sha256"]))
            for name in (ROWS, PAYLOADS)
        },
        damaged=tuple(Digest(str(each)) for each in values["damaged"]),
        missing=tuple(Digest(str(each)) for each in values["missing"]),
    )

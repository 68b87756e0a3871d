"""A hidden folder in which something is made ready beside the place where it will be put.

It is gone when its maker is done or has failed. What a killed maker left is found by its lock, which died with
it, and cleared away by the next one; a folder whose maker lives is left alone.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.backup.sqlite_files import failing
from storage.errors import QuxunError


@contextmanager
def workplace(folder: Path, *, rescue: Callable[[Path], object] | None = None) -> Iterator[Path]:
    """The empty folder of that name, for this process alone; QuxunError if another one works there.

    `rescue` is shown what is left in it before that is cleared away, by a maker that failed or was killed.
    """
    lock = _locked(folder)
    if lock is None:
        raise QuxunError(f"another process is at work in {folder}; wait for it")
    try:
        with failing(folder):
            _clear(folder, rescue)
        yield folder
    finally:
        if _is(folder, lock):  # it may have been renamed into what it was made for
            if rescue is not None:
                rescue(folder)
            shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(parent: Path, pattern: str) -> None:
    """Clear away what killed makers left in folders of such names."""
    for folder in parent.glob(pattern):
        if folder.is_symlink() or not folder.is_dir():
            continue
        lock = _locked(folder, sure=True)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _locked(folder: Path, *, sure: bool = False) -> int | None:
    """The folder, made if need be, with its lock; None if another process has it.

    On a file system without locks, as some network shares are, nobody can tell: then it is had unless one must be sure.
    """
    while True:
        with failing(folder):
            folder.mkdir(exist_ok=True)
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if sure or isinstance(error, BlockingIOError):
                os.close(descriptor)
                return None
            return descriptor
        if _is(folder, descriptor):
            return descriptor
        os.close(descriptor)  # it was cleared away in between


def _is(folder: Path, descriptor: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(folder.stat(follow_symlinks=False), os.fstat(descriptor))
    return False


def _clear(folder: Path, rescue: Callable[[Path], object] | None) -> None:
    if rescue is not None:
        rescue(folder)
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()

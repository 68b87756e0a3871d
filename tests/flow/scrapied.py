"""Scrapy's own command in a child of the tests' fork server, which has imported most of what it needs."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from tests.apart import ended


def scrapied(*arguments: str, folder: Path, environ: Mapping[str, str]) -> CompletedProcess[str]:
    """What `scrapy` says and how it ends, called in that folder with that environment."""
    with TemporaryDirectory() as kept:
        files = [Path(kept) / name for name in ("out", "err")]
        status = ended(_execute, ["scrapy", *arguments], folder, dict(environ), files)
        out, err = (path.read_text(encoding="utf-8") for path in files)
        return CompletedProcess(arguments, status, out, err)


def _execute(words: list[str], folder: Path, environ: Mapping[str, str], files: Sequence[Path]) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    for descriptor, path in enumerate(files, start=1):
        with path.open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    sys.argv = words
    from scrapy.cmdline import execute

    try:
        execute(words)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()

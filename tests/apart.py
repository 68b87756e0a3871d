"""Processes of the tests, and the command `quxun` in one that may be killed at any moment or run out of disk.

They are children of a fork server that has imported everything once, so that a test can have many.
"""

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import FrameType
from typing import Any

#: What the fork server of the tests imports. A process has one, so all tests that need one must want the same.
PRELOAD = ("crawler.preload", "tests.apart_preload", "psycopg")

STORAGE = str(Path(__file__).resolve().parents[1] / "storage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the command ended."""

    status: int
    #: What it said on standard output and standard error.
    said: str

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


def apart(
    *arguments: object, die_at: int = 0, largest_file: int | None = None, environ: Mapping[str, str] = os.environ
) -> Ended:
    """Run the command.

    `die_at`: killed when functions of storage/ have made so many calls. `largest_file`: bytes that a file may have.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    words = [str(each) for each in arguments]
    child = begun(_run, theirs, dict(environ), words, die_at, largest_file)
    theirs.close()
    said = b""
    with ours:
        while part := os.read(ours.fileno(), 65536):
            said += part
    child.join()
    assert child.exitcode is not None
    status = child.exitcode
    child.close()
    return Ended(status=status, said=said.decode())


def begun(function: Callable[..., object], *arguments: Any) -> ForkServerProcess:
    """A process that calls a function, which another process can import, and ends."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["scheduler.steadfast", *PRELOAD])
    process = context.Process(target=_begin, args=(function, arguments))
    process.start()
    return process


def ended(function: Callable[..., object], *arguments: Any) -> int:
    """The exit code of a process that calls a function; negative for a signal."""
    process = begun(function, *arguments)
    process.join()
    code = process.exitcode
    process.close()
    assert code is not None
    return code


def calls_of(*arguments: object) -> int:
    """How many calls a command makes in storage/, which ends well."""
    ended = apart(*arguments, die_at=-1)
    assert ended.status == 0, ended.said
    return int(ended.said.split()[-1])


def _begin(function: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # which the fork server ignores
    function(*arguments)


def _run(pipe: Connection, environ: Mapping[str, str], words: list[str], die_at: int, largest: int | None) -> None:
    from quxun.cli import cli

    os.environ.clear()
    os.environ.update(environ)
    for descriptor in (1, 2):
        os.dup2(pipe.fileno(), descriptor)
    pipe.close()
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    called = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal called
        if event in ("call", "c_call") and frame.f_code.co_filename.startswith(STORAGE):
            called += 1
            if called == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    if die_at:
        sys.setprofile(count)
    try:
        cli(words, prog_name="quxun")
    finally:
        sys.setprofile(None)
        if die_at:
            sys.stderr.write(f"\n{called}\n")
        sys.stdout.flush()
        sys.stderr.flush()

"""What children run in the tests of processes: they answer, wait, crash, or take no hint."""

import os
import signal
import time
from pathlib import Path


def give_back(value: object) -> object:
    return value


def answer(ready: Path) -> str:
    """Come back after a while."""
    ready.write_text(str(os.getpid()))
    time.sleep(1)
    return "done"


def wait(ready: Path) -> None:
    """Be there for long; SIGTERM ends it."""
    ready.write_text(str(os.getpid()))
    time.sleep(60)


def stay(ready: Path) -> None:
    """Be there for long, and take no hint."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready.write_text(str(os.getpid()))
    time.sleep(60)


def leave(status: int) -> None:
    os._exit(status)


def die(number: int) -> None:
    os.kill(os.getpid(), number)

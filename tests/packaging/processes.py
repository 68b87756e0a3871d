"""A command that stays up, as an engine or a service manager starts, asks and ends it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

#: A busy machine starts slowly; what is waited for comes in a second or two.
_PATIENCE_S = 90
#: What a service manager and an engine are promised.
STOPS_WITHIN_S = 10


class Started:
    """A process with everything that it starts; what it says is in a file. Nothing is left of it in the end."""

    def __init__(self, command: Sequence[str], folder: Path, environ: Mapping[str, str], output: Path) -> None:
        self._output = output
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    def until(self, happened: Callable[[], bool], what: str) -> None:
        """Wait for something that it is to bring about; AssertionError if it ends before or takes for ever."""
        deadline = time.monotonic() + _PATIENCE_S
        while not happened():
            assert self._process.poll() is None, f"it ended before {what}: {self.said}"
            assert time.monotonic() < deadline, f"no {what}: {self.said}"
            time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop, it alone, and return its exit status."""
        self._process.send_signal(number)
        try:
            return self._process.wait(2 * STOPS_WITHIN_S)  # what the units grant
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"it does not stop: {self.said}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port

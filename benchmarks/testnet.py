"""Start a test internet on loopback and ask it what it saw.

`newsnet.py` is not part of this repository; it is looked for in `../shared/testnet` from the project's
root, or where the environment variable NEWSNET says.
"""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


def newsnet_path() -> Path | None:
    """Where the test internet's program is, or None."""
    given = os.environ.get("NEWSNET")
    path = Path(given) if given else ROOT.parent / "shared" / "testnet" / "newsnet.py"
    return path if path.is_file() else None


class Newsnet:
    """The test internet, running as long as the context lasts."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self.sites: list[str] = []
        self._admin = ""

    def __enter__(self) -> Self:
        path = newsnet_path()
        if path is None:
            message = "newsnet.py was not found; set NEWSNET to its path"
            raise FileNotFoundError(message)
        port = free_port()
        command = [sys.executable, str(path), "--port", str(port), *self._arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = json.loads(self._process.stdout.readline())
        self.sites, self._admin = said["sites"], said["admin"]
        self.bad = said.get("bad")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, path: str) -> Any:
        """The JSON answer of an admin path, such as `__stats`."""
        with urllib.request.urlopen(f"{self._admin}/{path}", timeout=60) as answer:
            return json.load(answer)


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

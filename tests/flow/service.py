"""`quxun serve` as a process that an init system keeps, on the demo's district: for the tests and the soak.

Every process that a service starts inherits its environment, so whose QUXUN_HOME is the installation's is ours.
"""

import contextlib
import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import psutil

from crawler.profile import to_toml
from crawler.urls import host
from demo.server import DemoServer
from storage.records import ListingKind, ListingSeed, NewSource, Publisher, SourceKind
from storage.store import Store
from tests.flow.installation import command

#: A machine of a CI may be slow; nothing waits for so long where it is not.
PATIENCE_S = 90.0
_POLL_S = 0.1
#: How the sites of the demo are polled by sources that are declared here.
_KINDS = {"trs": SourceKind.SITEMAP, "media": SourceKind.SITEMAP, "gbk": SourceKind.INDEX, "repub": SourceKind.INDEX}


def until(holds: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until something holds; AssertionError with `what` if it never does."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(_POLL_S)


def declared(server: DemoServer, *keys: str, every_s: int = 1) -> str:
    """Sites of the demo as tables of a profile, each under its own key and visited so often."""
    return to_toml(None, [source(server, key, every_s) for key in keys])


def source(server: DemoServer, key: str, every_s: int | None) -> NewSource:
    """A site of the demo as a source."""
    kind, address = _KINDS[key], server.addresses[key]
    found = [each for each in server.district.listings(key) if each.kind == kind.value]
    seeds = tuple(ListingSeed(kind=ListingKind(each.kind), url=each.url) for each in found)
    publisher = Publisher(name=server.district.site(key).name, hosts=(host(address),))
    return NewSource(
        key=key, publisher=publisher, kind=kind, url=f"{address}/", every_s=every_s, listings=seeds, declared_by=""
    )


class Service:
    """The service of one installation, started as often as one likes; its log goes on in one file."""

    def __init__(self, store: Store, home: Path, environment: Mapping[str, str], *arguments: str) -> None:
        self._store, self._arguments = store, arguments
        self.environment = {**environment, "QUXUN_PORT": "0", "QUXUN_LOG_FORMAT": "json"}
        self._log = home / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> Self:
        """Start it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command("serve", *self._arguments), env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def start(self) -> Self:
        """Start it, and wait until it is listed among the service's processes."""
        self.launch()
        until(lambda: self.listed or not self.lives, "the service is up")
        assert self.lives, self.said
        return self

    @property
    def listed(self) -> bool:
        return any(each.pid == self.pid for each in self._store.processes.list())

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def tell(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> int:
        """Ask it to end, and wait until it has; its exit status."""
        self.tell(signal.SIGTERM)
        return self.ended()

    def kill(self) -> None:
        """End it at once and without a word; what it started is left to itself."""
        self.tell(signal.SIGKILL)
        self.ended()

    def ended(self) -> int:
        """Its exit status, when it has ended."""
        assert self._process is not None
        return self._process.wait(PATIENCE_S)

    # ------------------------------------------------------------------ what it says
    @property
    def said(self) -> str:
        """Everything that it has printed, in all its lives."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def events(self, name: str) -> list[dict[str, Any]]:
        """Its log's lines of an event."""
        lines = [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def unready(self) -> str:
        """What /readyz says that it cannot do; empty if it is ready."""
        where = re.findall(r"http://[^/\s\"]+", self.said)[-1]
        try:
            with urllib.request.urlopen(f"{where}/readyz", timeout=PATIENCE_S):
                return ""
        except urllib.error.HTTPError as error:
            return error.read().decode()

    # ------------------------------------------------------------------ its processes
    def processes(self) -> list[psutil.Process]:
        """Every process of the installation that lives, the service and what it left behind included."""
        return list(_of_home(self.environment["QUXUN_HOME"]))

    def fork_server(self) -> psutil.Process | None:
        """The process that its runs are forked from; None while there is none."""
        found = [each for each in self._children(self.pid) if "forkserver" in " ".join(_words(each))]
        return found[0] if found else None

    def runs(self) -> list[psutil.Process]:
        """The processes of its runs."""
        forking = self.fork_server()
        return self._children(forking.pid) if forking is not None else []

    def _children(self, pid: int) -> list[psutil.Process]:
        try:
            return psutil.Process(pid).children()
        except psutil.Error:
            return []

    def sweep(self) -> None:
        """Leave nothing behind, however a test ended."""
        for each in self.processes():
            with contextlib.suppress(psutil.Error):
                each.kill()
        if self._process is not None:
            self._process.wait()


def _of_home(home: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.environ().get("QUXUN_HOME") == home and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except psutil.Error:
            continue


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []

"""What all tests share: a guard against the network, and stores to write to.

A test that asks for `store` gets a fresh SQLite one; the contract suite overrides it with every database.
"""

import importlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from storage.store import Store
from tests import compiled
from tests.apart import PRELOAD
from tests.postgres import Server, serve

# Machines of a CI are slow and shared: no example has a deadline, the whole test has its timeout.
settings.register_profile("quxun", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quxun")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Import the tests, each process from another place on: what one has compiled, those behind it find."""
    tests = Path(__file__).parent
    if "PYTEST_XDIST_WORKER" not in os.environ or {Path(arg).resolve() for arg in session.config.args} != {tests}:
        return
    number, count = os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"), os.environ["PYTEST_XDIST_WORKER_COUNT"]
    found = sorted(path for path in tests.glob("*/**/test_*.py") if (path.parent / "__init__.py").exists())
    start = len(found) * int(number) // int(count)
    for path in found[start:] + found[:start]:
        with suppress(Exception):  # which is the collection's to tell
            importlib.import_module(".".join(path.relative_to(tests.parent).with_suffix("").parts))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuse every connection that leaves this machine, and list it; what a child process does is not seen."""
    refused: list[str] = []

    def guarded(name: str) -> Any:
        original = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                refused.append(f"{address[0]} port {address[1]}")
                pytest.fail(f"a test may not use the network, but this one connects to {refused[-1]}")
            return original(self, address)

        return connect

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
    yield refused
    if refused:  # also where the code under test swallowed the failure
        pytest.fail(f"a test may not use the network, but this one connected to {', '.join(refused)}")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False  # a name that would have to be looked up first


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """No statement is compiled anew for every store."""
    with compiled.shared():
        yield


@pytest.fixture(scope="session", autouse=True)
def one_fork_server() -> Iterator[None]:
    """The same fork server whoever needs it first, the product's own code included, which would import less."""
    forkserver.set_forkserver_preload(["scheduler.steadfast", *PRELOAD])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forkserver, "set_forkserver_preload", lambda _: None)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server for this process."""
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated, empty database to copy."""
    folder = tmp_path_factory.mktemp("template")
    Store.open(f"sqlite:///{folder}/quxun.db").close()
    return folder


@pytest.fixture
def store(tmp_path: Path, sqlite_template: Path) -> Iterator[Store]:
    """A fresh store on SQLite."""
    with sqlite_store(tmp_path / "data", sqlite_template) as opened:
        yield opened


@contextmanager
def sqlite_store(folder: Path, template: Path) -> Iterator[Store]:
    """A store on a copy of the template."""
    shutil.copytree(template, folder)
    with Store.open(f"sqlite:///{folder}/quxun.db") as opened:
        yield opened
        assert opened.connections_in_use() == 0


@contextmanager
def postgres_store(server: Server) -> Iterator[Store]:
    """A store on a database without a row."""
    with server.emptied() as url, Store.open(url) as opened:
        yield opened
        assert opened.connections_in_use() == 0

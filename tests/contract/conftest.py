"""Every test of this folder runs on every database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import uuid4

import pytest

from storage.store import Store
from tests.builders import World
from tests.conftest import postgres_store, sqlite_store
from tests.postgres import Server

OpenStore = Callable[[], AbstractContextManager[Store]]


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def open_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OpenStore:
    """Opens a fresh store each time; for tests that need more than one."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        folder = tmp_path_factory.mktemp("stores")
        return lambda: sqlite_store(folder / uuid4().hex, template)
    server: Server = request.getfixturevalue("postgres_server")
    return lambda: postgres_store(server)


@pytest.fixture
def store(open_store: OpenStore) -> Iterator[Store]:
    """A fresh store; no method may leave a connection behind."""
    with open_store() as opened:
        yield opened


@pytest.fixture
def world(store: Store) -> World:
    """A fresh store with a source, a listing and a run."""
    return World(store)

"""Stores of both databases for the figures; a side and a client on SQLite for everything else."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from storage.store import Store
from tests.builders import World
from tests.conftest import postgres_store, sqlite_store
from tests.postgres import Server
from tests.web import sides


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A source, a listing and a run, once on each database."""
    opened: AbstractContextManager[Store]
    if request.param == "sqlite":
        opened = sqlite_store(tmp_path / "data", request.getfixturevalue("sqlite_template"))
    else:
        server: Server = request.getfixturevalue("postgres_server")
        opened = postgres_store(server)
    with opened as store:
        yield World(store)


@pytest.fixture
def world(store: Store) -> World:
    """A source, a listing and a run on SQLite."""
    return World(store)


@pytest.fixture
def client(world: World) -> Iterator[sides.Client]:
    """A client on this machine, of a service without a token."""
    with sides.client(world.store) as opened:
        yield opened


@pytest.fixture
def fresh_world(world: World) -> Callable[[], World]:
    """A world for each example of a property; those of one test share their store."""
    numbers = iter(range(10_000))
    return lambda: World(world.store, f"example-{next(numbers)}")

"""A served district for every test; those that change it take their own."""

from collections.abc import Iterator
from datetime import date

import pytest

from demo.district import District
from demo.server import DemoServer
from tests.demo.visitor import Visitor

#: A Friday: the newspaper's six issues reach over a weekend without one.
TODAY = date(2026, 11, 20)


@pytest.fixture(scope="session")
def shared() -> Iterator[DemoServer]:
    """One server that nobody changes."""
    with DemoServer(District(today=TODAY)) as server:
        yield server


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """A server of the test's own."""
    with DemoServer(District(today=TODAY)) as own:
        yield own


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    with Visitor() as visiting:
        yield visiting

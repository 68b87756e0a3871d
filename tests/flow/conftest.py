"""A site that behaves as a test says, and an installation that knows no site yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.hostile_server import HostileServer
from tests.flow.installation import BareInstallation


@pytest.fixture
def site() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[BareInstallation]:
    with BareInstallation(tmp_path) as installation:
        yield installation

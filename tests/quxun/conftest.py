"""An installation in a folder of its own, and the command `quxun` to use it. All texts are synthetic."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

# Here, and not by the first command that needs it: trafilatura imports a module of urllib3 that warns, after
# it has silenced the warning, and what is silenced within a test is silenced for that test alone.
import crawler.extract.reader  # noqa: F401
from quxun.cli import cli
from quxun.console import err, out
from storage.errors import QuxunError
from storage.store import Store

#: Made up: a district that no text is about by accident.
PROFILE = """\
[district]
code = "000000"
name = "临湖新区"
city = "东岳市"
province = "示例省"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str
    bytes: bytes

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects on its standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        (only,) = self.objects
        return only


class Quxun:
    """The command, in one installation."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *args: object, status: int = 0, given: bytes | None = None) -> Said:
        """Run `quxun` with the arguments; it must end with the status."""
        result = CliRunner().invoke(cli, [str(arg) for arg in args], input=given, prog_name="quxun")
        told, ended = result.stderr, result.exit_code
        if isinstance(result.exception, QuxunError):  # as `quxun.cli.main` does it
            told, ended = f"{told}quxun: {result.exception}\n", result.exception.exit_code
        elif result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert ended == status, f"exit status {ended}\n{result.stdout}\n{told}"
        return Said(status=ended, out=result.stdout, err=told, bytes=result.stdout_bytes)


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty database, which the environment names."""
    folder = tmp_path / "home"
    shutil.copytree(sqlite_template, folder)
    profile = tmp_path / "district.toml"
    profile.write_text(PROFILE, encoding="utf-8")
    monkeypatch.setenv("QUXUN_HOME", str(folder))
    monkeypatch.setenv("QUXUN_DISTRICT", str(profile))
    for name in ("QUXUN_DATABASE_URL", "FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def quxun(home: Path) -> Quxun:
    """The command."""
    return Quxun(home)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """The store that the command uses."""
    with Store.open(f"sqlite:///{home}/quxun.db") as opened:
        yield opened


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the command believe that it writes to a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    for console in (out, err):
        console.cache_clear()
    yield
    for console in (out, err):
        console.cache_clear()

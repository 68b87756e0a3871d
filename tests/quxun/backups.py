"""What the tests of backups share: an installation's files, and what is in them. All texts are synthetic."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.store import Store
from tests.apart import apart
from tests.quxun.conftest import Quxun

FILES = ["blobs.db", "manifest.json", "quxun.db"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def backed_up(quxun: Quxun, folder: Path) -> Path:
    quxun("backup", folder)
    return folder


@contextmanager
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another installation, of which the command is."""
    with monkeypatch.context() as patch:
        patch.setenv("QUXUN_HOME", str(folder))
        yield


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{folder}/quxun.db") as store:
        yield store


def exported(quxun: Quxun) -> str:
    return quxun("export").out


def noise(seed: int) -> bytes:
    """A payload that cannot be compressed."""
    return random.Random(seed).randbytes(3000)


def refused(*arguments: object) -> str:
    """What the command says on its one line, in a process of its own, when it does not do it."""
    ended = apart(*arguments)
    assert ended.status in (1, 2), ended.said
    assert re.fullmatch(r"quxun: .*\n", ended.said)
    return ended.said

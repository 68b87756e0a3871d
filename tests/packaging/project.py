"""The project's own files, as data for the tests of this folder."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def pyproject() -> dict[str, object]:
    return tomllib.loads(read("pyproject.toml"))


def table(*keys: str) -> dict[str, object]:
    """A table of pyproject.toml."""
    found = pyproject()
    for key in keys:
        inner = found[key]
        assert isinstance(inner, dict)
        found = inner
    return found


def strings(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def requirements(value: object) -> list[Requirement]:
    return [Requirement(line) for line in strings(value)]


def packages() -> list[str]:
    """The packages that are installed, by the patterns of pyproject.toml."""
    return [pattern.rstrip("*") for pattern in strings(table("tool", "setuptools", "packages", "find")["include"])]

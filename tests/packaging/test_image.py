"""The Dockerfile copies what exists and what is installed, and runs as somebody who is not root.

No image is built here: that needs an engine. What its steps do is covered by the locks' tests and the wheel's.
"""

import re
from fnmatch import fnmatch
from pathlib import PurePosixPath

import pytest

from tests.packaging.project import ROOT, packages, read, table


def instructions() -> list[tuple[str, str]]:
    """(INSTRUCTION, arguments) in order, without comments and with continued lines joined."""
    lines = [line for line in read("Dockerfile").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.splitlines()]


COPIED = [
    source.rstrip("/")
    for word, arguments in instructions()
    if word == "COPY" and not arguments.startswith("--from=")
    for source in arguments.split()[:-1]
]


@pytest.mark.parametrize("source", COPIED)
def test_what_is_copied_exists_and_is_sent_to_the_builder(source: str) -> None:
    assert (ROOT / source).exists()
    assert sent(source)


def test_the_whole_product_is_copied() -> None:
    assert set(packages()) <= set(COPIED)
    assert {"pyproject.toml", "LICENSE", str(table("project")["readme"])} <= set(COPIED)


@pytest.mark.parametrize("path", [".git", ".venv", "data", "secrets", "tests", "docs", "crawler/__pycache__"])
def test_what_the_image_has_no_use_for_is_not_sent(path: str) -> None:
    assert not sent(path)


def test_dependencies_come_from_the_run_lock_alone_and_with_hashes() -> None:
    installs = [step for word, step in instructions() if word == "RUN" and "pip install" in step]
    locked, own = installs
    assert "--require-hashes -r requirements-run.lock" in locked
    assert "--no-deps --no-build-isolation ." in own
    assert "requirements.lock" not in COPIED


def test_it_runs_quxun_as_a_user_who_is_not_root() -> None:
    last = dict(instructions())
    assert last["USER"] not in {"root", "0"}
    assert last["ENTRYPOINT"] == '["quxun"]'
    assert "quxun" in table("project", "scripts")


def test_both_stages_have_one_python_that_the_project_supports() -> None:
    images = {arguments.split()[0] for word, arguments in instructions() if word == "FROM"}
    (image,) = images
    found = re.fullmatch(r"python:3\.(\d+)-slim", image)
    assert found is not None
    assert int(found[1]) >= 11


def sent(path: str) -> bool:
    """Whether .dockerignore lets a path through: the last line that matches it or a folder above it counts."""
    ways = [path, *(str(parent) for parent in PurePosixPath(path).parents if str(parent) != ".")]
    through = True
    for line in read(".dockerignore").splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        names = [PurePosixPath(way).name for way in ways] if "**/" in line else ways
        if line and not line.startswith("#") and any(fnmatch(name, pattern) for name in names):
            through = line.startswith("!")
    return through

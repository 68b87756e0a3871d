"""The Makefile stays short and explains itself, and no page names a target that does not exist."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.project import ROOT, read

MAKEFILE = read("Makefile")
RECIPES = {
    found[1]: found[2].splitlines() for found in re.finditer(r"^([a-z./-]+):.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
}
TARGETS = {name for name in RECIPES if name.replace("-", "").isalpha()}
WANTED = {
    "install",
    "demo",
    "test",
    "crawl",
    "lint",
    "types",
    "contracts",
    "bench",
    "bench-reading",
    "lock",
    "clean",
    "check",
}

#: `make test` itself must not tell the makes below what to do.
ENVIRON = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}


def test_it_has_the_targets_that_people_and_scripts_use() -> None:
    assert WANTED <= TARGETS


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_target_has_at_most_three_lines(name: str) -> None:
    assert len(RECIPES[name]) <= 3


def test_plain_make_explains_every_target() -> None:
    shown = make(ROOT).stdout
    assert {line.split()[1] for line in shown.splitlines()} == TARGETS
    assert all(len(line.split()) > 2 for line in shown.splitlines())


def test_targets_are_made_even_if_a_file_has_their_name() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert set(phony.split()) == TARGETS


@pytest.mark.parametrize(
    "path", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/operations.md", "docs/deployment.md", ".ci/run"]
)
def test_a_page_names_only_targets_that_exist(path: str) -> None:
    said = re.findall(r"`make ((?:[a-z]+ ?)+)|^(?:step [a-z]+ )?make ([a-z]+)", read(path), flags=re.MULTILINE)
    named = {target for groups in said for target in " ".join(groups).split()}
    assert named <= TARGETS


def test_without_a_python_it_says_what_to_install(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "pyproject.toml").touch()
    done = make(tmp_path, "install", "PYTHON=")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_installation_is_made_again_only_when_the_lock_or_the_project_changes(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv").mkdir()
    # Whole seconds apart, older to newer.
    files = ("requirements.lock", "pyproject.toml", ".venv/.locked", ".venv/.installed")
    for age, name in enumerate(files):
        _touch(tmp_path / name, 1_000_000 + age)
    assert _planned(tmp_path) == (False, False)
    _touch(tmp_path / "pyproject.toml", 2_000_000)
    assert _planned(tmp_path) == (False, True)
    _touch(tmp_path / "requirements.lock", 2_000_000)
    assert _planned(tmp_path) == (True, True)


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *words], cwd=folder, env=ENVIRON, check=False, capture_output=True, text=True, timeout=30
    )


def _touch(path: Path, mtime: int) -> None:
    path.touch()
    os.utime(path, (mtime, mtime))


def _planned(folder: Path) -> tuple[bool, bool]:
    """Whether `make install` would install the dependencies, and the project itself."""
    plan = make(folder, "--dry-run", "install", "PYTHON=python3").stdout
    return "--require-hashes" in plan, "--editable" in plan

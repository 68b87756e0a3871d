""".ci/run tries every check, fails when one fails, and ends with the tests' own closing line."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.project import ROOT

#: Stands in for make: says its target, and fails at the one that is named in FAIL.
MAKE = """#!/bin/sh
echo "did $1"
test "$1" != "$FAIL"
"""


def run(folder: Path, fail: str = "") -> subprocess.CompletedProcess[str]:
    checkout, tools = folder / "checkout", folder / "tools"
    (checkout / ".ci").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(ROOT / ".ci/run", checkout / ".ci")
    for name in ("make", "chromium"):  # a browser that is there need not be installed
        (tools / name).write_text(MAKE)
        (tools / name).chmod(0o755)
    environ = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "FAIL": fail}
    return subprocess.run(
        ["bash", ".ci/run"], cwd=checkout, env=environ, check=False, capture_output=True, text=True, timeout=30
    )


def did(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.removeprefix("did ") for line in done.stdout.splitlines() if line.startswith("did ")]


def test_all_is_checked_and_the_tests_speak_last(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0
    assert did(done) == ["install", "lint", "types", "contracts", "test"]
    assert done.stdout.splitlines()[-1] == "did test"


@pytest.mark.parametrize("check", ["lint", "types", "contracts", "test"])
def test_a_failed_check_fails_the_run_and_hides_no_other(check: str, tmp_path: Path) -> None:
    done = run(tmp_path, fail=check)
    assert done.returncode != 0
    assert did(done) == ["install", "lint", "types", "contracts", "test"]
    failed = [line.split()[0] for line in done.stdout.splitlines() if "FAILED" in line]
    assert set(failed) == {"tests" if check == "test" else check}


def test_without_an_installation_nothing_else_is_tried(tmp_path: Path) -> None:
    done = run(tmp_path, fail="install")
    assert done.returncode != 0
    assert did(done) == ["install"]


def test_it_can_be_started_as_it_is() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)

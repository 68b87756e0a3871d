"""What is installed outside a checkout has every file that the product reads, and nothing of the tests."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.packaging.project import ROOT, packages, table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of a wheel's files. It is built from a copy: setuptools leaves files beside the sources."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "LICENSE", str(table("project")["readme"])):
        shutil.copy(ROOT / name, source)
    for name in packages():
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, "dist"], cwd=source, check=True, capture_output=True, timeout=100)
    (path,) = (source / "dist").glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_it_has_every_file_of_every_package(wheel: set[str]) -> None:
    wanted = {
        str(path.relative_to(ROOT))
        for name in packages()
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert not wanted - wheel, "name them in [tool.setuptools.package-data] of pyproject.toml"


def test_it_has_nothing_else_but_its_metadata(wheel: set[str]) -> None:
    folders = {Path(name).parts[0] for name in wheel}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(packages())


def test_it_carries_the_licence(wheel: set[str]) -> None:
    assert [name for name in wheel if name.endswith(".dist-info/licenses/LICENSE")]

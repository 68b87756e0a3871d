"""The locks pin and hash everything that is needed, and name no place to get it from."""

import re
from collections.abc import Iterable, Iterator
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.packaging.project import read, requirements, table

LOCKS = ("requirements.lock", "requirements-run.lock")
NEEDED = requirements(table("project")["dependencies"]) + requirements(table("build-system")["requires"])
DEVELOPMENT = requirements(table("project", "optional-dependencies")["dev"])


def entries(path: str) -> dict[str, str]:
    """Name → the whole entry of a lock: pin, marker and hashes."""
    text = re.sub(r"^ *#.*\n", "", read(path), flags=re.MULTILINE)
    found = [entry.strip() for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
    return {canonicalize_name(re.split(r"[=\s]", entry)[0]): entry for entry in found}


def pin(entry: str) -> Requirement:
    return Requirement(entry.split("\\\n", maxsplit=1)[0])


@pytest.mark.parametrize("path", LOCKS)
def test_every_entry_has_one_version_and_hashes(path: str) -> None:
    for entry in entries(path).values():
        assert re.fullmatch(
            r"[a-z0-9-]+==[^\s;]+(?: ; [^\\\n]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+", entry.rstrip(" \\")
        ), entry[:200]


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_names_no_registry(path: str) -> None:
    assert not re.search(r"://|--(?:index-url|extra-index-url|find-links|trusted-host)| @ ", read(path))


@pytest.mark.parametrize(
    ("path", "wanted"), [("requirements.lock", NEEDED + DEVELOPMENT), ("requirements-run.lock", NEEDED)]
)
def test_a_lock_satisfies_what_the_project_asks_for(path: str, wanted: list[Requirement]) -> None:
    locked = {name: pin(entry) for name, entry in entries(path).items()}
    for requirement in wanted:
        (specifier,) = locked[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(Version(specifier.version)), f"{path}: {requirement}; run `make lock`"


def test_the_run_lock_is_a_part_of_the_whole_one() -> None:
    whole, run = entries("requirements.lock"), entries("requirements-run.lock")
    assert {name: entry for name, entry in whole.items() if name in run} == run


def test_the_run_lock_leaves_the_tools_of_development_out() -> None:
    run = entries("requirements-run.lock")
    needed = {canonicalize_name(requirement.name) for requirement in NEEDED}
    tools = {canonicalize_name(requirement.name) for requirement in DEVELOPMENT} - needed
    assert not tools & (set(run) - reached(NEEDED))


def test_the_run_lock_has_everything_that_the_dependencies_need_here() -> None:
    assert reached(NEEDED) <= set(entries("requirements-run.lock"))


def test_what_is_tested_is_what_is_locked() -> None:
    for name, entry in entries("requirements.lock").items():
        requirement = pin(entry)
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(metadata.version(name), prereleases=True), (
                f"{name}; run `make install`"
            )


def reached(wanted: Iterable[Requirement]) -> set[str]:
    """The names of distributions that requirements lead to on this machine."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        found.add(canonicalize_name(requirement.name))
        waiting += [need for need in _needs(requirement) if canonicalize_name(need.name) not in found or need.extras]
    return found


def _needs(requirement: Requirement) -> Iterator[Requirement]:
    for line in metadata.requires(requirement.name) or []:
        need = Requirement(line)
        contexts = [{"extra": extra} for extra in (requirement.extras or {""})]
        if need.marker is None or any(need.marker.evaluate(context) for context in contexts):
            yield need

"""The files of docs/systemd as data, and what a service manager does with them, done without one."""

import os
import re
import shlex
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.packaging.project import ROOT

FOLDER = ROOT / "docs/systemd"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
#: The program as it is installed, and as it is here.
INSTALLED, HERE = "/opt/quxun/bin/quxun", str(Path(sys.executable).with_name("quxun"))

#: Section → key → its values, in order.
Unit = dict[str, dict[str, list[str]]]


def parse(*names: str) -> Unit:
    """A unit with its drop-ins: an empty value forgets the ones before it."""
    unit: Unit = defaultdict(lambda: defaultdict(list))
    for name in names:
        section = ""
        for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
            if not line or line.startswith(("#", ";")):
                continue
            if found := re.fullmatch(r"\[(\w+)\]", line):
                section = found[1]
                continue
            key, equals, value = line.partition("=")
            assert section, f"{name}: {line!r} stands in no section"
            assert equals, f"{name}: {line!r} sets nothing"
            values = unit[section][key]
            values.append(value) if value else values.clear()
    return unit


def command(unit: Unit) -> list[str]:
    """The one command of a service, with the program's whole path."""
    [line] = unit["Service"]["ExecStart"]
    return shlex.split(line)


@dataclass(frozen=True, slots=True)
class Manager:
    """Gives a service its folders and credentials below a folder of the test's."""

    folder: Path
    #: What /etc/quxun has: credentials, and the variables of quxun.env.
    credentials: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        return self.folder / "lib/quxun"

    def line(self, unit: Unit) -> Sequence[str]:
        program, *rest = command(unit)
        assert program == INSTALLED
        return [HERE, *rest]

    def environ(self, unit: Unit) -> dict[str, str]:
        """What the unit sets, and nothing of ours but where programs are; the folders are made."""
        self.state.mkdir(parents=True, exist_ok=True)
        given = self.folder / "credentials"
        given.mkdir(exist_ok=True)
        service = unit["Service"]
        defaults = dict(line.split(":", 1) for line in service["SetCredential"])
        for line in service["LoadCredential"]:
            name, _, path = line.partition(":")
            assert path == f"/etc/quxun/{name}"
            value = self.credentials.get(name, defaults.get(name))
            assert value is not None, f"the service would not start without {path}"
            (given / name).write_text(value.replace("\\n", "\n"))
        pairs = dict(line.split("=", 1) for line in service["Environment"])
        known = {"%S": str(self.folder / "lib"), "%d": str(given)}
        mapped = {name: re.sub("%.", lambda found: known[found[0]], value) for name, value in pairs.items()}
        return {**mapped, **self.settings, "PATH": os.environ["PATH"]}

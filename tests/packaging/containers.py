"""What an engine does with docker-compose.yml, done without one: commands, environment, secrets and volumes.

The processes are real, and so is the database that they use; the paths, the address and the port of a container are
those of a test's folder and of loopback.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.flow.installation import PROFILE
from tests.flow.typed import Said, quxun
from tests.packaging.compose import COMPOSE, SERVICES, environment, healthcheck, words
from tests.packaging.processes import Started, free_port
from tests.packaging.project import read


class Engine:
    """Runs and starts services with folders of its own for the volume, the secrets and the root."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        (self.data / "district.toml").write_text(PROFILE, encoding="utf-8")
        (folder / "secrets").mkdir(mode=0o700)
        self.password, self.token = "0" * 48, "f" * 48  # as `openssl rand -hex 24` prints them
        own = make_url(url).set(drivername="postgresql", username="postgres", password=self.password)
        self.write("database_url", own.render_as_string(hide_password=False))
        self.write("api_token", f"{self.token}\n")
        self.write("alarms", "")
        self.write("ping_url", "")
        #: What the environment of `docker compose` has, or a file .env.
        self.shell = {"QUXUN_DISTRICT": "/data/district.toml", "QUXUN_DELAY_S": "0"}
        #: What a docker-compose.override.yml adds: the sites of the tests are on loopback.
        self.override = {"QUXUN_ALLOW_PRIVATE": "1"}
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._here = {"/data": str(self.data), "8620": str(port), "0.0.0.0": "127.0.0.1"}
        self._here |= {f"/run/secrets/{name}": str(folder / each["file"]) for name, each in COMPOSE["secrets"].items()}
        self._programs = Path(sys.executable).parent

    def write(self, secret: str, text: str) -> None:
        (self.folder / COMPOSE["secrets"][secret]["file"]).write_text(text)

    def run(
        self, service: str, *command: str, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """As `docker compose run --rm SERVICE COMMAND`."""
        return subprocess.run(
            self._line(service, command),
            cwd=self.data,
            env={**self.environ(service), **(environ or {})},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def typed(self, service: str, *command: str) -> Said:
        """The same in this process, where it is the way to something else; it must end well."""
        return quxun(self.environ(service), *(command or words(SERVICES[service]["command"])))

    def start(self, service: str, number: int = 1) -> Started:
        """As `docker compose up SERVICE`, or one of several with --scale."""
        return Started(self._line(service), self.data, self.environ(service), self.folder / f"{service}-{number}.log")

    def is_well(self, service: str) -> bool:
        """Whether the service's healthcheck succeeds, run in its own environment."""
        asked = [self._mapped(word) for word in healthcheck(service)]
        asked[0] = str(self._programs / asked[0])
        done = subprocess.run(asked, env=self.environ(service), check=False, capture_output=True, timeout=30)
        return done.returncode == 0

    def environ(self, service: str) -> dict[str, str]:
        """What the image and the service set, and nothing of ours but where programs are."""
        image = dict(pair.split("=", 1) for line in dockerfile("ENV") for pair in line.split())
        wanted = {**image, **environment(service), **self.override}
        found = {name: self.shell.get(name) if value is None else str(value) for name, value in wanted.items()}
        environ = {name: self._mapped(value) for name, value in found.items() if value is not None}
        return {**environ, "PATH": f"{self._programs}:{os.environ['PATH']}"}

    def _line(self, service: str, command: tuple[str, ...] = ()) -> list[str]:
        [entry] = dockerfile("ENTRYPOINT")
        [program] = json.loads(entry)
        return [str(self._programs / program), *(command or words(SERVICES[service]["command"]))]

    def _mapped(self, text: str) -> str:
        """What is of the container as it is here; /data is not the beginning of /database."""
        for there, here in self._here.items():
            text = re.sub(rf"(?<!\w){re.escape(there)}(?!\w)", here, text)
        return text


def dockerfile(word: str) -> list[str]:
    """The arguments of each instruction of that name."""
    text = read("Dockerfile").replace("\\\n", " ")
    return [line.split(None, 1)[1] for line in text.splitlines() if line.startswith(f"{word} ")]

"""What the containers of docker-compose.yml do, done without an engine: their commands, environment and secrets."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy.engine import make_url

from tests.packaging.project import read
from tests.postgres import Server

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

COMPOSE = yaml.safe_load(read("docker-compose.yml"))
DISTRICT = '[district]\ncode = "000000"\nname = "临湖新区"\ncity = "东岳市"\nprovince = "示例省"\n'


class Engine:
    """Runs services as `docker compose run` does, with folders of its own for the volume, the secrets and the root."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700)
        password = "0" * 48  # as `openssl rand -hex 24` prints it
        secret = make_url(url).set(drivername="postgresql", username="postgres", password=password)
        (secrets / "database_url").write_text(secret.render_as_string(hide_password=False))
        (self.data / "district.toml").write_text(DISTRICT, encoding="utf-8")
        self.password = password

    def run(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        [entry] = self._dockerfile("ENTRYPOINT")
        program = Path(sys.executable).with_name(json.loads(entry)[0])
        return subprocess.run(
            [str(program), *(command or COMPOSE["services"][service]["command"])],
            cwd=self.data,
            env=self._environ(service),
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def _environ(self, service: str) -> dict[str, str]:
        """What the image and the service set, and nothing of ours but where programs are."""
        image = dict(pair.split("=", 1) for line in self._dockerfile("ENV") for pair in line.split())
        given = {"QUXUN_DISTRICT": "/data/district.toml"}  # what the shell of `docker compose` has
        wanted = {**image, **COMPOSE["services"][service]["environment"]}
        found = {name: given.get(name) if value is None else str(value) for name, value in wanted.items()}
        environ = {name: self._mounted(value) for name, value in found.items() if value is not None}
        return {**environ, "PATH": os.environ["PATH"]}

    def _mounted(self, value: str) -> str:
        for name, secret in COMPOSE["secrets"].items():
            value = value.replace(f"/run/secrets/{name}", str(self.folder / secret["file"]))
        return value.replace("/data", str(self.data)) if value.startswith("/data") else value

    @staticmethod
    def _dockerfile(word: str) -> list[str]:
        text = read("Dockerfile").replace("\\\n", " ")
        return [line.split(None, 1)[1] for line in text.splitlines() if line.startswith(f"{word} ")]


@pytest.fixture
def engine(tmp_path: Path, postgres_server: Server) -> Iterator[Engine]:
    with postgres_server.empty() as url:
        yield Engine(tmp_path, url)


def test_the_database_is_upgraded_and_then_crawled(engine: Engine) -> None:
    early = engine.run("crawl")
    assert early.returncode == 1
    assert "run `quxun db upgrade`" in early.stderr
    upgraded = engine.run("migrate")
    assert upgraded.returncode == 0, upgraded.stderr
    crawled = engine.run("crawl")
    assert crawled.returncode == 1  # a district without a source: somebody must add one
    assert "There is no source to crawl" in crawled.stderr
    other = engine.run("crawl", "runs")
    assert other.returncode == 0, other.stderr
    for done in (early, upgraded, crawled, other):
        assert engine.password not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    assert not list(engine.data.glob("*.db")), "something was written beside the configured database"


def test_the_locks_are_in_the_volume(engine: Engine) -> None:
    assert engine.run("migrate").returncode == 0
    done = engine.run("crawl", "config", "--json")
    settings = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert settings["QUXUN_HOME"]["value"] == str(engine.data)
    assert settings["QUXUN_DATABASE_URL"]["origin"] == "file"
    assert engine.password not in done.stdout

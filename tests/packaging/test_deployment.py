"""docs/deployment.md says what is there: commands, files, settings, secrets and figures."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from quxun.config import FILE_SUFFIX, SETTINGS, load_config
from tests.docs.markdown import rows, sections
from tests.packaging import compose, units
from tests.packaging.project import ROOT, read

PAGE = read("docs/deployment.md")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines()]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: str(block).split("\n", maxsplit=1)[0])
def test_a_shell_reads_every_block(block: str) -> None:
    done = subprocess.run(["sh", "-n"], input=block, check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def test_every_setting_that_it_names_exists() -> None:
    settings = {setting.name + suffix for setting in SETTINGS for suffix in ("", FILE_SUFFIX)}
    assert set(re.findall(r"QUXUN_\w+", PAGE)) <= settings


def test_every_file_of_the_project_that_it_names_exists() -> None:
    named = set(re.findall(r"(?<![\w/])(?:docs/[\w./*-]+|requirements[\w.-]+|docker-compose\.yml)", PAGE))
    assert "docs/systemd/worker.conf" in named
    for path in named:
        assert list(ROOT.glob(path)), path


def test_every_unit_and_file_of_a_service_manager_is_one_of_ours() -> None:
    ours = {path.name for path in units.FOLDER.iterdir()}
    assert set(re.findall(r"quxun[\w-]*\.(?:service|timer)", PAGE)) <= ours
    loaded = [units.parse(unit)["Service"]["LoadCredential"] for unit in ("quxun.service", "postgresql.conf")]
    secrets = {line.partition(":")[2] for lines in loaded for line in lines}
    assert set(re.findall(r"/etc/quxun/(?!quxun\.env)\w+", PAGE)) == secrets


def test_every_call_of_compose_names_services_and_commands_that_exist() -> None:
    calls = [line for line in LINES if line.startswith("docker compose ")]
    ran = [found[1].split() for line in calls if (found := re.search(r" run --rm crawl (.+)", line))]
    assert ["backup", "--keep", "14"] in ran
    for line in ran:
        compose.parse(line)
    services = [name for line in calls for name in re.findall(r"(?:scale |run --rm |cp )(\w+)(?=[=: ])", line)]
    assert services
    assert set(services) <= set(compose.SERVICES)


def test_the_table_of_secrets_has_every_secret_of_both() -> None:
    table = {
        row[0].strip("`"): [cell.strip("`") for cell in row[1:]] for row in rows(sections(PAGE, level=2)["Secrets"])
    }
    named = {variable: value for variable, value in compose.environment("service").items() if variable in table}
    assert {variable: f"secrets/{Path(str(value)).name}" for variable, value in named.items()} == {
        variable: cells[1] for variable, cells in table.items()
    }
    for unit in ("quxun.service", "postgresql.conf"):
        for variable, _, value in (line.partition("=") for line in units.parse(unit)["Service"]["Environment"]):
            assert not value.startswith("%d/") or table[variable][0] == f"/etc/quxun/{value.removeprefix('%d/')}"


def test_the_secrets_that_it_has_made_are_those_that_the_containers_need(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl")
    [block] = [block for block in BLOCKS if "mkdir -m 0700 secrets" in block]
    subprocess.run(["sh", "-eu"], input=block, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=30)
    made = {path.name for path in (tmp_path / "secrets").iterdir()}
    assert made == set(compose.COMPOSE["secrets"])
    names = ("DATABASE_URL", "API_TOKEN", "ALARMS", "PING_URL")
    config = load_config({f"QUXUN_{name}_FILE": str(tmp_path / "secrets" / name.lower()) for name in names})
    password = (tmp_path / "secrets/db_password").read_text().strip()
    assert config.database_url == f"postgresql+psycopg://quxun:{password}@db/quxun"
    assert len(config.api_token) == 2 * 24


def test_every_figure_that_it_names_is_measured() -> None:
    named = set(re.findall(r"`(quxun_\w+)`", PAGE))
    assert named
    assert named <= set(re.findall(r'"(quxun_\w+)"', read("web/metrics.py")))

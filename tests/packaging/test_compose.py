"""docker-compose.yml is valid, fits together, runs commands that exist, and keeps its secrets and ports to itself."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from quxun.config import API_TOKEN, FILE_SUFFIX, HOST, PORT, RUNS, SETTINGS
from scheduler.launch import GRACE_S
from tests.packaging.compose import (
    COMPOSE,
    LASTING,
    MAKES_RUNS,
    OURS,
    SERVICES,
    environment,
    healthcheck,
    mapping,
    parse,
    words,
)
from tests.packaging.project import ROOT, read, table

#: What a run's process needs of its own at most, and what the process needs that starts it with its fork server.
RUN_MB, REST_MB = 100, 300


# ---------------------------------------------------------------------- the specification
def checked(path: Path) -> subprocess.CompletedProcess[str]:
    """Compared with the JSON schema of the Compose specification, which comes with the checker."""
    checker = Path(sys.executable).with_name("check-jsonschema")
    call = [str(checker), "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(call, check=False, capture_output=True, text=True, timeout=60)


def test_it_is_valid() -> None:
    done = checked(ROOT / "docker-compose.yml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [
        ("worker", "restrat", "unless-stopped"),
        ("service", "ports", "127.0.0.1:8620:8620"),
        ("service", "depends_on", {"db": {"condition": "service_health"}}),
        ("db", "healthcheck", {"tests": ["CMD", "pg_isready"]}),
        ("db", "cap_drop", "ALL"),
    ],
)
def test_a_broken_one_is_found_out(service: str, key: str, value: object, tmp_path: Path) -> None:
    broken = {**COMPOSE, "services": {**SERVICES, service: {**SERVICES[service], key: value}}}
    path = tmp_path / "docker-compose.yml"
    path.write_text(yaml.safe_dump(broken))
    done = checked(path)
    assert done.returncode == 1
    assert "Schema validation errors" in done.stdout


def test_nothing_in_it_is_filled_in_by_the_engine() -> None:
    assert "$" not in read("docker-compose.yml"), "the tests would read another file than the engine does"


# ---------------------------------------------------------------------- services and commands
def test_it_has_the_database_its_upgrade_the_service_workers_and_a_place_for_commands() -> None:
    assert set(SERVICES) == {"db", "migrate", "service", "worker", "crawl"}
    assert OURS == ["crawl", "migrate", "service", "worker"]
    assert LASTING == ["service", "worker"]


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_exists(name: str) -> None:
    parse(words(SERVICES[name]["command"]))


@pytest.mark.parametrize("line", [["serf"], ["db", "update"], ["crawl", "--enqueu"], ["db", "upgrade", "now"]])
def test_a_command_that_does_not_exist_is_found_out(line: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parse(line)


def test_the_runs_are_made_by_the_workers_alone() -> None:
    assert words(SERVICES["service"]["command"]) == ["serve", "--no-runs"]
    assert words(SERVICES["worker"]["command"]) == ["worker"]


def test_commands_are_not_started_with_the_others() -> None:
    assert [name for name in SERVICES if "profiles" in SERVICES[name]] == ["crawl"]


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_built_from_this_version(name: str) -> None:
    assert SERVICES[name]["image"] == f"quxun:{table('project')['version']}"
    assert (ROOT / str(SERVICES[name]["build"]) / "Dockerfile").is_file()


@pytest.mark.parametrize("name", OURS)
def test_a_service_waits_for_a_database_that_answers(name: str) -> None:
    assert mapping(mapping(SERVICES[name]["depends_on"])["db"])["condition"] == "service_healthy"
    assert healthcheck("db")


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_all_others_wait_for_the_upgrade(name: str) -> None:
    waits = mapping(mapping(SERVICES[name]["depends_on"])["migrate"])
    assert waits["condition"] == "service_completed_successfully"


def test_what_stays_up_is_started_again_and_what_ends_is_not() -> None:
    restarts = {name: service.get("restart") for name, service in SERVICES.items()}
    again = "unless-stopped"
    assert restarts == {"db": again, "service": again, "worker": again, "migrate": None, "crawl": None}


def test_there_can_be_many_workers() -> None:
    assert not {"container_name", "hostname", "ports", "network_mode"} & set(SERVICES["worker"])


# ---------------------------------------------------------------------- health
def test_health_is_asked_with_what_the_images_have() -> None:
    programs = {name: healthcheck(name)[0] for name in SERVICES if healthcheck(name)}
    assert programs == {"db": "pg_isready", "service": "python"}


def test_the_service_is_asked_whether_it_is_ready() -> None:
    *_, script = healthcheck("service")
    compile(script, "healthcheck", "exec")
    assert "/readyz" in script


def test_the_port_is_one_everywhere() -> None:
    *_, script = healthcheck("service")
    [published] = words(SERVICES["service"]["ports"])
    said = {
        environment("service")[PORT.name],
        PORT.default,
        published.split(":")[-1],
        *re.findall(r"EXPOSE (\d+)", read("Dockerfile")),
    }
    assert said == {"8620"}
    assert re.findall(r"\b\d{4,5}\b", script) == ["8620"]


# ---------------------------------------------------------------------- secrets, volumes, environment
@pytest.mark.parametrize("name", sorted(SERVICES))
def test_volumes_and_secrets_are_declared(name: str) -> None:
    service = SERVICES[name]
    assert set(words(service["secrets"])) <= set(COMPOSE["secrets"])
    assert {volume.split(":")[0] for volume in words(service["volumes"])} <= set(COMPOSE["volumes"])


def test_every_secret_and_volume_is_used() -> None:
    assert {name for service in SERVICES.values() for name in words(service["secrets"])} == set(COMPOSE["secrets"])
    volumes = [volume for service in SERVICES.values() for volume in words(service["volumes"])]
    assert {volume.split(":")[0] for volume in volumes} == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_has_the_secrets_that_its_variables_name_and_no_other(name: str) -> None:
    named = [value for variable, value in environment(name).items() if variable.endswith(FILE_SUFFIX)]
    assert sorted(map(str, named)) == sorted(f"/run/secrets/{secret}" for secret in words(SERVICES[name]["secrets"]))


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    settings = {setting.name: setting for setting in SETTINGS}
    for variable, value in environment(name).items():
        setting = settings[variable.removesuffix(FILE_SUFFIX)]
        if value is not None and not variable.endswith(FILE_SUFFIX):
            assert isinstance(value, str), f"{variable} is to be written in quotes"
            setting.parse(value)


def test_no_secret_stands_in_a_variable() -> None:
    secret = re.compile("PASSWORD|URL|TOKEN|ALARMS")
    for name in SERVICES:
        assert not [
            variable for variable in environment(name) if secret.search(variable) and FILE_SUFFIX not in variable
        ]


def test_secrets_are_kept_out_of_the_repository_and_the_image() -> None:
    assert "/secrets/" in read(".gitignore").splitlines()
    assert all(str(secret["file"]).startswith("./secrets/") for secret in COMPOSE["secrets"].values())


def test_all_containers_of_a_machine_share_the_locks_of_hosts() -> None:
    """The time of the last visit stands beside the lock, so that the delay also holds between two workers."""
    assert {tuple(words(SERVICES[name]["volumes"])) for name in OURS} == {("home:/data",)}
    assert "QUXUN_HOME=/data" in read("Dockerfile")


# ---------------------------------------------------------------------- who may reach what
def test_the_service_is_published_on_this_machine_alone_and_nothing_else_is() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["service"]
    assert all(port.startswith("127.0.0.1:") for port in words(SERVICES["service"]["ports"]))
    assert not any("network_mode" in service for service in SERVICES.values())


def test_the_service_asks_its_callers_for_a_token() -> None:
    assert environment("service")[HOST.name] == "0.0.0.0"
    assert API_TOKEN.name + FILE_SUFFIX in environment("service")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert "/tmp" in words(service["tmpfs"])
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid"} & set(service)


# ---------------------------------------------------------------------- bounds
@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_has_its_bounds(name: str) -> None:
    service = SERVICES[name]
    assert megabytes(service["mem_limit"]) > REST_MB
    assert isinstance(service["pids_limit"], int)
    options = mapping(mapping(service["logging"])["options"])
    assert {"max-size", "max-file"} <= set(options)


@pytest.mark.parametrize("name", MAKES_RUNS)
def test_the_memory_is_enough_for_the_runs(name: str) -> None:
    assert megabytes(SERVICES[name]["mem_limit"]) >= int(str(environment(name)[RUNS.name])) * RUN_MB + REST_MB


def test_the_database_takes_the_connections_of_ten_workers() -> None:
    *_, setting = words(SERVICES["db"]["command"])
    runs = int(str(environment("worker")[RUNS.name]))
    assert int(setting.removeprefix("max_connections=")) >= 10 * (2 * runs + 10)


@pytest.mark.parametrize("name", LASTING)
def test_a_container_is_given_the_time_to_stop(name: str) -> None:
    assert SERVICES[name]["init"] is True
    assert seconds(SERVICES[name]["stop_grace_period"]) >= 2 * GRACE_S


def megabytes(size: object) -> int:
    return int(str(size)[:-1]) * {"m": 1, "g": 1024}[str(size)[-1]]


def seconds(time: object) -> int:
    return int(str(time)[:-1]) * {"s": 1, "m": 60}[str(time)[-1]]

"""docker-compose.yml fits together, runs commands that exist, and holds no secret."""

import click
import pytest
import yaml

from quxun.config import FILE_SUFFIX, SETTINGS
from tests.packaging.project import ROOT, read, table

COMPOSE = yaml.safe_load(read("docker-compose.yml"))
SERVICES: dict[str, dict[str, object]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)


def mapping(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def words(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(word) for word in value]


def test_it_has_the_database_its_upgrade_and_the_crawl() -> None:
    assert set(SERVICES) == {"db", "migrate", "crawl"}
    assert OURS == ["crawl", "migrate"]


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_exists(name: str) -> None:
    from quxun.cli import cli

    command: click.Command = cli
    for word in words(SERVICES[name]["command"]):
        assert isinstance(command, click.Group), f"{command.name} has no sub-commands"
        found = command.get_command(click.Context(command), word)
        assert found is not None, f"quxun has no command {word}"
        command = found


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_built_from_this_version(name: str) -> None:
    assert SERVICES[name]["image"] == f"quxun:{table('project')['version']}"
    assert (ROOT / str(SERVICES[name]["build"]) / "Dockerfile").is_file()


@pytest.mark.parametrize("name", OURS)
def test_a_service_waits_for_a_database_that_answers(name: str) -> None:
    assert mapping(mapping(SERVICES[name]["depends_on"])["db"])["condition"] == "service_healthy"
    assert mapping(SERVICES["db"]["healthcheck"])["test"]


def test_the_crawl_waits_for_the_upgrade() -> None:
    waits = mapping(mapping(SERVICES["crawl"]["depends_on"])["migrate"])
    assert waits["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_volumes_and_secrets_are_declared(name: str) -> None:
    service = SERVICES[name]
    assert set(words(service["secrets"])) <= set(COMPOSE["secrets"])
    assert {volume.split(":")[0] for volume in words(service["volumes"])} <= set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    settings = {setting.name + suffix for setting in SETTINGS for suffix in ("", FILE_SUFFIX)}
    assert set(mapping(SERVICES[name]["environment"])) <= settings


def test_the_database_is_named_by_a_file_and_no_password_stands_in_a_variable() -> None:
    for service in SERVICES.values():
        for variable, value in mapping(service["environment"]).items():
            secret = "PASSWORD" in variable or "URL" in variable
            assert not secret or (variable.endswith("_FILE") and str(value).startswith("/run/secrets/"))


def test_secrets_are_kept_out_of_the_repository_and_the_image() -> None:
    assert "/secrets/" in read(".gitignore").splitlines()
    assert all(str(secret["file"]).startswith("./secrets/") for secret in COMPOSE["secrets"].values())

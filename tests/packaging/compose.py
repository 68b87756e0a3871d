"""docker-compose.yml as data for the tests of this folder."""

import click
import yaml

from quxun.cli import cli
from tests.packaging.project import read

COMPOSE = yaml.safe_load(read("docker-compose.yml"))
SERVICES: dict[str, dict[str, object]] = COMPOSE["services"]
#: Those of our image, and of them those that stay up.
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
LASTING = [name for name in OURS if "restart" in SERVICES[name]]
MAKES_RUNS = ["crawl", "worker"]


def mapping(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def words(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(word) for word in value]


def environment(service: str) -> dict[str, object]:
    return mapping(SERVICES[service]["environment"])


def healthcheck(service: str) -> list[str]:
    """The command that says whether a service is well; empty if it has none."""
    if "healthcheck" not in SERVICES[service]:
        return []
    kind, *command = words(mapping(SERVICES[service]["healthcheck"])["test"])
    assert kind == "CMD", "the image may have no shell"
    return command


def parse(line: list[str]) -> click.Context:
    """What click makes of a command of quxun; click.UsageError if it does not exist or takes no such option."""
    command: click.Command = cli
    context = click.Context(cli)
    rest = line
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        assert name is not None
        command, context = found, click.Context(found, parent=context, info_name=name)
    return command.make_context(command.name, rest)

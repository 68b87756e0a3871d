"""docs/commands.md and the command say the same, and no page names a command that does not exist."""

import re
from collections.abc import Iterator

import click
import pytest

from quxun.cli import cli
from tests.docs.markdown import ROOT, code, page, sections

PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("docs/*.md"), *ROOT.glob("*.md"))
    if path.name != "CHANGELOG.md"  # it also names what is not there yet
)


def commands(group: click.Group, above: str) -> Iterator[tuple[str, click.Command]]:
    """Every command of a group with its whole name, groups before what is in them."""
    context = click.Context(group)
    for name in group.list_commands(context):  # also of a group that loads its commands when they are asked for
        command = group.get_command(context, name)
        assert command is not None
        yield f"{above} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")


COMMANDS = {name: command for name, command in commands(cli, "quxun") if not command.hidden}


@pytest.fixture(scope="module")
def described() -> dict[str, str]:
    text = page("docs/commands.md")
    found = {**sections(text, level=2), **sections(text, level=3)}
    return {heading.strip("`"): body for heading, body in found.items() if heading.startswith("`quxun ")}


def test_every_command_has_a_heading_and_every_heading_a_command(described: dict[str, str]) -> None:
    assert set(described) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_described_below_its_command(name: str, described: dict[str, str]) -> None:
    missing = sorted(
        option for option in options(COMMANDS[name]) if not re.search(rf"{re.escape(option)}(?![\w-])", described[name])
    )
    assert not missing, f"docs/commands.md, {name}: {missing}"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_only_commands_and_options_that_exist(path: str) -> None:
    for said in code(page(path)):
        for call in re.findall(r"(?:^|[\s/])quxun ((?:[^|;&]|$)+)", said):
            command, name = resolve(call.split())
            assert command is not None, f"{path}: there is no `{name}`"
            unknown = set(re.findall(r"(?:^| )(--[a-z][a-z-]*)", call)) - options(command) - {"--help", "--version"}
            assert not unknown, f"{path}: `{name}` has no {unknown}"


def options(command: click.Command) -> set[str]:
    """The long options of a command that it tells of."""
    return {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("--")
    }


def resolve(words: list[str]) -> tuple[click.Command | None, str]:
    """The command that words call, and its name as far as they give it; None if it does not exist."""
    command: click.Command | None = cli
    name = "quxun"
    for word in words:
        if not isinstance(command, click.Group) or not re.fullmatch(r"[a-z][a-z-]*", word):
            break
        name = f"{name} {word}"
        command = command.get_command(click.Context(command), word)
    return command, name

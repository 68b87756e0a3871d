"""The command `quxun`. Every sub-command is a module of `quxun.commands`, imported when it is called for."""

import importlib
import os
import sys

import rich_click as click

from crawler.settings import VERSION
from storage.errors import QuxunError

#: sub-command → its module in quxun.commands; the object in it is named `command`.
COMMANDS = {
    "demo": "demo",
    "crawl": "crawl",
    "sources": "sources",
    "runs": "runs",
    "issues": "issues",
    "show": "show",
    "export": "export",
    "import": "import_",
    "explain": "explain",
    "extract": "extract",
    "check": "check",
    "config": "config",
    "db": "db",
}

click.rich_click.COMMAND_GROUPS = {
    "quxun": [
        {"name": "Start here", "commands": ["demo", "crawl", "sources"]},
        {"name": "What came in", "commands": ["show", "export", "import"]},
        {"name": "What happened", "commands": ["runs", "issues", "explain", "extract"]},
        {"name": "The installation", "commands": ["check", "config", "db"]},
    ]
}
click.rich_click.COMMANDS_BEFORE_OPTIONS = True


class LazyGroup(click.RichGroup):
    """Imports a sub-command when it is asked for, so that `quxun --help` does not load the crawler."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        found: click.Command = importlib.import_module(f"quxun.commands.{module}").command
        return found


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="quxun")
def cli() -> None:
    """区讯 Quxun: the news of one district, fetched politely, each story once, as clean dated snapshots.

    New here? `quxun demo` shows everything on a miniature district without the internet;
    `quxun crawl` then visits the real one. Settings are environment variables: `quxun config`.
    """


def main() -> None:
    """Run the command; an error that a person must act on is a sentence and an exit status, never a traceback."""
    try:
        cli.main(prog_name="quxun", standalone_mode=True)
    except QuxunError as error:
        sys.stderr.write(f"quxun: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has had enough
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("quxun: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()

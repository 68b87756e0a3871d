"""The command `quxun`. Every sub-command is a module of `quxun.commands`, imported when it is called for."""

import importlib
import os
import sys
from io import TextIOWrapper

import rich_click as click

from crawler.settings import VERSION
from scheduler.launch import Launcher
from storage.errors import QuxunError

#: sub-command → its module in quxun.commands, whose `command` it is, and the first line of its help.
COMMANDS = {
    "demo": ("demo", "Show the main job on a miniature district, without the internet."),
    "crawl": ("crawl", "Visit sources now and store what is new."),
    "serve": ("serve", "Run the background service: visit every source when it is due."),
    "worker": ("worker", "Take runs from the queue of a PostgreSQL database, beside other workers."),
    "sources": ("sources", "Where the news comes from."),
    "show": ("show", "Show an article with everything that is known of it."),
    "story": ("story", "Show who carries a story, and say by hand what is one story and what is not."),
    "copies-of": ("copies_of", "Say which stored stories a text repeats, wholly or in part, and how much of it."),
    "export": ("export", "Write out the articles, each as it reads now."),
    "import": ("import_", "Take in articles from files, through the same steps as a crawl."),
    "runs": ("runs", "Show what visits were made and how they ended, newest first."),
    "issues": ("issues", "Show what runs did not understand, newest first."),
    "alarms": ("alarms", "Show the alarms, newest first, and test whether they reach people."),
    "explain": ("explain", "Say why a page is stored as it is, or why it is not."),
    "extract": ("extract", "Read saved pages and print what is in them, a JSON object a page."),
    "reextract": ("reextract", "Read stored pages again with today's rules, without a request."),
    "check": ("check", "Verify everything that is stored, and change nothing."),
    "size": ("size", "Show how large the archive is, how it grows, and when the disk is full."),
    "prune": ("prune", "Let go of what is older than it is to be kept, now."),
    "backup": ("backup", "Make a verified copy of everything, while everything goes on."),
    "restore": ("restore", "Put a backup into the configured database."),
    "migrate-to": ("migrate_to", "Move the archive to another database, PostgreSQL or SQLite."),
    "config": ("config", "Show the settings in force, and where each comes from."),
    "db": ("db", "The schema of the configured database."),
}

#: Imported once by the fork server; the command itself too, or every child would import it anew.
_PRELOAD = ("crawler.preload", "quxun.cli")

click.rich_click.COMMAND_GROUPS = {
    "quxun": [
        {"name": "Start here", "commands": ["demo", "crawl", "serve", "sources"]},
        {"name": "What came in", "commands": ["show", "export", "import"]},
        {"name": "What happened", "commands": ["runs", "issues", "alarms", "explain", "extract", "reextract"]},
        {
            "name": "The installation",
            "commands": ["worker", "check", "size", "prune", "backup", "restore", "migrate-to", "config", "db"],
        },
    ]
}
click.rich_click.COMMANDS_BEFORE_OPTIONS = True


def preload() -> tuple[str, ...]:
    """What the fork server imports; PostgreSQL's driver, which is large, only where it may be needed."""
    urls = (value for name, value in os.environ.items() if name.startswith("QUXUN_DATABASE_URL"))
    return _PRELOAD if all(url.startswith("sqlite") for url in urls) else (*_PRELOAD, "psycopg")


class LazyGroup(click.RichGroup):
    """Imports a sub-command when it is called for; its own help needs none of them."""

    _brief = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, summary = COMMANDS[cmd_name]
        if self._brief:
            return click.RichCommand(name=cmd_name, help=summary)
        found: click.Command = importlib.import_module(f"quxun.commands.{module}").command
        found.name = cmd_name
        return found

    def invoke(self, ctx: click.Context) -> object:
        """Run a sub-command; an error that a person must act on is a sentence and an exit status."""
        try:
            return super().invoke(ctx)
        except QuxunError as error:
            sys.stderr.write(f"quxun: {error}\n")
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has had enough
            ctx.exit(0)
        except KeyboardInterrupt:
            sys.stderr.write("quxun: interrupted\n")
            ctx.exit(130)

    def format_help(self, ctx: click.RichContext, formatter: click.RichHelpFormatter) -> None:  # type: ignore[override]
        self._brief = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._brief = False


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="quxun")
def cli() -> None:
    """区讯 Quxun: the news of one district, fetched politely, each story once, as clean dated snapshots.

    New here? `quxun demo` shows everything on a miniature district without the internet;
    `quxun crawl` then visits the real one. Settings are environment variables: `quxun config`.
    """


def main() -> None:
    """Run the command. Never a traceback: see `LazyGroup.invoke`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that has no Chinese shows ? instead of an error
    if sys.argv[1:2] in (["crawl"], ["demo"]) and not {"-h", "--help", "--enqueue"} & set(sys.argv):
        Launcher(preload()).warm_up()  # it needs as long as this process to import what it needs
    cli(prog_name="quxun")


if __name__ == "__main__":
    main()

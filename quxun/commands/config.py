"""`quxun config`: the settings in force, and where each comes from."""

import os

import rich_click as click
from rich.text import Text

from quxun.config import SETTINGS, Effective, Origin, load_config
from quxun.console import said, table
from quxun.desk import print_line, show


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a setting on standard output.")
def command(*, as_json: bool) -> None:
    """Show the settings in force, and where each comes from.

    Every setting is an environment variable, or the name of a file that holds its value in the
    variable of the same name with _FILE behind it. Passwords are masked.

    \b
        quxun config
        QUXUN_DELAY_S=5 quxun config --json
    """
    effective = load_config(os.environ).effective()
    meanings = {setting.name: setting.meaning for setting in SETTINGS}
    if as_json:
        for each in effective:
            print_line({"name": each.name, "value": each.value, "origin": each.origin.value})
        return
    drawn = table("variable", "value", "from", "meaning")
    for each in effective:
        drawn.add_row(each.name, said(each.value), _origin(each), Text(meanings[each.name], style="dim"))
    show(drawn)


def _origin(each: Effective) -> Text:
    match each.origin:
        case Origin.DEFAULT:
            return Text("default", style="dim")
        case Origin.FILE:
            return Text(f"{each.name}_FILE", style="green")
        case _:
            return Text("environment", style="green")

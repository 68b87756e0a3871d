"""How the command talks: results on standard output, everything else on standard error, plain when piped."""

import re
import sys
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from storage.records import Precision

#: What could give orders to a terminal: a page's words must not (ESC sequences, changes of direction).
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@cache
def out() -> Console:
    """Results."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


@cache
def err() -> Console:
    """Progress, warnings and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def said(words: str, style: str = "") -> Text:
    """Words that somebody else wrote, fit to be shown: never read as markup, never an order to the terminal."""
    return Text(_ORDERS.sub("", words), style=style)


def table(*columns: str, title: str = "") -> Table:
    """A table as every command draws it; a column whose name starts with `>` holds numbers."""
    drawn = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        number = column.startswith(">")
        drawn.add_column(column.removeprefix(">"), justify="right" if number else "left", no_wrap=number)
    return drawn


def local(when: datetime | None, zone: ZoneInfo, precision: Precision | None = Precision.MINUTE) -> str:
    """A time as the district's people read it, as exactly as it is known; empty if it is not."""
    if when is None:
        return ""
    here = when.astimezone(zone)
    match precision:
        case Precision.DAY:
            return f"{here:%Y-%m-%d}"
        case Precision.MONTH:
            return f"{here:%Y-%m}"
        case _:
            return f"{here:%Y-%m-%d %H:%M}"

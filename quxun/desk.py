"""What the commands that read and import share: the open store, the district's clock, tables on paper.

Nothing here decides anything; it only spares every command the same ten lines.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from crawler.profile import District, find_profile, load_profile
from quxun.config import Config, load_config
from quxun.console import err, out, said
from quxun.formats import json_line
from quxun.wiring import open_store
from storage.errors import UsageError
from storage.store import Store

#: The highest number of a row, and more rows than there are.
MOST = 2**63 - 1

#: Columns that a table may take where there is no terminal to fit into: nothing is cut off in a pipe.
_PAPER_WIDTH = 2000

#: Columns from which a terminal has room for sentences in a table.
_WIDE = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An installation at work."""

    config: Config
    store: Store
    district: District

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown and read."""
        return ZoneInfo(self.district.timezone)


@contextlib.contextmanager
def open_desk() -> Iterator[Desk]:
    """The installation that the environment configures."""
    config = load_config(os.environ)
    district = load_profile(find_profile(config.district)).district
    with open_store(config) as store:
        yield Desk(config=config, store=store, district=district)


def now() -> datetime:
    return datetime.now(UTC)


def show(drawn: RenderableType) -> None:
    """Print a table or grid: fitted into a terminal, as wide as it is anywhere else."""
    if isinstance(drawn, Table):
        for column in drawn.columns:  # Chinese has no spaces to wrap at, and would be cut off
            column.overflow = "fold"
    if out().is_terminal:
        out().print(drawn)
        return
    paper = Console(file=StringIO(), width=_PAPER_WIDTH, color_system=None, highlight=False)
    with paper.capture() as printed:
        paper.print(drawn)
    lines = [line.rstrip() for line in printed.get().splitlines()]
    sys.stdout.write("".join(f"{line}\n" for line in lines if line))


def roomy() -> bool:
    """Whether a line may be long: in a pipe, and on a wide terminal."""
    return not out().is_terminal or out().width >= _WIDE


def in_use(names: Iterable[str], counts: Iterable[object]) -> list[str]:
    """The names of the numbers that are not 0 in all of the records: only they deserve a column."""
    records = list(counts)
    return [name for name in names if any(getattr(each, name) for each in records)]


def number(count: int) -> Text:
    """A number in a table; 0 does not catch the eye."""
    return Text(str(count)) if count else Text("·", style="dim")


def grid(rows: Iterable[tuple[str, str | Text]]) -> Table:
    """Labels and what they label, one a line."""
    drawn = Table.grid(padding=(0, 2))
    drawn.add_column(style="dim", no_wrap=True)
    drawn.add_column(overflow="fold")
    for label, value in rows:
        drawn.add_row(label, said(value) if isinstance(value, str) else value)
    return drawn


def print_line(value: Mapping[str, object]) -> None:
    """One JSON object on a line of standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(json_line(value).encode() + b"\n")  # JSON is UTF-8, whatever the terminal's encoding
    sys.stdout.buffer.flush()


def progress(*columns: ProgressColumn, quiet: bool = False) -> Progress:
    """A progress bar on the terminal, with columns of the caller's before the time, and nothing anywhere else."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        *columns,
        TimeElapsedColumn(),
        console=err(),
        transient=True,
        disable=quiet or not err().is_terminal,
    )


def since_day(text: str | None, zone: ZoneInfo) -> datetime | None:
    """The beginning of the day that `--since` names."""
    return None if text is None else _day(text, zone, "--since")


def until_day(text: str | None, zone: ZoneInfo) -> datetime | None:
    """The end of the day that `--until` names: the beginning of the next one."""
    return None if text is None else _day(text, zone, "--until", later=timedelta(days=1))


def _day(text: str, zone: ZoneInfo, option: str, later: timedelta = timedelta()) -> datetime:
    try:
        return (datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone) + later).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option} {text}: not a day like 2026-11-21") from error

"""`quxun alarms`: what people were told of, or still have to see to; and whether telling them works."""

import os
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import rich_click as click
from rich.table import Table
from rich.text import Text

from crawler.profile import find_profile, load_profile
from quxun.config import load_config
from quxun.console import local, out, said, table
from quxun.desk import MOST, now, open_desk, print_line, roomy, show
from quxun.formats import stamp
from scheduler.telling.channels import channels_of
from scheduler.telling.deliver import try_all
from scheduler.telling.messages import trial
from storage.errors import ConfigError
from storage.records import Alarm


@click.group(invoke_without_command=True)
@click.option("--open", "open_only", is_flag=True, help="Only those that are not over.")
@click.option("--source", "source_key", metavar="KEY", help="Only alarms of this source.")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an alarm on standard output.")
@click.pass_context
def command(context: click.Context, *, open_only: bool, source_key: str | None, limit: int, as_json: bool) -> None:
    """Show alarms, open ones and those that are over, newest first.

    An alarm is about one source and one kind of trouble. `quxun serve` opens it, tells everybody
    whom QUXUN_ALARMS names, and tells them again when it is over. What each kind means is in
    docs/operations.md.

    \b
        quxun alarms --open                 what has to be seen to
        quxun alarms test                   does telling people work?
    """
    if context.invoked_subcommand is not None:
        return
    with open_desk() as desk:
        if source_key is not None:
            desk.store.sources.get(source_key)
        alarms = desk.store.alarms.list(open_only=open_only, source_key=source_key, limit=limit)
        if as_json:
            for alarm in alarms:
                print_line(alarm_line(alarm, desk.zone))
        elif alarms:
            show(alarms_table(alarms, desk.zone))
        else:
            out().print("No alarms.")


@command.command("test")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a channel on standard output.")
@click.pass_context
def test(context: click.Context, *, as_json: bool) -> None:
    """Send a test message to every channel, and say of each whether it was taken.

    \b
        quxun alarms test
    """
    config = load_config(os.environ)
    channels = channels_of(config.alarms)
    if not channels:
        raise ConfigError("environment", "QUXUN_ALARMS", "is empty: there is nowhere to send a message to")
    zone = ZoneInfo(load_profile(find_profile(config.district)).district.timezone)
    problems = try_all(channels, trial(now(), zone))
    for number, (channel, problem) in enumerate(zip(channels, problems, strict=True), start=1):
        if as_json:
            print_line({"number": number, "channel": channel.name, "taken": not problem, "problem": problem})
        else:
            told = Text(f"not taken: {problem}", style="red") if problem else Text("taken", style="green")
            out().print(Text.assemble(f"{number}  ", said(channel.name), "  ", told))
    if any(problems):
        context.exit(1)


def alarm_line(alarm: Alarm, zone: ZoneInfo) -> dict[str, object]:
    """An alarm as `alarms --json` prints it."""
    return {
        "id": alarm.id,
        "kind": alarm.kind,
        "source": alarm.source_key,
        "open": alarm.closed_at is None,
        "headline": alarm.headline,
        "detail": alarm.detail,
        "count": alarm.count,
        "opened_at": stamp(alarm.opened_at, zone),
        "last_seen_at": stamp(alarm.last_seen_at, zone),
        "closed_at": stamp(alarm.closed_at, zone),
    }


def alarms_table(alarms: Sequence[Alarm], zone: ZoneInfo) -> Table:
    """Alarms as people read them."""
    drawn = table(">id", "kind", "source", "since", "until", ">count", "what", *(("detail",) if roomy() else ()))
    for column in drawn.columns[1:5]:
        column.no_wrap = True
    for alarm in alarms:
        until = local(alarm.closed_at, zone)
        drawn.add_row(
            str(alarm.id),
            said(alarm.kind),
            said(alarm.source_key),
            local(alarm.opened_at, zone),
            Text(until) if until else Text("open", style="red"),
            str(alarm.count) if alarm.count > 1 else "",
            said(alarm.headline),
            *((said(alarm.detail),) if roomy() else ()),
        )
    return drawn

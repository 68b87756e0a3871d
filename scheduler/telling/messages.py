"""What people are told of alarms: short plain Chinese texts. Pure.

A message has no markup of ours, and none that a page could bring in: whatever somebody else wrote becomes one line of
plain words. What happened comes first, then since when, what to do, and the command that shows more.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.telling.alarms import HEADLINES, QUIET_FOR, AlarmKind, span
from storage.records import Alarm

#: Control characters and changes of direction, which could hide what a line says.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
#: Chat programs read `<at …>` and `<@…>` as orders to call people, and brackets and `&` as markup.
_MARKUP = str.maketrans({"<": "‹", ">": "›", "&": "＆", "[": "［", "]": "］", "`": "'", "*": "＊", "@": "＠"})
_MOST = 160
_CUT = "……"
_LISTED = 12

_TO_DO: Mapping[str, str] = {
    AlarmKind.FAILING: "用浏览器打开该网站看是否正常；网址变了就修改来源，网站停了就先暂停来源。",
    AlarmKind.BLOCKED: "放慢采集（QUXUN_DELAY_S 或更长的间隔），设置 QUXUN_CONTACT，必要时联系网站。",
    AlarmKind.CRASH: "其他来源不受影响；请把 quxun runs 里这次采集的记录报告给维护人员。",
    AlarmKind.LISTING_EMPTY: "网站可能改版；用 quxun sources check 检查来源。",
    AlarmKind.GAP: "缩短该来源的采集间隔，并用 quxun crawl --full 补采一次。",
    AlarmKind.UNLIKE_SITE: "网站可能改版；用 quxun explain 看其中一页读得对不对，不对就报告给维护人员。",
    AlarmKind.SILENT: "到网站上看是否真的没有更新；如果有，用 quxun sources check 检查来源。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to be told in one piece, and what it counts as told."""

    subjects: tuple[str, ...]
    title: str
    lines: tuple[str, ...]
    #: The last line, which is never left out.
    more: str

    def text(self, limit_bytes: int) -> str:
        """The lines, as much of them as fits with the title into so many bytes of UTF-8; a cut is marked."""
        room = limit_bytes - _bytes(self.title) - _bytes(self.more)
        said = "\n".join(self.lines)
        if _bytes(said) > room:
            said = said.encode()[: max(0, room - _bytes(_CUT))].decode(errors="ignore") + _CUT
        return f"{said}\n{self.more}" if said else self.more


def told(alarm: Alarm) -> str:
    """Under what the opening of an alarm is noted as told."""
    return f"alarm {alarm.id}"


def told_over(alarm: Alarm) -> str:
    """Under what the end of an alarm is noted as told."""
    return f"alarm {alarm.id} over"


def plain(words: str, most: int = _MOST) -> str:
    """Somebody else's words as one line without markup, at most so long."""
    line = " ".join(_UNSEEN.sub(" ", words).split()).translate(_MARKUP)
    return line if len(line) <= most else line[: most - 1] + "…"


def opening(alarm: Alarm, zone: ZoneInfo) -> Message:
    """That an alarm has opened."""
    lines = [f"来源：{plain(alarm.source_key)}", f"时间：{local(alarm.opened_at, zone)} 起"]
    if alarm.count > 1:
        lines.append(f"次数：{alarm.count}")
    if alarm.detail:
        lines.append(f"情况：{plain(alarm.detail)}")
    return Message(
        subjects=(told(alarm),),
        title=f"【区讯告警】{plain(alarm.headline, 60)}",
        lines=(*lines, f"处理：{_TO_DO.get(alarm.kind, '看详情。')}"),
        more=f"详情：quxun issues --source {plain(alarm.source_key)}",
    )


def over(alarm: Alarm, zone: ZoneInfo) -> Message:
    """That an alarm is over; also for one that could not be told while it was open."""
    until = alarm.closed_at or alarm.last_seen_at
    return Message(
        subjects=(told(alarm), told_over(alarm)),
        title=f"【区讯】告警结束：{plain(alarm.headline, 60)}",
        lines=(
            f"来源：{plain(alarm.source_key)}",
            f"时间：{local(alarm.opened_at, zone)} 至 {local(until, zone)}，共{span(until - alarm.opened_at)}",
            f"原因：{_why_over(alarm)}",
        ),
        more="详情：quxun alarms",
    )


def openings(alarms: Sequence[Alarm], zone: ZoneInfo) -> Message:
    """That many alarms have opened, in one message."""
    since = min(alarm.opened_at for alarm in alarms)
    return Message(
        subjects=tuple(told(alarm) for alarm in alarms),
        title=f"【区讯告警】{len(alarms)} 个告警",
        lines=(
            f"时间：{local(since, zone)} 起",
            *_by_kind(alarms),
            "处理：许多来源同时出问题时，先检查本机的网络、域名解析和磁盘。",
        ),
        more="详情：quxun alarms",
    )


def overs(alarms: Sequence[Alarm]) -> Message:
    """That many alarms are over, in one message."""
    return Message(
        subjects=tuple(subject for alarm in alarms for subject in (told(alarm), told_over(alarm))),
        title=f"【区讯】{len(alarms)} 个告警结束",
        lines=tuple(_by_kind(alarms)),
        more="详情：quxun alarms",
    )


def trial(now: datetime, zone: ZoneInfo) -> Message:
    """What `quxun alarms test` sends."""
    return Message(
        subjects=("test",),
        title="【区讯】测试消息",
        lines=("这是一条测试消息：收到它，说明告警和日报能送到这里。", f"时间：{local(now, zone)}"),
        more="无需处理。",
    )


def local(when: datetime, zone: ZoneInfo) -> str:
    """A time as the district's people read it."""
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M}"


def named(keys: Iterable[str], most: int = _LISTED) -> str:
    """A list of names that does not get too long."""
    names = [plain(key, 40) for key in keys]
    return "、".join(names[:most]) + (f" 等 {len(names)} 个" if len(names) > most else "")


def _by_kind(alarms: Sequence[Alarm]) -> list[str]:
    """A line a kind, with its sources."""
    keys: dict[str, list[str]] = {}
    for alarm in alarms:
        keys.setdefault(alarm.kind, []).append(alarm.source_key)
    return [f"{HEADLINES.get(kind, kind)}（{len(found)}）：{named(found)}" for kind, found in keys.items()]


def _why_over(alarm: Alarm) -> str:
    match alarm.kind:
        case AlarmKind.SILENT:
            return "又有新文章，或来源已停用。"
        case AlarmKind.FAILING:
            return "采集恢复正常，或来源已停用。"
        case _ if _quiet(alarm) >= QUIET_FOR:
            return "一周没有再出现。"
        case _:
            return "之后的采集没有再出现，或来源已停用。"


def _quiet(alarm: Alarm) -> timedelta:
    return (alarm.closed_at or alarm.last_seen_at) - alarm.last_seen_at


def _bytes(line: str) -> int:
    return len(line.encode()) + 1

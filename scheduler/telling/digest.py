"""The daily digest: what came in, what went wrong, and which alarms are open, once a day and channel.

It is about the day that ends at its time, and is sent from then until midnight, however late the service begins; what a
channel does not take is tried again until the next one is due. A day on which nothing happened has none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.telling.channels import Channel
from scheduler.telling.deliver import Deliverer
from scheduler.telling.messages import Message, local, named, plain, told, told_over
from storage.alarms import Delivery
from storage.days import Happened, SourceCount
from storage.records import Alarm, ChangeKind, IssueKind
from storage.store import Store

_LISTED = 15

ISSUES: Mapping[IssueKind, str] = {
    IssueKind.UNREACHABLE: "列表打不开",
    IssueKind.ROBOTS: "robots.txt 不允许",
    IssueKind.LISTING_UNREAD: "列表读不懂",
    IssueKind.LISTING_EMPTY: "列表没有文章",
    IssueKind.GAP: "可能有遗漏",
    IssueKind.WALK_LIMIT: "列表页数过多",
    IssueKind.REFUSED: "不是文章页",
    IssueKind.FAILED_VISIT: "页面打不开",
    IssueKind.BLOCKED: "拒绝访问",
    IssueKind.ASKED_TO_WAIT: "要求放慢",
    IssueKind.TIME_LIMIT: "超时",
    IssueKind.CRASH: "程序出错",
    IssueKind.EXTRACTION: "页面解析出错",
    IssueKind.UNLIKE_SITE: "与本站其他页面不像",
    IssueKind.TAKEN_OVER: "由另一台机器接手",
}

_CHANGES: Mapping[ChangeKind, str] = {
    ChangeKind.NEW_ARTICLE: "新增",
    ChangeKind.NEW_REVISION: "修订",
    ChangeKind.NEW_READING: "重新解析",
    ChangeKind.GONE: "网站已删除",
    ChangeKind.BACK: "恢复",
    ChangeKind.TAKEDOWN: "下架",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What a digest is made of."""

    day: date
    happened: Happened
    open_alarms: Sequence[Alarm]
    #: Those that were over within the day.
    closed_alarms: Sequence[Alarm]
    #: Messages that did not reach their channel, by its name: how many, and why the last one did not.
    undelivered: Mapping[str, tuple[int, str]]

    @property
    def nothing(self) -> bool:
        return self.happened.nothing and not (self.open_alarms or self.closed_alarms or self.undelivered)


def subject(day: date) -> str:
    """Under what a day's digest is noted as told."""
    return f"digest {day}"


def due_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When a day's digest is due; a time that the clocks skip on that day is taken an hour later (PEP 495)."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def build(facts: DayFacts, zone: ZoneInfo) -> Message | None:
    """The digest of a day; None if there is nothing to tell."""
    if facts.nothing:
        return None
    happened = facts.happened
    lines = [
        f"时段：{local(happened.since, zone)} 至 {local(happened.until, zone)}",
        *_changes(happened),
        *_alarms("未解除的告警", facts.open_alarms),
        *_alarms("已结束的告警", facts.closed_alarms),
        *_failed(happened.failed),
        *_undelivered(facts.undelivered),
        *_issues(happened.issues),
        *_dropped(happened),
    ]
    new = sum(each.count for each in happened.changes.get(ChangeKind.NEW_ARTICLE, ()))
    return Message(
        subjects=(subject(facts.day),),
        title=f"【区讯】{facts.day.month}月{facts.day.day}日日报：新增 {new} 篇",
        lines=tuple(lines),
        more="详情：quxun runs、quxun issues、quxun alarms",
    )


class Digest:
    """Sends the daily digest. `look` is called each minute."""

    def __init__(
        self,
        store: Store,
        channels: Sequence[Channel],
        zone: ZoneInfo,
        at: time | None,
        clock: Callable[[], datetime],
        deliverer: Deliverer | None = None,
    ) -> None:
        """`at`: the time of day in the zone; None: never."""
        self._store, self._channels, self._zone, self._at, self._clock = store, tuple(channels), zone, at, clock
        self._deliverer = deliverer or Deliverer(store, clock)
        #: The last day of which there was nothing to tell.
        self._nothing_on: date | None = None

    def look(self) -> None:
        """Send the digest where it is due. Waits some seconds at most for slow channels."""
        if self._at is None:
            return
        today = self._clock().astimezone(self._zone).date()
        late = self._clock() < due_at(today, self._at, self._zone)
        day = today - timedelta(days=1) if late else today
        channels = [each for each in self._deliverer.free(self._channels) if self._due(each, day, late=late)]
        if not channels or self._nothing_on == day:
            return
        message = build(self._facts(day, self._at), self._zone)
        if message is None:
            self._nothing_on = day
            return
        self._deliverer.bring({channel: [message] for channel in channels})

    def _due(self, channel: Channel, day: date, *, late: bool) -> bool:
        """Whether a channel is to get that day's digest now; yesterday's only if it was tried yesterday."""
        known = self._store.alarms.deliveries(channel.identity, [subject(day)]).get(subject(day))
        return self._deliverer.may_try(subject(day), channel, known) and (known is not None or not late)

    def _facts(self, day: date, at: time) -> DayFacts:
        since, until = due_at(day - timedelta(days=1), at, self._zone), due_at(day, at, self._zone)
        closed = [
            alarm for alarm in self._store.alarms.closed_since(since) if alarm.closed_at and alarm.closed_at < until
        ]
        opened = list(reversed(self._store.alarms.list(open_only=True)))
        return DayFacts(
            day=day,
            happened=self._store.alarms.days.between(since, until),
            open_alarms=opened,
            closed_alarms=closed,
            undelivered=self._undelivered([*opened, *closed], day),
        )

    def _undelivered(self, alarms: Sequence[Alarm], day: date) -> Mapping[str, tuple[int, str]]:
        subjects = [*map(told, alarms), *map(told_over, alarms), subject(day - timedelta(days=1))]
        found: dict[str, tuple[int, str]] = {}
        names = {channel.identity: channel.name for channel in self._channels}
        missed: Sequence[Delivery] = self._store.alarms.undelivered(list(names), subjects)
        for each in missed:
            count, _ = found.get(names[each.channel], (0, ""))
            found[names[each.channel]] = (count + 1, each.problem)
        return found


def _changes(happened: Happened) -> list[str]:
    lines: list[str] = []
    for kind, word in _CHANGES.items():
        counts = happened.changes.get(kind, ())
        if counts:
            lines.append(f"{word} {sum(each.count for each in counts)} 篇：{_counted(counts)}")
    return lines


def _counted(counts: Sequence[SourceCount]) -> str:
    """Sources with their numbers, those with the most first."""
    shown = "、".join(f"{_source(each)} {each.count}" for each in counts[:_LISTED])
    rest = counts[_LISTED:]
    return shown + (f"，其余 {len(rest)} 个来源 {sum(each.count for each in rest)}" if rest else "")


def _alarms(word: str, alarms: Sequence[Alarm]) -> list[str]:
    if not alarms:
        return []
    return [f"{word}（{len(alarms)}）：{named([f'{alarm.headline} {alarm.source_key}' for alarm in alarms])}"]


def _failed(failed: Sequence[SourceCount]) -> list[str]:
    if not failed:
        return []
    shown = [f"{_source(each)} {each.count} 次（{plain(each.reason, 40)}）" for each in failed[:_LISTED]]
    more = f" 等 {len(failed)} 个来源" if len(failed) > _LISTED else ""
    return [f"采集失败：{'、'.join(shown)}{more}"]


def _undelivered(undelivered: Mapping[str, tuple[int, str]]) -> list[str]:
    return [f"没有送达：{name} {count} 条（{plain(why, 60)}）" for name, (count, why) in undelivered.items()]


def _issues(issues: Mapping[IssueKind, int]) -> list[str]:
    if not issues:
        return []
    return [f"没看懂的情况：{'、'.join(f'{ISSUES[kind]} {count}' for kind, count in issues.items())}"]


def _dropped(happened: Happened) -> list[str]:
    if not (happened.payloads_dropped or happened.texts_dropped):
        return []
    return [f"到期清理：网页原文 {happened.payloads_dropped} 份，正文 {happened.texts_dropped} 份"]


def _source(count: SourceCount) -> str:
    return plain(f"{count.name} {count.key}", 40)

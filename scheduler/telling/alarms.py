"""Say what deserves an alarm, and when it is over. Pure: what is known of the sources comes in, findings go out.

An alarm is about one source and one kind. It is opened once, counted while it goes on, and closed when it is over.
What one bad page causes is no alarm: it is in the daily digest. One cause is told once: a source that is known to be
blocked does not also open an alarm because its runs fail.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from storage.alarms import Closed, Finding, Opened, Seen
from storage.records import Alarm, Issue, IssueKind
from storage.watching import Ending

#: Scheduled runs in a row that must have failed, or since when the first of them must have.
FAILED_RUNS = 3
FAILED_FOR = timedelta(days=1)

#: What a source usually does is learnt from its last 60 days with news, if they tell enough.
RHYTHM = timedelta(days=60)
LEAST_ARTICLES = 20
LEAST_DAYS = 10
LEAST_SPAN = timedelta(days=14)
#: It is silent after so many times its longest gap, and never before a day is over.
SILENT_GAPS = 5
SILENT_AT_LEAST = timedelta(days=1)

#: What did not happen again for so long is over, whatever the runs say.
QUIET_FOR = timedelta(days=7)

#: An issue that is older when it is read opens no alarm: it is history.
STALE = timedelta(days=1)


class AlarmKind(StrEnum):
    """What an alarm is about."""

    #: Its scheduled runs fail, again and again.
    FAILING = "failing"
    BLOCKED = "blocked"
    CRASH = "crash"
    LISTING_EMPTY = "listing-empty"
    #: Something may have been missed.
    GAP = "gap"
    #: Many pages of a run are not like those before them.
    UNLIKE_SITE = "unlike-site"
    #: Nothing new for much longer than usual.
    SILENT = "silent"


#: Issues that are an alarm at once.
IMMEDIATE: Mapping[IssueKind, AlarmKind] = {
    IssueKind.BLOCKED: AlarmKind.BLOCKED,
    IssueKind.CRASH: AlarmKind.CRASH,
    IssueKind.LISTING_EMPTY: AlarmKind.LISTING_EMPTY,
    IssueKind.GAP: AlarmKind.GAP,
    IssueKind.UNLIKE_SITE: AlarmKind.UNLIKE_SITE,
}

#: Pages that an issue must stand for where one alone is no alarm.
LEAST_COUNT: Mapping[IssueKind, int] = {IssueKind.UNLIKE_SITE: 3}

HEADLINES: Mapping[str, str] = {
    AlarmKind.FAILING: "连续采集失败",
    AlarmKind.BLOCKED: "网站拒绝访问",
    AlarmKind.CRASH: "采集程序出错",
    AlarmKind.LISTING_EMPTY: "列表页上没有文章",
    AlarmKind.GAP: "可能有遗漏",
    AlarmKind.UNLIKE_SITE: "网页与以往不同",
    AlarmKind.SILENT: "很久没有新文章",
}

#: An open alarm of the second kinds says already what the first one would.
_SAID_BY: Mapping[AlarmKind, frozenset[AlarmKind]] = {
    AlarmKind.FAILING: frozenset({AlarmKind.BLOCKED, AlarmKind.CRASH, AlarmKind.LISTING_EMPTY}),
    AlarmKind.SILENT: frozenset({AlarmKind.FAILING, AlarmKind.BLOCKED, AlarmKind.CRASH, AlarmKind.LISTING_EMPTY}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is known of a source; what was not looked up is absent, and nothing is concluded from it."""

    key: str
    #: Of its publisher.
    name: str
    #: Active, and visited by itself.
    polled: bool
    #: Its last run that read something, and the scheduled ones since that failed, in their order.
    good: Ending | None = None
    failed: Sequence[Ending] = ()
    #: When something new was first seen last.
    last_article_at: datetime | None = None
    #: When its articles were first seen, ascending, as far back as its rhythm is learnt from.
    arrivals: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sighting:
    """Something that an alarm is, or would be, about."""

    kind: AlarmKind
    source: Watched
    detail: str
    count: int
    first_at: datetime
    last_at: datetime

    @property
    def key(self) -> str:
        return alarm_key(self.kind, self.source.key)


def alarm_key(kind: AlarmKind, source_key: str) -> str:
    """What an alarm is about, as one word after the other."""
    return f"{kind.value} {source_key}"


def read(
    issues: Sequence[Issue], watched: Iterable[Watched], open_alarms: Sequence[Alarm], now: datetime
) -> Sequence[Finding]:
    """What new issues and the sources as they stand mean for the alarms; those that are over come last."""
    sources = {each.key: each for each in watched}
    standing = {alarm.key: alarm for alarm in open_alarms}
    sightings = _of_issues(issues, sources, now)
    for source in sources.values():
        if source.polled:
            _add(sightings, _failing(source, standing, sightings, now))
            _add(sightings, _silent(source, standing, sightings))
    found = [_finding(sighting, standing.get(key)) for key, sighting in sightings.items()]
    over = (
        alarm for alarm in open_alarms if _over(alarm, sources.get(alarm.source_key), sightings.get(alarm.key), now)
    )
    return [*found, *(Closed(alarm_id=alarm.id, closed_at=now) for alarm in over)]


def longest_gap(arrivals: Sequence[datetime]) -> timedelta | None:
    """The longest time without news in the 60 days before the last; None where they do not tell what is usual."""
    recent = [at for at in arrivals if at >= arrivals[-1] - RHYTHM]
    if len(recent) < LEAST_ARTICLES or len({at.date() for at in recent}) < LEAST_DAYS:
        return None
    if recent[-1] - recent[0] < LEAST_SPAN:
        return None
    return max(later - earlier for earlier, later in pairwise(recent))


def _of_issues(issues: Sequence[Issue], sources: Mapping[str, Watched], now: datetime) -> dict[str, _Sighting]:
    sightings: dict[str, _Sighting] = {}
    for issue in issues:
        kind, source = IMMEDIATE.get(issue.kind), sources.get(issue.source_key)
        if kind is None or source is None or not source.polled or issue.created_at < now - STALE:
            continue
        if issue.count < LEAST_COUNT.get(issue.kind, 1):
            continue
        key = alarm_key(kind, source.key)
        before = sightings.get(key)
        sightings[key] = _Sighting(
            kind=kind,
            source=source,
            detail=issue.detail,
            count=before.count + 1 if before else 1,
            first_at=min(before.first_at, issue.created_at) if before else issue.created_at,
            last_at=max(before.last_at, issue.created_at) if before else issue.created_at,
        )
    return sightings


def _failing(
    source: Watched, standing: Mapping[str, Alarm], sightings: Mapping[str, _Sighting], now: datetime
) -> _Sighting | None:
    alarm = standing.get(alarm_key(AlarmKind.FAILING, source.key))
    failed = [each for each in source.failed if alarm is None or each.finished_at > alarm.last_seen_at]
    if not failed or (alarm is None and _said(AlarmKind.FAILING, source, standing, sightings)):
        return None
    if alarm is None and len(failed) < FAILED_RUNS and now - failed[0].finished_at < FAILED_FOR:
        return None
    last = failed[-1]
    return _Sighting(
        kind=AlarmKind.FAILING,
        source=source,
        detail=last.reason,
        count=len(failed),
        first_at=failed[0].finished_at,
        last_at=last.finished_at,
    )


def _silent(source: Watched, standing: Mapping[str, Alarm], sightings: Mapping[str, _Sighting]) -> _Sighting | None:
    if alarm_key(AlarmKind.SILENT, source.key) in standing or _said(AlarmKind.SILENT, source, standing, sightings):
        return None
    usual = longest_gap(source.arrivals) if source.arrivals else None
    if usual is None or source.good is None:
        return None
    # What no run has looked for is not missing: the silence counts up to the last run that read something.
    last, silence = source.arrivals[-1], source.good.finished_at - source.arrivals[-1]
    if silence < SILENT_AT_LEAST or silence <= SILENT_GAPS * usual:
        return None
    return _Sighting(
        kind=AlarmKind.SILENT,
        source=source,
        detail=f"已有{span(silence)}没有新文章，以往最长间隔{span(usual)}",
        count=1,
        first_at=last,
        last_at=source.good.finished_at,
    )


def _said(kind: AlarmKind, source: Watched, standing: Mapping[str, Alarm], sightings: Mapping[str, _Sighting]) -> bool:
    keys = {alarm_key(other, source.key) for other in _SAID_BY[kind]}
    return any(key in standing or key in sightings for key in keys)


def _add(sightings: dict[str, _Sighting], sighting: _Sighting | None) -> None:
    if sighting is not None:
        sightings[sighting.key] = sighting


def _finding(sighting: _Sighting, alarm: Alarm | None) -> Opened | Seen:
    if alarm is not None:
        return Seen(alarm_id=alarm.id, count=sighting.count, last_seen_at=sighting.last_at)
    return Opened(
        key=sighting.key,
        kind=sighting.kind.value,
        source_key=sighting.source.key,
        headline=f"{sighting.source.name}：{HEADLINES[sighting.kind]}",
        detail=sighting.detail,
        count=sighting.count,
        opened_at=sighting.first_at,
        last_seen_at=sighting.last_at,
    )


def _over(alarm: Alarm, source: Watched | None, sighting: _Sighting | None, now: datetime) -> bool:
    """Whether an open alarm is over: a good run began after it was last met, or nothing of it came for a week."""
    if source is None:
        return False
    if not source.polled:
        return True
    if alarm.kind == AlarmKind.SILENT:
        return source.last_article_at is not None and source.last_article_at > alarm.opened_at
    last_at = max(alarm.last_seen_at, sighting.last_at) if sighting else alarm.last_seen_at
    if source.good is not None and source.good.started_at > last_at:
        return True
    return alarm.kind != AlarmKind.FAILING and now - last_at >= QUIET_FOR


def span(time: timedelta) -> str:
    """A length of time as people say it, in its largest unit that fits twice."""
    for unit, name in ((timedelta(days=1), "天"), (timedelta(hours=1), "小时"), (timedelta(minutes=1), "分钟")):
        if time >= 2 * unit:
            return f" {time // unit} {name}"
    return "不到 2 分钟"

"""What tests of alarms begin with. All texts are synthetic."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from scheduler.telling.alarms import Watched
from storage.records import Alarm, Counters, Issue, IssueId, IssueKind, Run, RunId, RunStatus, RunWish
from storage.runs import SCHEDULED
from storage.watching import Ending
from tests.builders import NOW, World, issue_seen


def watched(key: str = "example", **fields: Any) -> Watched:
    defaults: dict[str, Any] = {"key": key, "name": "示例日报", "polled": True}
    return Watched(**defaults | fields)


def ending(at: datetime = NOW, reason: str = "connection refused") -> Ending:
    return Ending(started_at=at - timedelta(minutes=1), finished_at=at, reason=reason)


def issue(kind: IssueKind = IssueKind.BLOCKED, at: datetime = NOW, key: str = "example", **fields: Any) -> Issue:
    defaults: dict[str, Any] = {
        "id": IssueId(1),
        "run_id": RunId(1),
        "source_key": key,
        "kind": kind,
        "url": "http://www.example.cn/news/",
        "detail": "answered 403 five times in a row",
        "count": 1,
        "created_at": at,
    }
    return Issue(**defaults | fields)


def alarm(kind: str = "blocked", key: str = "example", **fields: Any) -> Alarm:
    defaults: dict[str, Any] = {
        "id": 1,
        "key": f"{kind} {key}",
        "kind": kind,
        "source_key": key,
        "headline": "示例日报：网站拒绝访问",
        "detail": "answered 403 five times in a row",
        "count": 1,
        "opened_at": NOW,
        "last_seen_at": NOW,
        "closed_at": None,
    }
    return Alarm(**defaults | fields)


@dataclass(slots=True)
class Clock:
    """A clock that a test sets; each look at it is a moment later, as with a real one."""

    at: datetime = NOW
    tick: timedelta = field(default=timedelta(milliseconds=1))

    def __call__(self) -> datetime:
        self.at += self.tick
        return self.at

    def pass_(self, **steps: float) -> None:
        self.at += timedelta(**steps)


def ran(
    world: World,
    status: RunStatus = RunStatus.SUCCEEDED,
    at: datetime = NOW,
    kinds: Sequence[IssueKind] = (),
    *,
    by: str = SCHEDULED,
    urls: tuple[str, ...] = (),
    reason: str = "",
) -> Run:
    """A run of a minute that ended then, with issues that it met half way."""
    store, begun = world.store, at - timedelta(minutes=1)
    run = store.runs.queue(world.source.id, by, begun, wish=RunWish(urls=urls))
    store.runs.start(run.id, begun, 4711, "hier", "0.1.0")
    half_way = at - timedelta(seconds=30)
    for kind in kinds:
        world.record(issue_seen(kind, detail=f"{kind.value} it is", seen_at=half_way), run=run, now=half_way)
    if status is RunStatus.FAILED:
        now = store.sources.get(world.source.key)
        store.sources.reschedule(now.id, at + timedelta(hours=1), now.failures + 1)
    else:
        store.sources.reschedule(world.source.id, at + timedelta(hours=1), 0)
    return store.runs.finish(run.id, status, at, Counters(), reason, "")

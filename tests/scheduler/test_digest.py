"""The daily digest: once a day and channel, at its time, in plain words, and not for nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scheduler.telling.channels import channels_of
from scheduler.telling.digest import ISSUES, DayFacts, Digest, build, due_at
from storage.days import Happened, SourceCount
from storage.records import ChangeKind, IssueKind, RunStatus
from storage.store import Store
from tests.builders import NOW, World, issue_seen, later, new_article
from tests.scheduler.alarm_builders import Clock, alarm, ran
from tests.scheduler.sinks import Sink, http_sink

ZONE = ZoneInfo("Asia/Shanghai")
EIGHT = time(8)
DAY = date(2024, 5, 2)
#: 08:00 in Shanghai of the day after NOW.
DUE = datetime(2024, 5, 2, 0, 0, tzinfo=UTC)


def happened(**fields: Any) -> Happened:
    defaults: dict[str, Any] = {
        "since": DUE - timedelta(days=1),
        "until": DUE,
        "changes": {},
        "issues": {},
        "failed": (),
        "payloads_dropped": 0,
        "texts_dropped": 0,
    }
    return Happened(**defaults | fields)


def facts(**fields: Any) -> DayFacts:
    defaults: dict[str, Any] = {
        "day": DAY,
        "happened": happened(),
        "open_alarms": (),
        "closed_alarms": (),
        "undelivered": {},
    }
    return DayFacts(**defaults | fields)


def count(key: str, many: int, reason: str = "") -> SourceCount:
    return SourceCount(key=key, name="示例日报", count=many, reason=reason)


# ------------------------------------------------------------------ the text
def test_a_day_on_which_nothing_happened_has_no_digest() -> None:
    assert build(facts(), ZONE) is None


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            {"happened": happened(changes={ChangeKind.NEW_ARTICLE: [count("a", 12), count("b", 3)]})},
            "新增 15 篇：示例日报 a 12、示例日报 b 3",
        ),
        ({"happened": happened(changes={ChangeKind.NEW_REVISION: [count("a", 2)]})}, "修订 2 篇：示例日报 a 2"),
        ({"happened": happened(changes={ChangeKind.GONE: [count("a", 1)]})}, "网站已删除 1 篇：示例日报 a 1"),
        (
            {"happened": happened(issues={IssueKind.REFUSED: 4, IssueKind.GAP: 1})},
            "没看懂的情况：不是文章页 4、可能有遗漏 1",
        ),
        ({"happened": happened(failed=[count("a", 3, "no such name")])}, "采集失败：示例日报 a 3 次（no such name）"),
        ({"happened": happened(payloads_dropped=5)}, "到期清理：网页原文 5 份，正文 0 份"),
        ({"open_alarms": [alarm()]}, "未解除的告警（1）：示例日报：网站拒绝访问 example"),
        ({"closed_alarms": [alarm()]}, "已结束的告警（1）：示例日报：网站拒绝访问 example"),
        ({"undelivered": {"json://***": (2, "answered 500")}}, "没有送达：json://*** 2 条（answered 500）"),
    ],
)
def test_what_happened_has_its_line(fields: dict[str, Any], line: str) -> None:
    told = build(facts(**fields), ZONE)
    assert told is not None
    lines = told.text(2000).splitlines()
    assert lines == ["时段：2024-05-01 08:00 至 2024-05-02 08:00", line, "详情：quxun runs、quxun issues、quxun alarms"]


def test_the_title_says_the_day_and_how_much_is_new() -> None:
    told = build(facts(happened=happened(changes={ChangeKind.NEW_ARTICLE: [count("a", 12), count("b", 3)]})), ZONE)
    assert told is not None
    assert (told.title, told.subjects) == ("【区讯】5月2日日报：新增 15 篇", ("digest 2024-05-02",))


def test_many_sources_are_summed_up_and_the_text_fits_a_small_channel() -> None:
    many = [count(f"source{number:04}", 9) for number in range(5000)]
    told = build(
        facts(happened=happened(changes={ChangeKind.NEW_ARTICLE: many, ChangeKind.GONE: many}, failed=many)), ZONE
    )
    assert told is not None
    assert "其余 4985 个来源 44865" in told.text(8000)
    assert len(told.text(2000).encode()) <= 2000


def test_every_kind_of_issue_has_its_words() -> None:
    assert set(ISSUES) == set(IssueKind)


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 1, 30, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 02:30 does not exist that day: 03:30
        (date(2026, 3, 30), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # 02:30 comes twice: the first
        (date(2026, 10, 26), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_digest_is_due_once_also_when_the_clocks_change(day: date, due: datetime) -> None:
    assert due_at(day, time(2, 30), ZoneInfo("Europe/Berlin")) == due


# ------------------------------------------------------------------ when it is sent
@pytest.fixture
def sink() -> Iterator[Sink]:
    with http_sink() as taking:
        yield taking


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(store: Store) -> World:
    """A store with an article that came in the day before the digest."""
    made = World(store)
    made.visit(new_article("1"))
    return made


def looks(digest: Digest, clock: Clock, *times: datetime) -> None:
    for at in times:
        clock.at = at
        digest.look()


def test_it_is_sent_once_at_its_time(world: World, sink: Sink, clock: Clock) -> None:
    digest = Digest(world.store, channels_of(sink.channel), ZONE, EIGHT, clock)
    looks(digest, clock, DUE - timedelta(minutes=1))
    assert sink.taken == []
    looks(digest, clock, *(DUE + timedelta(minutes=minutes) for minutes in (0, 1, 2, 600)))
    assert sink.titles == ["【区讯】5月2日日报：新增 1 篇"]


def test_it_is_sent_late_on_the_same_day_and_not_on_the_next(world: World, sink: Sink, clock: Clock) -> None:
    for at, told in ((DUE + timedelta(hours=15, minutes=59), 1), (DUE + timedelta(hours=16, minutes=1), 0)):
        sink.taken.clear()
        with_name = f"{sink.channel}?late={told}"
        looks(Digest(world.store, channels_of(with_name), ZONE, EIGHT, clock), clock, at)
        assert len(sink.taken) == told


def test_a_service_that_begins_anew_does_not_send_it_again(world: World, sink: Sink, clock: Clock) -> None:
    for minutes in (0, 5):
        looks(
            Digest(world.store, channels_of(sink.channel), ZONE, EIGHT, clock), clock, DUE + timedelta(minutes=minutes)
        )
    assert len(sink.taken) == 1


def test_the_next_day_has_its_own(world: World, sink: Sink, clock: Clock) -> None:
    digest = Digest(world.store, channels_of(sink.channel), ZONE, EIGHT, clock)
    world.visit(new_article("2", "另一篇。", later(days=1)), now=later(days=1))
    looks(digest, clock, DUE, DUE + timedelta(days=1))
    assert sink.titles == ["【区讯】5月2日日报：新增 1 篇", "【区讯】5月3日日报：新增 1 篇"]


def test_an_empty_day_is_not_told(world: World, sink: Sink, clock: Clock) -> None:
    digest = Digest(world.store, channels_of(sink.channel), ZONE, EIGHT, clock)
    looks(digest, clock, *(DUE + timedelta(days=1, minutes=minutes) for minutes in (0, 1)))
    assert sink.taken == []


def test_never_is_never(world: World, sink: Sink, clock: Clock) -> None:
    looks(Digest(world.store, channels_of(sink.channel), ZONE, None, clock), clock, DUE)
    assert sink.taken == []


def test_each_channel_gets_it_once_and_one_that_failed_gets_it_later(world: World, sink: Sink, clock: Clock) -> None:
    with http_sink(status=500) as other:
        digest = Digest(world.store, channels_of(f"{sink.channel} {other.channel}"), ZONE, EIGHT, clock)
        looks(digest, clock, DUE, DUE + timedelta(seconds=30))
        assert (len(sink.taken), len(other.taken)) == (1, 1)
        other.status = 200
        looks(digest, clock, DUE + timedelta(minutes=2), DUE + timedelta(minutes=4))
        assert (len(sink.taken), len(other.taken)) == (1, 2)


def test_one_that_failed_is_tried_until_the_next_is_due_and_then_told_of(
    world: World, sink: Sink, clock: Clock
) -> None:
    sink.status = 500
    digest = Digest(world.store, channels_of(sink.channel), ZONE, EIGHT, clock)
    looks(digest, clock, DUE, DUE + timedelta(hours=23))
    assert sink.titles == ["【区讯】5月2日日报：新增 1 篇"] * 2
    sink.status = 200
    looks(digest, clock, DUE + timedelta(days=1))
    assert sink.titles[2:] == ["【区讯】5月3日日报：新增 0 篇"]
    assert "没有送达：json://*** 1 条（answered with HTTP status 500）" in sink.texts[-1]


def test_it_tells_of_alarms_issues_and_failures(world: World, sink: Sink, clock: Clock) -> None:
    world.record(issue_seen(IssueKind.REFUSED, count=3))
    ran(world, RunStatus.FAILED, NOW, reason="no such name")
    looks(Digest(world.store, channels_of(sink.channel), ZONE, EIGHT, clock), clock, DUE)
    text = sink.texts[0]
    assert "新增 1 篇：示例日报 example 1" in text
    assert "采集失败：示例日报 example 1 次（no such name）" in text
    assert "没看懂的情况：不是文章页 3" in text

"""From what happened to what people read: each alarm told once and its end once, whatever a channel does."""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from datetime import time as time_of_day
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.telling import watch
from scheduler.telling.channels import Channel, channels_of
from scheduler.telling.deliver import MOST_ATTEMPTS, Deliverer, try_all, wait_after
from scheduler.telling.digest import Digest
from scheduler.telling.messages import Message
from scheduler.telling.watch import Alarms
from storage.records import IssueKind, RunStatus, SourceState
from storage.store import Store
from tests.apart import ended
from tests.builders import NOW, World, later, new_article
from tests.conftest import postgres_store
from tests.postgres import Server
from tests.scheduler.alarm_builders import Clock, ran
from tests.scheduler.dying import look
from tests.scheduler.sinks import Sink, http_sink

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with http_sink() as taking:
        yield taking


@pytest.fixture
def alarms(store: Store, sink: Sink, clock: Clock) -> Alarms:
    return Alarms(store, channels_of(sink.channel), ZONE, clock)


def message(*subjects: str) -> Message:
    return Message(subjects=subjects or ("alarm 1",), title="标题", lines=("正文",), more="详情")


def only(words: str) -> Channel:
    (channel,) = channels_of(words)
    return channel


# ------------------------------------------------------------------ what is told
def test_an_alarm_is_told_once_and_its_end_once(world: World, alarms: Alarms, sink: Sink, clock: Clock) -> None:
    ran(world, RunStatus.FAILED, NOW, [IssueKind.BLOCKED], reason="the site turns us away")
    alarms.look()
    assert sink.titles == ["【区讯告警】示例日报：网站拒绝访问"]
    (text,) = sink.texts
    assert "来源：example" in text
    assert "时间：2024-05-01 11:59 起" in text
    assert text.endswith("详情：quxun issues --source example")
    for hours in (1, 2, 3):
        clock.at = later(hours=hours)
        ran(world, RunStatus.FAILED, clock.at, [IssueKind.BLOCKED])
        alarms.look()
    assert len(sink.taken) == 1
    (open_alarm,) = world.store.alarms.list(open_only=True)
    assert open_alarm.count == 4
    clock.at = later(hours=4)
    ran(world, RunStatus.SUCCEEDED, clock.at)
    for _ in range(3):
        alarms.look()
    assert sink.titles[1:] == ["【区讯】告警结束：示例日报：网站拒绝访问"]
    assert world.store.alarms.list(open_only=True) == []


def test_what_is_told_after_its_end_is_a_new_alarm(world: World, alarms: Alarms, sink: Sink, clock: Clock) -> None:
    for hours, status, kinds in (
        (1, RunStatus.DEGRADED, [IssueKind.GAP]),
        (2, RunStatus.SUCCEEDED, []),
        (3, RunStatus.DEGRADED, [IssueKind.GAP]),
    ):
        clock.at = later(hours=hours)
        ran(world, status, clock.at, kinds)
        alarms.look()
    opening = "【区讯告警】示例日报：可能有遗漏"
    assert sink.titles == [opening, "【区讯】告警结束：示例日报：可能有遗漏", opening]


def test_what_one_page_causes_is_not_told(world: World, alarms: Alarms, sink: Sink) -> None:
    ran(world, RunStatus.DEGRADED, NOW, [IssueKind.REFUSED, IssueKind.FAILED_VISIT, IssueKind.EXTRACTION])
    alarms.look()
    assert sink.taken == []


def test_a_source_that_fails_is_told_after_the_third_run(
    world: World, alarms: Alarms, sink: Sink, clock: Clock
) -> None:
    told = []
    for hours in (1, 2, 3, 4):
        clock.at = later(hours=hours)
        ran(world, RunStatus.FAILED, clock.at, reason="no such name")
        alarms.look()
        told.append(len(sink.taken))
    assert told == [0, 0, 1, 1]
    assert "情况：no such name" in sink.texts[0]
    assert "时间：2024-05-01 13:00 起" in sink.texts[0]
    clock.pass_(hours=1)
    ran(world, RunStatus.DEGRADED, clock.at)
    alarms.look()
    assert sink.titles[1:] == ["【区讯】告警结束：示例日报：连续采集失败"]


def test_a_source_that_has_gone_silent_is_told_until_it_speaks(
    world: World, alarms: Alarms, sink: Sink, clock: Clock
) -> None:
    for day in range(25):
        world.visit(new_article(f"day{day}", f"第{day}天的正文。", later(days=day)), now=later(days=day))
    for day in (28, 29, 30, 31):
        clock.at = later(days=day)
        ran(world, at=clock.at)
        alarms.look()
    assert sink.titles == ["【区讯告警】示例日报：很久没有新文章"]
    clock.at = later(days=32)
    world.visit(new_article("back", "又有正文。", clock.at), now=clock.at)
    ran(world, at=clock.at)
    alarms.look()
    assert sink.titles[1:] == ["【区讯】告警结束：示例日报：很久没有新文章"]


def test_pausing_a_source_ends_its_alarm(world: World, alarms: Alarms, sink: Sink) -> None:
    ran(world, RunStatus.FAILED, NOW, [IssueKind.CRASH])
    alarms.look()
    world.store.sources.set_state("example", SourceState.PAUSED, NOW)
    alarms.look()
    assert len(sink.taken) == 2


def test_a_page_cannot_bring_markup_into_a_message(world: World, alarms: Alarms, sink: Sink) -> None:
    ran(world, RunStatus.FAILED, NOW, [IssueKind.CRASH])
    evil = 'ValueError: <at user_id="all"></at>\n【区讯】告警结束\u202e[点我](http://example.cn)'
    with world.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE issues SET detail = ?", (evil,))
    alarms.look()
    (text,) = sink.texts
    (line,) = [line for line in text.splitlines() if line.startswith("情况：")]
    assert "<" not in line
    assert "［点我］" in line
    assert "\u202e" not in line


@pytest.mark.postgres
def test_so_it_is_on_postgresql(postgres_server: Server, sink: Sink, clock: Clock) -> None:
    with postgres_store(postgres_server) as store:
        world, channels = World(store), channels_of(sink.channel)
        alarms = Alarms(store, channels, ZONE, clock)
        world.visit(new_article("1"))
        ran(world, RunStatus.FAILED, NOW, [IssueKind.BLOCKED])
        alarms.look()
        clock.pass_(hours=1)
        ran(world, RunStatus.SUCCEEDED, clock.at)
        alarms.look()
        clock.pass_(hours=20)
        Digest(store, channels, ZONE, time_of_day(8), clock).look()
    assert [title[:6] for title in sink.titles] == ["【区讯告警】", "【区讯】告警", "【区讯】5月"]
    assert "已结束的告警（1）" in sink.texts[-1]


# ------------------------------------------------------------------ many at once
def worlds(store: Store, count: int) -> list[World]:
    return [World(store, f"source{number:03}") for number in range(count)]


def test_five_alarms_are_five_messages_and_six_are_one(store: Store, alarms: Alarms, sink: Sink, clock: Clock) -> None:
    for world in worlds(store, 5):
        ran(world, RunStatus.FAILED, NOW, [IssueKind.CRASH])
    alarms.look()
    assert len(sink.taken) == 5
    clock.pass_(hours=2)
    for number in range(6):
        ran(World(store, f"more{number}"), RunStatus.FAILED, clock.at, [IssueKind.CRASH])
    alarms.look()
    assert sink.titles[5:] == ["【区讯告警】6 个告警"]
    assert "采集程序出错（6）：more0、more1" in sink.texts[5]
    assert "先检查本机的网络" in sink.texts[5]
    alarms.look()
    assert len(sink.taken) == 6


def test_an_outage_is_told_in_six_messages_an_hour_at_most(
    store: Store, alarms: Alarms, sink: Sink, clock: Clock
) -> None:
    told_at = []
    for number, world in enumerate(worlds(store, 40)):  # one every three minutes, for two hours
        clock.at = later(minutes=3 * number)
        ran(world, RunStatus.FAILED, clock.at, [IssueKind.BLOCKED])
        before = len(sink.taken)
        alarms.look()
        told_at += [clock.at] * (len(sink.taken) - before)
    clock.pass_(hours=2)
    alarms.look()
    for at in told_at:
        assert sum(at - timedelta(hours=1) < other <= at for other in told_at) <= 6
    assert len(store.alarms.list(open_only=True, limit=None)) == 40
    (channel,) = channels_of(sink.channel)
    told = store.alarms.deliveries(channel.identity, [f"alarm {number}" for number in range(1, 41)])
    assert len(told) == 40, "every one of them in some message"


def test_many_ends_are_one_message(store: Store, alarms: Alarms, sink: Sink, clock: Clock) -> None:
    failing = worlds(store, 7)
    for world in failing:
        ran(world, RunStatus.FAILED, NOW, [IssueKind.CRASH])
    alarms.look()
    clock.pass_(hours=1)
    for world in failing:
        ran(world, RunStatus.SUCCEEDED, clock.at)
    alarms.look()
    alarms.look()
    assert sink.titles == ["【区讯告警】7 个告警", "【区讯】7 个告警结束"]


def test_looks_go_through_all_sources_in_turn(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_SLICE", 3)
    many = worlds(store, 5)
    for world in many:
        ran(world, RunStatus.FAILED, later(days=-2))
    looking, found = Alarms(store, (), ZONE, clock), []
    for _ in range(3):
        looking.look()
        found.append(len(store.alarms.list(open_only=True)))
    assert found == [3, 5, 5]
    for world in many:
        ran(world, RunStatus.SUCCEEDED, later(days=-1))
    looking.look()
    looking.look()
    assert store.alarms.list(open_only=True) == []


# ------------------------------------------------------------------ channels that fail
def test_a_channel_that_fails_is_tried_again_later_each_time(
    world: World, alarms: Alarms, sink: Sink, clock: Clock
) -> None:
    sink.status = 500
    ran(world, RunStatus.FAILED, NOW, [IssueKind.GAP])
    for _ in range(2 * 60):
        alarms.look()
        clock.pass_(minutes=1)
    assert len(sink.taken) == 7  # after 0, 1, 3, 7, 15, 31 and 63 minutes or so
    (missed,) = world.store.alarms.undelivered([only(sink.channel).identity])
    assert (missed.attempts, missed.problem) == (7, "answered with HTTP status 500")
    sink.status = 200
    clock.pass_(hours=1)
    alarms.look()
    alarms.look()
    assert len(sink.taken) == 8
    assert world.store.alarms.undelivered([only(sink.channel).identity]) == []


def test_a_restart_tries_at_once(world: World, alarms: Alarms, sink: Sink, store: Store, clock: Clock) -> None:
    sink.status = 500
    ran(world, RunStatus.FAILED, NOW, [IssueKind.GAP])
    alarms.look()
    Alarms(store, channels_of(sink.channel), ZONE, clock).look()
    assert len(sink.taken) == 2


def test_a_channel_that_works_again_is_brought_what_waits(
    store: Store, alarms: Alarms, sink: Sink, clock: Clock
) -> None:
    sink.status = 500
    ran(World(store, "first"), RunStatus.FAILED, NOW, [IssueKind.CRASH])
    for _ in range(60):
        alarms.look()
        clock.pass_(minutes=1)
    sink.status = 200
    sink.taken.clear()
    ran(World(store, "second"), RunStatus.FAILED, clock.at, [IssueKind.CRASH])
    alarms.look()
    assert ["second" in text for text in sink.texts] == [True]
    alarms.look()
    assert ["first" in text for text in sink.texts] == [False, True]


def test_a_message_is_given_up_after_three_days_with_a_line_in_the_log(
    world: World, alarms: Alarms, sink: Sink, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    sink.status = 500
    ran(world, RunStatus.DEGRADED, NOW, [IssueKind.GAP])
    begun = clock.at
    while len(sink.taken) < MOST_ATTEMPTS:
        alarms.look()
        clock.pass_(minutes=30)
    assert timedelta(days=3) <= clock.at - begun <= timedelta(days=3, hours=8)
    clock.pass_(days=1)
    alarms.look()
    assert len(sink.taken) == MOST_ATTEMPTS
    assert [record.message for record in caplog.records].count("not told: given up") == 1
    assert "sesame" not in caplog.text + str([vars(record) for record in caplog.records])


def test_the_waits_grow_from_a_minute_to_four_hours() -> None:
    waits = [wait_after(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert (waits[0], waits[-1], waits) == (timedelta(minutes=1), timedelta(hours=4), sorted(waits))
    assert timedelta(days=3) <= sum(waits, timedelta()) <= timedelta(days=3, hours=4)


def test_one_channel_does_not_hold_up_another(world: World, store: Store, sink: Sink, clock: Clock) -> None:
    with http_sink() as hanging, http_sink(drops=True) as dropping:
        hanging.open.clear()
        channels = channels_of(f"{hanging.channel}?rto=30 {dropping.channel} {sink.channel}")
        deliverer = Deliverer(store, clock, limit_s=0.3, patience_s=0.2)
        alarms = Alarms(store, channels, ZONE, clock, deliverer)
        ran(world, RunStatus.FAILED, NOW, [IssueKind.GAP])
        alarms.look()
        eventually(lambda: len(sink.taken) == 1)
        time.sleep(0.3)
        alarms.look()  # what hangs has had its time
        eventually(lambda: len(store.alarms.undelivered([each.identity for each in channels])) == 2)
        missed = {each.channel: each.problem for each in store.alarms.undelivered([each.identity for each in channels])}
        assert missed[channels[0].identity].startswith("gave no answer within")
        assert missed[channels[1].identity] == "could not be reached, or did not take it"
        assert len(sink.taken) == 1
        hanging.open.set()  # it had the message all the time, and answers late
        eventually(lambda: len(store.alarms.undelivered([channels[0].identity])) == 0)
        clock.pass_(hours=1)
        alarms.look()
        deliverer.wait(5)
        assert len(hanging.taken) == 1


def eventually(until: Callable[[], bool]) -> None:
    """Wait for what a channel's thread is about to do."""
    for _ in range(500):
        if until():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within five seconds")


def test_a_new_channel_hears_of_what_is_open_and_not_of_what_is_over(
    world: World, alarms: Alarms, store: Store, clock: Clock
) -> None:
    ran(world, RunStatus.DEGRADED, NOW, [IssueKind.GAP])
    ran(World(store, "other"), RunStatus.FAILED, NOW, [IssueKind.CRASH])
    alarms.look()
    clock.pass_(hours=1)
    ran(world, RunStatus.SUCCEEDED, clock.at)
    alarms.look()
    with http_sink() as new:
        both = Alarms(store, channels_of(new.channel), ZONE, clock)
        both.look()
        both.look()
        assert new.titles == ["【区讯告警】示例日报：采集程序出错"]


def test_what_could_not_be_told_while_it_was_open_is_told_when_it_is_over(
    world: World, alarms: Alarms, sink: Sink, clock: Clock
) -> None:
    sink.status = 500
    ran(world, RunStatus.FAILED, NOW, [IssueKind.BLOCKED])
    alarms.look()
    clock.pass_(hours=1)
    ran(world, RunStatus.SUCCEEDED, clock.at)
    sink.status = 200
    alarms.look()
    alarms.look()
    assert sink.titles[1:] == ["【区讯】告警结束：示例日报：网站拒绝访问"]


def test_without_channels_alarms_are_kept_all_the_same(world: World, store: Store, clock: Clock) -> None:
    ran(world, RunStatus.FAILED, NOW, [IssueKind.CRASH])
    Alarms(store, (), ZONE, clock).look()
    assert [each.kind for each in store.alarms.list()] == ["crash"]


def test_a_first_look_passes_over_history(world: World, alarms: Alarms, sink: Sink, clock: Clock) -> None:
    ran(world, RunStatus.DEGRADED, later(days=-3), [IssueKind.CRASH])
    alarms.look()
    assert sink.taken == []


# ------------------------------------------------------------------ killed
def killed(store: Store, sink: Sink, when: str) -> None:
    """Have another process look and be killed with SIGKILL."""
    database = store.database.engine.url.render_as_string(hide_password=False).replace("+pysqlite", "")
    assert ended(look, database, sink.channel, when) == -signal.SIGKILL


@pytest.mark.slow
def test_a_service_that_is_killed_after_it_opened_an_alarm_tells_it_later(
    world: World, alarms: Alarms, store: Store, sink: Sink
) -> None:
    ran(world, RunStatus.FAILED, NOW, [IssueKind.CRASH])
    killed(store, sink, "before it told")
    assert (len(store.alarms.list()), len(sink.taken)) == (1, 0)
    alarms.look()
    alarms.look()
    assert (len(store.alarms.list()), len(sink.taken)) == (1, 1)
    assert store.alarms.list()[0].count == 1


@pytest.mark.slow
def test_a_service_that_is_killed_after_it_told_does_not_tell_again(
    world: World, alarms: Alarms, store: Store, sink: Sink
) -> None:
    ran(world, RunStatus.FAILED, NOW, [IssueKind.CRASH])
    killed(store, sink, "after it told")
    assert len(sink.taken) == 1
    alarms.look()
    assert len(sink.taken) == 1


# ------------------------------------------------------------------ trying out
def test_a_trial_says_of_each_channel_whether_it_took_the_message(sink: Sink) -> None:
    with http_sink(status=500) as failing, http_sink() as hanging:
        hanging.open.clear()
        channels = channels_of(f"{sink.channel} {failing.channel} {hanging.channel}?rto=30")
        problems = try_all(channels, message(), limit_s=1)
    assert problems == ["", "answered with HTTP status 500", "gave no answer within 20 s"]


def test_a_message_on_its_way_is_not_sent_again(world: World, store: Store, clock: Clock) -> None:
    with http_sink() as slow:
        slow.open.clear()
        channel = only(f"{slow.channel}?rto=30")
        deliverer = Deliverer(store, clock, patience_s=0.1)
        deliverer.bring({channel: [message()]})
        assert deliverer.free([channel]) == []
        slow.open.set()
        deliverer.wait(5)
        assert deliverer.free([channel]) == [channel]
    assert len(slow.taken) == 1


def test_after_a_message_that_failed_the_next_ones_wait_for_the_next_look(store: Store, clock: Clock) -> None:
    with http_sink(status=500) as failing:
        channel = only(failing.channel)
        deliverer = Deliverer(store, clock)
        deliverer.bring({channel: [message("alarm 1"), message("alarm 2")]})
        assert len(failing.taken) == 1
        assert not deliverer.may_try("alarm 1", channel, None)
        assert deliverer.may_try("alarm 2", channel, None)


def test_what_is_logged_of_a_delivery_names_no_address(
    world: World, alarms: Alarms, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ran(world, RunStatus.FAILED, NOW, [IssueKind.CRASH])
    alarms.look()
    told = [vars(record) for record in caplog.records if record.name == "quxun.alarms"]
    assert [record["fields"]["channel"] for record in told] == ["json://***"]
    assert "sesame" not in str([vars(record) for record in caplog.records])

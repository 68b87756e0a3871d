"""`quxun sources`: when sources are visited, as people and programs read it and as they say it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.text import Text

from crawler.profile import parse_profile
from quxun.console import out
from quxun.desk import show
from quxun.source_views import sources_table
from storage.records import Confidence, NewSource, Publisher, Schedule, Source, SourceKind, SourceState, Tls
from storage.store import Store
from tests.quxun.conftest import PROFILE, Quxun

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def added(store: Store, key: str = "paper", **fields: object) -> Source:
    new = NewSource(key=key, publisher=Publisher(name="样例日报"), kind=SourceKind.SITE, url=f"http://{key}.example/")
    return store.sources.add(replace(new, **fields), NOW)  # type: ignore[arg-type] # the test's own names


def test_a_schedule_is_shown_as_people_read_it(quxun: Quxun, store: Store) -> None:
    added(store, "a", every_s=1800, schedule=Schedule(hours=("06:00-23:00",), blackout=("12:00-13:00",)))
    added(store, "b", every_s=None, schedule=Schedule(cron="30 5 * * *"))
    added(store, "c", every_s=None)
    shown = quxun("sources", "list").out
    for words in ("30m, 06:00-23:00, not 12:00-13:00", "at 05:30 every day", "on demand"):
        assert words in shown


def test_an_active_source_says_when_it_is_next_due_and_how_often_it_has_failed(quxun: Quxun, store: Store) -> None:
    now = datetime.now(UTC)
    soon, paused = added(store, "soon"), added(store, "paused")
    for source in (soon, paused):
        store.sources.reschedule(source.id, now + timedelta(hours=3, minutes=30), 2)
    store.sources.set_state("paused", SourceState.PAUSED, now)
    shown = {line.split()[0]: line for line in quxun("sources", "list").out.splitlines()}
    assert " 3h " in shown["soon"]
    assert "failed 2×" in shown["soon"]
    assert " 3h " not in shown["paused"]
    assert "failed" not in shown["paused"]
    assert "paused" in shown["paused"].split()[1:][-3]


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=30), "<1m"),
        (timedelta(minutes=5, seconds=59), "5m"),
        (timedelta(minutes=119), "119m"),
        (timedelta(hours=2), "2h"),
        (timedelta(hours=47), "47h"),
        (timedelta(days=3), "3d"),
    ],
)
def test_the_time_until_a_visit_is_told_in_its_largest_unit(store: Store, left: timedelta, shown: str) -> None:
    source = replace(added(store), next_due_at=NOW + left)
    [column] = [each for each in sources_table([(source, {})], NOW, 200).columns if each.header == "next"]
    assert list(column.cells) == [shown]


def test_a_table_of_a_hundred_columns_keeps_keys_and_schedules_whole(
    store: Store, terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    long = added(store, "news.example.cn-long", every_s=1800, schedule=Schedule(hours=("06:00-23:00",)))
    worst = replace(
        long,
        publisher=Publisher(name="某某日报社官方网站新闻中心"),
        schedule=replace(long.schedule, blackout=("12:00-13:00",)),
        confidence=Confidence.LOW,
        tls=Tls.UNVERIFIED,
        failures=11,
        next_due_at=NOW + timedelta(hours=40),
    )
    cron = replace(worst, key="cron", every_s=None, schedule=Schedule(cron="0 6-22 * * *"))
    show(sources_table([(worst, {}), (cron, {})], NOW, out().width))
    lines = [Text.from_ansi(line) for line in capsys.readouterr().out.splitlines()]
    assert max(line.cell_len for line in lines) <= 100
    shown = "\n".join(line.plain for line in lines)
    for words in ("06:00-23:00", "12:00-13:00", "0\xa06-22\xa0*\xa0*\xa0*", "40h", "low"):
        assert words in shown
    folded = [line.plain.split()[0] for line in lines if line.plain.strip()]
    assert "news.example.cn-long" in "".join(folded)


def test_programs_get_the_whole_schedule(quxun: Quxun, store: Store) -> None:
    schedule = Schedule(cron="0 6-22 * * *", hours=("06:00-23:00",), blackout=("12:00-13:00",))
    source = added(store, every_s=None, schedule=schedule)
    store.sources.reschedule(source.id, NOW, 3)
    line = quxun("sources", "list", "--json").object
    assert (line["every_s"], line["cron"], line["failures"]) == (None, "0 6-22 * * *", 3)
    assert (line["hours"], line["blackout"]) == (["06:00-23:00"], ["12:00-13:00"])
    assert line["timezone"] == "Asia/Shanghai"
    assert line["next_due_at"] == "2026-11-20T12:00:00+08:00"
    store.sources.set_state(source.key, SourceState.PAUSED, NOW)
    assert quxun("sources", "list", "--json").object["next_due_at"] is None


def test_an_exported_source_keeps_its_schedule(quxun: Quxun, store: Store) -> None:
    schedule = Schedule(cron="0 6-22 * * *", hours=("06:00-23:00",), blackout=("12:00-13:00",))
    added(store, every_s=None, schedule=schedule)
    (read,) = parse_profile(PROFILE + quxun("sources", "export").out, "exported").sources
    assert (read.every_s, read.schedule) == (None, schedule)


def test_a_source_with_a_cron_expression_is_resumed(quxun: Quxun, store: Store) -> None:
    added(store, every_s=None, schedule=Schedule(cron="0 6 * * *"))
    quxun("sources", "pause", "paper")
    quxun("sources", "resume", "paper")
    source = store.sources.get("paper")
    assert (source.state, source.next_due_at) == (SourceState.ACTIVE, NOW)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cron", "0 6 * * *", "--every", "1h"], "--cron 0 6 * * *: it stands beside --every 1h"),
        (["--cron", "0 6 * *"], "--cron 0 6 * *: '0 6 * *' is not a cron expression"),
        (["--cron", ""], "is not a cron expression"),
        (["--every", "1w"], "--every 1w: '1w' is not"),
        (["--hours", "6-23"], "--hours 6-23: '6-23' is not a span of the day"),
        (["--hours", "06:00-08:00", "--blackout", "05:00-09:00"], "--blackout 05:00-09:00: '05:00-09:00' leaves no"),
    ],
)
def test_a_wrong_schedule_is_refused_before_anything_is_visited(quxun: Quxun, options: list[str], said: str) -> None:
    assert said in quxun("sources", "add", "http://nowhere.invalid/", *options, status=2).err

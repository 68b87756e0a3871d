"""When a source is due again: intervals, cron, hours and blackouts, failures, and what the publisher asks for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.due import LONGEST_BACK_OFF, LONGEST_WISH, failures_after, next_due, opening
from storage.records import RunStatus, Schedule
from storage.schedules import open_spans

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
BERLIN, NEW_YORK, SHANGHAI = "Europe/Berlin", "America/New_York", "Asia/Shanghai"
ZONES = (BERLIN, NEW_YORK, SHANGHAI, "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut", "UTC")


def at(written: str, zone: str = SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


NOW = at("2026-11-20 12:00")


def due(
    *,
    every_s: int | None = 3600,
    cron: str = "",
    hours: Sequence[str] = (),
    blackout: Sequence[str] = (),
    zone: str = SHANGHAI,
    failures: int = 0,
    asked_until: datetime | None = None,
    now: datetime = NOW,
    luck: float = 0.0,
) -> datetime:
    found = next_due(
        every_s=None if cron else every_s,
        schedule=Schedule(cron=cron, hours=tuple(hours), blackout=tuple(blackout), timezone=zone),
        failures=failures,
        asked_until=asked_until,
        now=now,
        luck=luck,
    )
    assert found is not None
    assert found.utcoffset() == timedelta(0)
    return found


# ------------------------------------------------------------------ intervals
def test_a_source_on_demand_is_never_due() -> None:
    schedule = Schedule(hours=("06:00-23:00",))
    assert next_due(every_s=None, schedule=schedule, failures=0, asked_until=NOW, now=NOW, luck=0.5) is None


def test_an_interval_is_kept_within_a_tenth() -> None:
    assert due(luck=0.0) == NOW + 0.9 * HOUR
    assert due(luck=0.5) == NOW + HOUR
    assert due(luck=0.999) < NOW + 1.1 * HOUR


def test_every_failure_doubles_the_wait_up_to_a_day() -> None:
    waits = [(due(failures=failures, luck=0.5) - NOW) / HOUR for failures in range(7)]
    assert waits == [1, 2, 4, 8, 16, 24, 24]
    assert due(failures=10**6, luck=0.5) == NOW + LONGEST_BACK_OFF


def test_a_source_that_is_polled_more_rarely_than_daily_keeps_its_interval() -> None:
    three_days = 3 * 86400
    assert due(every_s=three_days, failures=9, luck=0.5) == due(every_s=three_days, luck=0.5) == NOW + 72 * HOUR


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (RunStatus.SUCCEEDED, 0),
        (RunStatus.DEGRADED, 0),
        (RunStatus.FAILED, 4),
        (RunStatus.CANCELED, 3),
        (RunStatus.ABANDONED, 3),
    ],
)
def test_only_a_failure_counts_and_only_success_forgets(status: RunStatus, after: int) -> None:
    assert failures_after(3, status) == after


# ------------------------------------------------------------------ the publisher's wish
def test_the_publisher_s_wish_wins_when_it_asks_for_less() -> None:
    assert due(asked_until=NOW + 5 * HOUR) == NOW + 5 * HOUR
    assert due(asked_until=NOW + MINUTE) == due()
    assert due(asked_until=NOW - HOUR) == due()


def test_a_wish_is_kept_for_a_week_at_most() -> None:
    assert due(asked_until=NOW + timedelta(days=400)) == NOW + LONGEST_WISH


def test_the_hours_hold_for_a_wish_too() -> None:
    asked = at("2026-11-21 02:00")
    assert due(asked_until=asked, hours=["06:00-23:00"]) == at("2026-11-21 06:00")


def test_a_wish_puts_off_a_cron_expression_too() -> None:
    assert due(cron="0 * * * *", asked_until=at("2026-11-20 15:20")) == at("2026-11-20 15:20")


# ------------------------------------------------------------------ cron
def test_cron_comes_at_its_time_in_the_zone_of_the_schedule() -> None:
    assert due(cron="30 5 * * *") == at("2026-11-21 05:30")
    assert due(cron="30 5 * * *", zone=BERLIN) == at("2026-11-20 05:30", BERLIN)


def test_cron_that_comes_this_very_second_comes_the_next_time() -> None:
    assert due(cron="0 12 * * *") == at("2026-11-21 12:00")


def test_sources_with_the_same_cron_are_spread_over_a_minute() -> None:
    spread = {due(cron="0 * * * *", luck=luck / 10) - at("2026-11-20 13:00") for luck in range(10)}
    assert len(spread) == 10
    assert timedelta(0) in spread
    assert max(spread) == timedelta(seconds=54)


def test_a_cron_that_comes_often_is_spread_over_a_tenth_of_its_distance() -> None:
    assert due(cron="* * * * *", luck=0.5) == NOW + MINUTE + timedelta(seconds=3)


def test_failures_skip_occurrences_and_never_all_of_a_day() -> None:
    hourly = [due(cron="0 * * * *", failures=failures) - NOW for failures in range(7)]
    assert hourly == [hours * HOUR for hours in (1, 2, 4, 8, 16, 24, 24)]
    daily = at("2026-11-21 05:30")
    assert due(cron="30 5 * * *", failures=9) == daily
    assert due(cron="0 0 1 1 *", failures=9) == at("2027-01-01 00:00")


def test_a_cron_that_never_comes_is_said() -> None:
    with pytest.raises(ValueError, match="never comes"):
        due(cron="0 0 */31 * 1#5")


def test_a_zone_that_is_unknown_here_is_said() -> None:
    with pytest.raises(ValueError, match="Asia/Heze"):
        due(cron="0 0 * * *", zone="Asia/Heze")


def test_cron_in_an_hour_that_does_not_exist_comes_right_after_it() -> None:
    assert due(cron="30 2 * * *", zone=BERLIN, now=at("2026-03-29 01:00", BERLIN)) == at("2026-03-29 03:00", BERLIN)
    assert due(cron="30 2 * * *", zone=NEW_YORK, now=at("2026-03-08 01:00", NEW_YORK)) == at(
        "2026-03-08 03:00", NEW_YORK
    )


def test_cron_in_an_hour_that_exists_twice_comes_once() -> None:
    before = at("2026-10-25 01:00", BERLIN)
    first = due(cron="30 2 * * *", zone=BERLIN, now=before)
    assert first == at("2026-10-25 02:30", BERLIN, fold=0)
    assert due(cron="30 2 * * *", zone=BERLIN, now=first) == at("2026-10-26 02:30", BERLIN)
    between = at("2026-10-25 02:10", BERLIN, fold=1)
    assert due(cron="30 2 * * *", zone=BERLIN, now=between) == at("2026-10-26 02:30", BERLIN)


def test_an_hourly_cron_goes_on_by_the_hour_when_clocks_change() -> None:
    for zone, day in ((BERLIN, "2026-10-25"), (BERLIN, "2026-03-29"), (NEW_YORK, "2026-11-01")):
        now = at(f"{day} 00:00", zone)
        for _ in range(6):
            then = due(cron="0 * * * *", zone=zone, now=now)
            assert then - now == HOUR
            now = then


# ------------------------------------------------------------------ hours and blackouts
def test_a_time_outside_the_hours_moves_to_their_next_beginning() -> None:
    assert due(hours=["06:00-23:00"], now=at("2026-11-20 22:30"), luck=0.5) > at("2026-11-21 06:00")
    assert due(hours=["06:00-23:00"], now=at("2026-11-20 22:30")) == at("2026-11-21 06:00")
    assert due(hours=["06:00-23:00"], now=at("2026-11-20 21:00")) == at("2026-11-20 21:54")


def test_hours_may_pass_midnight_and_end_at_24() -> None:
    night = ["22:00-05:30"]
    assert due(hours=night, now=at("2026-11-20 23:30")) == at("2026-11-21 00:24")
    assert due(hours=night, now=at("2026-11-21 05:00")) == at("2026-11-21 22:00")
    assert due(hours=["20:00-24:00"], now=at("2026-11-20 23:30")) == at("2026-11-21 20:00")
    assert due(hours=["00:00-24:00"], now=at("2026-11-20 23:30")) == at("2026-11-21 00:24")


def test_a_blackout_is_waited_for_within_the_hours() -> None:
    assert due(hours=["06:00-23:00"], blackout=["12:00-13:00"], now=at("2026-11-20 11:30")) == at("2026-11-20 13:00")
    assert due(blackout=["22:00-06:00"], now=at("2026-11-20 21:30")) == at("2026-11-21 06:00")


def test_sources_do_not_all_begin_when_the_hours_do() -> None:
    now = at("2026-11-20 22:30")
    begins = {due(hours=["06:00-23:00"], now=now, luck=luck / 10) for luck in range(10)}
    assert len(begins) == 10
    assert max(begins) < at("2026-11-21 06:05")
    short = {due(hours=["06:00-06:10"], now=now, luck=luck / 10) for luck in range(10)}
    assert max(short) < at("2026-11-21 06:01")


def test_hours_in_a_gap_of_the_clocks_begin_with_what_exists_of_them() -> None:
    now = at("2026-03-29 01:30", BERLIN)
    assert due(hours=["02:30-04:00"], zone=BERLIN, now=now, every_s=60) == at("2026-03-29 03:00", BERLIN)
    assert due(hours=["02:15-02:45"], zone=BERLIN, now=now, every_s=60) == at("2026-03-30 02:15", BERLIN)
    now = at("2026-03-08 01:30", NEW_YORK)
    assert due(hours=["02:30-04:00"], zone=NEW_YORK, now=now, every_s=60) == at("2026-03-08 03:00", NEW_YORK)


def test_hours_that_exist_twice_are_open_twice() -> None:
    now = at("2026-10-25 02:50", BERLIN, fold=0)
    assert due(hours=["02:15-02:45"], zone=BERLIN, now=now, every_s=60) == at("2026-10-25 02:15", BERLIN, fold=1)
    now = at("2026-11-01 01:50", NEW_YORK, fold=0)
    assert due(hours=["01:15-01:45"], zone=NEW_YORK, now=now, every_s=60) == at("2026-11-01 01:15", NEW_YORK, fold=1)


def test_a_source_that_comes_late_is_put_off_until_its_hours() -> None:
    schedule = Schedule(hours=("06:00-23:00",))
    assert opening(schedule, at("2026-11-21 02:00"), 0.0) == at("2026-11-21 06:00")
    assert opening(schedule, at("2026-11-21 09:00"), 0.9) == at("2026-11-21 09:00")
    assert opening(Schedule(), at("2026-11-21 02:00"), 0.9) == at("2026-11-21 02:00")


# ------------------------------------------------------------------ what always holds
LUCK = st.floats(min_value=0, max_value=1, exclude_max=True)
#: Days on which clocks change somewhere, and others.
SET = ("2026-03-28", "2026-10-24", "2026-03-07", "2026-10-31", "2026-04-04", "2026-10-03", "2026-02-15")
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
MOMENTS = st.builds(lambda days: FIRST + timedelta(days=days), st.floats(0, 2500)) | st.builds(
    lambda day, minutes: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(SET),
    st.floats(0, 2880),
)
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 59]))
SPANS = st.tuples(TIMES, TIMES | st.just("24:00")).filter(lambda span: span[0] != span[1]).map("-".join)
CRONS = st.sampled_from(
    [
        "0 6-22 * * *",
        "* * * * *",
        "*/7 * * * *",
        "30 2 * * *",
        "0,30 1-3 * * *",
        "15 3 * * 1-5",
        "0 0 1 * *",
        "5 0 L * *",
    ]
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    hours, blackout = tuple(draw(st.lists(SPANS, max_size=2))), tuple(draw(st.lists(SPANS, max_size=2)))
    try:
        open_spans(hours, blackout)
    except ValueError:
        assume(condition=False)
    return Schedule(
        cron=draw(st.just("") | CRONS), hours=hours, blackout=blackout, timezone=draw(st.sampled_from(ZONES))
    )


EVERY = st.integers(1, 40 * 86400)
FAILURES = st.integers(0, 40)
WISHES = st.none() | MOMENTS


def found(
    every_s: int, schedule: Schedule, failures: int, asked: datetime | None, now: datetime, luck: float
) -> datetime:
    when = next_due(every_s=every_s, schedule=schedule, failures=failures, asked_until=asked, now=now, luck=luck)
    assert when is not None
    return when


@given(EVERY, schedules(), FAILURES, WISHES, MOMENTS, LUCK)
def test_the_next_time_is_later_than_now_and_within_the_hours(
    every_s: int, schedule: Schedule, failures: int, asked: datetime | None, now: datetime, luck: float
) -> None:
    when = found(every_s, schedule, failures, asked, now, luck)
    assert when > now
    if asked is not None:
        assert when >= min(asked, now + LONGEST_WISH)
    wall = when.astimezone(ZoneInfo(schedule.timezone))
    minute = wall.hour * 60 + wall.minute
    assert any(begin <= minute < end for begin, end in open_spans(schedule.hours, schedule.blackout))


@given(EVERY, schedules(), FAILURES, WISHES, MOMENTS, LUCK)
def test_a_source_that_has_failed_more_often_is_never_due_earlier(
    every_s: int, schedule: Schedule, failures: int, asked: datetime | None, now: datetime, luck: float
) -> None:
    assert found(every_s, schedule, failures, asked, now, luck) <= found(
        every_s, schedule, failures + 1, asked, now, luck
    )


@given(schedules(), MOMENTS, st.floats(0, 3 * 86400), LUCK)
def test_hours_never_put_a_later_time_before_an_earlier_one(
    schedule: Schedule, first: datetime, seconds: float, luck: float
) -> None:
    second = first + timedelta(seconds=seconds)
    assert first <= opening(schedule, first, luck) <= opening(schedule, second, luck)


@given(schedules(), MOMENTS)
def test_the_hours_open_at_the_first_minute_that_the_clocks_allow(schedule: Schedule, first: datetime) -> None:
    first = first.replace(second=0, microsecond=0)
    spans, zone = open_spans(schedule.hours, schedule.blackout), ZoneInfo(schedule.timezone)
    minutes = (first + passed * MINUTE for passed in range(3 * 1440))
    walls = ((when, when.astimezone(zone)) for when in minutes)
    is_open = (when for when, wall in walls if any(b <= wall.hour * 60 + wall.minute < e for b, e in spans))
    assert opening(schedule, first, 0.0) == next(is_open)


@given(EVERY, FAILURES, WISHES, MOMENTS, st.floats(0, 5 * 365 * 86400), LUCK)
def test_a_clock_that_jumps_back_never_puts_a_source_off_for_longer_than_its_bound(
    every_s: int, failures: int, asked: datetime | None, now: datetime, back_s: float, luck: float
) -> None:
    earlier = now - timedelta(seconds=back_s)
    when = found(every_s, Schedule(), failures, asked, earlier, luck)
    bound = 1.1 * max(timedelta(seconds=every_s), LONGEST_BACK_OFF)
    assert when - earlier <= max(bound, LONGEST_WISH if asked else bound)

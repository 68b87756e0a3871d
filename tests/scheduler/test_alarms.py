"""What deserves an alarm, and when it is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.telling.alarms import LEAST_ARTICLES, AlarmKind, alarm_key, longest_gap, read, span
from storage.alarms import Closed, Opened, Seen
from storage.records import IssueKind
from tests.builders import NOW, later
from tests.scheduler.alarm_builders import alarm, ending, issue, watched

DAY = timedelta(days=1)


def daily(days: int = 30, until: datetime = NOW) -> list[datetime]:
    """A time a day, the last of them then."""
    return [until - day * DAY for day in reversed(range(days))]


@pytest.mark.parametrize(
    ("kind", "alarmed"),
    [
        (IssueKind.BLOCKED, "blocked"),
        (IssueKind.CRASH, "crash"),
        (IssueKind.LISTING_EMPTY, "listing-empty"),
        (IssueKind.GAP, "gap"),
    ],
)
def test_what_stops_a_source_is_an_alarm_at_once(kind: IssueKind, alarmed: str) -> None:
    (opened,) = read([issue(kind)], [watched()], [], NOW)
    assert isinstance(opened, Opened)
    assert (opened.key, opened.kind, opened.source_key) == (f"{alarmed} example", alarmed, "example")
    assert (opened.opened_at, opened.last_seen_at, opened.count) == (NOW, NOW, 1)
    assert opened.headline.startswith("示例日报：")


@pytest.mark.parametrize(
    "kind", [IssueKind.FAILED_VISIT, IssueKind.REFUSED, IssueKind.EXTRACTION, IssueKind.ROBOTS, IssueKind.UNREACHABLE]
)
def test_what_one_bad_page_causes_is_none(kind: IssueKind) -> None:
    assert read([issue(kind)], [watched()], [], NOW) == []


def test_one_page_that_is_unlike_its_site_is_none_and_many_are_one() -> None:
    page = issue(IssueKind.UNLIKE_SITE)
    assert read([page, page, page, page], [watched()], [], NOW) == []
    (opened,) = read([page, issue(IssueKind.UNLIKE_SITE, count=3)], [watched()], [], NOW)
    assert isinstance(opened, Opened)
    assert (opened.kind, opened.count) == ("unlike-site", 1)


def test_many_issues_of_one_kind_are_one_alarm() -> None:
    issues = [issue(at=later(minutes=minutes)) for minutes in (3, 1, 2)]
    (opened,) = read(issues, [watched()], [], later(minutes=5))
    assert isinstance(opened, Opened)
    assert (opened.count, opened.opened_at, opened.last_seen_at) == (3, later(minutes=1), later(minutes=3))


def test_an_alarm_that_is_open_is_counted_on_and_not_opened_again() -> None:
    (seen,) = read([issue(at=later(hours=1))], [watched()], [alarm(id=7)], later(hours=1))
    assert seen == Seen(alarm_id=7, count=1, last_seen_at=later(hours=1))


def test_two_kinds_or_two_sources_are_two_alarms() -> None:
    issues = [issue(IssueKind.BLOCKED), issue(IssueKind.GAP), issue(IssueKind.GAP, key="other")]
    opened = read(issues, [watched(), watched("other")], [], NOW)
    assert [each.key for each in opened if isinstance(each, Opened)] == ["blocked example", "gap example", "gap other"]


def test_an_issue_of_long_ago_opens_nothing() -> None:
    assert read([issue(at=later(days=-2))], [watched()], [], NOW) == []


def test_a_source_that_is_not_visited_by_itself_has_no_alarms() -> None:
    failed = [ending(later(hours=hours)) for hours in (-3, -2, -1)]
    assert read([issue()], [watched(polled=False, failed=failed)], [], NOW) == []


# ------------------------------------------------------------------ failing
def test_three_runs_in_a_row_that_failed_are_an_alarm() -> None:
    failed = [ending(later(minutes=minutes), f"reason {minutes}") for minutes in (-30, -20, -10)]
    assert read([], [watched(failed=failed[:2])], [], NOW) == []
    (opened,) = read([], [watched(failed=failed)], [], NOW)
    assert isinstance(opened, Opened)
    assert (opened.kind, opened.count, opened.detail) == ("failing", 3, "reason -10")
    assert (opened.opened_at, opened.last_seen_at) == (later(minutes=-30), later(minutes=-10))


def test_so_is_a_day_without_a_run_that_went_well() -> None:
    source = watched(failed=[ending(later(hours=-25))])
    assert len(read([], [source], [], NOW)) == 1
    assert read([], [source], [], later(hours=-2)) == []


def test_further_failures_are_counted_once() -> None:
    open_alarm = alarm("failing", id=3, opened_at=later(hours=-4), last_seen_at=later(hours=-2))
    failed = [ending(later(hours=hours)) for hours in (-4, -3, -2, -1)]
    source = watched(failed=failed)
    (seen,) = read([], [source], [open_alarm], NOW)
    assert seen == Seen(alarm_id=3, count=1, last_seen_at=later(hours=-1))
    counted = alarm("failing", id=3, opened_at=later(hours=-4), last_seen_at=later(hours=-1))
    assert read([], [source], [counted], NOW) == []


@pytest.mark.parametrize("kind", ["blocked", "crash", "listing-empty"])
def test_a_cause_that_is_known_is_not_told_again_as_failing(kind: str) -> None:
    failed = [ending(later(minutes=-minutes)) for minutes in (30, 20, 10)]
    assert read([], [watched(failed=failed)], [alarm(kind)], NOW) == []


def test_nor_is_one_that_is_met_in_the_same_reading() -> None:
    failed = [ending(later(minutes=-minutes)) for minutes in (30, 20, 10)]
    found = read([issue(IssueKind.CRASH)], [watched(failed=failed)], [], NOW)
    assert [each.key for each in found if isinstance(each, Opened)] == ["crash example"]


# ------------------------------------------------------------------ silent
def test_a_source_is_silent_after_five_times_its_longest_gap() -> None:
    arrivals = daily()
    quiet = watched(arrivals=arrivals, last_article_at=arrivals[-1], good=ending(later(days=5)))
    assert read([], [quiet], [], later(days=6)) == []
    silent = watched(arrivals=arrivals, last_article_at=arrivals[-1], good=ending(later(days=5, minutes=1)))
    (opened,) = read([], [silent], [], later(days=6))
    assert isinstance(opened, Opened)
    assert (opened.kind, opened.opened_at) == ("silent", arrivals[-1])
    assert "5 天" in opened.detail


def test_a_longer_gap_of_old_makes_it_more_patient() -> None:
    arrivals = [*daily(15, later(days=-21)), *daily(15)]  # a week of holidays between them
    assert longest_gap(arrivals) == 7 * DAY
    assert read([], [watched(arrivals=arrivals, good=ending(later(days=35)))], [], later(days=36)) == []
    assert len(read([], [watched(arrivals=arrivals, good=ending(later(days=36)))], [], later(days=36))) == 1


def test_silence_that_no_run_has_looked_into_is_none() -> None:
    source = watched(arrivals=daily(), good=ending(later(hours=1)))
    assert read([], [source], [], later(days=60)) == []


@pytest.mark.parametrize(
    "arrivals",
    [
        daily(LEAST_ARTICLES - 1),
        [NOW - timedelta(minutes=minute) for minute in reversed(range(500))],  # the first crawl of a new source
        [NOW - timedelta(hours=8) * step for step in reversed(range(30))],  # ten days
        [*[later(days=-20)] * 40, NOW],
    ],
)
def test_what_is_usual_is_not_learnt_from_too_little(arrivals: list[datetime]) -> None:
    assert longest_gap(arrivals) is None
    assert read([], [watched(arrivals=arrivals, good=ending(later(days=300)))], [], later(days=300)) == []


def test_what_is_usual_is_learnt_from_the_last_sixty_days_alone() -> None:
    long_ago = [later(days=-200), later(days=-100)]
    assert longest_gap([*long_ago, *daily(40)]) == DAY


def test_a_source_is_never_silent_within_a_day() -> None:
    arrivals = [NOW - timedelta(hours=2) * step for step in reversed(range(240))]
    assert longest_gap(arrivals) == timedelta(hours=2)
    assert read([], [watched(arrivals=arrivals, good=ending(later(hours=23)))], [], later(hours=23)) == []
    assert len(read([], [watched(arrivals=arrivals, good=ending(later(hours=25)))], [], later(hours=25))) == 1


def test_a_source_whose_runs_fail_is_not_told_of_as_silent() -> None:
    source = watched(arrivals=daily(), good=ending(later(days=9)))
    assert read([], [source], [alarm("failing", last_seen_at=later(days=10))], later(days=10)) == []


@given(st.lists(st.floats(min_value=0, max_value=100, allow_nan=False), min_size=1, max_size=60).map(sorted))
def test_a_source_that_goes_on_as_it_did_is_never_silent(days: Sequence[float]) -> None:
    arrivals = [later(days=day) for day in days]
    gap = longest_gap(arrivals)
    next_at = arrivals[-1] + (gap or DAY)
    assert read([], [watched(arrivals=arrivals, good=ending(next_at))], [], next_at) == []


# ------------------------------------------------------------------ over
@pytest.mark.parametrize("kind", ["blocked", "crash", "listing-empty", "gap", "failing"])
def test_an_alarm_is_over_with_the_next_run_that_went_well(kind: str) -> None:
    source = watched(good=ending(later(hours=1)))
    assert read([], [source], [alarm(kind, id=4)], later(hours=2)) == [Closed(alarm_id=4, closed_at=later(hours=2))]


def test_not_with_the_run_that_opened_it() -> None:
    run = ending(later(seconds=30))  # it began half a minute before the issue and ended well
    assert read([], [watched(good=run)], [alarm()], later(minutes=1)) == []


def test_nor_with_one_that_met_the_same_again() -> None:
    again = issue(at=later(minutes=59, seconds=30))
    found = read([again], [watched(good=ending(later(hours=1)))], [alarm(id=4)], later(hours=2))
    assert found == [Seen(alarm_id=4, count=1, last_seen_at=again.created_at)]


def test_an_alarm_that_was_just_opened_stays_open_for_that_reading() -> None:
    found = read([issue()], [watched(good=ending(later(hours=1)))], [], later(hours=2))
    assert [type(each) for each in found] == [Opened]


def test_what_did_not_come_again_for_a_week_is_over() -> None:
    assert read([], [watched()], [alarm()], later(days=6, hours=23)) == []
    assert read([], [watched()], [alarm(id=4)], later(days=7)) == [Closed(alarm_id=4, closed_at=later(days=7))]


def test_what_stands_until_a_run_goes_well_is_not_over_by_itself() -> None:
    opened = [alarm("failing"), alarm("silent")]
    assert read([], [watched()], opened, later(days=30)) == []


def test_a_source_that_is_paused_has_no_open_alarms() -> None:
    opened = [alarm("failing", id=1), alarm("silent", id=2), alarm("gap", id=3)]
    found = read([], [watched(polled=False)], opened, NOW)
    assert found == [Closed(alarm_id=each, closed_at=NOW) for each in (1, 2, 3)]


def test_silence_is_over_with_the_next_article_and_not_before() -> None:
    silent = alarm("silent", id=5, opened_at=NOW)
    well = ending(later(hours=1))
    assert read([], [watched(good=well, last_article_at=NOW)], [silent], later(hours=1)) == []
    found = read([], [watched(good=well, last_article_at=later(minutes=30))], [silent], later(hours=1))
    assert found == [Closed(alarm_id=5, closed_at=later(hours=1))]


def test_of_what_is_not_known_nothing_is_concluded() -> None:
    assert read([issue(key="unknown")], [watched()], [alarm("gap", "another")], later(days=9)) == []


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(days=9, hours=5), " 9 天"),
        (timedelta(hours=47), " 47 小时"),
        (timedelta(minutes=119), " 119 分钟"),
        (timedelta(seconds=3), "不到 2 分钟"),
    ],
)
def test_a_span_is_said_in_one_unit(time: timedelta, said: str) -> None:
    assert span(time) == said


def test_a_key_names_kind_and_source() -> None:
    assert alarm_key(AlarmKind.GAP, "heze-gov") == "gap heze-gov"

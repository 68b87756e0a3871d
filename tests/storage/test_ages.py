"""How old a thing is: in days that the archive lived through, whatever its clock says."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.keeping.ages import LONGEST_REST, counted_back
from tests.builders import NOW
from tests.history import ago

DAY = timedelta(days=1)
WEEK = LONGEST_REST / DAY

gaps = st.lists(st.integers(1, 24 * 400), max_size=60)


def ends(hours: list[int]) -> list[datetime]:
    """When runs ended: each so many hours before the one after it, the last of them before NOW."""
    found, at = [], NOW
    for gap in hours:
        at -= timedelta(hours=gap)
        found.append(at)
    return found


def believed(hours: list[int], at: datetime, longest: timedelta) -> timedelta:
    """How much was lived through since a time, where no rest counts for more than the longest."""
    total, newer = timedelta(), NOW
    for end in ends(hours):
        total += min(newer - max(end, at), longest) if newer > at else timedelta()
        newer = end
    return total


def test_with_a_run_a_day_the_age_is_that_of_the_clock() -> None:
    daily = [ago(days) for days in range(100)]
    assert counted_back(daily, NOW, 30 * DAY) == ago(30)


def test_with_a_run_a_week_too() -> None:
    weekly = [ago(days) for days in range(0, 100, 7)]
    assert counted_back(weekly, NOW, 30 * DAY) == ago(30)


def test_a_rest_of_months_counts_as_a_week() -> None:
    rested = [ago(0), *(ago(100 + days) for days in range(100))]
    assert counted_back(rested, NOW, 30 * DAY) == ago(100 + 30 - WEEK)


def test_a_clock_that_jumped_makes_nothing_older_than_a_week_more() -> None:
    lived = [ago(days) for days in range(100)]
    jumped = NOW + timedelta(days=4000)
    assert counted_back(lived, jumped, 30 * DAY) == ago(30 - WEEK)


def test_what_was_not_lived_through_is_no_age() -> None:
    assert counted_back([], NOW, DAY) is None
    assert counted_back([ago(days) for days in range(10)], NOW, 30 * DAY) is None


@given(hours=gaps, days=st.integers(1, 200))
def test_nothing_counts_for_older_than_the_clock_says(hours: list[int], days: int) -> None:
    before = counted_back(ends(hours), NOW, days * DAY)
    assert before is None or before <= NOW - days * DAY


@given(hours=gaps, days=st.integers(1, 200))
def test_just_so_much_was_lived_through_since(hours: list[int], days: int) -> None:
    before = counted_back(ends(hours), NOW, days * DAY)
    longest = min(LONGEST_REST, days * DAY / 2)
    if before is None:
        assert not hours or believed(hours, ends(hours)[-1], longest) < days * DAY
    else:
        assert believed(hours, before, longest) == days * DAY


@given(hours=gaps, days=st.integers(1, 200), jump=st.integers(0, 10_000))
def test_after_a_jump_of_any_length_what_is_younger_than_half_the_limit_is_young(
    hours: list[int], days: int, jump: int
) -> None:
    after = counted_back(ends(hours), NOW + timedelta(days=jump), days * DAY)
    assert after is None or after <= NOW - days * DAY / 2
    assert after is None or days < 2 * WEEK or after <= NOW - days * DAY + LONGEST_REST

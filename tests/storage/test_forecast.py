"""How large an archive gets: what there is, what comes, what goes."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.keeping.forecast import HORIZON_DAYS, Flow, after, days_until, for_ever, grown
from storage.keeping.growth import steady

amounts = st.integers(0, 10**12)
days = st.integers(0, 4000)
limits = st.integers(1, 4000)


@st.composite
def flows(draw: st.DrawFn, *, limited: bool = True) -> Flow:
    keep = draw(limits) if limited else 0
    return Flow(
        bytes=draw(amounts),
        per_day=draw(st.integers(0, 10**9)),
        keep_days=keep,
        age_days=draw(st.floats(0, 4000)),
    )


@given(flow=flows(limited=False), ahead=days)
def test_without_a_limit_everything_adds_up(flow: Flow, ahead: int) -> None:
    assert after(flow, ahead) == flow.bytes + ahead * flow.per_day


@given(flow=flows(), ahead=days)
def test_a_limit_never_makes_it_larger(flow: Flow, ahead: int) -> None:
    assert 0 <= after(flow, ahead) <= after(replace(flow, keep_days=0), ahead)


@given(flow=flows(), ahead=days, more=st.integers(1, 1000))
def test_what_is_kept_longer_takes_more(flow: Flow, ahead: int, more: int) -> None:
    longer = replace(flow, keep_days=flow.keep_days + more)
    assert after(flow, ahead) <= after(longer, ahead) * (1 + 1e-9)


@given(flow=flows(), more=st.integers(0, 4000))
def test_beyond_its_limit_it_is_as_large_as_what_comes_in_that_time(flow: Flow, more: int) -> None:
    assert after(flow, flow.keep_days + more) == flow.per_day * flow.keep_days


@given(per_day=st.integers(1, 10**9), keep=limits, ahead=days)
def test_what_is_full_to_its_limit_stays_as_it_is(per_day: int, keep: int, ahead: int) -> None:
    steady_state = Flow(bytes=per_day * keep, per_day=per_day, keep_days=keep, age_days=keep)
    assert after(steady_state, ahead) == pytest.approx(per_day * keep)


@given(flow=flows(), ahead=days)
def test_nothing_that_is_younger_than_the_limit_is_thought_gone(flow: Flow, ahead: int) -> None:
    if flow.age_days + ahead < flow.keep_days:
        assert after(flow, ahead) == pytest.approx(after(replace(flow, keep_days=0), ahead))


def test_a_young_archive_grows_until_its_limit_and_then_no_more() -> None:
    flow = Flow(bytes=100, per_day=10, keep_days=30, age_days=10)
    assert [after(flow, ahead) for ahead in (0, 10, 20, 25, 30, 365)] == [100, 200, 300, 300, 300, 300]


@settings(max_examples=20)  # each looks at up to a century of days
@given(several=st.lists(flows(), max_size=4), room=st.integers(0, 10**12))
def test_the_disk_is_not_full_before_its_day(several: list[Flow], room: int) -> None:
    full = days_until(several, room)
    if full is None:
        assert grown(several, HORIZON_DAYS) <= room
    else:
        assert grown(several, full) > room
        assert full == 0 or grown(several, full - 1) <= room


def test_a_disk_is_full_when_what_came_in_no_longer_fits() -> None:
    forever = Flow(bytes=1000, per_day=10)
    assert days_until([forever], 95) == 10
    assert days_until([replace(forever, per_day=0)], 0) is None
    limited = Flow(bytes=100, per_day=10, keep_days=10, age_days=10)
    assert days_until([limited], 1) is None
    assert days_until(for_ever([limited]), 1) == 1


def test_the_busiest_day_does_not_set_the_pace() -> None:
    assert steady([5000, *[50] * 29], 30) == pytest.approx(50 / ((5000 + 29 * 50) / 30))
    assert steady([50] * 30, 30) == pytest.approx(1)
    assert steady([5000, 50], 2) == 1
    assert steady([], 30) == 1

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.patience import LONGEST_WAIT, hold_s, next_attempt, retry_after
from tests.crawler.shapes import NOW


def test_seconds_and_dates_are_both_read() -> None:
    assert retry_after("120", NOW) == NOW + timedelta(seconds=120)
    assert retry_after("Fri, 20 Nov 2026 05:00:00 GMT", NOW) == NOW + timedelta(hours=1)


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "²", "Fri, 99 Nov 2026"])
def test_what_cannot_be_read_asks_for_nothing(value: str) -> None:
    assert retry_after(value, NOW) is None


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [(429, "7200", 7200.0), (503, "30", 30.0), (429, "", 10.0), (503, "", None), (500, "30", None), (200, "30", None)],
)
def test_only_answers_that_ask_for_patience_hold_their_host(status: int, value: str, seconds: float | None) -> None:
    assert hold_s(status, value, NOW) == seconds


@given(st.text(max_size=30))
def test_no_field_is_longer_than_a_week_or_in_the_past(value: str) -> None:
    when = retry_after(value, NOW)
    assert when is None or NOW <= when <= NOW + LONGEST_WAIT


@given(st.integers(min_value=0, max_value=10_000))
def test_waits_grow_up_to_a_ceiling(attempts: int) -> None:
    assert NOW < next_attempt(attempts, NOW) <= next_attempt(attempts + 1, NOW) <= NOW + LONGEST_WAIT


def test_the_publisher_s_wish_wins_when_it_asks_for_less() -> None:
    asked = NOW + timedelta(hours=5)
    assert next_attempt(0, NOW, asked) == asked
    assert next_attempt(5, NOW, asked) == NOW + timedelta(hours=32)

"""Until when a publisher calls an answer fresh."""

from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.freshness import LONGEST_FRESH, fresh_again, fresh_until, still_fresh
from tests.crawler.shapes import NOW, capture

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def day(when: datetime) -> str:
    return format_datetime(when, usegmt=True)


def fresh(stated_s: float | None = None, **fields: str) -> timedelta | None:
    """How long an answer with these header fields is fresh; `_` for `-`, and `2` behind a field that stands twice."""
    headers = tuple((name.rstrip("2").replace("_", "-"), value) for name, value in fields.items())
    until = fresh_until(capture(headers=headers), stated_s)
    return None if until is None else until - NOW


def test_nothing_is_fresh_that_does_not_say_so() -> None:
    assert fresh() is None
    assert fresh(last_modified="Fri, 20 Nov 2020 00:00:00 GMT", etag='"1"') is None


def test_max_age_counts_from_the_capture_less_the_age_it_came_with() -> None:
    assert fresh(cache_control="public, max-age=600") == 10 * MINUTE
    assert fresh(cache_control='Max-Age="600"') == 10 * MINUTE
    assert fresh(cache_control="max-age=600", age="60") == 9 * MINUTE
    assert fresh(cache_control="max-age=600", date=day(NOW - 4 * MINUTE)) == 6 * MINUTE
    assert fresh(cache_control="max-age=600", date=day(NOW - 4 * MINUTE), age="300") == 5 * MINUTE
    assert fresh(cache_control="max-age=600", age="600") is None


def test_a_server_whose_clock_is_ahead_makes_nothing_older_or_fresher() -> None:
    assert fresh(cache_control="max-age=600", date=day(NOW + HOUR)) == 10 * MINUTE


def test_max_age_beats_expires() -> None:
    assert fresh(cache_control="max-age=0", expires=day(NOW + HOUR)) is None
    assert fresh(cache_control="max-age=600", expires=day(NOW - HOUR)) == 10 * MINUTE
    assert fresh(cache_control="private", expires=day(NOW + HOUR)) == HOUR


def test_expires_counts_from_the_server_s_own_date() -> None:
    assert fresh(expires=day(NOW + HOUR)) == HOUR
    assert fresh(expires=day(NOW), date=day(NOW - HOUR)) is None
    assert fresh(expires=day(NOW + 3 * HOUR), date=day(NOW + HOUR)) == 2 * HOUR


def test_what_a_shared_cache_may_keep_says_nothing_to_us() -> None:
    assert fresh(cache_control="s-maxage=600") is None


@pytest.mark.parametrize("word", ["no-cache", "no-store", "must-revalidate", 'No-Cache="Set-Cookie"'])
def test_a_publisher_who_wants_to_be_asked_each_time_is(word: str) -> None:
    assert fresh(cache_control=f"max-age=600, {word}", expires=day(NOW + HOUR)) is None
    assert fresh(cache_control="max-age=600", cache_control2=word) is None


def test_pragma_counts_where_cache_control_is_silent() -> None:
    assert fresh(pragma="no-cache", expires=day(NOW + HOUR)) is None
    assert fresh(pragma="no-cache", cache_control="max-age=600") == 10 * MINUTE


@pytest.mark.parametrize("value", ["max-age=", "max-age=soon", "max-age=-5", "max-age=1.5", "max-age=²", "max-age"])
def test_what_cannot_be_read_is_not_fresh(value: str) -> None:
    assert fresh(cache_control=value, expires=day(NOW + HOUR)) is None


@pytest.mark.parametrize(
    "value", ["0", "-1", "soon", "", "Fri, 99 Nov 2026 00:00:00 GMT", "Sat, 01 Jan 0001 00:00:00 +2359"]
)
def test_an_expires_that_is_no_date_is_long_past(value: str) -> None:
    assert fresh(expires=value) is None


def test_of_two_statements_the_shorter_counts() -> None:
    assert fresh(cache_control="max-age=600, max-age=60") == MINUTE
    assert fresh(expires=day(NOW + HOUR), expires2=day(NOW + 2 * HOUR)) == HOUR


def test_the_document_s_own_word_wins_when_it_asks_for_less() -> None:
    assert fresh(stated_s=3600) == HOUR
    assert fresh(stated_s=3600, cache_control="max-age=600") == HOUR
    assert fresh(stated_s=60, cache_control="max-age=600") == 10 * MINUTE
    assert fresh(stated_s=3600, cache_control="no-cache") == HOUR


def test_nothing_is_fresh_for_longer_than_six_hours() -> None:
    assert fresh(cache_control="max-age=31536000") == LONGEST_FRESH == 6 * HOUR
    assert fresh(cache_control="max-age=" + "9" * 5000) == LONGEST_FRESH
    assert fresh(stated_s=10**9) == LONGEST_FRESH


def test_an_unchanged_listing_is_fresh_for_as_long_as_before_unless_its_header_says_how_long() -> None:
    said = capture(status=304, headers=(("cache-control", "max-age=60"),))
    stale = capture(status=304, headers=(("cache-control", "max-age=0"),))
    silent = capture(status=304)
    assert fresh_again(said, HOUR) == NOW + MINUTE
    assert fresh_again(stale, HOUR) == fresh_again(silent, HOUR) == NOW + HOUR
    assert fresh_again(silent, None) is None
    assert fresh_again(silent, -HOUR) is None


def test_an_old_answer_out_of_a_cache_is_not_as_fresh_as_before() -> None:
    old = capture(status=304, headers=(("cache-control", "max-age=600"), ("age", "700")))
    assert fresh_again(old, HOUR) is None


def test_a_stored_freshness_ends_and_a_clock_that_was_set_back_does_not_make_it_longer() -> None:
    assert still_fresh(NOW + MINUTE, NOW)
    assert not still_fresh(NOW, NOW)
    assert not still_fresh(None, NOW)
    assert not still_fresh(NOW + HOUR, NOW - 10 * HOUR)


FIELDS = st.sampled_from(["cache-control", "expires", "age", "date", "pragma"])


@given(st.lists(st.tuples(FIELDS, st.text(max_size=40)), max_size=5).map(tuple), st.none() | st.integers(0, 10**9))
def test_no_header_makes_it_fail_or_fresh_for_too_long(headers: tuple[tuple[str, str], ...], stated_s: int) -> None:
    until = fresh_until(capture(headers=headers), stated_s)
    assert until is None or NOW < until <= NOW + LONGEST_FRESH

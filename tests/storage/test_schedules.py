"""Schedules as people write them: what is a cron expression, what is a span of the day, and how they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import Schedule
from storage.schedules import check_cron, check_spans, in_words, open_spans


@pytest.mark.parametrize(
    "text",
    [
        "0 6-22 * * *",
        "*/20 * * * *",
        "0,30 6 * * 1-5",
        "0 0 L * *",
        "0 9 * * MON#1",
        "0 0 29 2 *",
        "  5  4  *  *  sun ",
    ],
)
def test_five_fields_of_cron_are_taken(text: str) -> None:
    check_cron(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "five fields, such as '0 6-22 [*] [*] [*]'"),
        ("@hourly", "'@hourly'"),
        ("* * * *", "five fields"),
        ("0 * * * * *", "five fields"),
        ("60 * * * *", "bad minute"),
        ("0 24 * * *", "bad hour"),
        ("0 6-5 * * *", "bad hour"),
        ("*/0 * * * *", "bad minute"),
        ("² * * * *", "bad minute"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("0 0 * * MO", "bad day-of-week"),
        ("0 0 */31 * 1#5", "never comes"),
        ("1," * 5000 + "1 * * * *", "…' is not"),
    ],
)
def test_what_is_no_cron_expression_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        check_cron(text)
    assert len(str(caught.value)) < 250


@given(st.text(alphabet="0123456789*/,-#LWMON² ", max_size=30))
def test_no_text_is_worse_than_refused(text: str) -> None:
    try:
        check_cron(text)
    except ValueError:
        return
    assert in_words(None, Schedule(cron=text))


@pytest.mark.parametrize(
    ("hours", "blackout", "spans"),
    [
        ([], [], ((0, 1440),)),
        (["06:00-23:00"], [], ((360, 1380),)),
        (["22:00-05:30"], [], ((0, 330), (1320, 1440))),
        (["18:00-24:00"], [], ((1080, 1440),)),
        (["18:00-00:00"], [], ((1080, 1440),)),
        (["06:00-09:00", "08:00-12:00"], [], ((360, 720),)),
        (["06:00-23:00"], ["12:00-13:00"], ((360, 720), (780, 1380))),
        ([], ["23:00-06:00"], ((360, 1380),)),
    ],
)
def test_what_is_open_is_in_the_hours_and_in_no_blackout(
    hours: list[str], blackout: list[str], spans: tuple[tuple[int, int], ...]
) -> None:
    assert open_spans(hours, blackout) == spans


@pytest.mark.parametrize(
    "span",
    [
        *("", "06:00", "6:00-23:00", "06:00-25:00", "06:60-07:00", "24:00-06:00", "06:00-06:00", "00:00-24:01"),
        *("06:00–23:00", "٠٦:٠٠-٠٧:٠٠"),
    ],
)
def test_what_is_no_span_of_the_day_is_refused(span: str) -> None:
    for hours, blackout in (([span], []), ([], [span])):
        with pytest.raises(ValueError, match="is not a span of the day such as '06:00-23:00'"):
            check_spans(hours, blackout)


@pytest.mark.parametrize(
    ("hours", "blackout"),
    [([], ["00:00-24:00"]), (["06:00-08:00"], ["05:00-09:00"]), ([], ["08:00-20:00", "20:00-08:00"])],
)
def test_spans_that_leave_no_minute_of_the_day_are_refused(hours: list[str], blackout: list[str]) -> None:
    with pytest.raises(ValueError, match="leaves no minute of the day"):
        check_spans(hours, blackout)


@pytest.mark.parametrize(
    ("every_s", "schedule", "words"),
    [
        (None, Schedule(), "on demand"),
        (1800, Schedule(), "30m"),
        (5400, Schedule(), "90m"),
        (86400, Schedule(hours=("06:00-23:00",)), "1d, 06:00-23:00"),
        (61, Schedule(blackout=("12:00-13:00",)), "61s, not 12:00-13:00"),
        (None, Schedule(cron="30 5 * * *"), "at 05:30 every day"),
        (None, Schedule(cron="30 5 x x x"), "30 5 x x x"),
    ],
)
def test_a_schedule_is_said_in_words(every_s: int | None, schedule: Schedule, words: str) -> None:
    assert in_words(every_s, schedule) == words

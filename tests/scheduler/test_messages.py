"""What people read: short, plain, in the district's time, and never longer than a channel takes."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.telling.alarms import HEADLINES, AlarmKind
from scheduler.telling.messages import Message, named, opening, openings, over, overs, plain, trial
from tests.builders import NOW, later
from tests.scheduler.alarm_builders import alarm

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_an_opening_says_what_where_since_when_what_to_do_and_what_shows_more(kind: AlarmKind) -> None:
    told = opening(alarm(kind.value, headline=f"示例日报：{HEADLINES[kind]}", count=3), ZONE)
    assert told.title == f"【区讯告警】示例日报：{HEADLINES[kind]}"
    lines = told.text(2000).splitlines()
    assert [line.partition("：")[0] for line in lines] == ["来源", "时间", "次数", "情况", "处理", "详情"]
    assert lines[1] == "时间：2024-05-01 12:00 起"
    assert lines[-1] == "详情：quxun issues --source example"
    assert told.subjects == ("alarm 1",)


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_an_end_says_how_long_it_was_and_why_it_is_over(kind: AlarmKind) -> None:
    told = over(alarm(kind.value, closed_at=later(hours=3)), ZONE)
    lines = told.text(2000).splitlines()
    assert lines[1] == "时间：2024-05-01 12:00 至 2024-05-01 15:00，共 3 小时"
    assert lines[2].startswith("原因：")
    assert told.subjects == ("alarm 1", "alarm 1 over")


def test_an_end_after_a_quiet_week_says_so() -> None:
    assert "一周没有再出现" in over(alarm(closed_at=later(days=7)), ZONE).text(2000)
    assert "一周没有再出现" not in over(alarm(closed_at=later(days=6)), ZONE).text(2000)


def test_an_alarm_of_a_kind_that_is_not_known_here_is_told_all_the_same() -> None:
    other = alarm("of-tomorrow", closed_at=NOW)
    assert "处理：看详情。" in opening(other, ZONE).text(2000)
    assert "of-tomorrow（1）：example" in openings([other], ZONE).text(2000)
    assert over(other, ZONE).text(2000)


def test_many_alarms_are_told_by_kind() -> None:
    many = [alarm("gap", f"paper{number}", id=number) for number in range(20)] + [alarm("crash", "site", id=99)]
    told = openings(many, ZONE)
    assert told.title == "【区讯告警】21 个告警"
    assert told.subjects == tuple(f"alarm {each.id}" for each in many)
    text = told.text(2000)
    assert "可能有遗漏（20）：paper0、paper1" in text
    assert "等 20 个" in text
    assert "采集程序出错（1）：site" in text
    assert overs(many).title == "【区讯】21 个告警结束"


@given(st.text(max_size=400))
def test_somebody_elses_words_become_one_line_without_markup(words: str) -> None:
    said = plain(words)
    assert len(said) <= 160
    assert len(said.splitlines()) <= 1
    assert not set(said) & set("<>&[]`*@\x00\x1b\u202e\u2066\u200b")
    assert plain(said) == said


def test_names_are_listed_as_far_as_they_can_be_read() -> None:
    assert named(["a", "b"]) == "a、b"
    assert named([str(number) for number in range(14)], most=3) == "0、1、2 等 14 个"


@given(st.lists(st.text(max_size=300), max_size=8), st.integers(min_value=200, max_value=3000))
def test_a_text_fits_and_keeps_its_last_line(lines: list[str], limit: int) -> None:
    message = Message(subjects=("test",), title="标题", lines=tuple(map(plain, lines)), more="详情：quxun alarms")
    text = message.text(limit)
    assert len(f"{message.title}\n{text}".encode()) <= limit
    assert text.splitlines()[-1] == "详情：quxun alarms"
    said = "\n".join(message.lines)
    assert text == (f"{said}\n{message.more}" if said else message.more) or "……" in text


def test_a_trial_says_what_it_is() -> None:
    assert trial(NOW, ZONE).title == "【区讯】测试消息"
    assert "2024-05-01 12:00" in trial(NOW, ZONE).text(2000)

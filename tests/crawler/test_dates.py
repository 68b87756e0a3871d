"""The date texts of Chinese pages, feeds and URLs. All texts are made up."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import ZONE, read_date, sightings, url_date
from storage.records import Precision

NOW = datetime(2024, 10, 1, 4, 0, tzinfo=UTC)  # noon in China
CHINA = ZoneInfo(ZONE)


def stated(text: str, *, now: datetime | None = NOW) -> str | None:
    """The local time that a text states, as finely as it states it."""
    moment = read_date(text, now=now)
    if moment is None:
        return None
    form = {Precision.MINUTE: "%Y-%m-%d %H:%M", Precision.DAY: "%Y-%m-%d", Precision.MONTH: "%Y-%m"}
    return moment.at.astimezone(CHINA).strftime(form[moment.precision])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-09-14 11:24:00", "2023-09-14 11:24"),
        ("2025-07-18 08:55", "2025-07-18 08:55"),
        ("2023年10月12日09:30", "2023-10-12 09:30"),
        ("2019/6/23 22:56:59", "2019-06-23 22:56"),
        ("2024.07.04", "2024-07-04"),
        ("2023 11/ 17 20:52:15", "2023-11-17 20:52"),
        ("2019-09-07 08:57:02原创", "2019-09-07 08:57"),
        ("21 / 2024年02月", "2024-02-21"),
        ("16-05-17", "2016-05-17"),
        ("07年08月24日", "2007-08-24"),
        ("2024-05-1313:48", "2024-05-13 13:48"),
        ("2024年5月22日週三 上午8:21", "2024-05-22 08:21"),
        ("2024年5月20日 星期一 下午2:05", "2024-05-20 14:05"),
        ("2024年9月30日 凌晨12:05", "2024-09-30 00:05"),
        ("2024年09月30日 10时30分", "2024-09-30 10:30"),
        ("二〇二四年九月三十日", "2024-09-30"),
        ("二○二四年十二月二十一日", "2024-12-21"),
        ("发布时间：２０２４－０９－３０　１０：２０", "2024-09-30 10:20"),
        ("2024年9月", "2024-09"),
        ("2024-09-30T10:20:00+08:00", "2024-09-30 10:20"),
        ("2024-09-30T02:20:00.123Z", "2024-09-30 10:20"),
        ("Mon, 30 Sep 2024 10:20:00 +0800", "2024-09-30 10:20"),
        ("Mon, 30 Sep 2024 02:20:00 GMT", "2024-09-30 10:20"),
        ("Mon Sep 30 10:20:30 CST 2024", "2024-09-30 10:20"),
        ("September 30, 2024", "2024-09-30"),
        ("20240930", "2024-09-30"),
        ("20240930102233", "2024-09-30 10:22"),
        ("1727662800", "2024-09-30 10:20"),
        ("1727662800000", "2024-09-30 10:20"),
    ],
)
def test_a_stated_time_is_read(text: str, expected: str) -> None:
    assert stated(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("刚刚", "2024-10-01 12:00"),
        ("3分钟前", "2024-10-01 11:57"),
        ("2小时前", "2024-10-01"),
        ("3天前", "2024-09-28"),
        ("两个月前", "2024-08"),
        ("昨天 10:20", "2024-09-30 10:20"),
        ("前天", "2024-09-29"),
        ("今天 08:05", "2024-10-01 08:05"),
        ("09-30", "2024-09-30"),
        ("9月30日 10:20", "2024-09-30 10:20"),
        ("12-05", "2023-12-05"),
    ],
)
def test_a_relative_time_is_counted_back_from_now(text: str, expected: str) -> None:
    assert stated(text) == expected
    assert stated(text, now=None) is None


@pytest.mark.parametrize("text", ["", "v1.2.3", "2024-13-40", "10:20", "电话0530-1234567", "共12页", "1.5.2024"])
def test_what_states_no_time_is_none(text: str) -> None:
    assert stated(text) is None


def test_a_midnight_to_the_second_is_a_day_without_a_time() -> None:
    assert stated("2024-09-30 00:00:00") == "2024-09-30"
    assert stated("2024-09-30 00:00") == "2024-09-30 00:00"


def test_a_time_without_an_offset_is_local_to_the_zone() -> None:
    urumqi = read_date("2024-09-30 10:20", zone="Asia/Urumqi")
    assert urumqi is not None
    assert urumqi.at == datetime(2024, 9, 30, 4, 20, tzinfo=UTC)


def test_every_date_of_a_longer_text_is_found_in_order() -> None:
    found = list(sightings("2024-09-30 10:20 来源 更新于 2024年10月1日"))
    assert [sighting.moment.precision for sighting in found] == [Precision.MINUTE, Precision.DAY]
    assert found[0].end <= found[1].start


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://www.example.cn/yw/202409/t20240930_1.htm", "2024-09-30"),
        ("http://www.example.cn/news/2024-09/30/content_1.htm", "2024-09-30"),
        ("http://www.example.cn/art/2024/9/30/art_1_2.html", "2024-09-30"),
        ("http://www.example.cn/zj/2024/0930/205617.html", "2024-09-30"),
        ("http://www.example.cn/20240930/0123456789abcdef0123456789abcdef/c.html", "2024-09-30"),
        ("http://www.example.cn/whrb/pc/layout/202409/30/node_A1.html", "2024-09-30"),
        ("http://www.example.cn/2052219261245669376.html", None),
        ("http://www.example.cn/info/1055/3230.htm", None),
        ("http://www.example.cn/c100/202409/0123456789abcdef0123456789abcdef.shtml", None),
        ("http://www.example.cn/a.htm?d=/2024/09/30/", None),
    ],
)
def test_a_url_names_its_day(url: str, day: str | None) -> None:
    moment = url_date(url)
    assert (moment.at.astimezone(CHINA).strftime("%Y-%m-%d") if moment else None) == day


@given(st.integers(0, 50_000_000))
def test_a_written_minute_is_read_back(minutes: int) -> None:
    at = datetime(1995, 1, 1, tzinfo=CHINA) + timedelta(minutes=minutes)
    for form in ("%Y-%m-%d %H:%M", "%Y年%m月%d日 %H:%M", "%Y/%m/%d %H:%M:30", "%Y-%m-%dT%H:%M:00+08:00"):
        moment = read_date(at.strftime(form))
        assert moment is not None
        assert moment.at.astimezone(CHINA) == at


@given(st.text(max_size=60), st.integers(0, 10_000))
def test_no_text_makes_reading_fail(text: str, days: int) -> None:
    read_date(text, now=NOW + timedelta(days=days))
    url_date(text)

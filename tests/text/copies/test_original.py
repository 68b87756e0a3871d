"""Who had a story first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text.copies.original import Carrier, Original, Why, credits_of, original_of

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def carrier(
    number: int, name: str = "", *, hours: int | None = 0, seen: int = 1, credits_: tuple[str, ...] = ()
) -> Carrier:
    return Carrier(
        id=number,
        names=(name or f"某某{number}网",),
        published_at=None if hours is None else NOON + timedelta(hours=hours),
        first_seen_at=NOON + timedelta(hours=seen),
        credits=credits_,
    )


def test_the_one_that_others_name_is_the_original_though_it_is_later() -> None:
    given_ = [carrier(1, "牡丹晚报"), carrier(2, "人民网", hours=2), carrier(3, credits_=("人民网-山东频道",))]
    assert original_of(given_) == Original(id=2, why=Why.NAMED, named_by=(3,))


def test_who_is_named_by_the_one_that_most_name_is_the_original() -> None:
    portals = [carrier(number, hours=9, credits_=("人民网",)) for number in (3, 4, 5)]
    given_ = [carrier(1, "人民日报", hours=6), carrier(2, "人民网", hours=8, credits_=("人民日报",)), *portals]
    assert original_of(given_) == Original(id=1, why=Why.NAMED, named_by=(2,))


def test_who_names_an_agency_means_its_site_if_the_agency_itself_is_not_there() -> None:
    portals = [carrier(number, hours=1, credits_=("新华社客户端",)) for number in (3, 4)]
    site = carrier(2, "新华网", hours=5, credits_=("新华社",))
    assert original_of([carrier(1), site, *portals]) == Original(id=2, why=Why.NAMED, named_by=(3, 4))
    agency = carrier(5, "新华社", hours=6)
    assert original_of([carrier(1), site, agency, *portals]).named_by == (2, 3, 4)
    assert original_of([carrier(1), carrier(2, "人民网", hours=5), *portals]).why is Why.EARLIEST


def test_of_two_that_name_each_other_the_earlier_is_the_original() -> None:
    given_ = [carrier(1, "甲日报", hours=1, credits_=("乙日报",)), carrier(2, "乙日报", credits_=("甲日报",))]
    assert original_of(given_).id == 2
    assert original_of(given_[::-1]).id == 2


def test_a_source_that_several_name_and_that_is_not_there_is_told() -> None:
    found = original_of([carrier(1, credits_=("齐鲁晚报",)), carrier(2, hours=1, credits_=("齐鲁晚报",))])
    assert (found.id, found.absent) == (1, "齐鲁晚报")
    assert "齐鲁晚报, which several name as their source, is not among them" in found.sentence()
    assert original_of([carrier(1, credits_=("齐鲁晚报",)), carrier(2, hours=1)]).absent == ""


def test_a_day_alone_is_no_earlier_than_a_minute_of_that_day() -> None:
    day = Carrier(id=1, names=("甲网",), published_at=NOON, first_seen_at=NOON + timedelta(days=3), span=timedelta(1))
    assert original_of([day, carrier(2, hours=8, seen=99)]).id == 2
    assert original_of([day, carrier(2, hours=30, seen=99)]).id == 1
    seen_early = replace(day, first_seen_at=NOON + timedelta(hours=4))
    assert original_of([seen_early, carrier(2, hours=8, seen=99)]).id == 1


def test_nobody_is_the_original_for_naming_itself() -> None:
    assert original_of([carrier(1), carrier(2, "人民网", hours=2, credits_=("人民网",))]).id == 1


def test_else_the_earliest_is_the_original() -> None:
    assert original_of([carrier(1, hours=1), carrier(2, hours=0)]) == Original(id=2, why=Why.EARLIEST)


def test_a_date_in_the_future_of_its_visit_is_not_believed() -> None:
    assert original_of([carrier(1, hours=60, seen=1), carrier(2, hours=2, seen=3)]).id == 1
    assert original_of([carrier(1, hours=None, seen=5), carrier(2, hours=2, seen=9)]).id == 2


def test_what_was_seen_first_decides_between_equal_dates() -> None:
    assert original_of([carrier(1, seen=5), carrier(2, seen=3)]).id == 2


def test_who_is_alone_is_the_original() -> None:
    assert original_of([carrier(1)]) == Original(id=1, why=Why.ALONE)


@given(st.permutations([carrier(1, hours=3), carrier(2, "人民网"), carrier(3, credits_=("人民网",)), carrier(4)]))
def test_the_order_of_the_members_does_not_matter(members: list[Carrier]) -> None:
    assert original_of(members) == Original(id=2, why=Why.NAMED, named_by=(3,))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("来源：人民日报客户端\n正文", ("人民日报客户端",)),
        ("本文转自：人民网-山东频道\n正文", ("人民网-山东频道",)),
        ("正文\n（稿源：新华社）", ("新华社",)),
        ("正文里没有说", ()),
        ("图片来源：新华社\n改造的资金来源：财政拨款", ()),
    ],
)
def test_a_text_says_where_it_comes_from(text: str, named: tuple[str, ...]) -> None:
    assert credits_of(text) == named


@pytest.mark.parametrize("why", list(Why))
def test_every_reason_is_a_sentence(why: Why) -> None:
    assert Original(id=1, why=why, named_by=(2, 3)).sentence()


def test_those_who_name_a_source_are_told_by_name() -> None:
    found = Original(id=1, why=Why.NAMED, named_by=(2, 3, 4, 5))
    assert found.sentence(["甲网", "甲网", "乙网"]) == "named as the source by 甲网, 乙网"
    assert found.sentence(["甲网", "乙网", "丙网", "丁网"]) == "named as the source by 甲网, 乙网, 丙网 and 1 more"

"""The first relevance rule. All sample texts are synthetic: written for these tests, about a made-up district."""

from dataclasses import replace

import pytest

from crawler.profile import District
from crawler.relevance import relevance
from storage.records import Extraction, Lead, Person, Relevance, Scope

NEW_AREA = District(
    code="110100",
    name="东湖新区",
    city="样例市",
    province="样例省",
    full_name="样例东湖新区",
    former_names=("样例高新区", "湖东开发区"),
    places=("柳林街道", "石桥镇"),
    places_partial=("北河镇",),
    landmarks=("湖畔科技园",),
    false_friends=("东湖新区域", "大石桥镇", "柳林街道口"),
)
#: A district whose name other cities have too.
SUNNY = District(
    code="110105",
    name="向阳区",
    city="样例市",
    province="样例省",
    full_name="样例市向阳区",
    false_friends=("向阳区域",),
)


def page(text: str = "", title: str = "一则消息", **fields: str) -> Extraction:
    return replace(Extraction(extractor="test/1", title=title, text=text), **fields)  # type: ignore[arg-type]


def judged(extraction: Extraction, district: District = NEW_AREA, publisher: str = "") -> Relevance:
    return relevance(extraction, district, Scope.DISTRICT, publisher=publisher)


def test_a_source_that_is_taken_whole_needs_no_name() -> None:
    assert relevance(page("天气晴好。"), NEW_AREA, Scope.ALL) == Relevance(about=True, where="source")


def test_a_text_without_a_name_is_not_about_the_district() -> None:
    assert judged(page("样例市今日天气晴好。")) == Relevance(about=False)


def test_a_unique_name_stands_alone() -> None:
    assert judged(page("昨日,东湖新区举行比赛。")) == Relevance(about=True, names=("东湖新区",), where="text")


@pytest.mark.parametrize("field", ["title", "kicker", "subtitle"])
def test_the_headline_and_the_lines_around_it_are_the_title(field: str) -> None:
    found = judged(page("昨日举行比赛。", **{field: "东湖新区办赛事"}))
    assert found == Relevance(about=True, names=("东湖新区",), where="title")


@pytest.mark.parametrize("name", ["样例高新区", "湖东开发区", "柳林街道", "石桥镇", "湖畔科技园"])
def test_another_name_counts_when_the_text_names_the_city(name: str) -> None:
    found = judged(page(f"记者在样例看到,{name}的道路已经修好。"))
    assert found == Relevance(about=True, names=(name,), where="text")


@pytest.mark.parametrize("name", ["湖东开发区", "柳林街道", "石桥镇", "湖畔科技园"])
def test_another_name_without_the_city_is_shown_and_not_enough(name: str) -> None:
    assert judged(page(f"{name}的道路已经修好。")) == Relevance(about=False, names=(name,))


@pytest.mark.parametrize("field", ["credit", "origin", "paper"])
def test_the_city_in_the_credit_or_the_newspaper_is_context_enough(field: str) -> None:
    assert judged(page("石桥镇的道路已经修好。", **{field: "样例日报"})).about


def test_the_city_in_the_publishers_name_is_context_enough() -> None:
    assert judged(page("石桥镇的道路已经修好。"), publisher="样例日报社").about
    assert not judged(page("石桥镇的道路已经修好。"), publisher="某某日报社").about


def test_a_name_that_other_cities_have_too_needs_its_city() -> None:
    assert not judged(page("向阳区的道路已经修好。"), SUNNY).about
    assert judged(page("样例的向阳区修好了道路。"), SUNNY).about
    assert judged(page("样例市向阳区修好了道路。"), SUNNY).names == ("样例市向阳区",)


def test_a_town_of_which_a_part_is_inside_is_shown_and_never_decides() -> None:
    assert judged(page("样例市北河镇的道路已经修好。")) == Relevance(about=False, names=("北河镇",))
    assert judged(page("北河镇到东湖新区的道路已经修好。")).names == ("北河镇", "东湖新区")


@pytest.mark.parametrize("text", ["样例市建设东湖新区域中心。", "样例市大石桥镇。", "样例市柳林街道口。"])
def test_a_name_inside_a_longer_false_friend_is_no_name(text: str) -> None:
    assert judged(page(text)) == Relevance(about=False)


def test_a_false_friend_does_not_hide_the_name_elsewhere() -> None:
    assert judged(page("东湖新区域规划公布,东湖新区受益。")).names == ("东湖新区",)


def test_a_false_friend_inside_a_name_does_not_hide_it() -> None:
    assert judged(page("东湖新区举行比赛。"), replace(NEW_AREA, false_friends=("东湖", "新区"))).about


@pytest.mark.parametrize(
    "text",
    [
        "东湖 新区举行比赛。",
        "东湖\n新区举行比赛。",
        "东\u3000湖\u200b新\u00a0区举行比赛。",
    ],
)
def test_a_name_broken_by_white_space_or_a_line_end_is_found(text: str) -> None:
    assert judged(page(text)).names == ("东湖新区",)


def test_compatibility_forms_are_the_characters_they_stand_for() -> None:
    assert judged(page("样例市⽯桥镇修路。")).names == ("石桥镇",)  # U+2F6F, the radical


def test_a_byline_or_a_link_to_another_story_says_nothing_about_the_text() -> None:
    text = page("天气晴好。")
    assert not judged(replace(text, byline=(Person(name="东湖新区"),), leads=(Lead(title="东湖新区新闻"),))).about


def test_names_are_told_once_in_order_of_appearance_headline_first() -> None:
    found = judged(page("石桥镇与柳林街道,石桥镇又一次。样例市。", title="湖畔科技园来了新人"))
    assert found == Relevance(about=True, names=("湖畔科技园", "石桥镇", "柳林街道"), where="title")


def test_a_headline_name_that_does_not_count_leaves_the_decision_to_the_text() -> None:
    found = judged(page("东湖新区举行比赛。", title="北河镇的路"))
    assert found == Relevance(about=True, names=("北河镇", "东湖新区"), where="text")


def test_the_profile_may_write_its_names_with_spaces() -> None:
    assert judged(page("东湖新区举行比赛。"), replace(NEW_AREA, name="东湖 新区")).names == ("东湖 新区",)


def test_an_empty_page_is_not_about_anything() -> None:
    assert judged(page("", title="")) == Relevance(about=False)

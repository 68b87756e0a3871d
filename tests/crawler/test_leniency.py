"""Whether a text that older rules read may be the one that today's rules read. All texts are synthetic."""

import pytest

from crawler.leniency import may_be_same
from storage.records import Extraction
from tests.builders import NOW

FIRST = "步道全长三公里，从湖的北岸到南岸。"
SECOND = "市民可以免费进入，周日全天开放。"


def read(*paragraphs: str, title: str = "湖边步道开放", dropped: bool = False) -> Extraction:
    at = NOW if dropped else None
    return Extraction(extractor="html/1", title=title, text="\n".join(paragraphs), text_dropped_at=at)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((FIRST, SECOND), (FIRST, SECOND)),
        ((FIRST, SECOND, "分享到微信", "相关阅读：别的消息"), (FIRST, SECOND)),
        ((FIRST,), (FIRST, SECOND)),
        ((FIRST + SECOND,), (FIRST, SECOND)),
        ((FIRST, SECOND, "分享到微信"), ("图片说明：湖边", FIRST, SECOND)),
        ((), (FIRST,)),
    ],
    ids=["the same", "a list left out", "a paragraph found", "divided otherwise", "both", "nothing was read"],
)
def test_whole_paragraphs_are_the_rules(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    assert may_be_same(read(*old), read(*new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((FIRST, SECOND), (FIRST.replace("三", "四"), SECOND)),
        ((FIRST, SECOND), ("昨天的会议讨论了供水。", "与会者一致同意扩建水厂。")),
        ((FIRST, SECOND, "分享到微信"), (FIRST, SECOND.replace("周日", "周六"))),
    ],
    ids=["a number", "another text", "a day, and a list left out"],
)
def test_a_change_within_a_paragraph_is_an_edit(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    assert not may_be_same(read(*old), read(*new))


def test_a_headline_may_lose_the_name_of_its_site_and_not_more() -> None:
    assert may_be_same(read(FIRST, title="湖边步道开放_示例网"), read(FIRST))
    assert not may_be_same(read(FIRST, title="湖边步道关闭"), read(FIRST))


def test_without_the_old_text_the_headline_decides() -> None:
    assert may_be_same(read(dropped=True), read(FIRST))
    assert not may_be_same(read(dropped=True, title="供水通知"), read(FIRST))


def test_texts_of_many_paragraphs_without_a_partner_are_two() -> None:
    common = [f"第{number}段共同的文字，说明步道的第{number}处景点。" for number in range(200)]
    one = [*common, *(f"a{number}" for number in range(61))]
    assert not may_be_same(read(*one), read(*common))

"""What is usual on a site, and what is not like it. All texts are made up."""

from typing import Any

import pytest

from crawler.habits import ENOUGH, NEWEST, SiteReading, site_reading, unlike
from storage.records import Extraction
from tests.builders import NOW

WORDS = "望海区今天召开会议，部署秋冬季森林防火工作，要求各街道压实责任、细化措施。"


def reading(name: object = "new", **fields: Any) -> SiteReading:
    defaults: dict[str, Any] = {
        "extractor": "html/1",
        "title": "望海区召开会议",
        "text": f"第{name}次。{WORDS}",
        "credit": "望海日报",
        "published_at": NOW,
        "evidence": {"text": "container:zoom"},
    }
    return site_reading(f"http://www.example.cn/{name}.html", Extraction(**defaults | fields))


def others(count: int = NEWEST, **fields: Any) -> list[SiteReading]:
    return [reading(number, **fields) for number in range(count)]


def test_a_page_like_the_others_is_like_its_site() -> None:
    assert unlike(reading(), others()) is None


def test_a_text_from_another_container_is_unlike() -> None:
    said = unlike(reading(evidence={"text": "density:div"}), others())
    assert said == "of the last 30 pages of this site 30 have their text in container:zoom, this one in density"


def test_too_few_pages_say_nothing() -> None:
    assert unlike(reading(evidence={"text": "density:div"}), others(ENOUGH - 1)) is None


def test_where_a_tenth_is_elsewhere_nothing_is_usual() -> None:
    mixed = [*others(26), *(reading(f"x{number}", evidence={"text": "density:p"}) for number in range(4))]
    assert unlike(reading(evidence={"text": "density:div"}), mixed) is None


def test_two_boxes_found_by_density_are_one_place() -> None:
    assert unlike(reading(evidence={"text": "density:p"}), others(evidence={"text": "density:div"})) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"credit": ""}, "30 state a source and this one does not"),
        ({"published_at": None}, "30 state a day and this one does not"),
    ],
)
def test_a_page_that_lacks_what_all_others_have_is_unlike(fields: dict[str, Any], said: str) -> None:
    assert said in str(unlike(reading(**fields), others()))
    assert unlike(reading(**fields), others(NEWEST, **fields)) is None


def test_a_line_that_stands_in_many_pages_is_a_template_s() -> None:
    line = "望海网客户端下载，扫描左侧二维码，随时了解望海"
    past = [*others(20), *(reading(f"x{number}", text=f"{number}\n{line}") for number in range(10))]
    said = str(unlike(reading(text=f"{WORDS}\n{line}"), past))
    assert "10 have the same line as this one" in said
    assert unlike(reading(text=f"{WORDS}\n{line}"), past[:22]) is None


def test_a_sentence_that_an_office_likes_is_not_unless_most_have_it() -> None:
    phrase = "与此同时，区里还开通了热线电话，全天候受理群众意见。"
    past = [
        reading(number, text=f"第{number}次。\n{phrase}" if number < 15 else f"第{number}次。") for number in range(30)
    ]
    assert unlike(reading(text=f"{WORDS}\n{phrase}"), past) is None
    everywhere = [reading(number, text=f"第{number}次。\n{phrase}") for number in range(30)]
    assert "30 have the same line" in str(unlike(reading(text=f"{WORDS}\n{phrase}"), everywhere))


def test_a_greeting_that_stands_in_many_pages_is_not() -> None:
    assert unlike(reading(text=f"{WORDS}\n特此公告。"), others(text=f"{WORDS[1:]}\n特此公告。")) is None


def test_next_to_nothing_where_others_have_pages_is_unlike() -> None:
    long = "".join(f"第{number}句话是这样的。" for number in range(120))
    assert "this one has 9" in str(unlike(reading(text="望海区召开会议了。"), others(text=long)))
    assert unlike(reading(text="望海区召开会议了。"), others()) is None


def test_a_page_is_not_compared_with_itself() -> None:
    page = reading(1, evidence={"text": "density:div"})
    assert unlike(page, [page, *others(ENOUGH)[1:]]) is None

"""Cleaning, folding, hashing."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.copies.texts import document, printed, prose
from text.copies import sketch
from text.copies.cleaning import cleaned, is_boilerplate
from text.copies.folding import folded, folded_words
from text.copies.keys import fingerprint
from text.copies.phrases import settled
from text.copies.site_lines import SEEN, boilerplate, lines_of

anything = st.text(max_size=80)


@given(anything)
def test_a_folded_text_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("漢語與歷史", "汉语与历史"),
        ("羣衆爲先", "群众为先"),
        ("“引号”，顿号、空　格", "引号顿号空格"),
    ],
)
def test_widths_scripts_and_punctuation_do_not_count(one: str, other: str) -> None:
    assert folded_words(one) == folded_words(other)


def test_words_that_taiwan_says_differently_meet() -> None:
    assert settled("专案的资讯档案") == settled("项目的信息文件")


@pytest.mark.parametrize(
    "line",
    [
        "来源:某某网 2026-03-02",
        "(责任编辑:张三)",
        "字号:默认 大 超大",
        "首页 > 新闻中心 > 区县动态",
        "上一篇:没有了",
        "2026-03-02 10:20:30",
        "转自:某某客户端",
        "扫一扫在手机打开当前页",
    ],
)
def test_what_a_page_wraps_around_a_text_is_dropped(line: str) -> None:
    text = prose(1)
    assert is_boilerplate(line)
    assert cleaned(f"{line}\n{text}\n{line}") == cleaned(text)


def test_a_list_of_other_stories_is_cut() -> None:
    text = prose(1)
    listed = "相关阅读\n某地举行展览\n...展览将持续到月底，观众可以免费参观并\n2026-03-01 08:00:00\n又一条标题"
    assert cleaned(f"{text}\n{listed}") == cleaned(text)


def test_a_text_of_nothing_but_boilerplate_is_kept_as_it_is() -> None:
    assert cleaned("来源:某某网").own == "来源某某网"


def test_the_dateline_of_an_agency_is_dropped() -> None:
    text = prose(2)
    assert cleaned(f"新华社某地3月2日电(记者张三){text}") == cleaned(text)


def test_lines_that_many_texts_of_a_site_have_are_learnt_and_the_key_stays() -> None:
    counted: dict[str, int] = {}
    for number in range(SEEN):
        for line in lines_of(f"{prose(number)}\n关注我们获得更多身边事"):
            counted[line] = counted.get(line, 0) + 1
    learnt = boilerplate(counted)
    assert learnt == {"关注我们获得更多身边事"}
    text = document(1, f"{prose(99)}\n关注我们获得更多身边事")
    assert fingerprint(text, learnt).key == fingerprint(text).key
    assert fingerprint(text, learnt).reading.words == fingerprint(document(1, prose(99))).reading.words


@given(st.text(min_size=8, max_size=60))
def test_every_window_has_the_hash_that_it_has_alone(text: str) -> None:
    hashes = sketch.windows(text)
    assert hashes == [sketch.windows(text[at : at + 8])[0] for at in range(len(text) - 7)]


def test_windows_that_differ_have_different_hashes() -> None:
    draw = random.Random(1)
    made = {"".join(chr(draw.randrange(0x4E00, 0x9FFF)) for _ in range(8)) for _ in range(20_000)}
    assert len({sketch.windows(each)[0] >> 16 for each in made}) == len(made)


def test_what_is_stored_is_asked() -> None:
    one = printed(prose(3, 60))
    few, many = (set(sketch.stored(one.hashes(), one.length, crowded=each)) for each in (False, True))
    assert few < many <= set(sketch.asked(one.hashes(), one.length))


def test_boilerplate_hashes_are_replaced_by_the_next() -> None:
    one = printed(prose(3, 60))
    first = sketch.stored(one.hashes(), one.length)
    rest = sketch.stored(one.hashes(), one.length, hot=set(first[:5]))
    assert set(rest).isdisjoint(first[:5])
    assert len(rest) == len(first)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "字",
        "。",
        "字" * 1_000_000,
        "no Chinese here at all, only words " * 5,
        "\ud800",
        "\x00\n\r\x85",
        "①②③" * 40,
        "𠮷" * 30,
    ],
)
def test_hostile_texts_are_read(text: str) -> None:
    one = printed(text)
    assert one.key == printed(text).key
    assert list(one.hashes()) == sorted(one.hashes())

"""Bylines in all their forms. The names are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.imports.people import find_editors, names_in, read_editors, read_people
from storage.records import Person, Role

REPORTER, CORRESPONDENT, PHOTO, AUTHOR = Role.REPORTER, Role.CORRESPONDENT, Role.PHOTO, Role.AUTHOR


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("□云溪晚报全媒体记者 田禾", [("田禾", REPORTER)]),
        ("通讯员 柳春生 云溪晚报全媒体记者 田禾", [("柳春生", CORRESPONDENT), ("田禾", REPORTER)]),
        ("■本报记者 田 禾 柳春生", [("田禾", REPORTER), ("柳春生", REPORTER)]),
        ("●记　者　田　禾　　石　泉", [("田禾", REPORTER), ("石泉", REPORTER)]),
        ("◆见习记者 田禾 实习生 石小泉", [("田禾", REPORTER), ("石小泉", REPORTER)]),
        ("记者田禾、柳春生 通讯员石泉", [("田禾", REPORTER), ("柳春生", REPORTER), ("石泉", CORRESPONDENT)]),
        ("记者：田禾 通讯员：石泉", [("田禾", REPORTER), ("石泉", CORRESPONDENT)]),
        ("本报记者 田禾 摄", [("田禾", PHOTO)]),
        ("清河商报·清河新闻网 田禾 通讯员 石泉", [("田禾", REPORTER), ("石泉", CORRESPONDENT)]),
        ("文/图 云溪晚报记者 田禾", [("田禾", REPORTER)]),
        ("云溪网记者 田禾 清河报道", [("田禾", REPORTER)]),
        ("记者 欧阳 修 诸葛 明", [("欧阳修", REPORTER), ("诸葛明", REPORTER)]),
        ("记者 古丽·买买提", [("古丽·买买提", REPORTER)]),
        ("田禾 石泉", [("田禾", AUTHOR), ("石泉", AUTHOR)]),
    ],
)
def test_a_byline_names_people_with_their_roles(line: str, expected: list[tuple[str, Role]]) -> None:
    assert read_people(line) == tuple(Person(name=name, role=role) for name, role in expected)


@pytest.mark.parametrize("line", ["□本报评论员", "■本报通讯员"])
def test_a_byline_without_a_name_is_still_a_byline(line: str) -> None:
    assert read_people(line) == ()


@pytest.mark.parametrize(
    "line", ["", "□", "■特写", "完", "资料图", "江苏", "记者 从市政府获悉", "●在新时代，要做好这项工作", "责编：田禾"]
)
def test_what_is_no_byline_names_nobody(line: str) -> None:
    assert read_people(line) is None


def test_names_without_anything_between_them_are_taken_apart() -> None:
    assert names_in("田禾柳春生石泉") == ("田禾", "柳春生", "石泉")


def test_of_two_ways_to_take_names_apart_the_one_with_the_commoner_surnames_wins() -> None:
    assert names_in("张伟龙石洪") == ("张伟龙", "石洪")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("责任编辑：田禾 美编：石泉 校对：柳春生", ["田禾", "石泉", "柳春生"]),
        ("（责编:田禾、石泉）", ["田禾", "石泉"]),
        ("值班编委/田禾 本版编辑/石 泉", ["田禾", "石泉"]),
        ("编辑:田禾责编:石泉主编:柳春生", ["田禾", "石泉", "柳春生"]),
    ],
)
def test_editors_stand_behind_their_labels(line: str, names: list[str]) -> None:
    assert read_editors(line) == tuple(Person(name=name, role=Role.EDITOR) for name in names)


@pytest.mark.parametrize("line", ["编辑部设在清河县", "主编说：这期报纸不错。", "今日编辑"])
def test_prose_about_editors_is_no_editors_line(line: str) -> None:
    assert read_editors(line) is None


def test_a_page_header_names_its_editors_at_the_end() -> None:
    header = "第A2版:要闻 2024年4月13日 星期六 责编 田禾 美编 石泉"
    assert [person.name for person in find_editors(header)] == ["田禾", "石泉"]


@given(
    st.text(alphabet="记者通讯员摄文图编辑责□（）()/:： 　、田禾石泉报社网·\n", max_size=120) | st.text(max_size=120)
)
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    read_people(text)
    read_editors(text)
    find_editors(text)

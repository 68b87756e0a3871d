"""Who wrote and who edited a text. All names are made up."""

import pytest

from crawler.extract.names import credited, is_name, people
from storage.records import Role
from tests.crawler.extract.pages import PARAGRAPHS, page, read


def named(text: str) -> list[tuple[str, str]]:
    return [(person.name, person.role.value) for person in credited(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("记者 段彦超 廖艳", [("段彦超", "记者"), ("廖艳", "记者")]),
        ("□望海晚报全媒体记者 武 霖", [("武霖", "记者")]),
        ("□记 者 卢 鹏", [("卢鹏", "记者")]),
        ("通讯员 孙安宁 望海晚报全媒体记者 武霈", [("孙安宁", "通讯员"), ("武霈", "记者")]),
        ("望海商报·速报网 李冬访 通讯员 孙安宁", [("李冬访", "记者"), ("孙安宁", "通讯员")]),
        ("望海网记者 张芳 菏泽报道", [("张芳", "记者")]),
        ("记者 张啸 摄", [("张啸", "摄")]),
        ("文/栗思", [("栗思", "作者")]),
        ("文/图 王伟", [("王伟", "作者")]),
        ("执笔/叨叨姐、胡一刀&李小飞刀", [("叨叨姐", "作者"), ("胡一刀", "作者"), ("李小飞刀", "作者")]),
        ("评论员 罗博 萧海川", [("罗博", "作者"), ("萧海川", "作者")]),
        ("记者17日从区卫生健康局获悉", []),
        ("记者了解到", []),
        ("记者从会上获悉", []),
    ],
)
def test_a_byline_is_split_into_people_and_roles(text: str, expected: list[tuple[str, str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize("word", ["王燕", "欧阳海", "司马相如", "李小溪"])
def test_a_surname_and_two_to_four_characters_are_a_name(word: str) -> None:
    assert is_name(word)


@pytest.mark.parametrize(
    "word", ["望海网", "时间", "山东", "解读", "办公室", "燕", "望海区人民政府", "admin", "高新区"]
)
def test_other_words_are_no_names(word: str) -> None:
    assert not is_name(word)


def test_one_word_that_is_no_name_spoils_an_unlabelled_list() -> None:
    assert people("王燕 望海网") == ()


@pytest.mark.parametrize(
    ("bar", "extra", "expected"),
    [
        ("<div>作者: 王燕 来源: 望海日报 发表时间: 2026-11-12 08:55</div>", (), ["王燕"]),
        ("<div><span>2026-11-12 08:05</span><span>来源：望海网</span><span>作者：李在山</span></div>", (), ["李在山"]),
        ("<div><span>2026-11-12 08:05</span> <a>望海网</a> <span>王帆</span></div>", (), ["王帆"]),
        ("<div>2026-11-12 来源：望海网</div>", ("（孙安宁 王 燕）",), ["孙安宁", "王燕"]),
        ("<div>2026-11-12 来源：望海网</div>", ("望海晚报记者 陆一夫",), ["陆一夫"]),
        ("<div>2026-11-12 来源：望海网</div>", ("作者 王之言 高孜然", "编辑 周小满"), ["王之言", "高孜然"]),
        ("<div>2026-11-12 来源：望海网</div>", ("图为会议现场。记者 张啸 摄",), []),
        ("<div>2026-11-12 来源：望海网 作者：</div>", (), []),
        ("<div>2026-11-12 来源：望海网 作者：办公室</div>", (), []),
        ("<div>2026-11-12 来源：望海网 作者：admin</div>", (), []),
    ],
)
def test_the_byline_is_found_where_it_stands(bar: str, extra: tuple[str, ...], expected: list[str]) -> None:
    assert [person.name for person in read(page(*extra, bar=bar)).byline] == expected


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("本报讯（记者 武 霖 通讯员 林小溪）", ["武霖", "林小溪"]),
        ("中国望海网消息 (记者 王燕)", ["王燕"]),
        ("新望社望海11月12日电（记者陈一鸣、刘颖）", ["陈一鸣", "刘颖"]),
        ("新望社望海11月12日电 记者12日从会上获悉，", []),
    ],
)
def test_the_byline_of_a_dateline_is_read_and_stays_in_the_text(lead: str, expected: list[str]) -> None:
    result = read(page().replace(PARAGRAPHS[0], lead + PARAGRAPHS[0]))
    assert [person.name for person in result.byline] == expected
    assert result.text.startswith(lead)


def test_the_meta_author_is_not_the_byline() -> None:
    assert read(page(head='<meta name="author" content="王敏">')).byline == ()


def test_editors_are_kept_apart() -> None:
    result = read(page("（记者 王燕）", "初审编辑：李强 责任编辑：赵晓楠 PK123"))
    assert [person.name for person in result.byline] == ["王燕"]
    assert [(person.name, person.role) for person in result.editors] == [("李强", Role.EDITOR), ("赵晓楠", Role.EDITOR)]

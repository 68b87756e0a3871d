"""The text of snapshot pages. Every page is synthetic; so are its archive, people and events."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.imports.snapshot_text import read_snapshot_text, snapshot_host
from storage.records import Lead, Person, Precision, Role

TEXT = (
    "清河县今年新建八个村级服务站,群众在家门口就能办理三十多项业务。",
    "“以前要跑半天,现在几分钟就办好了。”村民田大山说。",
    "下一步,该县将把服务站建到每个村庄,让更多群众受益。",
)
NOTICES = (
    "以上内容为资讯信息快照,由snap.example.cn爬虫进行采集并收录,本站未对信息做任何修改,信息内容不代表本站立场。",
    "快照生成时间:2024-04-13 08:05:09",
    "本站信息快照查询为非营利公共服务,如有侵权请联系我们进行删除。",
    "信息原文地址:",
)
RELATED = (
    "...务站建设进度加快,目前已有五个投入使用,其余三个正在装修",
    "2024-03-02 10:28:00",
    "清河:小站点托起大民生",
    "...走进柳树庄服务站,几位村民正在窗口办理业务,工作人员耐心",
    "2024-02-25 9:05:00",
)


def snapshot(
    *,
    navigation: tuple[str, ...] = ("• 我的订阅", "  • 民生"),
    title: str = "清河县把服务站建到家门口",
    labels: str = "类别:民生 发布时间:2024-04-12 10:24:00 来源:清河资讯",
    origin: str = "本文转自:清河日报",
    text: tuple[str, ...] = TEXT,
    authors: str = "(田禾 石泉)",
    notices: tuple[str, ...] = NOTICES,
    related: tuple[str, ...] = RELATED,
    end: str = "更多关于民生的资讯:",
) -> str:
    body = (*text[:-1], text[-1] + authors)
    blocks = ["\n".join(navigation), title, labels, origin, *body, *notices, "\n".join((*related, end))]
    return "\n\n".join(block for block in blocks if block)


def test_a_whole_page_is_read_in_its_order() -> None:
    read = read_snapshot_text(snapshot())
    assert read.title == "清河县把服务站建到家门口"
    assert (read.category, read.credit, read.origin) == ("民生", "清河资讯", "清河日报")
    assert read.published_at == datetime(2024, 4, 12, 2, 24, tzinfo=UTC)
    assert read.published_precision is Precision.MINUTE
    assert read.stated_snapshot_at == datetime(2024, 4, 13, 0, 5, 9, tzinfo=UTC)
    assert read.text == "\n".join(TEXT)
    assert read.byline == (Person(name="田禾"), Person(name="石泉"))
    assert read.evidence["byline"] == "snapshot:last-brackets"
    assert (read.canonical_url, read.truncated) == ("", False)


def test_related_stories_are_leads_and_no_text() -> None:
    first, second = read_snapshot_text(snapshot()).leads
    assert first == Lead(snippet=RELATED[0], published_at=datetime(2024, 3, 2, 2, 28, tzinfo=UTC))
    assert second == Lead(title=RELATED[2], snippet=RELATED[3], published_at=datetime(2024, 2, 25, 1, 5, tzinfo=UTC))


def test_a_page_without_origin_authors_and_list() -> None:
    read = read_snapshot_text(snapshot(origin="", authors="", related=(), end=""))
    assert (read.origin, read.byline, read.leads, read.text) == ("", (), (), "\n".join(TEXT))


def test_full_width_punctuation_is_read_like_half_width() -> None:
    page = snapshot(
        labels="类别：民生　发布时间：2024-04-12 10:24:00　来源：清河资讯",
        origin="本文转自：清河日报",
        authors="（田禾　石泉）",
        notices=(
            "以上内容为资讯信息快照，由snap.example.cn爬虫进行采集并收录，本站未对信息做任何修改，信息内容不代表本站立场。",
            "快照生成时间：2024-04-13 08:05:09",
            "信息原文地址：",
        ),
    )
    assert read_snapshot_text(page) == read_snapshot_text(snapshot())


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_do_not_matter(end: str) -> None:
    assert read_snapshot_text(snapshot().replace("\n", end)) == read_snapshot_text(snapshot())


def test_another_archive_is_read_the_same() -> None:
    page = snapshot().replace("snap.example.cn", "kuaizhao.example.org")
    assert read_snapshot_text(page).text == "\n".join(TEXT)
    assert snapshot_host(page) == "kuaizhao.example.org"
    assert snapshot_host("没有快照") == ""


def test_the_category_comes_from_the_navigation_where_the_label_is_missing() -> None:
    read = read_snapshot_text(snapshot(labels="发布时间:2024-04-12 10:24:00 来源:清河资讯"))
    assert (read.category, read.evidence["category"]) == ("民生", "snapshot:navigation")
    assert read.credit == "清河资讯"


def test_a_page_without_navigation_and_category_has_none() -> None:
    read = read_snapshot_text(snapshot(navigation=(), labels="发布时间:2024-04-12 10:24:00 来源:清河资讯"))
    assert (read.category, read.title) == ("", "清河县把服务站建到家门口")


@pytest.mark.parametrize(
    "labels",
    [
        "来源:清河资讯 类别:民生 发布时间:2024-04-12 10:24",
        "发布时间：2024年04月12日 10:24 | 来源：清河资讯 | 类别：民生",
        "类别:民生\n发布时间:2024-04-12 10:24:00\n来源:清河资讯",
        "类别:民生\n\n来源:清河资讯 2024-04-12 10:24:00",
        "2024-04-12 10:24:00 来源:清河资讯 类别:民生",
    ],
)
def test_labels_come_in_any_order_and_on_any_lines(labels: str) -> None:
    read = read_snapshot_text(snapshot(labels=labels))
    assert (read.category, read.credit) == ("民生", "清河资讯")
    assert read.published_at == datetime(2024, 4, 12, 2, 24, tzinfo=UTC)
    assert (read.title, read.text) == ("清河县把服务站建到家门口", "\n".join(TEXT))


def test_a_day_alone_is_a_day() -> None:
    read = read_snapshot_text(snapshot(labels="类别:民生 发布时间:2024-04-12 来源:"))
    assert (read.published_precision, read.credit) == (Precision.DAY, "")


@pytest.mark.parametrize(
    "address",
    [
        ("信息原文地址:https://news.example.cn/a/1.html",),
        ("信息原文地址：", "https://news.example.cn/a/1.html"),
        ("原文链接: https://news.example.cn/a/1.html",),
    ],
)
def test_the_original_address_is_the_canonical_url(address: tuple[str, ...]) -> None:
    read = read_snapshot_text(snapshot(notices=(*NOTICES[:3], *address)))
    assert read.canonical_url == "https://news.example.cn/a/1.html"
    assert len(read.leads) == 2


def test_times_are_those_of_the_given_zone() -> None:
    read = read_snapshot_text(snapshot(), zone="UTC")
    assert read.published_at == datetime(2024, 4, 12, 10, 24, tzinfo=UTC)
    assert read.stated_snapshot_at == datetime(2024, 4, 13, 8, 5, 9, tzinfo=UTC)
    assert read.leads[0].published_at == datetime(2024, 3, 2, 10, 28, tzinfo=UTC)


@pytest.mark.parametrize("tail", ["(完)", "(资料图)", "(来源:清河日报)", "(共八个)"])
def test_brackets_that_hold_no_names_stay(tail: str) -> None:
    read = read_snapshot_text(snapshot(authors=tail))
    assert read.text.endswith(tail)
    assert read.byline == ()


@pytest.mark.parametrize(
    ("tail", "people"),
    [
        ("(记者 田禾)", [Person(name="田禾", role=Role.REPORTER)]),
        ("\n\n(田禾)", [Person(name="田禾")]),
        ("\n\n□本报记者 田禾", [Person(name="田禾", role=Role.REPORTER)]),
    ],
)
def test_authors_are_taken_off_the_end(tail: str, people: list[Person]) -> None:
    read = read_snapshot_text(snapshot(authors=tail))
    assert (read.text, list(read.byline)) == ("\n".join(TEXT), people)


def test_editors_are_no_authors() -> None:
    read = read_snapshot_text(snapshot(authors="(田禾)\n\n责任编辑：石泉"))
    assert (read.text, read.byline) == ("\n".join(TEXT), (Person(name="田禾"),))
    assert read.editors == (Person(name="石泉", role=Role.EDITOR),)


def test_notices_come_in_any_order() -> None:
    plea = "如有侵权请联系我们进行删除,转载内容不代表本站立场。"
    assert read_snapshot_text(snapshot(notices=(plea, NOTICES[1], NOTICES[0]))).text == "\n".join(TEXT)


def test_notices_glued_to_the_last_paragraph_are_cut_off() -> None:
    page = snapshot().replace("(田禾 石泉)\n\n以上", "(田禾 石泉)以上")
    assert read_snapshot_text(page) == read_snapshot_text(snapshot())


def test_a_list_without_notices_before_it_is_still_found() -> None:
    read = read_snapshot_text(snapshot(notices=()))
    assert read.text == "\n".join(TEXT)
    assert len(read.leads) == 2
    headed = read_snapshot_text(snapshot(notices=(), related=("相关阅读", *RELATED)))
    assert (headed.text, headed.leads) == (read.text, read.leads)


def test_a_repeated_headline_and_a_tool_bar_are_no_text() -> None:
    read = read_snapshot_text(snapshot(origin="清河县把服务站建到家门口\n\n【字体：大 中 小】"))
    assert read.text == "\n".join(TEXT)


def test_a_text_that_breaks_off_says_so() -> None:
    cut = (*TEXT[:-1], "下一步,该县将把服务站建到每个村庄,让更多群众不出村就能办")
    assert read_snapshot_text(snapshot(text=cut, authors="")).truncated


def test_a_page_that_begins_with_prose_has_no_title() -> None:
    read = read_snapshot_text(snapshot(navigation=(), title="", labels="", origin=""))
    assert (read.title, read.text) == ("", "\n".join(TEXT))


@given(
    st.text(max_size=300)
    | st.text(
        alphabet="•类别发布时间来源:：本文转自快照生成以上内容为原地址.…0123456789-/ \n(）（)年月日，。田禾",
        max_size=400,
    )
)
def test_no_page_is_too_odd_to_be_read(text: str) -> None:
    read = read_snapshot_text(text)
    assert "\n" not in read.title
    snapshot_host(text)

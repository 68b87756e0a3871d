"""Articles in the text of newspaper pages. Every page is synthetic; so are its paper, people and events."""

from datetime import UTC, date, datetime

import pytest

from crawler.imports.paper_text import read_masthead, read_paper_text
from storage.records import Extraction, Person, Precision, Role
from tests.crawler.imports.newsprint import LIBRARY, ROAD, TRAINING, page

ISSUE = date(2024, 4, 13)
REPORTER = Role.REPORTER


def read(text: str, paper: str = "云溪晚报") -> tuple[Extraction, ...]:
    return read_paper_text(text, paper=paper, issue=ISSUE)


def titles(found: tuple[Extraction, ...]) -> list[str]:
    return [article.title for article in found]


def names(article: Extraction) -> list[tuple[str, Role]]:
    return [(person.name, person.role) for person in article.byline]


def paragraphs(article: Extraction) -> list[str]:
    return article.text.split("\n")


# ------------------------------------------------------------------ pages of different papers
def test_a_page_with_a_kicker_a_byline_and_two_briefs() -> None:
    text = page(
        "送技到田头，服务到地头",
        "清河县种植户学上“新农技”",
        "□清河日报全媒体记者 田禾",
        *TRAINING,
        "一座馆 一城香",
        f"本报讯(清河日报全媒体记者 石 泉){LIBRARY[0]}",
        *LIBRARY[1:],
        "石桥镇修路便民",
        f"本报讯（通讯员 柳春生）{ROAD[0]}",
        ROAD[1],
    )
    first, second, third = read(text)
    assert (first.kicker, first.title) == ("送技到田头，服务到地头", "清河县种植户学上“新农技”")
    assert paragraphs(first) == list(TRAINING)
    assert names(first) == [("田禾", REPORTER)]
    assert (second.kicker, second.title, names(second)) == ("", "一座馆 一城香", [("石泉", REPORTER)])
    assert (third.title, names(third)) == ("石桥镇修路便民", [("柳春生", Role.CORRESPONDENT)])
    assert not any(article.truncated for article in (first, second, third))


def test_a_page_with_one_article_and_nothing_else() -> None:
    (article,) = read(page("石桥镇修路便民", "■本报记者 田禾", *ROAD))
    assert (article.title, article.kicker, article.text) == ("石桥镇修路便民", "", "\n".join(ROAD))


def test_a_page_header_gives_page_and_editors_and_no_text() -> None:
    text = page(
        "第A2版:要闻 2024年4月13日 星期六 责编 孟小满 美编 何苗",
        "图书馆搬新家",
        f"本报讯（记者 田禾）{LIBRARY[0]}",
        *LIBRARY[1:],
    )
    (article,) = read(text)
    assert article.page == "第A2版:要闻"
    assert [person.name for person in article.editors] == ["孟小满", "何苗"]
    assert article.title == "图书馆搬新家"
    assert "责编" not in article.text


def test_an_editors_line_at_the_foot_is_no_part_of_the_last_article() -> None:
    text = page("图书馆搬新家", f"本报讯（记者 田禾）{LIBRARY[0]}", LIBRARY[1], "本版责任编辑：孟小满 校对：何苗")
    (article,) = read(text)
    assert article.text.endswith(LIBRARY[1])
    assert not article.truncated
    assert article.editors == tuple(Person(name=name, role=Role.EDITOR) for name in ("孟小满", "何苗"))


def test_a_dashed_line_under_the_title_is_its_subtitle() -> None:
    text = page("把课堂搬到田里", "——清河县春季农技培训见闻", "□本报记者 田禾 通讯员 石泉", *TRAINING)
    (article,) = read(text)
    assert (article.title, article.subtitle) == ("把课堂搬到田里", "清河县春季农技培训见闻")
    assert names(article) == [("田禾", REPORTER), ("石泉", Role.CORRESPONDENT)]


def test_kicker_title_and_subtitle_stand_together() -> None:
    text = page("喜迎丰收节", "把课堂搬到田里", "——清河县春季农技培训见闻", "●本报记者 田禾", *TRAINING)
    (article,) = read(text)
    assert (article.kicker, article.title, article.subtitle) == (
        "喜迎丰收节",
        "把课堂搬到田里",
        "清河县春季农技培训见闻",
    )


def test_an_article_in_the_middle_may_break_off() -> None:
    text = page(
        "图书馆搬新家",
        f"本报讯（记者 田禾）{LIBRARY[0]}",
        "新馆共有五层，藏书八十万册，设有少儿阅览区、地方文献区和自习区，读者可以通过手机预约座",
        "石桥镇修路便民",
        f"本报讯（记者 石泉）{ROAD[0]}",
    )
    first, second = read(text)
    assert first.truncated
    assert first.text.endswith("手机预约座")
    assert (second.title, second.truncated) == ("石桥镇修路便民", False)


def test_a_column_break_fragment_is_never_a_title() -> None:
    text = page(
        "图书馆搬新家",
        "□本报记者 田禾",
        LIBRARY[0],
        "据了解，新馆还将定期",
        "举办讲座、展览和亲子阅读活动，让更多人爱上读书。",
        "据介绍，为方便读者借阅",
        "□本报记者 石泉",
    )
    (article,) = read(text)
    assert article.title == "图书馆搬新家"
    assert paragraphs(article)[:2] == [
        LIBRARY[0],
        "据了解，新馆还将定期举办讲座、展览和亲子阅读活动，让更多人爱上读书。",
    ]


@pytest.mark.parametrize("torn", ["云溪市将", "新馆还将进一步", "下一步，图书馆将", "三层设有"])
def test_the_torn_end_of_an_article_is_no_kicker_of_the_next(torn: str) -> None:
    text = page("图书馆搬新家", "□本报记者 田禾", LIBRARY[0], torn, "石桥镇修路便民", f"本报讯（记者 石泉）{ROAD[0]}")
    first, second = read(text)
    assert (first.truncated, second.kicker) == (True, "")
    assert first.text.endswith(torn)


@pytest.mark.parametrize(
    ("line", "kicker"), [("读者只要带上身份证件", ""), ("修好门前路，通向致富路", "修好门前路，通向致富路")]
)
def test_after_a_text_that_broke_off_only_a_crafted_line_is_a_kicker(line: str, kicker: str) -> None:
    torn = "新馆共有五层，藏书八十万册，设有少儿阅览区、地方文献区和自习区，开馆当天就来了六千多名"
    found = read(page("图书馆搬新家", "□田禾", LIBRARY[0], torn, line, "石桥镇修路便民", "□石泉", *ROAD))
    assert [article.kicker for article in found] == ["", kicker]
    assert found[0].truncated


def test_inside_a_page_the_third_line_above_a_byline_is_no_headline() -> None:
    text = page(
        "图书馆搬新家", "□田禾", LIBRARY[0], "新馆负责人王大山", "喜迎丰收 共享喜悦", "石桥镇修路便民", "□石泉", *ROAD
    )
    first, second = read(text)
    assert (second.kicker, second.title, second.subtitle) == ("喜迎丰收 共享喜悦", "石桥镇修路便民", "")
    assert first.text.endswith("新馆负责人王大山")


def test_a_report_without_a_title_is_a_paragraph_of_its_own() -> None:
    (article,) = read(
        page("图书馆搬新家", "□本报记者 田禾", LIBRARY[0], "下一步，图书馆将", f"本报讯（记者 石泉）{ROAD[0]}")
    )
    assert paragraphs(article) == [LIBRARY[0], "下一步，图书馆将", f"本报讯（记者 石泉）{ROAD[0]}"]


def test_a_box_under_an_article_begins_a_paragraph() -> None:
    (article,) = read(page("图书馆搬新家", "□本报记者 田禾", LIBRARY[0], "相关链接", LIBRARY[1]))
    assert paragraphs(article) == [LIBRARY[0], "相关链接", LIBRARY[1]]


def test_a_short_end_of_a_paragraph_is_never_a_kicker() -> None:
    text = page(
        "图书馆搬新家",
        "本报讯（记者 田禾）4月12日，云溪市图书馆新馆正式开放，",
        "方便更多读者。",
        "石桥镇修路便民",
        f"本报讯（记者 石泉）{ROAD[0]}",
    )
    first, second = read(text)
    assert first.text.endswith("正式开放，方便更多读者。")
    assert (second.kicker, second.title) == ("", "石桥镇修路便民")


def test_bylines_at_the_end_close_their_articles() -> None:
    text = page(
        "把课堂搬到田里",
        *TRAINING,
        "□本报记者 田禾",
        "图书馆搬新家",
        *LIBRARY,
        "□石泉",
        "石桥镇修路便民",
        *ROAD,
        "（柳春生）",
    )
    found = read(text)
    assert titles(found) == ["把课堂搬到田里", "图书馆搬新家", "石桥镇修路便民"]
    assert [names(article) for article in found] == [
        [("田禾", REPORTER)],
        [("石泉", Role.AUTHOR)],
        [("柳春生", Role.AUTHOR)],
    ]
    assert [article.text for article in found] == ["\n".join(text) for text in (TRAINING, LIBRARY, ROAD)]


def test_names_in_brackets_after_the_last_sentence_are_the_byline() -> None:
    text = page("图书馆搬新家", *LIBRARY[:-1], f"{LIBRARY[-1]}（田禾 石泉）", "石桥镇修路便民", *ROAD)
    first, second = read(text)
    assert first.text == "\n".join(LIBRARY)
    assert names(first) == [("田禾", Role.AUTHOR), ("石泉", Role.AUTHOR)]
    assert first.evidence["byline"] == "paper:last-brackets"
    assert second.title == "石桥镇修路便民"


def test_a_lede_before_the_byline_belongs_to_the_text() -> None:
    text = page("把课堂搬到田里", TRAINING[0], "□本报记者 田禾", *TRAINING[1:])
    (article,) = read(text)
    assert (article.title, article.text) == ("把课堂搬到田里", "\n".join(TRAINING))


def test_captions_break_neither_a_sentence_nor_make_a_title() -> None:
    text = page(
        "图书馆搬新家",
        "□本报记者 田禾",
        "4月12日，云溪市图书馆新馆正式开",
        "▲图为读者在新馆挑选图书。 本报记者 石泉 摄",
        "放，首日接待读者六千余人次。",
        "孩子们在少儿区读书（柳春生 摄）",
        LIBRARY[1],
    )
    (article,) = read(text)
    assert paragraphs(article) == [
        LIBRARY[0],
        "▲图为读者在新馆挑选图书。 本报记者 石泉 摄",
        "孩子们在少儿区读书（柳春生 摄）",
        LIBRARY[1],
    ]
    assert names(article) == [("田禾", REPORTER), ("石泉", Role.PHOTO), ("柳春生", Role.PHOTO)]


def test_agency_reports_are_credited_to_the_agency() -> None:
    text = page(
        "两地开通直达列车",
        "新华社清河4月12日电（记者 田禾 石泉）4月12日，清河至云溪的直达列车正式开行。",
        "列车全程运行两小时，每天往返四趟。",
        "专家提醒：春季防过敏",
        "据新华社电 春暖花开，呼吸科门诊患者增多，专家提醒外出时戴好口罩。",
    )
    first, second = read(text)
    assert (first.title, first.credit) == ("两地开通直达列车", "新华社")
    assert names(first) == [("田禾", REPORTER), ("石泉", REPORTER)]
    assert (second.title, second.credit, second.byline) == ("专家提醒：春季防过敏", "新华社", ())


@pytest.mark.parametrize(
    "lead",
    [
        "本报讯（记者 田禾）",
        "本报讯(记者田禾)",
        "本报讯 （云溪晚报首席记者 田 禾）",
        "本报4月12日讯（记者 田禾）",
        "本报清河4月12日讯 （记者 田禾）",
        "本报讯 记者田禾报道：",
        "本报讯　记者田禾　",
        "本报记者 田禾　",
        "云溪晚报讯（记者 田禾）",
        "清河网·云溪新闻4月12日讯（记者 田禾）",
        "（本报记者 田禾）",
        "本报记者 田禾 报道：",
        "云溪广电网消息（记者 田禾）",
    ],
)
def test_reports_begin_in_many_ways(lead: str) -> None:
    found = read(page("石桥镇修路便民", "□本报记者 石泉", *ROAD, "图书馆搬新家", lead + LIBRARY[0], LIBRARY[1]))
    assert titles(found) == ["石桥镇修路便民", "图书馆搬新家"]
    assert names(found[1]) == [("田禾", REPORTER)]
    assert found[1].text.startswith(lead[:3])


@pytest.mark.parametrize(
    "byline",
    [
        "□云溪晚报全媒体记者 田禾",
        "■本报记者 田　禾",
        "◆记 者 田 禾",
        "本报记者 田禾",
        "云溪晚报记者 田禾 文/图",
        "▲本报首席记者 田禾",
        "云溪晚报全媒体记者 田禾 清河报道",
    ],
)
def test_bylines_take_many_forms(byline: str) -> None:
    (article,) = read(page("图书馆搬新家", byline, *LIBRARY))
    assert (article.title, names(article), article.text) == ("图书馆搬新家", [("田禾", REPORTER)], "\n".join(LIBRARY))


def test_a_title_keeps_its_spaces_and_its_quotation_marks() -> None:
    (article,) = read(page("用好“小窗口”　办好“大事情”", "□本报记者 田禾", *ROAD))
    assert article.title == "用好“小窗口” 办好“大事情”"
    assert article.kicker == ""


def test_a_column_heading_is_the_category() -> None:
    text = page("【乡村振兴进行时】", "把课堂搬到田里", "□本报记者 田禾", *TRAINING)
    (article,) = read(text)
    assert (article.category, article.title, article.kicker) == ("乡村振兴进行时", "把课堂搬到田里", "")


def test_lines_without_blank_lines_between_them_are_read_the_same() -> None:
    lines = [
        "图书馆搬新家",
        f"本报讯（记者 田禾）{LIBRARY[0]}",
        LIBRARY[1][:12],
        LIBRARY[1][12:],
        "石桥镇修路便民",
        "□石泉",
        *ROAD,
    ]
    assert read(page(*lines, gap="\n")) == read(page(*lines)) == read(page(*lines, gap="\r\n\r\n"))
    assert titles(read(page(*lines))) == ["图书馆搬新家", "石桥镇修路便民"]


def test_a_page_copied_from_a_web_site_keeps_its_headings_apart() -> None:
    text = page(
        "把课堂搬到田里",
        "□本报记者 田禾",
        *(f"　　{text}" for text in TRAINING[:1]),
        "　　专家下乡",
        *(f"　　{text}" for text in TRAINING[1:]),
    )
    (article,) = read(text)
    assert paragraphs(article) == [TRAINING[0], "专家下乡", *TRAINING[1:]]


def test_a_marked_heading_stands_alone() -> None:
    (article,) = read(page("把课堂搬到田里", "□本报记者 田禾", TRAINING[0], "■专家下乡送技术", *TRAINING[1:]))
    assert paragraphs(article) == [TRAINING[0], "■专家下乡送技术", *TRAINING[1:]]


def test_furniture_of_an_electronic_paper_is_no_text() -> None:
    text = page(
        "云溪晚报",
        "2024年4月13日 星期六 农历三月初五",
        "第A03版：城事",
        "上一版  下一版",
        "图书馆搬新家",
        f"本报讯（记者 田禾）{LIBRARY[0]}",
        "新闻热线：0000-1234567",
        LIBRARY[1],
        "2024-04-13 1 1 云溪晚报 content_1.html 1 图书馆搬新家 /enpproperty-->",
    )
    (article,) = read(text)
    assert article.text == f"本报讯（记者 田禾）{LIBRARY[0]}\n{LIBRARY[1]}"
    assert article.page == "第A03版:城事"


@pytest.mark.parametrize("header", ["A02要闻", "A2版：要闻", "02版 要闻", "要闻 A02", "第2版", "B12", "第二版"])
def test_page_headers_take_many_forms(header: str) -> None:
    (article,) = read(page(header, "图书馆搬新家", "□田禾", *LIBRARY))
    assert (article.kicker, article.title) == ("", "图书馆搬新家")
    assert article.page


@pytest.mark.parametrize(
    "title", ["G20峰会开幕", "K77次列车恢复开行", "5G来到田间地头", "第2届读书节开幕", "星期六图书馆不打烊"]
)
def test_a_title_is_no_page_header(title: str) -> None:
    (article,) = read(page(title, "□田禾", *LIBRARY))
    assert (article.title, article.page) == (title, "")


def test_a_piece_continued_from_another_page_has_no_title() -> None:
    text = page("（上接A1版）", *TRAINING, "图书馆搬新家", f"本报讯（记者 田禾）{LIBRARY[0]}（下转A4版）")
    rest, article = read(text)
    assert (rest.title, rest.text) == ("", "\n".join(TRAINING))
    assert article.text == f"本报讯（记者 田禾）{LIBRARY[0]}"


def test_lines_run_together_by_copying_are_taken_apart() -> None:
    text = page(
        f"图书馆搬新家 本报讯（记者 田禾）{LIBRARY[0]}{LIBRARY[1]}石桥镇修路便民本报讯（记者 石泉）{ROAD[0]}□柳春生"
    )
    first, second = read(text)
    assert (first.title, second.title) == ("图书馆搬新家", "石桥镇修路便民")
    assert second.text == f"本报讯（记者 石泉）{ROAD[0]}"
    assert [person.name for person in second.byline] == ["石泉", "柳春生"]


def test_a_column_break_may_tear_the_dateline() -> None:
    text = page("石桥镇修路便民", "□石泉", *ROAD, "图书馆搬新家", "本报讯（云溪晚报全媒体记", f"者 田禾）{LIBRARY[0]}")
    assert titles(read(text)) == ["石桥镇修路便民", "图书馆搬新家"]
    assert names(read(text)[1]) == [("田禾", REPORTER)]


# ------------------------------------------------------------------ paragraphs
@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (
            ["全年接待读者15", "0万人次，增长12.", "5%，创历史新高。"],
            ["全年接待读者150万人次，增长12.5%，创历史新高。"],
        ),
        (["投资3", ".6亿元，占比40", "%以上。"], ["投资3.6亿元，占比40%以上。"]),
        (["馆长提出三点要求：", "一是优化服务。"], ["馆长提出三点要求：", "一是优化服务。"]),
        (["他说：“这里真好。”", "读者越来越多。"], ["他说：“这里真好。”", "读者越来越多。"]),
        (["这里被称为“书香之城”", "，名副其实。"], ["这里被称为“书香之城”，名副其实。"]),
        (["一是抓好服务；", "二是抓好安全。"], ["一是抓好服务；", "二是抓好安全。"]),
        (["既要抓好服务；", "又要抓好安全。"], ["既要抓好服务；又要抓好安全。"]),
        (["首发列车由Harmony", "Express公司运营。"], ["首发列车由Harmony Express公司运营。"]),
        (
            ["怎么办？", "他们有办法！", "大家都说好……", "真的。"],
            ["怎么办？", "他们有办法！", "大家都说好……", "真的。"],
        ),
    ],
)
def test_paragraphs_go_on_over_columns_and_end_at_sentences(pieces: list[str], whole: list[str]) -> None:
    (article,) = read(page("图书馆搬新家", "□本报记者 田禾", *pieces))
    assert paragraphs(article) == whole
    assert not article.truncated


@pytest.mark.parametrize(
    ("last", "truncated"),
    [
        ("活动将持续到五月底。", False),
        ("“欢迎大家来读书！”", False),
        ("活动将持续到五月底，届时", True),
        ("具体安排如下：", True),
        ("读者可凭身份证、", True),
        ("云溪市图书馆", False),
        ("2024年4月12日印", True),
    ],
)
def test_a_text_that_stops_in_mid_sentence_is_truncated(last: str, truncated: bool) -> None:
    (article,) = read(page("图书馆搬新家", "□本报记者 田禾", LIBRARY[0], last))
    assert article.truncated is truncated


# ------------------------------------------------------------------ what holds for a whole page
def test_every_article_has_the_day_of_its_issue() -> None:
    (article,) = read_paper_text(page("图书馆搬新家", "□田禾", *LIBRARY), paper="云溪晚报", issue=ISSUE)
    assert article.published_at == datetime(2024, 4, 12, 16, 0, tzinfo=UTC)
    assert article.published_precision is Precision.DAY
    assert (article.paper, article.issue_date) == ("云溪晚报", ISSUE)


def test_the_day_is_that_of_the_given_zone() -> None:
    (article,) = read_paper_text(page("图书馆搬新家", "□田禾", *LIBRARY), paper="", issue=ISSUE, zone="Europe/London")
    assert article.published_at == datetime(2024, 4, 12, 23, 0, tzinfo=UTC)


def test_without_an_issue_there_is_no_day() -> None:
    (article,) = read_paper_text(page("图书馆搬新家", "□田禾", *LIBRARY), paper="", issue=None)
    assert (article.published_at, article.published_precision, article.issue_date) == (None, None, None)


def test_a_page_tells_its_paper_issue_and_page() -> None:
    text = page("A2版 要闻 2024年4月13日 星期六", "图书馆搬新家", "□云溪晚报全媒体记者 田禾", *LIBRARY)
    masthead = read_masthead(text)
    assert (masthead.paper, masthead.issue, masthead.page) == ("云溪晚报", ISSUE, "A2版")


def test_a_header_names_its_paper() -> None:
    assert read_masthead(page("云溪日报 2024年4月13日 星期六 第A2版", "图书馆搬新家", "□田禾")).paper == "云溪日报"


def test_a_page_that_tells_nothing_is_not_guessed_about() -> None:
    masthead = read_masthead(page("图书馆搬新家", "□本报记者 田禾", *LIBRARY))
    assert (masthead.paper, masthead.issue, masthead.page, masthead.editors) == ("", None, "", ())


@pytest.mark.parametrize("text", ["", "\n \n", "要闻", "第A2版:要闻", "图书馆搬新家"])
def test_a_page_without_prose_has_no_article(text: str) -> None:
    assert read(text) == ()

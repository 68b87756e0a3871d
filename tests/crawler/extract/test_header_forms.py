"""Headers in forms that no site here has: generated from a seed, and one by one. All names are made up."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from crawler.extract.labels import Kind, is_label, split
from crawler.extract.words import squash
from storage.records import Extraction, Precision
from tests.crawler.extract.header_forms import forms
from tests.crawler.extract.pages import entry, page, read
from tests.crawler.extract.test_headers import day

FORMS = forms(seed=20261121, count=500)


def wrong(value: Callable[[Extraction], object], wanted: Callable[[int], object]) -> list[str]:
    """The header bars from which another value is read than is wanted."""
    results = (read(page(bar=form.bar)) for form in FORMS)
    return [FORMS[number].bar for number, result in enumerate(results) if value(result) != wanted(number)]


def test_the_date_is_read_from_every_form_of_a_header() -> None:
    assert wrong(day, lambda number: FORMS[number].date) == []


def test_the_credit_is_read_from_every_form_of_a_header() -> None:
    missed = wrong(lambda result: squash(result.credit), lambda number: squash(FORMS[number].credit))
    assert len(missed) <= len(FORMS) // 100, missed


def test_the_authors_are_read_from_every_form_of_a_header() -> None:
    missed = wrong(
        lambda result: sorted(person.name for person in result.byline), lambda number: sorted(FORMS[number].authors)
    )
    assert len(missed) <= len(FORMS) // 100, missed


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ("<div><b>21</b><br>2024年02月</div>", "2024-02-21"),
        ("<div>21 / 2024年02月</div>", "2024-02-21"),
        ("<div><p>02-21</p><p>2024</p></div>", "2024-02-21"),
        ("<div><p>2024</p><p>02/21</p><p>08:30</p></div>", "2024-02-21 08:30"),
        ("<div>发布日期：2024-02-21 发布时间：08:30</div>", "2024-02-21 08:30"),
        ("<div>08:30 2024-02-21</div>", "2024-02-21 08:30"),
        ("<div>日期：16-05-17</div>", "2016-05-17"),
        ("<div>07年08月24日 来源：望海网</div>", "2007-08-24"),
        ("<div>发布时间：18-03-0823:16</div>", "2018-03-08 23:16"),
        ("<div>2024年3月5日 星期二 08:30</div>", "2024-03-05 08:30"),
        ("<div>2024年3月5日（星期二）下午2:05</div>", "2024-03-05 14:05"),
        ("<div>2024-03-05 8:30 PM</div>", "2024-03-05 20:30"),
        ("<div>2024-03-05 上午8时30分</div>", "2024-03-05 08:30"),
        ("<div>2024-03-05T00:30:00Z</div>", "2024-03-05 08:30"),
        ("<div>2024-03-05 08:30 (GMT+8)</div>", "2024-03-05 08:30"),
        ("<div>Tue Mar 05 2024 08:30:00 GMT+0800 (CST)</div>", "2024-03-05 08:30"),
        ("<div>2024-03-05 00:00</div>", "2024-03-05"),
        ("<div>2024-03-05 23:59:59</div>", "2024-03-05"),
        ("<div>11-12 08:30 来源：望海网</div>", "2026-11-12 08:30"),
        ("<div>昨天 08:30</div>", "2026-11-20 08:30"),
        ("<div>5分钟前</div>", "2026-11-21 11:55"),
        ("<div>3小时前</div>", "2026-11-21"),
        ("<div>今天是2026年11月21日 星期六</div><div>2024-03-05 08:30</div>", "2024-03-05 08:30"),
        ("<div>当前时间：2026-11-21 11:58:07</div><div>发布时间：2024-03-05</div>", "2024-03-05"),
        ("<div>有效期至：2026-01-01 发布日期：2024-03-05</div>", "2024-03-05"),
        ("<div>成文日期</div><div>2024-02-28</div><div>发布日期</div><div>2024-03-05</div>", "2024-03-05"),
        ("<div>更新时间：2024-03-09 10:00</div><div>2024-03-05 08:30</div>", "2024-03-05 08:30"),
        ("<div>2024-03-05 08:30</div><div>2024-03-05 08:30 来源：望海网</div>", "2024-03-05 08:30"),
        ("<div>（2023年1月10日在望海区第十届人民代表大会第三次会议上）</div><div>2024-03-05</div>", "2024-03-05"),
    ],
)
def test_a_date_is_read_however_a_template_sets_it(bar: str, expected: str) -> None:
    assert day(read(page(bar=bar))) == expected


def test_a_month_stays_a_month() -> None:
    result = read(page(bar="<div>发布时间：2024年03月</div>"))
    assert (result.published_precision, result.published_at) == (
        Precision.MONTH,
        datetime(2024, 2, 29, 16, tzinfo=UTC),
    )


def test_a_day_without_its_year_is_completed_by_the_url() -> None:
    result = read(page(bar="<div>03-05 08:30</div>"), url="http://www.example.cn/yw/202403/t20240305_1.htm")
    assert (day(result), result.evidence["published_at"]) == ("2024-03-05 08:30", "header+url")


def test_a_day_without_its_year_is_completed_by_the_listing() -> None:
    claim = entry(published_at=datetime(2024, 3, 4, 16, tzinfo=UTC), published_precision=Precision.DAY)
    result = read(page(bar="<div>03-05 08:30</div>"), entry=claim)
    assert (day(result), result.evidence["published_at"]) == ("2024-03-05 08:30", "header+entry")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta name="PubDate" content="2024-03-05 09:12">', "2024-03-05 09:12"),
        ('<meta property="og:release_date" content="2024-03-05 09:12:00">', "2024-03-05 09:12"),
        ('<meta property="og:time" content="2024-03-05 09:12:00">', "2024-03-05 09:12"),
        ('<meta property="article:published_time" content="2024-03-05T09:12:00+08:00">', "2024-03-05 09:12"),
        ('<meta property="article:published_time" content="2024-03-05T00:00:00Z">', "2024-03-05"),
        ('<meta property="article:published_time" content="2024-03-05T00:00:00+00:00">', "2024-03-05"),
        ('<meta name="PubDate" content="2024-03-05 00:00:00">', "2024-03-05"),
        ('<meta name="firstpublishedtime" content="2024-03-05-23:59:59">', "2024-03-05"),
        ('<meta name="PubDate" content=""><meta name="PubDate" content="2024-03-05 09:12">', "2024-03-05 09:12"),
        (
            '<script type="application/ld+json">{"@type":"Report","datePublished":"2024-03-05T09:12:00"}</script>',
            "2024-03-05 09:12",
        ),
    ],
)
def test_a_tag_gives_the_date_that_no_header_shows(head: str, expected: str) -> None:
    assert day(read(page(bar="", head=head))) == expected


def test_dates_of_the_related_list_and_of_the_tail_are_not_the_article_s() -> None:
    related = "".join(
        f'<li><a href="/{n}.html">望海区第{n}条相关新闻的标题</a> 2026-11-{n:02}</li>' for n in range(1, 9)
    )
    html = page("望海区人民政府 2024年2月28日", bar="<div>2024-03-05 来源：望海网</div>", below=f"<ul>{related}</ul>")
    assert day(read(html)) == "2024-03-05"


def test_a_copy_for_telephones_does_not_change_what_the_first_one_says() -> None:
    html = page(bar="<div>2024-03-05 08:30 来源：望海日报</div>")
    copy = page(bar="<div>2024-03-06 来源：望海网</div>").partition("<body>")[2]
    result = read(html.replace("</body>", f"<div class=mobile>{copy}</div></body>"))
    assert (day(result), result.credit) == ("2024-03-05 08:30", "望海日报")


@pytest.mark.parametrize(
    ("tail", "credit", "authors", "editors"),
    [
        ("来源：望海日报 作者：王燕 编辑：赵晓楠", "望海日报", ["王燕"], ["赵晓楠"]),
        ("来源：望海日报作者：王燕【编辑:赵晓楠】", "望海日报", ["王燕"], ["赵晓楠"]),
        ("来源：作者：王燕", "", ["王燕"], []),
        ("（来源：望海日报）", "望海日报", [], []),
        ("责任编辑：赵晓楠 发布人：孙晓 录入：钱海", "", [], ["赵晓楠"]),
        ("初审：李强 复审：周伟 终审：赵晓楠", "", [], ["李强", "周伟", "赵晓楠"]),
    ],
)
def test_credit_and_people_stand_in_a_tail_line(tail: str, credit: str, authors: list[str], editors: list[str]) -> None:
    result = read(page(bar="<div>2024-03-05</div>", below=f"<p>{tail}</p>"))
    assert (result.credit, [person.name for person in result.byline]) == (credit, authors)
    assert [person.name for person in result.editors] == editors


def test_credit_and_author_may_be_glued_to_the_last_sentence() -> None:
    result = read(page("全区上下将再接再厉，守护好一方平安。来源：望海在线作者：陈海宾", bar="<div>2024-03-05</div>"))
    assert (result.credit, [person.name for person in result.byline]) == ("望海在线", ["陈海宾"])


@pytest.mark.parametrize(
    "bar",
    [
        "2024-03-05 编辑：赵晓楠",
        "2024-03-05 发布人：王燕",
        "2024-03-05 录入：王燕 审核：李强",
        "2024-03-05 作者：admin",
        "2024-03-05 作者： 来源：望海网",
        "2024-03-05 作者：宣传部",
        "2024-03-05 供稿：东山街道办事处",
        "2024-03-05 作者：本站编辑",
    ],
)
def test_who_only_set_the_page_is_no_author(bar: str) -> None:
    assert read(page(bar=f"<div>{bar}</div>", head='<meta name="author" content="王燕">')).byline == ()


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ("<div>2024-03-05 08:30 海右参考</div>", "海右参考"),
        ("<div><span>原创</span> <span>GameWorld</span> <span>2024-03-05 08:30</span></div>", "GameWorld"),
        ("<div>海右看台</div><div>发布时间：03-05 08:30</div>", "海右看台"),
        ("<div><a href=/u>去海边</a></div><div>关注</div>", "去海边"),
        ("<div>王燕/望海青年报</div><div>2024-03-05 08:30</div>", "望海青年报"),
        ("<div>2024-03-05 发布于北京</div>", ""),
        ("<div>2024-03-05 王燕</div>", ""),
        ("<div>2024-03-05 来源：打印</div>", ""),
        ("<div>索引号：370000/2024-1</div><div>发布机构：望海区应急管理局</div>", "望海区应急管理局"),
    ],
)
def test_a_credit_needs_no_label(bar: str, expected: str) -> None:
    assert read(page(bar=bar)).credit == expected


def test_a_label_that_is_set_wide_is_still_one() -> None:
    assert [(part.kind, part.values) for part in split("来　源：望海网　作　者：王　燕")] == [
        (Kind.CREDIT, ("望海网",)),
        (Kind.AUTHOR, ("王 燕",)),
    ]
    assert is_label("发 布 时 间：")
    assert not is_label("打印")

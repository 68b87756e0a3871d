"""Pages of digital newspapers in the two templates of Founder. All are synthetic."""

from datetime import UTC, date, datetime

import pytest

from crawler.listings.epaper import issue_url, read_layout
from storage.records import ListingKind, Precision

NEW = "http://www.example.cn/rb/pc/layout/202407/04/node_A1.html"
CLASSIC = "http://epaper.example.cn/html/2017-07/22/node_2.htm"

NEW_PAGE = """<html><body><span id="layout">第A1版:测试日报</span>
<map name="PagePicMap"><area href="../../../c/content_11.html"><area href="../../../c/content_12.html">
<area href="../../../c/content_13.html"></map>
<ul id="layoutlist"><li><a href="node_A1.html">第A1版:头版</a></li>
<li><a href="node_A2.html"><span>第A2版:要闻</span></a><a href="../../../att/a2.pdf">PDF</a></li>
<li><a href="./node_A3.html#top">第A3版:今日测试区</a></li></ul>
<ul><li><a href="../../../c/content_11.html">测试新区：<br>营商环境再升级</a></li>
<li><a href="../../../c/content_12.html">测试公园开放</a></li></ul>
<a href="../03/node_A1.html">上一期</a><a class="nextArt" href="node_A2.html">下一版</a></body></html>"""

CLASSIC_PAGE = """<HTML><BODY>
<MAP NAME="pagepicmap"><Area href="content_52014.htm"><Area href="content_52015_3.htm"></MAP>
<TABLE><TR><TD>第2版　　　　<SPAN>综合新闻</SPAN></TD></TR></TABLE>
<UL><LI><A href=content_52014.htm><DIV id=mp52014>测试铁路开通</DIV></A></LI>
<LI><A href=content_52015_3.htm><DIV id=mp52015>测试农场丰收</DIV></A></LI></UL>
<A id=pageLink href=node_2.htm>第02版</A><A id=pageLink href=node_3.htm>第03版：时评</A>
<A href="../../1/2017-07/22/1.pdf">PDF</A><A class=preart href="../21/node_2.htm">上一期</A>
<select><option value="node_4.htm">第04版</option></select></BODY></HTML>"""


def test_the_first_page_of_an_issue_is_named_by_its_day() -> None:
    layout = "http://www.example.cn/a%20b/%E6%97%A5/pc/layout/%Y%m/%d/node_A1.html"
    assert (
        issue_url(layout, date(2024, 7, 4)) == "http://www.example.cn/a%20b/%E6%97%A5/pc/layout/202407/04/node_A1.html"
    )
    assert issue_url("/%y-%m-%d/", date(2024, 12, 31)) == "/24-12-31/"


def test_a_page_of_the_new_template_is_read() -> None:
    page = read_layout(NEW_PAGE, NEW)
    assert [entry.key for entry in page.entries] == [
        f"example.cn/rb/pc/c/content_{number}.html" for number in (11, 12, 13)
    ]
    assert [entry.title for entry in page.entries] == ["测试新区： 营商环境再升级", "测试公园开放", ""]
    assert {entry.page for entry in page.entries} == {"第A1版:测试日报"}
    assert {entry.issue_date for entry in page.entries} == {date(2024, 7, 4)}
    assert page.entries[0].published_at == datetime(2024, 7, 3, 16, 0, tzinfo=UTC)
    assert page.entries[0].published_precision is Precision.DAY
    assert [child.url.rpartition("/")[2] for child in page.children] == ["node_A2.html", "node_A3.html"]
    assert {child.kind for child in page.children} == {ListingKind.EPAPER}
    assert (page.next, page.problem) == (None, "")


def test_a_page_of_the_classic_template_is_read() -> None:
    page = read_layout(CLASSIC_PAGE, CLASSIC)
    assert [(entry.title, entry.page) for entry in page.entries] == [
        ("测试铁路开通", "第2版:综合新闻"),
        ("测试农场丰收", "第2版:综合新闻"),
    ]
    assert {entry.issue_date for entry in page.entries} == {date(2017, 7, 22)}
    assert [child.url.rpartition("/")[2] for child in page.children] == ["node_3.htm", "node_4.htm"]


def test_other_days_are_no_pages_of_the_issue() -> None:
    urls = [child.url for child in (*read_layout(NEW_PAGE, NEW).children, *read_layout(CLASSIC_PAGE, CLASSIC).children)]
    assert not [url for url in urls if "/03/" in url or "/21/" in url or url.endswith(".pdf")]


def test_titles_of_other_pages_do_not_get_the_name_of_this_one() -> None:
    others = "".join(f'<li><a href="content_6{number}.htm">测试标题第{number}条</a></li>' for number in range(5))
    page = read_layout(CLASSIC_PAGE.replace("</UL>", f"{others}</UL>"), CLASSIC)
    assert [entry.page for entry in page.entries] == ["第2版:综合新闻"] * 2 + [""] * 5


@pytest.mark.parametrize(
    "html",
    [
        '<META HTTP-EQUIV="REFRESH" CONTENT="0; URL=html/2017-07/22/node_2.htm">',
        "<meta http-equiv=refresh content=\"0;url='html/2017-07/22/node_2.htm'\">",
    ],
)
def test_a_page_that_sends_the_browser_on_has_a_next(html: str) -> None:
    page = read_layout(f"<html><head>{html}</head></html>", "http://epaper.example.cn/paperindex.htm")
    assert page.next is not None
    assert page.next.url == CLASSIC
    assert (page.entries, page.problem) == ((), "")


def test_a_page_that_sends_the_browser_to_itself_has_none() -> None:
    html = f'<meta http-equiv="refresh" content="60; url={NEW}">'
    assert "no page of a newspaper" in read_layout(html, NEW).problem


@pytest.mark.parametrize("html", ["", "   ", "<html><body><a href='/yw/'>要闻</a></body></html>", '{"a": 1}'])
def test_what_is_no_newspaper_is_said(html: str) -> None:
    page = read_layout(html, NEW)
    assert page.problem
    assert (page.entries, page.children, page.next) == ((), (), None)


def test_a_page_of_advertisements_is_a_page() -> None:
    page = read_layout('<map name="PagePicMap"><area href="../../../c/content_1.html"></map>', NEW)
    assert [(entry.title, entry.page) for entry in page.entries] == [("", "")]
    assert page.problem == ""

"""What is refused before it is read, and what is not. All pages are made up; more are in tests/pages."""

import pytest

from crawler.extract.page import Page
from crawler.judge import judge
from storage.records import Refusal
from tests.crawler.extract.pages import PARAGRAPHS, TITLE, body, capture, entry, page

GOOD = page()


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        (b"%PDF-1.4 \xe2\xe3", "text/html"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b'{"success": true}', "text/plain"),
        (b"<?xml version='1.0'?><rss version='2.0'></rss>", "text/html"),
        (b"<urlset></urlset>", "application/xml"),
        ("一行文字，没有标签。".encode(), "text/plain; charset=utf-8"),
    ],
)
def test_what_is_no_html_is_refused(payload: bytes, content_type: str) -> None:
    assert judge(capture(payload, content_type=content_type)) is Refusal.NOT_HTML


@pytest.mark.parametrize(
    "content_type", ["text/html", "", "application/octet-stream", "text/plain", "application/xhtml+xml"]
)
def test_html_is_read_whatever_the_header_calls_it(content_type: str) -> None:
    assert isinstance(judge(capture(GOOD, content_type=content_type)), Page)


@pytest.mark.parametrize(
    "words",
    [
        "页面不存在",
        "您访问的文章已被删除",
        "抱歉，找不到您要的页面",
        "该信息已下线",
        "404 Not Found",
        "系统错误，请稍后再试",
    ],
)
def test_the_words_of_an_error_page_refuse_it_only_without_a_body(words: str) -> None:
    head = "<head><meta charset='utf-8'><title>望海网</title></head>"
    empty = f"<html>{head}<body><h1>{words}</h1><p>返回首页</p></body></html>"
    assert judge(capture(empty)) is Refusal.SOFT_404
    assert isinstance(judge(capture(page(below=f"<div><p>{words}</p></div>"))), Page)
    assert isinstance(judge(capture(page(above=f"<div style='display:none'>{words}</div>"))), Page)
    assert isinstance(judge(capture(page(title=f"网站频现“{words}”，如何解决"))), Page)


@pytest.mark.parametrize("status", [200, 412])
def test_a_challenge_is_refused_whatever_its_status(status: int) -> None:
    html = "<html><head><meta content='x' r='m'><script>$_ts=window['$_ts'];</script></head><body></body></html>"
    assert judge(capture(html, status=status)) is Refusal.CHALLENGE


def test_an_article_on_a_site_with_a_script_of_its_firewall_is_read() -> None:
    assert isinstance(judge(capture(page(head="<script>var a='acw_sc__v2';$_ts=1;</script>"))), Page)


def test_an_article_about_captchas_is_read() -> None:
    assert isinstance(
        judge(capture(page("专家提醒，收到索要验证码的电话要提高警惕。", title="骗子如何骗取验证码"))), Page
    )


def test_a_page_that_asks_for_a_password_beside_its_article_is_read() -> None:
    assert isinstance(judge(capture(page(above="<form>登录<input type='password'></form>"))), Page)


def rows(count: int) -> str:
    """A list of dated links."""
    link = '<li><a href="/{0}">望海区举办第{0}届渔家文化节</a><span>2026-11-{0:02d}</span></li>'
    return "<ul>" + "".join(link.format(number) for number in range(1, count + 1)) + "</ul>"


@pytest.mark.parametrize("count", [8, 30])
def test_a_list_of_dated_links_is_a_listing(count: int) -> None:
    head = "<head><meta charset='utf-8'><title>要闻_望海网</title></head>"
    assert judge(capture(f"<html>{head}<body>{rows(count)}</body></html>")) is Refusal.LISTING
    assert isinstance(judge(capture(page(below=rows(count)))), Page)


def test_a_brief_beside_a_long_list_is_read() -> None:
    brief = f"<h1>{TITLE}</h1><div>2026-11-12 来源：望海日报</div><div><p>{PARAGRAPHS[0]}</p></div>"
    head = f"<meta charset='utf-8'><title>{TITLE}_望海网</title>"
    assert isinstance(judge(capture(f"<html><head>{head}</head><body>{brief}{rows(20)}</body></html>")), Page)


def test_a_shell_is_refused_unless_its_script_or_entry_brings_the_text() -> None:
    head = "<head><meta charset='utf-8'><title>望海融媒</title></head>"
    shell = f"<html>{head}<body><div id='app'></div><script>{{}}</script></body></html>"
    assert judge(capture(shell.format(""))) is Refusal.SHELL
    memo = 'var memo = "' + body().replace("/", "\\/") + '";'
    assert isinstance(judge(capture(shell.format(memo))), Page)
    assert isinstance(judge(capture(shell.format("")), entry=entry(content=body())), Page)


@pytest.mark.parametrize("payload", [b"", b" \r\n\t "])
def test_nothing_is_empty(payload: bytes) -> None:
    assert judge(capture(payload)) is Refusal.EMPTY


def test_the_caller_s_charset_is_used() -> None:
    result = judge(capture(GOOD.replace('<meta charset="utf-8">', "").encode("gbk"), content_type="text/html"), "gbk")
    assert isinstance(result, Page)
    assert (result.charset, TITLE in result.text) == ("gb18030", True)

"""Whatever a server answers, a reader of listings gives a page: perhaps an empty one, never an exception."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.els import read_els
from crawler.listings.epaper import read_layout
from crawler.listings.feed import read_feed
from crawler.listings.hanweb import read_hanweb
from crawler.listings.index import read_index
from crawler.listings.page import ListingPage
from crawler.listings.sitemap import read_sitemap, robots_sitemaps
from crawler.survey import els_catalogues, is_listing, survey_home
from crawler.urls import url_key
from storage.records import SourceRules

URL = "http://www.example.cn/yw/index.html"
RULES = SourceRules(dq="0530", dw=("a" * 32,), catas=("1",))

WORDS = (
    "<a href=/202407/t20240704_1.html>测试街道开展消防演练</a>|<a href='javascript:x'>|</a>|<li>|</li>|<ul class=list>|"
    "2024-07-04|<div class=nav>|下一页|<a href=index_2.html>2</a>|<!--|-->|<base href=//x>|<table><tr><td>|\x00|&nbsp;|"
    "&#0;|<br>|<area href=|content_1.html>|<datastore>|<recordset>|<record>|<![CDATA[|]]>|</record>|<nextgroup>|"
    "createPageHTML(9,0,'index','html')|<?xml version='1.0' encoding='gb2312'?>|<rss>|<channel>|<item>|<link>|</link>|"
    "<title>|<pubDate>|Thu, 04 Jul 2024|<entry>|<urlset>|<url>|<loc>|http://[|</loc>|<!DOCTYPE x [<!ENTITY a 'b'>]>|"
    '&a;|{|}|"items":|[|]|,|"url"|:|null|<h3>|<meta name=|http-equiv=refresh content=\'0;url=x\'>|'
    "<option value=node_2.htm>|第1版|<span id=layout>|9999999999|<select>|\ud83d|</html>"
)
SOUP = st.lists(st.sampled_from(WORDS.split("|")), max_size=40).map("".join)
TEXTS = st.one_of(SOUP, st.text(max_size=200))
ENCODED = st.tuples(TEXTS, st.sampled_from(["utf-8", "gb18030", "utf-16"])).map(
    lambda pair: pair[0].encode(pair[1], "replace")
)
BYTES = st.one_of(ENCODED, st.binary(max_size=200))
URLS = st.one_of(st.just(URL), st.text(max_size=30), st.just("http://[::1"), st.just(""))

OF_TEXT: dict[str, Callable[[str, str], ListingPage]] = {
    "index": read_index,
    "hanweb": read_hanweb,
    "epaper": read_layout,
}
OF_BYTES: dict[str, Callable[[bytes, str], ListingPage]] = {
    "feed": read_feed,
    "sitemap": read_sitemap,
    "els": lambda payload, url: read_els(payload, url, RULES, 1, URL),
}


def sound(page: ListingPage, url: str) -> None:
    keys = [entry.key for entry in page.entries]
    assert len(keys) == len(set(keys))
    assert all(
        entry.url.startswith(("http://", "https://")) and entry.key == url_key(entry.url) for entry in page.entries
    )
    assert all((entry.published_at is None) == (entry.published_precision is None) for entry in page.entries)
    assert all(entry.published_at is None or entry.published_at.tzinfo is not None for entry in page.entries)
    assert page.next is None or page.next.method == "POST" or url_key(page.next.url) != url_key(url)
    assert not (page.problem and (page.entries or page.next))
    is_listing(page)


@pytest.mark.parametrize("kind", OF_TEXT)
@given(text=TEXTS, url=URLS)
def test_no_text_is_too_strange(kind: str, text: str, url: str) -> None:
    sound(OF_TEXT[kind](text, url), url)


@pytest.mark.parametrize("kind", OF_BYTES)
@given(payload=BYTES, url=URLS)
def test_no_bytes_are_too_strange(kind: str, payload: bytes, url: str) -> None:
    sound(OF_BYTES[kind](payload, url), url)


@given(text=TEXTS, url=URLS)
def test_no_home_page_is_too_strange(text: str, url: str) -> None:
    assert survey_home(text, url).columns is not None
    els_catalogues(text)
    robots_sitemaps(text.encode("utf-8", "replace"))


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<a href=x>",
        "<a href=/202407/t20240704_1.html>测试街道开展消防演练",
        "<li><a href=/1.html>测试街道开展消防演练</a>2024-07-04",
        "<!--",
        "<!-- <a href=1></a><a href=2></a>",
        "<record>",
        "<datastore><record><![CDATA[",
        "&amp;",
        "<!DOCTYPE [",
        "<item><link>",
        "2024-07-04 ",
        "(",
        "第1版",
    ],
)
def test_no_repetition_takes_long(piece: str) -> None:
    text = piece * (80_000 // len(piece))
    for read_text in OF_TEXT.values():
        read_text(text, URL)
    for read_bytes in OF_BYTES.values():
        read_bytes(text.encode(), URL)
    survey_home(text, URL)
    els_catalogues(text)

"""The identity of a page and the reading of links; all hosts are invented."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.urls import TRACKING, absolute, host, on_site, origin, same_site, url_key, without_fragment

PIECES = (
    r"http:// https:// // www. a.cn 中国.cn :80 :8080 / .. . %2e %E4%B8%AD %zz ? & = id=3 utm_source=x amp; # "
    r"#! \ @ + "
    r"[::1] ;jsessionid=A index.html"
)
CONTROLS = "".join(map(chr, range(0x21)))
URL_PIECES = st.sampled_from([*PIECES.split(), " ", "\t"])
ANY_URL = st.one_of(st.lists(URL_PIECES, max_size=14).map("".join), st.text(max_size=60))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTP://WWW.Example.CN:80/", "example.cn/"),
        ("https://example.cn:443", "example.cn/"),
        ("http://example.cn:8080/a", "example.cn:8080/a"),
        ("http://127.0.1.10:8080/a", "127.0.1.10:8080/a"),
        ("http://www.cn/a", "www.cn/a"),
        ("http://example.cn./a", "example.cn/a"),
        ("http://user:pw@example.cn/a", "example.cn/a"),
        ("http://中国.cn/新闻.html", "xn--fiqs8s.cn/%E6%96%B0%E9%97%BB.html"),
        ("http://example.cn/a/./b/../c//d.html", "example.cn/a/c/d.html"),
        ("http://example.cn/%7eliu/%e4%b8%ad.html", "example.cn/~liu/%E4%B8%AD.html"),
        ("http://example.cn/yw/index.html", "example.cn/yw/"),
        ("http://example.cn/yw/index.shtml?a=1", "example.cn/yw/?a=1"),
        ("http://example.cn/yw/default.htm", "example.cn/yw/"),
        ("http://example.cn/yw/index_2.html", "example.cn/yw/index_2.html"),
        ("http://example.cn/a.jsp;jsessionid=0F3?id=1", "example.cn/a.jsp?id=1"),
        ("http://example.cn/a.html#pinglun", "example.cn/a.html"),
        ("http://example.cn/#!/news/12", "example.cn/#!/news/12"),
        ("http://example.cn/show.php?id=7&cid=2", "example.cn/show.php?cid=2&id=7"),
        ("http://example.cn/show.php?cid=2&amp;id=7", "example.cn/show.php?cid=2&id=7"),
        ("http://example.cn/a?q=a+b%20c", "example.cn/a?q=a%20b%20c"),
        ("http://example.cn/a?id=1&utm_source=rss&spm=a.b&from=timeline&isappinstalled=0", "example.cn/a?id=1"),
        ("http://example.cn/a?id=1&t=1720060000123&_=1720060000", "example.cn/a?id=1"),
        ("http://example.cn/a?t=12", "example.cn/a?t=12"),
    ],
)
def test_spellings_of_one_page_have_one_key(url: str, key: str) -> None:
    assert url_key(url) == key


@pytest.mark.parametrize(
    "name", ["id", "cid", "aid", "sid", "nid", "source", "page", "type", "cata", "shareid", "p", "date"]
)
def test_a_parameter_that_may_name_an_article_is_kept(name: str) -> None:
    assert name not in TRACKING
    assert url_key(f"http://example.cn/a?{name}=5") != url_key(f"http://example.cn/a?{name}=6")


def test_the_scheme_makes_no_difference_but_the_port_does() -> None:
    assert url_key("http://example.cn/a") == url_key("https://example.cn/a") == url_key("//example.cn/a")
    assert url_key("http://example.cn:81/a") != url_key("http://example.cn/a")


@given(ANY_URL)
def test_the_key_of_a_key_is_the_key(url: str) -> None:
    key = url_key(url)
    assert url_key(key) == key
    assert url_key(f"http://{key}") == key
    assert url_key(f"https://{key}") == key


@given(ANY_URL)
def test_a_key_is_plain_ascii_without_spaces(url: str) -> None:
    assert set(url_key(url)) <= set(string.ascii_letters + string.digits + string.punctuation)


@given(ANY_URL, st.sampled_from(["utm_source=rss", "spm=1.2", "share_token=x", "from=timeline"]))
def test_a_tracking_parameter_changes_no_key(url: str, parameter: str) -> None:
    base, _, fragment = url.partition("#")
    assume(base == base.strip(CONTROLS))  # before a `?`, white space is no end of the URL any more
    tracked = f"{base}{'&' if '?' in base else '?'}{parameter}" + (f"#{fragment}" if fragment else "")
    assert url_key(tracked) == url_key(f"{base}#{fragment}" if fragment else base)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("b.html", "http://example.cn/yw/b.html"),
        ("./b.html", "http://example.cn/yw/b.html"),
        ("../b.html", "http://example.cn/b.html"),
        ("/b.html", "http://example.cn/b.html"),
        ("?page=2", "http://example.cn/yw/a.html?page=2"),
        ("//other.cn/b", "http://other.cn/b"),
        ("///other.cn/b", "http://other.cn/b"),
        ("https:/b", "https://b"),
        ("http:b.html", "http://example.cn/yw/b.html"),
        (" \n b\n.html\t", "http://example.cn/yw/b.html"),
        ("\\zw\\b.html", "http://example.cn/zw/b.html"),
        ("http:\\\\other.cn\\b", "http://other.cn/b"),
        ("b.html#pl", "http://example.cn/yw/b.html#pl"),
        ("#!/b", "http://example.cn/yw/a.html#!/b"),
        ("新 闻.html", "http://example.cn/yw/%E6%96%B0%20%E9%97%BB.html"),
        ("HTTPS://Other.CN/b", "https://other.cn/b"),
    ],
)
def test_a_link_is_read_as_browsers_read_it(href: str, url: str) -> None:
    assert absolute("http://example.cn/yw/a.html", href) == url


NO_LINKS = [
    *["", "  ", "#", "#top", "javascript:void(0)", " JavaScript:go(2)", "java\nscript:x", "mailto:a@b.cn", "tel:110"],
    *["data:text/html,x", "ftp://example.cn/a", "http://example.cn:x/", "http://[::1/", "http://", "about:blank"],
]


@pytest.mark.parametrize("href", NO_LINKS)
def test_what_is_no_page_is_no_link(href: str) -> None:
    assert absolute("http://example.cn/", href) is None


@given(ANY_URL, ANY_URL)
def test_reading_a_link_never_raises_and_gives_http(base: str, href: str) -> None:
    link = absolute(base, href)
    assert link is None or (link.startswith(("http://", "https://")) and host(link) and origin(link))


def test_host_and_origin_leave_out_the_default_port_only() -> None:
    assert host("https://News.Example.CN:443/a") == "news.example.cn"
    assert host("https://example.cn:80/a") == "example.cn:80"
    assert host("http://[::1]:8080/") == "[::1]:8080"
    assert origin("HTTP://Example.CN:8080/a?b#c") == "http://example.cn:8080"
    assert host("ftp://example.cn/") == host("not a url") == origin("/a/b") == ""


def test_one_site_is_one_registrable_domain_or_one_address_and_port() -> None:
    assert same_site("http://hzlxxq.heze.gov.cn/a", "https://www.heze.gov.cn:8443/")
    assert not same_site("http://heze.gov.cn/", "http://weifang.gov.cn/")
    assert same_site("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/b")
    assert not same_site("http://127.0.0.1:8080/", "http://127.0.0.1:8081/")
    assert same_site("http://www.site0.test:8080/", "http://site0.test:8080/")
    assert not same_site("http://site0.test/", "http://site1.test/")
    assert not same_site("", "")


def test_a_link_is_on_the_site_or_on_a_host_of_the_publisher() -> None:
    page = "http://www.example.cn/yw/"
    assert on_site("https://example.cn/a", page, ())
    assert not on_site("http://news.example.cn/a", page, ())
    assert on_site("http://paper.other.cn:81/a", page, ("Paper.Other.CN:81",))


def test_a_fragment_is_cut_off_unless_it_names_a_page() -> None:
    assert without_fragment("http://example.cn/a#b") == "http://example.cn/a"
    assert without_fragment("http://example.cn/#!/b") == "http://example.cn/#!/b"

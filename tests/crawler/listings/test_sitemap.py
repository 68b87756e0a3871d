"""Sitemaps of every kind, whole and broken. All are synthetic."""

import gzip
from datetime import UTC, datetime

import pytest

from crawler.listings.page import ChildListing
from crawler.listings.sitemap import read_sitemap, robots_sitemaps
from storage.records import ListingKind

URL = "http://www.example.cn/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(inner: str, extra: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NS} {extra}>{inner}</urlset>'.encode()


def locations(*links: str) -> str:
    return "".join(f"<url><loc>{link}</loc></url>" for link in links)


def test_pages_are_read_with_their_last_change_as_written() -> None:
    location = "<loc>\n http://www.example.cn/a.html?id=1&amp;c=2 </loc>"
    page = read_sitemap(urlset(f"<url>\n{location}<lastmod>2024-07-04T18:06:00+08:00</lastmod></url>"), URL)
    (entry,) = page.entries
    assert entry.url == "http://www.example.cn/a.html?id=1&c=2"
    assert entry.modified == "2024-07-04T18:06:00+08:00"
    assert entry.published_at is None
    assert (page.problem, page.next, page.children) == ("", None, ())


def test_an_index_names_its_sitemaps() -> None:
    inner = "<sitemap><loc>http://www.example.cn/sitemap-1.xml</loc><lastmod>2024-07-04</lastmod></sitemap>"
    again = "<sitemap><loc>http://www.example.cn/sitemap.xml</loc></sitemap>"
    page = read_sitemap(f"<sitemapindex {NS}>{inner}{inner}{again}</sitemapindex>".encode(), URL)
    assert page.children == (ChildListing(ListingKind.SITEMAP, "http://www.example.cn/sitemap-1.xml", "2024-07-04"),)
    assert (page.entries, page.problem) == ((), "")


def test_the_news_extension_gives_title_and_date() -> None:
    news = (
        "<url><loc>http://www.example.cn/a.html</loc><news:news><news:publication><news:name>测试</news:name></news:publication>"
        "<news:publication_date>2024-07-04T18:06:00+08:00</news:publication_date><news:title>测试标题</news:title></news:news>"
        "<image:image><image:loc>http://www.example.cn/b.html</image:loc><image:title>图</image:title></image:image></url>"
    )
    schemas = "http://www.google.com/schemas"
    extra = f'xmlns:news="{schemas}/sitemap-news/0.9" xmlns:image="{schemas}/sitemap-image/1.1"'
    (entry,) = read_sitemap(urlset(news, extra), URL).entries
    assert (entry.key, entry.title) == ("example.cn/a.html", "测试标题")
    assert entry.published_at == datetime(2024, 7, 4, 10, 6, tzinfo=UTC)


def test_home_lists_and_files_are_left_out() -> None:
    links = ["http://www.example.cn/", "http://www.example.cn/yw/index.html", "http://www.example.cn/a.pdf"]
    kept = [
        "http://www.example.cn/some-slug/",
        "http://www.example.cn/about.html",
        "http://www.example.cn/12345/index.html",
    ]
    page = read_sitemap(urlset(locations(*links, *kept)), URL)
    assert [entry.url for entry in page.entries] == kept


def test_gzip_is_told_by_its_bytes() -> None:
    assert len(read_sitemap(gzip.compress(urlset(locations("http://www.example.cn/a.html"))), URL).entries) == 1


def test_plain_text_is_a_sitemap() -> None:
    page = read_sitemap("\ufeffhttp://www.example.cn/a.html\r\n\r\n  http://www.example.cn/b.html\n".encode(), URL)
    assert [entry.key for entry in page.entries] == ["example.cn/a.html", "example.cn/b.html"]


def test_a_feed_is_a_sitemap() -> None:
    assert len(read_sitemap(b"<rss><channel><item><link>/a</link></item></channel></rss>", URL).entries) == 1


def test_gbk_and_bare_ampersands_are_read() -> None:
    payload = '<?xml version="1.0" encoding="gb2312"?><urlset><url><loc>/a?x=1&y=镕</loc></url></urlset>'.encode("gbk")
    (entry,) = read_sitemap(payload, URL).entries
    assert entry.key == "example.cn/a?x=1&y=%E9%95%95"


def test_what_comes_before_a_break_is_read() -> None:
    broken = urlset(locations("http://www.example.cn/a.html", "http://www.example.cn/b.html")).replace(
        b"</urlset>", b"<url><loc>http://www.exa"
    )
    assert len(read_sitemap(broken, URL).entries) == 2


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (b"", "empty"),
        (b"some words\nand more words", "no sitemap"),
        (b"<html><body>404</body></html>", "HTML"),
        (b"<other/>", "no sitemap"),
        (b"\x1f\x8bnot gzip at all", "gzip"),
        (gzip.compress(urlset(locations("http://www.example.cn/a.html")))[:-20], "gzip"),
    ],
)
def test_what_is_no_sitemap_is_said(payload: bytes, problem: str) -> None:
    page = read_sitemap(payload, URL)
    assert problem in page.problem
    assert page.entries == ()


@pytest.mark.timeout(20)
def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * (51 * 1024 * 1024))
    assert "50 MB" in read_sitemap(bomb, URL).problem


@pytest.mark.timeout(10)
def test_entities_are_not_expanded() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE urlset [<!ENTITY l0 "x">{lol}]><urlset><url><loc>/a&l11;</loc></url></urlset>'
    assert all(len(entry.url) < 100 for entry in read_sitemap(bomb.encode(), URL).entries)


def test_robots_txt_names_sitemaps() -> None:
    lines = [
        "\ufeffUser-agent: *",
        "Disallow: /print/",
        "SITEMAP : http://www.example.cn/a.xml # first\r",
        "Sitemap:http://www.example.cn/a.xml",
        "Sitemap: /relative.xml",
        " sitemap: https://www.example.cn/b.xml.gz",
    ]
    body = "\n".join(lines)
    assert robots_sitemaps(body.encode()) == ("http://www.example.cn/a.xml", "https://www.example.cn/b.xml.gz")
    assert robots_sitemaps(b"") == robots_sitemaps(b"\xff\xfe\x00") == ()

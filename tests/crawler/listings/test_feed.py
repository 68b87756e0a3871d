"""Feeds of every kind, whole and broken. All are synthetic."""

import json
from datetime import UTC, datetime

import pytest

from crawler.listings.feed import read_feed
from storage.records import Entry, Precision

URL = "http://www.example.cn/rss.xml"


def items(*inner: str) -> str:
    return "".join(f"<item>{each}</item>" for each in inner)


def rss(inner: str, declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{declaration}<rss version="2.0"><channel><title>测试</title><link>http://www.example.cn/</link>{inner}</channel></rss>'


def only(payload: str | bytes) -> Entry:
    page = read_feed(payload.encode() if isinstance(payload, str) else payload, URL)
    assert page.problem == ""
    (entry,) = page.entries
    return entry


def test_an_item_of_rss_2_is_read() -> None:
    entry = only(
        rss(
            "<item><title>测试标题一则</title><link>http://www.example.cn/a.html?utm_source=rss#c</link>"
            '<guid isPermaLink="false">100001</guid><pubDate>Thu, 04 Jul 2024 18:06:30 +0800</pubDate></item>'
        )
    )
    assert entry.url == "http://www.example.cn/a.html?utm_source=rss"
    assert entry.key == "example.cn/a.html"
    assert entry.title == "测试标题一则"
    assert entry.entry_id == "100001"
    assert entry.published_at == datetime(2024, 7, 4, 10, 6, tzinfo=UTC)
    assert entry.published_precision is Precision.MINUTE
    assert entry.modified == ""


def test_an_item_of_rss_1_is_read() -> None:
    entry = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>t</title></channel>'
        '<item rdf:about="http://www.example.cn/a.html"><title>测试</title><link>http://www.example.cn/a.html</link>'
        "<dc:date>2024-07-04T10:06:00Z</dc:date></item></rdf:RDF>"
    )
    assert entry.entry_id == "http://www.example.cn/a.html"
    assert entry.published_at == datetime(2024, 7, 4, 10, 6, tzinfo=UTC)


def test_an_item_of_rss_091_is_read() -> None:
    assert (
        only('<rss version="0.91"><channel><item><title>测试</title><link>/a.html</link></item></channel></rss>').key
        == "example.cn/a.html"
    )


def test_an_entry_of_atom_is_read() -> None:
    entry = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://www.example.cn/yw/"><title>t</title>'
        '<link rel="self" href="/atom.xml"/><entry><title type="html">&lt;b&gt;测试&lt;/b&gt;标题 &amp;amp; 二</title>'
        '<link rel="self" href="x.atom"/><link rel="enclosure" href="x.mp3"/>'
        '<link rel="alternate" type="text/html" href="a.html"/>'
        "<id>tag:example.cn,2024:1</id><published>2024-07-04T18:06:00+08:00</published>"
        "<updated>2024-07-05T09:00:00+08:00</updated></entry></feed>"
    )
    assert entry.url == "http://www.example.cn/yw/a.html"
    assert entry.title == "测试标题 & 二"
    assert entry.entry_id == "tag:example.cn,2024:1"
    assert entry.modified == "2024-07-05T09:00:00+08:00"
    assert entry.published_at == datetime(2024, 7, 4, 10, 6, tzinfo=UTC)


def test_without_a_date_of_publication_the_update_counts() -> None:
    entry = only('<feed><entry><link href="/a"/><updated>2024-07-05T09:00:00Z</updated></entry></feed>')
    assert entry.published_at == datetime(2024, 7, 5, 9, 0, tzinfo=UTC)


def test_an_item_of_json_feed_is_read() -> None:
    item = {
        "id": 7,
        "url": "/a.html",
        "title": "测试",
        "date_published": "2024-07-04T10:06:00Z",
        "date_modified": "2024-07-05",
    }
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item, "no item"], "next_url": "/feed2.json"}
    page = read_feed(json.dumps(feed).encode(), URL)
    (entry,) = page.entries
    assert (entry.key, entry.entry_id, entry.modified) == ("example.cn/a.html", "7", "2024-07-05")
    assert page.next is not None
    assert page.next.url == "http://www.example.cn/feed2.json"


@pytest.mark.parametrize(
    ("written", "at", "precision"),
    [
        ("Thu, 04 Jul 2024 10:06:00 GMT", datetime(2024, 7, 4, 10, 6, tzinfo=UTC), Precision.MINUTE),
        ("Thu, 04 Jul 2024 18:06:00 CST", datetime(2024, 7, 4, 10, 6, tzinfo=UTC), Precision.MINUTE),
        ("4 Jul 2024 18:06 +0800", datetime(2024, 7, 4, 10, 6, tzinfo=UTC), Precision.MINUTE),
        ("2024-07-04 18:06:00", datetime(2024, 7, 4, 10, 6, tzinfo=UTC), Precision.MINUTE),
        ("2024-07-04", datetime(2024, 7, 3, 16, 0, tzinfo=UTC), Precision.DAY),
        ("2024年7月4日", datetime(2024, 7, 3, 16, 0, tzinfo=UTC), Precision.DAY),
        ("yesterday", None, None),
        ("Thu, 99 Jul 2024 99:06:00 GMT", None, None),
    ],
)
def test_dates_are_read_as_feeds_write_them(written: str, at: datetime | None, precision: Precision | None) -> None:
    entry = only(rss(items(f"<link>/a</link><pubDate>{written}</pubDate>")))
    assert (entry.published_at, entry.published_precision) == (at, precision)


def test_a_guid_is_the_link_where_there_is_no_other() -> None:
    assert only(rss(items("<guid>http://www.example.cn/a.html</guid>"))).key == "example.cn/a.html"
    page = read_feed(rss(items('<guid isPermaLink="false">http://www.example.cn/a.html</guid>')).encode(), URL)
    assert (page.entries, page.problem) == ((), "")


def test_items_of_one_article_are_one_entry() -> None:
    page = read_feed(
        rss(items("<link>/a?from=x</link><title>一</title>", "<link>/a</link><title>二</title>")).encode(), URL
    )
    assert [entry.title for entry in page.entries] == ["一"]


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030", "utf-8", ""])
def test_a_feed_in_gbk_is_read_whatever_it_declares(declared: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    assert only(rss(items("<link>/a</link><title>镕测试標題</title>"), declaration).encode("gbk")).title == "镕测试標題"


def test_utf_16_and_a_byte_order_mark_are_read() -> None:
    feed = rss(items("<link>/a</link><title>测试</title>"), '<?xml version="1.0" encoding="utf-16"?>')
    assert only(feed.encode("utf-16")).title == "测试"
    assert only(b"\xef\xbb\xbf" + rss(items("<link>/a</link>")).encode()).url == "http://www.example.cn/a"


def test_broken_xml_gives_what_can_be_read() -> None:
    inner = items(
        "<title>一&nbsp;测试 & 检验</title><link>/a?id=1&cid=2</link>",
        "<title><![CDATA[二 <b>&</b> 测试]]></title><link><![CDATA[/b?x=1&y=2]]></link>",
        "<title>三\x0b\x00</title><link>/c</link><p>",
    )
    page = read_feed(rss(inner).removesuffix("</channel></rss>").encode(), URL)
    assert page.problem == ""
    assert [entry.url.removeprefix("http://www.example.cn") for entry in page.entries] == [
        "/a?id=1&cid=2",
        "/b?x=1&y=2",
        "/c",
    ]
    assert [entry.title for entry in page.entries] == ["一 测试 & 检验", "二 & 测试", "三"]


@pytest.mark.timeout(10)
def test_entities_are_neither_expanded_nor_fetched() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol"><!ENTITY x SYSTEM "file:///etc/passwd">{lol}]>'
    entry = only(rss(items("<link>/a</link><title>测试&l11;&x;</title><guid>&x;</guid>"), bomb))
    assert "root:" not in entry.title + entry.entry_id
    assert len(entry.title) < 100


def test_entities_of_the_document_type_are_not_put_into_attributes() -> None:
    bomb = '<!DOCTYPE feed [<!ENTITY x "SECRET">]>'
    entry = only(f'{bomb}<feed><entry><link href="/a?b=&x;"/><title>测试</title></entry></feed>')
    assert "SECRET" not in entry.url


def test_paged_and_archived_feeds_lead_to_their_older_documents() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom">{}<entry><link rel="next" href="/no"/><link href="/a"/></entry>'
        "</feed>"
    )
    paged = read_feed(
        atom.format('<link rel="prev-archive" href="/old"/><link rel="next" href="?page=2"/>').encode(), URL
    )
    assert paged.next is not None
    assert paged.next.url == "http://www.example.cn/rss.xml?page=2"
    archived = read_feed(
        rss('<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="prev-archive" href="/old"/>').encode(), URL
    )
    assert archived.next is not None
    assert archived.next.url == "http://www.example.cn/old"
    assert read_feed(atom.format('<link rel="next" href="/rss.xml"/>').encode(), URL).next is None


SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", None),
        ("<ttl> 60 </ttl>", 3600),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>1.5</ttl>", None),
        (f"<ttl>{'9' * 5000}</ttl>", None),
        (f"<sy:updatePeriod {SY}>hourly</sy:updatePeriod>", 3600),
        (f"<sy:updatePeriod {SY}> Daily </sy:updatePeriod><sy:updateFrequency {SY}>4</sy:updateFrequency>", 6 * 3600),
        (f"<sy:updatePeriod {SY}>daily</sy:updatePeriod><sy:updateFrequency {SY}>0</sy:updateFrequency>", 86400),
        (f"<sy:updatePeriod {SY}>often</sy:updatePeriod>", None),
        (f"<ttl>30</ttl><sy:updatePeriod {SY}>hourly</sy:updatePeriod>", 3600),
        (f"<ttl>90</ttl><sy:updatePeriod {SY}>hourly</sy:updatePeriod>", 5400),
    ],
)
def test_a_feed_says_how_long_it_need_not_be_read_again(said: str, seconds: int | None) -> None:
    assert read_feed(rss(said).encode(), URL).fresh_s == seconds


def test_an_item_that_says_how_long_it_lives_speaks_only_for_itself() -> None:
    assert read_feed(rss("<item><link>/a</link><ttl>60</ttl></item>").encode(), URL).fresh_s is None


def test_a_feed_of_rss_1_says_so_in_its_channel() -> None:
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        f"<channel><sy:updatePeriod {SY}>hourly</sy:updatePeriod></channel><item><link>/a</link></item></rdf:RDF>"
    )
    assert read_feed(rdf.encode(), URL).fresh_s == 3600


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (b"", "empty"),
        (b"plain words", "no feed"),
        (b"<html><body>404</body></html>", "HTML"),
        (b"<urlset></urlset>", "urlset"),
        (b"{", "JSON"),
        (b'{"items": 3}', "JSON Feed"),
        (b"{" * 100_000, "JSON"),
    ],
)
def test_what_is_no_feed_is_said(payload: bytes, problem: str) -> None:
    page = read_feed(payload, URL)
    assert problem in page.problem
    assert page.entries == ()


def test_an_empty_feed_is_a_feed() -> None:
    assert read_feed(rss("").encode(), URL).problem == ""

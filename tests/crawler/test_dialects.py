"""What addresses say. They are invented after the patterns of the systems that make them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dialects import WEAK, article_dialect, is_file, listing_like, shape, url_day

HEX = "0123456789abcdef" * 2

ARTICLES = [
    ("http://x.cn/qx/202407/t20240704_14444188.htm", "trs", date(2024, 7, 4)),
    ("http://x.cn/202012/t20201201_6116434_1.html", "trs", date(2020, 12, 1)),
    ("http://x.cn/art/2016/11/2/art_1621004_30332664.html", "hanweb", date(2016, 11, 2)),
    ("http://x.cn/art/2022/art_0a1b2c3d4e5f.html", "hanweb-hex", None),
    (f"http://x.cn/{HEX}/{HEX}/2052219261245669376.html", "els", None),
    (f"http://x.cn/0530/{HEX}/1572763058860720128.html", "els", None),
    (f"http://x.cn/{HEX}/1572763058860720128.html", "els", None),
    ("http://x.cn/mdwb/pc/c/content_60625.html", "founder", None),
    ("http://x.cn/pc/con/202407/04/content_1.html", "founder", date(2024, 7, 4)),
    ("http://x.cn/paperpc/content/content_77.html", "founder", None),
    ("http://x.cn/szb/pc/202407/04/c1234.html", "founder-short", date(2024, 7, 4)),
    ("http://x.cn/html/2017-07/22/content_52014.htm", "dated-content", date(2017, 7, 22)),
    ("http://x.cn/html/2017-07/22/content_79497_16974311.htm", "dated-content", date(2017, 7, 22)),
    ("http://x.cn/County%20News/2025-07/18/content_639209.html", "dated-content", date(2025, 7, 18)),
    ("http://x.cn/sd/heze/2019-08/06/c_1124842473.htm", "dated-content", date(2019, 8, 6)),
    ("http://x.cn/content_830.html", "content", None),
    ("http://x.cn/qlwb/content/20250429/ArticelA01002.htm", "artic", date(2025, 4, 29)),
    (f"http://x.cn/20230404/{HEX}/c.html", "xinhua", date(2023, 4, 4)),
    ("http://x.cn/2024/07/04/ARTIabc123.shtml", "cctv", date(2024, 7, 4)),
    ("http://x.cn/n2/2023/1012/c166194-40600827.html", "people", date(2023, 10, 12)),
    ("http://x.cn/jyt/c110634/202511/174240943.shtml", "ucap", None),
    (f"http://x.cn/site/c100034/202511/{HEX}.shtml", "ucap", None),
    ("http://x.cn/c1024/content.shtml", "ucap", None),
    (f"http://x.cn/202511/{HEX}.shtml", "month-hash", None),
    (f"http://x.cn/2025/1/9/{HEX}.shtml", "day-hash", date(2025, 1, 9)),
    ("http://x.cn/content/post_1234567.html", "gkmlpt", None),
    ("http://x.cn/info/1055/3230.htm", "vsb", None),
    ("http://x.cn/20/0709/10/FH3KQ5M90001899O.html", "netease", date(2020, 7, 9)),
    ("http://x.cn/rain/a/20240518A060RN00", "tencent", date(2024, 5, 18)),
    ("http://x.cn/newsDetail_forward_123456", "forward", None),
    ("http://x.cn/zj/2025/0410/205617.html", "day", date(2025, 4, 10)),
    ("http://x.cn/2024/07/04/some-words/", "day", date(2024, 7, 4)),
    ("http://x.cn/contents/2020/7/2-b51327b18dff4d8aa163774fcd9240e6.html", "day-id", date(2020, 7, 2)),
    ("http://x.cn/202407/news1234.html", "month", None),
    ("http://x.cn/240123/index.shtml", "number-index", None),
    ("http://x.cn/news/hzxqxw/detail-57604.html", "detail", None),
    ("http://x.cn/show/4512.html", "detail", None),
    ("http://x.cn/a/123456_7890", "account", None),
    ("http://x.cn/p/100900.html", "slug-id", None),
    ("http://x.cn/archives/123/", "slug-id", None),
    (f"http://x.cn/{HEX}.html", "hash", None),
    ("http://x.cn/xw/84042608_n.html", "number", None),
    ("http://x.cn/news/four-words-and-more/", "slug", None),
    ("http://x.cn/newsshow.php?cid=0&id=100600", "query", None),
    ("http://x.cn/index.php?m=content&a=show&catid=5&id=77", "query", None),
    ("http://x.cn/?p=31228", "query", None),
]

LISTS = [
    "http://x.cn/yw/",
    "http://x.cn/yw/index.html",
    "http://x.cn/yw/index_2.html",
    "http://x.cn/yw/index2.html",
    "http://x.cn/list_3.htm",
    "http://x.cn/list/12.html",
    "http://x.cn/node_A1.htm",
    "http://x.cn/node_123_2.htm",
    "http://x.cn/hzrb/pc/layout/202407/04/node_A1.html",
    "http://x.cn/html/2017-07/22/node_2.htm",
    "http://x.cn/szb/pc/202407/04/l01.html",
    "http://x.cn/qlwb/content/20250429/PageArticleIndexLB.htm",
    "http://x.cn/qlwb/content/20250429/Page01HO.htm",
    "http://x.cn/col/col123/index.html",
    "http://x.cn/newslist.php?cid=1",
    "http://x.cn/newslist.php?cid=1&page=2",
    "http://x.cn/channel.aspx?id=28",
    "http://x.cn/index.html?uid=380055&pageNum=2",
    "http://x.cn/GB/166192/index.html",
    "http://x.cn/jyt/c107269/zwgklist_gz.shtml",
    "http://x.cn/20240704/index.html",
    "http://x.cn/202407/index.html",
    "http://x.cn/zwgk/123/",
    "http://x.cn/news",
]

NEITHER = [
    "http://x.cn/",
    "http://x.cn/index.html",
    "http://x.cn/print/100001.html",
    "http://x.cn/about/20240704.html",
    "http://x.cn/links/12345.html",
    "http://x.cn/202407/t20240704_1.pdf",
    "http://x.cn/2024.html",
    "http://x.cn/about/contact.html",
    "http://[broken/202407/t20240704_1.htm",
    "mailto:somebody@x.cn",
    "",
]


@pytest.mark.parametrize(("url", "dialect", "day"), ARTICLES)
def test_an_article_is_known_by_its_address(url: str, dialect: str, day: date | None) -> None:
    assert (article_dialect(url), url_day(url)) == (dialect, day)
    assert not listing_like(url)


@pytest.mark.parametrize("url", LISTS)
def test_a_list_is_no_article(url: str) -> None:
    assert listing_like(url)
    assert article_dialect(url) is None


@pytest.mark.parametrize("url", NEITHER)
def test_a_home_page_a_form_or_a_file_is_neither(url: str) -> None:
    assert article_dialect(url) is None
    assert not listing_like(url)


def test_the_weak_dialects_are_dialects() -> None:
    assert {dialect for _, dialect, _ in ARTICLES} > WEAK - {"base62"}
    assert article_dialect("http://x.cn/c/8TzAbcXYZ1") == "base62"
    assert article_dialect("http://x.cn/c/shiyaowen") is None


@pytest.mark.parametrize(
    "url", ["http://x.cn/20241301/1234.html", "http://x.cn/2024/02/30/a.html", "http://x.cn/1850/01/01/a.html"]
)
def test_a_day_that_never_was_is_no_day(url: str) -> None:
    assert url_day(url) is None


def test_links_of_one_template_have_one_shape() -> None:
    assert shape("http://x.cn/yw/202407/t20240704_14444188.htm") == shape("http://x.cn/yw/202312/t20231201_5.htm")
    assert shape("http://x.cn/show.php?id=5&cid=2") == shape("http://x.cn/show.php?cid=14&id=777")
    assert shape(f"http://x.cn/{HEX}/1.html") == shape(f"http://x.cn/{'f0' * 16}/22.html")
    assert shape("http://x.cn/c1.html") == shape("http://x.cn/c123456789.html")
    assert shape("http://x.cn/a-first-headline/") == shape("http://x.cn/quite-another-headline-here/")


def test_links_of_two_templates_have_two_shapes() -> None:
    shapes = {
        shape(url)
        for url in ("http://x.cn/yw/1.html", "http://x.cn/ms/1.html", "http://x.cn/yw/", "http://y.cn/yw/1.html")
    }
    assert len(shapes) == 4


def test_a_file_is_told_by_its_ending() -> None:
    assert is_file("http://x.cn/a.PDF")
    assert is_file("http://x.cn/a.jpg?v=2")
    assert not is_file("http://x.cn/a.pdf.html")


@given(
    st.one_of(st.text(), st.text().map(lambda text: f"http://x.cn/{text}"), st.from_regex(r"(/[a-z0-9_-]{1,12}){1,60}"))
)
def test_no_text_makes_them_raise_or_be_both(url: str) -> None:
    assert not (article_dialect(url) is not None and listing_like(url))
    assert isinstance(shape(url), str)
    assert url_day(url) is None or isinstance(url_day(url), date)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["a", "1", "list1", "-a", "/detail-", "_1", "index", "2024/07/04/", "/node_aaa"])
def test_a_long_address_takes_no_long_time(piece: str) -> None:
    for ending in ("", ".", ".html", "!"):
        url = f"http://x.cn/{piece * 3000}"[:2040] + ending
        article_dialect(url)
        listing_like(url)
        url_day(url)

"""Which page follows. All pages are synthetic."""

import pytest

from crawler.listings.index import read_index
from crawler.listings.pager import page_number

URL = "http://www.example.cn/yw/index.html"


def following(html: str, url: str = URL) -> str | None:
    page = read_index(f"<html><body>{html}</body></html>", url)
    assert page.next is None or page.next.method == "GET"
    return page.next.url.removeprefix("http://www.example.cn") if page.next else None


@pytest.mark.parametrize("text", ["下一页", " 下页 > ", "[下一页]", "后一页", "下一页>>", "Next »", "next page"])
def test_a_link_that_says_next_is_next(text: str) -> None:
    assert following(f'<a href="index_2.html">{text}</a>') == "/yw/index_2.html"


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="next" href="index_2.html">',
        '<a rel="next" href="index_2.html">较早</a>',
        '<a href="index_2.html" title="下一页">&gt;</a><a href="index_9.html">»</a>',
        '<a href="index_9.html">»</a><a href="index_2.html">›</a>',
        '<a class="next" href="index_2.html"></a>',
        '<script>createPageHTML(9, 1, "index", "html");</script>',
        "<script>var currentPage = 1;//所在页从0开始\nvar countPage = 17//共多少页</script>",
        "<script>createPageHTML('page_div',10, 1,'index','html',200);</script>",
        '<div><a href="index.html">1</a><a href="index_2.html">2</a><a href="index_3.html">3</a></div>',
        '<ul><li class="on"><a href="#">1</a></li><li><a href="index_2.html">2</a></li></ul>',
        '<div><span class="current">1</span><a href="index_2.html">2</a><a href="index_3.html">3</a></div>',
    ],
)
def test_every_kind_of_pager_leads_to_the_second_page(html: str) -> None:
    assert following(html) == "/yw/index_2.html"


@pytest.mark.parametrize(
    "html",
    [
        "",
        '<a href="javascript:go(2)">下一页</a>',
        '<a href="#page=2">下一页</a>',
        '<a href="index.html">下一页</a>',
        '<a href="/yw/">下一页</a>',
        '<a href="http://www.other.cn/index_2.html">下一页</a>',
        '<a href="/202407/t20240701_1.html">下一页</a>',
        '<a href="/ms/about.html">›</a>',
        '<script>createPageHTML(9, 8, "index", "html");</script>',
        "<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){}</script>",
        "<script>createPageHTML('page_div',10, 10,'index','html',200);</script>",
        '<a href="/yw/news_2.html">下一篇</a>',
    ],
)
def test_where_only_a_script_goes_on_or_nothing_does_there_is_no_next_page(html: str) -> None:
    assert following(html) is None


def test_the_last_page_does_not_lead_back() -> None:
    numbers = '<div><a href="index.html">1</a><a href="index_2.html">2</a><a href="index_3.html">3</a></div>'
    assert following(numbers, "http://www.example.cn/yw/index_3.html") is None
    assert following('<a href="index.html">下一页</a>', "http://www.example.cn/yw/index_3.html") is None


def test_pages_that_count_down_are_followed_as_linked() -> None:
    assert (
        following('<a href="xwzx/57.htm">下页</a><a href="xwzx/1.htm">尾页</a>', "http://www.example.cn/xwzx.htm")
        == "/xwzx/57.htm"
    )
    assert following('<a href="56.htm">下页</a>', "http://www.example.cn/xwzx/57.htm") == "/xwzx/56.htm"


def test_walking_a_numbered_pager_visits_every_page_once() -> None:
    def page(number: int) -> str:
        return "index.html" if number == 1 else f"index_{number}.html"

    pager = "".join(f'<a href="{page(number)}">{number}</a>' for number in range(1, 8))
    url: str | None = "/yw/index.html"
    seen: list[str] = []
    while url is not None:
        seen.append(url)
        assert len(seen) < 20
        url = following(f"<div>{pager}</div>", f"http://www.example.cn{url}")
    assert seen == [f"/yw/{page(number)}" for number in range(1, 8)]


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("http://x.cn/yw/index.html", None),
        ("http://x.cn/yw/index_2.html", 2),
        ("http://x.cn/yw/index2.html", 2),
        ("http://x.cn/yw/57.htm", 57),
        ("http://x.cn/list.php?cid=3&page=4", 4),
        ("http://x.cn/list.php?cid=3", None),
        ("http://[x", None),
    ],
)
def test_the_number_of_a_page_is_read_from_its_address(url: str, number: int | None) -> None:
    assert page_number(url) == number

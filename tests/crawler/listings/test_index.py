"""Lists found without selectors. All pages are synthetic."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.listings.index import read_index
from storage.records import Entry, Precision
from tests.crawler.listings.synthetic import SITE, TITLES, framed, href_of, joined, link, rows, titles

URL = f"{SITE}/yw/index.html"
SUMMARY = "摘要说到2023年1月1日，" + "后面还有很多字，" * 8


def read(main: str, url: str = URL, hosts: tuple[str, ...] = ()) -> list[Entry]:
    page = read_index(framed(main), url, hosts=hosts)
    assert page.problem == ""
    return list(page.entries)


def day(number: int) -> datetime:
    """Midnight in China that begins July `number` 2024."""
    return datetime(2024, 7, number, tzinfo=UTC) - timedelta(hours=8)


def test_a_list_is_read_in_its_order_without_menu_footer_and_friends() -> None:
    entries = read(rows(4))
    assert [entry.title for entry in entries] == titles(4)
    assert [entry.url for entry in entries] == [f"{SITE}/yw/{href_of(number)[2:]}" for number in range(4)]
    assert entries[0].key == "example.cn/yw/202407/t20240701_1000.html"


def test_departments_are_no_articles_even_where_nothing_else_is() -> None:
    assert read("<p>暂无内容</p>") == []


@pytest.mark.parametrize(
    "row",
    [
        "<li>{link}<span>2024-07-0{n}</span></li>",
        "<li><span>[2024/7/{n}]</span>{link}</li>",
        "<li><i>2024年7月{n}日</i>{link}</li>",
        f"<li><div class='date'><b>0{{n}}</b><em>2024-07</em></div>{{link}}<p>{SUMMARY}</p></li>",
        "<tr><td>·</td><td>{link}</td><td>2024.07.0{n}</td></tr>",
        "<dt>{link}</dt><dd>发布时间：2024-07-0{n}</dd>",
        "{link} 2024-07-0{n}<br>",
        "<span>2024-07-0{n}</span>{link}<br>",
        "<li>[<a href='/ms/'>民生动态栏目</a>]{link}<span>2024-\n07-0{n}</span></li>",
    ],
)
def test_the_date_of_a_row_is_found_wherever_it_stands(row: str) -> None:
    items = joined(
        row.replace("{n}", str(number + 1)).replace("{link}", link(number, href=f"/a/{number}/x.html"))
        for number in range(4)
    )
    entries = read(f"<table>{items}</table>" if row.startswith("<tr") else f"<div>{items}</div>")
    assert [entry.title for entry in entries] == titles(4)
    assert [entry.published_at for entry in entries] == [day(number) for number in range(1, 5)]
    assert {entry.published_precision for entry in entries} == {Precision.DAY}


def test_a_time_of_day_makes_the_date_precise() -> None:
    (entry,) = read(f"<ul><li>{link(0)}<span>2024-07-04 18:06:30</span></li></ul>")
    assert entry.published_at == datetime(2024, 7, 4, 10, 6, tzinfo=UTC)
    assert entry.published_precision is Precision.MINUTE


def test_without_a_date_in_the_row_the_day_in_the_url_counts() -> None:
    entries = read(f"<ul><li>{link(0)}</li><li>{link(1)}</li></ul>")
    assert [entry.published_at for entry in entries] == [day(1), day(2)]


def test_a_date_in_a_headline_is_not_the_date_of_the_row() -> None:
    (entry,) = read(f"<ul><li>{link(0, href='/x/1234.html', text='2019年1月1日起施行的测试办法')}</li></ul>")
    assert entry.published_at is None


def test_the_date_of_a_page_is_not_that_of_the_article_before_it() -> None:
    before = f'<div class="fd"><p>上一篇：{link(0, href="/x/1234.html")}</p><a href="/">返回首页</a></div>'
    (entry,) = read(f"<div><h1>正文</h1><b>2019-05-18</b><div>{SUMMARY * 8}</div>{before}</div>")
    assert entry.published_at is None


def test_the_title_attribute_counts_where_it_says_more() -> None:
    short = link(0, text=f"{TITLES[0][:8]}...", attributes=f'title="{TITLES[0]}"')
    other = link(1, attributes='title="点击查看"')
    assert [entry.title for entry in read(f"<ul><li>{short}</li><li>{other}</li></ul>")] == titles(2)


def test_a_picture_a_headline_and_a_more_link_are_one_entry() -> None:
    item = (
        f'<li><a href="{href_of(0)}"><img src="a.jpg"></a><h3><a href="{href_of(0)}">{TITLES[0][:8]}…</a></h3>'
        f'<p>{SUMMARY}<a href="{href_of(0)}#pl" title="{TITLES[0]}">[详细]</a></p></li>'
    )
    (entry,) = read(f"<ul>{item}</ul>")
    assert entry.title == TITLES[0]
    assert entry.url == f"{SITE}/yw/{href_of(0)[2:]}"


def test_a_link_around_a_whole_card_has_the_headline_as_title() -> None:
    card = "<li><a href='{href}'><img><h3>{title}</h3><p>摘要2023年1月1日</p><time>2024-07-0{n}</time></a></li>"
    items = joined(card.format(href=f"/n/x{number}", title=TITLES[number], n=number + 1) for number in range(3))
    entries = read(f"<ul>{items}</ul>")
    assert [entry.title for entry in entries] == titles(3)
    assert [entry.published_at for entry in entries] == [day(1), day(2), day(3)]


def test_both_orders_of_parameters_are_one_article() -> None:
    items = [link(0, href="/show.php?cid=1&id=7"), link(0, href="/show.php?id=7&cid=1#pinglun")]
    assert len(read(joined(f"<li>{item}</li>" for item in items))) == 1


def test_addresses_that_say_nothing_are_known_by_the_list_they_stand_in() -> None:
    items = [link(number, href=f"/shichang/{name}.html") for number, name in enumerate(("one", "two", "three", "four"))]
    assert len(read(f"<ul>{joined(f'<li>{item}</li>' for item in items)}</ul>")) == 4


@pytest.mark.parametrize("href", ["/lm/{}/", "/lm/p{}.html"])
def test_a_short_list_of_columns_is_no_list_of_articles(href: str) -> None:
    names = ("部门动态信息", "街道社区新闻", "民生实事进展", "政策法规解读")
    columns = joined(f'<li><a href="{href.format(number)}">{name}</a></li>' for number, name in enumerate(names))
    assert read(f'<ul class="side">{columns}</ul>') == []


def test_a_static_page_of_a_menu_is_no_article_although_it_looks_like_one() -> None:
    page = read_index(framed(rows(3)), URL)
    assert all(entry.title != "机构职能" for entry in page.entries)


def test_other_sites_are_left_out_unless_they_are_the_publishers() -> None:
    item = f"<ul><li>{link(0, href='http://paper.other.cn/202407/t20240701_1.html')}<span>2024-07-01</span></li></ul>"
    assert read(item) == []
    assert len(read(item, hosts=("paper.other.cn",))) == 1


def test_a_sister_site_counts_for_articles_only() -> None:
    article = link(0, href="http://jyj.example.cn/202407/t20240701_1.html")
    column = link(1, href="http://jyj.example.cn/yw/")
    page = link(2, href="http://jyj.example.cn/gk/abc.html")
    listed = joined(f"<li>{item}<span>2024-07-01</span></li>" for item in (article, column, page))
    assert [entry.title for entry in read(f"<ul>{listed}</ul>")] == [TITLES[0]]


def test_files_and_print_copies_are_left_out() -> None:
    items = [
        link(0, href="/a/20240701/x.pdf"),
        link(1, href="/print/100001.html"),
        link(2, attributes='rel="nofollow"'),
    ]
    assert read(f"<ul>{joined(f'<li>{item}<span>2024-07-01</span></li>' for item in items)}</ul>") == []


def test_relative_links_follow_the_base_of_the_page() -> None:
    page = read_index(framed(rows(3), head='<base href="/zw/dt/">'), URL)
    assert page.entries[0].url.startswith(f"{SITE}/zw/dt/202407/")


def test_a_list_in_a_comment_is_read_where_the_page_shows_none() -> None:
    hidden = "<ul><!--\n" + rows(3) + "<script>createPageHTML('page_div',10,1,'list','shtml',200);</script>--></ul>"
    page = read_index(framed(hidden), URL)
    assert [entry.title for entry in page.entries] == titles(3)
    assert page.next is not None
    assert page.next.url == f"{SITE}/yw/list_2.shtml"


def test_an_old_draft_in_a_comment_is_left_alone() -> None:
    draft = (
        "<!--" + joined(f'<li><a href="/x/123{number}.html">{TITLES[number]}</a></li>' for number in range(4)) + "-->"
    )
    assert read(draft) == []


def test_an_empty_list_is_a_list() -> None:
    page = read_index(framed("<ul></ul>"), URL)
    assert (page.entries, page.next, page.problem) == ((), None, "")


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("", "empty"),
        ('{"data": []}', "JSON"),
        ("<html><body><div id='x'></div><script>loadPageData(params, '1');</script></body></html>", "loadPageData"),
        ("<html><script src='/els-service/app.js'></script><body></body></html>", "els-service"),
    ],
)
def test_what_is_no_list_is_said(html: str, problem: str) -> None:
    page = read_index(html, URL)
    assert problem in page.problem
    assert page.entries == ()


def test_unclosed_tags_hide_no_rows() -> None:
    broken = rows(4).replace("</li>", "").replace("</ul>", "").replace("</span>", "") + "<div><font>" * 400
    assert [entry.title for entry in read(broken)] == titles(4)

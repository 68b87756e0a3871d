"""What a home page offers. All pages are synthetic; the marks of each system follow what it writes."""

import pytest

from crawler.families import family_of
from crawler.listings.page import ListingPage, unread
from crawler.survey import (
    Survey,
    common_feed_paths,
    common_sitemap_paths,
    els_catalogues,
    is_listing,
    survey_home,
)
from storage.records import Entry
from tests.crawler.listings.synthetic import DEPARTMENTS, SITE, TITLES, framed, joined

HOME = f"{SITE}/"


def block(column: str, name: str, links: list[str], heading: str = "") -> str:
    items = joined(
        f'<li><a href="{href}">{TITLES[number % len(TITLES)]}{number}</a></li>' for number, href in enumerate(links)
    )
    heading = heading or f'<h3><a href="{column}">{name}</a></h3>'
    return f'<div class="blk">{heading}<ul>{items}</ul></div>'


def survey(*blocks: str, head: str = "") -> Survey:
    return survey_home(framed(joined(blocks), head=head, title="测试区人民政府-首页"), HOME)


def paths(found: Survey) -> list[str]:
    return [column.url.removeprefix(SITE) for column in found.columns]


def articles(folder: str, count: int = 5) -> list[str]:
    return [f"{folder}202407/t2024070{number + 1}_10{number}.html" for number in range(count)]


def test_a_column_is_found_by_the_list_it_heads() -> None:
    found = survey(block("/a/index.html", "测试要闻", articles("/x/")), block("/b/index.html", "鲜花", articles("/y/")))
    assert paths(found)[:2] == ["/a/index.html", "/b/index.html"]
    assert [column.title for column in found.columns[:2]] == ["测试要闻", "鲜花"]


def test_a_column_is_found_by_the_articles_that_live_below_it() -> None:
    links = joined(f'<a href="{href}">{TITLES[number]}</a>' for number, href in enumerate(articles("/shijing/")))
    assert "/shijing/" in paths(survey(f'<div>{links}</div><p><a href="/shijing/">市井</a></p>'))


def test_a_column_is_found_by_a_parameter_it_shares_with_articles() -> None:
    links = joined(f'<a href="/show.php?cid=8&id={number}">{TITLES[number]}</a>' for number in range(4))
    found = survey(f'<div>{links}</div><p><a href="/list.php?cid=8">市井</a><a href="/list.php?cid=9">远方</a></p>')
    assert paths(found)[0] == "/list.php?cid=8"
    assert "/list.php?cid=9" not in paths(found)


def test_a_hanweb_column_is_found_by_its_number() -> None:
    links = joined(f'<a href="/art/2024/7/4/art_33_{number}.html">{TITLES[number]}</a>' for number in range(4))
    assert "/col/col33/index.html" in paths(
        survey(f'<div>{links}</div><p><a href="/col/col33/index.html">市井</a></p>')
    )


def test_the_more_link_of_a_list_has_the_name_of_its_heading() -> None:
    heading = '<div class="hd"><h3>街头巷尾</h3><a class="more" href="/jtxw/index.html">更多&gt;&gt;</a></div>'
    (column,) = [each for each in survey(block("", "", articles("/x/"), heading)).columns if "jtxw" in each.url]
    assert column.title == "街头巷尾"


def test_departments_contacts_friends_and_forms_are_no_columns() -> None:
    found = survey(block("/yw/index.html", "测试要闻", articles("/yw/")), f"<ul>{DEPARTMENTS}</ul>")
    assert paths(found) == ["/yw/index.html"]


@pytest.mark.parametrize("name", ["政府信息公开", "联系我们", "机构职能", "网上信箱", "设为首页", "友情链接", "登录"])
def test_what_is_called_a_service_is_no_column(name: str) -> None:
    assert "/fw/index.html" not in paths(survey(f'<p><a href="/fw/index.html">{name}</a></p>'))


def test_real_columns_come_before_those_of_the_menu_alone() -> None:
    menu = '<div class="menu"><a href="/jj/">测试经济</a></div>'
    assert paths(survey(menu, block("/zz/", "测试时政", articles("/zz/")))) == ["/zz/", "/yw/index.html", "/jj/"]


def test_feeds_and_sitemaps_are_found_where_the_page_names_them() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/rss.xml"><link rel="sitemap" href="/map.xml">'
        '<link rel="alternate" hreflang="en" href="/en/">'
        '<link rel="alternate" type="application/atom+xml" href="/atom.xml">'
    )
    found = survey(
        '<a href="/feed/yw.rss">要闻</a><a href="/sitemap.xml">网站地图</a><a href="/rss.xml">RSS</a>', head=head
    )
    assert found.feeds == (f"{SITE}/rss.xml", f"{SITE}/atom.xml", f"{SITE}/feed/yw.rss")
    assert found.sitemaps == (f"{SITE}/map.xml", f"{SITE}/sitemap.xml")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("", "测试区人民政府"),
        ('<meta name="SiteName" content="测试新区门户">', "测试新区门户"),
        ('<meta name="SiteName" content="网站名称">', "测试区人民政府"),
        ('<meta property="og:site_name" content="测试网">', "测试网"),
    ],
)
def test_the_site_says_its_name(head: str, name: str) -> None:
    assert survey(head=head).site_name == name


def test_the_articles_of_the_home_page_are_told() -> None:
    found = survey(block("/yw/index.html", "测试要闻", articles("/yw/")))
    assert [entry.key for entry in found.articles] == [f"example.cn{path}" for path in articles("/yw/")]


FAMILIES = [
    ("els", "<script>$.post('/els-service/article/1/15')</script>"),
    ("els", f'<a href="/0530/{"a1" * 16}/1572763058860720128.html">x</a>'),
    ("founder", '<ul id="layoutlist"><li><a href="/rb/pc/layout/202407/04/node_A1.html">x</a></li></ul>'),
    ("founder", '<a href="/mdwb/pc/c/content_60625.html">x</a>'),
    ("founder-classic", '<META HTTP-EQUIV="REFRESH" CONTENT="0; URL=html/2017-07/22/node_2.htm">'),
    ("founder-classic", '<MAP NAME="pagepicmap"></MAP><a id=pageLink href=node_2.htm>x</a>'),
    ("trs", '<a href="./202407/t20240704_14444188.htm">x</a>'),
    ("trs", '<script>createPageHTML(9, 0, "index", "html");</script>'),
    ("hanweb", '<a href="/col/col1234/index.html">x</a>'),
    ("hanweb", '<script type="text/xml"><datastore></datastore></script>'),
    ("hanweb", "<script>loadPageData({unitid:'1'})</script>"),
    ("ucap", '<a href="/jyt/c110634/202511/174240943.shtml">x</a>'),
    ("ucap", "<script>createPageHTML('page_div',10,1,'zwgklist','shtml',200);</script><a href='zwgklist.shtml'>x</a>"),
    ("vsb", '<a href="info/1055/3230.htm">x</a><script>_showDynClicks("wbnews",1,2)</script>'),
]


@pytest.mark.parametrize(("family", "html"), FAMILIES)
def test_a_system_is_known_by_its_marks(family: str, html: str) -> None:
    assert family_of(f"<html><body>{html}</body></html>") == family
    assert survey_home(html, HOME).family == family


def test_a_site_without_marks_has_no_family() -> None:
    assert survey_home("<p>测试</p>", HOME).family is None


def test_the_ids_of_an_els_site_are_collected() -> None:
    region, unit, cata = "a1" * 16, "b2" * 16, "1589462242292797440"
    html = (
        f'<script>var dq = \'{region}\'; post({{"dw":["{unit}"],"catas":["{cata}"]}})</script>'
        f'<a href="/list/?catas={cata}"><b>新区要闻</b></a><a href="/list/?cataId=trs1308521">通知公告</a>'
        f'<a href="/0530/{"c3" * 16}/1572763058860720128.html">x</a>'
    )
    ids = els_catalogues(html)
    assert ids.dq == (region, "0530")
    assert ids.dw == (unit, "c3" * 16)
    assert ids.catas == (cata, "trs1308521")
    assert ids.names == ((cata, "新区要闻"), ("trs1308521", "通知公告"))
    assert els_catalogues("") == els_catalogues("<p>dq</p>")


def test_common_places_are_on_the_same_host() -> None:
    assert common_feed_paths("https://www.example.cn:8443/yw/a.html?x#y")[0] == "https://www.example.cn:8443/rss.xml"
    assert common_sitemap_paths("http://www.example.cn")[0] == "http://www.example.cn/sitemap.xml"
    assert common_feed_paths("no url") == common_sitemap_paths("") == ()


def listing(*urls: str) -> ListingPage:
    return ListingPage(tuple(Entry(url=url, key=url) for url in urls), None)


def test_three_articles_of_one_template_make_a_listing() -> None:
    same = [f"http://x.cn/yw/2024070{number}/1.html" for number in (1, 2, 3)]
    assert is_listing(listing(*same))
    assert is_listing(listing(*[url.replace("/yw/", f"/{column}/") for column, url in zip("abc", same, strict=True)]))
    assert not is_listing(listing(*same[:2]))
    assert not is_listing(listing("http://x.cn/yw/", "http://x.cn/a.html", "http://x.cn/b?c=1"))
    assert not is_listing(unread("it is empty"))

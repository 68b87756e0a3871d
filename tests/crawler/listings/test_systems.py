"""One list page of each content management system, as it writes its rows and its pager. All are synthetic."""

from typing import NamedTuple

import pytest

from crawler.listings.index import read_index
from crawler.survey import is_listing
from tests.crawler.listings.synthetic import TITLES, framed, titles


class System(NamedTuple):
    """How a system writes a list: where, a row (`{n}` its number, `{title}`), what stands around, what follows."""

    url: str
    row: str
    pager: str
    following: str
    around: str = "<ul>{}</ul>"


SYSTEMS = {
    "trs": System(
        "http://www.example.cn/qx/lxxq/",
        '<li><a href="./202407/t2024070{n}_1444{n}.htm" target="_blank">{title}</a><em>2024-07-0{n}</em></li>',
        '<script>createPageHTML(9, 0, "index", "html");</script>',
        "http://www.example.cn/qx/lxxq/index_1.html",
    ),
    "trs later": System(
        "http://www.example.cn/qx/lxxq/index_3.shtml",
        '<li><a href="./202407/t2024070{n}_1444{n}.shtml">{title}</a></li>',
        "<script>var currentPage = 3;//所在页从0开始\nvar countPage = 17//共多少页</script>",
        "http://www.example.cn/qx/lxxq/index_4.shtml",
    ),
    "hanweb": System(
        "http://www.example.cn/col/col1234/index.html?uid=55&pageNum=1",
        '<li><span>2024-07-0{n}</span><a href="/art/2024/7/{n}/art_1234_99{n}.html" title="{title}">{title}</a></li>',
        '<div class="default_pgPanel"><a href="/col/col1234/index.html?uid=55&amp;pageNum=2">下一页</a></div>',
        "http://www.example.cn/col/col1234/index.html?uid=55&pageNum=2",
    ),
    "ucap": System(
        "http://www.example.cn/jyt/c110634/zwgklist.shtml",
        '<li><a href="/jyt/c110634/202407/17424094{n}.shtml" title="{title}">\n {title}\n</a><b>2024-07-0{n}</b></li>',
        "<script>createPageHTML('page_div',10, 1,'zwgklist','shtml',200);</script>",
        "http://www.example.cn/jyt/c110634/zwgklist_2.shtml",
    ),
    "vsb": System(
        "http://www.example.cn/xwzx.htm",
        '<tr id="line_u5_{n}"><td><a href="info/1055/323{n}.htm">{title}</a></td><td>2024/07/0{n}</td></tr>',
        '<a href="xwzx/57.htm" class="Next">下页</a><a href="xwzx/1.htm" class="Next">尾页</a>',
        "http://www.example.cn/xwzx/57.htm",
        "<table class='winstyle'>{}</table>",
    ),
    "founder web": System(
        "http://www.example.cn/node_512.htm",
        '<li><a href="County%20News/2024-07/0{n}/content_63920{n}.html">{title}</a> (2024-07-0{n} 08:55)</li>',
        '<a href="node_512_2.htm">下一页</a>',
        "http://www.example.cn/node_512_2.htm",
    ),
    "people": System(
        "http://sd.example.cn/GB/166192/index.html",
        '<li><a href="/n2/2024/070{n}/c166194-4060082{n}.html">{title}</a><i>2024年07月0{n}日</i></li>',
        '<div class="page_n"><a class="common_current_page">1</a><a href="index2.html">2</a></div>',
        "http://sd.example.cn/GB/166192/index2.html",
    ),
    "iqilu": System(
        "http://news.example.cn/shandong/list_36_1.shtml",
        '<dl><dt><a href="/shandong/yuanchuang/2024/070{n}/567890{n}.shtml">{title}</a></dt><dd>2024-07-0{n}</dd></dl>',
        '<a href="list_36_2.shtml">下一页</a>',
        "http://news.example.cn/shandong/list_36_2.shtml",
        "<div>{}</div>",
    ),
    "dedecms": System(
        "http://www.example.cn/plus/list.php?tid=3",
        '<li><a href="/a/xw/2024/070{n}/12{n}.html">{title}</a><span>07-0{n}</span></li>',
        '<ul class="pagelist"><li class="thisclass">1</li><li><a href="list.php?tid=3&PageNo=2">2</a></li></ul>',
        "http://www.example.cn/plus/list.php?tid=3&PageNo=2",
    ),
    "phpcms": System(
        "http://www.example.cn/index.php?m=content&c=index&a=lists&catid=5",
        '<li><a href="/index.php?m=content&c=index&a=show&catid=5&id=7{n}">{title}</a><span>2024-07-0{n}</span></li>',
        '<a href="/index.php?m=content&c=index&a=lists&catid=5&page=2" class="a1">下一页</a>',
        "http://www.example.cn/index.php?m=content&c=index&a=lists&catid=5&page=2",
    ),
    "discuz": System(
        "http://www.example.cn/portal.php?mod=list&catid=1",
        '<dl><dt><a href="/article-12{n}-1.html">{title}</a></dt><dd>摘要</dd><dd>2024-7-{n} 10:20</dd></dl>',
        '<div class="pg"><strong>1</strong><a href="/portal.php?mod=list&catid=1&page=2">2</a></div>',
        "http://www.example.cn/portal.php?mod=list&catid=1&page=2",
        "<div>{}</div>",
    ),
    "gkmlpt": System(
        "http://www.example.cn/xwzx/index.html",
        '<li><a href="http://www.example.cn/xwzx/content/post_1234{n}.html">{title}</a><span>2024-07-0{n}</span></li>',
        '<a class="next" href="http://www.example.cn/xwzx/index_2.html">&gt;</a>',
        "http://www.example.cn/xwzx/index_2.html",
    ),
    "wordpress": System(
        "http://www.example.cn/category/xinwen/",
        '<article><h2><a href="/2024/07/0{n}/some-words/{n}/">{title}</a></h2><time>2024年7月{n}日</time></article>',
        '<a rel="next" href="/category/xinwen/page/2/">较早的文章</a>',
        "http://www.example.cn/category/xinwen/page/2/",
        "<main>{}</main>",
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_list_of_each_system_is_read_and_followed(name: str) -> None:
    system = SYSTEMS[name]
    listed = "".join(system.row.replace("{n}", str(n + 1)).replace("{title}", TITLES[n]) for n in range(5))
    page = read_index(framed(system.around.replace("{}", listed) + system.pager), system.url)
    assert [entry.title for entry in page.entries] == titles(5)
    assert [entry.published_at is not None for entry in page.entries] == [True] * 5
    assert page.next is not None
    assert page.next.url == system.following
    assert is_listing(page)

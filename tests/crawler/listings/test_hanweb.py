"""Hanweb's records. All pages and answers are synthetic."""

from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.listings.hanweb import read_hanweb
from crawler.listings.index import read_index
from storage.records import Precision
from tests.crawler.listings.synthetic import TITLES, framed, titles

URL = "http://www.example.cn/col/col1234/index.html"
PROXY = "http://www.example.cn/module/web/jpage/dataproxy.jsp"


def record(number: int, day: str = "2024-07-04") -> str:
    title = TITLES[number]
    anchor = f'<a href="/art/2024/7/4/art_1234_{number}.html" title="{title}">{title[:8]}...</a>'
    return f"<record><![CDATA[<li>{anchor}<b>{day}</b></li>]]></record>"


def records(count: int, inner: str = "") -> str:
    return f"<datastore>{inner}<recordset>{''.join(map(record, range(count)))}</recordset></datastore>"


def page(store: str, script: str = "") -> str:
    return framed(f'<div id="55"><script type="text/xml">{store}</script></div><script>{script}</script>')


SCRIPT = (
    "$('#55').jpage({proxyUrl:'/module/web/jpage/dataproxy.jsp',perPage:15,totalRecord:756,"
    "proxyParam:{'webid':'3','unitid':'551234','columnid':'1234','webname':'测试区'}});"
)


def test_records_that_an_html_parser_does_not_see_are_read() -> None:
    listing = read_index(page(records(4)), URL)
    assert [entry.title for entry in listing.entries] == titles(4)
    assert listing.entries[0].url == "http://www.example.cn/art/2024/7/4/art_1234_0.html"
    assert {entry.published_precision for entry in listing.entries} == {Precision.DAY}


def test_the_next_records_are_asked_of_the_data_proxy() -> None:
    following = read_index(page(records(4), SCRIPT), URL).next
    assert following is not None
    assert following.url.startswith(f"{PROXY}?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(following.url).query).items()}
    assert asked.items() >= {"startrecord": "5", "endrecord": "8", "perpage": "15", "columnid": "1234"}.items()
    assert asked.items() >= {"webid": "3", "unitid": "551234", "webname": "测试区", "path": "/"}.items()


def test_the_parameters_may_stand_in_the_next_group() -> None:
    href = "/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=3&path=/&columnid=1234&unitid=551234&permissiontype=0"
    group = f'<nextgroup><![CDATA[<a href="{href}"></a>]]></nextgroup>'
    following = read_index(page(records(4, group)), URL).next
    assert following is not None
    assert "unitid=551234" in following.url
    assert "webid=3" in following.url


@pytest.mark.parametrize(
    "script",
    ["", SCRIPT.replace("'551234'", "'ab34=='"), SCRIPT.replace("756", "4")],
    ids=["no parameters", "encrypted", "all shown"],
)
def test_without_readable_parameters_or_more_records_there_is_no_next(script: str) -> None:
    assert read_index(page(records(4), script), URL).next is None


def test_the_answer_of_the_proxy_is_walked_to_its_end() -> None:
    store = records(4, "<totalrecord>10</totalrecord><totalpage>1</totalpage>")
    asked = f"{PROXY}?startrecord=1&endrecord=4&unitid=55"
    walked = []
    for _ in range(10):
        listing = read_index(store, asked)
        assert [entry.title for entry in listing.entries] == titles(4)
        walked.append(asked.partition("?")[2].partition("&unitid")[0])
        if listing.next is None:
            break
        asked = listing.next.url
    assert walked == ["startrecord=1&endrecord=4", "startrecord=5&endrecord=8", "startrecord=9&endrecord=12"]


def test_the_article_of_a_record_is_preferred_to_its_column() -> None:
    item = (
        f'<li><a href="/col/col9/index.html">测试要闻栏目</a><a href="/art/2024/7/4/art_9_1.html">{TITLES[0]}</a></li>'
    )
    listing = read_hanweb(f"<datastore><record><![CDATA[{item}]]></record></datastore>", PROXY)
    assert [entry.title for entry in listing.entries] == [TITLES[0]]


def test_records_may_be_escaped_instead_of_quoted() -> None:
    item = f'&lt;a href="/art/2024/7/4/art_9_1.html"&gt;{TITLES[0]}&lt;/a&gt;'
    assert len(read_hanweb(f"<datastore><record>{item}</record></datastore>", PROXY).entries) == 1


def test_an_answer_without_records_is_said_or_empty() -> None:
    assert "datastore" in read_hanweb("<html></html>", PROXY).problem
    empty = read_hanweb("<datastore><totalrecord>0</totalrecord><recordset></recordset></datastore>", PROXY)
    assert (empty.entries, empty.next, empty.problem) == ((), None, "")

import pytest

from crawler.keys import aliases, article_key
from storage.records import ArticleKey, Entry
from tests.crawler.shapes import PUBLISHER, extraction

URL = "http://news.example.cn/202611/t20261120_1042.html"


def key_with(canonical: str) -> str:
    return article_key(URL, extraction(canonical_url=canonical), PUBLISHER)[0]


def test_a_canonical_link_to_the_same_item_counts() -> None:
    assert key_with("https://news.example.cn/yw/1042.html") == "news.example.cn/yw/1042.html"


@pytest.mark.parametrize(
    "canonical",
    [
        "",
        "http://news.example.cn/",
        "http://other.example.com/202611/t20261120_1042.html",
        "http://news.example.cn/202611/t20261120_9999.html",
        "javascript:void(0)",
        "http://news.example.cn/yw/index_2.html",
    ],
)
def test_a_canonical_link_that_cannot_be_meant_does_not(canonical: str) -> None:
    assert key_with(canonical) == "news.example.cn/202611/t20261120_1042.html"


def test_entry_ids_and_other_spellings_are_aliases_once() -> None:
    item = Entry(url=URL, key="news.example.cn/202611/t20261120_1042.html", entry_id="tag:1042")
    names = aliases(ArticleKey("news.example.cn/yw/1042.html"), item, URL, URL)
    assert names == ("news.example.cn/202611/t20261120_1042.html", "id:tag:1042")

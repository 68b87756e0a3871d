"""Import items of pages. All pages are synthetic."""

from datetime import date

from crawler.imports.pages import paper_items, snapshot_item
from tests.crawler.imports.newsprint import LIBRARY, ROAD, page

PAPER = page(
    "A2版 2024年4月13日 星期六",
    "图书馆搬新家",
    "□云溪晚报全媒体记者 田禾",
    LIBRARY[0],
    "石桥镇修路便民",
    "□云溪晚报全媒体记者 石泉",
    ROAD[0],
).encode()


def test_a_page_says_which_paper_and_issue_it_is_from() -> None:
    first, second = paper_items(PAPER)
    assert [item.extraction.title for item in (first, second)] == ["图书馆搬新家", "石桥镇修路便民"]
    assert (first.extraction.paper, first.extraction.issue_date) == ("云溪晚报", date(2024, 4, 13))
    assert (first.payload, first.url, first.external_id, first.site) == (PAPER, None, "", "")
    assert first.key_hint != second.key_hint


def test_what_the_caller_says_of_the_page_wins() -> None:
    (first, _) = paper_items(PAPER, paper="云溪日报", issue=date(2024, 5, 1))
    assert (first.extraction.paper, first.extraction.issue_date) == ("云溪日报", date(2024, 5, 1))


def test_a_longer_text_of_the_same_article_keeps_its_key() -> None:
    longer = PAPER.replace(LIBRARY[0].encode(), (LIBRARY[0] + LIBRARY[1]).encode())
    assert [item.key_hint for item in paper_items(longer)] == [item.key_hint for item in paper_items(PAPER)]
    assert paper_items(longer)[0].extraction.text != paper_items(PAPER)[0].extraction.text


def test_articles_of_unknown_papers_are_told_apart_by_their_words() -> None:
    one, other = page("要事", "□田禾", LIBRARY[0]).encode(), page("要事", "□田禾", ROAD[0]).encode()
    assert paper_items(one)[0].key_hint != paper_items(other)[0].key_hint


def test_pages_come_in_the_charsets_that_people_save_them_in() -> None:
    text = PAPER.decode()
    for charset in ("gb18030", "utf-8-sig", "utf-16"):
        assert [item.extraction for item in paper_items(text.encode(charset))] == [
            item.extraction for item in paper_items(PAPER)
        ]


def test_a_snapshot_has_the_original_url_and_its_site_where_the_page_names_them() -> None:
    without = page(
        "图书馆搬新家",
        "类别:民生 发布时间:2024-04-12 10:24:00 来源:清河资讯",
        *LIBRARY,
        "以上内容为资讯信息快照,由snap.example.cn爬虫进行采集并收录",
        "快照生成时间:2024-04-13 08:05:09",
        "信息原文地址:",
    )
    item = snapshot_item(without.encode())
    assert (item.url, item.site, item.captured_at) == (None, "snap.example.cn", None)
    assert item.key_hint.startswith("text:sha256:")
    item = snapshot_item((without.strip() + "https://news.example.cn/a/1.html").encode())
    assert (item.url, item.site) == ("https://news.example.cn/a/1.html", "news.example.cn")
    assert item.extraction.text == "\n".join(LIBRARY)

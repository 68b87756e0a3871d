"""The two documents that the product was first asked to read. They lie outside the project; only facts are here."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.imports.kinds import ImportKind, recognise
from crawler.imports.pages import paper_items, snapshot_item
from storage.records import Extraction, Person, Precision, Role

SEEDS = Path(__file__).parents[3].parent / "shared" / "seeds"


def seed(name: str) -> bytes:
    found = sorted(SEEDS.glob(f"{name}_*.txt"))
    if not found:
        pytest.skip(f"the seed documents are not at {SEEDS}")
    return found[0].read_bytes()


def shape(article: Extraction) -> list[int]:
    return [len(paragraph) for paragraph in article.text.split("\n")]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.fixture
def newspaper() -> list[Extraction]:
    payload = seed("000")
    assert recognise("seed.txt", payload) is ImportKind.PAPER_TEXT
    return [item.extraction for item in paper_items(payload, issue=date(2024, 9, 30))]


def test_the_newspaper_page_has_its_five_articles(newspaper: list[Extraction]) -> None:
    assert [(article.kicker, article.title) for article in newspaper] == [
        ("服务“靠前一步”，发展“升温一度”", "鲁西新区全力打造招商引资“强磁场”"),
        ("", "撬动“小计量” 服务“大民生”"),
        ("", "主题宣讲进基层"),
        ("", "回迁选新房 托起安居梦"),
        ("", "以练促防 以防筑基 鲁西新区举行网络安全攻防演习活动"),
    ]


def test_its_paragraphs_are_whole(newspaper: list[Extraction]) -> None:
    assert [shape(article) for article in newspaper] == [
        [109, 209, 118, 88, 203, 117, 187, 153, 118],
        [123, 138, 67, 128],
        [77, 105, 106],
        [94, 64],
        [136, 169, 67],
    ]
    ends = [paragraph[-1] for article in newspaper for paragraph in article.text.split("\n")]
    assert set(ends) == {"。", "”", "进"}


def test_only_the_fourth_breaks_off(newspaper: list[Extraction]) -> None:
    assert [article.truncated for article in newspaper] == [False, False, False, True, False]
    assert newspaper[3].text.endswith("选房实施方案进")


def test_all_are_by_the_reporter_of_the_paper_on_the_day_of_the_issue(newspaper: list[Extraction]) -> None:
    for article in newspaper:
        assert article.byline == (Person(name="武霖", role=Role.REPORTER),)
        assert (article.paper, article.issue_date) == ("牡丹晚报", date(2024, 9, 30))
        assert article.published_at == datetime(2024, 9, 29, 16, 0, tzinfo=UTC)
        assert article.published_precision is Precision.DAY


def test_no_character_of_the_page_is_lost(newspaper: list[Extraction]) -> None:
    told = "".join(article.kicker + article.title + article.text for article in newspaper)
    page = seed("000").decode().replace("□牡丹晚报全媒体记者 武霖", "", 1)
    assert "".join(told.split()) == "".join(page.split())


def test_the_snapshot_page_is_read_whole() -> None:
    payload = seed("002")
    assert recognise("seed.txt", payload) is ImportKind.SNAPSHOT_TEXT
    item = snapshot_item(payload)
    read = item.extraction
    assert (read.title, read.category) == ("鲁西新区以环境之“优”谋发展之“势”", "财经")
    assert (read.credit, read.origin, item.site) == ("人民资讯", "人民网-山东频道", "td.fyun.cc")
    assert read.published_at == datetime(2023, 9, 14, 3, 24, tzinfo=UTC)
    assert read.published_precision is Precision.MINUTE
    assert read.byline == (Person(name="孙安琪"), Person(name="王燕"))
    assert read.stated_snapshot_at == datetime(2023, 9, 14, 6, 45, 4, tzinfo=UTC)
    assert (read.canonical_url, read.truncated) == ("", False)


def test_its_text_ends_before_the_authors_and_the_disclaimer() -> None:
    read = snapshot_item(seed("002")).extraction
    assert shape(read) == [100, 127, 256, 308, 169, 175]
    assert read.text.endswith("枝繁叶茂。")
    assert "快照" not in read.text


def test_its_nine_related_stories_are_leads() -> None:
    leads = snapshot_item(seed("002")).extraction.leads
    assert len(leads) == 9
    assert [bool(lead.title) for lead in leads] == [False, False, True, True, False, False, False, True, True]
    assert all(lead.snippet.startswith("...") and lead.published_at for lead in leads)
    assert leads[0].published_at == datetime(2023, 12, 27, 2, 28, tzinfo=UTC)
    assert leads[8].published_at == datetime(2024, 4, 9, 4, 20, tzinfo=UTC)

"""The lines that programs depend on. All texts are synthetic."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from quxun.formats import (
    ARTICLE_FIELDS,
    CSV_COLUMNS,
    article_line,
    authors,
    csv_row,
    extract_line,
    json_line,
    refusal_line,
)
from storage.records import (
    Article,
    ArticleId,
    ArticleKey,
    Digest,
    Extraction,
    Person,
    Precision,
    PublisherId,
    Relation,
    Role,
    StoryId,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2024, 5, 1, 4, 0, tzinfo=UTC)
DIGEST = Digest("sha256:" + "0" * 64)


def article(read: Extraction | None = None) -> Article:
    return Article(
        id=ArticleId(7),
        key=ArticleKey("example.cn/1.html"),
        url="http://www.example.cn/1.html",
        publisher_id=PublisherId(1),
        publisher="示例日报",
        source_key="bulletin",
        external_id="n7",
        first_seen_at=NOON,
        gone_at=None,
        takedown=None,
        captured_at=NOON,
        revision=2,
        content_digest=DIGEST,
        extraction=read or Extraction(extractor="html/1", title="标题", text="第一段。\n第二段。"),
        story_id=StoryId(3),
        relation=Relation.EXACT,
        relevance=None,
    )


def test_an_exported_article_has_every_promised_field_in_order() -> None:
    read = Extraction(
        extractor="html/1",
        title="标题",
        text="第一段。\n第二段。",
        credit="临湖融媒",
        origin="示例网",
        category="要闻",
        byline=(Person(name="甘霖", role=Role.REPORTER), Person(name="洪波", role=Role.CORRESPONDENT)),
        published_at=NOON,
        published_precision=Precision.MINUTE,
    )
    line = article_line(article(read), ZONE, links=("n1", "n2"))
    assert tuple(line) == ARTICLE_FIELDS
    assert line == {
        "id": 7,
        "external_id": "n7",
        "url": "http://www.example.cn/1.html",
        "site": "示例日报",
        "title": "标题",
        "text": "第一段。\n第二段。",
        "published_at": "2024-05-01T12:00:00+08:00",
        "published_precision": "minute",
        "captured_at": "2024-05-01T12:00:00+08:00",
        "source": "临湖融媒",
        "origin": "示例网",
        "author": "甘霖;洪波",
        "category": "要闻",
        "story": 3,
        "relation": "exact",
        "links": ["n1", "n2"],
        "revision": 2,
        "content_digest": DIGEST,
    }


def test_a_newspapers_fields_are_there_only_where_they_apply() -> None:
    plain = article_line(article(), ZONE)
    read = Extraction(
        extractor="paper-text/1",
        title="标题",
        text="半句",
        kicker="引题",
        subtitle="副题",
        paper="示例晚报",
        page="A2",
        issue_date=date(2024, 5, 1),
        truncated=True,
    )
    told = article_line(article(read), ZONE)
    assert {name: told[name] for name in told if name not in plain} == {
        "kicker": "引题",
        "subtitle": "副题",
        "paper": "示例晚报",
        "page": "A2",
        "issue_date": "2024-05-01",
        "truncated": True,
    }


def test_a_day_is_exported_without_an_hour_and_a_month_as_its_first_day() -> None:
    midnight = datetime(2024, 4, 30, 16, 0, tzinfo=UTC)
    days = [
        article_line(
            article(Extraction(extractor="x", title="", text="", published_at=midnight, published_precision=each)), ZONE
        )
        for each in (Precision.DAY, Precision.MONTH)
    ]
    assert [line["published_at"] for line in days] == ["2024-05-01", "2024-05-01"]
    assert [line["published_precision"] for line in days] == ["day", "month"]


def test_what_is_absent_is_an_empty_text_or_null() -> None:
    line = article_line(replace(article(), url=None, story_id=None, relation=None, external_id=""), ZONE)
    absent = {name: line[name] for name in ("url", "published_at", "published_precision", "story", "relation")}
    assert set(absent.values()) == {None}
    assert {line[name] for name in ("external_id", "source", "origin", "author", "category")} == {""}


def test_who_took_the_pictures_is_an_author_only_where_nobody_else_is_named() -> None:
    photographer = Person(name="洪波", role=Role.PHOTO)
    assert authors((photographer, Person(name="甘霖", role=Role.REPORTER))) == "甘霖"
    assert authors((photographer, photographer)) == "洪波"
    assert authors(()) == ""


def test_a_row_has_a_cell_for_every_column_and_no_formula() -> None:
    read = Extraction(extractor="x", title="=1+1", text="一\n二", truncated=True)
    row = csv_row(article_line(article(read), ZONE, links=("a", "b")))
    cells = dict(zip(CSV_COLUMNS, row, strict=True))
    assert cells["title"] == "'=1+1"
    assert cells["text"] == "一\n二"
    assert cells["links"] == "a;b"
    assert cells["truncated"] == "true"
    assert cells["kicker"] == ""
    assert cells["published_at"] == ""


def test_an_extract_line_has_local_time_and_joined_names() -> None:
    read = Extraction(
        extractor="html/1",
        title="标题",
        text="正文。",
        byline=(Person(name="甘霖"), Person(name="洪波")),
        credit="临湖融媒",
        published_at=NOON,
        published_precision=Precision.MINUTE,
    )
    assert extract_line("p1", "http://x/", read, ZONE) == {
        "id": "p1",
        "url": "http://x/",
        "title": "标题",
        "text": "正文。",
        "date": "2024-05-01 12:00",
        "author": "甘霖;洪波",
        "source": "临湖融媒",
        "origin": "",
        "category": "",
    }
    day = replace(read, published_precision=Precision.DAY)
    assert extract_line("p1", "", day, ZONE)["date"] == "2024-05-01"
    assert extract_line("p1", "", replace(day, published_precision=Precision.MONTH), ZONE)["date"] == ""


def test_a_refused_page_has_the_fields_of_a_read_one_and_the_reason() -> None:
    read = extract_line("p1", "", Extraction(extractor="x", title="", text=""), ZONE)
    assert refusal_line("p1", "", "listing") == {**read, "refusal": "listing"}


@given(st.text(st.characters(codec=None)))
def test_a_json_line_is_one_line_of_utf8_and_reads_back_the_same(words: str) -> None:
    line = json_line({"text": words})
    assert len(line.splitlines()) == 1
    assert json.loads(line.encode()) == {"text": words}

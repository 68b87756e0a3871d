"""Articles files, line by line. All articles are invented."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.imports.articles import MAX_LINE_BYTES, read_article, read_articles
from crawler.imports.item import BadLine, ImportedItem
from storage.records import Precision

FULL = {
    "id": "a1",
    "url": "https://news.example.cn/2024/a1.html",
    "site": "example",
    "title": "把课堂搬到田里",
    "text": "第一段。\n第二段。",
    "published": "2024-04-12 10:24:05",
    "source": "清河日报",
}


def line(**changes: object) -> bytes:
    return json.dumps(FULL | changes, ensure_ascii=False).encode()


def item(payload: bytes) -> ImportedItem:
    found = read_article(payload, 7)
    assert isinstance(found, ImportedItem), found
    return found


def problem(payload: bytes) -> str:
    found = read_article(payload, 7)
    assert isinstance(found, BadLine)
    assert found.line == 7
    return found.problem


def read(payload: bytes) -> list[ImportedItem | BadLine]:
    return list(read_articles(io.BytesIO(payload)))


def test_a_full_line_is_an_item() -> None:
    found = item(line())
    assert (found.external_id, found.url, found.site) == ("a1", "https://news.example.cn/2024/a1.html", "example")
    assert (found.key_hint, found.line, found.captured_at) == ("import:a1", 7, None)
    assert found.payload == line()
    assert found.headers == (("content-type", "application/json; charset=utf-8"),)
    extraction = found.extraction
    assert (extraction.title, extraction.text, extraction.credit) == (
        "把课堂搬到田里",
        "第一段。\n第二段。",
        "清河日报",
    )
    assert extraction.published_at == datetime(2024, 4, 12, 2, 24, tzinfo=UTC)
    assert extraction.published_precision is Precision.MINUTE


def test_empty_values_and_nulls_are_absent() -> None:
    for absent in ("", None):
        found = item(line(id=absent, url=absent, site=absent, published=absent, source=absent))
        assert (found.external_id, found.url, found.site, found.extraction.credit) == ("", None, "", "")
        assert (found.extraction.published_at, found.extraction.published_precision) == (None, None)
        assert found.extraction.evidence == {}


def test_a_missing_key_is_absent_and_an_unknown_one_is_ignored() -> None:
    found = item(json.dumps({"text": "一段话。", "extra": [1, {"a": 2}]}).encode())
    assert (found.extraction.title, found.extraction.text, found.url) == ("", "一段话。", None)


def test_a_text_without_an_id_has_a_key_of_its_words() -> None:
    first, second = item(line(id=None)), item(line(id=None, text="别的话。"))
    assert first.key_hint.startswith("text:sha256:")
    assert first.key_hint != second.key_hint
    assert first.key_hint == item(line(id="", published="")).key_hint


def test_the_host_of_the_url_stands_in_for_a_missing_site() -> None:
    assert item(line(site=None)).site == "news.example.cn"
    assert item(line(site=None, url="seed:1")).site == ""
    assert item(line(site=None, url="seed:1")).url == "seed:1"


def test_blank_lines_are_dropped_and_the_rest_is_as_given() -> None:
    text = "　　第一段 有 空格。\r\n\r\n \n\t第二段。\u2028第三段。\n"
    assert item(line(text=text)).extraction.text == "　　第一段 有 空格。\n\t第二段。\n第三段。"


@pytest.mark.parametrize(("value", "text"), [("17", "17"), ("1.50", "1.50"), ("9" * 5000, "9" * 5000), ("-0", "-0")])
def test_a_number_is_an_id_as_it_is_written(value: str, text: str) -> None:
    assert item(b'{"id": %s, "text": "t"}' % value.encode()).external_id == text


@pytest.mark.parametrize(
    ("payload", "part"),
    [
        (b"[1]", "a list, not an object"),
        (b"7", "a number, not an object"),
        (b"null", "null, not an object"),
        (b'"x"', "a text, not an object"),
        (b"{", "not JSON"),
        (b"hello", "not JSON"),
        (b'{"title": "a"} {"title": "b"}', "not JSON: Extra data"),
        (b'{"title": "\xff"}', "not UTF-8 (byte 12)"),
        (line(id=["a"]), "id: a list, not a text"),
        (line(id=True), "id: true or false"),
        (line(title=[]), "title: a list"),
        (line(title=5), "title: a number"),
        (line(text={"a": 1}), "text: an object"),
        (line(url=3), "url: a number"),
        (line(published=20240412), "published: a number"),
        (b'{"title": NaN}', "title: no number"),
        (line(title="", text=" \n"), "neither a title nor a text"),
        (line(title=None, text=None), "neither a title nor a text"),
        (b"{}", "neither a title nor a text"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_line_says_what_is_wrong(payload: bytes, part: str) -> None:
    assert part in problem(payload)


def test_what_cannot_be_stored_is_taken_out() -> None:
    found = item(b'{"id": " a\\u0000 ", "title": "x\\ud800y", "text": "t\\u0000"}')
    assert (found.external_id, found.extraction.title, found.extraction.text) == ("a", "x\ufffdy", "t")


def test_a_title_is_one_line() -> None:
    assert item(line(title=" 引题\n标题 ")).extraction.title == "引题 标题"


@pytest.mark.parametrize(
    ("published", "at", "precision"),
    [
        ("2024-04-12 10:24", "2024-04-12T02:24", Precision.MINUTE),
        ("2024-04-12 10:24:59", "2024-04-12T02:24", Precision.MINUTE),
        ("2024-04-12T10:24:59+08:00", "2024-04-12T02:24", Precision.MINUTE),
        ("2024-04-12T10:24:59Z", "2024-04-12T10:24", Precision.MINUTE),
        ("2024-04-12T10:24:59.123Z", "2024-04-12T10:24", Precision.MINUTE),
        ("2024-04-12T00:00:00+09:00", "2024-04-11T15:00", Precision.MINUTE),
        ("2024-04-12", "2024-04-11T16:00", Precision.DAY),
        ("2024-4-2", "2024-04-01T16:00", Precision.DAY),
        ("2024-04-12 00:00:00", "2024-04-11T16:00", Precision.DAY),
        ("2024年4月12日 10:24", "2024-04-12T02:24", Precision.MINUTE),
        ("2024/04/12", "2024-04-11T16:00", Precision.DAY),
        ("20240412", "2024-04-11T16:00", Precision.DAY),
        ("2024-04", "2024-03-31T16:00", Precision.MONTH),
        ("2024年4月", "2024-03-31T16:00", Precision.MONTH),
        ("Fri, 12 Apr 2024 10:24:00 GMT", "2024-04-12T10:24", Precision.MINUTE),
        ("1965-03-01", "1965-02-28T16:00", Precision.DAY),
        ("1965-03-01 08:30", "1965-03-01T00:30", Precision.MINUTE),
    ],
)
def test_published_comes_in_many_forms(published: str, at: str, precision: Precision) -> None:
    extraction = item(line(published=published)).extraction
    assert extraction.published_at == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert extraction.published_precision is precision


@pytest.mark.parametrize("published", ["soon", "2024-13-40", "0001-01-01T00:00:00+14:00", "昨天"])
def test_a_time_that_is_not_understood_is_told_and_costs_no_article(published: str) -> None:
    extraction = item(line(published=published)).extraction
    assert extraction.published_at is None
    assert published in extraction.evidence["published_at"]


def test_a_time_is_local_to_the_given_zone() -> None:
    (found,) = read_articles(io.BytesIO(line()), zone="UTC")
    assert isinstance(found, ImportedItem)
    assert found.extraction.published_at == datetime(2024, 4, 12, 10, 24, tzinfo=UTC)


def test_line_ends_a_bom_and_blank_lines_do_not_matter() -> None:
    found = read(b"\xef\xbb\xbf" + line(id="1") + b"\r\n\r\n  \n" + line(id="2"))
    assert [(one.external_id, one.line) for one in found if isinstance(one, ImportedItem)] == [("1", 1), ("2", 4)]
    assert [one.payload for one in found if isinstance(one, ImportedItem)] == [line(id="1"), line(id="2")]


def test_one_bad_line_costs_no_other_and_ids_may_repeat() -> None:
    first, bad, again = read(b"\n".join([line(), b"{oops}", line(text="改了。")]))
    assert isinstance(first, ImportedItem)
    assert isinstance(bad, BadLine)
    assert isinstance(again, ImportedItem)
    assert (bad.line, first.key_hint == again.key_hint) == (2, True)
    assert again.extraction.text == "改了。"


def test_a_line_of_endless_length_is_bad_and_the_next_is_read() -> None:
    bad, good = read(b'{"text": "' + b"x" * MAX_LINE_BYTES + b'"}\n' + line())
    assert isinstance(bad, BadLine)
    assert "longer than" in bad.problem
    assert isinstance(good, ImportedItem)
    assert good.line == 2


def test_a_file_is_read_as_it_comes_and_not_before() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.given += 1
            return line(id=str(self.given)) + b"\n"

    source = Endless()
    found: Iterator[ImportedItem | BadLine] = read_articles(_as_binary(source))
    assert [one.line for _, one in zip(range(3), found, strict=False)] == [1, 2, 3]
    assert source.given <= 4


def _as_binary(stream: io.RawIOBase) -> BinaryIO:
    return stream  # type: ignore[return-value]


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,0123456789nul\\utx ', max_size=80).map(str.encode))
def test_no_line_is_too_odd_to_be_judged(payload: bytes) -> None:
    assert isinstance(read_article(payload, 1), ImportedItem | BadLine)


@given(st.dictionaries(st.sampled_from(sorted(FULL)), st.none() | st.integers() | st.text(max_size=20) | st.booleans()))
def test_every_object_is_an_article_or_says_why_not(found: dict[str, object]) -> None:
    read_item = read_article(json.dumps(found).encode(), 1)
    if isinstance(read_item, ImportedItem):
        assert read_item.extraction.title or read_item.extraction.text
    else:
        assert read_item.problem

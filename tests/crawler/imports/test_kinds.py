"""What kind of file is imported is seen in the file. All contents are synthetic."""

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.imports.kinds import HEAD_BYTES, ImportKind, recognise
from storage.errors import UnreadableInput
from tests.crawler.imports.newsprint import LIBRARY, page

ARTICLE = '{"id": 1, "title": "把课堂搬到田里", "text": "一段话。"}\n'.encode()
WARC = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
PAPER = page("图书馆搬新家", f"本报讯（记者 田禾）{LIBRARY[0]}", LIBRARY[1])
SNAPSHOT = page("图书馆搬新家", "类别:民生 发布时间:2024-04-12 10:24:00 来源:清河资讯", *LIBRARY)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (ARTICLE, ImportKind.ARTICLES_JSONL),
        (b"\xef\xbb\xbf\r\n" + ARTICLE, ImportKind.ARTICLES_JSONL),
        (b"{broken\n" + ARTICLE, ImportKind.ARTICLES_JSONL),
        (ARTICLE.rstrip(b"\n"), ImportKind.ARTICLES_JSONL),
        (b'{"id": 1, "text": "' + b"x" * HEAD_BYTES, ImportKind.ARTICLES_JSONL),
        (ARTICLE * (HEAD_BYTES // len(ARTICLE) + 2), ImportKind.ARTICLES_JSONL),
        (WARC, ImportKind.WARC),
        (gzip.compress(WARC, mtime=0), ImportKind.WARC),
        (PAPER.encode(), ImportKind.PAPER_TEXT),
        (PAPER.encode("gb18030"), ImportKind.PAPER_TEXT),
        (PAPER.encode("utf-8-sig"), ImportKind.PAPER_TEXT),
        (page("第A2版:要闻", *LIBRARY).encode(), ImportKind.PAPER_TEXT),
        (page("图书馆搬新家", *LIBRARY, "□田禾").encode(), ImportKind.PAPER_TEXT),
        (SNAPSHOT.encode(), ImportKind.SNAPSHOT_TEXT),
        (page("图书馆搬新家", *LIBRARY, "快照生成时间：2024-04-13 08:05:09").encode(), ImportKind.SNAPSHOT_TEXT),
        (SNAPSHOT.replace(LIBRARY[0], f"本报讯（记者 田禾）{LIBRARY[0]}").encode(), ImportKind.SNAPSHOT_TEXT),
    ],
)
@pytest.mark.parametrize("name", ["a", "a.txt", "a.jsonl", "a.warc.gz"])
def test_a_file_is_what_is_in_it_whatever_its_name(name: str, payload: bytes, kind: ImportKind) -> None:
    assert recognise(name, payload) is kind


@pytest.mark.parametrize(
    ("payload", "part"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b'[{"title": "a"}]', "a JSON list"),
        (b'{"name": "a"}\n{"name": "b"}\n', "no line is an object with a title or a text"),
        (gzip.compress(ARTICLE, mtime=0), "decompress it first"),
        (b"\x1f\x8bgarbage", "no WARC file"),
        (b"%PDF-1.7\n\x00\x01", "not a text file"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "HTML"),
        (b'<?xml version="1.0"?><rss></rss>', "HTML or XML"),
        (b"Dear editor,\nhello.\n", "neither an articles file"),
        ("春天来了。花开了。".encode(), "neither an articles file"),
        (b"\xff\xfe\xfd\x81" * 50, "f.jsonl"),
    ],
)
def test_what_cannot_be_imported_says_what_it_is(payload: bytes, part: str) -> None:
    with pytest.raises(UnreadableInput, match=r"^f\.jsonl: ") as raised:
        recognise("f.jsonl", payload)
    assert part in str(raised.value)


def test_a_misleading_name_is_mentioned() -> None:
    with pytest.raises(UnreadableInput, match=r"named \.warc, but"):
        recognise("f.warc", b"hello")


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_every_file_is_of_a_kind_or_refused_as_unreadable(payload: bytes) -> None:
    with suppress(UnreadableInput):
        assert recognise("f", payload) in ImportKind

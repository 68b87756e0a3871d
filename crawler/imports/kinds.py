"""Say what kind of file is to be imported, by what is in it; the name alone decides nothing. Pure."""

import json
import re
import zlib
from enum import StrEnum
from pathlib import PurePath

from crawler.extract.decode import decode
from crawler.imports.paper_lines import LineKind, read_lines
from storage.errors import UnreadableInput


class ImportKind(StrEnum):
    """What `import` can read."""

    ARTICLES_JSONL = "articles-jsonl"
    #: Compressed or not.
    WARC = "warc"
    PAPER_TEXT = "paper-text"
    SNAPSHOT_TEXT = "snapshot-text"


#: As much of a file as is needed to tell; more is not looked at.
HEAD_BYTES = 256 * 1024

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BINARY_BYTES = 1024  # in which a file that is no text shows a NUL
_GZIP = b"\x1f\x8b"
_WARC = b"WARC/"
_JSON_KEY = re.compile(rb'\s*\{\s*"[^"\n]{0,80}"\s*:')
_ARTICLE_KEYS = frozenset({"title", "text"})
_JSON_LINES = 20  # that are tried before a file with braces is no articles file
_HTML = re.compile(
    r"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype|html|head|body|\?xml|rss|feed|urlset)\b", re.IGNORECASE | re.DOTALL
)
_TAKEN = re.compile(r"快照(?:生成)?时间\s*[:：]|以[上下]内容为.{0,12}快照|信息原文地址\s*[:：]")
_LABEL = re.compile(r"(?:类别|發布時間|发布时间|来源|來源)\s*[:：]")
_LABELS_TO_TELL = 3
_HAN = re.compile(r"[\u3400-\u9fff]")
_MAX_DAMAGE = 0.01  # of the characters may be unreadable in a text


def recognise(path_name: str, payload: bytes) -> ImportKind:
    """What a file is; `payload` may be its first `HEAD_BYTES` only.

    Raises UnreadableInput, with what the file seems to be instead.
    """
    head = payload[:HEAD_BYTES]
    if head.startswith(_GZIP):
        if _unzipped(head).startswith(_WARC):
            return ImportKind.WARC
        raise UnreadableInput(path_name, "compressed, but no WARC file: decompress it first")
    if head.startswith(_WARC):
        return ImportKind.WARC
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if not plain.strip():
        raise UnreadableInput(path_name, "empty")
    if plain.lstrip()[:1] in (b"{", b"["):
        return _json(path_name, plain, whole=len(payload) <= HEAD_BYTES)
    return _text(path_name, head)


def _json(path_name: str, head: bytes, *, whole: bool) -> ImportKind:
    lines = [line for line in head.split(b"\n") if line.strip()]
    complete = lines if whole else lines[:-1]
    if any(_is_article(line) for line in complete[:_JSON_LINES]):
        return ImportKind.ARTICLES_JSONL
    if not complete and _JSON_KEY.match(head):  # one line longer than the head
        return ImportKind.ARTICLES_JSONL
    if head.lstrip().startswith(b"["):
        raise UnreadableInput(path_name, "a JSON list; an articles file has one object on each line")
    problem = "JSON, but no line is an object with a title or a text; an articles file has one article on each line"
    raise UnreadableInput(path_name, problem)


def _is_article(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and bool(_ARTICLE_KEYS & found.keys())


def _text(path_name: str, head: bytes) -> ImportKind:
    decoded = decode(head)
    text = decoded.text
    if b"\x00" in head[:_BINARY_BYTES] and not head.startswith(_UTF_16):
        raise UnreadableInput(path_name, "not a text file")
    if decoded.replaced > max(2, len(text) * _MAX_DAMAGE):
        raise UnreadableInput(path_name, "not a text in any known encoding")
    if _HTML.match(text):
        raise UnreadableInput(path_name, "an HTML or XML file; `quxun extract` reads HTML pages")
    if _TAKEN.search(text) or any(len(_LABEL.findall(line)) >= _LABELS_TO_TELL for line in text.splitlines()[:20]):
        return ImportKind.SNAPSHOT_TEXT
    if _is_paper(text):
        return ImportKind.PAPER_TEXT
    suffix = PurePath(path_name).suffix.lower()
    named = f"named {suffix}, but " if suffix in (".jsonl", ".ndjson", ".json", ".warc", ".gz") else ""
    problem = (
        f"{named}neither an articles file (JSON lines), nor a WARC file, nor the text of a newspaper page "
        "(a title above 本报讯 or a byline), nor the text of a snapshot page (with 快照生成时间)"
    )
    raise UnreadableInput(path_name, problem)


def _is_paper(text: str) -> bool:
    """Whether a text has a byline, a dateline or a page header, as newspaper pages do, and Chinese prose."""
    if not _HAN.search(text):
        return False
    lines = read_lines(text)
    told = any(line.kind in (LineKind.BYLINE, LineKind.DATELINE) or line.page for line in lines)
    return told and any(line.kind in (LineKind.TEXT, LineKind.DATELINE) for line in lines)


def _unzipped(head: bytes) -> bytes:
    """The beginning of a compressed file."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 64)
    except zlib.error:
        return b""

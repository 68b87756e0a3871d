"""Open the files that `import` is given: what each is, and what it holds, one item after the other.

A file is read twice: first to see whether it can be read and what its last word on each article is,
then to take it in. Nothing is held in memory but a page's text or one line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO, assert_never

from crawler.extract.decode import decode
from crawler.imports.articles import read_article, read_articles
from crawler.imports.item import BadLine, ImportedItem
from crawler.imports.kinds import HEAD_BYTES, ImportKind, recognise
from crawler.imports.pages import paper_items, snapshot_item
from crawler.imports.paper_text import read_masthead
from crawler.imports.warc import BadRecord, read_warc
from storage.errors import UnreadableInput, UsageError
from storage.records import Capture, Digest, Extraction
from text.digest import payload_digest

#: The text of a page has some tens of kilobytes; a file that is larger is something else.
MAX_PAGE_BYTES = 16 * 1024 * 1024

_PAGE_KINDS = (ImportKind.PAPER_TEXT, ImportKind.SNAPSHOT_TEXT)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the caller says of the files."""

    #: What they are, instead of what they look like.
    kind: ImportKind | None = None
    #: The newspaper and the day of its issue, for the text of a newspaper page.
    paper: str = ""
    issue: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that can be read."""

    path: Path
    kind: ImportKind
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """Something in a file that could not be imported."""

    path: Path
    #: From 1; 0 where it is the whole file.
    line: int
    problem: str


Item = ImportedItem | Capture | Bad


@dataclass(slots=True)
class Scan:
    """What the files hold, before anything is taken in."""

    #: Texts and bad lines together.
    count: int = 0
    #: Of articles that occur more than once, by their name: the digest of the last occurrence.
    last: dict[str, Digest] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def note(self, name: str, payload: bytes) -> None:
        """Take an occurrence of an article into account."""
        mark = hash(name)
        if mark in self._seen:  # or, once in a great while, another name with its hash, which does no harm
            self.last[name] = Digest(payload_digest(payload))
        self._seen.add(mark)


def check_paths(paths: Sequence[Path]) -> None:
    """Raise UsageError unless each of the paths is a file."""
    for path in paths:
        if path.is_dir():
            raise UsageError(f"{path} is a folder; give the files in it: {path}/*")
        if not path.exists():
            raise UsageError(f"{path}: there is no such file")
        if not path.is_file():
            raise UsageError(f"{path} is not a regular file; a file is read twice, so a pipe will not do")


def open_file(path: Path, wanted: Wanted) -> File:
    """The file with its kind. UnreadableInput if it cannot be read, UsageError if something must be said of it."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES + 1)
    except OSError as error:
        raise UnreadableInput(path, error.strerror or str(error)) from error
    if not head.strip():
        raise UnreadableInput(path, "empty")
    kind = wanted.kind or recognise(str(path), head)
    if kind in _PAGE_KINDS and b"\0" in head and not head.startswith(_UTF16):
        raise UnreadableInput(path, "not a text file")
    if kind is ImportKind.PAPER_TEXT and not (wanted.paper and wanted.issue):
        raise UsageError(_what_to_add(path, head, wanted))
    return File(path=path, kind=kind, wanted=wanted)


def read_file(file: File, zone: str) -> Iterator[Item]:
    """The texts of a file in its order, and what in it is none."""
    try:
        match file.kind:
            case ImportKind.ARTICLES_JSONL:
                yield from _lines(file.path, zone)
            case ImportKind.WARC:
                yield from _records(file.path)
            case ImportKind.PAPER_TEXT:
                yield from _paper(file, zone)
            case ImportKind.SNAPSHOT_TEXT:
                yield from _snapshot(file, zone)
            case _:
                assert_never(file.kind)
    except OSError as error:
        raise UnreadableInput(file.path, error.strerror or str(error)) from error


def read_again(payload: bytes, stored: Extraction, zone: str) -> Extraction | None:
    """What is read today from the payload of an imported text; None if it is of a page from an archive."""
    found: tuple[ImportedItem | BadLine, ...]
    match stored.extractor.partition("/")[0]:
        case ImportKind.ARTICLES_JSONL.value:
            found = (read_article(payload, zone=zone),)
        case ImportKind.PAPER_TEXT.value:
            found = paper_items(payload, paper=stored.paper, issue=stored.issue_date, zone=zone)
        case ImportKind.SNAPSHOT_TEXT.value:
            found = (snapshot_item(payload, zone=zone),)
        case _:
            return None
    read = [item.extraction for item in found if isinstance(item, ImportedItem)]
    return next((each for each in read if each.title == stored.title), read[0] if read else stored)


def _lines(path: Path, zone: str) -> Iterator[Item]:
    with path.open("rb") as stream:
        for found in read_articles(stream, zone=zone):
            yield Bad(path=path, line=found.line, problem=found.problem) if isinstance(found, BadLine) else found


def _records(path: Path) -> Iterator[Item]:
    with path.open("rb") as stream:
        for found in read_warc(stream):
            if isinstance(found, BadRecord):
                what = f" ({found.url})" if found.url else ""
                yield Bad(path=path, line=0, problem=f"record {found.record}{what}: {found.problem}")
            elif found.trouble is not None:
                yield Bad(path=path, line=0, problem=f"{found.url}: {found.detail or found.trouble.value}")
            else:
                yield found


def _paper(file: File, zone: str) -> Iterator[Item]:
    payload = _whole(file.path)
    items = paper_items(payload, paper=file.wanted.paper, issue=file.wanted.issue, zone=zone)
    yield from items or (Bad(path=file.path, line=0, problem="no article was found on this newspaper page"),)


def _snapshot(file: File, zone: str) -> Iterator[Item]:
    item = snapshot_item(_whole(file.path), zone=zone)
    if item.extraction.title and item.extraction.text:
        yield item
    else:
        yield Bad(path=file.path, line=0, problem="no article was found on this snapshot page")


def _whole(path: Path) -> bytes:
    with path.open("rb") as stream:
        payload = _bounded(stream)
    if payload is None:
        raise UnreadableInput(path, f"larger than {MAX_PAGE_BYTES // 2**20} MiB, which no page's text is")
    return payload


def _bounded(stream: BinaryIO) -> bytes | None:
    payload = stream.read(MAX_PAGE_BYTES + 1)
    return None if len(payload) > MAX_PAGE_BYTES else payload


def _what_to_add(path: Path, head: bytes, wanted: Wanted) -> str:
    """Which options a newspaper page lacks, with what the page itself suggests."""
    masthead = read_masthead(decode(head).text)
    missing = []
    if not wanted.paper:
        missing.append(f"--paper {masthead.paper or 'NAME'}")
    if not wanted.issue:
        missing.append(f"--issue {masthead.issue.isoformat() if masthead.issue else 'YYYY-MM-DD'}")
    options = " and ".join(missing)
    return f"{path} is the text of a newspaper page: add {options}, so that its articles have a newspaper and a day"

"""`quxun extract`: what the extractor reads from saved pages, as JSON lines. No database, no request."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import rich_click as click

from crawler.capture import MAX_BYTES, Undecodable, decode_content
from crawler.extract.reader import extract
from crawler.judge import judge
from crawler.profile import find_profile, load_profile
from quxun.config import load_config
from quxun.formats import extract_line, json_line, refusal_line
from storage.errors import UsageError
from storage.records import Capture, Entry, Extraction, Refusal

#: No line of a batch is longer: it names a file, it does not hold one.
MAX_LINE_BYTES = 1024 * 1024

#: What a refusal begins with where no page could be judged at all.
UNREADABLE = "unreadable: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A saved page, and what is known of it beside its bytes."""

    #: As given: a text or a number.
    id: str | int
    path: Path
    url: str = ""
    charset: str = ""
    #: The text of the link that led to it.
    anchor: str = ""


class _WrongLine(ValueError):
    """Says why a line of a batch names no page."""


@click.command()
@click.argument("names", nargs=-1, metavar="[FILE]…")
@click.option("--batch", metavar="PAGES.jsonl", help="A file with one JSON object a page; - is standard input.")
@click.option("--url", default="", metavar="URL", help="The address of the page in FILE.")
@click.option("--charset", default="", metavar="NAME", help="The encoding of FILE, instead of what it says itself.")
def command(names: tuple[str, ...], batch: str | None, url: str, charset: str) -> None:
    """Read saved pages and print what is in them, a JSON object a page.

    A FILE is a page as a server sent it, .html or .html.gz. Each line of a batch is an object
    {"id", "file", "url"?, "charset"?, "anchor"?}; a relative "file" is looked for beside the batch, and
    "anchor" is the text of the link that led to the page. An empty string is an absent value. A page
    that is no article has a "refusal". Exit status 1 if a page or a line could not be read at all.

    \b
        quxun extract page.html
        quxun extract --batch pages.jsonl > read.jsonl
    """
    if bool(names) == (batch is not None):
        raise UsageError("give FILE… or --batch PAGES.jsonl")
    for name in names:
        if name.startswith(("http://", "https://")):
            raise UsageError(f"{name}: give a file; `quxun crawl --url` fetches a page and stores it")
    if (url or charset) and len(names) != 1:
        raise UsageError("--url and --charset are for one FILE; a batch has them in its lines")
    zone = _zone()
    failed = False
    for line in _batch(batch, zone) if batch is not None else _files(names, url, charset, zone):
        failed = failed or str(line.get("refusal", "")).startswith(UNREADABLE)
        sys.stdout.buffer.write(json_line(line).encode() + b"\n")
        sys.stdout.buffer.flush()  # whoever reads along gets each page when it is read
    if failed:
        raise SystemExit(1)


def read_page(page: Page, zone: ZoneInfo) -> dict[str, object]:
    """The line for a page, whatever is wrong with it."""
    try:
        found = _read(page, _payload(page.path), zone)
    except OSError as error:
        return refusal_line(page.id, page.url, f"{UNREADABLE}{page.path}: {error.strerror or error}")
    except Undecodable as error:
        return refusal_line(page.id, page.url, f"{UNREADABLE}{page.path}: {error.detail}")
    except Exception as error:  # noqa: BLE001 - the edge of one page: the others of a batch are read all the same
        return refusal_line(page.id, page.url, f"{UNREADABLE}an error of our own: {error!r}")
    if isinstance(found, Refusal):
        return refusal_line(page.id, page.url, found.value)
    return extract_line(page.id, page.url, found, zone)


def _read(page: Page, payload: bytes, zone: ZoneInfo) -> Extraction | Refusal:
    """What the page says. When it was saved is not known, so nothing in it is read as relative to a time."""
    entry = Entry(url=page.url, key=page.url, title=page.anchor) if page.anchor else None
    capture = Capture(url=page.url, final_url=page.url, captured_at=datetime.now(UTC), status=200, payload=payload)
    judged = judge(capture, page.charset, entry=entry)
    return judged if isinstance(judged, Refusal) else extract(judged, entry=entry, timezone=zone.key)


def _payload(path: Path) -> bytes:
    with path.open("rb") as stream:
        payload = stream.read(MAX_BYTES + 1)
    if len(payload) > MAX_BYTES:
        raise OSError(0, f"more than {MAX_BYTES // 2**20} MiB")
    return decode_content(payload, ["gzip"]) if path.suffix == ".gz" else payload


def _zone() -> ZoneInfo:
    """The district's: that of dates without an offset."""
    return ZoneInfo(load_profile(find_profile(load_config(os.environ).district)).district.timezone)


def _files(names: tuple[str, ...], url: str, charset: str, zone: ZoneInfo) -> Iterator[dict[str, object]]:
    for name in names:
        yield read_page(Page(id=name, path=Path(name), url=url, charset=charset), zone)


# ------------------------------------------------------------------ batches
def _batch(name: str, zone: ZoneInfo) -> Iterator[dict[str, object]]:
    """A line of output for each line of input, in its order."""
    folder = Path() if name == "-" else Path(name).parent
    for number, line in enumerate(_lines(name), 1):
        if not line.strip():
            continue
        try:
            page = _page(line, folder)
        except _WrongLine as wrong:
            yield refusal_line("", "", f"{UNREADABLE}line {number}: {wrong}")
        else:
            yield read_page(page, zone)


def _lines(name: str) -> Iterator[bytes]:
    if name == "-":
        yield from iter(lambda: sys.stdin.buffer.readline(MAX_LINE_BYTES), b"")
        return
    try:
        with Path(name).open("rb") as stream:
            yield from iter(lambda: stream.readline(MAX_LINE_BYTES), b"")
    except OSError as error:
        raise UsageError(f"--batch {name}: {error.strerror or error}") from error


def _page(line: bytes, folder: Path) -> Page:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _WrongLine("not JSON") from error
    if not isinstance(found, dict):
        raise _WrongLine("not a JSON object")
    values = {name: found.get(name) or "" for name in ("file", "url", "charset", "anchor")}
    for name, value in values.items():
        if not isinstance(value, str):
            raise _WrongLine(f"{name} is not a text")
    if not values["file"]:
        raise _WrongLine("it names no file")
    given = found.get("id", "")
    page_id = given if isinstance(given, str | int) and not isinstance(given, bool) else ""
    return Page(
        id=page_id,
        path=folder / values["file"],
        url=values["url"],
        charset=values["charset"],
        anchor=values["anchor"],
    )

"""`quxun copies-of`: which stored stories a text repeats."""

import time
from contextlib import suppress
from pathlib import Path

import rich_click as click
from rich.text import Text

from crawler.capture import MAX_BYTES
from quxun.commands.extract import Page, read_page
from quxun.commands.show import find
from quxun.console import local, out, said, table
from quxun.desk import Desk, open_desk, print_line, roomy, show
from quxun.formats import stamp
from storage.copies.shelf import Repeated
from storage.errors import NotFound, UnreadableInput, UsageError
from storage.records import Article, ArticleId
from text.copies.keys import LEAST_WORDS
from text.copies.relation import sentence

_PAGES = (".html", ".htm", ".shtml", ".gz")
_ENCODINGS = ("utf-8-sig", "gb18030")


@click.command()
@click.argument("name", metavar="FILE|URL|ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(name: str, *, as_json: bool) -> None:
    """Say which stored stories a text repeats, wholly or in part, and how much of it.

    FILE is a text, or a saved page (.html, .html.gz) that is read first. A URL or ID is that of a stored
    article; no request is made. A notice of the same form that is no copy is named as `template`.

    \b
        quxun copies-of report.txt
        quxun copies-of https://www.example.cn/2026/1121/1.html --json
    """
    with open_desk() as desk:
        title, text, own = _given(desk, name)
        began = time.monotonic()
        found = [each for each in desk.store.copies.repeated_by(text, title) if each.article_id != own]
        took_ms = (time.monotonic() - began) * 1000
        articles = desk.store.articles.get_all(each.article_id for each in found)
        told = [(each, articles[each.article_id]) for each in found]
        if as_json:
            lines = [_line(desk, each, article) for each, article in told]
            print_line({"characters": len(text), "took_ms": round(took_ms, 1), "copies": lines})
        else:
            _draw(desk, told, took_ms, few=len(text.strip()) < LEAST_WORDS)


def _given(desk: Desk, name: str) -> tuple[str, str, ArticleId | None]:
    """Title and text of what is asked about, and its number if it is stored itself."""
    path = Path(name)
    if path.is_file():
        return (*_page(desk, path), None) if path.suffix in _PAGES else ("", _text(path), None)
    with suppress(NotFound):
        article = find(desk.store, name)
        if article.takedown is not None:
            raise UsageError(f"article {article.id} was taken down: its text is not compared")
        if article.extraction.text_dropped_at is not None:
            raise UsageError(f"the text of article {article.id} was let go, as it was older than texts are kept")
        return article.extraction.title, article.extraction.text, article.id
    raise UsageError(f"{name}: neither a file nor a stored article; `quxun crawl --url` fetches a page and stores it")


def _page(desk: Desk, path: Path) -> tuple[str, str]:
    line = read_page(Page(id=str(path), path=path), desk.zone)
    if line.get("refusal"):
        raise UnreadableInput(path, str(line["refusal"]))
    return str(line["title"]), str(line["text"])


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            given = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableInput(path, error.strerror or str(error)) from error
    if len(given) > MAX_BYTES:
        raise UnreadableInput(path, f"more than {MAX_BYTES // 2**20} MiB")
    for encoding in _ENCODINGS:
        with suppress(UnicodeDecodeError):
            text = given.decode(encoding)
            if not text.strip():
                raise UnreadableInput(path, "empty")
            return text
    raise UnreadableInput(path, "not a text in UTF-8 or GB18030")


def _line(desk: Desk, each: Repeated, article: Article) -> dict[str, object]:
    return {
        "id": article.id,
        "external_id": article.external_id,
        "story": article.story_id,
        "site": article.publisher,
        "url": article.url,
        "title": article.extraction.title,
        "published_at": stamp(article.extraction.published_at, desk.zone),
        "relation": each.kinship.value,
        "share": round(each.share, 3),
        "evidence": sentence(each.kinship, each.evidence),
    }


def _draw(desk: Desk, told: list[tuple[Repeated, Article]], took_ms: float, *, few: bool) -> None:
    if not told:
        why = f"; so few characters are only found where title and text are the same ({LEAST_WORDS} are enough)"
        out().print(f"No stored text repeats it ({took_ms:.0f} ms){why if few else ''}.")
        return
    columns = (">id", ">story", "publisher", "published", ">share", "relation", "title")
    drawn = table(*columns, "evidence") if roomy() else table(*columns)
    for each, article in told:
        read = article.extraction
        row: list[str | Text] = [
            str(article.id),
            str(article.story_id or ""),
            said(article.publisher),
            local(read.published_at, desk.zone, read.published_precision),
            f"{each.share:.0%}",
            each.kinship.value,
            said(read.title),
        ]
        drawn.add_row(*row, *([said(sentence(each.kinship, each.evidence))] if roomy() else []))
    show(drawn)
    out().print(f"Found in {took_ms:.0f} ms.")

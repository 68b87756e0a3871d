"""Read pages with another extractor, in that extractor's own environment. Knows nothing of the project.

`python peer.py NAME`: JSON lines `{"id", "url", "lang", "html"}` in; out come, a line a page, `{"id", "text",
"title", "date", "author", "source", "cpu_s"}`, and a last line `{"lxml_s", "versions"}` with what a plain lxml
parse of the same pages takes. Every peer gets decoded text, so decoding is not what is compared.
"""

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from importlib import import_module, metadata
from typing import Any

PLAIN_PARSES = 3  # of every page, for the yardstick
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "ul", "ol", "li", "table", "tr", "td", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("blockquote", "pre", "br", "hr", "dl", "dt", "dd", "figure", "figcaption", "center"),
    )
)
_UNSEEN = frozenset(("script", "style", "noscript", "head"))

Fields = dict[str, Any]
Peer = Callable[[str, Fields], Fields]


def trafilatura(**options: bool) -> Peer:
    extract = import_module("trafilatura").bare_extraction

    def read(html: str, page: Fields) -> Fields:
        found = extract(html, url=page["url"] or None, with_metadata=True, include_comments=False, **options)
        if found is None:
            return {}
        fields = found.as_dict()
        return {
            **{name: fields.get(name) for name in ("text", "title", "date", "author")},
            "source": fields["sitename"],
        }

    return read


def newspaper() -> Peer:
    package = import_module("newspaper")

    def read(html: str, page: Fields) -> Fields:
        language = {"language": "zh"} if page["lang"] == "zh" else {}
        article = package.Article(page["url"] or "http://example.com/a.html", fetch_images=False, **language)
        article.download(input_html=html)
        article.parse()
        return {
            "text": article.text,
            "title": article.title,
            "date": str(article.publish_date or ""),
            "author": ";".join(article.authors or []),
            "source": article.meta_site_name,
        }

    return read


def gne() -> Peer:
    extractor = import_module("gne").GeneralNewsExtractor()

    def read(html: str, page: Fields) -> Fields:
        found = extractor.extract(html, host=page["url"])
        wanted = {"text": "content", "title": "title", "date": "publish_time", "author": "author"}
        return {name: found.get(key) for name, key in wanted.items()}

    return read


def readability() -> Peer:
    document = import_module("readability").Document

    def read(html: str, _page: Fields) -> Fields:
        found = document(html)
        return {"text": _text(found.summary()), "title": found.short_title()}

    return read


PEERS: dict[str, Callable[[], Peer]] = {
    "trafilatura": trafilatura,
    "trafilatura, precision": lambda: trafilatura(favor_precision=True),
    "trafilatura, recall": lambda: trafilatura(favor_recall=True),
    "trafilatura, fast": lambda: trafilatura(fast=True),
    "newspaper4k": newspaper,
    "GNE": gne,
    "readability-lxml": readability,
}
PACKAGES = ("trafilatura", "newspaper4k", "gne", "readability-lxml", "lxml")


def _parse(html: str) -> Any:
    parse = import_module("lxml.html").document_fromstring
    try:
        return parse(html)
    except ValueError:  # an XML declaration that names a charset
        return parse(html.encode())


def _text(html: str) -> str:
    """The text of a piece of HTML, a line a block."""
    if not html.strip():
        return ""
    parts: list[str] = []

    def walk(element: Any) -> None:
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            return
        edge = "\n" if element.tag in _BLOCKS else ""
        parts.extend((edge, element.text or ""))
        for child in element:
            walk(child)
            parts.append(child.tail or "")
        parts.append(edge)

    walk(_parse(html))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _read(peer: Peer, page: Fields) -> Fields:
    """What it finds, whatever it stumbles over, and what that cost."""
    began = time.process_time()
    try:
        found = peer(page["html"], page)
    except Exception as error:  # noqa: BLE001 - a peer that fails on a page has read nothing from it
        found = {"error": repr(error)[:200]}
    return {"id": page["id"], **found, "cpu_s": time.process_time() - began}


def _plain_parse_s(pages: Iterable[Fields]) -> float:
    began = time.process_time()
    for page in pages:
        _parse(page["html"])
    return time.process_time() - began


def _forbid_connections(event: str, _details: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo"}:
        raise OSError("nothing is fetched while extractors are measured")


def main(name: str) -> None:
    """Read the pages on standard input."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    sys.addaudithook(_forbid_connections)
    pages: list[Fields] = [json.loads(line) for line in sys.stdin]
    peer = PEERS[name]()
    _read(peer, pages[0])  # what a library loads at its first page is no page's cost
    for page in pages:
        print(json.dumps(_read(peer, page), default=str))
    plain = sum(_plain_parse_s(pages) for _ in range(PLAIN_PARSES)) / PLAIN_PARSES
    print(json.dumps({"lxml_s": plain, "versions": {name: metadata.version(name) for name in PACKAGES}}))


if __name__ == "__main__":
    main(sys.argv[1])

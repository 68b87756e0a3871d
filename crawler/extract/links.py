"""Images and attachments of an article. Pure."""

import re
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.extract.body import Body
from crawler.extract.layout import clean_text
from storage.records import Link

MAX_LINKS = 100

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|rar|zip|7z|txt|csv)$", re.IGNORECASE)
_FILE_QUERY = re.compile(r"(?:downfile|download)\.\w{2,5}$", re.IGNORECASE)
_NO_PICTURE = re.compile(
    r"qr|erweima|ewm|wechat|weixin|logo|icon|blank|spacer|loading|pixel|share|avatar|button|/file_?type|/ext/",
    re.IGNORECASE,
)
_SOURCES = ("data-src", "data-original", "data-lazy-src", "data-echo", "src")


def images_of(body: Body, url: str) -> tuple[Link, ...]:
    """The pictures that stand between the lines of a body."""
    found: dict[str, Link] = {}
    for number, element in body.layout.images:
        if body.start <= number <= body.end and (address := _picture(element, url)):
            found.setdefault(address, Link(url=address, label=_label(element)))
    return tuple(found.values())[:MAX_LINKS]


def attachments_of(body: Body, headline: int, url: str) -> tuple[Link, ...]:
    """The files that a page links to below its headline."""
    found: dict[str, Link] = {}
    for number, element in body.layout.links:
        href = (element.get("href") or "").strip()
        if number > headline and href and is_file(href) and (address := absolute(url, href)):
            label = clean_text("".join(element.itertext())) or (element.get("title") or "").strip()
            found.setdefault(address, Link(url=address, label=label[:200]))
    return tuple(found.values())[:MAX_LINKS]


def absolute(base: str, href: str) -> str:
    """A web address, or an empty string for anything else."""
    try:
        address = urljoin(base, href)
        return address if urlsplit(address).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def is_file(href: str) -> bool:
    """Whether an address names a document or an archive."""
    path = href.partition("?")[0].partition("#")[0]
    return _FILE.search(path) is not None or (_FILE_QUERY.search(path) is not None and "?" in href)


def _picture(element: HtmlElement, url: str) -> str:
    source = next(
        (value for name in _SOURCES if (value := (element.get(name) or "").strip()) and not value.startswith("data:")),
        "",
    )
    if not source or _NO_PICTURE.search(source) or _is_tiny(element):
        return ""
    return absolute(url, source)


def _is_tiny(element: HtmlElement) -> bool:
    sizes = [
        value
        for name in ("width", "height")
        if (value := (element.get(name) or "").strip().removesuffix("px")).isdigit()
    ]
    return any(int(size) < 40 for size in sizes)


def _label(element: HtmlElement) -> str:
    for around in element.iterancestors("figure"):
        caption = around.find(".//figcaption")
        if caption is not None:
            return clean_text("".join(caption.itertext()))[:200]
        break
    return clean_text(element.get("alt") or element.get("title") or "")[:200]

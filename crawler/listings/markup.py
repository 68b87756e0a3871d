"""An HTML page as its links: parsed once, safely, with what surrounds each link.

Nothing is fetched or followed, scripts and styles are thrown away unread, and no page raises: bytes
that were no HTML at all give a page without links.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from crawler.dialects import article_dialect
from crawler.urls import absolute, url_key, without_fragment

#: Links that are looked at in one page; the biggest portals' home pages have some two thousand.
MAX_LINKS = 8_000
#: Characters of a link's text that are looked at: a headline and a summary.
_LONGEST_TEXT = 500
_GONE = ("script", "style", "template", "iframe", "object", "svg")
_SPACE = re.compile(r"\s+")
_CJK = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|[\ud800-\udfff]")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")

#: What a class or id says of a part of the page that is the same on every page.
_FURNITURE = frozenset(
    [
        *("nav", "navi", "navbar", "navigation", "menu", "submenu", "mainmenu", "dropdown", "daohang"),
        *("foot", "footer", "copyright", "beian", "crumb", "crumbs", "breadcrumb", "breadcrumbs", "location"),
        *("friend", "friends", "friendlink", "friendlinks", "link", "links", "yqlj", "yqlink", "sitemap"),
        *("page", "pager", "pages", "paging", "pagination", "toolbar", "topbar", "login", "tags"),
    ]
)
_FURNITURE_TAGS = frozenset({"nav", "footer", "select"})


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """One link of a page."""

    element: etree._Element
    #: Absolute, without its fragment.
    url: str
    key: str
    dialect: str | None
    #: Its text in one line, and its `title` attribute in one line.
    text: str
    hint: str
    nofollow: bool

    def says_something(self) -> bool:
        """Whether it may be the link of an article: an article's address, or a text as long as a headline."""
        return self.dialect is not None or is_headline(self.text) or is_headline(self.hint)


@dataclass(eq=False)
class Page:
    """A parsed page. `root` is None if there was nothing to parse."""

    root: etree._Element | None
    url: str
    base: str
    _furniture: dict[etree._Element, bool] = field(default_factory=dict, repr=False)

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """Its links to other pages, in the order of the document."""
        if self.root is None:
            return ()
        found = (self._anchor(element) for element in self.root.iter("a", "A"))
        return tuple(anchor for anchor, _ in zip(filter(None, found), range(MAX_LINKS), strict=False))

    def is_furniture(self, element: etree._Element) -> bool:
        """Whether an element stands in a menu, a footer, a breadcrumb or the like."""
        climbed: list[etree._Element] = []
        at: etree._Element | None = element
        while at is not None and at not in self._furniture and not _says_furniture(at):
            climbed.append(at)
            at = at.getparent()
        verdict = at is not None and self._furniture.get(at, True)
        for each in climbed if at is None else [*climbed, at]:
            self._furniture[each] = verdict
        return verdict

    def _anchor(self, element: etree._Element) -> Anchor | None:
        url = absolute(self.base, element.get("href") or "")
        if url is None:
            return None
        url = without_fragment(url)
        return Anchor(
            element=element,
            url=url,
            key=url_key(url),
            dialect=article_dialect(url),
            text=text_of(element, _LONGEST_TEXT)[:_LONGEST_TEXT],
            hint=one_line((element.get("title") or "")[:_LONGEST_TEXT]),
            nofollow="nofollow" in (element.get("rel") or "").lower(),
        )


def parse(html: str, url: str) -> Page:
    """The page of an HTML text; whatever the text is, it gives one."""
    root = _tree(html)
    if root is None:
        return Page(None, url, url)
    base = next((element.get("href") for element in root.iter("base") if element.get("href")), None)
    page = Page(root, url, (absolute(url, base) if base else None) or url)
    etree.strip_elements(root, *_GONE, with_tail=False)
    for line_break in root.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return page


def commented(html: str) -> Iterator[str]:
    """The parts of a page that stand in comments and hold several links, as HTML."""
    for part in enclosed(html, "<!--", "-->"):
        if not part.startswith("[if") and len(re.findall(r"<a\s", part, re.IGNORECASE)) >= 3:
            yield part


def enclosed(text: str, opening: str, closing: str) -> Iterator[str]:
    """What stands between two marks, each time. Searched for: a pattern is slow where the end is missing."""
    start = text.find(opening)
    while start >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        yield text[start + len(opening) : end]
        start = text.find(opening, end + len(closing))


def text_of(element: etree._Element, limit: int = 20_000) -> str:
    """The text inside an element in one line, cut off soon after `limit` characters."""
    pieces: list[str] = []
    room = limit
    for piece in element.itertext():
        pieces.append(str(piece))
        room -= len(one_line(str(piece)))
        if room < 0:
            break
    return one_line("".join(pieces))


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return _SPACE.sub(" ", text.replace("\u200b", "").replace("\ufeff", "")).strip()


def cjk(text: str) -> int:
    """How many Chinese characters a text has."""
    return len(_CJK.findall(text))


def is_headline(text: str) -> bool:
    """Whether a text is as long as the headlines of articles are: six Chinese characters or five words."""
    return cjk(text) >= 6 or len(_WORD.findall(text)) >= 5


def words_of(element: etree._Element) -> set[str]:
    """The words that an element's class and id are made of, in lower case."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return {word.lower() for word in _CAMEL.findall(names)}


def _says_furniture(element: etree._Element) -> bool:
    return element.tag in _FURNITURE_TAGS or not _FURNITURE.isdisjoint(words_of(element))


def _tree(html: str) -> etree._Element | None:
    payload = _CONTROL.sub(" ", html).encode("utf-8", "replace")
    if not payload.strip():
        return None
    # huge_tree: unclosed tags nest some pages deeper than the 256 levels allowed without it.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return etree.fromstring(payload, parser)
    except (etree.LxmlError, ValueError):
        return None

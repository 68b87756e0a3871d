"""A decoded page with its tree: parsed once, bounded in size, depth and time. Pure; it never fails.

What real templates do to a parser is put right before it: text after `</html>`, bodies closed too
early, and the property comment of Founder's CMS that leaks into the text.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import lxml.html
from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HtmlProcessingInstruction

from crawler.extract.body import Weights
from crawler.extract.layout import Layout
from crawler.extract.mending import mend
from crawler.extract.scripts import script_body
from crawler.extract.tags import Tags, read_tags

MAX_TAGS = 40_000  # start and end tags: a result list of three thousand rows; more takes longer than a visit may
MAX_CHARS = 5_000_000  # more is no article, and would take a parser longer than a visit may
MAX_SHOWN = 600_000  # characters that a reader sees: five times the longest text that a newspaper prints
MAX_PROPERTIES = 3  # an article has one
FAT_TAG_CHARS = 4_000  # a tag is looked at more closely from here on
FAT_TAG_WORDS = 300  # libxml2 compares every attribute of a tag with every other

# One class for all elements: lxml.html looks a class up in Python for every element of a page.
_CLASSES = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction, entity=HtmlEntity
)
# libxml2 drops whatever stands after `</html>`, and templates close it too early.
_CLOSERS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_FAT_TAG = re.compile(rf"<[a-zA-Z][^>]{{{FAT_TAG_CHARS},}}>?")
PROPERTY = "enpproperty"  # opens and, with a slash, closes the property comment


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page as text and tree."""

    url: str
    #: Without NULs; at most `MAX_CHARS`.
    text: str
    charset: str
    tree: HtmlElement
    #: Too large or too deep to be read whole.
    cut: bool = False

    @cached_property
    def layout(self) -> Layout:
        """Its visible lines and boxes."""
        return Layout.of(self.tree)

    @cached_property
    def weights(self) -> Weights:
        """How much its lines speak for a body."""
        return Weights(self.layout)

    @cached_property
    def script(self) -> str:
        """The HTML of a body that only its script has; empty on most pages."""
        return script_body(self.text)

    @cached_property
    def tags(self) -> Tags:
        """What it says about itself to machines."""
        return read_tags(self.tree, self.url)


def parse(text: str, url: str = "", charset: str = "") -> Page:
    """The page that a decoded payload holds; any text gives one."""
    kept = text[:MAX_CHARS].replace("\0", "")
    source = _CLOSERS.sub("", mend(kept))
    if PROPERTY in source:
        source = _without_property(source)
    if len(source) > FAT_TAG_CHARS:
        source = _FAT_TAG.sub(_slimmed, source)
    tree, deep = _tree(source, huge=False)
    if deep:
        # Unclosed <font> tags nest a paragraph each: 256 levels are too few for a real page, 2048 are not.
        tree, deep = _tree(source, huge=True)
    cut = deep or len(text) > MAX_CHARS or source.count("<") > MAX_TAGS
    page = Page(url=url, text=kept, charset=charset, tree=tree, cut=cut)
    if not cut and len(kept) > MAX_SHOWN and sum(len(line.text) for line in page.layout.lines) > MAX_SHOWN:
        return Page(url=url, text=kept, charset=charset, tree=tree, cut=True)
    return page


def property_span(text: str) -> tuple[int, int] | None:
    """Where Founder's property comment stands, without its marks; None on a page without one."""
    start = text.find(PROPERTY)
    end = text.find("/" + PROPERTY, start)
    return (start + len(PROPERTY), end) if 0 <= start < end else None


def _without_property(source: str) -> str:
    """The page without the first such comments; the CMS closes them too early and they leak into the text."""
    for _ in range(MAX_PROPERTIES):
        if (span := property_span(source)) is None:
            break
        before = source[: span[0] - len(PROPERTY)].rstrip().removesuffix("<!--")
        after = source[span[1] + 1 + len(PROPERTY) :].lstrip().removeprefix("-->")
        source = f"{before} {after}"
    return source


def fragment(text: str) -> HtmlElement:
    """The tree of a piece of HTML."""
    return parse(text).tree


def _tree(source: str, *, huge: bool) -> tuple[HtmlElement, bool]:
    """The root, and whether the parser stopped at its limit of depth."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=huge)
    parser.set_element_class_lookup(_CLASSES)
    try:
        root = lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):  # nothing in it
        return lxml.html.document_fromstring("<html><body></body></html>"), False
    return root, any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)


def _slimmed(match: re.Match[str]) -> str:
    tag = match.group()
    return "" if len(tag.split(None, FAT_TAG_WORDS)) > FAT_TAG_WORDS else tag

"""What a reader would see of a page: its lines in order, and the boxes that hold them. Pure.

One walk over the tree; everything later works on the numbers of lines: a box is a range of lines.
"""

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawler.extract.words import words

# What a tag is to the flow of lines; those from _BREAK on end a line, those from _BLOCK on are boxes.
_ENTER, _PASSED, _HIDDEN, _INLINE, _LINK, _IMAGE, _CELL, _BREAK, _BLOCK, _ITEM, _HEADING = range(-1, 10)
_HIDDEN_TAGS = words(
    "script style noscript template iframe object embed svg select option button input textarea head title meta link "
    "canvas audio video map applet noframes frameset datalist dialog base param source track math"
)
_INLINE_TAGS = words(
    "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr xm"
)
_KINDS: dict[object, int] = {
    **dict.fromkeys(_HIDDEN_TAGS, _HIDDEN),
    **dict.fromkeys(_INLINE_TAGS, _INLINE),
    "a": _LINK,
    "img": _IMAGE,
    **dict.fromkeys(("td", "th"), _CELL),
    **dict.fromkeys(("br", "hr"), _BREAK),
    **dict.fromkeys(("li", "dd", "dt"), _ITEM),
    **{f"h{level}": _HEADING + level for level in range(1, 7)},
}
#: What holds the text of a news item in XML, and of `<pre>`, in which line breaks are meant.
_FOREIGN_TAGS = frozenset(("doc", "document", "content", "text", "item", "news", "story", "pre"))
_SHALLOW_TAGS = frozenset(("button", "select", "option", "object", "map", "svg", "dialog", "datalist"))
_NEVER_HIDDEN = frozenset(("html", "body", "main", "article"))
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
#: Comments that say where something begins or ends; all others are passed over without breaking a line.
_MARKER = re.compile(r"begin|start|end\b|enpcontent|正文|来源|信息内容", re.IGNORECASE)
_CJK = r"\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—·"
_SOFT_BREAK = re.compile(rf"(?<=[{_CJK}])[ \t\r]*\n\s*(?=[{_CJK}])")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\ufffe]+")


@dataclass(slots=True, eq=False)
class Line:
    """One visible line: the text between two breaks of the layout."""

    text: str
    #: Its inline pieces, in order.
    pieces: tuple[str, ...]
    #: Characters that are inside links.
    linked: int
    #: Number of the innermost box that holds it.
    box: int
    #: Level of the heading that it stands in; 0: none.
    heading: int
    #: Inside an `li`, `dd` or `dt`.
    listed: bool


@dataclass(slots=True, eq=False)
class Box:
    """An element of the block level: lines `start` to `end` (exclusive)."""

    element: HtmlElement
    #: Number of the box around it; -1 for the outermost.
    parent: int
    start: int
    end: int = 0
    #: `class` and `id`, in lower case.
    name: str = ""


@dataclass(slots=True)
class Layout:
    lines: list[Line] = field(default_factory=list)
    #: In document order: a box comes before those inside it.
    boxes: list[Box] = field(default_factory=list)
    #: `(number of the next line, comment)`, for markers that a CMS leaves.
    marks: list[tuple[int, str]] = field(default_factory=list)
    #: `(number of the line it stands in or before, element)`.
    images: list[tuple[int, HtmlElement]] = field(default_factory=list)
    #: `(number of the line it stands in, element)`.
    links: list[tuple[int, HtmlElement]] = field(default_factory=list)

    @classmethod
    def of(cls, root: HtmlElement, *, hidden: bool = False) -> "Layout":
        """The layout of a tree; with `hidden` also of what a style sheet hides."""
        return _Walk(hidden).over(root)


class _Walk:
    """The state of one walk; iterative, because pages nest deeper than Python does."""

    def __init__(self, hidden: bool) -> None:
        self.layout = Layout()
        self.hidden = hidden
        self.pieces: list[str] = []
        self.linked = 0
        self.in_link = 0
        self.box = -1
        self.heading = 0
        self.listed = 0

    def over(self, root: HtmlElement) -> Layout:
        # `left` says what ends with an element: -1 on the way in, else its kind.
        stack: list[tuple[HtmlElement, int]] = [(root, _ENTER)]
        while stack:
            element, left = stack.pop()
            if left == _ENTER:
                left = self._enter(element)
                if left != _PASSED:
                    if text := element.text:
                        self._say(text)
                    if len(element):
                        stack.append((element, left))
                        stack.extend([(child, _ENTER) for child in reversed(element)])
                        continue
            if left > _INLINE:
                self._leave(left)
            if (tail := element.tail) and element is not root:
                self._say(tail)
        self._flush()
        return self.layout

    def _enter(self, element: HtmlElement) -> int:
        """What the element is: its kind if what is in it is shown, else `_PASSED`."""
        tag = element.tag
        if not isinstance(tag, str):
            self._mark(element)
            return _PASSED
        kind = _KINDS.get(tag, _BLOCK)
        if kind == _HIDDEN:
            if tag == "meta":
                self.layout.marks.append((len(self.layout.lines), (element.get("name") or "").lower()))
            kind = _BLOCK if _swallowed(element, tag) else _PASSED
        if kind == _PASSED or (element.attrib and not self.hidden and _is_hidden(element, tag)):
            return _PASSED
        if kind > _INLINE:
            kind = self._begin(element, kind)
        return kind

    def _begin(self, element: HtmlElement, kind: int) -> int:
        """What begins with a link, an image, a cell, a break or a box; its kind."""
        if kind == _LINK:
            self.in_link += 1
            self.layout.links.append((len(self.layout.lines), element))
            return kind
        if kind == _IMAGE:
            self.layout.images.append((len(self.layout.lines), element))
            return kind
        if kind == _CELL:
            if _is_plain_row(element.getparent()):
                self.pieces.append(" ")
                return _INLINE
            kind = _BLOCK
        self._flush()
        if kind != _BREAK:
            self._open(element, kind)
        return kind

    def _open(self, element: HtmlElement, kind: int) -> None:
        name = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        self.layout.boxes.append(Box(element, self.box, len(self.layout.lines), name=name))
        self.box = len(self.layout.boxes) - 1
        if kind > _HEADING:
            self.heading = kind - _HEADING
        elif kind == _ITEM:
            self.listed += 1

    def _leave(self, kind: int) -> None:
        if kind == _LINK:
            self.in_link -= 1
            return
        if kind < _BLOCK:
            return
        self._flush()
        box = self.layout.boxes[self.box]
        box.end = len(self.layout.lines)
        self.box = box.parent
        if kind > _HEADING:
            self.heading = 0
        elif kind == _ITEM:
            self.listed -= 1

    def _mark(self, element: HtmlElement) -> None:
        text = element.text
        if text and len(text) < 120 and _MARKER.search(text):
            self._flush()
            self.layout.marks.append((len(self.layout.lines), " ".join(text.lower().split())))

    def _say(self, text: str) -> None:
        self.pieces.append(text)
        if self.in_link:
            self.linked += len(text.strip())

    def _flush(self) -> None:
        pieces = self.pieces
        if not pieces:
            return
        raw = "".join(pieces)
        for part in self._parts(raw):
            if text := clean_text(part):
                whole = tuple(pieces) if part is raw else (part,)
                self.layout.lines.append(Line(text, whole, self.linked, self.box, self.heading, self.listed > 0))
        self.pieces = []
        self.linked = 0

    def _parts(self, raw: str) -> list[str]:
        """The lines of a text that breaks them itself: in an element that HTML does not know."""
        if (
            "\n" not in raw
            or self.box < 0
            or self.linked
            or self.layout.boxes[self.box].element.tag not in _FOREIGN_TAGS
        ):
            return [raw]
        return raw.split("\n")


def clean_text(raw: str) -> str:
    """One line without invisible characters; a source line break between two hanzi is no space."""
    if "\n" in raw:
        raw = _SOFT_BREAK.sub("", raw)
    if not raw.isascii() and _INVISIBLE.search(raw):
        raw = _INVISIBLE.sub("", raw)
    return " ".join(raw.split())


def _swallowed(element: HtmlElement, tag: str) -> bool:
    """A button that lost its end tag holds the rest of the page, and is none."""
    return tag in _SHALLOW_TAGS and next(element.iter("p", "main", "article", "h1", "h2", "table"), None) is not None


def _is_hidden(element: HtmlElement, tag: str) -> bool:
    style = element.get("style")
    if not ((style and _NOT_SHOWN.search(style)) or element.get("hidden") is not None):
        return False
    return tag not in _NEVER_HIDDEN  # these a script shows that every browser runs


def _is_plain_row(row: HtmlElement | None) -> bool:
    """A row of a data table, which reads as one line: several cells without blocks inside."""
    if row is None or row.tag != "tr":
        return False
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    return len(cells) > 1 and all(_KINDS.get(child.tag, _BLOCK) <= _IMAGE for cell in cells for child in cell)

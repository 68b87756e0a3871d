"""What a reader would see of a page: its lines in order, and the boxes that hold them. Pure.

One walk over the tree; everything later works on the numbers of lines: a box is a range of lines.
"""

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

_HIDDEN_TAGS = frozenset(
    "script style noscript template iframe object embed svg select option button input textarea head title meta link "
    "canvas audio video map applet noframes frameset datalist dialog base param source track math".split()
)
_INLINE_TAGS = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr xm".split()
)
_BREAKS = frozenset(("br", "hr"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NOT_SHOWN = re.compile(r"display\s*:\s*none|(?:font-size|max-height|height)\s*:\s*0(?:px)?\s*(?:;|$)", re.IGNORECASE)
#: Comments that say where something begins or ends; all others are passed over without breaking a line.
_MARKER = re.compile(r"begin|start|end\b|enpcontent|正文|来源|信息内容", re.IGNORECASE)
_CJK = r"\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—·"
_SOFT_BREAK = re.compile(rf"(?<=[{_CJK}])[ \t\r]*\n\s*(?=[{_CJK}])")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202c\ufffe"))


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
        stack: list[tuple[HtmlElement, bool, bool]] = [(root, False, False)]
        while stack:
            element, leaving, joined = stack.pop()
            if leaving:
                self._leave(element, joined)
                if element is not root:
                    self._say(element.tail)
                continue
            tag = element.tag
            if not isinstance(tag, str):
                self._mark(element)
            elif tag not in _HIDDEN_TAGS and (self.hidden or not _is_hidden(element)):
                joined = joined or (tag == "tr" and _is_plain_row(element))
                stack.append((element, True, joined))
                self._enter(element, tag, joined)
                self._say(element.text)
                if len(element):
                    stack.extend((child, False, joined) for child in reversed(element))
                continue
            elif tag == "meta":
                self.layout.marks.append((len(self.layout.lines), (element.get("name") or "").lower()))
            if element is not root:
                self._say(element.tail)
        self._flush()
        return self.layout

    def _enter(self, element: HtmlElement, tag: str, joined: bool) -> None:
        if tag in _INLINE_TAGS:
            if tag == "a":
                self.in_link += 1
                self.layout.links.append((len(self.layout.lines), element))
            elif tag == "img":
                self.layout.images.append((len(self.layout.lines), element))
            return
        if joined and tag in {"td", "th"}:
            self.pieces.append(" ")
            return
        self._flush()
        if tag in _BREAKS:
            return
        name = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        self.layout.boxes.append(Box(element, self.box, len(self.layout.lines), name=name))
        self.box = len(self.layout.boxes) - 1
        if tag in _HEADINGS:
            self.heading = _HEADINGS[tag]
        elif tag in {"li", "dd", "dt"}:
            self.listed += 1

    def _leave(self, element: HtmlElement, joined: bool) -> None:
        tag = element.tag
        if tag in _INLINE_TAGS:
            if tag == "a":
                self.in_link -= 1
            return
        if joined and tag in {"td", "th"}:
            return
        self._flush()
        if tag in _BREAKS:
            return
        box = self.layout.boxes[self.box]
        box.end = len(self.layout.lines)
        self.box = box.parent
        if tag in _HEADINGS:
            self.heading = 0
        elif tag in {"li", "dd", "dt"}:
            self.listed -= 1

    def _mark(self, element: HtmlElement) -> None:
        text = element.text
        if text and len(text) < 120 and _MARKER.search(text):
            self._flush()
            self.layout.marks.append((len(self.layout.lines), " ".join(text.lower().split())))

    def _say(self, text: str | None) -> None:
        if text:
            self.pieces.append(text)
            if self.in_link:
                self.linked += len(text.strip())

    def _flush(self) -> None:
        pieces = self.pieces
        if not pieces:
            return
        text = clean_text("".join(pieces))
        if text:
            line = Line(text, tuple(pieces), self.linked, self.box, self.heading, self.listed > 0)
            self.layout.lines.append(line)
        self.pieces = []
        self.linked = 0


def clean_text(raw: str) -> str:
    """One line without invisible characters; a source line break between two hanzi is no space."""
    if "\n" in raw:
        raw = _SOFT_BREAK.sub("", raw)
    if not raw.isascii():
        raw = raw.translate(_INVISIBLE)
    return " ".join(raw.split())


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style) and _NOT_SHOWN.search(style) is not None


def _is_plain_row(row: HtmlElement) -> bool:
    """A row of a data table, which reads as one line: several cells without blocks inside."""
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    return len(cells) > 1 and all(child.tag in _INLINE_TAGS for cell in cells for child in cell)

"""Find the lines that are the article's body. Pure.

A body is a range of lines: what stands between two markers of a CMS, or a known container, or the
box whose lines weigh most, where prose counts for a box and links, notices and lists against it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.extract.boilerplate import (
    begins_related,
    is_boilerplate,
    is_contact,
    is_foot,
    is_header_line,
    is_junk_box,
    is_never_body,
)
from crawler.extract.layout import Box, Layout, Line
from crawler.extract.others import is_linked_title, mark_others
from crawler.extract.words import words

MAX_PROSE = 400  # one long paragraph must not outweigh a page
QUOTED = 80.0  # what it is worth to hold the line that the page's description quotes
NEAR_LINES = 14  # below a headline, where a body begins
NEAR = 40.0  # what it is worth to hold the first prose there; decides for briefs only
TOLD = 30.0  # weight of a sentence that could be the article's
SCATTERED = 0.35  # of the article's prose, at most, that stands together among comments and teasers
DEEPEST = 60  # boxes around the first prose that are looked into
FURNITURE = 2  # lines of links and the like for each of prose, in what is left out of a body
ASIDE = 0.6  # of the article's prose, at most, in what is left out
KNOWN_SHARE = 0.6  # a known container is taken if it holds this much of the best one

#: Tokens of class or id that a CMS gives to nothing but the body.
_KNOWN = frozenset(
    words(
        "trs_editor trs_ueditor trs_editor_view trs_uedit ucap-content zoom vsb_content v_news_content ozoom "
        "maintext rwb_zw p-detail "
        "detailcontent founder-content endtext js_content artibody main-txt artile_zw xxgk-content ivs_content "
        "contenttext doccontent "
        "newsdetatext article-body article_body post_body post-body wp_articlecontent articlecontent"
    )
)
_BEGINS = re.compile(r"信息内容\]>begin|^enpcontent$|contentstart$|正文.{0,4}(?:begin|start|开始)")
_ENDS = re.compile(r"信息内容\]>end|^/enpcontent$|contentend$|正文.{0,4}(?:end|结束)")
_WHOLE_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
_STOPS = re.compile(r"[,。!?;、…](?!\d)|[\u3400-\u9fff][:.]")


@dataclass(frozen=True, slots=True)
class Body:
    layout: Layout
    start: int
    end: int
    #: How it was found: `marker:…`, `container:…`, `density`.
    evidence: str

    @property
    def lines(self) -> list[Line]:
        return self.layout.lines[self.start : self.end]


class Weights:
    """How much each line of a page speaks for a body, whatever its headline; and sums over ranges."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._plain = [_plain_weight(line) for line in layout.lines]
        self._prose = _sums([max(0.0, weight) for weight in self._plain])
        #: Lines that stand in a box beside the article.
        self.junk = [False] * len(layout.lines)
        for box in layout.boxes:
            if self._is_junk(box):
                self.junk[box.start : box.end] = [True] * (box.end - box.start)
        mark_others(layout, self._plain, self.prose, self.junk)
        self._mark_below_headings()
        self.lines = [self._weight(number, line) for number, line in enumerate(layout.lines)]
        self._sums = _sums(self.lines)
        self._fines = _sums([min(0.0, weight) for weight in self.lines])

    def of(self, start: int, end: int, headline: int = -1) -> float:
        """The weight of a range; what stands above the headline cannot speak for it."""
        below = min(max(start, headline + 1), end)
        return self._fines[below] - self._fines[start] + self._sums[end] - self._sums[below]

    def prose(self, start: int, end: int) -> float:
        """The same without fines."""
        return self._prose[end] - self._prose[start]

    def _weight(self, number: int, line: Line) -> float:
        if self.junk[number]:
            return -4.0
        weight = self._plain[number]
        if weight <= 0:
            return weight
        if is_foot(line.text):
            return -25.0
        return 0.0 if is_contact(line.text) or is_header_line(line.text) else weight

    def first_prose(self, headline: int) -> int:
        """The first line of prose within `NEAR_LINES` below a headline; -1 if there is none."""
        numbers = range(headline + 1, min(headline + 1 + NEAR_LINES, len(self.lines)))
        return next((number for number in numbers if self.lines[number] > 0), -1) if headline >= 0 else -1

    def _is_junk(self, box: Box) -> bool:
        if box.end <= box.start:
            return False
        named = is_junk_box(box.name) or box.element.tag in {"nav", "footer", "aside"}
        if not named and not self._heads_list(box):
            return False
        share = self.prose(box.start, box.end) / max(1.0, self._prose[-1])
        return share < (0.9 if is_never_body(box.name) else 0.4)

    def _heads_list(self, box: Box) -> bool:
        """Whether a box begins with a heading like 相关阅读, and is not just a subhead of that name."""
        if not begins_related(self.layout.lines[box.start].text):
            return False
        return box.end - box.start > 1 or self.leads_on(box.start)

    def leads_on(self, number: int) -> bool:
        """Whether a line is a heading like 相关阅读 that linked titles follow."""
        lines = self.layout.lines
        return begins_related(lines[number].text) and any(
            is_linked_title(line) for line in lines[number + 1 : number + 4]
        )

    def _mark_below_headings(self) -> None:
        """What follows such a heading in the same box is no part of an article, once something was told before it."""
        for number, line in enumerate(self.layout.lines):
            if len(line.text) > 24 or line.box < 0 or self.prose(0, number) < 100 or not self.leads_on(number):
                continue
            box = self.layout.boxes[line.box]
            while box.start == number and box.parent > 0 and box.end == number + 1:
                box = self.layout.boxes[box.parent]
            self.junk[number : box.end] = [True] * (box.end - number)


def find_body(layout: Layout, weights: Weights, headline: int = -1, opening: int = -1) -> Body | None:
    """The body, or None if no line of the page is prose.

    `headline` is the number of the headline's line, `opening` of one that the page's own
    description quotes; -1 for none.
    """
    return _between_markers(layout, weights) or _container(layout, weights, headline, opening)


def _between_markers(layout: Layout, weights: Weights) -> Body | None:
    start, begin = -1, ""
    for number, mark in layout.marks:
        if start < 0 and _BEGINS.search(mark):
            start, begin = number, mark
        elif start >= 0 and _ENDS.search(mark):
            if number > start and weights.prose(start, number) > 0:
                return Body(layout, start, number, f"marker:{begin}"[:60])
            start = -1
    return None


def _container(layout: Layout, weights: Weights, headline: int, opening: int) -> Body | None:
    best: Box | None = None
    known: Box | None = None
    most = most_known = 0.0
    near = weights.first_prose(headline)
    for box in layout.boxes:
        weight = weights.of(box.start, box.end, headline)
        if weight > 0 and box.start <= opening < box.end:
            weight += QUOTED
        if weight > 0 and box.start <= near < box.end:
            weight += NEAR
        if weight >= most and weight > 0:  # of equals the innermost, which comes later
            best, most = box, weight
        if not _KNOWN.isdisjoint(box.name.split()):
            size = max(weight, _plain_size(layout, box))
            if size > most_known:
                known, most_known = box, size
    if known is not None and (best is None or _holds(layout, known, best, weights)):
        tokens = sorted(_KNOWN & set(known.name.split()))
        return Body(layout, known.start, known.end, f"container:{tokens[0]}")
    if best is None:
        return None
    best = _tightened(layout, best, weights, headline, near)
    box = _loosened(layout, best, weights, headline)
    start, end = _extended(layout, box, weights, headline)
    return Body(layout, start, end, f"density:{box.element.tag}")


def _holds(layout: Layout, known: Box, best: Box, weights: Weights) -> bool:
    """Whether a known container has about as much as the heaviest box."""
    if known.start <= best.start and best.end <= known.end:
        return True
    return weights.of(known.start, known.end) >= KNOWN_SHARE * weights.of(best.start, best.end) or (
        _plain_size(layout, known) >= KNOWN_SHARE * _plain_size(layout, best)
    )


def _loosened(layout: Layout, box: Box, weights: Weights, headline: int) -> Box:
    """The box around, as long as all that it adds could belong to the body: tables, signatures, subheads."""
    while box.parent > 0:
        around = layout.boxes[box.parent]
        if around.start <= headline:
            break
        above = [*range(around.start, box.start)]
        below = [*range(box.end, around.end)]
        if not all(_may_belong(layout.lines[number], weights.lines[number]) for number in above + below):
            break
        if any(is_header_line(layout.lines[number].text) for number in above):
            break
        box = around
    return box


def _tightened(layout: Layout, box: Box, weights: Weights, headline: int, near: int) -> Box:
    """The box inside that holds the article, where what it leaves out is the page's furniture."""
    if not box.start <= near < box.end:
        near = max(range(box.start, box.end), key=weights.lines.__getitem__)
    chain, number = [], layout.lines[near].box
    while number >= 0 and layout.boxes[number] is not box:
        chain.append(layout.boxes[number])
        number = layout.boxes[number].parent
    told = _sums([float(weights.lines[number] >= TOLD) for number in range(box.start, box.end)])
    prose = _sums([max(0.0, weights.lines[number]) for number in range(box.start, box.end)])
    furniture = _sums(
        [float(_is_furniture(layout.lines[number], weights.lines[number])) for number in range(box.start, box.end)]
    )
    first = box.start
    for inner in reversed(chain[:DEEPEST]):
        rest = _Rest(max(box.start, headline + 1) - first, inner.start - first, inner.end - first, box.end - first)
        clutter = rest.of(furniture)
        if clutter < 2 or clutter < FURNITURE * rest.of(told):
            continue
        own = weights.prose(inner.start, inner.end)
        if rest.of(prose) <= ASIDE * own or _is_scattered(layout, weights, rest.numbers(first), own):
            box = inner
    return box


@dataclass(frozen=True, slots=True)
class _Rest:
    """What a box around holds beside one inside; as offsets."""

    start: int
    inner_start: int
    inner_end: int
    end: int

    def of(self, sums: list[float]) -> float:
        above = sums[self.inner_start] - sums[self.start] if self.start < self.inner_start else 0.0
        return above + sums[self.end] - sums[self.inner_end]

    def numbers(self, first: int) -> Iterator[int]:
        yield from range(first + self.start, first + self.inner_start)
        yield from range(first + self.inner_end, first + self.end)


def _is_furniture(line: Line, weight: float) -> bool:
    return weight < 0 or (weight == 0 and is_boilerplate(line.text))


def _is_scattered(layout: Layout, weights: Weights, rest: Iterator[int], prose: float) -> bool:
    """Whether no two sentences stand together, and none says as much as the article: comments and teasers."""
    together: dict[int, float] = {}
    for number in rest:
        if weights.lines[number] >= TOLD:
            mine = layout.lines[number].box
            around = layout.boxes[mine].parent if mine >= 0 else -1
            together[around] = together.get(around, 0.0) + weights.lines[number]
    return len(together) >= 3 and max(together.values()) <= SCATTERED * prose


def _extended(layout: Layout, box: Box, weights: Weights, headline: int) -> tuple[int, int]:
    """The lines of a box; of a lone paragraph with those beside it that stand in boxes of its kind."""
    start, end = box.start, box.end
    if end - start > 1:
        return start, end
    while start - 1 > headline and _is_beside(layout, box, start - 1) and _goes_with(layout, weights, start - 1):
        start -= 1
    while end < len(layout.lines) and _is_beside(layout, box, end) and _goes_with(layout, weights, end):
        end += 1
    return start, end


def _is_beside(layout: Layout, box: Box, number: int) -> bool:
    """Whether a line stands in a box like this one within the same box around."""
    mine = layout.lines[number].box
    if mine < 0 or box.parent < 0:
        return False
    other = layout.boxes[mine]
    return other.parent == box.parent and other.element.tag == box.element.tag and other.name == box.name


def _goes_with(layout: Layout, weights: Weights, number: int) -> bool:
    line = layout.lines[number]
    return (
        _may_belong(line, weights.lines[number])
        and not is_header_line(line.text)
        and _WHOLE_DAY.search(line.text[:40]) is None
    )


def _may_belong(line: Line, weight: float) -> bool:
    return weight >= 0 and not line.linked and not begins_related(line.text) and not is_boilerplate(line.text)


def _plain_size(layout: Layout, box: Box) -> float:
    return float(sum(len(line.text) - line.linked for line in layout.lines[box.start : box.end]))


def _plain_weight(line: Line) -> float:
    """A line's weight by itself: its length if it is prose, a fine if it is a link, nothing if it is short."""
    size = len(line.text)
    if line.linked * 2 > size:
        return -(6.0 + min(size, 60) * 0.3)
    stops = len(_STOPS.findall(line.text)) if size >= 8 else 0
    if stops:
        return min(size - line.linked, MAX_PROSE) + 6.0 * min(stops, 10)
    return size * 0.5 if size >= 30 else 0.0


def _sums(weights: list[float]) -> list[float]:
    total, sums = 0.0, [0.0]
    for weight in weights:
        total += weight
        sums.append(total)
    return sums

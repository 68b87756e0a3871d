"""The links of a page with the row that each stands in: its headline and the date beside it.

A row is the largest part of the page that holds no other article's link; where rows have no element of
their own (`<a>…</a> 2024-07-04<br>`), it is the text up to the next link. Nothing is decided here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.dates import Moment, read_date, sightings
from crawler.dialects import WEAK, shape, url_day
from crawler.listings.markup import Anchor, Page, cjk, is_headline, one_line, text_of, words_of
from storage.records import Entry

#: How far up from a link its row may reach.
_LEVELS = 6
#: Longest text of a row beside its headline, and longest piece of text that is read for a date, in characters.
_ROW_CHARS = 400
_PIECE_CHARS = 48
#: Elements between two rows that are looked at.
_NEIGHBOURS = 8
#: Links to one page that are looked at: picture, headline, 详细, comments.
_SAME = 6
#: Articles that a part of the page must hold to be a list.
_LIST_SIZE = 3

_GENERIC_CHARS = 30
_GENERIC = re.compile(
    r"\W*(?:更多\w{0,6}|more|详情|详细\w{0,2}|查看\w{0,4}|阅读\w{0,4}|点击\w{0,6}|进入\w{0,4}|全文|评论\w{0,3}|跟贴|分享|打印\w{0,2}|"
    r"下载\w{0,2}|首页|尾页|末页|[上下]一[页条篇]|[上下]页|返回\w{0,4}|关闭\w{0,2}|收藏\w{0,2}|推荐|置顶|视频|图片|图文|登录|注册|"
    r"\d+\s*(?:条|次|人|个)?(?:评论|跟贴|阅读|浏览|参与)?|[\d\W_]*)\W*",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"[\s.·…。]*(?:\.{2,}|…+)\s*$")
_BULLET = re.compile(r"^(?:[\s·•●■◆▪▶►»›>|◇□○※★☆\-–—]+|\d{1,2}[.、]\s+)")
_DATE_AROUND = re.compile(r"^\W*(?:发[布表]?(?:时间|日期)|时间|日期|更新)?\W*$")
_TITLE_WORDS = frozenset({"title", "tit", "bt", "biaoti", "headline", "subject"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = frozenset({"p", "div", "li", "dt", "dd", "td", "tr", "section", "article", "time", "em", "i", "span", "b"})


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A link that may be an article's, with what its row says."""

    anchor: Anchor
    title: str
    moment: Moment | None
    headline: bool
    #: In a menu, footer, breadcrumb or the like.
    furniture: bool
    #: The smallest part of the page around it that holds a list, and the template of its URL.
    container: etree._Element | None
    shape: str

    @property
    def key(self) -> str:
        return self.anchor.key

    @property
    def strong(self) -> bool:
        """Whether its address alone says that it is an article."""
        return self.anchor.dialect is not None and self.anchor.dialect not in WEAK


def rows(page: Page) -> list[Row]:
    """One row for every page that is linked with some text, in the order of the document."""
    groups: dict[str, list[Anchor]] = {}
    for anchor in page.anchors:
        same = groups.setdefault(anchor.key, [])
        if len(same) < _SAME:
            same.append(anchor)
    census = _Census([anchor for anchor in page.anchors if anchor.says_something()])
    found = (_row(page, anchors, census) for anchors in groups.values())
    return [row for row in found if row is not None]


def _row(page: Page, anchors: Sequence[Anchor], census: "_Census") -> Row | None:
    titles = [(anchor, headline_of(anchor)) for anchor in anchors]
    named = [(anchor, title) for anchor, title in titles if title]
    if not named:
        return None
    anchor, title = max(named, key=lambda pair: _telling(*pair))  # the first of equals
    if _ELLIPSIS.search(title):  # another link to it may say the whole
        title = next((other for _, other in titles if _extends(other, title)), title)
    return Row(
        anchor=anchor,
        title=title,
        moment=next((moment for each in anchors if (moment := census.moment(each))), None),
        headline=is_headline(title),
        furniture=all(page.is_furniture(each.element) for each in anchors),
        container=census.container(anchor),
        shape=shape(anchor.url),
    )


def entry_of(row: Row) -> Entry:
    """A row as an entry; where the row states no date, the day in its URL counts."""
    moment = row.moment
    if moment is None and (day := url_day(row.anchor.url)):
        moment = read_date(day.isoformat())
    return Entry(
        url=row.anchor.url,
        key=row.key,
        title=row.title,
        published_at=moment.at if moment else None,
        published_precision=moment.precision if moment else None,
    )


# ------------------------------------------------------------------ the headline
def headline_of(anchor: Anchor) -> str:
    """The headline that a link shows, or an empty text if it shows none (`更多`, a number, a picture)."""
    text = _clean(_headline_part(anchor.element) or anchor.text)
    hint = _clean(re.sub(r"<[^<>]{1,200}>", " ", anchor.hint))
    if _says_nothing(text):
        text = ""
    if not _says_nothing(hint) and (not text or _extends(hint, text)):
        text = hint
    if not text:
        pictures = (one_line(image.get("alt") or "") for image in anchor.element.iter("img"))
        text = next((alt for alt in pictures if is_headline(alt) and not re.search(r"\.\w{3,4}$", alt)), "")
    return text


def _says_nothing(text: str) -> bool:
    """Whether a text is no headline: `更多`, `[详细]`, a number, dots."""
    return len(text) <= _GENERIC_CHARS and _GENERIC.fullmatch(text) is not None


def _headline_part(link: etree._Element) -> str:
    """The part of a link with a picture, a summary or a date inside that is its headline."""
    if len(link) == 0:
        return ""
    for element in link.iterdescendants():
        named = element.tag in _HEADINGS or not _TITLE_WORDS.isdisjoint(words_of(element))
        if named and (text := text_of(element)):
            return text
    pieces = [piece for piece in _pieces_by_block(link) if piece and not _is_date(piece)]
    return next((piece for piece in pieces if is_headline(piece)), pieces[0] if pieces else "")


def _pieces_by_block(link: etree._Element) -> Iterator[str]:
    """The text of a link, cut where a block with more than a few characters begins or ends."""
    piece = ""
    for event, element in etree.iterwalk(link, events=("start", "end")):
        cuts = element.tag in _BLOCKS and element is not link and (len(element) > 0 or len(text_of(element)) > 1)
        if cuts or element.tag == "br":
            yield one_line(piece)
            piece = ""
        piece += (element.text or "") if event == "start" else (element.tail or "") if element is not link else ""
    yield one_line(piece)


def _clean(text: str) -> str:
    return _BULLET.sub("", one_line(text)).strip()


def _extends(hint: str, text: str) -> bool:
    """Whether a text is the whole of what another shows a part of."""
    part, whole = (re.sub(r"\s", "", _ELLIPSIS.sub("", each)) for each in (text, hint))
    return len(whole) > len(part) and part in whole


def _telling(anchor: Anchor, title: str) -> int:
    """How likely a text is the headline among the texts of several links to one page."""
    parent = anchor.element.getparent()
    in_heading = parent is not None and (
        parent.tag in _HEADINGS or not _TITLE_WORDS.isdisjoint(words_of(parent) | words_of(anchor.element))
    )
    length = len(title)
    fits = is_headline(title) and length <= 60
    return 3 * in_heading + 2 * fits + bool(anchor.hint) - 2 * bool(_ELLIPSIS.search(title)) + (cjk(title) > 1)


# ------------------------------------------------------------------ the row
class _Census:
    """Which articles' links stand in which part of the page."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        self._keys: dict[etree._Element, set[str]] = {}
        self._leads: dict[etree._Element, bool] = {}
        for anchor in anchors:
            for element in _upwards(anchor.element):
                self._keys.setdefault(element, set()).add(anchor.key)

    def container(self, anchor: Anchor) -> etree._Element | None:
        """The smallest part around a link that holds a list of articles."""
        return next((each for each in _upwards(anchor.element) if len(self._keys.get(each, ())) >= _LIST_SIZE), None)

    def moment(self, anchor: Anchor) -> Moment | None:
        """The date that a link's row states."""
        row = self._own(anchor)
        return _moment(row, anchor.element) or self._beside(row)

    def _own(self, anchor: Anchor) -> etree._Element:
        row = anchor.element
        for element in _upwards(anchor.element):
            if not self._keys.get(element, set()) <= {anchor.key}:
                break
            room = len(anchor.text) + _ROW_CHARS
            if element.tag == "body" or len(text_of(element, room)) > room:
                break
            row = element
        return row

    def _beside(self, row: etree._Element) -> Moment | None:
        """The date between a row without an element of its own and its neighbours."""
        parent = row.getparent()
        if parent is None or len(self._keys.get(parent, ())) <= 1:
            return None
        if parent not in self._leads:  # `date <a>…</a> date <a>…</a>`, or `<a>…</a> date <a>…</a> date`?
            first = next((child for child in parent if self._keys.get(child)), row)
            self._leads[parent] = _first_date(self._before(first)) is not None
        return _first_date(self._before(row) if self._leads[parent] else self._after(row))

    def _after(self, row: etree._Element) -> str:
        pieces = [row.tail or ""]
        for sibling in islice(row.itersiblings(), _NEIGHBOURS):
            if self._keys.get(sibling):
                break
            pieces += [text_of(sibling, _PIECE_CHARS), sibling.tail or ""]
        return _short(pieces)

    def _before(self, row: etree._Element) -> str:
        pieces: list[str] = []
        for sibling in islice(row.itersiblings(preceding=True), _NEIGHBOURS):
            pieces.insert(0, sibling.tail or "")
            if self._keys.get(sibling):
                return _short(pieces)
            pieces.insert(0, text_of(sibling, _PIECE_CHARS))
        parent = row.getparent()
        return _short([(parent.text or "") if parent is not None else "", *pieces])


def _short(pieces: Iterable[str]) -> str:
    """The pieces that may be a date and a few words; a summary may speak of other days."""
    return " ".join(piece for piece in map(one_line, pieces) if len(piece) <= _PIECE_CHARS)


def _upwards(element: etree._Element) -> Iterator[etree._Element]:
    at: etree._Element | None = element
    for _ in range(_LEVELS + 1):
        if at is None:
            return
        yield at
        at = at.getparent()


def _moment(row: etree._Element, link: etree._Element) -> Moment | None:
    """The date in a row: beside its link, else in a piece of the link that is nothing but a date."""
    beside: list[str] = []
    inside: list[str] = []
    links = {link, *row.iter("a")}
    within = 0
    for event, element in etree.iterwalk(row, events=("start", "end")):
        within += (element in links) * (1 if event == "start" else -1)
        piece = one_line((element.text if event == "start" else element.tail if element is not row else "") or "")
        if piece:
            (inside if within else beside).append(piece)
    return _first_date(_short(beside)) or _first_date(" ".join(piece for piece in inside if _is_date(piece)))


def _first_date(text: str) -> Moment | None:
    found = sightings(unicodedata.normalize("NFKC", text[:_ROW_CHARS]))
    return next((sighting.moment for sighting in found), None)


def _is_date(piece: str) -> bool:
    """Whether a text is a date, or the day or the month of one, and nothing else."""
    normal = unicodedata.normalize("NFKC", piece)
    if re.fullmatch(r"[\d\s:./年月日-]{1,20}", normal):
        return True
    found = next(sightings(normal), None)
    return found is not None and bool(_DATE_AROUND.match(normal[: found.start] + normal[found.end :]))

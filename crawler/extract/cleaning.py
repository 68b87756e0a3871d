"""Turn the lines of a body into the text of the article. Pure.

What changes from visit to visit, what belongs to the site and what the header says already is left
out; every other line stays, one a paragraph.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from crawler.extract.body import Body, Weights
from crawler.extract.boilerplate import is_boilerplate, is_credited_to, is_header_line, is_imprint, is_index, is_loose
from crawler.extract.layout import Line
from crawler.extract.links import is_file
from crawler.extract.words import squash, tight

MAX_TITLE = 160
HEAD_LINES = 12  # lines at the top of a container that may still be its header
PROSE = 25.0  # weight of a line that a header does not hold: a sentence
REPEAT_CHARS = 30  # a first paragraph of this length that comes again begins a second copy
FOLDED_SHARE = 0.7  # of a body's text above a heading like 相关阅读, for what follows not to be the article's
SIGNED_SHARE = 0.85  # the same above a line of editors
HEADING_CHARS = 12
STORY_CHARS = 8  # of a link to another story
TITLE_LINES = 4  # that a headline may be broken into
TITLE_PART = 8  # characters: the rest of a headline that began above the body
ABOVE = 8  # lines above a body that may say what its copy was taken from

_ORIGIN = re.compile(
    r"^[\s(（\[【]*(?:本文|本报道|本稿)?(?:转载自|转自|"
    r"转载于)\s*[:：]\s*(?P<name>[^，。；()（）\]】]{2,40})[\s)）\]】]*$"
)
_ATTACHMENT = re.compile(r"附件|\.(?:pdf|docx?|xlsx?|pptx?|wps|rar|zip|ofd)\b", re.IGNORECASE)
#: Editors in parentheses, as whoever copies a whole article leaves them at its end.
_COPIED_EDITOR = re.compile(r"[(（]\s*责任编辑\s*[:：]\s*[^()（）]{2,12}[)）]$")
#: What editors add to an article below the line that names them.
_NOTE = re.compile(r"[(（【\[]?\s*(?:编者按|编者注|编后|更正|勘误|更正说明|更正启事)\s*[】\])）]?\s*[:：]")
_COPIED = re.compile(r"(?:转自|转载自|转载于)\s*[:：]")
_EVENT = re.compile(r"\s*[\[【(（]?(?:活动|会议|讲座|报告|举办|演出|比赛)?(?:时\s*间|日\s*期)\s*[】\])）]?\s*[:：]")
_EVENT_NEXT = re.compile(
    r"\s*[\[【(（]?(?:活动|会议|讲座|报告|举办|演出|比赛)?(?:地\s*点|地\s*址|主\s*题|主讲|主持|嘉宾|人物|对\s*象|参加|出席|议\s*题|内容|"
    r"题\s*目|报告人|承办|主办)"
)
_OWN_DAY = re.compile(r"\s*(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*$")
_WAY_BACK = re.compile(r"返回[^，。,]{2,8}(?:[，,]\s*查看更多|\s*>>|\s*»)\s*$")
_ADDRESS = re.compile(r"https?://\S+$")
_ICONS = re.compile("[\ue000-\uf8ff]+")  # glyphs of a site's icon font
_COUNTED = re.compile(r"\d{1,3}\s?/\s?\d{1,3}\s+(?=\S{4})")
_KEYWORDS = re.compile(r"[^,，。:：|]{1,14}(?:\|[^,，。:：|]{1,14}){2,}$")
_AGO = re.compile(r"^\D{0,12}(?:刚刚|\d+\s*(?:秒|分钟|小时|天)前)\D{0,12}$")
_TAIL_CREDIT = re.compile(r"^[(（\[【]?(?P<whose>本文|信息|文章|稿件|内容|新闻)?(?:来源|稿源)\s*[:：].{2,60}$")
_SUMMARY = re.compile(r"[\[【(（]?(?:内容)?(?:摘要|提要|导读|核心提示|简介)[\]】)）]?\s*[:：]?\s*")
_ENDS = re.compile(r"[。！？!?…”’\"'）)》】\]~；;：:]\s*$")
_COMMA = re.compile(r"[，。；！？,;]")


@dataclass(slots=True)
class Cleaned:
    kept: list[str] = field(default_factory=list)
    #: Whole lines that were left out, for what they say of editors and credits.
    dropped: list[str] = field(default_factory=list)
    #: Who the text says it was taken from.
    origin: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.kept)


def clean(body: Body, weights: Weights, titles: set[str]) -> Cleaned:
    """The article's lines. `titles` are the headline and its like, squashed; they are not repeated in the text."""
    return _Cleaning(body, weights, titles).done()


class _Cleaning:
    """The state of going through the lines of one body."""

    def __init__(self, body: Body, weights: Weights, titles: set[str]) -> None:
        self.body, self.weights, self.titles = body, weights, titles
        self.cleaned = Cleaned()
        self.files = {
            number
            for number, element in body.layout.links
            if body.start <= number < body.end and is_file(element.get("href") or "")
        }
        self.end = _fold(body, weights)
        self.signed = self._signed()
        self.inside_head = True
        self.opening = ""
        #: Numbers of the lines that were kept.
        self.numbers: list[int] = []

    def done(self) -> Cleaned:
        titled = self._titled()
        for number in range(self.body.start, self.end):
            line = self.body.layout.lines[number]
            if self.weights.junk[number]:
                continue
            if line.text == self.opening and _repeats(self.body.layout.lines[number + 1 : self.end], self.cleaned.kept):
                break  # the same article again, set for telephones
            if not self.opening and len(line.text) >= REPEAT_CHARS and self.weights.lines[number] > 0:
                self.opening = line.text
            if match := _ORIGIN.match(line.text):
                self.cleaned.origin = self.cleaned.origin or match["name"].strip()
            elif number in titled or self._is_left_out(number, line):
                self.cleaned.dropped.append(line.text)
            else:
                self._keep(number, line)
        self._drop_headings_of_links()
        self._trim_tail()
        _drop_repeated_summary(self.cleaned)
        return self.cleaned

    def _keep(self, number: int, line: Line) -> None:
        self.cleaned.kept.append(_stripped(line))
        self.numbers.append(number)
        if self.inside_head and (self.weights.lines[number] > PROSE or len(self.cleaned.kept) >= HEAD_LINES):
            self.inside_head = False

    def _is_left_out(self, number: int, line: Line) -> bool:
        if self.inside_head and (self._is_bar(number, line.text) or self._is_count(number, line.text)):
            return True
        if _is_title(line.text, self.titles):
            return True
        belongs = number in self.files or _ATTACHMENT.search(line.text) or _NOTE.match(line.text)
        if number > self.signed and not belongs:
            return True
        if self._is_copied(number, line.text):
            self.cleaned.dropped.append(line.text)  # the editors are named all the same
            return False
        return _is_left_out(line, number in self.files)

    def _titled(self) -> set[int]:
        """Numbers of the lines at the top over which a headline is broken."""
        lines = self.body.layout.lines
        for start in range(self.body.start, min(self.body.start + HEAD_LINES, self.end)):
            joined = ""
            for number in range(start, min(start + TITLE_LINES, self.end)):
                if len(lines[number].text) > MAX_TITLE:
                    break
                joined += squash(lines[number].text)
                rest = start == self.body.start and len(joined) >= TITLE_PART
                if joined in self.titles or (rest and any(title.endswith(joined) for title in self.titles)):
                    return set(range(start, number + 1))
        return set()

    def _is_bar(self, number: int, text: str) -> bool:
        """Whether a line at the top is the page's, not the article's: a bar of date and source, a table of data."""
        if _AGO.match(text) or _ADDRESS.match(text):
            return True
        if not is_header_line(text):
            return False
        if _OWN_DAY.match(text) and self._is_paragraph(number):
            return not self._is_dated_above()
        if is_loose(text):
            around = self.body.layout.lines[max(0, self.body.start - ABOVE) : self.body.start + HEAD_LINES]
            return any(is_index(line.text) for line in around)
        if _EVENT.match(text):
            following = self.body.layout.lines[number + 1 : number + 3]
            return not any(_EVENT_NEXT.match(line.text) for line in following)
        return True

    def _is_count(self, number: int, text: str) -> bool:
        """Whether a line at the top is a bare number (of comments, of hits), not the first part of the text."""
        return _ICONS.sub("", text).strip().isdigit() and not self._is_paragraph(number)

    def _is_dated_above(self) -> bool:
        """Whether a bar of date and source stands above the body."""
        above = self.body.layout.lines[max(0, self.body.start - ABOVE) : self.body.start]
        return any(is_header_line(line.text) and re.search(r"\d{4}", line.text) is not None for line in above)

    def _is_paragraph(self, number: int) -> bool:
        """Whether a line stands as the sentences around it do: in the same box, or in one like theirs beside it."""
        mine = self.body.layout.lines[number].box
        return mine in self.places or (mine >= 0 and self._kind(mine) in self.kinds)

    @cached_property
    def places(self) -> set[int]:
        """The boxes that sentences stand in."""
        numbers = range(self.body.start, self.end)
        return {self.body.layout.lines[number].box for number in numbers if self.weights.lines[number] > PROSE}

    @cached_property
    def kinds(self) -> set[tuple[int, object, str]]:
        """The kinds of box that sentences stand in."""
        return {self._kind(place) for place in self.places if place >= 0}

    def _kind(self, place: int) -> tuple[int, object, str]:
        box = self.body.layout.boxes[place]
        return box.parent, box.element.tag, box.name

    def _signed(self) -> int:
        """The number of a line of editors that all but the end of the text stands above; the body's end without one."""
        body, weights = self.body, self.weights
        sizes = [len(line.text) - line.linked for line in body.layout.lines[body.start : self.end]]
        total, seen = sum(sizes), 0
        prose = weights.prose(body.start, self.end)
        for number, size in enumerate(sizes, body.start):
            above = seen >= SIGNED_SHARE * total or weights.prose(body.start, number) >= SIGNED_SHARE * prose > 0
            text = body.layout.lines[number].text
            signed = is_credited_to(text) or _is_its_source(text)
            if above and signed and not weights.junk[number] and not self._is_copied(number, text):
                return number
            seen += size
        return self.end

    def _is_copied(self, number: int, text: str) -> bool:
        """Editors that belong to what was copied: a page that says so has none of its own in the text."""
        if not _COPIED_EDITOR.match(text) or not self._is_paragraph(number):
            return False
        above = self.body.layout.lines[max(0, self.body.start - ABOVE) : self.body.start]
        return any(_COPIED.search(line.text) for line in above)

    def _drop_headings_of_links(self) -> None:
        """Drop short lines that head nothing but links to other stories, which were left out."""
        kept = set(self.numbers)
        lines = self.body.layout.lines
        texts, numbers = self.cleaned.kept, self.numbers
        self.cleaned.kept, self.numbers = [], []
        for number, text in zip(numbers, texts, strict=True):
            below = range(number + 1, min(number + 3, self.body.end))
            bare = all(other not in kept and _is_story(lines[other]) for other in below)
            if (
                numbers[0] < number
                and len(text) <= HEADING_CHARS
                and len(below) == 2
                and bare
                and not _COMMA.search(text)
            ):
                self.cleaned.dropped.append(text)
            else:
                self.cleaned.kept.append(text)
                self.numbers.append(number)

    def _trim_tail(self) -> None:
        """Drop the credit and the date bar below a text, but not those that the article itself ends with."""
        while len(self.cleaned.kept) > 1 and self._is_tail(self.numbers[-1], self.cleaned.kept[-1]):
            self.cleaned.dropped.append(self.cleaned.kept.pop())
            self.numbers.pop()

    def _is_tail(self, number: int, last: str) -> bool:
        if _KEYWORDS.match(last) or last.isdigit():
            return not self._is_paragraph(number)
        credit = _TAIL_CREDIT.match(last)
        if credit is None and not (is_header_line(last) and len(tight(last)) > 12 and not _OWN_DAY.match(last)):
            return False
        return bool(credit and credit["whose"]) or not self._is_paragraph(number)


def breaks_off(lines: list[str]) -> bool:
    """Whether a text ends in mid sentence."""
    if not lines:
        return False
    last = lines[-1].rstrip()
    return (
        len(last) >= 30
        and len(_COMMA.findall(last)) >= 2
        and not _ENDS.search(last)
        and re.search(r"[\u3400-\u9fff，、,]$", last) is not None
    )


def _is_title(text: str, titles: set[str]) -> bool:
    return len(text) <= MAX_TITLE and squash(text) in titles


def _repeats(lines: list[Line], kept: list[str]) -> bool:
    """Whether the next paragraphs were all read before."""
    following = [line.text for line in lines if len(line.text) >= REPEAT_CHARS][:3]
    return set(following) <= set(kept)


def _fold(body: Body, weights: Weights) -> int:
    """Where the article ends and a list of other stories begins."""
    total = weights.prose(body.start, body.end)
    for number in range(body.start + 1, body.end):
        ends = weights.leads_on(number) or is_imprint(body.layout.lines[number].text)
        if ends and weights.prose(body.start, number) >= FOLDED_SHARE * total:
            return number
    return body.end


def _is_left_out(line: Line, holds_file: bool) -> bool:
    size = len(line.text)
    if line.linked and line.linked >= 0.8 * size and size < 80:
        return not (holds_file or _ATTACHMENT.search(line.text))
    return is_boilerplate(line.text)


def _is_its_source(text: str) -> bool:
    """Whether a line says where the text is from, as whoever published it sets it below (`本文来源：`)."""
    credit = _TAIL_CREDIT.match(text)
    return credit is not None and bool(credit["whose"])


def _is_story(line: Line) -> bool:
    return len(line.text) >= STORY_CHARS and line.linked >= 0.8 * len(line.text.replace(" ", ""))


def _drop_repeated_summary(cleaned: Cleaned) -> None:
    """A `摘要：` that quotes the opening says nothing of its own."""
    for number, text in enumerate(cleaned.kept[:3]):
        label = _SUMMARY.match(text)
        if label and text[label.end() : label.end() + 20].strip() in " ".join(cleaned.kept[number + 1 : number + 4]):
            cleaned.dropped.append(cleaned.kept.pop(number))
            return


def _stripped(line: Line) -> str:
    """A line without the way back that some sites glue to the last paragraph, and without a gallery's counter."""
    text = line.text
    if line.linked and "返回" in text:
        text = _WAY_BACK.sub("", text).rstrip()
    counted = _COUNTED.match(text)
    if counted and counted.group().split() in (tight("".join(line.pieces[:count])).split() for count in (1, 2, 3, 4)):
        text = text[counted.end() :]
    return text or line.text

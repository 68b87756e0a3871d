"""Turn the lines of a body into the text of the article. Pure.

What changes from visit to visit, what belongs to the site and what the header says already is left
out; every other line stays, one a paragraph.
"""

import re
from dataclasses import dataclass, field

from crawler.extract.body import Body, Weights
from crawler.extract.boilerplate import is_boilerplate, is_header_line, is_imprint
from crawler.extract.layout import Line
from crawler.extract.links import is_file
from crawler.extract.words import squash, tight

MAX_TITLE = 160
HEAD_LINES = 12  # lines at the top of a container that may still be its header
PROSE = 25.0  # weight of a line that a header does not hold: a sentence
REPEAT_CHARS = 30  # a first paragraph of this length that comes again begins a second copy
FOLDED_SHARE = 0.7  # of a body's text above a heading like 相关阅读, for what follows not to be the article's

_ORIGIN = re.compile(
    r"^[\s(（\[【]*(?:本文|本报道|本稿)?(?:转载自|转自|"
    r"转载于)\s*[:：]\s*(?P<name>[^，。；()（）\]】]{2,40})[\s)）\]】]*$"
)
_ATTACHMENT = re.compile(r"附件|\.(?:pdf|docx?|xlsx?|pptx?|wps|rar|zip|ofd)\b", re.IGNORECASE)
_AGO = re.compile(r"^\D{0,12}(?:刚刚|\d+\s*(?:秒|分钟|小时|天)前)\D{0,12}$")
_TAIL_CREDIT = re.compile(r"^[(（\[【]?(?:本文|信息|文章|稿件|内容|新闻)?(?:来源|稿源)\s*[:：].{2,60}$")
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
    cleaned = Cleaned()
    files = {number for number, element in body.layout.links if is_file(element.get("href") or "")}
    end = _fold(body, weights)
    inside_head = True
    opening = ""
    for number in range(body.start, end):
        line = body.layout.lines[number]
        if weights.junk[number]:
            continue
        if line.text == opening and _repeats(body.layout.lines[number + 1 : end], cleaned.kept):
            break  # the same article again, set for telephones
        if not opening and len(line.text) >= REPEAT_CHARS and weights.lines[number] > 0:
            opening = line.text
        if match := _ORIGIN.match(line.text):
            cleaned.origin = cleaned.origin or match["name"].strip()
            continue
        bar = inside_head and (is_header_line(line.text) or _AGO.match(line.text))
        if bar or _is_title(line.text, titles) or _is_left_out(line, number in files):
            cleaned.dropped.append(line.text)
            continue
        cleaned.kept.append(line.text)
        if inside_head and (weights.lines[number] > PROSE or len(cleaned.kept) >= HEAD_LINES):
            inside_head = False
    _drop_repeated_summary(cleaned)
    _trim_tail(cleaned)
    return cleaned


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


def _drop_repeated_summary(cleaned: Cleaned) -> None:
    """A `摘要：` that quotes the opening says nothing of its own."""
    for number, text in enumerate(cleaned.kept[:3]):
        label = _SUMMARY.match(text)
        if label and text[label.end() : label.end() + 20].strip() in " ".join(cleaned.kept[number + 1 : number + 4]):
            cleaned.dropped.append(cleaned.kept.pop(number))
            return


def _trim_tail(cleaned: Cleaned) -> None:
    """Drop the credit and the date bar below a text."""
    while len(cleaned.kept) > 1:
        last = cleaned.kept[-1]
        if not (
            _TAIL_CREDIT.match(last) or (is_header_line(last) and len(tight(last)) > 12 and not _is_signature(last))
        ):
            return
        cleaned.dropped.append(cleaned.kept.pop())


def _is_signature(line: str) -> bool:
    """A bare date, as it stands below the name of an office at the end of a notice."""
    return re.fullmatch(r"\s*\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*", line) is not None

"""Count what makes a listing: linked titles, and dates beside them. Pure."""

import re

from crawler.extract.layout import Line

MIN_TITLE = 8  # characters: shorter links are navigation
ROW_TITLE = 12  # the same in a dated row, where a shorter link may be a source
BESIDE = 40  # characters of number, state and date that a row of a table has beside its link

_DATE = re.compile(r"(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}")
#: In a row of a table; a score is no date.
_ROW_DATE = re.compile(r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}|(?<![\d-])\d\d[-/]\d\d(?![\d-])|\d{1,2}月\d{1,2}日")
_SOURCE = re.compile(r"(?:来源|來源|稿源|出处|作者|编辑|时间|日期)\s*[:：]")
_WORD = re.compile(r"[A-Za-z0-9_.+-]+[\u3400-\u9fff]{0,2}")  # the name of a network or a file
_MORE = re.compile(r"[\[【(（]?(?:详细|详情|查看详情|阅读全文|查看全文|全文|更多)[\]】)）]?[>»]*$")


def is_linked_title(line: Line) -> bool:
    """Whether a line is the link to another story, alone or in a dated row."""
    size = len(line.text)
    if line.linked < MIN_TITLE or size < MIN_TITLE or _WORD.fullmatch(line.text):
        return False
    if line.linked * 2 > size:
        return True
    dated = line.linked >= ROW_TITLE and size - line.linked <= BESIDE and _ROW_DATE.search(line.text) is not None
    return dated and _SOURCE.search(line.text) is None  # a header's bar may link to its source


def linked_titles(lines: list[Line]) -> list[int]:
    """Numbers of the lines that are the link to another story."""
    return [number for number, line in enumerate(lines) if is_linked_title(line)]


def dated_titles(lines: list[Line]) -> int:
    """How many of them have a date, in the same line or alone in the next one."""
    return sum(_is_dated(lines, number) for number in linked_titles(lines))


def leads(lines: list[Line]) -> int:
    """How many abstracts end with a link to the rest of their story."""
    return sum(0 < line.linked <= 6 and len(line.text) > 30 and _MORE.search(line.text) is not None for line in lines)


def _is_dated(lines: list[Line], number: int) -> bool:
    beside = [lines[number].text, *(line.text for line in lines[number + 1 : number + 2] if len(line.text) <= 24)]
    return any(_DATE.search(text) for text in beside)

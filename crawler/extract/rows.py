"""Count what makes a listing: linked titles, and dates beside them. Pure."""

import re

from crawler.extract.layout import Line

MIN_TITLE = 8  # characters: shorter links are navigation

_DATE = re.compile(r"(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}")


def linked_titles(lines: list[Line]) -> list[int]:
    """Numbers of the lines that are the link to another story."""
    return [
        number
        for number, line in enumerate(lines)
        if line.linked >= MIN_TITLE and len(line.text) >= MIN_TITLE and line.linked * 2 > len(line.text)
    ]


def dated_titles(lines: list[Line]) -> int:
    """How many of them have a date, in the same line or alone in the next one."""
    return sum(_is_dated(lines, number) for number in linked_titles(lines))


def _is_dated(lines: list[Line], number: int) -> bool:
    beside = [lines[number].text, *(line.text for line in lines[number + 1 : number + 2] if len(line.text) <= 24)]
    return any(_DATE.search(text) for text in beside)

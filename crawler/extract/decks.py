"""The kicker (引题, 肩题) above a headline and the sub-title (副题) below it, on pages of any maker. Pure.

An element named for it is believed; else only what stands directly between the headline and the bar of
date and source can be a sub-title, and only a heading directly above the headline a kicker.
"""

import re
import unicodedata
from collections.abc import Sequence

from crawler.extract.boilerplate import is_boilerplate, is_header_line, is_location
from crawler.extract.labels import is_bar
from crawler.extract.layout import Layout, Line
from crawler.extract.names import MEDIUM, credited, people
from crawler.extract.tags import Tags
from crawler.extract.words import squash

NEAR = 3  # lines from the headline
MAX_DECK = 90
MIN_DECK = 8  # characters of a line without a mark: shorter ones are accounts and columns

_KICKER_BOX = re.compile(
    r"pre-?title|yin-?ti|intro-?title|jian-?ti|shoulder|kicker|eyebrow|(?<![a-z])(?:yt|pre|sup-?title|top-?title)(?![a-z])"
)
_SUB_BOX = re.compile(
    r"(?<![a-z])(?:sub-?title|sub-?headline|fu-?ti|fu-?biao-?ti|fbt|vice-?title|second-?title|deck|sub|subhead|ft|title2)(?![a-z])"
)
_DASH = re.compile(r"^(?:——|—|--|──)\s*\S")
_LABEL = re.compile(r"^(?:副标题|副题|引题|肩题|眉题)\s*[:：]\s*")
_DATE = re.compile(r"(?:19|20)\d\d\s*[-/.年]|\d{1,2}:\d\d")


def find_decks(
    layout: Layout, headline: int, tags: Tags, kept: Sequence[str]
) -> tuple[tuple[str, str], tuple[str, str]]:
    """`(kicker, evidence)` and `(subtitle, evidence)`; lines that are `kept` as text are neither."""
    if headline < 0:
        return ("", ""), ("", "")
    title = squash(layout.lines[headline].text)
    said = {title, *(squash(line) for line in kept if len(line) <= MAX_DECK)}
    kicker = _tagged(tags, said, "introtitle", "pretitle", "kicker")
    sub = _tagged(tags, said, "subtitle", "vicetitle")
    return kicker or _above(layout, headline, said), sub or _below(layout, headline, said)


def _tagged(tags: Tags, said: set[str], *names: str) -> tuple[str, str] | None:
    value, evidence = tags.first(*names)
    return (value, evidence) if 2 <= len(value) <= MAX_DECK and squash(value) not in said else None


def _above(layout: Layout, headline: int, said: set[str]) -> tuple[str, str]:
    for number in range(headline - 1, max(-1, headline - 1 - NEAR), -1):
        line = layout.lines[number]
        if not _fits(line, said):
            continue
        if named := _named(layout, line, _KICKER_BOX):
            return _plain(line.text), f"container:{named}"
        if number == headline - 1 and line.heading and not line.linked and len(line.text) >= MIN_DECK:
            return _plain(line.text), f"h{line.heading}"
    return "", ""


def _below(layout: Layout, headline: int, said: set[str]) -> tuple[str, str]:
    lines = layout.lines
    for number in range(headline + 1, min(headline + 1 + NEAR, len(lines))):
        line = lines[number]
        if not _fits(line, said):
            return "", ""
        if named := _named(layout, line, _SUB_BOX):
            return _plain(line.text), f"container:{named}"
        if _DASH.match(line.text) or _LABEL.match(line.text):
            return _plain(line.text), "line"
        before_bar = number + 1 < len(lines) and _is_bar(lines[number + 1])
        if number == headline + 1 and before_bar and _may_be_title(line):
            return _plain(line.text), "line"
    return "", ""


def _fits(line: Line, said: set[str]) -> bool:
    """Whether a line can be a deck at all: short, its own words, no furniture."""
    return (
        2 <= len(line.text) <= MAX_DECK
        and line.linked * 2 < len(line.text)
        and squash(line.text) not in said
        and not _is_bar(line)
        and not is_boilerplate(line.text)
        and not is_location(line.text)
    )


def _may_be_title(line: Line) -> bool:
    text = line.text
    if len(text) < MIN_DECK or line.linked or text.endswith(("。", "；", "，", "：", ":")):
        return False
    return not (MEDIUM.search(text) and len(text) <= 16) and not credited(text) and not people(text)


def _is_bar(line: Line) -> bool:
    return is_bar(line) or is_header_line(line.text) or (len(line.text) <= 60 and _DATE.search(line.text) is not None)


def _named(layout: Layout, line: Line, name: re.Pattern[str]) -> str:
    """The class or id by which a line's element says what it is; empty if it does not."""
    box = layout.boxes[line.box] if line.box >= 0 else None
    match = name.search(box.name) if box is not None else None
    return match.group() if match else ""


def _plain(text: str) -> str:
    return _LABEL.sub("", unicodedata.normalize("NFC", text)).strip()

"""Where the credited publisher took a text from: 本文转自, or the newspaper and page it was printed on. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crawler.extract.labels import Kind, labelled
from crawler.extract.layout import Line
from crawler.extract.words import tight

MAX_LINE = 80  # characters; a longer line is prose that mentions a newspaper

#: In a text without white space.
_PRINTED = re.compile(
    r"《?(?P<paper>[\u3400-\u9fff·]{2,14}?[报刊])》?[(,]?(?P<year>(?:19|20)\d\d)[年\-/.](?P<month>\d{1,2})[月\-/.]"
    r"(?P<day>\d{1,2})日?[,]?第?(?P<page>[A-Z]{0,2}\d{1,3})版"
)
_NUMBERED = re.compile(r"《(?P<paper>[^》]{2,16})》[(,]?(?P<issue>(?:19|20)\d\d年第?\d{1,3}期)")
_LEADING = re.compile(r"^(?:来源|转自|原载|刊于|摘自|据|本文|原文|于|载于|稿源){0,3}:?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whom the text was taken from; `paper`, `page` and `issue_date` where it was printed, if that is said."""

    name: str = ""
    paper: str = ""
    #: `第10版`.
    page: str = ""
    issue_date: date | None = None
    evidence: str = ""


def find_origin(said: str, header: Sequence[Line], tail: Sequence[Line], last: Sequence[str]) -> Origin:
    """The origin that a text's own line (`said`), its header, its tail or its last paragraphs name."""
    places = [("header", line) for line in header] + [("tail", line) for line in tail]
    texts = [(place, line.text) for place, line in places] + [("tail", text) for text in reversed(last)]
    for place, text in texts:
        if len(text) <= MAX_LINE and (printed := _printed(text, place)):
            return printed
    if said:
        return Origin(name=said, evidence="text")
    for place, line in places:
        names = (part.values[0] for part in labelled(line) if part.kind is Kind.ORIGIN and part.values)
        if (name := next(names, "")) and 1 < len(name) <= 40 and re.search(r"[^\W\d_]{2}", name):
            return Origin(name=name.split()[0], evidence=place)
    return Origin()


def _printed(text: str, place: str) -> Origin | None:
    text = tight(text)
    if match := _PRINTED.search(text):
        day = _day(int(match["year"]), int(match["month"]), int(match["day"]))
        paper = _LEADING.sub("", match["paper"])
        if day is None or len(paper) < 3:
            return None
        page = f"第{match['page']}版"
        stated = f"{day.year}年{day.month:02}月{day.day:02}日"
        return Origin(name=f"《{paper}》({stated} {page})", paper=paper, page=page, issue_date=day, evidence=place)
    if match := _NUMBERED.search(text):
        return Origin(name=f"《{match['paper']}》{match['issue']}", evidence=place)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

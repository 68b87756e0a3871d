"""Read the articles out of the text of a newspaper page, as people copy it from a PDF or an e-paper. Pure.

Such a text has the lines of the printed columns: sentences and words are torn where a column ends,
headlines stand among them without any mark, pictures and page headers stand in between, and any article
may break off. What is a headline is decided in `paper_heads`, what is one paragraph in `paragraphs`.
Nothing is invented: a piece whose title is not on the page has no title.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import assert_never
from zoneinfo import ZoneInfo

from crawler.dates import ZONE, read_date
from crawler.imports.paper_heads import Head, find_heads, signed_end
from crawler.imports.paper_lines import Line, LineKind, read_lines
from crawler.imports.paragraphs import breaks_off, glued, goes_on
from crawler.imports.people import read_people
from storage.records import Extraction, Person, Precision, Role

EXTRACTOR = "paper-text/1"

_HAN = re.compile(r"[\u3400-\u9fff]")
_MIN_UNTITLED = 30  # Chinese characters that a piece without a headline must have to be more than a scrap
_PAPER = r"[\u4e00-\u9fff]{2,6}(?:日报|晚报|晨报|早报|商报|都市报|时报|周报|导报|新报|农村报|法治报|报)"
_NAMED = re.compile(rf"({_PAPER})(?:社|全媒体|融媒体|首席|见习|实习|特约|特派|高级|资深|\s){{0,3}}记者")
_PRINTED = re.compile(rf"(?<![\u4e00-\u9fff])({_PAPER})(?![\u4e00-\u9fff])")
_FULL_DATE = re.compile(r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What a page says of itself; empty or None where it says nothing."""

    paper: str = ""
    issue: date | None = None
    page: str = ""
    editors: tuple[Person, ...] = ()


@dataclass(slots=True)
class _Body:
    """The text of an article while its lines are put together."""

    paragraphs: list[str] = field(default_factory=list)
    open: str = ""
    captions: list[str] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    agency: str = ""
    cut: bool = False

    def add(self, line: Line) -> None:
        """Let a line of running text go on with the open paragraph, or begin its own."""
        if line.kind is LineKind.TEXT and goes_on(self.open, line.text, indented=line.indented):
            self.open = glued(self.open, line.text)
        else:
            self.close()
            self.open = line.text

    def close(self) -> None:
        """End the open paragraph; captions that interrupted it follow it."""
        if self.open:
            self.paragraphs.append(self.open)
            self.cut = breaks_off(self.open)
        self.paragraphs.extend(self.captions)
        self.open = ""
        self.captions.clear()


def read_paper_text(text: str, *, paper: str, issue: date | None, zone: str = ZONE) -> tuple[Extraction, ...]:
    """The articles of a page in their order; empty if it holds none.

    `issue` is the day of the newspaper, and with it of every article (local midnight, precision day).
    """
    lines = read_lines(text, paper=paper)
    masthead = _masthead(lines)
    heads = find_heads(lines)
    published_at = datetime.combine(issue, time(), ZoneInfo(zone)).astimezone(UTC) if issue else None
    base = Extraction(
        extractor=EXTRACTOR,
        title="",
        text="",
        editors=masthead.editors,
        published_at=published_at,
        published_precision=Precision.DAY if published_at else None,
        paper=paper,
        page=masthead.page,
        issue_date=issue,
        language="zh",
    )
    ends = [head.first for head in heads[1:]] + [len(lines)]
    found = [_article(base, head, lines[head.body : end]) for head, end in zip(heads, ends, strict=False)]
    untitled = _article(base, None, lines[: heads[0].first if heads else len(lines)])
    if len(_HAN.findall(untitled.text)) >= _MIN_UNTITLED:
        found.insert(0, untitled)
    return tuple(found)


def read_masthead(text: str, *, zone: str = ZONE) -> Masthead:
    """What a page says of its newspaper, issue and page, for a caller who was told none of it."""
    lines = read_lines(text)
    furniture = [line.text for line in lines if line.kind is LineKind.FURNITURE]
    printed = next((found[1] for line in furniture if (found := _PRINTED.search(line))), "")
    named = Counter(_NAMED.findall(text)).most_common(1)
    dates = [line for line in furniture if _FULL_DATE.search(line)]
    moment = read_date(dates[0], zone=zone) if dates else None
    issue = moment.at.astimezone(ZoneInfo(zone)).date() if moment else None
    return replace(_masthead(lines), paper=printed or (named[0][0] if named else ""), issue=issue)


def _masthead(lines: Sequence[Line]) -> Masthead:
    """Page and editors, which hold for all articles of the page."""
    editors = [
        person for line in lines if line.kind in (LineKind.EDITORS, LineKind.FURNITURE) for person in line.people
    ]
    page = next((line.page for line in lines if line.page), "")
    return Masthead(page=page, editors=tuple(dict.fromkeys(editors)))


def _article(base: Extraction, head: Head | None, lines: Sequence[Line]) -> Extraction:
    body = _body(lines)
    evidence = {"title": f"paper:{head.told_by}"} if head else {}
    people = list(head.people if head else ()) + body.people
    if body.paragraphs and (signed := signed_end(body.paragraphs[-1])):
        # A name in brackets after the last sentence is a byline, which does not belong to the words.
        people += read_people(signed[1], strict=True) or ()
        body.paragraphs[-1] = body.paragraphs[-1][: signed.start(1) - 1].rstrip()
        evidence["byline"] = "paper:last-brackets"
    people.sort(key=lambda person: person.role is Role.PHOTO)
    return replace(
        base,
        title=head.title if head else "",
        kicker=head.kicker if head else "",
        subtitle=head.subtitle if head else "",
        category=head.column if head else "",
        text="\n".join(body.paragraphs),
        byline=tuple(dict.fromkeys(person for person in people if person.role is not Role.EDITOR)),
        editors=tuple(dict.fromkeys([*base.editors, *(one for one in people if one.role is Role.EDITOR)])),
        credit=body.agency,
        truncated=body.cut,
        evidence=evidence,
    )


def _body(lines: Sequence[Line]) -> _Body:
    """The paragraphs of an article, and the people whom its lines name."""
    body = _Body()
    for line in lines:
        match line.kind:
            case LineKind.FURNITURE | LineKind.EDITORS:
                continue
            case LineKind.BYLINE:
                body.close()
            case LineKind.CAPTION:
                body.captions.append(line.text)
                if not body.open:
                    body.close()
            case LineKind.TEXT | LineKind.DATELINE:
                body.add(line)
            case _:
                assert_never(line.kind)
        body.people.extend(line.people)
        body.agency = body.agency or line.agency
    body.close()
    return body

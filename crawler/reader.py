"""The rules that read pages, with the name of their version: what a crawl and a re-reading are given.

Two versions can be at work in one process, so that the one is told from the other by what it is, not by a constant.
"""

from collections.abc import Callable
from dataclasses import dataclass

from crawler.extract.reader import extract
from crawler.extract.version import EXTRACTOR
from crawler.judge import judge
from storage.records import Capture, Entry, Extraction, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One version of the rules."""

    #: The rules and their number, as every reading of them is named.
    extractor: str
    #: What a capture says, or why it is no article's page; with what a listing says of it, in the district's zone.
    read: Callable[[Capture, Entry | None, str], Extraction | Refusal]


def read_page(capture: Capture, entry: Entry | None, timezone: str) -> Extraction | Refusal:
    """Judge a page, then read it. Pure."""
    page = judge(capture, entry=entry)
    if isinstance(page, Refusal):
        return page
    return extract(page, entry=entry, captured_at=capture.captured_at, timezone=timezone)


#: Today's rules.
PAGES = Reader(extractor=EXTRACTOR, read=read_page)

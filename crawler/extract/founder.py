"""What Founder's newspaper CMS (方正) says of an article beside its text. Pure.

It leaves a comment `<!--enpproperty <name>value</name>… /enpproperty-->`, `founder-…` elements, and in
its newer template `#PreTitle`, `#Title`, `#SubTitle` and `#layout`.
"""

import html
import re
from dataclasses import dataclass
from datetime import date

from lxml.html import HtmlElement

from crawler.dates import read_date
from crawler.extract.layout import clean_text
from crawler.extract.page import Page, property_span
from crawler.extract.query import Query

_FIELD = re.compile(r"<([\w-]{2,30})>([^<]{0,400})</\1>", re.DOTALL)
_NAMED = {
    "pretitle": Query("//*[@id='PreTitle' or @id='pretitle' or @id='yinti']"),
    "title": Query("//*[@id='Title' or @id='doctitle']"),
    "subtitle": Query("//*[@id='SubTitle' or @id='subtitle' or @id='subdoctitle']"),
    "layout": Query("//*[@id='layout' or @id='currentBM']"),
    "author": Query("//founder-author"),
}
_PAGE = re.compile(r"第?\s*([A-Z]{0,4}\d{1,3})\s*版\s*[:：]?\s*([^\s|>]{0,16})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """An article as a newspaper printed it; empty strings for what the page does not say."""

    title: str = ""
    kicker: str = ""
    subtitle: str = ""
    author: str = ""
    paper: str = ""
    #: `第A1版:要闻`.
    page: str = ""
    issue_date: date | None = None
    #: The comment describes a newspaper page, not an article (`founder-type` 2).
    is_page: bool = False


def read_print(page: Page) -> Print | None:
    """What Founder's markup says, or None on a page that has none of it."""
    fields = _fields(page.text)
    named = (
        {name: _text(path.elements(page.tree)) for name, path in _NAMED.items()}
        if _looks_like_it(page) or fields
        else {}
    )
    if not fields and not (named.get("title") or named.get("layout")):
        return None
    label = _page(named.get("layout", ""), fields)
    return Print(
        title=named.get("title") or fields.get("title", ""),
        kicker=named.get("pretitle") or fields.get("introtitle", ""),
        subtitle=named.get("subtitle") or fields.get("subtitle", ""),
        author=named.get("author") or fields.get("author", ""),
        paper=fields.get("papername", ""),
        page=label,
        # Founder's CMS for the web writes the same comment; only what has a page was printed.
        issue_date=_day(fields.get("date", "")) if label else None,
        is_page=fields.get("type") == "2",
    )


def _day(text: str) -> date | None:
    if re.match(r"\d{4}-\d\d-\d\d", text) is None or read_date(text[:10]) is None:
        return None
    return date.fromisoformat(text[:10])


def _looks_like_it(page: Page) -> bool:
    return "ozoom" in page.text or "founder-" in page.text or 'id="SubTitle"' in page.text


def _fields(text: str) -> dict[str, str]:
    """The fields of the property comment and of `founder-…` elements, without the prefix."""
    span = property_span(text)
    if span is None and "founder-" not in text:
        return {}
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(text[span[0] : span[1]] if span else text[:200_000]):
        key = name.lower().removeprefix("founder-")
        if (span or name.lower().startswith("founder-")) and value.strip():
            found.setdefault(key, clean_text(html.unescape(value)))
    return found


def _page(shown: str, fields: dict[str, str]) -> str:
    """The newspaper page as it is labelled on the article, else made of its number and name."""
    if (match := _PAGE.search(shown)) is not None:
        return f"第{match[1]}版:{match[2]}" if match[2] else f"第{match[1]}版"
    number, name = fields.get("pagenum", ""), fields.get("pagename", "")
    if not number:
        return ""
    return f"第{number}版:{name}" if name else f"第{number}版"


def _text(elements: list[HtmlElement]) -> str:
    return clean_text("".join(elements[0].itertext())) if elements else ""

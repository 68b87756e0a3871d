"""Make import items of the text of a newspaper page or a snapshot page. Pure."""

from datetime import date

from crawler.dates import ZONE
from crawler.extract.decode import decode
from crawler.imports.item import ImportedItem, key_of_id
from crawler.imports.paper_text import read_masthead, read_paper_text
from crawler.imports.snapshot_text import read_snapshot_text, snapshot_host
from crawler.urls import host
from storage.records import Extraction
from text.digest import payload_digest

_HEADERS = (("content-type", "text/plain; charset=utf-8"),)


def paper_items(
    payload: bytes, *, paper: str = "", issue: date | None = None, zone: str = ZONE
) -> tuple[ImportedItem, ...]:
    """The articles of a newspaper page; what the caller does not say of paper and issue is read from the page.

    The same page imported again, with more of a text that broke off, brings the same articles: their keys
    are made of paper, issue and title, not of the text.
    """
    text = decode(payload).text
    masthead = read_masthead(text, zone=zone)
    found = read_paper_text(text, paper=paper or masthead.paper, issue=issue or masthead.issue, zone=zone)
    return tuple(_item(extraction, _paper_key(extraction), payload) for extraction in found)


def snapshot_item(payload: bytes, *, zone: str = ZONE) -> ImportedItem:
    """The article of a snapshot page."""
    text = decode(payload).text
    extraction = read_snapshot_text(text, zone=zone)
    key = key_of_id("", extraction.title, extraction.text)
    return _item(extraction, key, payload, site=host(extraction.canonical_url) or snapshot_host(text))


def _item(extraction: Extraction, key: str, payload: bytes, *, site: str = "") -> ImportedItem:
    return ImportedItem(
        external_id="",
        url=extraction.canonical_url or None,
        site=site,
        key_hint=key,
        extraction=extraction,
        payload=payload,
        headers=_HEADERS,
    )


def _paper_key(extraction: Extraction) -> str:
    if not (extraction.paper and extraction.issue_date and extraction.title):
        return key_of_id("", extraction.title, extraction.text)
    name = f"{extraction.paper}\n{extraction.issue_date.isoformat()}\n{extraction.title}"
    return f"text:{payload_digest(name.encode('utf-8'))}"

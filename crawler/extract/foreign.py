"""Read pages that are not Chinese, with trafilatura. The only module that knows it."""

from dataclasses import dataclass

import trafilatura

from crawler.extract.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    text: str
    title: str
    #: A day, `2024-09-30`; empty if unknown.
    date: str
    author: str
    language: str


def read_foreign(page: Page) -> Foreign | None:
    """What trafilatura reads, or None if it finds no text. From its own tree: on ours it read one page in 180 worse."""
    try:
        document = trafilatura.bare_extraction(
            page.text, url=page.url or None, with_metadata=True, include_comments=False, favor_recall=False
        )
    except Exception:  # noqa: BLE001 - whatever a library stumbles over, the page stays what it is: unread
        return None
    if document is None:
        return None
    fields = document if isinstance(document, dict) else document.as_dict()
    values = {name: str(fields.get(name) or "").strip() for name in ("text", "title", "date", "author", "language")}
    lines = (line.strip() for line in values["text"].splitlines())
    return Foreign(**{**values, "text": "\n".join(line for line in lines if line)})

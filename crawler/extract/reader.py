"""Page to extraction: text and metadata, each with its evidence. Pure; it never raises.

```
parse → lines and boxes → headline → body (markers, known containers, density) → clean lines
      → header zone: date, credit, column → byline, editors → links
```

Chinese pages are read by our own rules, which beat trafilatura on them (docs/design.md); pages in
other languages are left to trafilatura.
"""

from datetime import datetime, timedelta

from crawler.dates import read_date
from crawler.extract.article import read_chinese
from crawler.extract.foreign import Foreign, read_foreign
from crawler.extract.headline import find_headline, strip_site
from crawler.extract.page import Page
from crawler.extract.published import Dated, find_date, find_modified
from crawler.extract.scripts import script_body
from crawler.extract.words import is_chinese
from crawler.extract.zone import Zone
from storage.records import Entry, Extraction, Person, Refusal

EXTRACTOR = "html/1"
SAMPLE_CHARS = 6_000  # of visible text, to tell its language


def extract(
    page: Page,
    *,
    entry: Entry | None = None,
    captured_at: datetime | None = None,
    timezone: str = "Asia/Shanghai",
) -> Extraction | Refusal:
    """What a page says, or why it is no article.

    `entry` is the listing's claim, `captured_at` bounds the dates and anchors relative ones, and
    `timezone` is that of dates without an offset.
    """
    if page.cut:
        return Refusal.TOO_COMPLEX
    if _is_chinese(page, entry):
        return read_chinese(page, EXTRACTOR, entry=entry, captured_at=captured_at, timezone=timezone)
    return _read_foreign(page, entry, captured_at, timezone)


def _is_chinese(page: Page, entry: Entry | None) -> bool:
    """Whether the prose of the page (not its navigation) is Chinese."""
    prose = [line.text for line in page.layout.lines if len(line.text) > 24 and line.linked * 2 < len(line.text)]
    sample = "".join(prose)[:SAMPLE_CHARS] or script_body(page.text)[:SAMPLE_CHARS] or (entry.content if entry else "")
    if len(sample) < 40:
        sample += "".join(line.text for line in page.layout.lines)[:SAMPLE_CHARS] + page.tags.title
    return is_chinese(sample)


def _read_foreign(page: Page, entry: Entry | None, captured_at: datetime | None, timezone: str) -> Extraction | Refusal:
    read = read_foreign(page)
    if read is None or not read.text:
        return Refusal.NO_TEXT
    headline = find_headline(page.layout, page.tags, entry.title if entry else "")
    title = (headline.text if headline else "") or strip_site(read.title)
    if not title:
        return Refusal.NO_TITLE
    dated = _foreign_date(page, read, entry, captured_at, timezone)
    return Extraction(
        extractor=EXTRACTOR,
        title=title,
        text=read.text,
        byline=tuple(Person(name=name) for name in read.author.split("; ") if name),
        published_at=dated.moment.at if dated else None,
        published_precision=dated.moment.precision if dated else None,
        modified_at=find_modified(page.tags, timezone),
        language=(read.language or page.tags.language)[:8],
        canonical_url=page.tags.canonical,
        evidence={"text": "trafilatura", "title": headline.evidence if headline else "trafilatura"}
        | ({"published_at": dated.evidence} if dated else {}),
    )


def _foreign_date(
    page: Page, read: Foreign, entry: Entry | None, captured_at: datetime | None, timezone: str
) -> Dated | None:
    """The day that trafilatura finds; with the minute of a tag that means the same day here.

    A page from another zone states another day than ours for the same moment; its own is kept.
    """
    zone = Zone(page.layout, -1, 0, 0, 0)  # header forms differ by language: tags, entry and URL only
    stated = find_date(zone, page.tags, [], entry=entry, url=page.url, captured_at=captured_at, timezone=timezone)
    found = read_date(read.date, zone=timezone) if read.date else None
    if found is None or (captured_at is not None and found.at > captured_at + timedelta(days=2)):
        return stated
    if stated is not None and found.at <= stated.moment.at < found.at + timedelta(days=1):
        return stated
    return Dated(found, "trafilatura")

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
from crawler.extract.article import Circumstances, read_article
from crawler.extract.foreign import Foreign, read_foreign
from crawler.extract.headline import find_headline, strip_site
from crawler.extract.language import is_chinese_page
from crawler.extract.page import Page
from crawler.extract.published import SLACK, Dated, find_date, find_modified
from crawler.extract.version import EXTRACTOR
from crawler.extract.words import squash
from crawler.extract.zone import Zone
from storage.records import Entry, Extraction, Person, Refusal

FOREIGN_LINES = 5_000  # trafilatura takes seconds for more; then our own rules read any language
FOREIGN_CHARS = 300_000  # the same for what a reader sees


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
    chinese = is_chinese_page(page, entry)
    language = "zh" if chinese else page.tags.language[:8]
    known = Circumstances(entry=entry, captured_at=captured_at, timezone=timezone, language=language)
    if chinese or _is_huge(page):
        return read_article(page, EXTRACTOR, known)
    return _read_foreign(page, known)


def _is_huge(page: Page) -> bool:
    lines = page.layout.lines
    return len(lines) > FOREIGN_LINES or sum(len(line.text) for line in lines) > FOREIGN_CHARS


def _read_foreign(page: Page, known: Circumstances) -> Extraction | Refusal:
    read = read_foreign(page)
    if read is None or not read.text:
        return Refusal.NO_TEXT
    headline = find_headline(page.layout, page.tags, known.entry.title if known.entry else "")
    title = headline.text if headline else strip_site(read.title)
    if not title:
        return Refusal.NO_TITLE
    dated = _foreign_date(page, read, known)
    evidence = {"text": "trafilatura", "title": headline.evidence if headline else "trafilatura"}
    if dated:
        evidence["published_at"] = dated.evidence
    return Extraction(
        extractor=EXTRACTOR,
        title=title,
        text=_without_title(read.text, title),
        byline=tuple(Person(name=name) for name in read.author.split("; ") if name),
        published_at=dated.moment.at if dated else None,
        published_precision=dated.moment.precision if dated else None,
        modified_at=find_modified(page.tags, known.timezone),
        language=read.language[:8] or known.language,
        canonical_url=page.tags.canonical,
        evidence=evidence,
    )


def _without_title(text: str, title: str) -> str:
    first, _, rest = text.partition("\n")
    return rest if rest and squash(first) == squash(title) else text


def _foreign_date(page: Page, read: Foreign, known: Circumstances) -> Dated | None:
    """The day that trafilatura finds; with the minute of a tag that means the same day here.

    A page from another zone states another day than ours for the same moment; its own is kept.
    """
    zone = Zone(page.layout, -1, 0, 0, 0)  # header forms differ by language: tags, entry and URL only
    stated = find_date(
        zone,
        page.tags,
        [],
        entry=known.entry,
        url=page.url,
        captured_at=known.captured_at,
        timezone=known.timezone,
    )
    found = read_date(read.date, zone=known.timezone) if read.date else None
    if found is None or (known.captured_at is not None and found.at > known.captured_at + SLACK):
        return stated
    if stated is not None and found.at <= stated.moment.at < found.at + timedelta(days=1):
        return stated
    return Dated(found, "trafilatura")

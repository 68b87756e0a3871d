"""Read an article by our own rules, made for Chinese pages. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime

from crawler.dates import read_date
from crawler.extract.body import Body
from crawler.extract.byline import find_byline, find_editors
from crawler.extract.cleaning import Cleaned, breaks_off, clean
from crawler.extract.contents import find_contents
from crawler.extract.credit import find_category, find_credit
from crawler.extract.founder import Print, read_print
from crawler.extract.headline import Headline, find_headline
from crawler.extract.layout import Line
from crawler.extract.links import attachments_of, images_of
from crawler.extract.names import credited, is_name, people
from crawler.extract.page import Page
from crawler.extract.published import find_date, find_modified
from crawler.extract.rows import dated_titles
from crawler.extract.words import squash, tight
from crawler.extract.zone import Zone, joined
from storage.records import Entry, Extraction, Person, Refusal

TAIL_LINES = 12  # below a body, where editors and credits stand
FAR = 20  # lines below a headline that may be its header when the body stands in no line of the page
ROWS = 8  # dated links on a page that says nothing of itself
MIN_TEXT = 12  # characters: less is a caption, not a text

_ARTICLE_TAGS = ("articletitle", "pubdate", "article:published_time", "contentsource")
_STANDING = re.compile(
    r"(?:简介|简历|概况|介绍|职责|职能|分工|架构|沿革|指南|目录|名录)$|领导(?:信息|之窗|班子|成员)|机构(?:设置|"
    r"信息)|内设机构|关于我们|联系(?:我们|方式)|"
    r"网站(?:声明|地图|导航|首页)|使用帮助|隐私(?:政策|声明)|法律声明|版权声明|友情链接"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of a page beside its markup."""

    entry: Entry | None
    captured_at: datetime | None
    timezone: str
    language: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """The parts of a page that its fields are read from."""

    page: Page
    printed: Print
    headline: Headline
    body: Body
    cleaned: Cleaned
    zone: Zone
    #: Lines of the header that are not the body's.
    header: list[Line]
    #: Lines left out at the end of the body, and those below it.
    tail: list[Line]


def read_article(page: Page, extractor: str, known: Circumstances) -> Extraction | Refusal:
    """The article of a page, or why it has none."""
    printed = read_print(page) or Print()
    if printed.is_page:
        return Refusal.LISTING
    headline = _headline(page, printed, known.entry)
    found = find_contents(page, headline.line if headline else -1, known.entry.content if known.entry else "")
    if found is None:
        return Refusal.NO_TEXT
    if headline is None:
        return Refusal.NO_TITLE
    body, weights = found
    titles = {squash(text) for text in (headline.text, printed.title, printed.kicker, printed.subtitle) if text}
    cleaned = clean(body, weights, titles)
    if len(cleaned.text) < 10 * MIN_TEXT and len(tight(cleaned.text)) < MIN_TEXT:
        return Refusal.NO_TEXT
    read = _extraction(_draft(page, printed, headline, body, cleaned), extractor, known)
    return Refusal.LISTING if _is_standing(read, page) else read


def _headline(page: Page, printed: Print, entry: Entry | None) -> Headline | None:
    found = find_headline(page.layout, page.tags, printed.title or (entry.title if entry else ""))
    if not printed.title or (found and squash(found.text) == squash(printed.title)):
        return found
    wanted = squash(printed.title)
    line = next((number for number, line in enumerate(page.layout.lines) if squash(line.text) == wanted), -1)
    return Headline(printed.title, line, "founder")


def _draft(page: Page, printed: Print, headline: Headline, body: Body, cleaned: Cleaned) -> _Draft:
    layout = page.layout
    if body.layout is not layout:
        zone = Zone.around(layout, headline.line, headline.line + FAR, len(layout.lines))
        return _Draft(page, printed, headline, body, cleaned, zone, [line for _, line in zone.lines()], [])
    zone = Zone.around(layout, headline.line, body.start, body.end)
    dropped = set(cleaned.dropped)
    header = [
        line
        for number, line in zone.lines()
        if not body.start <= number < body.end or layout.lines[number].text in dropped
    ]
    left_out = [line for line in body.lines[-TAIL_LINES:] if line.text in dropped]
    below = [line for _, line in joined(layout.lines, body.end, body.end + TAIL_LINES)]
    return _Draft(page, printed, headline, body, cleaned, zone, header, [*left_out, *below])


def _extraction(draft: _Draft, extractor: str, known: Circumstances) -> Extraction:
    page, printed, cleaned = draft.page, draft.printed, draft.cleaned
    issue = printed.issue_date or (known.entry.issue_date if known.entry else None)
    dated = find_date(
        draft.zone,
        page.tags,
        draft.tail,
        entry=known.entry,
        url=page.url,
        captured_at=known.captured_at,
        timezone=known.timezone,
        issue=issue,
    )
    credit, credit_from = find_credit(draft.zone, page.tags, draft.tail, draft.headline.text + cleaned.text)
    byline, byline_from = _byline(draft)
    category, category_from = find_category(page.layout, page.tags, draft.headline.text)
    evidence = {
        "title": draft.headline.evidence,
        "text": draft.body.evidence,
        "published_at": dated.evidence if dated else "",
        "credit": credit_from,
        "byline": byline_from,
        "category": category_from,
    }
    return Extraction(
        extractor=extractor,
        title=draft.headline.text,
        text=cleaned.text,
        kicker=printed.kicker,
        subtitle=printed.subtitle,
        byline=byline,
        editors=find_editors([*cleaned.dropped, *(line.text for line in draft.tail)]),
        credit=credit,
        origin=cleaned.origin,
        category=category,
        published_at=dated.moment.at if dated else None,
        published_precision=dated.moment.precision if dated else None,
        modified_at=find_modified(page.tags, known.timezone),
        stated_snapshot_at=_stated_snapshot(page.layout.lines, known.timezone),
        paper=printed.paper,
        page=printed.page or (known.entry.page if known.entry else ""),
        issue_date=issue,
        truncated=breaks_off(cleaned.kept),
        language=known.language,
        canonical_url=page.tags.canonical,
        images=images_of(draft.body, page.url),
        attachments=attachments_of(draft.body, draft.headline.line, page.url),
        evidence={name: value for name, value in evidence.items() if value},
    )


def _is_standing(read: Extraction, page: Page) -> bool:
    """An undated, unsigned page of a person or an office, or a column with an introduction: no article."""
    if read.published_at or read.credit or read.byline or read.editors or page.tags.first(*_ARTICLE_TAGS)[0]:
        return False
    return is_name(tight(read.title)) or bool(_STANDING.search(read.title)) or dated_titles(page.layout.lines) >= ROWS


def _stated_snapshot(lines: list[Line], timezone: str) -> datetime | None:
    """When an archive of snapshots says it took this copy."""
    for line in lines:
        if "快照生成时间" in line.text and (moment := read_date(line.text, zone=timezone)):
            return moment.at
    return None


def _byline(draft: _Draft) -> tuple[tuple[Person, ...], str]:
    found, where = find_byline(draft.cleaned.kept, draft.header, draft.tail)
    author = draft.printed.author
    if found or not author:
        return found, where
    named = credited(author) or people(author, labelled=True)
    # The CMS also names whoever entered the text; only a name that the page shows is the byline.
    shown = tight("".join(line.text for line in draft.page.layout.lines))
    return (named, "founder") if named and all(person.name in shown for person in named) else ((), "")

"""Read a Chinese page by our own rules. Pure."""

import re
from dataclasses import replace
from datetime import datetime

from crawler.dates import read_date
from crawler.extract.body import Body, Weights, find_body
from crawler.extract.byline import find_byline, find_editors
from crawler.extract.cleaning import Cleaned, breaks_off, clean
from crawler.extract.credit import find_category, find_credit
from crawler.extract.founder import Print, read_print
from crawler.extract.headline import Headline, find_headline
from crawler.extract.layout import Layout, Line
from crawler.extract.links import attachments_of, images_of
from crawler.extract.names import credited, people
from crawler.extract.page import Page, fragment
from crawler.extract.published import Dated, find_date, find_modified
from crawler.extract.scripts import script_body, unescaped
from crawler.extract.words import squash, tight
from crawler.extract.zone import Zone, joined
from storage.records import Entry, Extraction, Person, Refusal

TAIL_LINES = 12  # below a body, where editors and credits stand
MIN_TEXT = 12  # characters: less is a caption, not a text


def read_chinese(
    page: Page, extractor: str, *, entry: Entry | None, captured_at: datetime | None, timezone: str
) -> Extraction | Refusal:
    """The article of a Chinese page, or why it has none."""
    printed = read_print(page) or Print()
    if printed.is_page:
        return Refusal.LISTING
    headline = _headline(page, printed, entry)
    body, weights = _body(page, headline, entry)
    if body is None:
        return Refusal.NO_TEXT
    if headline is None:
        return Refusal.NO_TITLE
    body = _below_headline(body, weights, headline.line)
    titles = {squash(text) for text in (headline.text, printed.title, printed.kicker, printed.subtitle) if text}
    cleaned = clean(body, weights, titles)
    if len(tight(cleaned.text)) < MIN_TEXT:
        return Refusal.NO_TEXT
    zone, tail = _surroundings(page, headline, body)
    issue = printed.issue_date or (entry.issue_date if entry else None)
    dated = find_date(
        zone, page.tags, tail, entry=entry, url=page.url, captured_at=captured_at, timezone=timezone, issue=issue
    )
    return _extraction(page, extractor, headline, body, cleaned, zone, tail, dated, printed, entry, timezone)


def _headline(page: Page, printed: Print, entry: Entry | None) -> Headline | None:
    anchor = entry.title if entry else ""
    found = find_headline(page.layout, page.tags, printed.title or anchor)
    if printed.title and (found is None or squash(found.text) != squash(printed.title)):
        wanted = squash(printed.title)
        line = next((number for number, line in enumerate(page.layout.lines) if squash(line.text) == wanted), -1)
        return Headline(printed.title, line, "founder")
    return found


def _body(page: Page, headline: Headline | None, entry: Entry | None) -> tuple[Body | None, Weights]:
    """The body of the page, or of its script or its entry where they hold more."""
    line = headline.line if headline else -1
    body = find_body(page.layout, page.weights, line, _opening(page))
    size = _size(body, page.weights)
    for source, evidence in (
        (script_body(page.text), "script:memo"),
        (unescaped(entry.content) if entry else "", "entry"),
    ):
        if not source:
            continue
        layout = Layout.of(fragment(source))
        weights = Weights(layout)
        other = Body(layout, 0, len(layout.lines), evidence)
        if _size(other, weights) > 1.5 * size + 20:
            return other, weights
    return body, page.weights


def _below_headline(body: Body, weights: Weights, headline: int) -> Body:
    """The body without the lines above the headline, where its box holds both."""
    if not body.start <= headline < body.end - 1 or body.evidence.startswith(("script", "entry")):
        return body
    if weights.prose(body.start, headline) > 0.1 * weights.prose(headline, body.end):
        return body
    return replace(body, start=headline + 1)


def _size(body: Body | None, weights: Weights) -> float:
    return (
        max(weights.prose(body.start, body.end), sum(len(line.text) - line.linked for line in body.lines))
        if body
        else 0.0
    )


def _opening(page: Page) -> int:
    """The line that the page's description quotes."""
    description = page.tags.first("description", "og:description")[0]
    start = description[:14].strip()
    if len(start) < 10 or re.search(r"[\u3400-\u9fff]", start) is None:
        return -1
    return next(
        (
            number
            for number, line in enumerate(page.layout.lines)
            if line.text.startswith(start) and len(line.text) > 30
        ),
        -1,
    )


def _surroundings(page: Page, headline: Headline, body: Body) -> tuple[Zone, list[Line]]:
    layout = page.layout
    if body.layout is not layout:
        return Zone.around(layout, headline.line, min(headline.line + 20, len(layout.lines)), len(layout.lines)), []
    zone = Zone.around(layout, headline.line, body.start, body.end)
    return zone, [line for _, line in joined(layout.lines, body.end, body.end + TAIL_LINES)]


def _extraction(
    page: Page, extractor: str, headline: Headline, body: Body, cleaned: Cleaned, zone: Zone, tail: list[Line],
    dated: Dated | None, printed: Print, entry: Entry | None, timezone: str,
) -> Extraction:  # fmt: skip
    header = [line for _, line in zone.lines() if line not in body.lines or line.text in cleaned.dropped]
    left_out = [line for line in body.lines[-TAIL_LINES:] if line.text in cleaned.dropped]
    credit, credit_from = find_credit(zone, page.tags, [*left_out, *tail], headline.text + cleaned.text)
    byline, byline_from = _byline(page, cleaned, header, [*left_out, *tail], printed)
    category, category_from = find_category(page.layout, page.tags, headline.text)
    evidence = {"title": headline.evidence, "text": body.evidence, "published_at": dated.evidence if dated else ""}
    evidence |= {"credit": credit_from, "byline": byline_from, "category": category_from}
    return Extraction(
        extractor=extractor,
        title=headline.text,
        text=cleaned.text,
        kicker=printed.kicker,
        subtitle=printed.subtitle,
        byline=byline,
        editors=find_editors([*cleaned.dropped, *(line.text for line in tail)]),
        credit=credit,
        origin=cleaned.origin,
        category=category,
        published_at=dated.moment.at if dated else None,
        published_precision=dated.moment.precision if dated else None,
        modified_at=find_modified(page.tags, timezone),
        stated_snapshot_at=_stated_snapshot(page.layout.lines[max(0, headline.line) :], timezone),
        paper=printed.paper,
        page=printed.page or (entry.page if entry else ""),
        issue_date=printed.issue_date or (entry.issue_date if entry else None),
        truncated=breaks_off(cleaned.kept),
        language="zh",
        canonical_url=page.tags.canonical,
        images=images_of(body, page.url),
        attachments=attachments_of(body, headline.line, page.url),
        evidence={name: value for name, value in evidence.items() if value},
    )


def _stated_snapshot(lines: list[Line], timezone: str) -> datetime | None:
    """When an archive of snapshots says it took this copy."""
    for line in lines:
        if "快照生成时间" in line.text and (moment := read_date(line.text, zone=timezone)):
            return moment.at
    return None


def _byline(
    page: Page, cleaned: Cleaned, header: list[Line], tail: list[Line], printed: Print
) -> tuple[tuple[Person, ...], str]:
    found, where = find_byline(cleaned.kept, header, tail)
    if not found and printed.author and (named := credited(printed.author) or people(printed.author, labelled=True)):
        # The CMS also names whoever entered the text; only a name that the page shows is the byline.
        shown = tight(cleaned.text + "".join(line.text for line in page.layout.lines))
        if all(person.name in shown for person in named):
            return named, "founder"
    return found, where

"""Read an article by our own rules, made for Chinese pages. Pure."""

from dataclasses import dataclass
from datetime import datetime

from crawler.dates import read_date
from crawler.extract.body import Body
from crawler.extract.byline import find_byline, find_editors
from crawler.extract.category import find_category
from crawler.extract.cleaning import Cleaned, breaks_off, clean
from crawler.extract.contents import find_contents
from crawler.extract.credit import find_credit
from crawler.extract.decks import find_decks
from crawler.extract.founder import Print, read_print
from crawler.extract.headline import Headline, find_headline
from crawler.extract.labels import closing_line, is_bar
from crawler.extract.layout import Line
from crawler.extract.links import attachments_of, images_of
from crawler.extract.modified import modified_at
from crawler.extract.names import credited, people
from crawler.extract.origin import Origin, find_origin
from crawler.extract.page import Page
from crawler.extract.press import read_press
from crawler.extract.published import find_date
from crawler.extract.signs import text_below
from crawler.extract.standing import refused_as
from crawler.extract.words import squash, tight
from crawler.extract.zone import Zone, joined
from storage.records import Entry, Extraction, Person, Refusal

TAIL_LINES = 12  # below a body, where editors and credits stand
CLOSING = 2  # paragraphs at the end of a text that may say where it came from
FAR = 20  # lines below a headline that may be its header when the body stands in no line of the page
MIN_TEXT = 12  # characters: less is a caption, not a text


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
    #: Lines of the header that are not the body's, and those of them between the headline and the text.
    header: list[Line]
    front: list[Line]
    #: Lines left out at the end of the body, and those below it.
    tail: list[Line]


def read_article(page: Page, extractor: str, known: Circumstances) -> Extraction | Refusal:
    """The article of a page, or why it has none."""
    printed = read_print(page) or Print()
    if printed.is_page:
        return Refusal.LISTING
    headline = _headline(page, printed, known.entry)
    found = find_contents(page, headline.line if headline else -1, known.entry.content if known.entry else "")
    if found is None and headline is not None and (below := text_below(page.layout, headline.line)):
        found = below, page.weights
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
    return refused_as(read, page, headline.line) or read


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
        around = [line for _, line in zone.lines()]
        return _Draft(page, printed, headline, body, cleaned, zone, around, around, [])
    zone = Zone.around(layout, headline.line, body.start, body.end)
    dropped = set(cleaned.dropped)
    header = [
        line
        for number, line in zone.lines()
        if not body.start <= number < body.end or layout.lines[number].text in dropped or is_bar(line)
    ]
    kept = set(cleaned.kept[:1])
    first = next((number for number in range(body.start, body.end) if layout.lines[number].text in kept), body.start)
    front = [line for number, line in zone.lines() if headline.line < number < first] if headline.line >= 0 else []
    closing = filter(None, map(closing_line, cleaned.kept[-CLOSING:]))
    left_out = [line for line in body.lines[-TAIL_LINES:] if line.text in dropped]
    below = [line for _, line in joined(layout.lines, body.end, body.end + TAIL_LINES)]
    tail = [*closing, *left_out, *below]
    return _Draft(page, printed, headline, body, cleaned, zone, header, front, tail)


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
    published_at = dated.moment.at if dated else None
    credit, credit_from = find_credit(
        draft.zone, page.tags, draft.front, draft.tail, draft.headline.text + cleaned.text
    )
    byline, byline_from = _byline(draft)
    editors = find_editors([*cleaned.dropped, *(line.text for line in (*draft.header, *draft.tail))])
    category, category_from = find_category(page.layout, page.tags, draft.headline.text)
    kicker, subtitle = _decks(draft)
    changed, changed_from = modified_at(page.tags, [*draft.header, *draft.tail], published_at, known.timezone)
    origin = find_origin(cleaned.origin, draft.header, draft.tail, cleaned.kept[-2:])
    paper, paper_from = _print(draft, origin, known)
    own = draft.headline.line if draft.body.layout is page.layout else -1
    images, images_from = images_of(draft.body, page.url, draft.headline.text)
    attachments, attachments_from = attachments_of(draft.body, own, page.url)
    snapshot_at = _stated_snapshot(page.layout.lines, known.timezone)
    canonical, canonical_from = page.tags.canonical_url(page.url)
    evidence = {
        "title": draft.headline.evidence,
        "text": draft.body.evidence,
        "kicker": kicker[1],
        "subtitle": subtitle[1],
        "published_at": dated.evidence if dated else "",
        "modified_at": changed_from,
        "stated_snapshot_at": "line" if snapshot_at else "",
        "credit": credit_from,
        "origin": origin.evidence,
        "byline": byline_from,
        "editors": "tail" if editors else "",
        "category": category_from,
        **paper_from,
        "language": "text" if known.language else "",
        "canonical_url": canonical_from,
        "images": images_from,
        "attachments": attachments_from,
    }
    return Extraction(
        extractor=extractor,
        title=draft.headline.text,
        text=cleaned.text,
        kicker=kicker[0],
        subtitle=subtitle[0],
        byline=byline,
        editors=editors,
        credit=credit,
        origin=origin.name,
        category=category,
        published_at=published_at,
        published_precision=dated.moment.precision if dated else None,
        modified_at=changed,
        stated_snapshot_at=snapshot_at,
        paper=paper.paper,
        page=paper.page,
        issue_date=paper.issue_date,
        truncated=breaks_off(cleaned.kept),
        language=known.language,
        canonical_url=canonical,
        images=images,
        attachments=attachments,
        evidence={name: value for name, value in evidence.items() if value},
    )


def _decks(draft: _Draft) -> tuple[tuple[str, str], tuple[str, str]]:
    """Kicker and sub-title with their evidence: the printed ones first."""
    kicker, subtitle = find_decks(draft.page.layout, draft.headline.line, draft.page.tags, draft.cleaned.kept)
    printed = draft.printed
    return (
        (printed.kicker, "founder") if printed.kicker else kicker,
        (printed.subtitle, "founder") if printed.subtitle else subtitle,
    )


def _print(draft: _Draft, origin: Origin, known: Circumstances) -> tuple[Print, dict[str, str]]:
    """Newspaper, page and issue with the evidence of each: of this print, of its listing, or of the text's origin."""
    press = read_press(draft.page, draft.headline.line, known.timezone) if not draft.printed.page else None
    entry = known.entry
    papers = [(draft.printed.paper, "founder"), (press[0] if press else "", "press"), (origin.paper, origin.evidence)]
    pages = [(draft.printed.page, "founder"), (entry.page if entry else "", "entry")]
    pages += [(press[1] if press else "", "press"), (origin.page, origin.evidence)]
    issues = [(draft.printed.issue_date, "founder"), (entry.issue_date if entry else None, "entry")]
    issues += [(press[2] if press else None, "press"), (origin.issue_date, origin.evidence)]
    paper = next(((value, place) for value, place in papers if value), ("", ""))
    page = next(((value, place) for value, place in pages if value), ("", ""))
    issue = next(((value, place) for value, place in issues if value), (None, ""))
    said = Print(paper=paper[0], page=page[0], issue_date=issue[0])
    return said, {"paper": paper[1], "page": page[1], "issue_date": issue[1]}


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

"""Say whether a capture is an article's page at all, before anything is read from it. Pure.

A challenge page, a soft 404 or a listing that is stored as an article stays wrong for ever; an article
that is refused is missed. So the question is asked from both sides, in this order:

```
no bytes, no HTML, too much of it                          empty, not-html, too-complex
a headline with a bar of date or source, and text below    an article, whatever else the page holds
scripts and words of firewalls                             challenge
its script or its entry brings the text                    an article
words of an error page, and no body that outweighs them    soft-404
a headline that is the page's title, a sentence below      an article
next to nothing to read                                    login, shell
many links to other stories                                listing
```

What is left is read; `crawler/extract/standing.py` asks once more, knowing what was read.
"""

import json
import re

from crawler.extract.body import Body, find_body
from crawler.extract.decode import decode
from crawler.extract.founder import read_print
from crawler.extract.language import is_chinese_page
from crawler.extract.layout import Line
from crawler.extract.page import Page, parse
from crawler.extract.query import Query
from crawler.extract.rows import dated_titles, leads, linked_titles
from crawler.extract.signs import is_headed, is_opened
from crawler.extract.words import tight
from crawler.notices import (
    CHALLENGE_MARK,
    NO_SCRIPT,
    NOTICE_CHARS,
    is_challenge,
    is_gone,
    is_loading,
    is_login,
    is_plainly_gone,
    is_unfilled,
)
from storage.records import Capture, Entry, Refusal

SNIFF_BYTES = 2048
BRIEF = 60.0  # weight of a body below which a page may be something else: two short sentences
FOREIGN_PROSE = 60  # characters of a line without links from which it is a sentence in a language with spaces
SHORT = 160.0  # the same where nothing else speaks for an article
LONG = 480.0  # more than the advice and excuses of any error page
ROWS = 6  # linked titles that make a listing of a page without a body
LEADS = 3  # abstracts with a link to the rest: the page's own text has none
FEW_LINES = 25  # of plain text: any of them may be the notice of an error page
SHELL_CHARS = 200  # of plain text beside a script that would fill the page

_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|div|p|table|title|meta|h1|span|a|article|section|br|font|center)\b",
    re.IGNORECASE,
)
_FEED = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF|datastore|opml|svg)\b",
    re.IGNORECASE | re.DOTALL,
)
_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"GIF8",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"RIFF",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"ID3",
    b"BM",
)
_HTML_TYPES = ("html", "xhtml")
_OTHER_TYPES = re.compile(
    r"^(?:image|audio|video|font)/|pdf|json|javascript|css|octet-stream|zip|msword|officedocument|excel|"
    r"powerpoint|rtf|csv",
    re.IGNORECASE,
)

_PASSWORD = Query("//input[translate(@type, 'PASWORD', 'pasword') = 'password']")
_SCRIPTS = Query("//script")
_REFRESH = Query("//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh']")
_ARTICLE_METAS = ("articletitle", "article:published_time", "pubdate", "publishdate")
_CHALLENGE_STATUS = {412, 521, 567, 405, 403, 503, 429}


def judge(capture: Capture, charset: str = "", *, entry: Entry | None = None) -> Page | Refusal:
    """The page of a capture, or why it is no article's.

    `charset` is what the caller knows of the encoding; a shell whose `entry` brings the text is no shell.
    """
    payload = capture.payload
    if not payload.strip(b"\xef\xbb\xbf \t\r\n\f\v"):
        return Refusal.EMPTY
    if not _is_html(payload, capture.header("content-type")):
        return Refusal.NOT_HTML
    decoded = decode(payload, capture.header("content-type"), charset)
    page = parse(decoded.text, capture.final_url or capture.url, decoded.charset)
    if page.cut:
        return Refusal.TOO_COMPLEX
    return _refusal(page, capture.status, entry) or page


def _is_html(payload: bytes, content_type: str) -> bool:
    """What the bytes look like wins over what the header says, where they look like something."""
    start = payload[:SNIFF_BYTES].lstrip(b"\xef\xbb\xbf\x00 \t\r\n")
    if start.startswith(_BINARY) or _FEED.match(start):
        return False
    kind = content_type.partition(";")[0].strip().lower()
    if start[:1] in {b"{", b"["} and (not any(word in kind for word in _HTML_TYPES) or _is_json(payload)):
        return False
    if _OTHER_TYPES.search(kind):
        return _HTML.match(start) is not None
    if any(word in kind for word in _HTML_TYPES):
        return b"<" in payload or not _looks_binary(start)
    wide = start.replace(b"\0", b"")
    return _HTML.search(wide) is not None or _HTML.search(payload[: 10 * SNIFF_BYTES]) is not None


def _is_json(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return True


def _looks_binary(start: bytes) -> bool:
    controls = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return controls > len(start) * 0.1


def _refusal(page: Page, status: int, entry: Entry | None) -> Refusal | None:
    printed = read_print(page)
    if printed is not None and printed.is_page:
        return Refusal.LISTING
    if is_headed(page):
        return None
    lines = page.layout.lines
    body = find_body(page.layout, page.weights)
    weight = page.weights.of(body.start, body.end) if body else 0.0
    if _is_challenge(page, status, weight):
        return Refusal.CHALLENGE
    if page.script or (entry and entry.content):
        return None
    if _is_error(page, body, weight):
        return Refusal.SOFT_404
    if weight < SHORT and is_login(page.tags.title) and _PASSWORD.holds(page.tree):
        return Refusal.LOGIN
    if is_opened(page):
        return None
    if weight < SHORT and (refusal := _of_few_words(page, weight, lines)):
        return refusal
    if not _is_listing(page, weight, lines) or _is_foreign_prose(page, lines, entry):
        return None
    return Refusal.LISTING


def _is_foreign_prose(page: Page, lines: list[Line], entry: Entry | None) -> bool:
    """A sentence in another language among its links: what our weights for Chinese prose say of it is nothing."""
    said = sum(len(line.text) for line in lines if line.linked == 0 and len(line.text) >= FOREIGN_PROSE)
    return said >= 2 * FOREIGN_PROSE and not is_chinese_page(page, entry)


def _of_few_words(page: Page, weight: float, lines: list[Line]) -> Refusal | None:
    """What a page without much of a body is."""
    plain = [line.text for line in lines if line.linked * 2 <= len(line.text) and not is_unfilled(line.text)]
    if _asks_for_scripts(plain, page):
        return Refusal.SHELL
    if weight >= BRIEF or len(linked_titles(lines)) >= ROWS:
        return None
    if _PASSWORD.holds(page.tree) and any(map(is_login, plain)):
        return Refusal.LOGIN
    if not _is_shell(plain, lines):
        return None
    has_anything = lines or _SCRIPTS.holds(page.tree) or _REFRESH.holds(page.tree)
    return Refusal.SHELL if has_anything else Refusal.EMPTY


def _is_tagged(page: Page) -> bool:
    """Whether it names its day to machines as only articles do."""
    return any(name in page.tags.metas for name in _ARTICLE_METAS) or "datePublished" in page.tags.linked_data


def _is_challenge(page: Page, status: int, weight: float) -> bool:
    """Marks or words of a firewall, and not much beside them.

    Script marks stand on good pages too, for the site's firewall watches these as well.
    """
    if weight >= LONG:
        return False
    shown = tight("".join(line.text for line in page.layout.lines[:40]))[:600]
    turned_away = status in _CHALLENGE_STATUS
    marked = CHALLENGE_MARK.search(page.text[:200_000]) is not None
    if marked and weight < SHORT and (len(shown) < 200 or turned_away):
        return True
    told = is_challenge(f"{page.tags.title} {shown}")
    return told and (len(shown) < 300 or turned_away)


def _is_error(page: Page, body: Body | None, weight: float) -> bool:
    """Whether it says that there is nothing here, in a place where only error pages say so.

    What may be junk in a good page counts only where that page has no body; its title, a heading and
    the body itself are no junk.
    """
    if weight >= LONG or (_is_tagged(page) and weight >= BRIEF / 2):
        return False
    title = page.tags.title
    if is_plainly_gone(title) or (weight < SHORT and is_gone(title)):
        return True
    plain = [line for line in page.layout.lines if line.linked * 2 <= len(line.text) <= 2 * NOTICE_CHARS]
    if any(line.heading and is_plainly_gone(line.text) for line in plain):
        return True
    if weight >= SHORT:
        return False
    if body is not None and any(is_gone(line.text) for line in body.lines if not line.linked):
        return True
    any_line = weight < BRIEF / 2 or (weight < BRIEF and len(plain) <= FEW_LINES)
    return any((any_line or line.heading) and is_gone(line.text) for line in plain)


def _asks_for_scripts(plain: list[str], page: Page) -> bool:
    """Whether what is left to read without scripts is that one should turn them on."""
    shown = sum(map(len, plain))
    if any(is_loading(text) for text in plain) and shown < SHELL_CHARS:
        return True
    return shown < SHELL_CHARS and NO_SCRIPT.search(page.text) is not None


def _is_shell(plain: list[str], lines: list[Line]) -> bool:
    """Nothing to see but what a script would put there."""
    return sum(map(len, plain)) < 40 and sum(line.linked for line in lines) < 60


def _is_listing(page: Page, weight: float, lines: list[Line]) -> bool:
    """Many linked titles, dates beside them, and no body."""
    if leads(lines) >= LEADS and not _is_tagged(page):
        return True
    if weight >= 2 * SHORT or _is_tagged(page):
        return False
    titles = len(linked_titles(lines))
    if weight < BRIEF and titles >= ROWS:
        return True
    return titles >= 2 * ROWS and dated_titles(lines) >= (ROWS if weight < SHORT else 2 * ROWS)

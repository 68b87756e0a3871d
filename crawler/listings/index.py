"""Read a list of articles in HTML without being told where on the page it is. Pure.

What makes a link an article: an address in an article dialect, a text as long as a headline, a date in
its row, neighbours of the same shape. What it may not be: another site's, a menu's or footer's, a list.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from crawler.dialects import is_file, is_fixed, listing_like
from crawler.listings.hanweb import has_records, is_answer, read_hanweb
from crawler.listings.markup import Page, cjk, commented, parse
from crawler.listings.page import ListingPage, ListingRequest, unread
from crawler.listings.pager import next_page
from crawler.listings.rows import Row, entry_of, rows
from crawler.urls import on_site, same_site, url_key
from storage.records import Entry

#: Rows of one template that make a list.
_LIST_SIZE = 3
#: Mean length, in Chinese characters, of the headlines of a list whose rows have neither dates nor telling URLs.
_LONG = 11


def read_index(html: str, url: str, *, hosts: Collection[str] = ()) -> ListingPage:
    """The articles that a page lists, in the page's order, and its next page.

    Links to other sites are left out unless their host is one of `hosts`. The records that Hanweb hides in
    a script, and a list that stands in a comment, count as shown.
    """
    if html.lstrip()[:1] in ("{", "["):
        return unread("it answered JSON where an HTML list was expected")
    if is_answer(html):
        return read_hanweb(html, url, hosts=hosts)
    page = parse(html, url)
    entries = tuple(map(entry_of, articles(page, hosts)))
    following: ListingRequest | None = None
    if has_records(html):
        hidden = read_hanweb(html, url, hosts=hosts)
        entries, following = _once((*hidden.entries, *entries)), hidden.next
    elif len(entries) < _LIST_SIZE:
        entries = _once((*entries, *_in_comments(html, page.base, hosts)))
    if following is None and (link := next_page(page, html)):
        following = ListingRequest(link)
    problem = "" if entries else _problem(html, page)
    return unread(problem) if problem else ListingPage(entries, following)


def articles(page: Page, hosts: Collection[str] = ()) -> list[Row]:
    """The rows of a page that are articles of its site, in the order of the document."""
    candidates = [row for row in rows(page) if _may_be_article(row, page, hosts)]
    accepted = {row.key for row in candidates if _plainly(row)}
    accepted |= _of_lists([row for row in candidates if row.key not in accepted and row.anchor.dialect is None])
    shapes = Counter(row.shape for row in candidates if row.key in accepted)
    accepted |= {
        row.key for row in candidates if shapes[row.shape] >= _LIST_SIZE and not row.furniture and len(row.title) >= 4
    }
    return [row for row in candidates if row.key in accepted]


# ------------------------------------------------------------------ what is an article
def _may_be_article(row: Row, page: Page, hosts: Collection[str]) -> bool:
    anchor = row.anchor
    if anchor.nofollow or is_file(anchor.url) or is_fixed(anchor.url) or anchor.key == url_key(page.url):
        return False
    if on_site(anchor.url, page.url, hosts):
        return True
    return row.strong and same_site(anchor.url, page.url)  # a sister site, but none of its columns


def _plainly(row: Row) -> bool:
    """Whether a link is an article whatever stands around it."""
    if row.anchor.dialect is None:
        return row.headline and row.moment is not None and not row.furniture and not listing_like(row.anchor.url)
    if row.furniture:  # menus and footers link pages that look like articles: 机构职能, 领导分工
        return cjk(row.title) >= (8 if row.strong else 12)
    return row.headline or row.moment is not None or (row.strong and len(row.title) >= 4)


def _of_lists(candidates: Sequence[Row]) -> set[str]:
    """Keys of the rows whose URLs say nothing but which form lists."""
    lists: dict[tuple[int, str], list[Row]] = {}
    for row in candidates:
        if not row.furniture and row.container is not None:
            lists.setdefault((id(row.container), _build(row.anchor.url)), []).append(row)
    return {row.key for group in lists.values() for row in _listed(group)}


def _build(url: str) -> str:
    """How a URL is built, without any name in it: articles of several columns stand in one list."""
    path, _, query = url.partition("?")
    folder, _, file = path.rpartition("/")
    parameters = sorted(piece.partition("=")[0] for piece in query.split("&"))
    return " ".join([str(folder.count("/")), file.rpartition(".")[2] if "." in file else "", *parameters])


def _listed(group: Sequence[Row]) -> Sequence[Row]:
    """The rows of a part of the page that make a list of articles: with dates beside, or with long headlines."""
    if sum(row.headline for row in group) * 5 < len(group) * 3:
        return ()
    dated = [row for row in group if row.moment is not None]
    if len(dated) >= _LIST_SIZE and len(dated) * 2 >= len(group):
        return group
    plain = [row for row in group if not listing_like(row.anchor.url)]
    mean = sum(cjk(row.title) for row in plain) / max(len(plain), 1)
    return plain if len(plain) >= _LIST_SIZE and mean >= _LONG else ()


# ------------------------------------------------------------------ lists in other places
def _in_comments(html: str, base: str, hosts: Collection[str]) -> tuple[Entry, ...]:
    """Articles of a list that the page's template has left in a comment, for its script to bring out."""
    found: list[Entry] = []
    for part in commented(html):
        listed = articles(parse(part, base), hosts)
        if sum(row.moment is not None for row in listed) >= _LIST_SIZE:  # without dates it is an old draft
            found += map(entry_of, listed)
    return tuple(found)


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({entry.key: entry for entry in reversed(list(entries))}.values())[::-1]


def _problem(html: str, page: Page) -> str:
    """Why a page without articles is no list at all; empty if it may be one that has nothing to show."""
    if page.root is None:
        return "the page is empty"
    if "loadPageData(" in html:
        return "its list is filled in by a script (JPaaS loadPageData), so the page itself shows no articles"
    if "els-service" in html:
        return "its list is filled in by a script from the els-service API; read it as a source of kind els"
    return ""

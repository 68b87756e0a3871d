"""Find the next (older) page of an HTML list. Pure; one URL or None, never the page itself.

In this order: what the page declares (`rel=next`), a link that says 下一页, the page counts that two
content management systems write into a script, and the numbers of a pager.
"""

import re
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from crawler.dialects import article_dialect, listing_like
from crawler.listings.markup import Page, one_line
from crawler.urls import absolute, same_site, url_key, without_fragment

_NEXT_TEXT = re.compile(r"(?:下一?页|下一頁|后一?页|後一頁|下一屏|next(?:page)?|older(?:posts)?)\d*", re.IGNORECASE)
_ARROW = re.compile(r"[>›→]|&gt;")
_DOUBLE_ARROW = re.compile(r"»|>>|››")
_TRIM = re.compile(r"[\s\[\]【】()（）|·:：<《>》›»→←]+")
#: `createPageHTML(9, 0, "index", "html")`: pages, this one from 0, name, suffix (TRS).
_TRS = re.compile(
    r"createPageHTML\(\s*['\"]?(\d{1,6})['\"]?\s*,\s*['\"]?(\d{1,6})['\"]?\s*,\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)
#: `createPageHTML('page_div',10,1,'list','shtml',200)`: place, pages, this one from 1, name, suffix, rows (UCAP).
_UCAP = re.compile(
    r"createPageHTML\(\s*['\"][\w-]+['\"]\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)
_COUNT = re.compile(r"var\s+countPage\s*=\s*(\d{1,6})")
_CURRENT = re.compile(r"var\s+currentPage\s*=\s*(\d{1,6})")
_NUMBERED = re.compile(r"(?:[_-]|/(?:index|list|page|p)/?|/)(\d{1,6})/?(?:\.\w{2,5})?$", re.IGNORECASE)
_PAGE_NAME = re.compile(r"(?:page|p|pn|page_?(?:num|no|index)|cur_?page)$", re.IGNORECASE)
_ON = frozenset({"on", "current", "cur", "active", "selected", "pageon", "now", "thispage", "this"})


def next_page(page: Page, html: str) -> str | None:
    """The URL of the page after this one; None if this is the last, or if only a script could go on."""
    if page.root is None:
        return None
    here = url_key(page.url)
    for candidate in (*_declared(page), *_named(page), _computed(html, page.base), _numbered(page, here)):
        if candidate and _leads_on(candidate, page.url, here):
            return candidate
    return None


def page_number(url: str) -> int | None:
    """The number of the page that a URL of a list asks for; None if it has none, as a first page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    for name, value in parse_qsl(parts.query):
        if _PAGE_NAME.match(name) and value.isdecimal() and len(value) < 7:
            return int(value)
    match = _NUMBERED.search(parts.path)
    return int(match[1]) if match else None


def _leads_on(candidate: str, url: str, here: str) -> bool:
    """Whether a page can follow this one: not itself, no other site's, no article, and no way back to the start."""
    if url_key(candidate) == here or not same_site(candidate, url) or article_dialect(candidate):
        return False
    return page_number(url) is None or page_number(candidate) is not None


# ------------------------------------------------------------------ the four ways
def _declared(page: Page) -> list[str]:
    root = page.root
    assert root is not None
    links = [link for link in root.iter("link", "a") if "next" in (link.get("rel") or "").lower().split()]
    return [url for link in links if (url := _target(page, link))]


def _named(page: Page) -> list[str]:
    """Links that say 下一页; then those that are a single arrow, then a double one, which may mean the last page."""
    best: list[tuple[int, str]] = []
    for anchor in page.anchors:
        rank = _rank(anchor.text, anchor.hint, anchor.element)
        if rank:
            best.append((rank, anchor.url))
    ranked = sorted(best, key=lambda pair: pair[0])
    # An arrow alone may turn a picture show: it must lead to what looks like a page of a list.
    return [url for rank, url in ranked if rank == 1 or page_number(url) is not None or listing_like(url)]


def _rank(text: str, hint: str, link: etree._Element) -> int:
    if len(text) > 12:
        return 0
    if _NEXT_TEXT.fullmatch(_TRIM.sub("", text)):
        return 1
    classes = (link.get("class") or "").lower().split()
    bare = re.sub(r"\s", "", text)
    if _NEXT_TEXT.fullmatch(_TRIM.sub("", hint)) or ("next" in classes and not re.search(r"[\w]", bare)):
        return 2
    if _ARROW.fullmatch(bare):
        return 3
    return 4 if _DOUBLE_ARROW.fullmatch(bare) else 0


def _computed(html: str, base: str) -> str | None:
    """What the script of a TRS or UCAP list would write."""
    if ucap := _UCAP.search(html):
        pages, current, name, suffix = int(ucap[1]), int(ucap[2]), ucap[3], ucap[4]
        return absolute(base, f"{name}_{current + 1}.{suffix}") if current < pages else None
    if trs := _TRS.search(html):
        pages, current, name, suffix = int(trs[1]), int(trs[2]), trs[3], trs[4]
    elif count := _COUNT.search(html):
        now = _CURRENT.search(html)
        file = urlsplit(base).path.rpartition("/")[2]
        stem, _, suffix = file.rpartition(".")
        pages, current = int(count[1]), int(now[1]) if now else 0
        name, suffix = re.sub(r"_\d+$", "", stem) or "index", suffix or "html"
    else:
        return None
    return absolute(base, f"{name}_{current + 1}.{suffix}") if current + 1 < pages else None


def _numbered(page: Page, here: str) -> str | None:
    """The link whose number is one more than that of this page, in the pager that holds it."""
    pagers: dict[etree._Element, dict[int, etree._Element]] = {}
    root = page.root
    assert root is not None
    for element in root.iter("a", "span", "em", "strong", "b", "li", "font", "i"):
        text = one_line(element.text or "")
        if len(text) > 6 or not text.strip("[]").isdecimal() or len(element) > 0:
            continue
        if (place := _pager_of(element)) is not None:
            pagers.setdefault(place, {}).setdefault(int(text.strip("[]")), element)
    for numbers in sorted(pagers.values(), key=len, reverse=True):
        following = numbers.get(_current(page, numbers, here) + 1)
        if len(numbers) > 1 and following is not None and (url := _target(page, following)):
            return url
    return None


def _pager_of(element: etree._Element) -> etree._Element | None:
    """The part of the page that holds a number and its neighbours."""
    at = element.getparent()
    while at is not None and at.tag in ("li", "span", "em", "b", "strong", "font", "i") and len(at) <= 1:
        at = at.getparent()
    return at


def _current(page: Page, numbers: dict[int, etree._Element], here: str) -> int:
    for number, element in numbers.items():
        target = _target(page, element)
        if target is not None and url_key(target) == here:
            return number
    for number, element in numbers.items():
        parent = element.getparent()
        names = f"{element.get('class') or ''} {parent.get('class') or '' if parent is not None else ''}".lower()
        if _ON.intersection(names.split()) or _target(page, element) is None:
            return number
    return 1


def _target(page: Page, element: etree._Element) -> str | None:
    url = absolute(page.base, element.get("href") or "")
    return without_fragment(url) if url else None

"""Read a page (版) of a digital newspaper: 方正 (Founder) in its classic and its new template. Pure.

An issue is found by its day, its other pages by the links of its first one, and a page's articles by the
areas of the page's picture and by the list beside it, which name the same articles. An advertisement has
an area and no title; that is no error. Links of the list are told by their addresses alone, so that
the templates' many class names do not matter.
"""

import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from crawler.dates import read_date
from crawler.dialects import url_day
from crawler.listings.markup import Page, one_line, parse, text_of
from crawler.listings.page import ChildListing, ListingPage, ListingRequest, unread
from crawler.urls import absolute, url_key, without_fragment
from storage.records import Entry, ListingKind

_HTML = r"\.s?html?"
_ARTICLE = re.compile(rf"/(?:content(?:_\d+)+|c\d+(?:_\d+)*|Artic\w+){_HTML}$", re.IGNORECASE)
_LAYOUT = re.compile(rf"/(?:node_[A-Z]{{0,4}}\d+(?:_\d+)*|l[A-Z]?\d+|Page\d+[A-Z]*){_HTML}$", re.IGNORECASE)
_REFRESH = re.compile(r"url\s*=\s*['\"]?\s*([^'\">\s]+)", re.IGNORECASE)
#: `第A2版:要闻`, `A01版：重点`, `第1版　　要闻`.
_LABEL = re.compile(r"第?\s*([A-Z]{0,4}\d{1,3})\s*版\s*[:：]?\s*([^\s:：第]{0,20})")
_LABEL_IDS = ("layout", "currentBM")
_LINES = ("td", "div", "p", "span", "strong", "h1", "h2", "h3")
_SHORT = 40  # characters; a text that is longer is no page's name


def issue_url(layout: str, day: date) -> str:
    """The URL of an issue's first page: `%Y`, `%y`, `%m` and `%d` of the pattern filled in, everything else kept."""
    filled = {"%Y": f"{day.year:04d}", "%y": f"{day.year % 100:02d}", "%m": f"{day.month:02d}", "%d": f"{day.day:02d}"}
    return re.sub(r"%[Yymd]", lambda code: filled[code[0]], layout)


def read_layout(html: str, url: str) -> ListingPage:
    """The articles of a newspaper page in its order, and the issue's other pages as children.

    A page that only sends the browser on (`paperindex.htm`) has that target as its next.
    """
    page = parse(html, url)
    if page.root is None:
        return unread("the page is empty")
    entries = _articles(page)
    children = tuple(ChildListing(ListingKind.EPAPER, link) for link in _layouts(page))
    if not entries and not children:
        target = _sent_on(page)
        if target is None:
            return unread("it is no page of a newspaper: it links neither articles nor other pages of an issue")
        return ListingPage((), ListingRequest(target))
    return ListingPage(entries, None, children)


def _articles(page: Page) -> tuple[Entry, ...]:
    links: dict[str, str] = {}
    titles: dict[str, str] = {}
    pictured: set[str] = set()
    for element, link in _links(page, "area", "a"):
        if _ARTICLE.search(link.partition("?")[0]):
            key, title = url_key(link), _title(element)
            links.setdefault(key, link)
            titles[key] = max(titles.get(key, ""), title, key=len)
            if element.tag == "area":
                pictured.add(key)
    # A list that goes far beyond the page's picture is the whole issue's: those titles stand on other pages.
    whole_issue = bool(pictured) and len(links) > 2 * len(pictured)
    label, day = _label(page), url_day(page.url)
    moment = read_date(day.isoformat()) if day else None
    return tuple(
        Entry(
            url=link,
            key=key,
            title=titles[key],
            page="" if whole_issue and key not in pictured else label,
            issue_date=day,
            published_at=moment.at if moment else None,
            published_precision=moment.precision if moment else None,
        )
        for key, link in links.items()
    )


def _title(element: etree._Element) -> str:
    """What a link or an area says of its article; for a picture without words nothing."""
    shown = text_of(element) if element.tag == "a" else element.get("alt") or element.get("title") or ""
    title = one_line(shown)
    return "" if re.fullmatch(r"[\W\d]*(?:上一篇|下一篇|返回\w*|查看\w*|更多)?[\W\d]*", title) else title


def _layouts(page: Page) -> list[str]:
    """The other pages of the same issue: those in the same folder (上一期 leads to another one)."""
    here, folder = url_key(page.url), page.url.partition("?")[0].rpartition("/")[0]
    found: dict[str, str] = {}
    for _, link in _links(page, "a", "option", "area"):
        plain = link.partition("?")[0]
        if _LAYOUT.search(plain) and plain.rpartition("/")[0] == folder and url_key(link) != here:
            found.setdefault(url_key(link), link)
    return list(found.values())


def _links(page: Page, *tags: str) -> Iterator[tuple[etree._Element, str]]:
    assert page.root is not None
    for element in page.root.iter(*tags):
        written = element.get("value") if element.tag == "option" else element.get("href")
        target = absolute(page.base, written or "")
        if target is not None:
            yield element, without_fragment(target)


def _label(page: Page) -> str:
    """The page's name as `第A2版:要闻`: where templates put it, at the link to itself, or on a line alone."""
    assert page.root is not None
    here = url_key(page.url)
    places = [each for each in page.root.iter() if each.get("id") in _LABEL_IDS]
    places += [element for element, link in _links(page, "a") if url_key(link) == here]
    lines = (each for each in page.root.iter(*_LINES) if not _is_linked(each))
    texts = (text_of(element, _SHORT + 1) for element in (*places, *lines))
    labels = [label for text in texts if len(text) <= _SHORT and (label := _read_label(text))]
    if not labels:
        return ""
    number = _number(labels[0])
    return next((label for label in labels if ":" in label and _number(label) == number), labels[0])


def _number(label: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", label.partition("版")[0])


def _is_linked(element: etree._Element) -> bool:
    return element.find(".//a") is not None or next(element.iterancestors("a"), None) is not None


def _read_label(text: str) -> str:
    match = _LABEL.match(text)
    if match is None:
        return ""
    return f"第{match[1].upper()}版" + (f":{match[2]}" if match[2] else "")


def _sent_on(page: Page) -> str | None:
    """The target of a META REFRESH."""
    assert page.root is not None
    for element in page.root.iter("meta"):
        to = _REFRESH.search(element.get("content") or "")
        if to is not None and (element.get("http-equiv") or "").lower() == "refresh":
            target = absolute(page.base, to[1])
            return target if target is not None and url_key(target) != url_key(page.url) else None
    return None

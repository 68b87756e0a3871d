"""Read a feed: RSS 0.9x, 1.0 and 2.0, Atom (RFC 4287) and JSON Feed. Pure.

Of an item its link, title, times and id are taken, as the publisher claims them; its summary is not,
because the article's own page says it better. Elements are known by their local names, since feeds get
namespaces wrong. Paged and archived feeds (RFC 5005) lead on to their older documents. How long a feed need not
be read again is what it says itself: `<ttl>` of RSS 2.0, or the syndication module of RSS 1.0 (`sy:`).
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from html import unescape
from typing import NamedTuple

from lxml import etree

from crawler.dates import Moment, read_date
from crawler.listings.markup import one_line
from crawler.listings.page import ListingPage, ListingRequest, unread
from crawler.listings.xmltext import decoded, local_name, tree
from crawler.urls import absolute, url_key, without_fragment
from storage.records import Entry, Precision

_ROOTS = {"rss", "rdf", "feed", "channel"}
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_PUBLISHED = ("pubdate", "published", "issued", "date", "created")
_MODIFIED = ("updated", "modified")
_TAG = re.compile(r"<[^<>]{1,500}>")
#: What `sy:updatePeriod` may say, in seconds.
_PERIODS_S = {"hourly": 3600, "daily": 86400, "weekly": 7 * 86400, "monthly": 30 * 86400, "yearly": 365 * 86400}
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_MAIL_DATE = re.compile(r"\d{1,2}[ -][A-Za-z]{3}", re.ASCII)


class _Item(NamedTuple):
    """What one item claims, as written."""

    link: str
    title: str
    published: str
    modified: str
    entry_id: str


def read_feed(payload: bytes, url: str) -> ListingPage:
    """The items of a feed in its order, every article once, and the feed's next (older) document."""
    start = payload.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return _json_feed(payload, url)
    root = tree(payload)
    if root is None or local_name(root) not in _ROOTS:
        return unread(_what_it_is(payload, root))
    return ListingPage(_entries(map(_item, _items(root)), url), _older(root, url), fresh_s=_fresh_s(root))


def read_time(text: str) -> Moment | None:
    """A feed's time. RFC 822 is read first: only there do names of zones (`GMT`) count."""
    if _MAIL_DATE.search(text):
        try:
            at = parsedate_to_datetime(re.sub(r"\bCST\b", "+0800", text))  # China's time, not Chicago's
            if at.tzinfo is not None:
                return Moment(at.astimezone(UTC).replace(second=0), Precision.MINUTE)
        except (ValueError, OverflowError, IndexError, TypeError):  # all of them occur for broken dates
            return read_date(text)
    return read_date(text)


# ------------------------------------------------------------------ RSS and Atom
def _items(root: etree._Element) -> Iterator[etree._Element]:
    return (element for element in root.iter() if local_name(element) in ("item", "entry"))


def _item(element: etree._Element) -> _Item:
    texts: dict[str, str] = {}
    for child in element:
        if local_name(child) not in texts and (text := "".join(map(str, child.itertext())).strip()):
            texts[local_name(child)] = text
    identifier = texts.get("guid") or texts.get("id") or _attribute(element, "about")
    return _Item(
        link=_link(element, identifier),
        title=texts.get("title", ""),
        published=next((texts[name] for name in _PUBLISHED if name in texts), ""),
        modified=next((texts[name] for name in _MODIFIED if name in texts), ""),
        entry_id=identifier,
    )


def _link(element: etree._Element, identifier: str) -> str:
    """The article's URL: Atom's alternate link, RSS's link, else an id that is a URL; against `xml:base`."""
    links = [child for child in element if local_name(child) == "link"]
    written = [(child, (child.text or "").strip()) for child in links]
    shown = [child for child in links if (child.get("rel") or "alternate") == "alternate" and child.get("href")]
    if shown:
        best = next((child for child in shown if "html" in (child.get("type") or "html")), shown[0])
        return _based(best, best.get("href") or "")
    for child, text in written:
        if text:
            return _based(child, text)
    guid = next((child for child in element if local_name(child) in ("guid", "id")), None)
    is_link = guid is not None and (guid.get("isPermaLink") or "true").lower() != "false"
    return identifier if identifier.startswith(("http://", "https://")) and (is_link or guid is None) else ""


def _based(element: etree._Element, link: str) -> str:
    bases = [base for each in (element, *element.iterancestors()) if (base := each.get(_BASE))]
    for base in bases:
        if re.match(r"https?://", link, re.IGNORECASE):
            break
        if base.startswith(("http://", "https://")):
            return absolute(base, link) or link
    return link


def _heads(root: etree._Element) -> list[etree._Element]:
    """The elements that speak of the feed as a whole."""
    return [root, *(child for child in root if local_name(child) == "channel")]


def _fresh_s(root: etree._Element) -> int | None:
    """Seconds between two readings, as the feed asks; of its two ways to say it the longer."""
    said = {local_name(child): (child.text or "").strip().lower() for head in _heads(root) for child in head}
    ttl, period = said.get("ttl", ""), _PERIODS_S.get(said.get("updateperiod", ""), 0)
    times = said.get("updatefrequency", "1")
    minutes = int(ttl) if _NUMBER.fullmatch(ttl) else 0
    often = int(times) if _NUMBER.fullmatch(times) else 1
    return max(minutes * 60, period // max(often, 1)) or None


def _older(root: etree._Element, url: str) -> ListingRequest | None:
    """The document that continues this one (RFC 5005 §3 `next`, §4 `prev-archive`)."""
    links = [child for head in _heads(root) for child in head if local_name(child) == "link"]
    for rel in ("next", "prev-archive"):
        for link in links:
            if (link.get("rel") or "").lower() == rel:
                return _request(_based(link, link.get("href") or ""), url)
    return None


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


# ------------------------------------------------------------------ JSON Feed
def _json_feed(payload: bytes, url: str) -> ListingPage:
    try:
        feed = json.loads(decoded(payload))
    except (ValueError, RecursionError):
        return unread("it is neither a feed nor sound JSON")
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return unread("it is JSON, but no JSON Feed")
    items = [_json_item(item) for item in feed["items"] if isinstance(item, dict)]
    following = feed.get("next_url")
    return ListingPage(_entries(items, url), _request(following, url) if isinstance(following, str) else None)


def _json_item(item: dict[str, object]) -> _Item:
    def text(*names: str) -> str:
        return next((str(item[name]) for name in names if isinstance(item.get(name), str | int) and item[name]), "")

    return _Item(text("url", "external_url"), text("title"), text("date_published"), text("date_modified"), text("id"))


# ------------------------------------------------------------------ what all have in common
def _entries(items: Iterable[_Item], url: str) -> tuple[Entry, ...]:
    found: dict[str, Entry] = {}
    for item in items:
        link = absolute(url, item.link) if item.link else None
        if link is None:
            continue
        link = without_fragment(link)
        key = url_key(link)
        moment = read_time(item.published) or read_time(item.modified)
        entry = Entry(
            url=link,
            key=key,
            title=_plain(item.title),
            published_at=moment.at if moment else None,
            published_precision=moment.precision if moment else None,
            modified=item.modified,
            entry_id=item.entry_id,
        )
        found.setdefault(key, entry)
    return tuple(found.values())


def _plain(title: str) -> str:
    """A title without markup; some feeds escape it once, some twice."""
    return one_line(unescape(_TAG.sub("", unescape(title) if "&" in title else title)))


def _request(link: str, url: str) -> ListingRequest | None:
    target = absolute(url, link)
    return ListingRequest(target) if target and url_key(target) != url_key(url) else None


def _what_it_is(payload: bytes, root: etree._Element | None) -> str:
    if not payload.strip():
        return "it is empty"
    if root is not None and local_name(root) == "html":
        return "it is an HTML page and no feed"
    return f"it is no feed: its root is <{local_name(root)}>" if root is not None else "it is no feed and no XML"

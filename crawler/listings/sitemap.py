"""Read a sitemap: XML, an index of sitemaps, plain text, gzipped or not (sitemaps.org 0.9, Google's news extension).

`lastmod` is kept as written: it decides what is asked for again, and is compared with itself only.
"""

from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from crawler.dialects import article_dialect, is_file, listing_like
from crawler.listings.feed import read_feed, read_time
from crawler.listings.markup import one_line
from crawler.listings.page import ChildListing, ListingPage, unread
from crawler.listings.xmltext import MAX_BYTES, decoded, local_name, safe_xml, unzipped
from crawler.urls import absolute, url_key, without_fragment
from storage.records import Entry, ListingKind

#: Entries of one sitemap that are taken; the protocol allows 50,000.
MAX_ENTRIES = 60_000


def read_sitemap(payload: bytes, url: str) -> ListingPage:
    """The pages that a sitemap names, or the sitemaps that an index names, in its order.

    The home page and pages that are plainly lists or files are left out. A feed counts as a sitemap, as the
    protocol has it.
    """
    plain, problem = unzipped(payload)
    if problem or len(plain) > MAX_BYTES:
        return unread(problem or f"it is larger than {MAX_BYTES >> 20} MB")
    if not plain.strip():
        return unread("it is empty")
    if b"<" not in plain[:2000]:
        return _read_text(plain, url)
    reading = _Reading(url)
    root = reading.read(safe_xml(plain))
    if root in ("rss", "rdf", "feed"):
        return read_feed(plain, url)
    if root not in ("urlset", "sitemapindex"):
        return unread("it is an HTML page and no sitemap" if root == "html" else "it is no sitemap")
    return ListingPage(tuple(reading.entries.values()), None, tuple(reading.children.values()))


def robots_sitemaps(body: bytes) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, in its order (RFC 9309 §2.2.4 leaves the line to sitemaps.org)."""
    found: dict[str, None] = {}
    for line in decoded(body).splitlines():
        name, _, value = line.strip("\ufeff \t").partition(":")
        link = next(iter(value.split()), "")
        if name.strip().lower() == "sitemap" and (target := absolute("", link)):
            found.setdefault(target)
    return tuple(found)


def _read_text(plain: bytes, url: str) -> ListingPage:
    """A sitemap that is one URL a line."""
    reading = _Reading(url)
    lines = [line.strip("\ufeff \t") for line in decoded(plain).splitlines()]
    links = [line for line in lines if line.lower().startswith(("http://", "https://"))]
    if len(links) * 2 < sum(bool(line) for line in lines) or not links:
        return unread("it is no sitemap: neither XML nor a list of URLs")
    for link in links:
        reading.page({"loc": link})
    return ListingPage(tuple(reading.entries.values()), None)


class _Reading:
    """What has been read of one sitemap; elements are let go as soon as they are read."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.entries: dict[str, Entry] = {}
        self.children: dict[str, ChildListing] = {}

    def read(self, document: bytes) -> str:
        """Take every `<url>` and `<sitemap>` of a document; gives the local name of its root, empty if it has none."""
        root = ""
        try:
            for event, element in _events(document):
                name = local_name(element)
                if event == "start":
                    root = root or name
                    continue
                if name in ("url", "sitemap"):
                    texts = dict(_texts(element))
                    (self.page if name == "url" else self.child)(texts)
                    element.clear()
                if len(self.entries) >= MAX_ENTRIES:
                    break
        except etree.LxmlError:
            pass  # what came before the break is good
        return root

    def page(self, texts: dict[str, str]) -> None:
        """Keep a page, unless it is plainly none of an article."""
        link = absolute(self._url, texts.get("loc", ""))
        if link is None:
            return
        link = without_fragment(link)
        if is_file(link) or _is_list(link):
            return
        moment = read_time(texts["publication_date"]) if texts.get("publication_date") else None
        entry = Entry(
            url=link,
            key=url_key(link),
            title=one_line(texts.get("title", "")),
            published_at=moment.at if moment else None,
            published_precision=moment.precision if moment else None,
            modified=texts.get("lastmod", ""),
        )
        self.entries.setdefault(entry.key, entry)

    def child(self, texts: dict[str, str]) -> None:
        """Keep another sitemap, unless it is this one."""
        link = absolute(self._url, texts.get("loc", ""))
        if link is not None and url_key(link) != url_key(self._url):
            child = ChildListing(ListingKind.SITEMAP, link, texts.get("lastmod", ""))
            self.children.setdefault(url_key(link), child)


def _events(document: bytes) -> Iterator[tuple[str, etree._Element]]:
    yield from etree.iterparse(
        BytesIO(document),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


def _texts(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Local name and text of what stands inside an element; a picture's or film's own fields are no one's business."""
    for child in element.iterdescendants():
        parent = child.getparent()
        if child.text and (parent is element or (parent is not None and local_name(parent) == "news")):
            yield local_name(child), child.text.strip()


def _is_list(url: str) -> bool:
    """The home page, or a page whose file name says that it is a list; a bare folder may be an article's."""
    if url_key(url).partition("/")[2] == "":
        return True
    file = url.partition("?")[0].rpartition("/")[2]
    return "." in file and listing_like(url) and article_dialect(url) is None

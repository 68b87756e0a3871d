"""Say which article a page is: its canonical URL where that can be believed, else the URL it answered at. Pure.

A canonical link (RFC 6596) counts only on the publisher's own hosts, and only if it names the same
item: templates that put the home page, a column or one fixed article into every page are common, and
believing them would fold a whole site into one article.
"""

import re
from urllib.parse import urlsplit

from crawler.dialects import listing_like
from crawler.urls import host, url_key
from storage.records import ArticleKey, Entry, Extraction, Publisher

_ID = re.compile(r"[0-9a-f]{8,}|\d{3,}", re.IGNORECASE)


def article_key(final_url: str, extraction: Extraction, publisher: Publisher) -> tuple[ArticleKey, str]:
    """The key of the article on a page and the URL to show for it."""
    canonical = extraction.canonical_url
    if canonical and _credible(canonical, final_url, publisher):
        return ArticleKey(url_key(canonical)), canonical
    return ArticleKey(url_key(final_url)), final_url


def aliases(key: ArticleKey, entry: Entry | None, *urls: str) -> tuple[str, ...]:
    """Other names of the same article: the URLs it was asked at and the publisher's own id of it."""
    names = [url_key(url) for url in urls]
    if entry is not None:
        names.append(entry.key)
        if entry.entry_id:
            names.append(f"id:{entry.entry_id}")
    return tuple(name for name in dict.fromkeys(names) if name != key)


def _credible(canonical: str, final_url: str, publisher: Publisher) -> bool:
    parts = urlsplit(canonical)
    if parts.scheme not in ("http", "https") or parts.path in ("", "/") or listing_like(canonical):
        return False
    own = {host(final_url), *publisher.hosts}
    if _bare(host(canonical)) not in {_bare(name) for name in own}:
        return False
    ours, theirs = _ID.findall(_tail(final_url)), _ID.findall(_tail(canonical))
    return not ours or not theirs or theirs[-1] in ours


def _bare(name: str) -> str:
    return name.removeprefix("www.")


def _tail(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"

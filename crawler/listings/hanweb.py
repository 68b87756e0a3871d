"""Read the record lists of 大汉 (Hanweb) sites: XML in a script of the page, or as an answer of its data proxy.

The page shows the first records from `<script type="text/xml"><datastore>…`, which an HTML parser does
not look into; the following ones come from `dataproxy.jsp` by record number. A GET with the parameters in
the URL is answered like the POST of the site's own script, and keeps the next page a plain URL.
"""

import re
from collections.abc import Collection, Iterator
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.dialects import is_file
from crawler.listings.markup import enclosed, parse
from crawler.listings.page import ListingPage, ListingRequest, unread
from crawler.listings.rows import Row, entry_of, rows
from crawler.urls import absolute, on_site, same_site
from storage.records import Entry

_PROXY = "/module/web/jpage/dataproxy.jsp"
_PER_PAGE = 15
_TOTAL = re.compile(r"<totalrecord>\s*(\d{1,9})|totalrecord['\"]?\s*:\s*['\"]?(\d{1,9})", re.IGNORECASE)
_BARE = re.compile(r"[\s\ufeff]*(?:<\?xml[^>]*>\s*)?<datastore\b", re.IGNORECASE)


def has_records(text: str) -> bool:
    """Whether a page carries Hanweb's records."""
    return "<datastore" in text and "<record" in text


def is_answer(text: str) -> bool:
    """Whether a text is the bare XML that the data proxy answers."""
    return bool(_BARE.match(text))


def read_hanweb(text: str, url: str, *, hosts: Collection[str] = ()) -> ListingPage:
    """The articles of a page's or an answer's records, and the request for the records after them."""
    if "<datastore" not in text:
        return unread("it answered no Hanweb records (<datastore>)")
    found: dict[str, Entry] = {}
    for record in _records(text):
        page = parse(record, url)
        listed = [row for row in rows(page) if _may_be_article(row, url, hosts)]
        if listed:
            best = max(listed, key=lambda row: 2 * row.strong + row.headline)  # a record may name its column first
            found.setdefault(best.key, entry_of(best))
    return ListingPage(tuple(found.values()), _next_records(text, url))


def _records(text: str) -> Iterator[str]:
    return map(_unquoted, enclosed(text, "<record>", "</record>"))


def _unquoted(content: str) -> str:
    """The text of an XML element, be it in CDATA or escaped."""
    quoted = "".join(enclosed(content, "<![CDATA[", "]]>"))
    return quoted or unescape(content)


def _may_be_article(row: Row, url: str, hosts: Collection[str]) -> bool:
    link = row.anchor.url
    return not is_file(link) and (on_site(link, url, hosts) or (row.strong and same_site(link, url)))


# ------------------------------------------------------------------ the records after these
def _next_records(text: str, url: str) -> ListingRequest | None:
    shown = text.count("</record>")
    total = _TOTAL.search(text)
    known = int(total[1] or total[2]) if total else None
    if not shown or text.count("<datastore") != 1:
        return None
    if "dataproxy.jsp" in url:
        return _after_answer(url, known)
    if known is not None and shown >= known:
        return None
    return _after_page(text, url, shown)


def _after_answer(url: str, total: int | None) -> ListingRequest | None:
    """The next stretch of records, as long as the one that was asked for."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    first, last = asked.get("startrecord", ""), asked.get("endrecord", "")
    if not (first.isdecimal() and last.isdecimal()) or len(last) > 9 or int(last) < int(first):
        return None
    start = int(last) + 1
    if total is not None and start > total:
        return None
    asked |= {"startrecord": str(start), "endrecord": str(start + int(last) - int(first))}
    return ListingRequest(parts._replace(query=urlencode(asked, safe="/"), fragment="").geturl())


def _after_page(text: str, url: str, shown: int) -> ListingRequest | None:
    """The first request to the data proxy, its parameters collected from the page."""
    group = next(enclosed(text, "<nextgroup>", "</nextgroup>"), "")
    href = re.search(r"href=['\"]([^'\"]{1,500})", unescape(_unquoted(group)))
    proxy, _, query = (href[1] if href else _told(text, "proxyUrl") or _PROXY).partition("?")
    named = dict(parse_qsl(query))
    wanted = {name: named.get(name) or _told(text, name) for name in ("webid", "columnid", "unitid", "webname")}
    if not wanted["columnid"] and (column := re.search(r"/col/col(\d+)/", url)):
        wanted["columnid"] = column[1]
    if not (wanted["unitid"].isdecimal() and wanted["webid"].isdecimal()):
        return None  # some sites encrypt the ids: then there is only the first group
    per_page = _told(text, "perpage")
    asked = {
        "startrecord": str(shown + 1),
        "endrecord": str(2 * shown),
        "perpage": per_page if per_page.isdecimal() else str(_PER_PAGE),
        "col": "1",
        "appid": named.get("appid") or "1",
        "path": named.get("path") or "/",
        **{name: value for name, value in wanted.items() if value},
        "sourceContentType": named.get("sourceContentType") or "1",
        "permissiontype": named.get("permissiontype") or "0",
    }
    target = absolute(url, proxy)
    return ListingRequest(f"{target}?{urlencode(asked, safe='/')}") if target else None


def _told(text: str, name: str) -> str:
    """What the page's script sets a parameter to; empty if it does not."""
    match = re.search(rf"\b{name}['\"]?\s*[:=]\s*(?:'([^']*)'|\"([^\"]*)\"|([\w./%-]+))", text, re.IGNORECASE)
    return next((value for value in match.groups() if value), "") if match else ""

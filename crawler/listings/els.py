"""Ask for and read the list API of the els-service platform (菏泽 *.heze.gov.cn, 潍坊 *.weifang.gov.cn). Pure.

`POST /els-service/article/{page}/{size}` answers `{"success": true, "data": {"totalPages", "contents": […]}}`.
The bodies are those that the platform's own pages send. Its catalogue filter is loose: rows of other
catalogues leak in and are left out again where they say which catalogue they belong to.
"""

import json
import re
from html import escape
from typing import cast

from crawler.dates import Moment, read_date
from crawler.listings.markup import one_line
from crawler.listings.page import ListingPage, ListingRequest, unread
from crawler.listings.xmltext import decoded
from crawler.urls import absolute, url_key, without_fragment
from storage.records import Entry, SourceRules

#: What the platform's own pages ask for at once.
SIZE = 15

_HEADERS = (("Content-Type", "application/json"), ("Accept", "application/json"))
_CATALOGUES = ("catas", "cata", "cataId", "cataid", "cataIds")
_PAGE_SIZE = re.compile(r"/els-service/\w+/\d+/(\d{1,4})$")

_Row = dict[str, object]


def els_request(base: str, rules: SourceRules, page: int, size: int = SIZE) -> ListingRequest:
    """The request for a page (from 1) of the articles that the rules name, newest first."""
    asked: dict[str, object] = {}
    if rules.dq:
        asked["dq"] = rules.dq
    if rules.dw:
        asked["dw"] = list(rules.dw)
    if rules.catas:
        asked["catas"] = list(rules.catas)
    if rules.dw:  # as the pages of a unit ask; the portal's pages name the region and the catalogue alone
        asked |= {"type": [1], "fwzt": "3", "order": "fwdate"}
    body = json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode()
    return ListingRequest(f"{base.rstrip('/')}/els-service/article/{page}/{size}", "POST", body, _HEADERS)


def read_els(payload: bytes, url: str, rules: SourceRules, page: int, base: str) -> ListingPage:
    """The articles of an answer to page `page`, and the request for the next one.

    `base` is the origin that the articles' own URLs begin with.
    """
    data = _data(payload)
    if isinstance(data, str):
        return unread(data)
    contents, pages = data.get("contents"), data.get("totalPages")
    if not isinstance(contents, list):
        return unread("the list API answered without a list of articles (data.contents)")
    found: dict[str, Entry] = {}
    for row in contents:
        entry = _entry(row, rules, base) if isinstance(row, dict) else None
        if entry is not None:
            found.setdefault(entry.key, entry)
    size = _PAGE_SIZE.search(url.partition("?")[0])
    total = int(pages) if isinstance(pages, int | float | str) and str(pages).isdecimal() else 0
    following = (
        els_request(base, rules, page + 1, int(size[1]) if size else SIZE) if contents and page < total else None
    )
    return ListingPage(tuple(found.values()), following)


def _data(payload: bytes) -> _Row | str:
    """The `data` of an answer, or a sentence on why there is none."""
    text = decoded(payload).strip()
    if not text:
        return "the list API answered nothing"
    if text.startswith("<"):
        return "the list API answered HTML where JSON was expected"
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return "the list API answered something that is no JSON"
    if not isinstance(answer, dict):
        return "the list API answered JSON of another kind"
    data = answer.get("data")
    if answer.get("success") is False or not isinstance(data, dict):
        said = next((str(answer[name]) for name in ("message", "msg", "error") if answer.get(name)), "")
        return "the list API refused" + (f": {one_line(said)[:200]}" if said else "")
    return cast(_Row, data)


def _entry(row: _Row, rules: SourceRules, base: str) -> Entry | None:
    if rules.catas and (named := _catalogues(row)) and named.isdisjoint(rules.catas):
        return None
    number = _text(row, "xxid")
    unit = _text(row, "dwid") or (rules.dw[0] if len(rules.dw) == 1 else "")
    link = _text(row, "url")
    if not link and number and unit:
        link = "/" + "/".join(part for part in (rules.dq, unit, f"{number}.html") if part)
    target = absolute(f"{base.rstrip('/')}/", link) if link else None
    if target is None:
        return None
    target = without_fragment(target)
    moment = _moment(row.get("fwdate"))
    return Entry(
        url=target,
        key=url_key(target),
        title=one_line(_text(row, "subject")),
        published_at=moment.at if moment else None,
        published_precision=moment.precision if moment else None,
        entry_id=number,
        content=_as_html(_text(row, "txtmemo")),
    )


def _catalogues(row: _Row) -> set[str]:
    """The catalogues that a row says it belongs to; empty if it says nothing."""
    named: set[str] = set()
    for name in _CATALOGUES:
        value = row.get(name)
        values = value if isinstance(value, list) else re.split(r"[,;\s]+", value) if isinstance(value, str) else []
        named |= {str(each) for each in values if each}
    return named


def _moment(value: object) -> Moment | None:
    """`fwdate` is China's time as text, or milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return read_date(str(value)[:40])


def _text(row: _Row, name: str) -> str:
    value = row.get(name)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _as_html(memo: str) -> str:
    """A plain text as paragraphs; HTML as it is."""
    if not memo or re.search(r"<(?:p|br|div|span|table)\b", memo, re.IGNORECASE):
        return memo
    return "".join(f"<p>{escape(line.strip())}</p>" for line in memo.splitlines() if line.strip())

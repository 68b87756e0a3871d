"""Recognise the system a site runs on by the marks its pages carry. Pure.

The family decides how some sites must be read (els-service has an API, a newspaper has issues); of the
others it only tells the operator what to expect. Each mark is a fact about a system's output.
"""

import re
from dataclasses import dataclass

from crawler.listings.markup import one_line

#: Family → marks; each different one found counts once. In order of preference where counts are equal.
_MARKS = {
    "els": (
        r"/els-service/",
        r"/sys-service/",
        r"/upload-service/",
        r"lk_behavior",
        r"(?:/(?:\d{4}|[0-9a-f]{32}))?/[0-9a-f]{32}/\d{19}\.html",
    ),
    "founder": (
        r"/pc/(?:layout/)?\d{6}/\d{2}/(?:node_|l)\w+\.html?",
        r"id=[\"']layoutlist[\"']",
        r"/pc/(?:c|con|content)/(?:\d{6}/\d{2}/)?content_\d+\.html?",
    ),
    "founder-classic": (
        r"html/\d{4}-\d{2}/\d{2}/node_\d+\.html?",
        r"name=[\"']?pagepicmap",
        r"id=[\"']?pageLink\b",
        r"/?enpproperty",
        r"url=\s*[\"']?html/\d{4}-\d{2}/\d{2}/",
    ),
    "trs": (
        r"/\d{6}/t\d{8}_\d+\.s?html?",
        r"\bTRS_(?:Editor|UEDITOR)|trs_editor_view|Custom_UnionStyle",
        r"createPageHTML\(\s*\d+\s*,\s*\d+\s*,\s*[\"']\w+[\"']",
        r"/W0\d{20,}\.\w{3,4}",
    ),
    "hanweb": (
        r"/col/col\d+/",
        r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/art_\d+_\w+|art_[0-9a-f]{8,})\.html",
        r"jquery\.jpage|/jpage/",
        r"/module/web/",
        r"<datastore",
        r"loadPageData\(",
    ),
    "ucap": (
        r"/c\d{5,}/(?:\d{6}/(?:[0-9a-f]{32}|\d{6,10})|content|\w*list)\.s?html",
        r"(?:zwgk|common_)list\.shtml",
        r"id=[\"']UCAP-CONTENT",
        r"name=[\"']channelId[\"'][^>]{0,200}[0-9a-f]{32}",
        r"/common/search/[0-9a-f]{32}",
    ),
    "vsb": (
        r"/?info/\d{3,5}/\d{2,7}\.htm\b",
        r"_showDynClicks\(|_jsq_\(",
        r"vsb_content|v_news_content",
        r"/_sitegray/|/system/resource/js/",
    ),
}
_PATTERNS = {name: [re.compile(mark, re.IGNORECASE) for mark in marks] for name, marks in _MARKS.items()}

_NUMBER = r"\d{19}|[0-9a-f]{32}|trs\d{3,}"
_REGION = re.compile(r"\bdq[\"']?\s*[:=]\s*[\"']?(\d{4,6}|[0-9a-f]{32})\b")
_UNIT = re.compile(r"\bdw(?:id)?[\"']?\s*[:=]\s*\[?\s*[\"']?([0-9a-f]{32})\b", re.IGNORECASE)
_CATALOGUE = re.compile(rf"\b\w{{0,20}}cata\w{{0,20}}[\"']?\s*[:=]\s*\[?\s*[\"']?({_NUMBER})\b", re.IGNORECASE)
_NAMED = re.compile(
    rf"<a\b[^>]{{0,300}}cata\w{{0,20}}=({_NUMBER})[^>]{{0,300}}>(.{{0,200}}?)</a>", re.IGNORECASE | re.DOTALL
)
_ARTICLE = re.compile(r"/(?:(\d{4}|[0-9a-f]{32})/)?([0-9a-f]{32})/\d{19}\.html", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ElsIds:
    """Ids of the els-service platform that a page or its script mentions, in their order."""

    #: Regions.
    dq: tuple[str, ...] = ()
    #: Units.
    dw: tuple[str, ...] = ()
    #: Catalogues (columns).
    catas: tuple[str, ...] = ()
    #: Catalogue id and the text of a link to it, where there is one.
    names: tuple[tuple[str, str], ...] = ()


def family_of(html: str) -> str | None:
    """The system whose marks a page carries: the one with most of them; None if it carries none."""
    found = {name: sum(bool(mark.search(html)) for mark in marks) for name, marks in _PATTERNS.items()}
    found["els"] *= 2  # such sites keep links of the systems they were moved from
    best = max(found, key=lambda name: found[name])  # the first of equals
    return best if found[best] else None


def els_catalogues(html_or_js: str) -> ElsIds:
    """The ids with which the list API of an els-service site can be asked, as far as a page or script names them."""
    text = html_or_js
    linked = _ARTICLE.findall(text)
    names: dict[str, str] = {}
    for number, inner in _NAMED.findall(text):
        if said := one_line(re.sub(r"<[^>]{0,200}>", "", inner)):
            names.setdefault(number, said)
    return ElsIds(
        dq=tuple(dict.fromkeys([*_REGION.findall(text), *(region for region, _ in linked if region)])),
        dw=tuple(dict.fromkeys([*_UNIT.findall(text), *(unit for _, unit in linked)])),
        catas=tuple(dict.fromkeys(_CATALOGUE.findall(text))),
        names=tuple(names.items()),
    )

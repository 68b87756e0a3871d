"""Say what a URL looks like: an article, a list, which day, which template. Pure; one URL at a time.

A few dozen ways of writing article addresses cover most Chinese government and media sites, because
they come from a few content management systems. Each is a fact about a system's output; the names are
ours. A dialect is a strong hint and no proof: a page that it names may still be refused when it is read.
"""

import re
from datetime import date
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from crawler.dates import ZONE, url_date

_PAGE = r"\.(?:s|x|j|p)?html?"
_MONTH = r"(?:19|20)\d\d[-/]?(?:0[1-9]|1[0-2])"
_DAY = r"(?:19|20)\d\d[-/]?(?:0?[1-9]|1[0-2])[-/]?(?:0[1-9]|[12]\d|3[01]|[1-9](?=\D))"
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
#: Names that a list, a cover or a fixed page has, so that no article rule may take them.
_NOT_AN_ARTICLE = (
    r"(?!(?:index|default|list|node|layout|more|page|pagearticleindex|col|column|class|category|l(?=\d))"
    r"(?:[_-]?[a-z]{0,3}\d{1,8}){0,3}[a-z]{0,2}\.)"
)

#: A file named by a number of at least four digits: `205617`, `news_12345`, `12-3456-1`, `84042608_n`.
_NUMBER = r"(?:[a-z]+[_-]?)?(?:\d+[_-])*\d{4,}(?:[_-]\d+)*(?:_[a-z])?"

#: Name → what the path must match, most telling first. Anchored at the path's end.
_PATHS: Final = tuple(
    (name, re.compile(pattern + "$", re.IGNORECASE))
    for name, pattern in (
        ("trs", r"/t(?:19|20)\d{6}_\d+(?:_\d+)?" + _PAGE),
        ("hanweb", r"/art/(?:19|20)\d\d/\d{1,2}/\d{1,2}/art_\w+" + _PAGE),
        ("hanweb-hex", r"/art/(?:19|20)\d\d/art_[0-9a-f]{8,}" + _PAGE),
        ("els", r"(?:/(?:\d{4,6}|[0-9a-f]{32}))?/[0-9a-f]{32}/\d{15,20}\.html"),
        ("founder", r"/(?:paper)?pc/(?:c|con|content)/(?:\d{6}/\d{2}/)?content_\d+" + _PAGE),
        ("founder-short", r"/pc/\d{6}/\d{2}/c\d+" + _PAGE),
        ("dated-content", rf"/{_DAY}/(?:content|c)_?\d+(?:_\d+)*" + _PAGE),
        ("content", r"/content_\d+(?:_\d+)*" + _PAGE),
        ("artic", r"/content/\d{8}/artic\w+" + _PAGE),
        ("xinhua", r"/\d{8}/[0-9a-f]{32}/c" + _PAGE),
        ("cctv", rf"/{_DAY}/(?:arti|vide|phoa)\w+" + _PAGE),
        ("people", r"/n\d*/(?:19|20)\d\d/\d{4}/c\d+-\d+" + _PAGE),
        ("ucap", r"/c\d{4,}/(?:\d{6}/)?(?:[0-9a-f]{32}|\d{6,10}|content(?:_\d+)?)" + _PAGE),
        ("ucap-short", r"/c\d+(?:_\d+)?/content(?:_\d+)?" + _PAGE),
        ("month-hash", rf"/{_MONTH}/[0-9a-f]{{32}}" + _PAGE),
        ("day-hash", rf"/{_DAY}/[0-9a-f]{{32}}" + _PAGE),
        ("uuid", rf"/columns/{_UUID}/\d{{6}}/\d{{2}}/{_UUID}" + _PAGE),
        ("gkmlpt", r"/(?:content/)?post_\d+" + _PAGE),
        ("vsb", r"/info/\d+/\d+" + _PAGE),
        ("netease", r"/(?:article|\d{2}/\d{4}/\d{2})/[0-9a-z]{16}" + _PAGE),
        ("tencent", r"/(?:rain/a|omn|a)/(?:\d{8}/)?\d{8}[0-9a-z]{6,10}(?:" + _PAGE + ")?"),
        ("southcn", r"/node_[0-9a-f]{10}/[0-9a-f]{10}" + _PAGE),
        ("forward", r"/newsdetail_forward_\d+"),
        ("day", rf"/{_DAY}/{_NOT_AN_ARTICLE}[\w.~%-]*[\w%](?:{_PAGE}|/)?"),
        ("day-id", rf"/{_DAY}-[0-9a-f]{{16,}}" + _PAGE),
        ("month", rf"/{_MONTH}/{_NOT_AN_ARTICLE}[\w-]*\d{{3,}}[\w-]*" + _PAGE),
        ("number-index", r"(?<!/gb)(?<!/list)(?<!/node)(?<!/channel)(?<!/col)/\d{5,}/index" + _PAGE),
        ("detail", r"/(?:w/)?(?:detail|article|show|view|share)[/_-][0-9a-z=_-]*\d[0-9a-z=_-]*(?:" + _PAGE + "|/)?"),
        ("account", r"/a/\d{6,}_\d+"),
        ("slug-id", r"/(?:general/\d/news|archives/|post/|posts/|news/|p/|a/|c/)\d{3,}(?:" + _PAGE + "|/)?"),
        ("base62", r"/[cpw]/(?-i:(?=[^/]*(?:\d|[a-z][A-Z])))[0-9a-z]{8,16}(?:" + _PAGE + ")?"),
        ("hash", r"/[0-9a-f]{32}(?:[0-9a-f]{8})?" + _PAGE),
        (
            "number",
            rf"/{_NOT_AN_ARTICLE}(?!(?:19|20)\d\d\.)(?:[a-z]+[_-]?)?(?:\d+[_-])*\d{{4,}}(?:[_-]\d+)*(?:_[a-z])?"
            + _PAGE,
        ),
        ("slug", r"/[0-9a-z]+(?:-[0-9a-z]+){3,40}(?:" + _PAGE + "|/)?"),
    )
)
#: Dialects that other pages use too (a column may be a number): they need a headline or a row's date beside.
WEAK: Final = frozenset({"base62", "day", "hash", "month", "number", "number-index", "query", "slug", "slug-id"})

_LONGEST = 2048  # characters; what is longer names no article, and would make the patterns slow
#: Folders in which no article lives, whatever its address looks like.
_FIXED_WORDS: Final = (
    "about ads comment comments contact help link links login logout map member passport pinglun print register rss "
    "search sitemap sso tag tags user users weather"
)
_FIXED: Final = frozenset(_FIXED_WORDS.split())
_FILES: Final = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|csv|txt|zip|rar|7z|gz|jpe?g|png|gif|bmp|webp|svg|ico|mp[34]|flv|avi|mov|"
    r"wmv|m3u8|apk|exe|css|js|json|xml)$",
    re.IGNORECASE,
)
_QUERY_PAGE: Final = re.compile(
    r"/(?:s$|(?!\w*(?:list|search|class|categor|channel|column|more))\w*"
    r"(?:show|view|detail|content|article|read|news|info|doc|index)\w*(?:\.(?:php|aspx?|jsp|do|action|s?html?))?$)",
    re.IGNORECASE,
)
_QUERY_ID: Final = re.compile(
    r"(?:id|aid|nid|tid|art_?id|article_?id|news_?id|info_?id|content_?id|doc_?id|record_?id|serial_?no|mid)$",
    re.IGNORECASE,
)
_ID_VALUE: Final = re.compile(r"\d+|[0-9a-f]{8,}|[0-9a-f-]{36}", re.IGNORECASE)

_LIST_FILE: Final = re.compile(
    r"/(?:index|default|home|node|col|column|channel|class|category|cat|roll|more|page\d|pagearticleindex|paperindex|"
    r"[a-z_]*list(?:s|_[a-z]+)?)(?:[_-]?[a-z]{0,3}\d{1,8}){0,3}(?:[a-z]{2})?(?:\.(?:[sxj]?html?|php|aspx?|jsp|do)|/)?$",
    re.IGNORECASE,
)
_LIST_PATH: Final = re.compile(
    rf"/col/col\d+|/gb/\d+/?$|/list/\d+|/layout/\d{{6}}/\d{{2}}/|/{_DAY}/l\d+{_PAGE}$|/qpaper{_PAGE}$", re.IGNORECASE
)
_LIST_QUERY: Final = re.compile(
    r"/\w*(?:list|class|categor|channel|column|more)\w*(?:\.(?:php|aspx?|jsp|do|action|s?html?))?$", re.IGNORECASE
)
_PAGE_PARAMETER: Final = re.compile(r"(?:page|p|pn|page_?(?:num|no|index)|cur_?page)$", re.IGNORECASE)
_WORD_PATH: Final = re.compile(r"(?:/[a-z]{2,12}){1,3}$", re.IGNORECASE)

#: Days that stand in a URL without a separator: `node-20240704.html`, `/rain/a/20240704A05…`, 网易 `/24/0704/18/…`.
_MORE_DAYS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[_-](?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=[_.-])",
        r"/(?:rain/a|omn|a)/(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)[a-z]",
        r"/(?P<y>\d\d)/(?P<m>\d\d)(?P<d>\d\d)/\d{1,2}/[0-9a-z]{16}\.",
    )
)

_FOLDS: Final = (
    (re.compile(_UUID, re.IGNORECASE), "U"),
    (re.compile(r"(?<![0-9a-z])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}(?![0-9a-z])", re.IGNORECASE), "H"),
    (re.compile(r"(?<![0-9a-z])(?=[0-9a-z]*(?:\d[a-z]+\d|[a-z]\d+[a-z]))[0-9a-z]{8,}(?![0-9a-z])", re.IGNORECASE), "X"),
    (re.compile(r"(?<!%)(?<!%[0-9a-f])\d+", re.IGNORECASE), "N"),
    (re.compile(r"(?<=/)[a-z]+(?:-[a-zN]+){2,}(?=[/.]|$)"), "S"),  # a headline as a path: some-words-of-it
)


def article_dialect(url: str) -> str | None:
    """The name of the dialect in which this is an article's address, or None."""
    parts = _split(url)
    path = parts.path
    if is_file(url) or is_fixed(url):
        return None
    for name, pattern in _PATHS:
        if pattern.search(path):
            return None if name == "number-index" and _is_date(path) else name
    parameters = parse_qsl(parts.query)
    if any(_is_id(name, value) for name, value in parameters) and _QUERY_PAGE.search(path):
        return "query"
    if path in ("", "/") and any(name == "p" and re.fullmatch(r"\d{3,}", value) for name, value in parameters):
        return "query"  # WordPress without a scheme of its own: /?p=1234
    return None


def url_day(url: str) -> date | None:
    """The day that the URL's path names, or None."""
    if len(url) > _LONGEST:
        return None
    if moment := url_date(url):
        return moment.at.astimezone(ZoneInfo(ZONE)).date()
    path = _split(url).path
    matches = (match for pattern in _MORE_DAYS for match in pattern.finditer(path))
    return next((day for match in matches if (day := _day(match["y"], match["m"], match["d"]))), None)


def listing_like(url: str) -> bool:
    """Whether this looks like the address of a list of articles; a site's home page does not."""
    parts = _split(url)
    path, parameters = parts.path or "/", parse_qsl(parts.query)
    if _LIST_PATH.search(path):
        return True
    if article_dialect(url):
        return False
    if parameters:
        paged = any(_PAGE_PARAMETER.match(name) and value.isdigit() for name, value in parameters)
        return paged or bool(_LIST_QUERY.search(path) or _LIST_FILE.search(path))
    if path.strip("/") == "" or re.fullmatch(r"/(?:index|default|home)\.\w+", path, re.IGNORECASE):
        return False
    return path.endswith("/") or bool(_LIST_FILE.search(path) or _WORD_PATH.fullmatch(path))


def shape(url: str) -> str:
    """The URL with its numbers and ids folded: links of one template have one shape."""
    parts = _split(url)
    folded = parts.path or "/"
    for pattern, letter in _FOLDS:
        folded = pattern.sub(letter, folded)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return parts.netloc.lower() + folded + ("?" + "&".join(names) if names else "")


def is_file(url: str) -> bool:
    """Whether the URL names a document, picture, film or archive and no page."""
    return bool(_FILES.search(_split(url).path))


def is_fixed(url: str) -> bool:
    """Whether the URL lies in a folder of forms and fixed pages (`/print/`, `/about/`, `/links/`)."""
    return not _FIXED.isdisjoint(_split(url).path.lower().split("/"))


# ------------------------------------------------------------------ small readers
def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url if len(url) <= _LONGEST else "")
    except ValueError:  # a broken IPv6 address
        return SplitResult("", "", "", "", "")


def _is_id(name: str, value: str) -> bool:
    return bool(_QUERY_ID.match(name) and _ID_VALUE.fullmatch(value))


def _is_date(path: str) -> bool:
    """`/20240704/index.html` and `/202407/index.html` are a day's and a month's list."""
    folder = path.rsplit("/", 2)[-2]
    return bool(re.fullmatch(_MONTH + r"(?:[0-3]\d)?", folder))


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None

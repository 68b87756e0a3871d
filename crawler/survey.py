"""Look over a site's home page for what `sources add` can propose: feeds, sitemaps, columns, the site's system. Pure.

A column is a link that leads to a list of articles. The signs that it does are weighed against each other:
it heads a list on the home page, articles live below its address, it is called 要闻 or 动态; and the signs that
it does not: it is called 信息公开 or 联系我们, stands in the footer, leaves the site. A proposal is proven by
reading it (`is_listing`), so a wrong one costs a request and no more.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml import etree

from crawler.dialects import WEAK, article_dialect, is_file, is_fixed, listing_like, shape
from crawler.families import ElsIds, els_catalogues, family_of
from crawler.listings.index import articles
from crawler.listings.markup import Anchor, Page, one_line, parse, text_of, words_of
from crawler.listings.page import ListingPage
from crawler.listings.rows import Row, entry_of
from crawler.urls import absolute, on_site, origin, same_site, url_key
from storage.records import Entry

#: Columns that are proposed at most; a home page that leads to more is a portal's.
MAX_COLUMNS = 40
_ENOUGH = 3.0
_LIST_SIZE = 3  # articles that make a list
_LEVELS = 4  # how far above a column's link its list may begin

_NEWS = re.compile(
    r"要闻|新闻|动态|公告|通知|公示|资讯|时政|民生|社会|经济|教育|文化|头条|聚焦|专题|报道|快讯|快报|播报|发布|政策|解读|街道|乡镇|镇街|"
    r"部门|县区|区县|基层|综合|党建|热点|关注|信息$|简报|工作|活动|媒体|视点|评论|观察|法治|健康|科技|农业|旅游|体育|生活|news",
    re.IGNORECASE,
)
_NO_NEWS = re.compile(
    r"公开|指南|制度|机构|领导|职能|简介|概况|关于|联系|地图|登录|注册|邮箱|信箱|搜索|检索|办事|服务|互动|留言|投诉|举报|征集|问答|招标|"
    r"广告|版权|隐私|声明|帮助|客户端|下载|微博|微信|无障碍|长者|适老|繁體|繁体|english|rss|收藏|设为|年报|年度报告|预算|决算|权责|清单|"
    r"友情|链接|标识码|备案|首页|政府网|人民政府$|我们|视频|直播|图库|论坛|app$",
    re.IGNORECASE,
)
_MORE = re.compile(r"\W*(?:更多\w{0,4}|more|查看更多|进入栏目|全部)\W*", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"^(?:网站名称|站点名称|首页|网站首页|欢迎\w*|home|index|主页)?$", re.IGNORECASE)
_FEED_TYPES = ("rss+xml", "atom+xml", "feed+json")
_FEED_NAMES = ("RSS", "RSS订阅", "订阅", "ATOM", "FEED")
_FEED_LINK = re.compile(r"(?:^|/)(?:rss|feed|atom)[\w-]*(?:\.xml|\.json|/)?$|\.rss$|\.atom$", re.IGNORECASE)
_FOOTER = frozenset(
    {"foot", "footer", "copyright", "friend", "friends", "friendlink", "links", "link", "yqlj", "beian"}
)
_HEADING_WORDS = frozenset(
    {"title", "tit", "bt", "hd", "head", "header", "name", "lm", "lanmu", "column", "more", "tab"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "dt", "th", "legend"})


@dataclass(frozen=True, slots=True)
class Column:
    """A link of a home page that seems to lead to a list of articles."""

    url: str
    #: What the site calls it; empty if only a picture says it.
    title: str
    #: The weight of the signs; only its order means something.
    score: float


@dataclass(frozen=True, slots=True)
class Survey:
    """What a home page offers."""

    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    #: Best first.
    columns: tuple[Column, ...]
    #: What the home page itself links to.
    articles: tuple[Entry, ...]
    #: `els`, `founder`, `founder-classic`, `trs`, `hanweb`, `ucap`, `vsb` or None.
    family: str | None
    #: Empty if the page does not say it.
    site_name: str


def survey_home(html: str, url: str) -> Survey:
    """What the page at `url` offers; it need not be the home page."""
    page = parse(html, url)
    found = articles(page)
    return Survey(
        feeds=tuple(_feeds(page)),
        sitemaps=tuple(_sitemaps(page)),
        columns=_columns(page, found),
        articles=tuple(map(entry_of, found)),
        family=family_of(html),
        site_name=_site_name(page),
    )


def is_listing(page: ListingPage) -> bool:
    """Whether a page that was read lists articles: at least three of one template."""
    templates: Counter[str] = Counter()
    for entry in page.entries:
        dialect = article_dialect(entry.url)
        templates.update({shape(entry.url), f"dialect {dialect}"} if dialect else {shape(entry.url)})
    return not page.problem and max(templates.values(), default=0) >= _LIST_SIZE


def common_feed_paths(url: str) -> tuple[str, ...]:
    """Feeds worth a try where a site names none, the likeliest first."""
    return _tried(url, ("rss.xml", "feed/", "rss", "atom.xml", "feed.xml", "index.xml", "feed.json"))


def common_sitemap_paths(url: str) -> tuple[str, ...]:
    """Sitemaps worth a try where robots.txt names none, the likeliest first."""
    return _tried(url, ("sitemap.xml", "sitemap_index.xml", "sitemap.xml.gz", "sitemap.txt", "sitemap/sitemap.xml"))


def _tried(url: str, names: Sequence[str]) -> tuple[str, ...]:
    root = origin(url)
    return tuple(f"{root}/{name}" for name in names) if root else ()


# ------------------------------------------------------------------ feeds, sitemaps, the name
def _feeds(page: Page) -> Iterator[str]:
    seen: set[str] = set()
    for link in page.root.iter("link") if page.root is not None else ():
        declared = "alternate" in (link.get("rel") or "").lower().split()
        if declared and (link.get("type") or "").lower().removeprefix("application/").strip() in _FEED_TYPES:
            yield from _new(absolute(page.base, link.get("href") or ""), seen)
    for anchor in page.anchors:
        named = anchor.text.upper() in _FEED_NAMES and anchor.url.endswith((".xml", ".rss"))
        if named or (same_site(anchor.url, page.url) and _FEED_LINK.search(urlsplit(anchor.url).path)):
            yield from _new(anchor.url, seen)


def _sitemaps(page: Page) -> Iterator[str]:
    seen: set[str] = set()
    for link in page.root.iter("link") if page.root is not None else ():
        if "sitemap" in (link.get("rel") or "").lower().split():
            yield from _new(absolute(page.base, link.get("href") or ""), seen)
    for anchor in page.anchors:
        if re.search(r"sitemap[\w-]*\.(?:xml|txt)(?:\.gz)?$", urlsplit(anchor.url).path, re.IGNORECASE):
            yield from _new(anchor.url, seen)


def _new(url: str | None, seen: set[str]) -> Iterator[str]:
    if url is not None and url not in seen:
        seen.add(url)
        yield url


def _site_name(page: Page) -> str:
    if page.root is None:
        return ""
    metas = {
        (meta.get("name") or meta.get("property") or "").lower(): one_line(meta.get("content") or "")
        for meta in reversed(list(page.root.iter("meta")))
    }
    for name in ("sitename", "og:site_name", "application-name"):
        if not _PLACEHOLDER.match(metas.get(name, "")):
            return metas[name]
    title = next((text_of(element) for element in page.root.iter("title")), "")
    parts = [part.strip() for part in re.split(r"\s*[-_|—–>»]+\s*", title)]
    return next((part for part in parts if not _PLACEHOLDER.match(part)), "")


# ------------------------------------------------------------------ columns
def _columns(page: Page, found: Sequence[Row]) -> tuple[Column, ...]:
    lists = _Lists(page, found)
    best: dict[str, Column] = {}
    for anchor in page.anchors:
        if not _may_be_column(anchor, page, lists):
            continue
        title = lists.title(anchor)
        score = lists.score(anchor, title)
        known = best.get(anchor.key)
        if known is None:
            best[anchor.key] = Column(anchor.url, title, score)
        else:  # the menu and the heading of a list agree
            better = title if score > known.score and title else known.title or title
            best[anchor.key] = Column(known.url, better, max(score, known.score) + 0.5 * (min(score, known.score) > 0))
    enough = [column for column in best.values() if column.score >= _ENOUGH]
    return tuple(sorted(enough, key=lambda column: -column.score)[:MAX_COLUMNS])


def _may_be_column(anchor: Anchor, page: Page, lists: "_Lists") -> bool:
    if anchor.nofollow or is_file(anchor.url) or anchor.key in lists.keys or not on_site(anchor.url, page.url, ()):
        return False
    if lists.shapes[shape(anchor.url)] >= _LIST_SIZE or (anchor.dialect is not None and anchor.dialect not in WEAK):
        return False
    at_home = anchor.key == url_key(page.url) or anchor.key == url_key(origin(page.url))
    return not at_home and not is_fixed(anchor.url) and len(anchor.text or anchor.hint) <= 16


class _Lists:
    """The lists of articles on a page, as far as they tell where a column is."""

    def __init__(self, page: Page, found: Sequence[Row]) -> None:
        self._page = page
        self.keys = {row.key for row in found}
        self.shapes = Counter(row.shape for row in found)
        self._around: Counter[etree._Element] = Counter()
        self._folders: Counter[str] = Counter()
        self._parameters: Counter[tuple[str, str]] = Counter()
        self._numbers: Counter[str] = Counter()
        for row in found:
            self._around.update(_upwards(row.anchor.element))
            parts = urlsplit(row.anchor.url)
            self._parameters.update(set(parse_qsl(parts.query)))
            self._folders.update(_folders(parts.path))
            self._numbers.update(re.findall(r"/art_(\d+)_", parts.path))

    def score(self, anchor: Anchor, title: str) -> float:
        """The weight of the signs that a link leads to a list of articles."""
        score = 1.0 * listing_like(anchor.url) + self._address(anchor.url)
        if self._heads(anchor):
            score += 3.0 + 1.0 * bool(_MORE.fullmatch(anchor.text))
        if _NEWS.search(title):
            score += 2.0
        if _NO_NEWS.search(title):
            score -= 5.0
        if self._in_footer(anchor.element):
            score -= 3.0
        elif self._page.is_furniture(anchor.element):
            score += 0.5
        return score

    def title(self, anchor: Anchor) -> str:
        """What a column is called; for 更多 the heading of its list."""
        said = anchor.text if anchor.text and not _MORE.fullmatch(anchor.text) else anchor.hint
        if said and not _MORE.fullmatch(said):
            return said
        for element in _upwards(anchor.element):
            headings = (each for each in element.iter() if _is_heading(each))
            named = (one_line(_MORE.sub("", text_of(each, 60))) for each in headings)
            if title := next((name for name in named if 2 <= len(name) <= 12), ""):
                return title
        return ""

    def _heads(self, anchor: Anchor) -> bool:
        """Whether a link stands in the heading of a list of articles or is its 更多."""
        headed = _MORE.fullmatch(anchor.text) or any(_is_heading(each) for each in list(_upwards(anchor.element))[:3])
        return bool(headed) and any(self._around[each] >= _LIST_SIZE for each in _upwards(anchor.element))

    def _address(self, url: str) -> float:
        """Whether articles live below a list's address, or share its number or parameter."""
        parts = urlsplit(url)
        folder = urljoin(parts.path or "/", ".")
        shared = self._folders[folder] if folder != "/" else 0
        if column := re.search(r"/col(\d+)/", parts.path):
            shared = max(shared, self._numbers[column[1]])
        parameters = [pair for pair in parse_qsl(parts.query) if pair[1]]
        shared = max([shared, *(self._parameters[pair] for pair in parameters)])
        return 0.0 if not shared else 2.0 if shared < _LIST_SIZE else 3.0

    def _in_footer(self, element: etree._Element) -> bool:
        around = (element, *element.iterancestors())
        return any(each.tag == "footer" or not _FOOTER.isdisjoint(words_of(each)) for each in around)


def _upwards(element: etree._Element) -> Iterator[etree._Element]:
    at = element.getparent()
    for _ in range(_LEVELS):
        if at is None or at.tag == "body":
            return
        yield at
        at = at.getparent()


def _is_heading(element: etree._Element) -> bool:
    return element.tag in _HEADINGS or not _HEADING_WORDS.isdisjoint(words_of(element))


def _folders(path: str) -> Iterator[str]:
    """Every folder that a path lies in but the root, shortest first."""
    parts = path.strip("/").split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:depth]) + "/"


__all__ = [
    "Column",
    "ElsIds",
    "Survey",
    "common_feed_paths",
    "common_sitemap_paths",
    "els_catalogues",
    "is_listing",
    "survey_home",
]

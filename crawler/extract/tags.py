"""What a page says about itself to machines: meta tags, JSON-LD, `<title>`, canonical link. Pure.

Names are compared without case, the last non-empty value of a repeated tag wins (templates print the
block twice, the first time empty), and placeholders are no values. The official tags are those of
《政府网站发展指引》 (国办发〔2017〕47号).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.extract.layout import clean_text
from crawler.extract.query import Query

MAX_JSON_CHARS = 200_000
#: The official tags as the standard writes them; they are compared without case.
OFFICIAL = {name.lower(): name for name in ("ArticleTitle", "PubDate", "ContentSource", "ColumnName", "Author", "Url")}

_METAS = Query("//meta[@content]")
_TITLES = Query("//title")
_CANONICALS = Query("//link[@rel='canonical' or @rel='Canonical']/@href")
_JSON_LD = Query("//script[@type='application/ld+json']")
_PLACEHOLDER = re.compile(r"\{\{|\$\{|\[!--|<%|^(?:网站名称|文章标题|标题|null|undefined|none|nan)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    #: Lower-case name, property or itemprop → content.
    metas: Mapping[str, str] = field(default_factory=dict)
    #: Text of the first `<title>` that has one.
    title: str = ""
    canonical: str = ""
    #: `headline`, `datePublished`, `dateModified` and the like of the article described in JSON-LD.
    linked_data: Mapping[str, str] = field(default_factory=dict)
    language: str = ""

    def first(self, *names: str) -> tuple[str, str]:
        """The first of these metas that is set, as `(value, meta:name)`; two empty strings if none is."""
        for name in names:
            value = self.metas.get(name.lower(), "")
            if value:
                return value, told_by(name)
        return "", ""

    def canonical_url(self, url: str) -> tuple[str, str]:
        """What the page says its own URL is, and where: the canonical link, else `og:url` on the page's own host."""
        if self.canonical:
            return self.canonical, "link:canonical"
        value, evidence = self.first("og:url")
        told, asked = _parts(_absolute(url, value)), _parts(url)
        own = bool(value) and told is not None and asked is not None and told.hostname == asked.hostname
        return (_absolute(url, value), evidence) if told and own and told.path not in {"", "/"} else ("", "")


def told_by(name: str) -> str:
    """The evidence that a meta tag is."""
    return f"meta:{OFFICIAL.get(name.lower(), name.lower())}"


def read_tags(tree: HtmlElement, url: str = "") -> Tags:
    titles = (clean_text(element.text or "") for element in _TITLES.elements(tree))
    hrefs = [href.strip() for href in _CANONICALS.strings(tree)]
    return Tags(
        metas=_metas(tree),
        title=next(filter(None, titles), ""),
        canonical=_absolute(url, hrefs[0]) if hrefs and hrefs[0] else "",
        linked_data=_linked_data(tree),
        language=(tree.get("lang") or tree.get("xml:lang") or "").strip().lower(),
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in _METAS.elements(tree):
        value = clean_text(element.get("content") or "")
        name = (element.get("name") or element.get("property") or element.get("itemprop") or "").strip().lower()
        if name and value and not _PLACEHOLDER.search(value):
            found[name] = value
    return found


def _parts(url: str) -> SplitResult | None:
    """The parts of a web address; None for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None


def _absolute(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


def _linked_data(tree: HtmlElement) -> dict[str, str]:
    for script in _JSON_LD.elements(tree):
        text = script.text or ""
        if not text or len(text) > MAX_JSON_CHARS:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _items(data):
            kinds = item.get("@type", "")
            if any(word in str(kinds) for word in ("Article", "Posting", "Report")) or "datePublished" in item:
                return {key: clean_text(value) for key, value in item.items() if isinstance(value, str)}
    return {}


def _items(data: object) -> Iterator[dict[str, object]]:
    """The objects of a JSON-LD document, with those of its list or graph."""
    if isinstance(data, list):
        for entry in data[:50]:
            if isinstance(entry, dict):
                yield from _items(entry)
    elif isinstance(data, dict):
        yield data
        graph = data.get("@graph")
        if isinstance(graph, list):
            yield from (entry for entry in graph[:50] if isinstance(entry, dict))

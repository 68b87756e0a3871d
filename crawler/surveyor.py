"""Look at a site once, to propose how it can be polled: the edge of `quxun sources add`.

It goes out as politely as a run does, reads what the pure modules can read, and leaves the choice to
`crawler.proposal`. Nothing is saved.
"""

import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler.counts import REQUESTS
from crawler.extract.decode import decode
from crawler.extract.reader import extract
from crawler.gate import PATIENCE_S, HostGate
from crawler.judge import judge
from crawler.listings.els import els_request, read_els
from crawler.listings.epaper import read_layout
from crawler.listings.feed import read_feed
from crawler.listings.index import read_index
from crawler.listings.page import ListingPage, ListingRequest
from crawler.listings.sitemap import read_sitemap
from crawler.locks import HostLock
from crawler.options import RunOptions
from crawler.proposal import Found, Proposal, Sample, choose, dated_layout, fresh_sitemap, newest, source_of
from crawler.robots import read_robots
from crawler.run import output_to
from crawler.settings import user_agent
from crawler.spiders.polite import PoliteSpider
from crawler.survey import (
    Survey,
    common_feed_paths,
    common_sitemap_paths,
    els_catalogues,
    is_listing,
    survey_home,
)
from crawler.urls import host, origin, same_site, url_key
from storage.errors import QuxunError
from storage.hosts import host_locks
from storage.records import (
    Capture,
    Entry,
    ListingKind,
    ListingSeed,
    NewSource,
    Publisher,
    Refusal,
    SourceKind,
    SourceRules,
)
from storage.store import Store

#: Pages of a preview.
SAMPLES = 10
#: Candidates for columns that are looked at, and how many in a row may be none before the rest is left.
MAX_COLUMNS = 30
MAX_MISSES = 10
#: Sitemaps of an index that are read to see what it covers, the newest first.
MAX_CHILDREN = 12


class Surveyor(PoliteSpider):
    """Reads a home page, and what it and robots.txt point to."""

    name = "survey"

    def __init__(self, *, url: str, options: RunOptions, store: Store, gate: HostGate) -> None:
        super().__init__(options=options, store=store, gate=gate)
        self.url = url
        self.notes: list[str] = []
        self.proposal: Proposal | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = cls(options=crawler.settings["QUXUN_OPTIONS"], **kwargs)
        spider._set_crawler(crawler)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        self.proposal = await self.survey()
        no_requests: tuple[Request, ...] = ()
        for request in no_requests:
            yield request

    async def survey(self) -> Proposal:
        """The proposal for the URL, or one that says why there is none."""
        capture = await self.fetch(ListingRequest(self.url))
        problem = capture.detail or (f"it answered {capture.status}" if capture.status >= 400 else "")
        if problem:
            return self._none(f"{self.url}: {problem}")
        url = capture.final_url
        found = self._as_listing(capture)
        if found is not None:
            return await self._propose(url, "", [found], family=None)
        html = decode(capture.payload, capture.header("content-type")).text
        seen = survey_home(html, url)
        return await self._by_family(url, html, seen) or await self._by_listings(url, html, seen)

    # ------------------------------------------------------------------ a URL that is a listing, or a known family
    def _as_listing(self, capture: Capture) -> Found | None:
        """The URL itself, if it is a feed or a sitemap."""
        head = capture.payload[:600].lstrip().lower()
        if b"<rss" in head or b"<feed" in head or b"<rdf" in head or head.startswith(b"{"):
            return _found(ListingKind.FEED, capture, read_feed(capture.payload, capture.final_url), "feed")
        if b"<urlset" in head or b"<sitemapindex" in head:
            page = read_sitemap(capture.payload, capture.final_url)
            seed = ListingSeed(kind=ListingKind.SITEMAP, url=capture.final_url)
            return None if page.problem else Found(seed=seed, title="sitemap", entries=page.entries)
        return None

    async def _by_family(self, url: str, html: str, seen: Survey) -> Proposal | None:
        """A family whose lists have a form of their own; None if it is none of them, or its lists do not answer."""
        if seen.family == "els":
            return await self._els(url, html, seen)
        layout = dated_layout(url)
        if layout and seen.family in ("founder", "founder-classic"):
            page = read_layout(html, url)
            found = Found(seed=ListingSeed(kind=ListingKind.EPAPER, url=url), title="newspaper", entries=page.entries)
            rules = SourceRules(layout=layout)
            return await self._propose(url, seen.site_name, [found], seen.family, SourceKind.EPAPER, rules)
        return None

    async def _els(self, url: str, html: str, seen: Survey) -> Proposal | None:
        ids = els_catalogues(html)
        dq, dw = ids.dq[0] if ids.dq else "", ids.dw[:1]
        # The widest first: a unit beside catalogues leaves only that unit's part of them.
        wishes = ((dq, (), ids.catas), ("", dw, ids.catas), (dq, (), ()), ("", dw, ()))
        for rules in (SourceRules(dq=one, dw=two, catas=three) for one, two, three in wishes if one or two):
            request = els_request(origin(url), rules, 1)
            capture = await self.fetch(request)
            page = read_els(capture.payload, capture.final_url, rules, 1, origin(url))
            if page.entries:
                seed = ListingSeed(kind=ListingKind.ELS, url=request.url)
                found = Found(seed=seed, title="list API", entries=page.entries)
                return await self._propose(url, seen.site_name, [found], "els", SourceKind.ELS, rules)
        self.notes.append(
            "it looks like an els-service portal, but its list API shows nothing for the ids on this page"
        )
        return None

    # ------------------------------------------------------------------ any other site
    async def _by_listings(self, url: str, html: str, seen: Survey) -> Proposal:
        page = read_index(html, url)
        entries = {entry.key: entry for entry in (*seen.articles, *page.entries)}
        home = Found(
            seed=ListingSeed(kind=ListingKind.INDEX, url=url), title="home page", entries=tuple(entries.values())
        )
        sitemaps = [found for found in await self._sitemaps(url, seen) if found.keys]
        good = [found for found in sitemaps if fresh_sitemap(home, found)]
        for found in sitemaps:
            if found not in good:
                self.notes.append(f"{found.seed.url} does not hold what the home page shows: not kept up, not taken")
        covered = frozenset().union(*(found.keys for found in good))
        feeds = await self._feeds(url, seen, guess=not good)
        columns = await self._columns(seen) if home.keys - covered or not good else []
        return await self._propose(url, seen.site_name, choose(home, good, feeds, columns), seen.family)

    async def _sitemaps(self, url: str, seen: Survey) -> list[Found]:
        robots = self.store.robots.get(origin(url))
        named = read_robots(robots).sitemaps if robots else ()
        candidates = [each for each in dict.fromkeys((*named, *seen.sitemaps)) if same_site(each, url)]
        found = []
        for address in candidates or common_sitemap_paths(url):
            capture = await self.fetch(ListingRequest(address))
            if capture.status != 200:
                continue
            page = read_sitemap(capture.payload, capture.final_url)
            if page.problem:
                continue
            entries = page.entries + await self._children(page)
            seed = ListingSeed(kind=ListingKind.SITEMAP, url=address)
            found.append(Found(seed=seed, title="sitemap", entries=_articles(entries, url)))
        return found

    async def _children(self, page: ListingPage) -> tuple[Entry, ...]:
        """The entries of an index's newest sitemaps."""
        newest_first = sorted(page.children, key=lambda child: child.modified, reverse=True)
        entries: list[Entry] = []
        for child in newest_first[:MAX_CHILDREN]:
            capture = await self.fetch(ListingRequest(child.url))
            if capture.status == 200:
                entries += read_sitemap(capture.payload, capture.final_url).entries
        return tuple(entries)

    async def _feeds(self, url: str, seen: Survey, *, guess: bool) -> list[Found]:
        feeds = []
        for address in seen.feeds or (common_feed_paths(url) if guess else ()):
            capture = await self.fetch(ListingRequest(address))
            page = read_feed(capture.payload, capture.final_url)
            if capture.status == 200 and page.entries and not page.problem:
                seed = ListingSeed(kind=ListingKind.FEED, url=address)
                feeds.append(Found(seed=seed, title="feed", entries=_articles(page.entries, url)))
        return feeds

    async def _columns(self, seen: Survey) -> list[Found]:
        columns: list[Found] = []
        misses = 0
        for column in seen.columns[:MAX_COLUMNS]:
            capture = await self.fetch(ListingRequest(column.url))
            html = decode(capture.payload, capture.header("content-type")).text
            page = read_index(html, capture.final_url) if capture.status == 200 else None
            if page is None or not is_listing(page):
                misses += 1
                if misses >= MAX_MISSES:
                    break
                continue
            misses = 0
            seed = ListingSeed(kind=ListingKind.INDEX, url=column.url)
            columns.append(Found(seed=seed, title=column.title, entries=page.entries))
        return columns

    # ------------------------------------------------------------------ the proposal
    async def _propose(
        self,
        url: str,
        site_name: str,
        listings: Sequence[Found],
        family: str | None,
        kind: SourceKind | None = None,
        rules: SourceRules | None = None,
    ) -> Proposal:
        taken = tuple(listings)
        if not taken:
            return self._none(f"{url}: no feed, sitemap or list of articles was found on it")
        source = source_of(url, site_name, host(url), taken, kind=kind, rules=rules)
        samples = [await self._sample(entry) for entry in newest(taken, SAMPLES)]
        return Proposal(
            source=source,
            listings=taken,
            samples=tuple(samples),
            family=family,
            notes=tuple(self.notes),
            requests=self.crawler.stats.get_value(REQUESTS, 0),
        )

    async def _sample(self, entry: Entry) -> Sample:
        capture = await self.fetch(ListingRequest(entry.url))
        problem = capture.detail or (f"it answered {capture.status}" if capture.status != 200 else "")
        if problem:
            return Sample(entry=entry, title=entry.title, date="", characters=0, problem=problem)
        page = judge(capture, entry=entry)
        read = page if isinstance(page, Refusal) else extract(page, entry=entry, captured_at=capture.captured_at)
        if isinstance(read, Refusal):
            return Sample(
                entry=entry, title=entry.title, date="", characters=0, problem=f"not an article: {read.value}"
            )
        date = read.published_at.isoformat() if read.published_at else ""
        return Sample(entry=entry, title=read.title, date=date, characters=len(read.text))

    def _none(self, problem: str) -> Proposal:
        source = NewSource(
            key="", publisher=Publisher(name=host(self.url)), kind=SourceKind.SITE, url=self.url, listings=()
        )
        return Proposal(source=source, listings=(), samples=(), notes=tuple(self.notes), problem=problem)


def _found(kind: ListingKind, capture: Capture, page: ListingPage, title: str) -> Found | None:
    if page.problem or not page.entries:
        return None
    return Found(seed=ListingSeed(kind=kind, url=capture.final_url), title=title, entries=page.entries)


def _articles(entries: Sequence[Entry], url: str) -> tuple[Entry, ...]:
    """Entries on the site itself that are not its home page."""
    home = url_key(origin(url) + "/")
    return tuple(entry for entry in entries if entry.key != home and same_site(entry.url, url))


# ------------------------------------------------------------------ the child process
def main(options: RunOptions, url: str) -> Proposal | str:
    """Survey a URL in a process of its own: a proposal, or the sentence that says why there is none."""
    log = options.home / "logs" / "survey.log"
    with output_to(log):
        try:
            return _survey(options, url, log)
        except QuxunError as error:
            return str(error)


def _survey(options: RunOptions, url: str, log: Path) -> Proposal | str:
    manners = options.manners
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    own = {"QUXUN_OPTIONS": options, "USER_AGENT": user_agent(manners), "ITEM_PIPELINES": {}}
    settings.setdict(own, priority="cmdline")
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(Store.open(options.database_url))
        shared = host_locks(options.database_url)
        if shared is not None:
            stack.callback(shared.close)
        lock = HostLock(options.home / "locks", host(url), shared)
        gate = HostGate(options.home / "locks", manners.delay_s, manners.per_host, shared)
        stack.callback(gate.close)
        gate.adopt(lock.wait(PATIENCE_S))
        process = AsyncCrawlerProcess(settings)
        logging.basicConfig(level=logging.INFO, stream=sys.stderr)
        crawler = process.create_crawler(Surveyor)
        process.crawl(crawler, url=url, store=store, gate=gate)
        process.start()
    spider = crawler.spider
    if isinstance(spider, Surveyor) and spider.proposal is not None:
        return spider.proposal
    return f"{url}: the survey broke off, see {log} ({datetime.now(UTC):%Y-%m-%d %H:%M} UTC)"

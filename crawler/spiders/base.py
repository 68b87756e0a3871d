"""What every spider has in common: its source, its run, its gate, and how a page becomes a Visit.

A spider reads the source's listings (`walk`), asks for the entries that are due, and hands every answer
to the pipeline. It decides nothing itself: `crawler.walks` says how far to walk, `crawler.decide` what
an answer means.
"""

import os
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.closing import close, facts_of, note_time_limit
from crawler.counts import BYTES, REQUESTS
from crawler.gate import LONGEST_HOLD_S, HostGate
from crawler.ingest import Ingest, Visit
from crawler.options import RunOptions, RunOrder
from crawler.outcome import pages_settled
from crawler.patience import FIRST_WAIT
from crawler.profile import load_profile
from crawler.robots import read_robots
from crawler.settings import VERSION
from crawler.spiders.command import equip
from crawler.spiders.polite import PoliteSpider, capture_of, conditional, failed_capture
from crawler.troubles import NotFetched
from crawler.urls import host, origin, same_site, url_key
from storage.errors import QuxunError
from storage.intents import Intent
from storage.records import (
    Capture,
    Counters,
    Entry,
    EntryState,
    IssueKind,
    KnownArticle,
    KnownEntry,
    PublisherId,
    Run,
    Source,
    SourceKind,
    Trouble,
    Validators,
)
from storage.store import Store

#: Troubles that say nothing of the page, only that we do not get through to its host.
_FAR = (Trouble.UNREACHABLE, Trouble.TIMEOUT, Trouble.TLS)
_SLOW_DOWN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
#: Entries whose articles are looked up at once.
_LOOKUP = 100


class SourceSpider(PoliteSpider):
    """Visits one source; which one, the Launcher says in a run's order, and Scrapy's own command in `source`."""

    #: The kinds of source that the spider is for.
    kinds: ClassVar[tuple[SourceKind, ...]] = ()

    def __init__(self, *, options: RunOptions, order: RunOrder, store: Store, gate: HostGate) -> None:
        super().__init__(options=options, store=store, gate=gate)
        self.order = order
        self.source: Source = store.sources.get(order.source_key)
        self.run = self._open_run()
        profile = load_profile(options.profile) if options.profile else None
        district = profile.district if profile else None
        self.timezone = district.timezone if district else "Asia/Shanghai"
        self.ingest = Ingest(store, self.source, self.run.id, district, self.now)
        #: What stopped the run before its end; None while nothing did.
        self.fatal: QuxunError | None = None
        #: Entry keys that this run has asked for, so that two listings do not ask twice.
        self._asked: set[str] = set()
        self.listed = 0
        #: The first trouble with a listing or a page, as a sentence.
        self.first_trouble = ""
        #: Pages that were not asked for because their site cannot be visited now.
        self.left_out = 0
        #: Hosts of the source that are not its publisher's, such as a feed's.
        self.hosts = {host(url) for url in order.urls}
        #: Hosts of which it is kept that they ask for more patience than a run has.
        self._waits_kept: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        given = kwargs if "order" in kwargs else equip(crawler, cls.name, cls.kinds, kwargs)
        spider = cls(options=crawler.settings["QUXUN_OPTIONS"], **given)
        spider._set_crawler(crawler)
        return spider

    # ------------------------------------------------------------------ the run
    def _open_run(self) -> Run:
        """The run's row: the Launcher's, or one of our own when Scrapy's command started us."""
        if self.order.run_id is not None:
            return self.store.runs.get(self.order.run_id)
        run = self.store.runs.queue(self.source.id, self.order.requested_by, self.now())
        return self.store.runs.start(run.id, self.now(), os.getpid(), socket.gethostname(), VERSION)

    def closed(self, reason: str) -> None:
        """The last that Scrapy calls. A run of the Launcher is closed by its process, one of our own by nobody else."""
        if self.order.run_id is not None:
            return
        try:
            facts = facts_of(self, reason)
            note_time_limit(self, facts)
            ended = close(self.store, self.run.id, facts)
            said = f": {ended.reason}" if ended.reason else ""
            self.logger.info("run %d %s%s", ended.id, ended.status.value, said)
        except QuxunError as error:
            self.logger.error("the run's row stays open: %s", error)
        finally:
            self.gate.close()
            self.store.close()

    def guarded(self, act: Callable[[], object]) -> None:
        """Do something with the store; an error of it ends the run, and says so once."""
        try:
            act()
        except QuxunError as error:
            self.cannot_go_on(error)

    def cannot_go_on(self, error: QuxunError) -> None:
        """End the run, and say why once."""
        if self.fatal is None:
            self.fatal = error
            self.logger.error("the run cannot go on: %s", error)
        self.stop("storage")

    def record(self, *intents: Intent) -> None:
        """Write listing intents at once: what a listing named must be known before its articles come in."""
        self.ingest.flush()
        self.store.record(self.run.id, self.source, intents, self.now())

    def save(self) -> None:
        """Write what waits, and how far the run has come."""
        self.ingest.flush()
        if not self.store.runs.progress(self.run.id, self.counters()) and not self.ending:
            self.stop("called-off")

    def counters(self) -> Counters:
        """The run's counters so far."""
        stats = self.crawler.stats
        return replace(
            self.ingest.counters,
            requests=stats.get_value(REQUESTS, 0),
            bytes=stats.get_value(BYTES, 0),
            listed=self.listed,
        )

    def left(self) -> int:
        """Entries that wait for another run."""
        return self.store.entries.counts(self.source.id).get(EntryState.PENDING, 0)

    # ------------------------------------------------------------------ what the publisher asks for
    @property
    def asked_until(self) -> datetime | None:
        """Until when hosts of the source ask for no visit; strangers that its pages lead to do not count."""
        asked = self.gate.asked_until.items()
        return max((until for name, until in asked if self._is_own(name)), default=None)

    @property
    def fresh_until(self) -> datetime | None:
        """Until when the publisher calls all that was read fresh; None if it does not say so of everything."""
        return None

    def _is_own(self, name: str) -> bool:
        publisher = self.source.publisher
        return name in self.hosts or name in publisher.hosts or same_site(f"http://{name}/", self.source.url)

    def wait_asked(self, capture: Capture) -> str:
        """That the host asks for more patience than a run has, as a sentence; empty if it does not."""
        until = self.gate.asked_until.get(host(capture.final_url))
        if until is None:
            return ""
        if capture.trouble is Trouble.TOO_MANY_REQUESTS:
            return capture.detail
        said = f"{until.astimezone(ZoneInfo(self.timezone)):%Y-%m-%d %H:%M}"
        return f"it answered {capture.status} and is left alone until {said}" if capture.status in _SLOW_DOWN else ""

    def note_wait(self, capture: Capture) -> None:
        """Keep, once a host, that it asks for more patience than a run has."""
        name, asked = host(capture.final_url), self.wait_asked(capture)
        if asked and name not in self._waits_kept:
            self._waits_kept.add(name)
            self.ingest.issue(IssueKind.ASKED_TO_WAIT, capture.url, asked)

    # ------------------------------------------------------------------ what is asked for
    async def start(self) -> AsyncIterator[Any]:
        """What `ask_for` asks for; an error of the store ends the run, as in `guarded`."""
        try:
            async for request in self.ask_for():
                yield request
        except QuxunError as error:
            self.cannot_go_on(error)

    async def ask_for(self) -> AsyncIterator[Request]:
        """Single URLs if the order names some; else what was left over, then the listings, or one of the two."""
        self.record()
        if self.order.urls:
            self.store.entries.add(self.source.id, [_entry_of(url) for url in self.order.urls], self.now())
            keys = [url_key(url) for url in self.order.urls]
            for request in self.requests(self.store.entries.known(self.source.id, keys).values()):
                yield request
            return
        pages, listings = self._turns()
        if pages:
            for request in self.requests(self.due()):
                yield request
        if listings:
            async for request in self.walk_all():
                yield request
        for request in self.requests(self.due()):
            yield request

    def _turns(self) -> tuple[bool, bool]:
        """Whether leftover pages, and listings, are asked for: both, or in turn where a run has but one request."""
        robots = self.store.robots.get(origin(self.source.url))
        if robots is None or read_robots(robots).delay_s <= max(LONGEST_HOLD_S, self.options.manners.delay_s):
            return True, True
        last = next((run for run in self.store.runs.list(2, self.source.key) if run.id != self.run.id), None)
        had_page = last is not None and pages_settled(last.counters) + last.counters.failed > 0
        page = not had_page and bool(self.due())
        return page, not page

    async def walk_all(self) -> AsyncIterator[Request]:
        """Read the source's listings and yield requests for what they show; a spider of listings has its own."""
        no_requests: tuple[Request, ...] = ()
        for request in no_requests:
            yield request

    def due(self) -> list[KnownEntry]:
        """Entries that wait to be visited, as the order's days allow."""
        self.save()
        return [known for known in self.store.entries.due(self.source.id, self.now()) if self.wanted(known.entry)]

    def wanted(self, entry: Entry) -> bool:
        """Whether the entry's claimed time is within the order's days; an entry without one is."""
        when, order = entry.published_at, self.order
        if when is None:
            return True
        return (order.since is None or when >= order.since) and (order.until is None or when < order.until)

    def requests(self, entries: Iterable[KnownEntry]) -> Iterator[Request]:
        """A request for each entry that this run has not asked for yet, conditional where we hold a snapshot."""
        fresh = [known for known in entries if known.entry.key not in self._asked]
        for begin in range(0, len(fresh), _LOOKUP):
            some = fresh[begin : begin + _LOOKUP]
            held = self._held(some)
            for known in some:
                if known.entry.key not in self._asked:
                    self._asked.add(known.entry.key)
                    yield self._request(known, held.get(known.entry.key))

    def _held(self, entries: Iterable[KnownEntry]) -> dict[str, KnownArticle]:
        """What we hold of the entries' articles, each at the publisher whose it is."""
        by_publisher: dict[PublisherId, list[str]] = defaultdict(list)
        for known in entries:
            owner = self.ingest.attribution.of_url(known.entry.url)
            by_publisher[owner.publisher_id].append(known.entry.key)
        held: dict[str, KnownArticle] = {}
        for publisher_id, keys in by_publisher.items():
            held |= self.store.articles.known(publisher_id, keys)
        return held

    def _request(self, known: KnownEntry, article: KnownArticle | None) -> Request:
        return Request(
            known.entry.url,
            headers=conditional(article.validators if article else Validators()),
            callback=self.answered,
            errback=self.unanswered,
            cb_kwargs={"known": known, "article": article},
            dont_filter=True,
        )

    # ------------------------------------------------------------------ what comes back
    def answered(self, response: Response, known: KnownEntry, article: KnownArticle | None) -> Iterator[Visit]:
        capture = capture_of(response, known.entry.url, self.now())
        self.watch(capture)
        self.note_wait(capture)
        yield Visit(capture=capture, entry=known, known=article)

    def unanswered(self, failure: Failure) -> Iterator[Visit]:
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy adds it
        known: KnownEntry = request.cb_kwargs["known"]
        capture = failed_capture(known.entry.url, failure.value or RuntimeError("no reason given"), self.now())
        self.watch(capture)
        ours = self.ending  # it is we who gave up, not the site
        if not ours:
            self.note_trouble(capture, capture.detail)
            self.note_wait(capture)
        if isinstance(failure.value, NotFetched) and failure.value.site_wide:
            self.left_out += not ours
            return  # nothing was learnt of the page: it stays pending, for a run that gets through
        yield Visit(capture=capture, entry=known, known=request.cb_kwargs["article"])

    def turned_away(self, capture: Capture) -> None:
        if capture.status == HTTPStatus.TOO_MANY_REQUESTS:  # whatever it said: keeping to that did not help
            self.gate.hold(host(capture.final_url), FIRST_WAIT.total_seconds())
        self.ingest.issue(IssueKind.BLOCKED, capture.url, self.blocked.sentence)

    def note_trouble(self, capture: Capture, sentence: str) -> None:
        """Keep the first trouble, for the run's reason."""
        if not self.first_trouble:
            where = "unreachable from here" if capture.trouble in _FAR else "could not be read"
            self.first_trouble = f"{where}: {host(capture.url)}: {sentence}"


def _entry_of(url: str) -> Entry:
    return Entry(url=url, key=url_key(url))

"""Crawl on demand: which sources, one run each through the Launcher, at most one at a host, and what follows."""

import asyncio
import contextlib
import random
import signal
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from crawler.options import RunOptions, RunOrder
from crawler.profile import DistrictProfile
from crawler.urls import host
from scheduler.follow import follow_stories
from scheduler.launch import Launcher
from scheduler.runs import Runner, abandon_dead
from scheduler.visitor import reschedule
from storage.errors import NotFound, QuxunError, UsageError
from storage.records import (
    Article,
    ArticleId,
    Counters,
    Issue,
    NewSource,
    Publisher,
    Run,
    RunId,
    RunStatus,
    Source,
    SourceKind,
    SourceState,
)
from storage.store import Store
from text.copies.prints import Prints

_NOT_READ = (RunStatus.FAILED, RunStatus.ABANDONED, RunStatus.CANCELED)
#: How often the progress of running children is looked up.
_POLL_S = 0.5
#: How often what came in meanwhile is put into its stories.
_FOLLOW_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to have crawled."""

    keys: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    full: bool = False
    since: datetime | None = None
    until: datetime | None = None
    requested_by: str = "crawl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of it: the runs as they ended, their issues, and what came in new."""

    runs: tuple[Run, ...]
    issues: dict[RunId, tuple[Issue, ...]] = field(default_factory=dict)
    arrived: tuple[Article, ...] = ()
    #: Runs that died before this crawl and were closed by it.
    abandoned: tuple[Run, ...] = ()


#: Called with the runs as they stand, while they are going on.
Watcher = Callable[[Sequence[Run]], None]


class Crawl:
    """Carries out one wish."""

    def __init__(self, store: Store, options: RunOptions, launcher: Launcher, entry: str, at_once: int) -> None:
        self._store, self._options, self._at_once = store, options, at_once
        self._runner = Runner(store, launcher, entry, _now)
        self._hosts: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._going: dict[RunId, Run] = {}
        self._ended: list[Run] = []
        self._copies: set[ArticleId] = set()
        self._made = Prints()

    def orders(self, wish: Wish, profile: DistrictProfile) -> list[tuple[Source, RunOrder]]:
        """The sources that the wish means, each with its order; sources of the profile are stored first."""
        if wish.urls:
            return [(source, _order(source, wish, urls)) for source, urls in self._by_host(wish.urls)]
        self._store.sources.apply(profile.declared_by, profile.sources, _now())
        if wish.keys:
            named = [self._named(key) for key in dict.fromkeys(wish.keys)]
            return [(source, _order(source, wish)) for source in named]
        mine = [
            source
            for source in self._store.sources.list()
            if source.state is SourceState.ACTIVE
            and source.declared_by in ("hand", profile.declared_by)
            and source.kind not in (SourceKind.IMPORT, SourceKind.PAGE)
        ]
        return [(source, _order(source, wish)) for source in mine]

    async def carry_out(self, orders: Sequence[tuple[Source, RunOrder]], watch: Watcher) -> Report:
        """Run every order to its end, also when one breaks; what broke, and a stop from outside, is raised after."""
        abandoned = abandon_dead(self._store, _now())
        places = asyncio.Semaphore(self._at_once)
        each = (self._one(source, order, places) for source, order in orders)
        work = asyncio.gather(*each, return_exceptions=True)
        watching = asyncio.create_task(self._watch(watch))
        ended = asyncio.Event()
        following = asyncio.create_task(self._follow_until(ended))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, work.cancel)
        try:
            broken = [error for error in await work if error is not None]
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError, QuxunError):
                await watching
            ended.set()
            await following
        if broken:
            raise broken[0]
        return self._report(tuple(abandoned))

    # ------------------------------------------------------------------ one source
    async def _one(self, source: Source, order: RunOrder, places: asyncio.Semaphore) -> None:
        where = host(order.urls[0]) if order.urls else host(source.url)
        async with self._hosts[where], places:
            run = self._runner.queue(source, order.requested_by)
            self._going[run.id] = run
            ended = await self._runner.run(run, self._options.limit_s, self._options, replace(order, run_id=run.id))
            del self._going[run.id]
            self._ended.append(ended)
            if not order.urls:
                reschedule(self._store, ended, _now(), random.random())

    async def _watch(self, watch: Watcher) -> None:
        while True:
            for run_id in list(self._going):
                self._going[run_id] = self._store.runs.get(run_id)
            watch((*self._ended, *self._going.values()))
            await asyncio.sleep(_POLL_S)

    async def _follow_until(self, ended: asyncio.Event) -> None:
        """Find the copies among what came in, beside the children."""
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _FOLLOW_S)
                return
            # What goes wrong here does so again after the runs, where it is said.
            with contextlib.suppress(QuxunError):
                await asyncio.to_thread(self._follow)

    def _follow(self) -> None:
        self._copies |= follow_stories(self._store, _now(), self._made)

    # ------------------------------------------------------------------ after the runs
    def _report(self, abandoned: tuple[Run, ...]) -> Report:
        self._follow()
        arrived: list[Article] = []
        runs = []
        for run in sorted(self._ended, key=lambda each: each.source_key):
            articles = self._arrived(run)
            copied = sum(1 for article in articles if article.id in self._copies)
            runs.append(replace(run, counters=replace(run.counters, copies=copied)))
            arrived += articles
        issues = {run.id: tuple(self._store.issues.list(run_id=run.id)) for run in runs}
        return Report(runs=tuple(runs), issues=issues, arrived=tuple(arrived), abandoned=abandoned)

    def _arrived(self, run: Run) -> list[Article]:
        articles: list[Article] = []
        last = 0
        while run.counters.new and (page := self._store.articles.list(new_in_run=run.id, after_id=last, limit=200)):
            articles += page
            last = page[-1].id
        return articles

    # ------------------------------------------------------------------ which sources
    def _named(self, key: str) -> Source:
        try:
            source = self._store.sources.get(key)
        except NotFound as error:
            known = ", ".join(each.key for each in self._store.sources.list()) or "none yet"
            raise UsageError(f"no source {key}; there are: {known}") from error
        if source.state is SourceState.REMOVED:
            raise UsageError(f"the source {key} was removed")
        return source

    def _by_host(self, urls: Sequence[str]) -> list[tuple[Source, tuple[str, ...]]]:
        """Single URLs by the source that their host belongs to; a host without one gets one for single pages."""
        groups: dict[str, list[str]] = defaultdict(list)
        for url in dict.fromkeys(urls):
            if not url.startswith(("http://", "https://")) or not host(url):
                raise UsageError(f"--url {url}: not an http or https URL")
            groups[host(url)].append(url)
        return [(source_of(self._store, each[0]), tuple(each)) for each in groups.values()]


def source_of(store: Store, url: str) -> Source:
    """The source that a URL's host belongs to; a host without one gets one for single pages. UsageError for no URL."""
    name = host(url)
    if not url.startswith(("http://", "https://")) or not name:
        raise UsageError(f"{url}: not an http or https URL")
    for source in store.sources.list():
        if source.kind is SourceKind.IMPORT:
            continue
        if name in source.publisher.hosts or host(source.url) == name:
            return source
    new = NewSource(
        key=f"url:{name}",
        publisher=Publisher(name=name, hosts=(name,)),
        kind=SourceKind.PAGE,
        url=url,
        every_s=None,
        note="single pages asked for by their URL",
    )
    return store.sources.add(new, _now())


def failed(report: Report) -> bool:
    """Whether some source could not be read."""
    return any(run.status in _NOT_READ for run in report.runs)


def total(runs: Sequence[Run]) -> Counters:
    """The counters of several runs together."""
    sums = {name: sum(getattr(run.counters, name) for run in runs) for name in Counters.__dataclass_fields__}
    return Counters(**sums)


def _order(source: Source, wish: Wish, urls: tuple[str, ...] = ()) -> RunOrder:
    return RunOrder(
        source_key=source.key,
        requested_by=wish.requested_by,
        urls=urls,
        full=wish.full,
        since=wish.since,
        until=wish.until,
    )


def _now() -> datetime:
    return datetime.now(UTC)

"""`/metrics`: the figures of the database and of this process, in the text format of Prometheus.

All of them are the database's, whichever of its services is asked: scrape one, or do not add them up. What each
means is in docs/api.md, and in its HELP line.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from storage.figures import LENGTHS_S, Log, Space, Standing
from storage.records import IssueKind, ProcessRole, Refusal, RunStatus, ServiceProcess
from storage.runs import SCHEDULED, UNFINISHED
from storage.store import Store
from web.side import Side
from web.totals import RunTotals, StockKeeper, WordTotals

#: A process that says every five seconds that it lives and has not for so long is not counted.
ALIVE_WITHIN = timedelta(seconds=30)
#: An answer that is younger is given again.
_FRESH_S = 1.0
#: What one scrape may spend on reading what is old.
_CATCH_UP_S = 2.0

#: Counters of runs that say what became of a visit.
_OUTCOMES = ("new", "revised", "unchanged", "refused", "off_district", "gone", "withheld", "failed")
_FINISHED = tuple(status for status in RunStatus if status not in UNFINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """How things stand, beside what the totals keep."""

    at: datetime
    standing: Standing
    space: Space
    #: Those that were heard of lately.
    processes: tuple[ServiceProcess, ...]
    #: None: the folder cannot be looked at.
    free_bytes: int | None


class Metrics:
    """Gathers the figures, and writes them down for a scraper. `read` and `text` wait for the database."""

    def __init__(self, side: Side) -> None:
        self._side = side
        now = side.clock()
        self.runs = RunTotals(side.store.figures, now)
        self.words = {log: WordTotals(side.store.figures, log) for log in Log}
        self.stock = StockKeeper(side.store.figures)
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        self._families = _Families()
        self._registry.register(self._families)
        self._written = b""
        self._written_s = 0.0

    def text(self) -> bytes:
        """The exposition; one that is younger than a second is given again."""
        if not self._written or time.monotonic() - self._written_s > _FRESH_S:
            self._families.read = tuple(self._read_all())
            self._written = generate_latest(self._registry)
            self._written_s = time.monotonic()
        return self._written

    def _read_all(self) -> Iterator[Metric]:
        until_s = time.monotonic() + _CATCH_UP_S
        now = look(self._side)
        self.stock.read(now.at)
        self.runs.read(now.at, until_s)
        for words in self.words.values():
            words.read(until_s)
        yield from _build(self._side)
        yield from _standing(self._side, now)
        yield from _stored(now, self.stock)
        if self.runs.complete:
            yield from _run_totals(self.runs)
        refusals, issues = self.words[Log.REFUSALS], self.words[Log.ISSUES]
        if refusals.complete:
            yield _by_word("quxun_refusals", "Pages refused, by reason.", "reason", refusals.words, Refusal)
        if issues.complete:
            yield _by_word(
                "quxun_issues", "Issues of runs, by kind; a row counts once.", "kind", issues.words, IssueKind
            )


def look(side: Side) -> Now:
    """How things stand at this moment."""
    now = side.clock()
    try:
        free_bytes = side.home_free_bytes()
    except OSError:
        free_bytes = None
    return Now(
        at=now,
        standing=side.store.figures.standing(now, side.declared_by),
        space=side.store.figures.space(),
        processes=alive(side.store, now),
        free_bytes=free_bytes,
    )


def alive(store: Store, now: datetime) -> tuple[ServiceProcess, ...]:
    """The service's processes that were heard of lately."""
    return tuple(each for each in store.processes.list() if each.seen_at > now - ALIVE_WITHIN)


def places(side: Side, now: Now) -> int:
    """Runs that all processes take at once: the workers where there are any, else the schedulers themselves."""
    workers = [each for each in now.processes if each.role is ProcessRole.WORKER]
    counted = workers or now.processes
    return sum(each.places for each in counted) if counted else side.places


def lateness_s(standing: Standing, now: datetime) -> float:
    """For how long the source that waits longest has been due."""
    return max((now - standing.due_since).total_seconds(), 0.0) if standing.due_since else 0.0


class _Families(Collector):
    """Gives the registry what was read last."""

    def __init__(self) -> None:
        self.read: tuple[Metric, ...] = ()

    def collect(self) -> Iterator[Metric]:
        yield from self.read


def _build(side: Side) -> Iterator[Metric]:
    build = GaugeMetricFamily(
        "quxun_build_info", "The version and the kind of its database.", labels=["version", "database"]
    )
    build.add_metric([side.version, "sqlite" if side.store.database.is_sqlite else "postgresql"], 1)
    yield build


def _standing(side: Side, now: Now) -> Iterator[Metric]:
    standing = now.standing
    yield _gauge("quxun_due_sources", "Sources whose time has come and whose run has not begun.", standing.due)
    yield _gauge(
        "quxun_lateness_seconds",
        "For how long the source that waits longest has been due.",
        lateness_s(standing, now.at),
    )
    yield _gauges(
        "quxun_queue_depth",
        "What waits for a place: sources that are due, and runs that somebody asked for.",
        "kind",
        {"due": standing.due, "asked": standing.asked},
    )
    yield _gauge("quxun_running_runs", "Runs that are going on.", standing.running)
    yield _gauge("quxun_places", "Runs that all processes of the service take at once.", places(side, now))
    states = {state.value: number for state, number in standing.sources.items()}
    yield _gauges("quxun_sources", "Sources by state.", "state", states)
    yield _gauge("quxun_sources_failing", "Active sources whose last run failed.", standing.failing)
    roles = {role.value: sum(each.role is role for each in now.processes) for role in ProcessRole}
    yield _gauges("quxun_processes", "Processes of the service that were heard of in the last 30 s.", "role", roles)
    leading = sum(each.leads for each in now.processes)
    yield _gauge("quxun_leading_schedulers", "Schedulers that dispatch: 1 when all is well.", leading)


def _stored(now: Now, keeper: StockKeeper) -> Iterator[Metric]:
    if keeper.stock is not None and keeper.counted_at is not None:
        yield _gauge("quxun_articles", "Articles that are stored.", keeper.stock.articles)
        yield _gauge("quxun_snapshots", "Snapshots that are stored.", keeper.stock.snapshots)
        yield _gauge("quxun_stories", "Stories that are stored.", keeper.stock.stories)
        yield _gauge(
            "quxun_counted_timestamp_seconds",
            "When articles, snapshots and stories were counted last.",
            keeper.counted_at.timestamp(),
        )
    yield _gauge("quxun_database_bytes", "Size of the database on its disk.", now.space.database_bytes)
    yield _gauge("quxun_payload_bytes", "Of it what the payloads take, as stored.", now.space.payload_bytes)
    if now.free_bytes is not None:
        yield _gauge("quxun_home_free_bytes", "Free bytes where the data folder is.", now.free_bytes)


def _run_totals(totals: RunTotals) -> Iterator[Metric]:
    runs = CounterMetricFamily(
        "quxun_runs", "Runs that are over, by how they ended and who asked for them.", labels=["status", "requested_by"]
    )
    for status, requested_by in sorted({*totals.runs, *((status, SCHEDULED) for status in _FINISHED)}):
        runs.add_metric([status.value, requested_by], totals.runs[status, requested_by])
    yield runs
    counters = totals.counters
    yield CounterMetricFamily("quxun_requests", "Requests made by runs that are over.", counters["requests"])
    yield CounterMetricFamily("quxun_received_bytes", "Bytes received by runs that are over.", counters["bytes"])
    yield CounterMetricFamily("quxun_listed_entries", "Entries that the listings showed.", counters["listed"])
    visits = CounterMetricFamily("quxun_visits", "Visits of runs that are over, by what they gave.", labels=["outcome"])
    for outcome in _OUTCOMES:
        visits.add_metric([outcome], counters[outcome])
    yield visits
    bounds = [*map(float, LENGTHS_S), "+Inf"]
    buckets = [(str(bound), number) for bound, number in zip(bounds, accumulate(totals.lengths), strict=True)]
    yield HistogramMetricFamily(
        "quxun_run_duration_seconds", "How long runs took, of all that began and are over.", buckets, totals.seconds
    )


def _by_word(name: str, said: str, label: str, words: Mapping[str, int], known: type[Refusal | IssueKind]) -> Metric:
    family = CounterMetricFamily(name, said, labels=[label])
    for word in sorted({*words, *(each.value for each in known)}):
        family.add_metric([word], words.get(word, 0))
    return family


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value)


def _gauges(name: str, said: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family

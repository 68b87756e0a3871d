"""Take texts that came in files through the same steps as a crawl: key, relevance, digest, decide, record.

One run of one import source a publisher. A text that was taken in before changes nothing, however often
its file is given again; nothing is filtered by relevance. This is the edge: it writes, and asks the clock.
"""

import contextlib
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from crawler.decide import decide_read, visited
from crawler.imports.item import ImportedItem
from crawler.imports.warc import revisit_profile
from crawler.ingest import Ingest, Visit
from crawler.profile import District
from crawler.relevance import relevance
from crawler.settings import VERSION
from crawler.urls import host, url_key
from quxun.import_files import Bad, File, Scan, read_file
from storage.errors import NotFound
from storage.intents import ArticleIntent, Reading, Recorded, Revisit, Visited, Withheld
from storage.records import (
    ArticleKey,
    Capture,
    Counters,
    Digest,
    Extraction,
    KnownArticle,
    NewSource,
    Profile,
    Publisher,
    Relevance,
    Run,
    RunId,
    RunStatus,
    Scope,
    Snapshot,
    SnapshotKind,
    Source,
    SourceKind,
    SourceState,
)
from storage.store import Store
from text.digest import content_digest, payload_digest
from text.normal import words_only

#: Intents in one transaction.
BATCH = 100
#: The publisher of a text that says nothing of where it is from.
UNKNOWN_PUBLISHER = "import"

#: Texts, and bytes of them, that wait at most, of all publishers together.
MAX_WAITING = 1000
MAX_WAITING_BYTES = 32 * 1024 * 1024

#: Archived answers that say something of an article; what else an archive keeps (redirects) is passed over.
_SUCCESS = 2
_GONE = (404, 410)


@dataclass(slots=True)
class _Pass:
    """One run of an import source: it takes each URL once, as a visit is unique within its run."""

    run: Run
    ingest: Ingest
    urls: set[str] = field(default_factory=set)
    done: Recorded = field(default_factory=Recorded)
    #: Texts that were there already.
    unchanged: int = 0


@dataclass(slots=True)
class _Inlet:
    """What comes in from one publisher."""

    source: Source
    #: The n-th takes what comes in for the n-th time.
    passes: list[_Pass] = field(default_factory=list)
    waiting: dict[ArticleKey, ImportedItem] = field(default_factory=dict)


class Importer:
    """Takes in the texts of one call of `import`."""

    def __init__(self, store: Store, district: District, scan: Scan, clock: Callable[[], datetime]) -> None:
        self._store, self._district, self._scan, self._clock = store, district, scan, clock
        self._inlets: dict[str, _Inlet] = {}
        #: Titles of one newspaper page so far: two briefs may have the same.
        self._titles: Counter[ArticleKey] = Counter()
        self._waiting = 0
        self._waiting_bytes = 0

    def take_file(self, file: File, watch: Callable[[], None]) -> tuple[Recorded, list[Bad]]:
        """Take in a file; what it changed, and what in it could not be taken in. `watch` is called for each item."""
        self._titles.clear()
        before = self.total()
        bad: list[Bad] = []
        for item in read_file(file, self._district.timezone):
            match item:
                case Bad():
                    bad.append(item)
                case Capture():
                    self._take_capture(item)
                case ImportedItem():
                    self._take_item(item)
            watch()
        self.flush()
        return _minus(self.total(), before), bad

    def flush(self) -> None:
        """Write what waits."""
        for inlet in self._inlets.values():
            self._record(inlet)
            for one in inlet.passes:
                one.ingest.flush()

    def finish(self, status: RunStatus, reason: str) -> list[RunId]:
        """Close the runs; their ids."""
        closed = []
        for one in (one for inlet in self._inlets.values() for one in inlet.passes):
            counters = _counters(one)
            self._store.runs.finish(one.run.id, status, self._clock(), counters, reason, "")
            closed.append(one.run.id)
        return closed

    def total(self) -> Recorded:
        """What has been recorded so far."""
        return _sum(_recorded(one) for inlet in self._inlets.values() for one in inlet.passes)

    # ------------------------------------------------------------------ texts
    def _take_item(self, item: ImportedItem) -> None:
        inlet = self._inlet(publisher_of(item))
        key = self._key(item)
        if key in inlet.waiting or len(inlet.waiting) >= BATCH:
            self._record(inlet)
        inlet.waiting[key] = item
        self._waiting += 1
        self._waiting_bytes += len(item.payload)
        if self._waiting >= MAX_WAITING or self._waiting_bytes >= MAX_WAITING_BYTES:
            self.flush()

    def _key(self, item: ImportedItem) -> ArticleKey:
        key = key_of(item)
        if not key.startswith("epaper:"):
            return key
        self._titles[key] += 1
        count = self._titles[key]
        return key if count == 1 else ArticleKey(f"{key}#{count}")

    def _record(self, inlet: _Inlet) -> None:
        """Decide about the texts that wait and write what was decided."""
        known = self._store.articles.known(inlet.source.publisher_id, list(inlet.waiting))
        batches: dict[RunId, tuple[_Pass, list[ArticleIntent]]] = {}
        for key, item in inlet.waiting.items():
            url = web_url(item) or key
            into = self._pass(inlet, url)
            into.urls.add(url)
            intent = self._decide(item, key, url, known.get(key), inlet.source)
            if intent is None:
                into.unchanged += 1
            else:
                batches.setdefault(into.run.id, (into, []))[1].append(intent)
        for into, intents in batches.values():
            done = self._store.record(into.run.id, inlet.source, intents, self._clock())
            into.done = _sum((into.done, done))
        self._waiting -= len(inlet.waiting)
        self._waiting_bytes -= sum(len(item.payload) for item in inlet.waiting.values())
        inlet.waiting.clear()

    def _decide(
        self, item: ImportedItem, key: ArticleKey, url: str, known: KnownArticle | None, source: Source
    ) -> ArticleIntent | None:
        """What to do with a text; None if it is there already."""
        at = item.captured_at or self._clock()
        visit = Visited(url=url, final_url=url, captured_at=at, status=0, headers=item.headers)
        if known is not None and known.takedown is not None:
            return Withheld(visited=visit, known=known)
        digest = Digest(payload_digest(item.payload))
        last = self._scan.last.get(scan_name(source.key, key))
        if known is not None and known.payload_digest in (digest, last) and not _let_go(known, digest):
            return None
        reading = Reading(
            payload_digest=self._store.blobs.put(item.payload),
            extraction=item.extraction,
            content_digest=Digest(content_digest(item.extraction.title, item.extraction.text)),
            relevance=import_relevance(item.extraction, self._district, source),
        )
        return decide_read(visit, reading, key, web_url(item), (), known, external_id=item.external_id)

    # ------------------------------------------------------------------ archived visits
    def _take_capture(self, archived: Capture) -> None:
        """Take in a visit that an archive kept, unless that very visit was taken in before."""
        profile, capture = revisit_profile(archived), _without_warc(archived)
        inlet = self._inlet(host(capture.url) or UNKNOWN_PUBLISHER)
        if profile is not None or capture.status in _GONE:
            for one in inlet.passes:  # what it refers to may still wait
                one.ingest.flush()
        into = self._pass(inlet, capture.url)
        into.urls.add(capture.url)
        key = ArticleKey(url_key(capture.url))
        owner = into.ingest.attribution.of_article(key, capture.url)
        known = self._store.articles.known(owner.publisher_id, [key]).get(key)
        snapshots = self._store.articles.snapshots(known.id) if known else []
        if any(each.url == capture.url and each.captured_at == capture.captured_at for each in snapshots):
            into.unchanged += 1
        elif known is not None and profile is not None:
            self._revisit(into, owner, capture, known, _referred_to(archived, snapshots), profile)
        elif known is not None and capture.status in _GONE:
            into.ingest.take(Visit(capture=capture, known=known))
        elif profile is None and capture.status // 100 == _SUCCESS:
            # Not told what is known: the same bytes at another time are a response here as they are there.
            into.ingest.take(Visit(capture=capture))

    def _revisit(
        self, into: _Pass, source: Source, capture: Capture, known: KnownArticle, of: Snapshot | None, profile: Profile
    ) -> None:
        """Keep that a visit found nothing changed, where what it did not change is known."""
        if of is not None:
            seen = visited(capture, None)
            intent = Revisit(visited=seen, known=replace(known, snapshot_id=of.id), profile=profile)
            into.done = _sum((into.done, self._store.record(into.run.id, source, (intent,), self._clock())))

    # ------------------------------------------------------------------ publishers and their runs
    def _inlet(self, publisher: str) -> _Inlet:
        inlet = self._inlets.get(publisher)
        if inlet is None:
            inlet = self._inlets[publisher] = _Inlet(import_source(self._store, publisher, self._clock()))
        return inlet

    def _pass(self, inlet: _Inlet, url: str) -> _Pass:
        """The first run of the publisher that has not had the URL yet."""
        for one in inlet.passes:
            if url not in one.urls:
                return one
        runs = self._store.runs
        queued = runs.queue(inlet.source.id, "import", self._clock())
        run = runs.start(queued.id, self._clock(), os.getpid(), socket.gethostname(), VERSION)
        ingest = Ingest(self._store, inlet.source, run.id, self._district, self._clock)
        inlet.passes.append(_Pass(run, ingest))
        return inlet.passes[-1]


def _let_go(known: KnownArticle, digest: Digest) -> bool:
    """Whether just these bytes were let go because of their age: handed over again, they are stored anew."""
    return known.payload_dropped and known.payload_digest == digest


def import_relevance(extraction: Extraction, district: District, source: Source) -> Relevance:
    """Which names of the district a text has; whoever imports it wants it, whatever they are."""
    found = relevance(extraction, district, Scope.DISTRICT, publisher=source.publisher.name)
    return found if found.about else Relevance(about=True, names=found.names, where="source")


def scan_files(files: Iterable[File], zone: str) -> Scan:
    """Read files through without taking anything in."""
    scan = Scan()
    for file in files:
        titles: set[ArticleKey] = set()
        for item in read_file(file, zone):
            scan.count += 1
            if not isinstance(item, ImportedItem):
                continue
            key = key_of(item)
            if not key.startswith("epaper:") or key not in titles:  # the same title again is another brief
                titles.add(key)
                scan.note(scan_name(source_key(publisher_of(item)), key), item.payload)
    return scan


def scan_name(source: str, key: ArticleKey) -> str:
    """What a scan calls an article."""
    return f"{source}\n{key}"


def key_of(item: ImportedItem) -> ArticleKey:
    """The key of an imported text: its URL, its id, its place in a newspaper, or else its words."""
    read = item.extraction
    if url := web_url(item):
        return ArticleKey(url_key(url))
    if item.external_id:
        return ArticleKey(f"import:{item.external_id}")
    if read.paper and read.issue_date and (title := words_only(read.title)):
        return ArticleKey(f"epaper:{read.paper}/{read.issue_date.isoformat()}/{title}")
    return ArticleKey(f"text:{content_digest(read.title, read.text)}")


def web_url(item: ImportedItem) -> str | None:
    """The URL of a text, if it has one that a browser could open."""
    return item.url if item.url and host(item.url) else None


def publisher_of(item: ImportedItem) -> str:
    """Who published a text, as far as it says."""
    found = item.site or item.extraction.paper or host(item.url or "") or UNKNOWN_PUBLISHER
    return " ".join(found.split()) or UNKNOWN_PUBLISHER


def source_key(publisher: str) -> str:
    return f"import:{publisher}"


def import_source(store: Store, publisher: str, now: datetime) -> Source:
    """The source under which a publisher's imported texts are kept, made if there is none."""
    key = source_key(publisher)
    with contextlib.suppress(NotFound):
        source = store.sources.get(key)
        if source.state is not SourceState.REMOVED:
            return source
    new = NewSource(
        key=key,
        publisher=Publisher(name=publisher),
        kind=SourceKind.IMPORT,
        url="",
        every_s=None,
        declared_by="import",
        note="texts taken in with quxun import",
    )
    return store.sources.add(new, now)


def _without_warc(capture: Capture) -> Capture:
    """The capture with the server's own headers alone."""
    return replace(capture, headers=tuple(header for header in capture.headers if not header[0].startswith("warc-")))


def _referred_to(revisit: Capture, snapshots: Iterable[Snapshot]) -> Snapshot | None:
    """The response that a revisit record means: the one it names by time, else the last one before it."""
    at = revisit.captured_at
    with contextlib.suppress(ValueError):
        at = datetime.fromisoformat(revisit.header("warc-refers-to-date"))
    before = (each for each in snapshots if each.kind is SnapshotKind.RESPONSE and each.captured_at <= at)
    return max(before, key=lambda each: (each.captured_at, each.id), default=None)


def _recorded(one: _Pass) -> Recorded:
    counted = one.ingest.counters
    names = {each.name for each in fields(Recorded)}
    of_ingest = Recorded(**{name: getattr(counted, name) for name in names})
    return _sum((one.done, of_ingest, Recorded(unchanged=one.unchanged)))


def _counters(one: _Pass) -> Counters:
    told = _recorded(one)
    values = {each.name: getattr(told, each.name) for each in fields(Recorded)}
    return Counters(listed=len(one.urls), **values)


def _sum(parts: Iterable[Recorded]) -> Recorded:
    listed = list(parts)
    return Recorded(**{each.name: sum(getattr(part, each.name) for part in listed) for each in fields(Recorded)})


def _minus(after: Recorded, before: Recorded) -> Recorded:
    return Recorded(**{each.name: getattr(after, each.name) - getattr(before, each.name) for each in fields(Recorded)})

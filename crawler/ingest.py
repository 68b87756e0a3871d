"""From a capture to a stored snapshot: the loop that runs the pure steps and writes what they decide."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from crawler.attribution import Attribution
from crawler.decide import decide_read, decide_refused, decide_unread, visited
from crawler.keys import aliases, article_key
from crawler.leniency import may_be_same
from crawler.likeness import MANY, Likeness
from crawler.patience import next_attempt
from crawler.profile import District
from crawler.reader import PAGES, Reader
from crawler.relevance import relevance
from crawler.visits import VisitKind, visit_kind
from storage.errors import BlobDamaged, NotFound
from storage.intents import ArticleIntent, Disallowed, Failed, Intent, IssueSeen, NewReading, Reading, Recorded, Refused
from storage.readings import OlderReading
from storage.records import (
    Capture,
    Counters,
    Digest,
    Extraction,
    IssueKind,
    KnownArticle,
    KnownEntry,
    Refusal,
    Relevance,
    RunId,
    Source,
    Trouble,
)
from storage.store import Store
from text.digest import content_digest, payload_digest

#: A batch is written when it has this many intents; the pipeline also writes it once a second, so that
#: a run that is killed fetches at most so much again.
BATCH = 10
#: Or payloads of so many bytes.
BATCH_BYTES = 8 << 20
#: Refusals and failures that are named one by one as Issues; the rest of a run is only counted.
NAMED_ISSUES = 50

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a spider hands over: a capture, the entry it was made for, and what was known of its article."""

    capture: Capture
    entry: KnownEntry | None = None
    known: KnownArticle | None = None


class Ingest:
    """Runs the flow for one run of one source.

    ::

        1 capture                         done by the spider
        2 payload_digest(payload)         → Digest
        3 visit_kind(capture, digest, known)
        4 judge(capture)                  → Page | Refusal
        5 extract(page, entry)            → Extraction | Refusal
        6 article_key, relevance
        7 content_digest(extraction)      and read_anew of what older rules had read
        8 decide_…                        → an intent
        9 Store.record(intents)           one transaction a batch, idempotent

    Every kind but `response` goes from 3 to 8, a refusal from 4 or 5 to 8. The payload is stored first,
    the row that names it after.
    """

    def __init__(
        self,
        store: Store,
        source: Source,
        run_id: RunId,
        district: District | None,
        clock: Callable[[], datetime],
        reader: Reader = PAGES,
    ) -> None:
        self._store = store
        self._reader = reader
        self._source = source
        self._run_id = run_id
        self._district = district
        self._clock = clock
        self.attribution = Attribution(store, source)
        self._likeness = Likeness(store, reader.extractor)
        #: Intents that are not written yet, each with the source as the publisher that it concerns sees it.
        self._waiting: list[tuple[Source, Intent]] = []
        #: Payloads of theirs.
        self._payloads: dict[Digest, bytes] = {}
        self._issues = 0
        #: Pages whose reading broke on an error of our own.
        self.errors = 0
        #: Entries that robots.txt forbids.
        self.disallowed = 0
        #: What was recorded so far; requests and bytes are the spider's to add.
        self.counters = Counters()

    def take(self, visit: Visit) -> None:
        """Decide about a visit, and write the batch when it is full."""
        if visit.capture.trouble is Trouble.DISALLOWED and visit.entry is not None:
            self._forbidden(visit.entry, visit.capture)
        else:
            owner, intent = self._decide(visit)
            self._waiting.append((owner, intent))
            self._name_trouble(intent)
        if len(self._waiting) >= BATCH or sum(map(len, self._payloads.values())) >= BATCH_BYTES:
            self.flush()

    def _forbidden(self, entry: KnownEntry, capture: Capture) -> None:
        self.disallowed += 1
        self._wait(Disallowed(entry_key=entry.entry.key, seen_at=self._clock()))
        if self.disallowed <= NAMED_ISSUES:
            self.issue(IssueKind.ROBOTS, capture.url, capture.detail)

    def broke(self, visit: Visit, error: Exception) -> None:
        """Keep that reading a page broke on an error of our own; the entry waits as after any failure."""
        self.errors += 1
        now = self._clock()
        said = f"an error of our own: {type(error).__name__}: {error}"
        self.issue(IssueKind.EXTRACTION, visit.capture.url, said[:500])
        attempts = visit.entry.attempts if visit.entry else 0
        failed = Failed(
            visited=visited(visit.capture, visit.entry),
            trouble=Trouble.UNREADABLE,
            detail=said[:500],
            retry_at=next_attempt(attempts, now),
        )
        self._wait(failed)

    def issue(self, kind: IssueKind, url: str, detail: str) -> None:
        """Keep something that was not understood."""
        self._wait(IssueSeen(kind=kind, url=url, detail=detail, seen_at=self._clock()))

    def flush(self) -> None:
        """Write what waits; on an error it keeps waiting, so that a later flush can still save it."""
        if self._payloads:
            self._store.blobs.put_all(self._payloads)
            self._payloads.clear()
        while self._waiting:
            owner, first = next(groupby(self._waiting, key=itemgetter(0)))
            batch = [intent for _, intent in first]
            self._add(self._store.record(self._run_id, owner, batch, self._clock()))
            del self._waiting[: len(batch)]

    def _wait(self, intent: Intent) -> None:
        self._waiting.append((self._source, intent))

    def _add(self, done: Recorded) -> None:
        before = self.counters
        self.counters = replace(
            before, **{field.name: getattr(before, field.name) + getattr(done, field.name) for field in fields(done)}
        )

    def _decide(self, visit: Visit) -> tuple[Source, ArticleIntent]:
        capture, entry, known = visit.capture, visit.entry, visit.known
        now = self._clock()
        digest = Digest(payload_digest(capture.payload)) if capture.payload else None
        kind = visit_kind(capture, digest, known)
        seen = visited(capture, entry)
        owner = self.attribution.of_url(capture.url)
        if kind is not VisitKind.RESPONSE:
            return owner, decide_unread(capture, kind, seen, known, entry.attempts if entry else 0, now)
        extraction = self._read(visit)
        if isinstance(extraction, Refusal):
            return owner, decide_refused(seen, extraction, known)
        key, url = article_key(capture.final_url, extraction, owner.publisher)
        names = aliases(key, entry.entry if entry else None, capture.url, capture.final_url)
        if known is None or known.key != key:
            owner = self.attribution.of_article(key, url)
            found = self._store.articles.known(owner.publisher_id, (key, *names))
            known = found.get(key) or next(iter(found.values()), None)
        kept = digest or Digest(payload_digest(capture.payload))
        self._payloads[kept] = capture.payload
        reading = Reading(
            payload_digest=kept,
            extraction=extraction,
            content_digest=Digest(content_digest(extraction.title, extraction.text)),
            relevance=self._relevance(extraction),
        )
        anew = self._read_anew(known, capture.captured_at, reading) if known else ()
        self._compare(owner, capture.final_url, extraction)
        return owner, decide_read(seen, reading, key, url, names, known, anew=anew)

    def _compare(self, owner: Source, url: str, read: Extraction) -> None:
        """Name a page that is not like its site, and, when there are many, the site; what was read stays as it is."""
        said = self._likeness.doubt(owner.publisher_id, url, read)
        if said is None or self._likeness.unlike > NAMED_ISSUES:
            return
        self.issue(IssueKind.UNLIKE_SITE, url, said)
        if self._likeness.unlike >= MANY:
            count = self._likeness.unlike
            rebuilt = f"{count} pages of this run are not like those before them; the site may have been rebuilt"
            self._wait(
                IssueSeen(
                    kind=IssueKind.UNLIKE_SITE, url=self._source.url, detail=rebuilt, count=count, seen_at=self._clock()
                )
            )

    def _read(self, visit: Visit) -> Extraction | Refusal:
        entry = visit.entry.entry if visit.entry else None
        return self._reader.read(visit.capture, entry, self._timezone)

    @property
    def _timezone(self) -> str:
        return self._district.timezone if self._district else "Asia/Shanghai"

    def _read_anew(self, known: KnownArticle, at: datetime, reading: Reading) -> tuple[NewReading, ...]:
        """What today's rules read from the snapshots that a page is compared with: only its words may make a revision.

        Where a payload is gone, or refused by today's rules, the two texts are compared leniently.
        """
        anew = []
        for old in self._store.readings.beside(known.id, at, self._reader.extractor):
            read = self._read_stored(old)
            if read is not None:
                digest = Digest(content_digest(read.title, read.text))
                anew.append(old.anew(read, digest, self._relevance(read)))
            elif may_be_same(old.extraction, reading.extraction):
                anew.append(old.anew(None, reading.content_digest, None))
        return tuple(anew)

    def _read_stored(self, old: OlderReading) -> Extraction | None:
        """What today's rules read from a stored response; None if they cannot."""
        if not old.readable:
            return None
        try:
            payload = self._store.blobs.get(old.payload_digest)
        except (NotFound, BlobDamaged):  # let go since, or for `check` to tell
            return None
        read = self._reader.read(old.capture(payload), old.entry, self._timezone)
        return None if isinstance(read, Refusal) else read

    def _relevance(self, extraction: Extraction) -> Relevance | None:
        """Why the text is about the district; None where there is no district to ask about."""
        if self._district is None:
            return None
        return relevance(extraction, self._district, self._source.scope, publisher=self._source.publisher.name)

    def _name_trouble(self, intent: ArticleIntent) -> None:
        if not isinstance(intent, Refused | Failed) or self._issues >= NAMED_ISSUES:
            return
        self._issues += 1
        if isinstance(intent, Refused):
            self.issue(IssueKind.REFUSED, intent.visited.url, f"not an article: {intent.refusal.value}")
        else:
            self.issue(IssueKind.FAILED_VISIT, intent.visited.url, f"{intent.trouble.value}: {intent.detail}")

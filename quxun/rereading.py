"""Read stored pages again with today's rules: which articles, and what became of each. No request is made.

An article is read in one piece and written in one transaction, so that this can be stopped at any moment and done
again: what is read by today's rules already is passed over.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.profile import District
from crawler.reader import PAGES, Reader
from crawler.relevance import relevance
from scheduler.follow import follow_stories
from storage.errors import BlobDamaged, NotFound, QuxunError
from storage.intents import NewReading
from storage.readings import OlderReading, Outdated
from storage.records import ArticleId, Digest, Extraction, Refusal, Relevance, Source
from storage.rereading import differing
from storage.store import Store
from text.digest import content_digest

#: Articles that are looked up at once.
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A snapshot that reads differently today."""

    old: OlderReading
    new: Extraction
    #: The fields that differ.
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A snapshot that keeps its old reading."""

    article_id: ArticleId
    url: str
    #: Why today's rules refuse it; None: reading it failed.
    refusal: Refusal | None
    said: str


@dataclass(slots=True, kw_only=True)
class Result:
    """What became of an article."""

    article_id: ArticleId
    #: Snapshots that were read again.
    read: int = 0
    #: Something that readers see is another.
    changed: bool = False
    payload_gone: int = 0
    text_gone: int = 0
    differences: list[Difference] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of all of them."""

    #: Articles of which something was read, and those of them that read differently now.
    articles: int = 0
    changed: int = 0
    read: int = 0
    payload_gone: int = 0
    text_gone: int = 0
    refused: Counter[Refusal] = field(default_factory=Counter)
    failed: int = 0

    @property
    def same(self) -> int:
        """Articles that were read again and read as before."""
        return self.articles - self.changed

    def add(self, result: Result) -> None:
        self.articles += bool(result.read)
        self.changed += result.changed
        self.read += result.read
        self.payload_gone += result.payload_gone
        self.text_gone += result.text_gone
        for problem in result.problems:
            if problem.refusal is None:
                self.failed += 1
            else:
                self.refused[problem.refusal] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which articles: those of the ids, those that a source brought, or all; at most so many."""

    ids: tuple[ArticleId, ...] = ()
    source_key: str | None = None
    limit: int | None = None


class Rereading:
    """Reads articles again with one version of the rules; `dry` only says what they read."""

    def __init__(
        self,
        store: Store,
        district: District,
        clock: Callable[[], datetime],
        reader: Reader = PAGES,
        *,
        dry: bool = False,
    ) -> None:
        self._store, self._district, self._clock, self._reader, self._dry = store, district, clock, reader, dry
        self._sources: dict[str, Source] = {}

    def outdated(self, wanted: Wanted) -> Outdated:
        """How much there is to do; of articles that were named, as many as they are."""
        if wanted.ids:
            return Outdated(articles=len(wanted.ids))
        return self._store.readings.outdated(self._reader.extractor, source_key=wanted.source_key)

    def results(self, wanted: Wanted) -> Iterator[Result]:
        """What becomes of each article, in the order of their ids; each is written before it is told."""
        for done, article_id in enumerate(self._articles(wanted)):
            if wanted.limit is not None and done >= wanted.limit:
                return
            yield self.read(article_id)

    def follow(self) -> None:
        """Have the stories follow what was changed."""
        if not self._dry:
            follow_stories(self._store, self._clock())

    def read(self, article_id: ArticleId) -> Result:
        """Read what older rules read of an article."""
        result = Result(article_id=article_id)
        anew = []
        for old in self._store.readings.of_article(article_id, self._reader.extractor):
            new = self._read(old, result)
            if new is not None:
                anew.append(self._compared(old, new, result))
        result.read = len(anew)
        if anew and not self._dry:
            done = self._store.readings.put(article_id, anew, self._reader.extractor, self._clock())
            result.read, result.changed = done.readings, done.changed
        return result

    def _articles(self, wanted: Wanted) -> Iterator[ArticleId]:
        if wanted.ids:
            yield from sorted(set(wanted.ids))
            return
        last = 0
        while page := self._page(last, wanted):
            yield from page
            last = page[-1]

    def _page(self, after_id: int, wanted: Wanted) -> Sequence[ArticleId]:
        return self._store.readings.articles(
            self._reader.extractor, after_id=after_id, limit=_PAGE, source_key=wanted.source_key
        )

    def _read(self, old: OlderReading, result: Result) -> Extraction | None:
        """What today's rules read from a response; None, and why, if they do not."""
        if not old.readable:
            if old.extraction.text_dropped_at is not None:
                result.text_gone += 1
            else:
                result.payload_gone += 1
            return None
        try:
            payload = self._store.blobs.get(old.payload_digest)
            read = self._reader.read(old.capture(payload), old.entry, self._district.timezone)
        except NotFound:  # let go since it was listed
            result.payload_gone += 1
            return None
        except BlobDamaged as error:
            result.problems.append(_problem(result, old, None, str(error)))
            return None
        except QuxunError:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of an item: one page must not end the whole
            said = f"an error of our own: {type(error).__name__}: {error}"
            result.problems.append(_problem(result, old, None, said[:500]))
            return None
        if isinstance(read, Refusal):
            result.problems.append(_problem(result, old, read, f"not an article by today's rules: {read.value}"))
            return None
        return read

    def _compared(self, old: OlderReading, new: Extraction, result: Result) -> NewReading:
        digest = Digest(content_digest(new.title, new.text))
        about = self._relevance(old, new)
        fields = differing(old.extraction, new) + (("relevance",) if about != old.relevance else ())
        if fields or digest != old.content_digest:
            result.changed = True
            result.differences.append(Difference(old=old, new=new, fields=fields))
        return old.anew(new, digest, about)

    def _relevance(self, old: OlderReading, new: Extraction) -> Relevance | None:
        source = self._sources.get(old.source_key)
        if source is None:
            source = self._sources[old.source_key] = self._store.sources.get(old.source_key)
        return relevance(new, self._district, source.scope, publisher=source.publisher.name)


def _problem(result: Result, old: OlderReading, refusal: Refusal | None, said: str) -> Problem:
    return Problem(article_id=result.article_id, url=old.url, refusal=refusal, said=said)

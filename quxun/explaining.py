"""Replay the flow for an article from its stored payload, step by step, and say what each step finds today.

Nothing is fetched and nothing is written. What was stored then and what would be read now may differ:
the extractor or the district's profile has changed since; that is what the replay is for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crawler.decide import decide_read, visited
from crawler.extract.reader import extract
from crawler.judge import judge
from crawler.keys import aliases, article_key
from crawler.likeness import Likeness
from crawler.profile import District
from crawler.relevance import relevance
from crawler.urls import url_key
from quxun.facts import facts_of
from quxun.formats import stamp
from quxun.import_files import read_again
from quxun.importing import import_relevance
from storage.intents import ArticleIntent, NewRevision, Reading, SameRevision, Withheld
from storage.records import (
    Article,
    Capture,
    Digest,
    Entry,
    Extraction,
    KnownArticle,
    KnownEntry,
    Refusal,
    Relevance,
    Snapshot,
    SnapshotKind,
    Source,
)
from storage.store import Store
from text.digest import content_digest, payload_digest

#: Headers of an answer that decide how it is read or asked for again.
_TELLING = ("content-type", "content-encoding", "last-modified", "etag", "retry-after", "location")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the flow and what it finds."""

    number: int
    name: str
    #: In a few words.
    result: str
    #: `(what, value, where it comes from)`.
    facts: tuple[tuple[str, str, str], ...] = ()
    #: Another result than the stored one, or a refusal.
    remarkable: bool = False


#: Of a text that an import brought: its reader knows no page.
_AS_IT_IS = (Step(number=4, name="judge", result="not judged: an import is taken as it is"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of the article that is explained."""

    article: Article
    source: Source
    entry: KnownEntry | None
    #: The newest snapshot, and the one that has its payload.
    snapshot: Snapshot
    response: Snapshot


def known_of(store: Store, article: Article) -> Known | None:
    """What the store knows of an article; None if it has no snapshot with a payload."""
    snapshots = store.articles.snapshots(article.id)
    if not snapshots:
        return None
    newest = snapshots[-1]
    response = next((each for each in snapshots if each.id == (newest.refers_to or newest.id)), None)
    if response is None or response.payload_digest is None:
        return None
    source = store.sources.get(article.source_key)
    return Known(
        article=article,
        source=source,
        entry=entry_of(store, source, newest.url),
        snapshot=newest,
        response=response,
    )


def entry_of(store: Store, source: Source, url: str) -> KnownEntry | None:
    """The source's entry for a URL, however it is spelt."""
    found = store.entries.known(source.id, tuple(dict.fromkeys((url_key(url), url))))
    return next(iter(found.values()), None)


def replay(store: Store, district: District, known: Known) -> Iterator[Step]:
    """The steps in their order; a refusal goes from 4 or 5 to 8, as in a crawl."""
    response = known.response
    assert response.payload_digest is not None
    if response.payload_dropped_at is not None:
        yield from _without_payload(known, district)
        return
    payload = store.blobs.get(response.payload_digest)
    capture = Capture(
        url=response.url,
        final_url=known.article.url or response.url,  # after redirects, which a snapshot does not keep
        captured_at=response.captured_at,
        status=response.status,
        headers=response.headers,
        payload=payload,
    )
    yield _captured(known, capture, district)
    yield _digested(capture, response.payload_digest)
    yield _visited(known)
    taken = read_again(payload, known.article.extraction, district.timezone)
    steps, read = _read(known, capture, district) if taken is None else (_AS_IT_IS, taken)
    yield from steps
    if read is None:
        return
    yield _extracted(read, known.article.extraction, district)
    if taken is None:
        yield from _compared(store, known, capture, read)
    yield from _after_reading(store, district, known, capture, read, imported=taken is not None)


def _without_payload(known: Known, district: District) -> Iterator[Step]:
    """What is still known of a visit whose payload was let go: nothing can be read again."""
    response, zone = known.response, ZoneInfo(district.timezone)
    when = stamp(response.payload_dropped_at, zone) or ""
    facts = (("url", response.url, ""), ("captured_at", stamp(response.captured_at, zone) or "", ""))
    gone = f"its payload was let go on {when[:10]}, as it was older than payloads are kept: nothing can be replayed"
    yield Step(number=1, name="capture", result=gone, facts=facts, remarkable=True)
    yield Step(number=2, name="payload_digest", result=f"{response.payload_digest} (as stored)")
    yield _visited(known)
    yield Step(number=7, name="content_digest", result=f"{known.article.content_digest} (as stored)")


def _read(known: Known, capture: Capture, district: District) -> tuple[tuple[Step, ...], Extraction | None]:
    """Steps 4 and 5 as far as they go, and what was read if they went to the end."""
    entry = known.entry.entry if known.entry else None
    page = judge(capture, entry=entry)
    if isinstance(page, Refusal):
        return (Step(number=4, name="judge", result=f"refused: {page.value}", remarkable=True),), None
    judged = Step(number=4, name="judge", result="an article's page")
    read = extract(page, entry=entry, captured_at=capture.captured_at, timezone=district.timezone)
    if isinstance(read, Refusal):
        return (judged, Step(number=5, name="extract", result=f"refused: {read.value}", remarkable=True)), None
    return (judged,), read


# ------------------------------------------------------------------ the steps
def _captured(known: Known, capture: Capture, district: District) -> Step:
    facts = [
        ("url", capture.url, ""),
        ("captured_at", stamp(capture.captured_at, ZoneInfo(district.timezone)) or "", ""),
        *((name, capture.header(name), "header") for name in _TELLING if capture.header(name)),
    ]
    if known.snapshot.id != known.response.id:
        facts.append(("replayed", f"snapshot {known.response.id}", f"snapshot {known.snapshot.id} has no payload"))
    status = f"HTTP status {capture.status}" if capture.status else "not over HTTP"
    return Step(number=1, name="capture", result=f"{status}, {len(capture.payload)} bytes", facts=tuple(facts))


def _digested(capture: Capture, stored: Digest) -> Step:
    digest = payload_digest(capture.payload)
    return Step(number=2, name="payload_digest", result=digest, remarkable=digest != stored)


def _visited(known: Known) -> Step:
    snapshot = known.snapshot
    if snapshot.kind is SnapshotKind.REVISIT and snapshot.profile is not None:
        result = f"revisit, {snapshot.profile.value}: nothing had changed since snapshot {known.response.id}"
    else:
        result = "response: it brought a payload"
    return Step(number=3, name="visit_kind", result=result)


def _extracted(read: Extraction, stored: Extraction, district: District) -> Step:
    facts = facts_of(read, ZoneInfo(district.timezone))
    then = "" if read.extractor == stored.extractor else f", stored was read by {stored.extractor}"
    return Step(number=5, name="extract", result=f"by {read.extractor}{then}", facts=facts)


def _compared(store: Store, known: Known, capture: Capture, read: Extraction) -> Iterator[Step]:
    """Whether it is unlike the newest other pages of its site; nothing of what was read depends on that."""
    said = Likeness(store, read.extractor).doubt(known.article.publisher_id, capture.final_url, read)
    if said is not None:
        yield Step(number=5, name="compare", result=f"unlike its site: {said}", remarkable=True)


def _after_reading(
    store: Store, district: District, known: Known, capture: Capture, read: Extraction, *, imported: bool
) -> Iterator[Step]:
    source, article = known.source, known.article
    entry: Entry | None = known.entry.entry if known.entry else None
    key, url = (article.key, article.url) if imported else article_key(capture.final_url, read, source.publisher)
    names = () if imported else aliases(key, entry, capture.url, capture.final_url)
    also = tuple(("also", name, "") for name in names)
    yield Step(number=6, name="article_key", result=key, facts=also, remarkable=key != article.key)
    if imported:
        about = import_relevance(read, district, source)
    else:
        about = relevance(read, district, source.scope, publisher=source.publisher.name)
    yield Step(number=6, name="relevance", result=_about(about), remarkable=not about.about)
    digest = Digest(content_digest(read.title, read.text))
    same = digest == article.content_digest
    note = "" if same else f" (stored: {article.content_digest})"
    yield Step(number=7, name="content_digest", result=f"{digest}{note}", remarkable=not same)
    found = store.articles.known(article.publisher_id, [key]).get(key)
    payload = known.response.payload_digest or Digest("")
    reading = Reading(payload_digest=payload, extraction=read, content_digest=digest, relevance=about)
    intent = decide_read(visited(capture, known.entry), reading, key, url, names, found)
    newer = read.extractor != article.extraction.extractor
    decided = _decided(intent, found, newer=newer)
    yield Step(number=8, name="decide", result=decided, remarkable=not isinstance(intent, SameRevision))


def copies_step(store: Store, article: Article) -> Step:
    """What was found of the article when its story was settled, after the run."""
    own = store.stories.of_article(article.id)
    if own is None:
        return Step(number=9, name="copies", result="not settled in a story yet; the next run or the service does it")
    others = len(store.stories.members(own.story_id)) - 1
    carried = f"with {others} others" if others else "alone"
    facts = [("why", own.evidence, "")]
    if own.composite:
        facts.append(("page", "it holds several stories, and is a copy of none of them", ""))
    facts += [(each.kinship, f"article {each.other_id}", each.evidence) for each in store.copies.links([article.id])]
    return Step(
        number=9, name="copies", result=f"{own.relation.value} of story {own.story_id}, {carried}", facts=tuple(facts)
    )


def _about(about: Relevance) -> str:
    names = "、".join(about.names)
    said = "about the district" if about.about else "not about the district"
    where = f", decided by the {about.where}" if about.where else ""
    return said + where + (f": {names}" if names else "")


def _decided(intent: ArticleIntent, found: KnownArticle | None, *, newer: bool) -> str:
    match intent:
        case NewRevision() if newer:
            return "NewReading: today's rules read other words; `quxun reextract` stores them, and it is no revision"
        case SameRevision():
            return "SameRevision: the words are those of the stored revision; the same bytes again are a Revisit"
        case NewRevision():
            return "NewRevision: today other words are read from these bytes than were stored"
        case Withheld():
            return "Withheld: the article was taken down"
        case _:
            known = f"article {found.id}" if found else "no article of that key"
            return f"{type(intent).__name__}: {known} is known"

"""Records and intents with boring defaults, so that a test shows only what matters to it.

All texts are synthetic.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.intents import (
    Disallowed,
    EntriesSeen,
    Failed,
    Gone,
    IssueSeen,
    ListingRead,
    NewArticle,
    NewRevision,
    OffDistrict,
    Reading,
    Refused,
    Revisit,
    SameRevision,
    Visited,
    Withheld,
)
from storage.records import (
    ArticleId,
    ArticleKey,
    Digest,
    Entry,
    Extraction,
    IssueKind,
    KnownArticle,
    Listing,
    ListingId,
    ListingKind,
    ListingSeed,
    NewSource,
    Profile,
    Publisher,
    Refusal,
    Relevance,
    Run,
    RunId,
    Source,
    SourceKind,
    Trouble,
    Validators,
)
from storage.store import Store

#: When most tests happen.
NOW = datetime(2024, 5, 1, 4, 0, tzinfo=UTC)

HOST = "http://www.example.cn"


def later(**steps: float) -> datetime:
    """A time after NOW, by `minutes=`, `hours=`, `days=` …"""
    return NOW + timedelta(**steps)


def digest(words: str) -> Digest:
    """The digest of a text, as payload or as content."""
    return Digest("sha256:" + hashlib.sha256(words.encode()).hexdigest())


def url(name: str = "1") -> str:
    return f"{HOST}/art/{name}.html"


def publisher(name: str = "示例日报", **fields: Any) -> Publisher:
    return Publisher(**{"name": name, "hosts": ("www.example.cn",)} | fields)


def new_source(key: str = "example", **fields: Any) -> NewSource:
    defaults: dict[str, Any] = {
        "key": key,
        "publisher": publisher(),
        "kind": SourceKind.INDEX,
        "url": f"{HOST}/news/",
    }
    return NewSource(**defaults | fields)


def seed(name: str = "news", kind: ListingKind = ListingKind.INDEX) -> ListingSeed:
    return ListingSeed(kind=kind, url=f"{HOST}/{name}/")


def entry(name: str = "1", **fields: Any) -> Entry:
    return Entry(**{"url": url(name), "key": url(name), "title": f"第{name}条消息"} | fields)


def extraction(title: str = "示例标题", text: str = "示例正文。", **fields: Any) -> Extraction:
    return Extraction(**{"extractor": "html/1", "title": title, "text": text} | fields)


def reading(words: str = "示例正文。", payload: str | None = None, **fields: Any) -> Reading:
    """What a page says; `payload` stands for its bytes, which differ where the words do."""
    return Reading(
        payload_digest=digest(words if payload is None else payload),
        content_digest=digest(f"words {words}"),
        extraction=extraction(text=words, **fields),
    )


def visited(name: str = "1", at: datetime = NOW, **fields: Any) -> Visited:
    defaults: dict[str, Any] = {
        "url": url(name),
        "final_url": url(name),
        "captured_at": at,
        "status": 200,
        "headers": (("content-type", "text/html"),),
        "entry_key": url(name),
    }
    return Visited(**defaults | fields)


def new_article(name: str = "1", words: str = "示例正文。", at: datetime = NOW, **fields: Any) -> NewArticle:
    defaults: dict[str, Any] = {
        "visited": visited(name, at),
        "reading": reading(words),
        "key": ArticleKey(url(name)),
        "url": url(name),
    }
    return NewArticle(**defaults | fields)


def new_revision(known: KnownArticle, words: str, at: datetime = NOW, **fields: Any) -> NewRevision:
    name = fields.pop("name", "1")
    defaults: dict[str, Any] = {"visited": visited(name, at), "reading": reading(words), "known": known}
    return NewRevision(**defaults | fields)


def same_revision(known: KnownArticle, words: str, payload: str, at: datetime = NOW) -> SameRevision:
    return SameRevision(visited=visited(at=at), reading=reading(words, payload), known=known)


def revisit(known: KnownArticle, at: datetime = NOW, **fields: Any) -> Revisit:
    name = fields.pop("name", "1")
    defaults: dict[str, Any] = {"visited": visited(name, at), "profile": Profile.SERVER_NOT_MODIFIED, "known": known}
    return Revisit(**defaults | fields)


def gone(known: KnownArticle | None = None, name: str = "1", at: datetime = NOW) -> Gone:
    return Gone(visited=visited(name, at, status=404), known=known)


def refused(name: str = "1", at: datetime = NOW, **fields: Any) -> Refused:
    defaults: dict[str, Any] = {"visited": visited(name, at), "refusal": Refusal.LISTING}
    return Refused(**defaults | fields)


def off_district(name: str = "1", at: datetime = NOW) -> OffDistrict:
    return OffDistrict(visited=visited(name, at), relevance=Relevance(about=False))


def failed(name: str = "1", at: datetime = NOW, **fields: Any) -> Failed:
    defaults: dict[str, Any] = {
        "visited": visited(name, at, status=0),
        "trouble": Trouble.TIMEOUT,
        "detail": "no answer within 15 s",
        "retry_at": at + timedelta(hours=1),
    }
    return Failed(**defaults | fields)


def withheld(known: KnownArticle, at: datetime = NOW) -> Withheld:
    return Withheld(visited=visited(at=at), known=known)


def disallowed(name: str = "1", at: datetime = NOW) -> Disallowed:
    return Disallowed(entry_key=url(name), seen_at=at)


def entries_seen(listing_id: ListingId, *names: str, at: datetime = NOW, revisit: tuple[str, ...] = ()) -> EntriesSeen:
    return EntriesSeen(
        listing_id=listing_id,
        entries=tuple(entry(name) for name in names),
        seen_at=at,
        revisit=tuple(url(name) for name in revisit),
    )


def listing_read(listing_id: ListingId, at: datetime = NOW, **fields: Any) -> ListingRead:
    defaults: dict[str, Any] = {
        "listing_id": listing_id,
        "read_at": at,
        "validators": Validators(etag='"1"'),
        "entries_digest": digest("entries"),
        "head": (url("1"),),
    }
    return ListingRead(**defaults | fields)


def issue_seen(kind: IssueKind = IssueKind.REFUSED, name: str = "1", count: int = 1, **fields: Any) -> IssueSeen:
    defaults: dict[str, Any] = {
        "kind": kind,
        "url": url(name),
        "count": count,
        "detail": "a page that is not an article",
        "seen_at": NOW,
    }
    return IssueSeen(**defaults | fields)


def known_article(article_id: int = 1, **fields: Any) -> KnownArticle:
    """For what needs no store; otherwise ask `store.articles.known`."""
    defaults: dict[str, Any] = {
        "id": ArticleId(article_id),
        "key": ArticleKey(url("1")),
        "snapshot_id": None,
        "payload_digest": None,
        "content_digest": None,
        "extractor": "html/1",
        "validators": Validators(),
        "gone": False,
        "takedown": None,
    }
    return KnownArticle(**defaults | fields)


class World:
    """A store with a source, a listing and a run, and the steps that many tests begin with."""

    def __init__(self, store: Store, key: str = "example", **fields: Any) -> None:
        self.store = store
        self.source: Source = store.sources.add(new_source(key, **fields), NOW)
        self.listing: Listing = store.sources.add_listing(self.source.id, seed())
        self.run: Run = self.another_run()

    def another_run(self) -> Run:
        return self.store.runs.queue(self.source.id, "crawl", NOW)

    def record(self, *intents: Any, run: Run | RunId | None = None, now: datetime = NOW) -> Any:
        """Record intents in a run, or in the first one."""
        run_id = run.id if isinstance(run, Run) else self.run.id if run is None else run
        return self.store.record(run_id, self.source, intents, now)

    def visit(self, *intents: Any, now: datetime = NOW) -> Any:
        """Record intents in a run of their own."""
        return self.record(*intents, run=self.another_run(), now=now)

    def known(self, name: str = "1") -> KnownArticle:
        """What the store knows of an article."""
        return self.store.articles.known(self.source.publisher_id, [url(name)])[url(name)]

    def entry_of(self, name: str = "1") -> Any:
        return self.store.entries.known(self.source.id, [url(name)])[url(name)]

    def due(self, at: datetime = NOW) -> list[str]:
        """Names of the entries that are due, in their order."""
        found = self.store.entries.due(self.source.id, at)
        return [known.entry.url.removeprefix(f"{HOST}/art/").removesuffix(".html") for known in found]


def with_relevance(plain: Reading, *names: str) -> Reading:
    return replace(plain, relevance=Relevance(about=True, names=names, where="title"))

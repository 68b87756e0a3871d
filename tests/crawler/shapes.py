"""Records with boring defaults, for tests of the pure modules."""

from datetime import UTC, datetime, timedelta

from storage.records import (
    ArticleId,
    ArticleKey,
    Capture,
    Digest,
    Entry,
    EntryState,
    Extraction,
    KnownArticle,
    KnownEntry,
    Listing,
    ListingId,
    ListingKind,
    Publisher,
    SnapshotId,
    SourceId,
    Takedown,
    Trouble,
    Validators,
)

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PUBLISHER = Publisher(name="临湖新闻网", hosts=("news.example.cn",))


def entry(number: int, *, title: str = "", modified: str = "") -> Entry:
    url = f"http://news.example.cn/202611/t20261120_{number}.html"
    return Entry(url=url, key=url.removeprefix("http://"), title=title or f"标题{number}", modified=modified)


def entries(*numbers: int) -> tuple[Entry, ...]:
    return tuple(entry(number) for number in numbers)


def known_entry(
    of: Entry,
    *,
    state: EntryState = EntryState.STORED,
    first_seen_at: datetime = NOW - HOUR,
    visited_modified: str | None = None,
    attempts: int = 0,
) -> KnownEntry:
    return KnownEntry(
        entry=of,
        listing_id=ListingId(1),
        state=state,
        first_seen_at=first_seen_at,
        last_seen_at=first_seen_at,
        visited_at=first_seen_at,
        visited_modified=of.modified if visited_modified is None else visited_modified,
        attempts=attempts,
        retry_at=None,
    )


def listing(
    *,
    read_at: datetime | None = NOW - HOUR,
    head: tuple[str, ...] = (),
    digest: Digest | None = None,
    claimed: str = "",
    read_claim: str = "",
    parent: int | None = None,
) -> Listing:
    return Listing(
        id=ListingId(1),
        source_id=SourceId(1),
        kind=ListingKind.INDEX,
        url="http://news.example.cn/yw/",
        parent_id=None if parent is None else ListingId(parent),
        validators=Validators(),
        entries_digest=digest,
        head=head,
        claimed_modified=claimed,
        read_modified=read_claim,
        read_at=read_at,
    )


def capture(
    *,
    status: int = 200,
    payload: bytes = b"<html>",
    trouble: Trouble | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Capture:
    url = "http://news.example.cn/202611/t20261120_1.html"
    return Capture(
        url=url,
        final_url=url,
        captured_at=NOW,
        status=status,
        payload=payload,
        trouble=trouble,
        headers=headers,
    )


def article(
    *,
    payload_digest: str | None = "sha256:" + "a" * 64,
    content_digest: str = "sha256:" + "b" * 64,
    takedown: Takedown | None = None,
    gone: bool = False,
) -> KnownArticle:
    return KnownArticle(
        id=ArticleId(1),
        key=ArticleKey("news.example.cn/202611/t20261120_1.html"),
        snapshot_id=SnapshotId(1),
        payload_digest=Digest(payload_digest) if payload_digest else None,
        content_digest=Digest(content_digest),
        extractor="html/1",
        validators=Validators(etag='"1"'),
        gone=gone,
        takedown=takedown,
    )


def extraction(*, title: str = "标题", text: str = "正文。", canonical_url: str = "") -> Extraction:
    return Extraction(extractor="html/1", title=title, text=text, canonical_url=canonical_url)

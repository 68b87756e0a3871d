"""Decide what to do with a visit, from what the store knows of its article. Pure; `Store.record` acts.

This is step 8 of the flow. A takedown wins over everything, so that no sequence of captures can undo
it; a refusal of a page that is already an article leaves the article as it stands.
"""

from datetime import datetime

from crawler.patience import next_attempt, retry_after
from crawler.visits import VisitKind, status_trouble
from storage.intents import (
    ArticleIntent,
    Failed,
    Gone,
    NewArticle,
    NewReading,
    NewRevision,
    OffDistrict,
    Reading,
    Refused,
    Revisit,
    SameRevision,
    Visited,
    Withheld,
)
from storage.records import ArticleKey, Capture, KnownArticle, KnownEntry, Profile, Refusal

_PROFILES = {
    VisitKind.IDENTICAL_PAYLOAD_DIGEST: Profile.IDENTICAL_PAYLOAD_DIGEST,
    VisitKind.SERVER_NOT_MODIFIED: Profile.SERVER_NOT_MODIFIED,
}


def visited(capture: Capture, known_entry: KnownEntry | None) -> Visited:
    """The visit as the store keeps it, with the entry it settles."""
    return Visited(
        url=capture.url,
        final_url=capture.final_url,
        captured_at=capture.captured_at,
        status=capture.status,
        headers=capture.headers,
        entry_key=known_entry.entry.key if known_entry else "",
        entry_modified=known_entry.entry.modified if known_entry else "",
    )


def decide_unread(
    capture: Capture, kind: VisitKind, visit: Visited, known: KnownArticle | None, attempts: int, now: datetime
) -> ArticleIntent:
    """What to do with a visit that brought no new page to read. `attempts`: failures in a row before this one."""
    if known is not None and known.takedown is not None:
        return Withheld(visited=visit, known=known)
    if kind is VisitKind.GONE:
        return Gone(visited=visit, known=known)
    if kind in _PROFILES and known is not None:
        return Revisit(visited=visit, known=known, profile=_PROFILES[kind])
    asked = retry_after(capture.header("retry-after"), now)
    return Failed(
        visited=visit,
        trouble=status_trouble(capture),
        detail=capture.detail or f"HTTP status {capture.status}",
        retry_at=next_attempt(attempts, now, asked),
    )


def decide_refused(visit: Visited, refusal: Refusal, known: KnownArticle | None) -> ArticleIntent:
    """What to do with a page that is not an article."""
    if known is not None and known.takedown is not None:
        return Withheld(visited=visit, known=known)
    return Refused(visited=visit, refusal=refusal)


def decide_read(
    visit: Visited,
    reading: Reading,
    key: ArticleKey,
    url: str | None,
    aliases: tuple[str, ...],
    known: KnownArticle | None,
    *,
    external_id: str = "",
    anew: tuple[NewReading, ...] = (),
) -> ArticleIntent:
    """What to do with a page that was read as an article.

    `anew`: what today's rules read from the snapshots that it is compared with, where older ones had read them.
    """
    if known is None:
        if reading.relevance is not None and not reading.relevance.about:
            return OffDistrict(visited=visit, relevance=reading.relevance)
        return NewArticle(visited=visit, reading=reading, key=key, url=url, aliases=aliases, external_id=external_id)
    if known.takedown is not None:
        return Withheld(visited=visit, known=known)
    same = any(each.content_digest == reading.content_digest for each in anew)
    if same or (not anew and known.content_digest == reading.content_digest):
        return SameRevision(visited=visit, reading=reading, known=known, aliases=aliases, anew=anew)
    return NewRevision(visited=visit, reading=reading, known=known, aliases=aliases, anew=anew)

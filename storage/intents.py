"""What `decide` wants done, as frozen values; `Store.record` does it, once, however often it is told.

An intent that belongs to an entry carries its key, so that storing the outcome and settling the
entry is one transaction: a run killed between the two would fetch the page again or lose it.
"""

from dataclasses import dataclass
from datetime import datetime

from storage.records import (
    ArticleKey,
    Digest,
    Entry,
    EntryState,
    Extraction,
    IssueKind,
    KnownArticle,
    ListingId,
    ListingKind,
    Profile,
    Refusal,
    Relevance,
    SnapshotId,
    Trouble,
    Validators,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """The visit that an intent comes from."""

    url: str
    final_url: str
    captured_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    #: The entry that the visit settles; empty for a visit without one.
    entry_key: str = ""
    #: The entry's `modified` at the time of the visit.
    entry_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page that was read: its payload's digest (the blob is already stored) and what it says."""

    payload_digest: Digest
    extraction: Extraction
    content_digest: Digest
    relevance: Relevance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReading:
    """What today's rules read from a stored response, in place of what older ones had read."""

    snapshot_id: SnapshotId
    #: The version whose reading counts until now; where another one counts by then, nothing is done.
    instead_of: str
    content_digest: Digest
    #: None: it cannot be read again, but its words are taken for those of the digest.
    extraction: Extraction | None
    relevance: Relevance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    visited: Visited
    reading: Reading
    key: ArticleKey
    #: None for a text without a URL.
    url: str | None
    #: Other names of the same article at the same publisher: entry ids, other spellings of its URL.
    aliases: tuple[str, ...] = ()
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRevision:
    visited: Visited
    reading: Reading
    known: KnownArticle
    aliases: tuple[str, ...] = ()
    #: Of the snapshots that it is compared with, where older rules had read them; stored before it is.
    anew: tuple[NewReading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SameRevision:
    """New bytes, the same words."""

    visited: Visited
    reading: Reading
    known: KnownArticle
    aliases: tuple[str, ...] = ()
    #: As in a NewRevision.
    anew: tuple[NewReading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """The same bytes, or the server's word that nothing changed."""

    visited: Visited
    known: KnownArticle
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """404 or 410. `known` is None for an entry that was never stored."""

    visited: Visited
    known: KnownArticle | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    visited: Visited
    refusal: Refusal
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffDistrict:
    visited: Visited
    relevance: Relevance


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Its article was taken down: nothing of the visit is kept."""

    visited: Visited
    known: KnownArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The visit gave nothing; the entry waits until `retry_at`."""

    visited: Visited
    trouble: Trouble
    detail: str
    retry_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesSeen:
    """One page of a listing was read. Entries not known are added as pending, known ones refreshed."""

    listing_id: ListingId
    entries: tuple[Entry, ...]
    #: When the walk began, for all its pages alike.
    seen_at: datetime
    #: Keys of known entries that are to be visited again: gone from the listing, or named otherwise.
    revisit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingsNamed:
    """A listing named others (a sitemap index, a newspaper's page list): `(kind, url, claimed_modified)`."""

    parent_id: ListingId
    children: tuple[tuple[ListingKind, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRead:
    """The walk of a listing reached its end: only now its validators count."""

    listing_id: ListingId
    #: When the walk began.
    read_at: datetime
    validators: Validators
    entries_digest: Digest | None
    head: tuple[str, ...]
    #: The parent's claim at the time of reading.
    read_modified: str = ""
    #: Until when the publisher calls the first page fresh; None: it does not say.
    fresh_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSeen:
    kind: IssueKind
    url: str
    detail: str
    seen_at: datetime
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Disallowed:
    """robots.txt forbids the entry: it is settled without a request."""

    entry_key: str
    seen_at: datetime


ArticleIntent = NewArticle | NewRevision | SameRevision | Revisit | Gone | Refused | OffDistrict | Withheld | Failed
ListingIntent = EntriesSeen | ListingsNamed | ListingRead
Intent = ArticleIntent | ListingIntent | IssueSeen | Disallowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a batch changed, which is not always what was intended: a batch told twice changes nothing."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    gone: int = 0
    refused: int = 0
    off_district: int = 0
    withheld: int = 0
    failed: int = 0


#: The state in which each intent leaves its entry.
ENTRY_STATES: dict[type[ArticleIntent], EntryState] = {
    NewArticle: EntryState.STORED,
    NewRevision: EntryState.STORED,
    SameRevision: EntryState.STORED,
    Revisit: EntryState.STORED,
    Gone: EntryState.GONE,
    Refused: EntryState.REFUSED,
    OffDistrict: EntryState.OFF_DISTRICT,
    Withheld: EntryState.WITHHELD,
    Failed: EntryState.FAILED,
}

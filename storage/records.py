"""The nouns of Quxun, as frozen records. The worked sentences are in docs/glossary.md.

Nothing here imports SQLAlchemy or Scrapy: every package may hold a record. Times are aware and
UTC; a name that ends in `_at` is a time, `_s` seconds, `_bytes` a size, `_digest` a `Digest`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

ArticleId = NewType("ArticleId", int)
IssueId = NewType("IssueId", int)
ListingId = NewType("ListingId", int)
PublisherId = NewType("PublisherId", int)
RunId = NewType("RunId", int)
SnapshotId = NewType("SnapshotId", int)
SourceId = NewType("SourceId", int)
StoryId = NewType("StoryId", int)

#: `sha256:` and 64 lower-case hexadecimal digits.
Digest = NewType("Digest", str)
#: The canonical form of a URL, or `import:…` / `text:…` for a text that came without one.
ArticleKey = NewType("ArticleKey", str)


# ------------------------------------------------------------------ where news comes from
class SourceKind(StrEnum):
    """How a source is read: by one kind of listing, by several (`site`), or URL by URL (`page`)."""

    FEED = "feed"
    SITEMAP = "sitemap"
    INDEX = "index"
    EPAPER = "epaper"
    ELS = "els"
    SITE = "site"
    PAGE = "page"
    IMPORT = "import"


class ListingKind(StrEnum):
    """What a listing is written in."""

    FEED = "feed"
    SITEMAP = "sitemap"
    INDEX = "index"
    EPAPER = "epaper"
    ELS = "els"


class Scope(StrEnum):
    """Whether a source is taken whole or filtered by the district's profile."""

    ALL = "all"
    DISTRICT = "district"


class Confidence(StrEnum):
    """How well the address of a source is known; `low` must be proven on the first live run."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class SourceState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    #: No longer polled or shown; what it brought stays.
    REMOVED = "removed"


class Tls(StrEnum):
    """How strictly a source's certificate is checked; anything but `verified` is shown wherever the source is."""

    VERIFIED = "verified"
    LEGACY = "legacy"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The organisation that publishes; two sources of one publisher share its articles."""

    name: str
    #: Host names (with the port where it is not the scheme's own) on which its canonical links count.
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRules:
    """What a kind of source needs beside its URL; empty where it needs nothing."""

    #: epaper: the URL of an issue's first page with strftime codes, `…/layout/%Y%m/%d/node_A1.html`.
    layout: str = ""
    #: epaper: other names the first page may have, tried in order (`node_A01.html`).
    first_pages: tuple[str, ...] = ()
    #: epaper: how many days back an issue is looked for.
    days: int = 7
    #: els: region, unit and catalogue ids of the list API.
    dq: str = ""
    dw: tuple[str, ...] = ()
    catas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a source is polled, beside the seconds between two runs. Times of day are those of the zone."""

    #: Five fields as in crontab(5), instead of an interval; empty: none.
    cron: str = ""
    #: Spans of the day, `06:00-22:30`, one may pass midnight: polled only in these (empty: always), and never in those.
    hours: tuple[str, ...] = ()
    blackout: tuple[str, ...] = ()
    #: IANA zone of the district.
    timezone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingSeed:
    """A listing as it is proposed or declared, before it is stored."""

    kind: ListingKind
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source as a profile declares it or as `sources add` proposes it."""

    key: str
    publisher: Publisher
    kind: SourceKind
    url: str
    scope: Scope = Scope.ALL
    #: Seconds between two runs; None for a source that has a cron expression or is only run on demand.
    every_s: int | None = 3600
    schedule: Schedule = field(default_factory=Schedule)
    confidence: Confidence = Confidence.HIGH
    #: `profile:<district name>` or `hand`.
    declared_by: str = "hand"
    tls: Tls = Tls.VERIFIED
    rules: SourceRules = field(default_factory=SourceRules)
    listings: tuple[ListingSeed, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One site, or one column of it, that is polled through one or more listings."""

    id: SourceId
    key: str
    publisher_id: PublisherId
    publisher: Publisher
    kind: SourceKind
    url: str
    scope: Scope
    every_s: int | None
    schedule: Schedule
    confidence: Confidence
    declared_by: str
    tls: Tls
    rules: SourceRules
    state: SourceState
    note: str
    created_at: datetime
    #: None: only on demand.
    next_due_at: datetime | None
    #: Runs in a row that failed.
    failures: int

    @property
    def polled(self) -> bool:
        """Whether it is visited by itself, and not only on demand."""
        return self.every_s is not None or bool(self.schedule.cron)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a conditional request carries (RFC 9110 §13.1)."""

    etag: str = ""
    last_modified: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A feed, sitemap, index page, API page or newspaper page, and how far it was last read."""

    id: ListingId
    source_id: SourceId
    kind: ListingKind
    url: str
    #: The listing that named this one (a sitemap index, a newspaper's first page), or None.
    parent_id: ListingId | None
    #: Of the first page, from the last walk that reached its end.
    validators: Validators
    #: Digest of the first page's entries, from the last walk that reached its end.
    entries_digest: Digest | None
    #: Entry keys of the first page in their order, from the last walk that reached its end.
    head: tuple[str, ...]
    #: What the parent says of this listing's last change, and that claim when it was last read whole.
    claimed_modified: str
    read_modified: str
    #: When the last walk that reached its end began; None: none ever did.
    read_at: datetime | None
    #: Until when the publisher calls what we have fresh (RFC 9111 §4.2); None: it does not say.
    fresh_until: datetime | None = None


# ------------------------------------------------------------------ what a listing says
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a listing, as the publisher claims it (`atom:entry`)."""

    #: Where to fetch it, as written but absolute.
    url: str
    #: Its identity within the source: the canonical form of the URL.
    key: str
    title: str = ""
    published_at: datetime | None = None
    #: `minute`, `day` or, without a time, None.
    published_precision: "Precision | None" = None
    #: The listing's own word for the last change (`lastmod`, `atom:updated`), as written; empty if it has none.
    modified: str = ""
    #: The publisher's id of the item (`guid`, `atom:id`); empty if it has none.
    entry_id: str = ""
    #: The newspaper page (版) that carries it, e.g. `第A2版:要闻`; empty elsewhere.
    page: str = ""
    #: The day of the newspaper's issue; None elsewhere.
    issue_date: date | None = None
    #: A body the listing itself carries (an API's text), as HTML; empty if it has none.
    content: str = ""


class EntryState(StrEnum):
    """Where an entry stands: `pending` until a visit settled it."""

    PENDING = "pending"
    STORED = "stored"
    REFUSED = "refused"
    OFF_DISTRICT = "off-district"
    GONE = "gone"
    WITHHELD = "withheld"
    #: robots.txt forbids it; asked again with every new robots.txt.
    DISALLOWED = "disallowed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What the store remembers of an entry."""

    entry: Entry
    listing_id: ListingId | None
    state: EntryState
    first_seen_at: datetime
    #: When it was last in a listing.
    last_seen_at: datetime
    #: When a visit last settled it; None: never.
    visited_at: datetime | None
    #: `entry.modified` as it stood at that visit.
    visited_modified: str
    #: Visits in a row that failed.
    attempts: int
    #: Not to be visited before; None: as soon as it is due for another reason.
    retry_at: datetime | None


# ------------------------------------------------------------------ a visit and what it gave
class Profile(StrEnum):
    """Why a snapshot has no payload of its own (WARC 1.1 §6.7)."""

    IDENTICAL_PAYLOAD_DIGEST = "identical-payload-digest"
    SERVER_NOT_MODIFIED = "server-not-modified"


class Precision(StrEnum):
    """How exactly a publisher states a time."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


class Trouble(StrEnum):
    """Why a visit gave nothing that can be judged."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CUT_SHORT = "cut-short"
    TOO_LARGE = "too-large"
    SERVER_ERROR = "server-error"
    CLIENT_ERROR = "client-error"
    TOO_MANY_REQUESTS = "too-many-requests"
    REDIRECTS = "redirects"
    DISALLOWED = "disallowed"
    PRIVATE_ADDRESS = "private-address"
    TLS = "tls"
    HOST_BUSY = "host-busy"
    #: Reading it broke on an error of our own.
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What the wire gave for one visit of one URL; immutable. Either `status` or `trouble` is set, or both."""

    #: The URL that was asked for, and the one that answered after redirects.
    url: str
    final_url: str
    captured_at: datetime
    #: HTTP status, 0 if nothing answered.
    status: int
    #: Names in lower case, in their order.
    headers: tuple[tuple[str, str], ...] = ()
    #: The body after content decoding, before character decoding.
    payload: bytes = field(default=b"", repr=False)
    trouble: Trouble | None = None
    #: A sentence for people, empty if all went well.
    detail: str = ""

    def header(self, name: str) -> str:
        """The last value of a header, empty if absent."""
        return next((value for key, value in reversed(self.headers) if key == name.lower()), "")


class Refusal(StrEnum):
    """Why a page is not an article."""

    NOT_HTML = "not-html"
    EMPTY = "empty"
    LISTING = "listing"
    SOFT_404 = "soft-404"
    CHALLENGE = "challenge"
    LOGIN = "login"
    SHELL = "shell"
    NO_TITLE = "no-title"
    NO_TEXT = "no-text"
    #: A reader gave up on it: too deep, too large.
    TOO_COMPLEX = "too-complex"


class Role(StrEnum):
    """What a person did for a text."""

    REPORTER = "记者"
    CORRESPONDENT = "通讯员"
    PHOTO = "摄"
    AUTHOR = "作者"
    EDITOR = "编辑"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    role: Role = Role.AUTHOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An image or an attachment of a text."""

    url: str
    #: Caption or file name; may be empty.
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Another story that a page points to, with as much of it as the page shows."""

    title: str = ""
    snippet: str = ""
    published_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What one extractor version read from one snapshot. An empty string is an absent value."""

    #: Name and version, `html/1`.
    extractor: str
    title: str
    #: Paragraphs, one a line, without blank lines.
    text: str
    #: 引题, the line above the headline, and 副题, the one below.
    kicker: str = ""
    subtitle: str = ""
    byline: tuple[Person, ...] = ()
    editors: tuple[Person, ...] = ()
    #: 来源 (IPTC infoSources).
    credit: str = ""
    #: 本文转自: where the credited publisher took it from.
    origin: str = ""
    #: 类别 or column.
    category: str = ""
    #: With precision `day` or `month` the local midnight that begins it.
    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    #: When another archive says it took the copy we read (快照生成时间).
    stated_snapshot_at: datetime | None = None
    #: The newspaper's name, page (版) and issue.
    paper: str = ""
    page: str = ""
    issue_date: date | None = None
    #: The text breaks off in mid sentence.
    truncated: bool = False
    #: BCP 47, `zh` or `en`; empty if unknown.
    language: str = ""
    #: What the page says its own URL is.
    canonical_url: str = ""
    images: tuple[Link, ...] = ()
    attachments: tuple[Link, ...] = ()
    leads: tuple[Lead, ...] = ()
    #: field name → where the value came from (`meta:PubDate`, `container:#zoom`).
    evidence: Mapping[str, str] = field(default_factory=dict)
    #: When the text, and what quoted it, was let go because it was older than texts are kept; None: it is there.
    text_dropped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """Why an article is, or is not, about the district."""

    about: bool
    #: The names of the profile that matched, in order of appearance.
    names: tuple[str, ...] = ()
    #: `title`, `text` or `source` (a source that is taken whole).
    where: str = ""


class Takedown(StrEnum):
    """What became of an article that had to go; served as 451 and 410."""

    WITHHELD = "withheld"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """What the store knows of an article when its page comes in again."""

    id: ArticleId
    key: ArticleKey
    #: Of the newest snapshot.
    snapshot_id: SnapshotId | None
    payload_digest: Digest | None
    content_digest: Digest | None
    extractor: str
    validators: Validators
    gone: bool
    takedown: Takedown | None
    #: The payload was let go, and the same bytes are to be stored anew when they come again.
    payload_dropped: bool = False


# ------------------------------------------------------------------ what is stored
class SnapshotKind(StrEnum):
    RESPONSE = "response"
    REVISIT = "revisit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """快照: the stored record of a successful visit of an article."""

    id: SnapshotId
    article_id: ArticleId
    run_id: RunId
    url: str
    kind: SnapshotKind
    profile: Profile | None
    #: For a revisit, the snapshot that has the payload.
    refers_to: SnapshotId | None
    status: int
    headers: tuple[tuple[str, str], ...]
    payload_digest: Digest | None
    content_digest: Digest
    captured_at: datetime
    recorded_at: datetime
    #: When its payload was let go because it was older than payloads are kept; None while it is there.
    payload_dropped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A maximal stretch of snapshots with one content digest."""

    #: 1, 2, … in the order of capture.
    number: int
    content_digest: Digest
    first_snapshot: SnapshotId
    last_snapshot: SnapshotId
    #: `captured_at` of the first and of the last snapshot.
    from_at: datetime
    until_at: datetime
    extraction: Extraction


class Relation(StrEnum):
    """How an article stands to its story."""

    ORIGINAL = "original"
    #: What it is to another member: the words of `text.copies.relation.Kinship` that put two texts into one story.
    EXACT = "exact"
    NEAR = "near"
    UPDATED = "updated"
    REPEATED = "repeated"
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The work that keeps its identity while its text changes, with its newest reading."""

    id: ArticleId
    key: ArticleKey
    #: None for a text imported without a URL.
    url: str | None
    publisher_id: PublisherId
    publisher: str
    source_key: str
    #: The id given by an import; empty for a crawled article.
    external_id: str
    first_seen_at: datetime
    #: When the publisher first answered 404 or 410; None while it stands.
    gone_at: datetime | None
    takedown: Takedown | None
    #: When it was taken down; None while it stands.
    takedown_at: datetime | None = None
    #: Captured last (a `response` or a `revisit`).
    captured_at: datetime
    revision: int
    content_digest: Digest
    extraction: Extraction
    story_id: StoryId | None
    relation: Relation | None
    relevance: Relevance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMember:
    """An article in its story."""

    story_id: StoryId
    article_id: ArticleId
    relation: Relation
    #: A sentence: which article it is a copy of and by what; of the original, why it counts as that.
    evidence: str
    #: The article that it was found to be a copy of; None: the others were found to be copies of it.
    partner_id: ArticleId | None = None
    #: It is a page of several stories.
    composite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLink:
    """What an article has to do with one of another story: a word of `text.copies.relation.Kinship`."""

    article_id: ArticleId
    other_id: ArticleId
    kinship: str
    #: A sentence.
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryWish:
    """What a person said of two articles: they are one story, or they are none."""

    article_id: ArticleId
    other_id: ArticleId
    together: bool
    asked_by: str
    asked_at: datetime
    reason: str


class ChangeKind(StrEnum):
    NEW_ARTICLE = "new-article"
    NEW_REVISION = "new-revision"
    #: An extractor of another version read the stored payloads, and what readers see is another.
    NEW_READING = "new-reading"
    GONE = "gone"
    BACK = "back"
    TAKEDOWN = "takedown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the change log, which derived data follows."""

    #: Ascending, without a promise that there are no holes.
    id: int
    kind: ChangeKind
    article_id: ArticleId
    run_id: RunId
    recorded_at: datetime


# ------------------------------------------------------------------ runs
class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    #: It brought something, and something went wrong.
    DEGRADED = "degraded"
    FAILED = "failed"
    #: Its process ended without saying how.
    ABANDONED = "abandoned"
    #: Somebody called it off.
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What a run did, in numbers."""

    requests: int = 0
    bytes: int = 0
    #: Entries that the listings showed.
    listed: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    copies: int = 0
    refused: int = 0
    off_district: int = 0
    gone: int = 0
    withheld: int = 0
    failed: int = 0
    #: Entries left for the next run.
    pending: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWish:
    """What is special about a run that somebody asked for; a scheduled one has none of it."""

    #: Only these URLs instead of the source's listings.
    urls: tuple[str, ...] = ()
    #: Read listings to their end and ask again for everything known.
    full: bool = False
    #: Only entries that claim to be published from, and before, these times.
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of one source."""

    id: RunId
    source_id: SourceId
    source_key: str
    status: RunStatus
    #: `serve` for one that was due, else who asked: `crawl`, `enqueue`, `api`, `import`, `scrapy`.
    requested_by: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counters: Counters
    #: A sentence for people: why it ended as it did; empty when all went well.
    reason: str
    #: The last lines of its log.
    log_tail: str
    code_version: str
    #: Process id on `machine`; of a queued run that of the process which will start it, 0 and empty: the service.
    pid: int
    machine: str
    wish: RunWish = field(default_factory=RunWish)
    #: When it should have started; None: as soon as it was queued.
    due_at: datetime | None = None
    #: The publisher's wish, met in this run: no visit before; None: none was met.
    asked_until: datetime | None = None


class IssueKind(StrEnum):
    """What a run did not understand."""

    UNREACHABLE = "unreachable"
    ROBOTS = "robots"
    LISTING_UNREAD = "listing-unread"
    LISTING_EMPTY = "listing-empty"
    GAP = "gap"
    WALK_LIMIT = "walk-limit"
    REFUSED = "refused"
    FAILED_VISIT = "failed-visit"
    BLOCKED = "blocked"
    ASKED_TO_WAIT = "asked-to-wait"
    TIME_LIMIT = "time-limit"
    CRASH = "crash"
    EXTRACTION = "extraction"
    #: A page that was read is not like the others of its site.
    UNLIKE_SITE = "unlike-site"
    #: Its worker was lost, and another run took its place.
    TAKEN_OVER = "taken-over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something a run did not understand, as data; one row a kind and URL of a run."""

    id: IssueId
    run_id: RunId
    source_key: str
    kind: IssueKind
    url: str
    #: A sentence for people.
    detail: str
    count: int
    created_at: datetime


# ------------------------------------------------------------------ the service
class ProcessRole(StrEnum):
    """What a process of the service is there for."""

    SCHEDULER = "scheduler"
    WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProcess:
    """A scheduler or worker that says now and then that it lives."""

    id: int
    role: ProcessRole
    machine: str
    pid: int
    code_version: str
    started_at: datetime
    seen_at: datetime
    #: Of several schedulers the one that dispatches.
    leads: bool
    #: Runs it has going on, and as many as it takes at once.
    runs: int
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that a person should hear of, once: open until it is over."""

    id: int
    #: What it is about, `blocked heze-gov`: one alarm of a key is open at a time.
    key: str
    kind: str
    source_key: str
    headline: str
    detail: str
    #: Issues or runs that it stands for.
    count: int
    opened_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """A robots.txt as it was last fetched (RFC 9309)."""

    #: Scheme and authority, `http://www.example.cn`.
    origin: str
    #: HTTP status; 0: no answer.
    status: int
    body: bytes
    fetched_at: datetime

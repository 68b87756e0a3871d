"""What the miniature district consists of: stories, articles, sites, requests and the pages that answer them.

Records only; nothing here writes a text, renders a page or opens a socket.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from enum import StrEnum
from functools import cached_property

#: China has had one zone without summer time since 1992; a fixed offset needs no tz database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
#: Bodies under this size gain nothing by compression.
GZIP_FROM_BYTES = 400
COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/rss+xml", "application/atom+xml")


class Form(StrEnum):
    NEWS = "news"
    #: News with a line above and one below its headline.
    FEATURE = "feature"
    NOTICE = "notice"
    #: One paragraph of about 60 characters.
    BRIEF = "brief"


class Likeness(StrEnum):
    """How a republished text differs from the one it was taken from."""

    #: The same words; only punctuation marks are half-width.
    EXACT = "exact"
    #: A line before and one after the same words.
    ADDED = "added"
    #: Another headline, and lines before and after.
    RETITLED = "retitled"
    #: The beginning only.
    EXCERPT = "excerpt"


class EditKind(StrEnum):
    PARAGRAPH = "paragraph"
    NUMBER = "number"
    TITLE = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A text without a place: what is written, not where it stands."""

    title: str
    paragraphs: tuple[str, ...]
    form: Form
    #: The district or county it is about.
    district: str
    kicker: str = ""
    subtitle: str = ""
    reporters: tuple[str, ...] = ()
    correspondents: tuple[str, ...] = ()
    editor: str = ""

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    #: From the site's root, with its query.
    path: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedFrom:
    """Which article a republished one was taken from."""

    site: str
    number: int
    likeness: Likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A story at its place on a site."""

    site: str
    #: Its identity on the site; larger is newer.
    number: int
    #: Slug of its column, for the newspaper the name of its page (`A1`).
    column: str
    #: From the site's root, with its query.
    path: str
    story: Story
    published_at: datetime
    modified_at: datetime
    #: 来源.
    credit: str
    #: What the meta tag says instead, where it is wrong; None: the same as the page.
    tagged_at: datetime | None = None
    #: How many pages its text is spread over.
    parts: int = 1
    #: Name of the file it offers; empty: none.
    attachment: str = ""
    #: The body stands only in a script.
    scripted: bool = False
    #: Older stories of its column, as they stood when it was published.
    related: tuple[Link, ...] = ()
    copied_from: CopiedFrom | None = None

    @property
    def link(self) -> Link:
        return Link(path=self.path, title=self.story.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    slug: str
    name: str
    #: The platform's own id of it.
    id: str = ""


@dataclass(slots=True, kw_only=True)
class Site:
    """One site's content; `District` alone changes it."""

    key: str
    name: str
    columns: tuple[Column, ...]
    #: `http://127.0.0.1:8001`, without a slash at the end.
    base: str
    #: Before the first change.
    built_at: datetime
    articles: dict[int, Article] = field(default_factory=dict)
    #: The highest number ever given, so that a withdrawn address is never used again.
    last_number: int = 0
    #: Changes after the site was built, by column (a newspaper's: by issue): lists change when an article goes, too.
    changed: dict[str, datetime] = field(default_factory=dict)
    #: When something last changed that stands on every page.
    dressed_at: datetime | None = None
    #: Hot list and advertising on the side of every page.
    side: tuple[Link, ...] = ()
    advertising: int = 0

    def newest(self, column: str = "") -> list[Article]:
        """Its articles, or those of one column, the newest first."""
        chosen = [a for a in self.articles.values() if not column or a.column == column]
        return sorted(chosen, key=lambda a: (a.published_at, a.number), reverse=True)

    def changed_at(self, column: str = "") -> datetime:
        """When the site, or a column of it, last changed."""
        times = [a.modified_at for a in self.articles.values() if not column or a.column == column]
        times += [at for slug, at in self.changed.items() if not column or slug == column]
        return max([*times, self.dressed_at or self.built_at])

    def shown_at(self, article: Article) -> datetime:
        """When the article's page last changed, with everything around the text."""
        return max(article.modified_at, self.dressed_at or article.modified_at)

    def column(self, slug: str) -> Column:
        return next(c for c in self.columns if c.slug == slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Where a site lists its articles: `feed`, `sitemap`, `index`, `els` or `epaper`."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done to the district, for a person to read and a test to check."""

    #: `published`, `edited`, `deleted` or `advertised`.
    action: str
    site: str
    #: The article's URL; the site's home page if every page changed.
    url: str
    title: str
    #: A sentence.
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    #: Percent-decoded.
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Page:
    """An answer before the transport's part: conditional requests and compression are the server's."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    #: With its quotes; empty: none.
    etag: str = ""
    modified_at: datetime | None = None
    #: Where a redirect leads.
    location: str = ""
    allow: str = ""
    #: False: made anew for each request.
    lasting: bool = True

    @property
    def compressible(self) -> bool:
        return len(self.body) >= GZIP_FROM_BYTES and self.content_type.startswith(COMPRESSIBLE)

    @cached_property
    def gzipped(self) -> bytes:
        # mtime=0: else the same page would have other bytes a second later.
        return gzip.compress(self.body, 5, mtime=0)

    @cached_property
    def last_modified(self) -> str:
        """The time as HTTP writes it (RFC 9110 §5.6.7), empty if the page has none."""
        return "" if self.modified_at is None else format_datetime(self.modified_at.astimezone(UTC), usegmt=True)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)

"""Read robots.txt as RFC 9309 says, closed on error. Pure: the file comes in, permissions go out.

Scrapy takes an unreachable robots.txt for leave to fetch everything; the RFC says the opposite
(§2.3.1.4), and so do we. A file is kept for at most a day (§2.4).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from protego import Protego

from storage.records import RobotsFile

#: The product token that groups are matched against (RFC 9309 §2.2.1).
PRODUCT_TOKEN = "Quxun"  # noqa: S105
MAX_AGE = timedelta(hours=24)
#: Parsed at most; the RFC asks for 500 KiB or more (§2.5).
MAX_BYTES = 512 * 1024
#: So that a mistyped Crawl-delay cannot stop a source for ever.
LONGEST_DELAY_S = 300.0


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a site allows us: `rules` None means that one answer holds for every path."""

    rules: Protego | None
    allow_all: bool
    #: Seconds between requests that the site asks for; 0 if it does not.
    delay_s: float
    #: Sitemaps it names.
    sitemaps: tuple[str, ...]
    #: A sentence for people, where everything is closed.
    reason: str = ""

    def allowed(self, url: str) -> bool:
        """Whether the URL may be fetched."""
        if self.rules is None:
            return self.allow_all
        return bool(self.rules.can_fetch(url, PRODUCT_TOKEN))


def read_robots(file: RobotsFile) -> Permissions:
    """The permissions in a robots.txt: 2xx its rules; 4xx all allowed; 429, 5xx or no answer, all closed."""
    status = file.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return _rules(file.body)
    too_many = status == HTTPStatus.TOO_MANY_REQUESTS
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and not too_many:
        return Permissions(None, True, 0.0, ())
    said = f"robots.txt answered {status}" if status else "robots.txt cannot be reached"
    return Permissions(None, False, 0.0, (), f"{said}: nothing is fetched until it can be read (RFC 9309 §2.3.1.4)")


def fresh(file: RobotsFile, now: datetime) -> bool:
    """Whether a stored file still counts. One that could not be read is asked for again by every run."""
    readable = HTTPStatus.OK <= file.status < HTTPStatus.INTERNAL_SERVER_ERROR
    readable = readable and file.status != HTTPStatus.TOO_MANY_REQUESTS
    return readable and timedelta(0) <= now - file.fetched_at < MAX_AGE


def _rules(body: bytes) -> Permissions:
    if len(body) >= MAX_BYTES:
        body = body[: body.rfind(b"\n", 0, MAX_BYTES) + 1]  # half a rule would forbid something else
    text = body.decode("utf-8-sig", "replace")
    rules = Protego.parse(text)
    delay = rules.crawl_delay(PRODUCT_TOKEN) or 0.0
    return Permissions(rules, True, min(float(delay), LONGEST_DELAY_S), tuple(rules.sitemaps))

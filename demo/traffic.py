"""Count what the demo's sites are asked for: by site, by path, how many at once. Any thread may read it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request and its answer."""

    site: str
    method: str
    #: Path and query as they came.
    target: str
    #: 0 if the client left before it was answered.
    status: int
    #: It carried a validator (RFC 9110 §13.1).
    conditional: bool
    #: Bytes of the body on the wire.
    sent_bytes: int
    user_agent: str
    #: Monotonic seconds at which it came in, to measure gaps with.
    came_s: float


@dataclass(slots=True)
class Pending:
    """A request that is being answered; whoever answers it fills this in."""

    status: int = 0
    sent_bytes: int = 0


class Traffic:
    """The log of all requests since the last reset."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: Counter[str] = Counter()
        self._hits: list[Hit] = []
        self._most: Counter[str] = Counter()
        self._most_together = 0

    def reset(self) -> None:
        """Forget what was counted; requests under way are counted when they end."""
        with self._lock:
            self._hits = []
            self._most = Counter(self._open)
            self._most_together = self._open.total()

    @contextmanager
    def request(self, site: str, method: str, target: str, *, conditional: bool, user_agent: str) -> Iterator[Pending]:
        """Count a request while it is answered."""
        came_s, pending = monotonic(), Pending()
        with self._lock:
            self._open[site] += 1
            self._most[site] = max(self._most[site], self._open[site])
            self._most_together = max(self._most_together, self._open.total())
        try:
            yield pending
        finally:
            hit = Hit(
                site=site,
                method=method,
                target=target,
                status=pending.status,
                conditional=conditional,
                sent_bytes=pending.sent_bytes,
                user_agent=user_agent,
                came_s=came_s,
            )
            with self._lock:
                self._open[site] -= 1
                self._hits.append(hit)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Every request in the order in which they ended."""
        with self._lock:
            return tuple(self._hits)

    def total(self, site: str = "") -> int:
        return sum(1 for hit in self.hits if not site or hit.site == site)

    def by_site(self) -> Counter[str]:
        return Counter(hit.site for hit in self.hits)

    def by_path(self, site: str) -> Counter[str]:
        return Counter(hit.target for hit in self.hits if hit.site == site)

    def by_status(self, site: str = "") -> Counter[int]:
        return Counter(hit.status for hit in self.hits if not site or hit.site == site)

    def max_in_flight(self, site: str = "") -> int:
        """The most requests that were open at one time, at one site or at all of them."""
        with self._lock:
            return self._most[site] if site else self._most_together

    def sent_bytes(self, site: str = "") -> int:
        return sum(hit.sent_bytes for hit in self.hits if not site or hit.site == site)

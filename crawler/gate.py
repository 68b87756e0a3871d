"""The gate that every request passes before it touches the wire: who may go to a host, and when.

Per-host limits live here and nowhere else. Scrapy's own are per crawler, do not cover robots.txt and
redirects alike, and its limit breaks when the delay is 0; see docs/design.md.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.locks import HostLock, SharedLocks
from crawler.troubles import NotFetched
from storage.errors import DatabaseError, HostBusy
from storage.records import Trouble

#: A run waits this long for a host that another run is visiting.
PATIENCE_S = 60.0
#: A wait that a server asks for is kept in the run up to this; a longer one is kept by ending the visits.
LONGEST_HOLD_S = 60.0
#: Added between starts when several requests may be in flight: a new connection is slower than a kept one,
#: so two requests sent in the right distance could arrive closer together.
_MARGIN_S = 0.05
#: A request that waits looks so often whether the run is ending.
_POLL_S = 0.5


class _Host:
    """What the gate knows of one host; times are the loop's monotonic seconds."""

    def __init__(self, lock: HostLock, per_host: int, delay_s: float) -> None:
        self.lock = lock
        self.places = asyncio.Semaphore(per_host)
        self.turn = asyncio.Lock()
        self.delay_s = delay_s
        self.next_at = 0.0
        self.held_until = 0.0
        self.opened = False


class HostGate:
    """Lets requests through one host at a time; `close` lets go of the hosts' locks."""

    def __init__(self, folder: Path, delay_s: float, per_host: int, shared: SharedLocks | None = None) -> None:
        self._folder = folder
        self._shared = shared
        self._delay_s = delay_s
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}
        self._shut = False
        #: Until when hosts ask to be left alone, by name, where that is longer than a run can wait.
        self.asked_until: dict[str, datetime] = {}

    def adopt(self, lock: HostLock) -> None:
        """Use a lock that is already held."""
        self._hosts[lock.host] = _Host(lock, self._per_host, self._delay_s)

    def slow_down(self, host: str, delay_s: float) -> None:
        """Keep a longer delay, as robots.txt asks; a shorter one than ours changes nothing."""
        known = self._host(host)
        known.delay_s = max(self._delay_s, delay_s)

    def hold(self, host: str, seconds: float) -> None:
        """Send nothing to the host for a while, as Retry-After asks."""
        known = self._host(host)
        known.held_until = max(known.held_until, time.monotonic() + seconds)
        if seconds > LONGEST_HOLD_S:
            self._asked(host, seconds)

    @asynccontextmanager
    async def passage(self, host: str) -> AsyncIterator[None]:
        """The right to have one request in flight at the host, granted when it is due.

        `NotFetched` if the host is busy with another run or has asked for more patience than a run has.
        """
        known = self._host(host)
        async with known.places:
            async with known.turn:
                await self._open(known)
                await self._wait_for_turn(known)
                if self._per_host > 1 and known.delay_s:
                    known.next_at = time.monotonic() + known.delay_s + _MARGIN_S
            try:
                yield
            finally:
                if self._per_host == 1 or not known.delay_s:
                    known.next_at = time.monotonic() + known.delay_s
                known.lock.visited()

    def demand_hosts(self) -> None:
        """Raise DatabaseError if the session is lost that held the hosts: another machine may visit them now."""
        try:
            if self._shared is not None:
                self._shared.demand()
        except DatabaseError:
            self.shut()
            raise

    def shut(self) -> None:
        """Let nobody through any more: the run is ending, and a wait may be longer than the time it has for that."""
        self._shut = True

    def close(self) -> None:
        """Let go of the hosts. Another machine does not know when they were last visited: it is let wait for that."""
        for known in self._hosts.values():
            if self._shared is not None and known.opened:
                left = known.delay_s - known.lock.since_visit_s(time.time())
                time.sleep(min(max(0.0, left), LONGEST_HOLD_S))
            known.lock.release()

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            self._hosts[host] = _Host(HostLock(self._folder, host, self._shared), self._per_host, self._delay_s)
        return self._hosts[host]

    async def _open(self, known: _Host) -> None:
        """Take the host's lock, and keep the delay since the last visit of any run."""
        if known.opened:
            return
        deadline = time.monotonic() + PATIENCE_S
        while not known.lock.acquire():
            if time.monotonic() >= deadline:
                busy = HostBusy(known.lock.host, PATIENCE_S)
                raise NotFetched(Trouble.HOST_BUSY, str(busy), site_wide=True)
            await self._wait(0.1, known)
        known.opened = True
        left = known.delay_s - known.lock.since_visit_s(time.time())
        known.next_at = max(known.next_at, time.monotonic() + left)

    async def _wait_for_turn(self, known: _Host) -> None:
        while True:
            now = time.monotonic()
            if known.held_until - now > LONGEST_HOLD_S:
                left = known.held_until - now
                raise self._too_long(known, left, f"it asks to be left alone for {left:.0f} s")
            left = known.next_at - now
            if left > max(LONGEST_HOLD_S, self._delay_s) + _MARGIN_S:  # a delay of our own is no wish of the site
                said = f"it asks for {known.delay_s:.0f} s between two requests: the next one is due in {left:.0f} s"
                raise self._too_long(known, left, said)
            left = max(known.next_at, known.held_until) - now
            if left <= 0:
                return
            await self._wait(left, known)

    def _too_long(self, known: _Host, seconds: float, said: str) -> NotFetched:
        self._asked(known.lock.host, seconds)
        return NotFetched(Trouble.TOO_MANY_REQUESTS, said, site_wide=True)

    def _asked(self, host: str, seconds: float) -> None:
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        self.asked_until[host] = max(until, self.asked_until.get(host, until))

    async def _wait(self, seconds: float, known: _Host) -> None:
        """Sleep for so long, or a little less."""
        if self._shut:
            raise NotFetched(Trouble.HOST_BUSY, f"the run ended before it was {known.lock.host}'s turn", site_wide=True)
        await asyncio.sleep(min(seconds, _POLL_S))

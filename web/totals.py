"""Totals over all time, kept in memory: read once from what is stored, then followed. They never go down.

What is old is added up slice by slice, a little at each call, so that an installation with a million runs answers
its first scrape as fast as its last. Until all of it is read the totals are not `complete`, and nobody shows them:
a counter that grows while it catches up would look like a rush of work.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from storage.figures import COUNTERS, LENGTHS_S, Ended, Figures, Log, Stock
from storage.records import Counters, RunStatus

#: Rows that are added up at once.
_SLICE = 5000
#: A run may be told of so much later than it says it ended: another machine's clock, a transaction that took long.
_LATE = timedelta(minutes=5)
#: One that was called off, or given up for dead, may be closed once more by its own process.
_TWICE = (RunStatus.CANCELED, RunStatus.ABANDONED)
_TWICE_WITHIN = timedelta(days=1)
#: Numbers that may still appear below the newest one: a transaction that began earlier can end later.
_SLACK = 2000
#: Counting may take this part of the time: what takes a second is counted every hundred seconds.
_COUNTING = 0.01


class RunTotals:
    """What all runs that are over did together."""

    def __init__(self, figures: Figures, now: datetime) -> None:
        self._figures = figures
        #: Runs that ended by then are read in slices, later ones are followed.
        self._old_until = now - _LATE
        self._followed_until = now
        self._slice_from = 0
        self._last_id: int | None = None
        self._counted: dict[int, Ended] = {}
        #: By status and by who asked for it.
        self.runs: Counter[tuple[RunStatus, str]] = Counter()
        self.counters: Counter[str] = Counter(dict.fromkeys(COUNTERS, 0))
        #: How many runs took how long: by the classes of `LENGTHS_S`, and what is longer.
        self.lengths: list[int] = [0] * (len(LENGTHS_S) + 1)
        self.seconds = 0.0

    @property
    def complete(self) -> bool:
        return self._last_id is not None and self._slice_from >= self._last_id

    def read(self, now: datetime, until_s: float) -> None:
        """Go on reading what is old until that reading of the monotonic clock, then follow what is new."""
        if self._last_id is None:
            self._last_id = self._figures.last_run_id()
        while not self.complete and time.monotonic() < until_s:
            self._read_slice()
        if self.complete:
            self._follow(now)

    def _read_slice(self) -> None:
        upto = self._slice_from + _SLICE
        for part in self._figures.summed(self._slice_from, upto, self._old_until):
            self.runs[part.status, part.requested_by] += part.runs
            self.counters.update(part.counters)
            self.lengths = [old + new for old, new in zip(self.lengths, part.lengths, strict=True)]
            self.seconds += part.seconds
        self._slice_from = upto

    def _follow(self, now: datetime) -> None:
        if now < self._followed_until - _LATE:
            self._begin_anew(now)
        since = max(self._old_until, self._followed_until - _LATE)
        for run in self._figures.ended(since):
            if run.id in self._counted:
                self._count_rest(self._counted[run.id].counters, run.counters)
            else:
                self._count(run)
            self._counted[run.id] = run
        self._followed_until = max(now, self._followed_until)
        self._counted = {run.id: run for run in self._counted.values() if self._may_come_again(run, now)}

    def _begin_anew(self, now: datetime) -> None:
        """Follow from an earlier time, because the clock was set back; what is there by now counts as counted."""
        self._counted |= {run.id: run for run in self._figures.ended(now - _LATE)}
        self._old_until = min(self._old_until, now - _LATE)
        self._followed_until = now

    def _may_come_again(self, run: Ended, now: datetime) -> bool:
        if run.finished_at > self._followed_until - _LATE:
            return True
        return run.status in _TWICE and run.finished_at > now - _TWICE_WITHIN

    def _count(self, run: Ended) -> None:
        self.runs[run.status, run.requested_by] += 1
        self._count_rest(Counters(), run.counters)
        if run.length_s is not None:
            self.seconds += run.length_s
            self.lengths[_class_of(run.length_s)] += 1

    def _count_rest(self, counted: Counters, now: Counters) -> None:
        for name in COUNTERS:
            self.counters[name] += max(getattr(now, name) - getattr(counted, name), 0)


class WordTotals:
    """How many rows of a growing table have which word."""

    def __init__(self, figures: Figures, log: Log) -> None:
        self._figures, self._log = figures, log
        #: Every row up to this number is counted; of those above, the ones in `_recent`.
        self._floor = 0
        self._recent: set[int] = set()
        self.complete = False
        self.words: Counter[str] = Counter()

    def read(self, until_s: float) -> None:
        """Count what has come since, until that reading of the monotonic clock."""
        newest = self._figures.last_id(self._log)
        # Rows that were deleted from the end give their numbers to others.
        self._floor = min(self._floor, newest)
        self._recent = {number for number in self._recent if number <= newest}
        position = self._floor
        self.complete = False
        while position < newest and time.monotonic() < until_s:
            upto = min(position + _SLICE, newest)
            self._count(self._figures.words(self._log, position, upto))
            position = upto
            self._floor = max(self._floor, min(position, newest - _SLACK))
            self._recent = {number for number in self._recent if number > self._floor}
        self.complete = position >= newest

    def _count(self, rows: Iterable[tuple[int, str]]) -> None:
        for number, word in rows:
            if number not in self._recent:
                self._recent.add(number)
                self.words[word] += 1


class StockKeeper:
    """How much is stored, counted anew as often as a hundredth of the time allows."""

    def __init__(self, figures: Figures, steady: Callable[[], float] = time.monotonic) -> None:
        """`steady` tells seconds that never go back."""
        self._figures, self._steady = figures, steady
        self._next_s = -math.inf
        self.stock: Stock | None = None
        #: When it was counted last.
        self.counted_at: datetime | None = None

    def read(self, now: datetime) -> None:
        begun = self._steady()
        if begun < self._next_s:
            return
        self.stock, self.counted_at = self._figures.stock(), now
        ended = self._steady()
        self._next_s = ended + (ended - begun) / _COUNTING


def _class_of(length_s: float) -> int:
    return next((at for at, bound in enumerate(LENGTHS_S) if length_s <= bound), len(LENGTHS_S))

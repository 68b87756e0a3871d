"""Look at what happened, open and close alarms, and tell people: the chore behind every alarm.

    runs that ended, a slice of the sources ──▶ Watched ─┐
    issues that no look has read ────────────────────────┼─▶ alarms.read ─▶ one transaction, with how far was read
    open alarms ─────────────────────────────────────────┘
    alarms, and what each channel was told of them ─▶ one message each, or one for many ─▶ Deliverer

Runs are looked at before the issues: a run that is seen to have ended has its issues stored, so a good run cannot
close an alarm that it should have kept open.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.telling import messages
from scheduler.telling.alarms import IMMEDIATE, RHYTHM, SILENT_AT_LEAST, STALE, AlarmKind, Watched, read
from scheduler.telling.channels import Channel
from scheduler.telling.deliver import Deliverer
from scheduler.telling.messages import Message
from storage.records import Alarm
from storage.store import Store
from storage.watching import Endings, Standing

#: Sources that a look goes through: with one each half minute, a hundred take a minute and five thousand fifty.
_SLICE = 50
#: Issues that are read at once, and how often in one look.
_BATCH = 1000
_BATCHES = 20
#: Runs that ended so long before the last look are looked at again: clocks of several machines differ.
_OVERLAP = timedelta(minutes=1)
#: How far back the first look goes for runs that ended; the slices do the rest.
_AT_FIRST = timedelta(hours=1)

#: Alarms that are told one by one; more at once are told together.
TOLD_SINGLY = 5
#: Messages about alarms that a channel gets in an hour; what opens beyond that is told together when it is over.
HOURLY = 6
_HOUR = timedelta(hours=1)
#: For how long an end is told of late.
_TOLD_LATE = timedelta(days=3)


class Alarms:
    """Opens, closes and tells alarms. `look` is called each half minute."""

    def __init__(
        self,
        store: Store,
        channels: Sequence[Channel],
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        deliverer: Deliverer | None = None,
    ) -> None:
        self._store, self._channels, self._zone, self._clock = store, tuple(channels), zone, clock
        self._deliverer = deliverer or Deliverer(store, clock)
        self._looked_at: datetime | None = None
        self._slice_after = ""

    def look(self) -> None:
        """Read what is new, then tell what was not told. Waits some seconds at most for slow channels."""
        self._read()
        self._tell()

    # ------------------------------------------------------------------ reading
    def _read(self) -> None:
        for _ in range(_BATCHES):
            if not self._read_once():
                break

    def _read_once(self) -> bool:
        """Whether there may be more."""
        now, alarms = self._clock(), self._store.alarms
        opened = alarms.list(open_only=True)
        watched = self._watched(opened)
        unread = alarms.unread(IMMEDIATE, now - STALE, _BATCH)
        missing = {issue.source_key for issue in unread.issues} - set(watched)
        watched |= {key: _watched(standing) for key, standing in alarms.watching.standings(missing).items()}
        stored = alarms.apply(read(unread.issues, watched.values(), opened, now), unread)
        if stored:
            self._looked_at = now
        return stored and len(unread.issues) == _BATCH

    def _watched(self, opened: Sequence[Alarm]) -> dict[str, Watched]:
        """What is known of the sources that this look goes through, and of those with an open alarm."""
        watching = self._store.alarms.watching
        troubled = {alarm.source_key for alarm in opened}
        slice_ = self._next_slice()
        ended = watching.ended_since(self._looked_at - _OVERLAP if self._looked_at else self._clock() - _AT_FIRST)
        standings = watching.standings({*slice_, *ended, *troubled})
        near = {*slice_, *ended} & set(standings)
        endings = {key: watching.endings(key) for key in near if standings[key].failures or key in troubled}
        last = watching.last_articles({*slice_, *(ended & _silent(opened))})
        known = {key: _watched(each, endings.get(key), last.get(key)) for key, each in standings.items()}
        return known | {key: self._with_rhythm(known[key]) for key in slice_ if self._quiet(known.get(key))}

    def _next_slice(self) -> Sequence[str]:
        """The keys of the next sources in turn."""
        found = self._store.alarms.watching.slice(self._slice_after, _SLICE)
        self._slice_after = found[-1] if len(found) == _SLICE else ""
        return found

    def _quiet(self, source: Watched | None) -> bool:
        """Whether a source has had nothing new for so long that it is worth knowing what is usual."""
        if source is None or not source.polled or source.last_article_at is None:
            return False
        return self._clock() - source.last_article_at >= SILENT_AT_LEAST

    def _with_rhythm(self, source: Watched) -> Watched:
        watching = self._store.alarms.watching
        ends = watching.endings(source.key)  # before the articles: a run that is seen has its articles stored
        since = (source.last_article_at or self._clock()) - RHYTHM
        arrivals = watching.arrivals(source.key, since)
        return Watched(
            key=source.key,
            name=source.name,
            polled=source.polled,
            good=ends.good,
            failed=ends.failed,
            last_article_at=arrivals[-1] if arrivals else source.last_article_at,
            arrivals=arrivals,
        )

    # ------------------------------------------------------------------ telling
    def _tell(self) -> None:
        free = self._deliverer.free(self._channels)
        if not free:
            return
        opened = list(reversed(self._store.alarms.list(open_only=True)))
        closed = self._store.alarms.closed_since(self._clock() - _TOLD_LATE)
        self._deliverer.bring({channel: self._untold(channel, opened, closed) for channel in free})

    def _untold(self, channel: Channel, opened: Sequence[Alarm], closed: Sequence[Alarm]) -> list[Message]:
        """What the channel is to be told now: each alarm when it opened, and when it is over."""
        subjects = [*map(messages.told, [*opened, *closed]), *map(messages.told_over, closed)]
        known = self._store.alarms.deliveries(channel.identity, subjects)

        def due(subject: str) -> bool:
            return self._deliverer.may_try(subject, channel, known.get(subject))

        new = [alarm for alarm in opened if due(messages.told(alarm))]
        # Of what was over before anybody could be told, nothing is said: it is in the digest.
        over = [alarm for alarm in closed if messages.told(alarm) in known and due(messages.told_over(alarm))]
        if not new and not over:
            return []
        room = HOURLY - len(self._store.alarms.told_since(channel.identity, self._clock() - _HOUR))
        told = _in_one_or_many(new, room, self._opening, self._openings)
        return told + _in_one_or_many(over, room - len(told), self._over, messages.overs)

    def _opening(self, alarm: Alarm) -> Message:
        return messages.opening(alarm, self._zone)

    def _openings(self, alarms: Sequence[Alarm]) -> Message:
        return messages.openings(alarms, self._zone)

    def _over(self, alarm: Alarm) -> Message:
        return messages.over(alarm, self._zone)


def _in_one_or_many(
    alarms: Sequence[Alarm],
    room: int,
    one: Callable[[Alarm], Message],
    many: Callable[[Sequence[Alarm]], Message],
) -> list[Message]:
    """A message each, or one for all where they are many or there is not room for each; none where there is no room."""
    if not alarms or room < 1:
        return []
    if len(alarms) > min(TOLD_SINGLY, room):
        return [many(alarms)]
    return [one(alarm) for alarm in alarms]


def _watched(standing: Standing, endings: Endings | None = None, last_article_at: datetime | None = None) -> Watched:
    known = endings or Endings()
    return Watched(
        key=standing.key,
        name=standing.name,
        polled=standing.polled,
        good=known.good,
        failed=known.failed,
        last_article_at=last_article_at,
    )


def _silent(opened: Iterable[Alarm]) -> frozenset[str]:
    return frozenset(alarm.source_key for alarm in opened if alarm.kind == AlarmKind.SILENT)

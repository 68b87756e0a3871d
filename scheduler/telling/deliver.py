"""Deliver messages: each channel once, again later where it failed, and none holds up another.

A channel's messages are brought by a thread of its own. Whoever asks waits a few seconds and goes on; what takes longer
than its time counts as failed, and its thread is left alone: a library's call cannot be ended from outside. Right after
a channel's answer its thread notes it, in one statement: who is killed between the two tells that message again, and
that is the only way to be told twice.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.telling.channels import Channel
from scheduler.telling.messages import Message
from storage.alarms import Delivery
from storage.errors import QuxunError
from storage.store import Store

#: What a message may take on one channel.
LIMIT_S = 20.0
#: What whoever asks waits for channels that are slow.
_PATIENCE_S = 5.0

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=4)
#: With the waits between them that is three days.
MOST_ATTEMPTS = 26

_NO_ANSWER = f"gave no answer within {LIMIT_S:.0f} s"

_log = logging.getLogger("quxun.alarms")


def wait_after(attempts: int) -> timedelta:
    """How long a message waits after so many attempts that failed: twice as long each time, up to four hours."""
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 10)), _LONGEST_WAIT)


class Deliverer:
    """Brings messages to channels, and remembers when what failed may be tried again (a restart tries at once)."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        *,
        limit_s: float = LIMIT_S,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._store, self._clock, self._limit_s, self._patience_s = store, clock, limit_s, patience_s
        self._rounds: dict[str, _Round] = {}
        self._waits = _Waits()

    def free(self, channels: Sequence[Channel]) -> list[Channel]:
        """Those of the channels that nothing is being brought to; what is overdue there counts as failed."""
        for identity, going in list(self._rounds.items()):
            if going.give_up_if_overdue(self._limit_s) or not going.is_alive():
                del self._rounds[identity]
        return [channel for channel in channels if channel.identity not in self._rounds]

    def may_try(self, subject: str, channel: Channel, known: Delivery | None) -> bool:
        """Whether a subject is to be told on a channel now: not told, not given up, and not waiting."""
        if known is not None and (known.delivered_at is not None or known.attempts >= MOST_ATTEMPTS):
            return False
        return not self._waits.waiting(subject, channel, self._clock())

    def bring(self, work: Mapping[Channel, Sequence[Message]]) -> None:
        """Bring each of the free channels its messages in their order, up to the first that it does not take."""
        for channel, messages in work.items():
            if messages:
                self._rounds[channel.identity] = _Round(channel, messages, self._note)
        self.wait(self._patience_s)

    def wait(self, seconds: float) -> None:
        """Until all that is being brought has arrived, or so long."""
        until = time.monotonic() + seconds
        for going in list(self._rounds.values()):
            going.join(max(0.0, until - time.monotonic()))

    def _note(self, message: Message, channel: Channel, problem: str) -> None:
        """Keep what became of an attempt: the one statement after a channel's answer."""
        now = self._clock()
        try:
            attempts = self._store.alarms.note_delivery(message.subjects, channel.identity, now, problem)
        except QuxunError as error:
            _log.error("delivery not noted", extra={"fields": {"channel": channel.name, "problem": str(error)}})
            return
        fields = {"channel": channel.name, "subject": message.subjects[0], "attempts": attempts, "problem": problem}
        if not problem:
            self._waits.forget(channel)
            _log.info("told", extra={"fields": fields})
            return
        self._waits.begin(message.subjects, channel, now + wait_after(attempts))
        if attempts >= MOST_ATTEMPTS:
            _log.error("not told: given up", extra={"fields": fields})
        else:
            _log.warning("not told yet", extra={"fields": fields})


class _Waits:
    """What is not to be tried yet, by channel and subject; used by the threads of all channels."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, dict[str, datetime]] = {}

    def waiting(self, subject: str, channel: Channel, now: datetime) -> bool:
        with self._lock:
            until = self._until.get(channel.identity, {}).get(subject)
        # A wait that is longer than any was begun by a clock that has been set back since.
        return until is not None and timedelta() < until - now <= _LONGEST_WAIT

    def begin(self, subjects: Sequence[str], channel: Channel, until: datetime) -> None:
        with self._lock:
            self._until.setdefault(channel.identity, {}).update(dict.fromkeys(subjects, until))

    def forget(self, channel: Channel) -> None:
        """The channel works again: nothing needs to wait for it any longer."""
        with self._lock:
            self._until.pop(channel.identity, None)


class _Round(threading.Thread):
    """Messages on their way to one channel."""

    def __init__(
        self, channel: Channel, messages: Sequence[Message], note: Callable[[Message, Channel, str], None]
    ) -> None:
        super().__init__(name=f"tell {channel.name}", daemon=True)
        self._channel, self._messages, self._note = channel, tuple(messages), note
        self._lock = threading.Lock()
        #: The one that is being sent, since when; None before the first and once given up.
        self._current: Message | None = None
        self._since = time.monotonic()
        self._given_up = False
        self.start()

    def run(self) -> None:
        for message in self._messages:
            with self._lock:
                if self._given_up:
                    return
                self._current, self._since = message, time.monotonic()
            problem = self._channel.send(message.title, message.text(self._channel.limit_bytes))
            with self._lock:
                self._current = None
                # What was given up and arrived after all is told; a failure of it is noted already.
                if not (problem and self._given_up):
                    self._note(message, self._channel, problem)
            if problem:
                return

    def give_up_if_overdue(self, limit_s: float) -> bool:
        """Whether its message has taken too long; then that counts as an attempt that failed, once."""
        with self._lock:
            message = self._current
            if message is None or time.monotonic() - self._since < limit_s:
                return False
            self._given_up, self._current = True, None
            self._note(message, self._channel, _NO_ANSWER)
            return True


def try_all(channels: Sequence[Channel], message: Message, limit_s: float = LIMIT_S) -> list[str]:
    """Send a message to every channel at once; for each why it was not taken, empty if it was. Nothing is kept."""
    problems = [_NO_ANSWER] * len(channels)

    def send(place: int, channel: Channel) -> None:
        problems[place] = channel.send(message.title, message.text(channel.limit_bytes))

    threads = [threading.Thread(target=send, args=pair, daemon=True) for pair in enumerate(channels)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + limit_s
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return list(problems)

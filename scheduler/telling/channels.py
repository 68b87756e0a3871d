"""The channels on which people are told: one for each Apprise URL of the configuration.

A URL holds secrets. Only its scheme leaves this module, in a name such as `wecombot://***`; the database knows a
channel by a digest. Nothing of Apprise's own log is passed on either. Apprise is large: it is imported when there is
a channel.
"""

import difflib
import hashlib
import logging
import re
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from scheduler.telling import chat
from storage.errors import ConfigError

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

VARIABLE = "QUXUN_ALARMS"

#: Longer texts are cut, wherever they go: nobody reads more in a message.
_MOST_BYTES = 8000
#: Kept free for what a service puts around a text.
_MARGIN_BYTES = 48


class _Complaints(threading.local):
    """Keeps what Apprise logs to itself: what it said last in this thread, as a filter of its logger."""

    said: Sequence[str] = ()

    def filter(self, record: logging.LogRecord) -> bool:
        self.said = [*self.said[-10:], record.getMessage()]
        return False


_COMPLAINTS = _Complaints()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Somewhere that messages go."""

    url: str = field(repr=False)
    #: By which the database knows it.
    identity: str
    #: For people: without anything secret.
    name: str
    #: Bytes of UTF-8 that title and text may have together.
    limit_bytes: int

    def send(self, title: str, text: str) -> str:
        """Have a message taken, which may last long; why it was not taken, a sentence, empty if it was."""
        try:
            service = _service(self.url)
            if service is None:
                return "its address is not understood"
            post = chat.post_for(service, f"{title}\n{text}", chat.wall_clock_s())
            if post is not None:
                return chat.send(post, verify=service.verify_certificate, timeout=service.request_timeout)
            return _notify(service, title, text)
        except httpx.TimeoutException:
            return "gave no answer in time"
        except (httpx.HTTPError, httpx.InvalidURL):
            return "could not be reached"
        except Exception as error:  # noqa: BLE001 - the edge to a hundred services of somebody else's
            return f"could not be used: {type(error).__name__}"


def channels_of(words: str) -> tuple[Channel, ...]:
    """The channels of QUXUN_ALARMS, in their order, each once; ConfigError for a word that names none."""
    found = (_channel(position, word) for position, word in enumerate(words.split(), start=1))
    return tuple({channel.identity: channel for channel in found}.values())


def _channel(position: int, url: str) -> Channel:
    service = _service(url)
    if service is None:
        raise ConfigError(
            "environment", VARIABLE, f"address {position} {_misfit(url)} (docs/operations.md has examples)"
        )
    return Channel(
        url=url,
        identity=hashlib.sha256(url.encode()).hexdigest()[:32],
        name=f"{url.partition('://')[0].lower()}://***",
        limit_bytes=min(int(service.body_maxlen), _MOST_BYTES) - _MARGIN_BYTES,
    )


def _misfit(url: str) -> str:
    """What is wrong with a URL, without any of it."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        return "is not a URL such as wecombot://KEY"
    known = _schemes()
    if scheme.lower() in known:
        return f"is not what a {scheme.lower()}:// address has to be"
    close = difflib.get_close_matches(scheme.lower(), known, n=1)
    return "has an unknown scheme" + (f"; did you mean {close[0]}://?" if close else "")


def _service(url: str) -> "NotifyBase | None":
    """A new object of Apprise's for the URL; None if Apprise does not understand it."""
    asset = _asset()
    from apprise import Apprise

    return Apprise.instantiate(url, asset=asset)


@cache
def _asset() -> "AppriseAsset":
    """How Apprise presents itself, and that it keeps quiet: its log has addresses in it."""
    log = logging.getLogger("apprise")
    log.setLevel(logging.WARNING)
    log.addFilter(_COMPLAINTS)
    for name in ("urllib3", "httpx", "httpcore"):  # they log whole URLs
        logging.getLogger(name).setLevel(logging.WARNING)
    _schemes()
    from apprise import AppriseAsset

    # A POST that is sent on becomes a GET without its message, and would count as delivered.
    return AppriseAsset(app_id="Quxun", app_desc="Quxun", async_mode=False, http_redirects=False)


@cache
def _schemes() -> tuple[str, ...]:
    """All that Apprise knows; its services are loaded by that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # one of them imports imghdr (PEP 594)
        from apprise.manager_plugins import NotificationManager

        manager: Any = NotificationManager
        return tuple(manager().schemas())


def _notify(service: "NotifyBase", title: str, text: str) -> str:
    from apprise import NotifyFormat, NotifyType

    _COMPLAINTS.said = []
    if service.notify(body=text, title=title, notify_type=NotifyType.WARNING, body_format=NotifyFormat.TEXT):
        return ""
    statuses = [found[1] for found in (re.search(r"error=([0-9]{3})\b", said) for said in _COMPLAINTS.said) if found]
    return f"answered with HTTP status {statuses[-1]}" if statuses else "could not be reached, or did not take it"

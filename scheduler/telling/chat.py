"""Post to the group bots of WeCom, DingTalk and Feishu, and read what they answer.

They answer 200 also when they refuse: a revoked key, a text without the agreed keyword, too many messages. Apprise goes
by the status alone, so its parsed address is used here, and the answer is read. The rules are those of the three
makers' documentation of custom bots.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from scheduler.telling.messages import plain

if TYPE_CHECKING:
    from apprise import NotifyBase

#: Where the three say whether they took it; 0 means yes.
_CODES = ("errcode", "code", "StatusCode")
_WORDS = ("errmsg", "msg", "StatusMessage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A request to a bot."""

    url: str = field(repr=False)
    payload: Mapping[str, object]
    params: Mapping[str, str] = field(default_factory=dict, repr=False)


def post_for(service: "NotifyBase", text: str, now_s: float) -> Post | None:
    """The request that gives the text to a group bot; None for every other service."""
    from apprise.plugins.dingtalk import NotifyDingTalk
    from apprise.plugins.feishu import NotifyFeishu
    from apprise.plugins.wecombot import NotifyWeComBot

    match service:
        case NotifyWeComBot():
            return Post(url=service.api_url, payload={"msgtype": "text", "text": {"content": text}})
        case NotifyDingTalk():
            called = {"atMobiles": service.targets, "isAtAll": False}
            return Post(
                url=service.notify_url.format(token=service.token),
                payload={"msgtype": "text", "text": {"content": text}, "at": called},
                params=_signed(service.secret, now_s) if service.secret else {},
            )
        case NotifyFeishu():
            url = service.notify_url.format(token=service.token).rstrip("/")
            return Post(url=url, payload={"msg_type": "text", "content": {"text": text}})
        case _:
            return None


def send(post: Post, *, verify: bool, timeout: tuple[float, float]) -> str:
    """Send it; why it was not taken, empty if it was. `timeout` for connecting and for reading, in seconds."""
    connect_s, read_s = timeout
    answer = httpx.post(
        httpx.URL(post.url).copy_merge_params(dict(post.params)),
        json=post.payload,
        verify=verify,
        timeout=httpx.Timeout(read_s, connect=connect_s),
        follow_redirects=False,
    )
    if answer.status_code != httpx.codes.OK:
        return f"answered with HTTP status {answer.status_code}"
    try:
        return _refusal(answer.json())
    except ValueError:
        return "answered with something that is no JSON"


def _refusal(answer: Any) -> str:
    said = answer if isinstance(answer, dict) else {}
    code = next((said[name] for name in _CODES if name in said), None)
    if code == 0:
        return ""
    if code is None:
        return "did not say whether it took the message"
    words = next((str(said[name]) for name in _WORDS if name in said), "")
    return f"refused the message: {plain(f'{code} {words}', 120)}"


def _signed(secret: str, now_s: float) -> Mapping[str, str]:
    """DingTalk's signature: of the milliseconds and the secret, with the secret; encoded once, by the client."""
    at = str(round(now_s * 1000))
    mac = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256)
    return {"timestamp": at, "sign": base64.b64encode(mac.digest()).decode()}


def wall_clock_s() -> float:
    """Seconds since 1970, as signatures need them."""
    return time.time()

"""Who may ask for what: the one gate that every request passes before anything else looks at it.

Without a token only this machine may change anything; with one, whoever sends it. A browser on this machine is not
its user: a page of another site can send requests (CSRF), and can call this machine by a name of its own (DNS
rebinding). So a change must come as JSON and not from another site, and without a token only known names are answered.
"""

import hmac
import logging
from collections.abc import Sequence
from http import HTTPStatus
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import problem

#: A body is a wish of a few lines.
MAX_BODY_BYTES = 64 * 1024

_READING = ("GET", "HEAD", "OPTIONS")
#: A request with one of these came through a proxy, so that its address says nothing about who sent it.
_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_SAME_SITE = ("same-origin", "none")
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}

_log = logging.getLogger(__name__)

Refusal = tuple[HTTPStatus, str]


class Guard:
    """ASGI middleware; also the last edge, where an error nobody expected becomes a sentence and one log record."""

    def __init__(self, app: ASGIApp, token: str, hosts: Sequence[str] = ()) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = {"localhost", *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sender = _Sender(send, body=scope["method"] != "HEAD")
        refused = self._refusal(scope, Headers(scope=scope))
        if refused is not None:
            status, sentence = refused
            headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
            await problem(status, sentence, headers=headers)(scope, receive, sender)
            return
        asked: Scope = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        try:
            await self._app(asked, _Bounded(receive), sender)
        except Exception:  # noqa: BLE001 - the edge of a request
            _log.exception("%s %s broke", scope["method"], scope["path"][:200])
            if not sender.begun:
                sentence = "an error of Quxun's own: the service's log says more"
                await problem(HTTPStatus.INTERNAL_SERVER_ERROR, sentence)(scope, receive, sender)

    def _refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Why the request is not answered, with its status; None if it is."""
        if not self._token and not self._known(headers.get("host", "")):
            return HTTPStatus.MISDIRECTED_REQUEST, (
                "without QUXUN_API_TOKEN only requests to an IP address or localhost are answered"
            )
        if scope["method"] in _READING:
            return None
        return _from_elsewhere(headers) or _unusable(headers) or self._stranger(scope, headers)

    def _known(self, host: str) -> bool:
        name = _without_port(host).lower()
        return name in self._hosts or _is_address(name)

    def _stranger(self, scope: Scope, headers: Headers) -> Refusal | None:
        if self._token:
            scheme, _, given = headers.get("authorization", "").partition(" ")
            right = hmac.compare_digest(given.strip().encode(), self._token)
            if scheme.lower() == "bearer" and right:
                return None
            return HTTPStatus.UNAUTHORIZED, "this needs the header `Authorization: Bearer` with QUXUN_API_TOKEN"
        peer = scope.get("client")
        near = peer is not None and _is_loopback(peer[0])
        if near and not any(name in headers for name in _PROXIED):
            return None
        return HTTPStatus.FORBIDDEN, "without QUXUN_API_TOKEN only this machine may change anything"


class _Bounded:
    """Receives no more of a body than it may have, also of one that does not say how long it is."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._received_bytes = receive, 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._received_bytes += len(message.get("body", b""))
        if self._received_bytes > MAX_BODY_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message


class _Sender:
    """Sends an answer with the headers that make it safe; without a body where only the head was asked for."""

    def __init__(self, send: Send, *, body: bool) -> None:
        self._send, self._body = send, body
        self.begun = self._ended = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in _SAFE.items():
                headers.setdefault(name, value)
        elif not self._body:
            if self._ended:
                return
            self._ended = True
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)


def _from_elsewhere(headers: Headers) -> Refusal | None:
    """A change that a page of another site asks for."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    ours = origin is None or origin.lower().partition("://")[2] == headers.get("host", "").lower()
    if ours and (site is None or site in _SAME_SITE):
        return None
    return HTTPStatus.FORBIDDEN, "a page of another site may not change anything here"


def _unusable(headers: Headers) -> Refusal | None:
    """A body that cannot be what it has to be."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send it with the header `Content-Type: application/json`"
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or len(length) > len(str(MAX_BODY_BYTES)):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large"
    if int(length) > MAX_BODY_BYTES:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large"
    return None


def _without_port(host: str) -> str:
    """The name or address in a Host header, an IPv6 address without its brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(peer: str) -> bool:
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback

"""Say what kind of visit a capture was: the branch that the rest of the flow takes. Pure."""

from enum import StrEnum
from http import HTTPStatus

from storage.records import Capture, Digest, KnownArticle, Trouble

_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class VisitKind(StrEnum):
    RESPONSE = "response"
    IDENTICAL_PAYLOAD_DIGEST = "identical-payload-digest"
    SERVER_NOT_MODIFIED = "server-not-modified"
    GONE = "gone"
    FAILED = "failed"


def visit_kind(capture: Capture, digest: Digest | None, known: KnownArticle | None) -> VisitKind:
    """The kind of a visit; `digest` is that of its payload, None if it brought none.

    A 304 to somebody who holds nothing is a server's mistake (RFC 9110 §15.4.5) and counts as failed, as
    does a 206: nobody asked for a part (§15.3.7).
    An article that was gone and answers again with its old bytes is a revisit; `Store.record` notices
    that it is back. Bytes whose payload was let go are a response, so that they are stored anew.
    """
    if capture.trouble is not None:
        return VisitKind.FAILED
    if capture.status == HTTPStatus.NOT_MODIFIED:
        held = known is not None and known.payload_digest is not None
        return VisitKind.SERVER_NOT_MODIFIED if held else VisitKind.FAILED
    if capture.status in _GONE:
        return VisitKind.GONE
    if not 200 <= capture.status < 300 or capture.status == HTTPStatus.PARTIAL_CONTENT:
        return VisitKind.FAILED
    if known is not None and digest is not None and digest == known.payload_digest and not known.payload_dropped:
        return VisitKind.IDENTICAL_PAYLOAD_DIGEST
    return VisitKind.RESPONSE


def status_trouble(capture: Capture) -> Trouble:
    """Why a failed visit failed, where the wire itself had no complaint."""
    if capture.trouble is not None:
        return capture.trouble
    if capture.status == HTTPStatus.PARTIAL_CONTENT:
        return Trouble.CUT_SHORT
    if 300 <= capture.status < 400 and capture.status != HTTPStatus.NOT_MODIFIED:
        return Trouble.REDIRECTS
    if capture.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Trouble.TOO_MANY_REQUESTS
    if capture.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Trouble.SERVER_ERROR
    return Trouble.CLIENT_ERROR

"""Exceptions of the wire, and which `Trouble` each of them is. The one place that knows Scrapy's names for them."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError

from storage.errors import HostBusy
from storage.records import Trouble


class NotFetched(IgnoreRequest):
    """A request that was not sent, or whose answer is of no use; carries why."""

    def __init__(self, trouble: Trouble, detail: str, *, site_wide: bool = False) -> None:
        super().__init__(detail)
        self.trouble, self.detail = trouble, detail
        #: It says nothing of the page, only that its site cannot be visited now.
        self.site_wide = site_wide


_TROUBLES: tuple[tuple[type[Exception], Trouble, str], ...] = (
    (DownloadTimeoutError, Trouble.TIMEOUT, "no complete answer in time"),
    (CannotResolveHostError, Trouble.UNREACHABLE, "its name cannot be resolved"),
    (DownloadConnectionRefusedError, Trouble.UNREACHABLE, "it refuses connections"),
    (ResponseDataLossError, Trouble.CUT_SHORT, "the answer broke off"),
    (DownloadCancelledError, Trouble.TOO_LARGE, "the answer is larger than we take"),
    (UnsupportedURLSchemeError, Trouble.REDIRECTS, "it redirects to something that is not http"),
)


def trouble_of(error: BaseException) -> tuple[Trouble, str]:
    """The trouble and a sentence for people, of any exception a download can end with."""
    if isinstance(error, NotFetched):
        return error.trouble, error.detail
    if isinstance(error, HostBusy):
        return Trouble.HOST_BUSY, str(error)
    for kind, trouble, sentence in _TROUBLES:
        if isinstance(error, kind):
            return trouble, sentence
    said = str(error)
    if isinstance(error, IgnoreRequest):
        return Trouble.REDIRECTS, said or "too many redirects"
    if isinstance(error, DownloadFailedError):
        return _failed(error, said)
    if isinstance(error, ValueError):  # Scrapy's word for a URL that it cannot ask for
        return Trouble.REDIRECTS, f"it redirects to what is no address: {_first_line(said)}"
    return Trouble.UNREACHABLE, f"the connection failed: {_first_line(said) or type(error).__name__}"


def _failed(error: DownloadFailedError, said: str) -> tuple[Trouble, str]:
    """Of a connection that came about and brought no answer; Twisted tells the reasons one by one."""
    if "SSL" in said or "certificate" in said or "TLS" in said:
        return Trouble.TLS, f"no secure connection: {_first_line(said)}"
    reasons: list[Failure] = getattr(error.__cause__, "reasons", [])
    causes = [reason.value for reason in reasons]
    if any(isinstance(cause, ParseError | ValueError) for cause in causes):
        return Trouble.UNREACHABLE, "what it answers is not HTTP"
    if any(isinstance(cause, ConnectionDone | ConnectionLost) for cause in causes):
        return Trouble.UNREACHABLE, "it closed the connection without an answer"
    return Trouble.UNREACHABLE, f"the connection failed: {_first_line(said) or type(error).__name__}"


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else ""

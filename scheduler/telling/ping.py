"""The dead-man's ping: a URL that is called each minute while all is well, so that somebody notices when it is not.

No ping is the signal. The URL holds a secret, so neither a log nor an error shows it.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

#: Seconds to wait for a connection, and for an answer.
_TIMEOUT_S = 10.0
#: Addresses on the same host that one call follows.
_REDIRECTS = 3

_log = logging.getLogger("quxun.ping")


class Ping:
    """Calls the URL. `send` is called each minute."""

    def __init__(self, url: str, trouble: Callable[[], str]) -> None:
        """`trouble` says what is wrong with the service, empty if nothing is."""
        self._url, self._trouble = url, trouble
        self._client: httpx.Client | None = None
        self._problem = ""

    def send(self) -> None:
        """Call the URL if all is well; a failure is logged when it begins, and once more when it is over."""
        if self._trouble():
            return
        problem = self._call()
        if problem and not self._problem:
            _log.warning("ping failed", extra={"fields": {"problem": problem}})
        if self._problem and not problem:
            _log.info("ping works again")
        self._problem = problem

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _call(self) -> str:
        """Why it did not work, empty if it did."""
        import httpx

        client = self._client = self._client or _client()
        try:
            url = httpx.URL(self._url)
            for _ in range(_REDIRECTS + 1):
                with client.stream("GET", url) as answer:  # nobody reads what it says
                    if not answer.has_redirect_location:
                        return "" if answer.is_success else f"it answered with HTTP status {answer.status_code}"
                    onward = url.join(answer.headers["location"])
                if onward.host != url.host or (url.scheme == "https" and onward.scheme != "https"):
                    return "it sends us on to another host, which is not followed"
                url = onward
        except httpx.TimeoutException:
            return f"no answer within {_TIMEOUT_S:.0f} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"it could not be reached: {type(error).__name__}"
        return "it sends us on and on"


def _client() -> "httpx.Client":
    import httpx

    for name in ("httpx", "httpcore"):  # they log whole URLs
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False, headers={"User-Agent": "Quxun"})

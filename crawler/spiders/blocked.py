"""Notice that a site turns us away, so that the run can leave. Pure but for what it remembers of one run."""

from http import HTTPStatus

from storage.records import Capture

#: Answers of this kind in a row that end a run.
PATIENCE = 5

_TURNED_AWAY = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.TOO_MANY_REQUESTS,
    521,  # what a Chinese content network answers with a script to solve
)


class BlockWatch:
    """Counts answers in a row that turn us away."""

    def __init__(self) -> None:
        self._row = 0
        self._status = 0

    def turned_away(self, capture: Capture) -> bool:
        """Take an answer into account; True once, when it is the last that we put up with."""
        if capture.status == 0:
            return False
        if capture.status not in _TURNED_AWAY:
            self._row = 0
            return False
        self._row, self._status = self._row + 1, capture.status
        return self._row == PATIENCE

    @property
    def sentence(self) -> str:
        return f"the site answered {PATIENCE} requests in a row with {self._status}: it turns us away"

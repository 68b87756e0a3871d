"""What is wrong with the service itself right now: said once when it begins and once when it is over."""

import logging

_log = logging.getLogger("quxun.service")


class Troubles:
    """Sentences by the part of the service that they are about."""

    def __init__(self) -> None:
        self._now: dict[str, str] = {}

    def note(self, part: str, sentence: str) -> None:
        """Something is wrong with that part; logged if it was not already."""
        if self._now.get(part) != sentence:
            self._now[part] = sentence
            _log.error("trouble", extra={"fields": {"part": part, "problem": sentence}})

    def over(self, part: str) -> None:
        """That part works; logged if it did not."""
        if self._now.pop(part, None) is not None:
            _log.info("trouble over", extra={"fields": {"part": part}})

    @property
    def sentence(self) -> str:
        """All that is wrong, empty if nothing is."""
        return "; ".join(dict.fromkeys(self._now.values()))

    def __bool__(self) -> bool:
        return bool(self._now)

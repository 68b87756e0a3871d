"""Say that an archive has readings of older rules; the rules themselves, which cost 17 MB, are not loaded for it."""

import logging

from crawler.extract.version import EXTRACTOR
from storage.store import Store

_log = logging.getLogger("quxun.service")


def say_outdated(store: Store, extractor: str = EXTRACTOR) -> None:
    """A line in the log if readings are of older versions; nothing is read again unasked."""
    versions = store.readings.older(extractor)
    if versions:
        told = {"readings": sum(versions.values()), "by": ", ".join(versions), "now": extractor}
        _log.info("older readings", extra={"fields": {**told, "remedy": "quxun reextract"}})

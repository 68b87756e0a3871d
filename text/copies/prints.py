"""Fingerprints that were made lately: a text is compared with many, and is read and cleaned once for all of them."""

from collections import OrderedDict
from collections.abc import Collection

from text.copies.keys import Document, Fingerprint, fingerprint

#: Windows of all the fingerprints that are kept, about a hundred bytes each.
_MOST_WINDOWS = 300_000


class Prints:
    """Fingerprints by document and boilerplate, those used last; a text that changed is another document."""

    def __init__(self, most_windows: int = _MOST_WINDOWS) -> None:
        self._most = most_windows
        self._windows = 0
        self._kept: OrderedDict[tuple[Document, frozenset[str]], Fingerprint] = OrderedDict()

    def of(self, document: Document, site_lines: Collection[str] = frozenset()) -> Fingerprint:
        """The fingerprint of a document, made now or before."""
        key = document, frozenset(site_lines)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = fingerprint(document, site_lines)
            self._windows += len(found.reading.hashes)
            self._forget()
        else:
            self._kept.move_to_end(key)
        return found

    def _forget(self) -> None:
        """Let go of the oldest; the newest stays, however long it is."""
        while self._windows > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._windows -= len(oldest.reading.hashes)

"""What is computed of a text once: its words, the key of the exact layer, and the hashes that find it."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from text.copies.cleaning import VERSION, cleaned
from text.copies.compare import Reading, reading
from text.copies.folding import folded_words, share_traditional
from text.copies.phrases import mainland
from text.copies.sketch import sample

#: Bytes of an exact key: at 10^9 texts two different ones meet with a probability of 10^-21.
KEY_BYTES = 16
#: A text of fewer characters ("图集", "详见附件") says too little: only with the same title is it the same.
LEAST_WORDS = 24
#: Characters of a text that are hashed and compared; the exact key is of all of them.
_MOST_WORDS = 200_000
#: A text with that share of traditional characters may have been converted by words, too.
TRADITIONAL = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text that may be a copy, as the store has it."""

    id: int
    #: Whose page it stands on: the name under which its boilerplate lines are known.
    site: str
    title: str
    text: str
    #: When it was published, or else first seen.
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A document made ready to be found and compared."""

    document: Document
    #: Changes with the rules: keys and hashes of two versions have nothing to do with each other.
    version: int
    #: The exact key: equal for equal words.
    key: bytes
    title: str
    reading: Reading
    traditional: bool
    #: The words with the lines that the site was seen to print with many stories; empty if that makes no difference.
    unlearned: str
    _all: list[Reading] = field(default_factory=list, repr=False, compare=False)

    def all_of_it(self) -> Reading:
        """The text with the lines that its site prints with many stories; made when it is asked for."""
        if not self.unlearned:
            return self.reading
        if not self._all:
            self._all.append(reading(self.unlearned))
        return self._all[0]

    @property
    def length(self) -> int:
        return len(self.reading.words)

    def hashes(self) -> tuple[int, ...]:
        """The hashes that `sketch.stored` and `sketch.asked` choose from; none of a text that says too little."""
        return sample(self.reading.distinct) if self.length >= LEAST_WORDS else ()


def fingerprint(document: Document, site_lines: Collection[str] = frozenset()) -> Fingerprint:
    """Read, clean and hash a document. It costs less than a millisecond for a thousand characters."""
    title = folded_words(document.title)
    found = cleaned(document.text, title, site_lines)
    traditional = share_traditional(document.text) > TRADITIONAL
    return Fingerprint(
        document=document,
        version=VERSION,
        key=_key(found.by_rule, title),
        title=title,
        reading=reading((mainland(found.own) if traditional else found.own)[:_MOST_WORDS]),
        traditional=traditional,
        unlearned="" if found.own == found.by_rule else found.by_rule[:_MOST_WORDS],
    )


def _key(words: str, title: str) -> bytes:
    told = words if len(words) >= LEAST_WORDS else f"{title}\n{words}"
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()

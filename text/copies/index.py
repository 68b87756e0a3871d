"""What finding copies asks of a store, and what it tells it: the border between this package and a database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from text.copies.keys import Document
from text.copies.relation import Evidence, Kinship

#: Documents that one stored hash may have; from then on it is boilerplate, no longer stored and no longer asked.
HOT = 300
#: Candidates that a look-up gives, the most shared hashes first.
CANDIDATES = 40


class Candidate(NamedTuple):
    """A document that shares hashes with one that is looked up."""

    id: int
    shared: int
    story: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A document that was decided before."""

    document: Document
    story: int
    #: It holds several stories, and is a copy of none.
    composite: bool
    key: bytes
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What people said by hand; it holds whatever the texts say. Keeping apart wins over keeping together."""

    apart: frozenset[tuple[int, int]] = frozenset()
    together: frozenset[tuple[int, int]] = frozenset()


class Index(Protocol):
    """What a store answers. Every question is asked for a whole batch; ids that are not known are left out."""

    def exact(self, keys: Collection[bytes]) -> Mapping[bytes, Sequence[Candidate]]:
        """The documents that have one of these keys, the oldest first, at most `CANDIDATES` for each."""

    def hot(self, hashes: Collection[int]) -> Collection[int]:
        """Those of the hashes that are boilerplate."""

    def candidates(self, asked: Mapping[int, Sequence[int]]) -> Mapping[int, Sequence[Candidate]]:
        """For each document asked for, those that share its hashes, the most first, at most `CANDIDATES`."""

    def known(self, ids: Collection[int]) -> Mapping[int, Known]:
        """The documents with their texts."""

    def site_lines(self, sites: Collection[str]) -> Mapping[str, Collection[str]]:
        """The boilerplate lines of each site, as words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a document has to do with another one without being in its story for it."""

    other: int
    kinship: Kinship
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """A document decided earlier turned out to hold several stories: it leaves its story for one of its own."""

    document: int
    links: tuple[Link, ...]
    #: Somebody put it into its story: it is marked, and stays there.
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a document, to be carried out in the order of the batch."""

    document: int
    #: Join the story of this document, for this reason; None: a story of its own.
    partner: int | None
    kinship: Kinship | None
    evidence: Evidence | None
    #: Documents whose stories turned out to be the partner's story too.
    merges: tuple[int, ...]
    links: tuple[Link, ...]
    composite: bool
    partings: tuple[Parting, ...]
    #: What to store, so that it is found from now on.
    version: int
    key: bytes
    hashes: tuple[int, ...]

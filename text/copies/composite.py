"""Find the pages that hold several stories: two or more texts that have nothing in common, in different places."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from text.copies.compare import Comparison, Passage
from text.copies.keys import Fingerprint
from text.copies.relation import Evidence, Kinship
from text.copies.titles import alike

#: A part is at most that much of a page; what is more is the page itself.
_PART = 0.85
#: Two parts share at most that much of the smaller one.
_OVERLAP = 0.2


@dataclass(frozen=True, slots=True)
class Relative:
    """A document that another one has to do with, and what."""

    other: Fingerprint
    kinship: Kinship
    evidence: Evidence
    found: Comparison


def parts_of(page: Fingerprint, relatives: Iterable[Relative]) -> list[Relative]:
    """The texts that a page holds, if they are of several stories; otherwise none."""
    parts = [each for each in relatives if _is_part(page, each)]
    for one, other in combinations(parts, 2):
        if not _overlap(one.found.passages, other.found.passages) and not _versions(one.other, other.other):
            return parts
    return []


def is_inside(one: Fingerprint, each: Relative) -> bool:
    """Whether a text is a part of another one, as long as that may be a page of several stories."""
    return each.kinship is not Kinship.TEMPLATE and one.length <= _PART * each.other.length


def is_whole(one: Fingerprint, each: Relative) -> bool:
    """Whether two pages are of about one length, and may thus be the same page."""
    return min(one.length, each.other.length) > _PART * max(one.length, each.other.length)


def same_place(one: Relative, other: Relative) -> bool:
    """Whether the passages of two relatives of a text lie on each other in it."""
    return _overlap(one.found.passages, other.found.passages)


def _is_part(page: Fingerprint, each: Relative) -> bool:
    return each.kinship is not Kinship.TEMPLATE and each.other.length <= _PART * page.length


def _versions(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two texts without a common passage are still two halves of one text, by their titles."""
    return alike(one.title, other.title)


def _overlap(one: Sequence[Passage], other: Sequence[Passage]) -> bool:
    """Whether passages of a page (their first side) lie on each other to more than a little."""
    places = {place for each in one for place in range(each.one, each.one + each.length)}
    shared = sum(place in places for each in other for place in range(each.one, each.one + each.length))
    return shared > _OVERLAP * min(len(places), sum(each.length for each in other))

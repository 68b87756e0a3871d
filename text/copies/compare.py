"""Lay two texts side by side: which passages they share, and what stands between them.

The passages are found by their windows and extended in large steps, so that the cost is that of the
differences. Only what is replaced by something else is looked at character by character.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from text.copies.sketch import WINDOW, windows

#: Passages of one comparison; texts in more pieces than that have no order worth finding.
_MOST_PASSAGES = 400
#: Windows among which the repetition of one is looked for.
_AHEAD = 5000
#: Characters of a passage that counts wherever it stands.
_LONG = 3 * WINDOW
#: The hashes below are an eighth of all.
_EIGHTH = (1 << 61) - (1 << 63)
#: Windows of a sample that tells something, and the share of them below which two texts are no copies: of 24 windows of
#: texts that share six of ten, fewer than six are shared in one case of some ten thousand.
_TELLING, _UNLIKE = 24, 0.25
#: Replaced characters that are compared one by one; longer ones are one replacement.
_FINE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text as it is compared: its words after cleaning, with the hashes of their windows."""

    words: str
    hashes: list[int]
    #: The different ones among them.
    distinct: frozenset[int]
    _first: dict[int, int] = field(default_factory=dict, repr=False, compare=False)
    _some: set[int] = field(default_factory=set, repr=False, compare=False)

    def first(self) -> dict[int, int]:
        """Where each different window stands first; made when it is asked for, as most texts share too little."""
        if not self._first:
            places = range(len(self.hashes) - 1, -1, -1)
            self._first.update(zip(reversed(self.hashes), places, strict=True))
        return self._first

    def some(self) -> set[int]:
        """One of eight different windows, the same ones in every text."""
        if not self._some:
            self._some.update(each for each in self.distinct if each < _EIGHTH)
        return self._some


@dataclass(frozen=True, slots=True)
class Passage:
    """The same characters in both texts."""

    one: int
    other: int
    length: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """Characters of the one text that stand in the place of others in the other text; one side may be empty."""

    one: str
    other: str
    #: The characters around, the same in both; empty at the ends.
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two texts share."""

    #: Shared windows, as a share of those of the text that has fewer.
    containment: float
    #: Shared windows, as a share of all.
    jaccard: float
    #: Characters in shared passages.
    matched: int
    passages: tuple[Passage, ...]
    #: What differs between passages that follow each other in both texts.
    replaced: tuple[Replaced, ...]
    #: Characters in shared passages that stand in another order.
    moved: int = 0


def reading(words: str) -> Reading:
    """Make the words of a text ready to be compared."""
    hashes = windows(words)
    return Reading(words=words, hashes=hashes, distinct=frozenset(hashes))


def unlike(one: Reading, other: Reading, least: float = _UNLIKE) -> bool:
    """Whether a sample shows that two texts share far less than copies do; False where it is too small to tell.

    `least`: the share of the sample that copies have in common at least.
    """
    fewer = min(len(one.some()), len(other.some()))
    return fewer >= _TELLING and len(one.some() & other.some()) < least * fewer


def compare(one: Reading, other: Reading, least: float = 0.0) -> Comparison:
    """What the texts share. Swapping them swaps the sides of what comes out, and nothing else.

    Passages are only looked for if the containment is at least that.
    """
    if (len(other.words), other.words) < (len(one.words), one.words):
        return _swapped(_compare(other, one, least))
    return _compare(one, other, least)


def _compare(one: Reading, other: Reading, least: float) -> Comparison:
    if one.words == other.words:
        same = (Passage(0, 0, len(one.words)),) if one.words else ()
        return Comparison(containment=1.0, jaccard=1.0, matched=len(one.words), passages=same, replaced=())
    shared = len(one.distinct & other.distinct)
    containment = shared / max(1, min(len(one.distinct), len(other.distinct)))
    jaccard = shared / max(1, len(one.distinct) + len(other.distinct) - shared)
    if not shared or containment < least:
        return Comparison(containment=containment, jaccard=jaccard, matched=0, passages=(), replaced=())
    found = _passages(one, other)
    chain = _in_order(found)
    passages = sorted([*chain, *_moved(found, chain)], key=lambda each: each.other)
    return Comparison(
        containment=containment,
        jaccard=jaccard,
        matched=sum(each.length for each in passages),
        moved=sum(each.length for each in passages) - sum(each.length for each in chain),
        passages=tuple(passages),
        replaced=tuple(_replacements(one.words, other.words, chain)) if chain else (),
    )


def _swapped(found: Comparison) -> Comparison:
    return Comparison(
        containment=found.containment,
        jaccard=found.jaccard,
        matched=found.matched,
        moved=found.moved,
        passages=tuple(sorted((Passage(p.other, p.one, p.length) for p in found.passages), key=lambda p: p.other)),
        replaced=tuple(Replaced(r.other, r.one, r.before, r.after) for r in found.replaced),
    )


def _passages(one: Reading, other: Reading) -> tuple[Passage, ...]:
    """The passages of the one text that stand in the other, by their place in the other, none overlapping there."""
    hashes, others, first = one.hashes, other.hashes, one.first()
    found: list[Passage] = []
    at = following = 0
    while at < len(others) and len(found) < _MOST_PASSAGES:
        place = first.get(others[at])
        if place is None:
            at += 1
            continue
        if place < following:
            place = _later(hashes, others[at], following, place)
        length = _run(one.words, place, other.words, at)
        if length:  # otherwise they are two windows with one hash
            found.append(Passage(place, at, length))
            following = place + length
        at += max(1, length)
    return tuple(found)


def _later(hashes: list[int], window: int, following: int, place: int) -> int:
    """The next place of a window that is repeated; the first one if there is none (a passage that was moved)."""
    try:
        return hashes.index(window, following, following + _AHEAD)
    except ValueError:
        return place


def _run(one: str, start: int, other: str, at: int) -> int:
    """How many characters are the same from two places on."""
    most = min(len(one) - start, len(other) - at)
    known, step = 0, min(4 * WINDOW, most)
    while step and one[start + known : start + known + step] == other[at + known : at + known + step]:
        known += step
        step = min(2 * step, most - known)
    while step > 1:
        half = step // 2
        if one[start + known : start + known + half] == other[at + known : at + known + half]:
            known += half
            step -= half
        else:
            step = half
    return known


def _in_order(passages: tuple[Passage, ...]) -> list[Passage]:
    """The passages that stand in the same order in both texts, as many characters of them as can be."""
    if not all(_follows(a, b) for a, b in pairwise(passages)):
        passages = _longest_chain(passages)
    chain: list[Passage] = []
    for each in passages:
        doubled = max(0, chain[-1].one + chain[-1].length - each.one) if chain else 0
        chain.append(Passage(each.one + doubled, each.other + doubled, each.length - doubled))
    return chain


def _moved(passages: tuple[Passage, ...], chain: list[Passage]) -> Iterator[Passage]:
    """The long passages that stand elsewhere in the other text. A short one is only a phrase that texts repeat."""
    taken = list(chain)
    for each in passages:
        if each.length >= _LONG and not any(_on_each_other(each, other) for other in taken):
            taken.append(each)
            yield each


def _on_each_other(one: Passage, other: Passage) -> bool:
    return (one.one < other.one + other.length and other.one < one.one + one.length) or (
        one.other < other.other + other.length and other.other < one.other + one.length
    )


def _follows(one: Passage, other: Passage) -> bool:
    """Whether a passage stands after another one; a doubled character ("讯讯") belongs to both."""
    return one.one + one.length - other.one < min(WINDOW, other.length)


def _longest_chain(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    best: list[tuple[int, int]] = []  # characters up to a passage, and its predecessor
    for k, each in enumerate(passages):
        before = max((m for m in range(k) if _follows(passages[m], each)), key=lambda m: best[m][0], default=-1)
        best.append((each.length + (best[before][0] if before >= 0 else 0), before))
    chain, k = [], max(range(len(best)), key=lambda m: best[m][0])
    while k >= 0:
        chain.append(passages[k])
        k = best[k][1]
    return tuple(chain[::-1])


def _replacements(one: str, other: str, chain: list[Passage]) -> Iterator[Replaced]:
    """What differs before, between and after passages in order."""
    i = j = 0
    for passage in (*chain, Passage(len(one), len(other), 0)):
        if i < passage.one or j < passage.other:
            yield from _fine(
                one[max(0, i - 1) : i],
                one[i : passage.one],
                other[j : passage.other],
                one[passage.one : passage.one + 1],
            )
        i, j = passage.one + passage.length, passage.other + passage.length


def _fine(before: str, one: str, other: str, after: str) -> Iterator[Replaced]:
    """A difference, in as small pieces as can be."""
    if not one or not other or len(one) == len(other) == 1 or max(len(one), len(other)) > _FINE:
        yield Replaced(one, other, before[-1:], after)
        return
    for i1, i2, j1, j2 in _changes(one, other):
        left, right = (before + one[:i1])[-1:], (one[i2:] + after)[:1]
        yield Replaced(one[i1:i2], other[j1:j2], left, right)


def _changes(one: str, other: str) -> list[tuple[int, int, int, int]]:
    """Where two short texts differ; differences with nothing but digits between them are one number's."""
    found: list[tuple[int, int, int, int]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if found and one[found[-1][1] : i1].isdigit():
            start, _, other_start, _ = found.pop()
            found.append((start, i2, other_start, j2))
        else:
            found.append((i1, i2, j1, j2))
    return found

"""The hashes by which copies are found: one for every window of eight characters, and a small sample of them.

A text is sampled by the smallest of its hashes: two texts that share a passage share the small hashes in it, wherever
it stands. The hash of a window is a sum of its characters times fixed odd numbers of 64 bits, modulo 2^64 (multilinear
hashing, Lemire & Kaser 2014). All windows are computed at once, as the product of two large integers whose lanes
of 96 bits cannot overflow; that is four times as fast as a digest of each slice.
"""

import hashlib
from collections.abc import Collection, Sequence
from itertools import islice

WINDOW = 8
#: Bits of a hash that is stored: SQLite keeps a number of 48 bits in 6 bytes, and they are enough for 10^9 hashes.
_KEPT = 48
#: Hashes stored of a text, of one in a crowd, and of a long one; a long one has one for so many characters, in a crowd
#: or not. More find more of the pages that hold several stories, and cost 16 bytes each on SQLite. In a crowd, where
#: many texts share stock sentences, they tell a copy from its neighbours, and outlast those that become boilerplate.
USUAL, CROWDED, MOST = 12, 24, 40
_A_HASH_FOR, _CROWDED_FOR = 80, 64
#: Hashes that a text is looked up by: one for so many characters, so that a page meets each of its stories.
_ASKED_FOR, _MOST_ASKED = 30, 128
#: Hashes taken of a text are twice what is asked, as some may be boilerplate; of a short one that many.
_LEAST_SAMPLED = 48
#: Bytes of a lane: a code point of 21 bits times 64 bits, eight times, needs 88 bits.
_LANE = 12

_FACTORS = tuple(
    int.from_bytes(hashlib.blake2b(b"copies %d" % place, digest_size=8).digest(), "little") | 1
    for place in range(WINDOW)
)
# Reversed, so that the lane at which a window ends sums it in reading order.
_MULTIPLIER = sum(factor << (8 * _LANE * (WINDOW - 1 - place)) for place, factor in enumerate(_FACTORS))


def windows(words: str) -> list[int]:
    """The hash of each window in order; a text that is shorter than a window has one, an empty one none."""
    if not words:
        return []
    padded = words if len(words) >= WINDOW else words.ljust(WINDOW)
    encoded = padded.encode("utf-32-le", "surrogatepass")
    lanes = bytearray(len(padded) * _LANE)
    for byte in range(3):  # no code point needs more
        lanes[byte::_LANE] = encoded[byte::4]
    product = (int.from_bytes(lanes, "little") * _MULTIPLIER).to_bytes(len(lanes) + WINDOW * _LANE, "little")
    sums = product[(WINDOW - 1) * _LANE : len(lanes)]
    low = bytearray(8 * (len(padded) - WINDOW + 1))
    for byte in range(8):
        low[byte::8] = sums[byte::_LANE]
    return list(memoryview(low).cast("q"))


def sample(hashes: Collection[int]) -> tuple[int, ...]:
    """The smallest distinct hashes of windows in their stored form, ascending: all that is ever stored or asked."""
    wanted = max(_LEAST_SAMPLED, min(2 * _MOST_ASKED, 2 * len(hashes) // _ASKED_FOR))
    if len(hashes) > 2 * wanted:
        # Hashes are even: about twice as many as are wanted lie below this bound, and sorting them all costs more.
        bound = (2 * wanted << 64) // len(hashes) - (1 << 63)
        below = {each for each in hashes if each < bound}
        hashes = below if len(below) >= wanted else hashes
    return tuple(sorted({each >> (64 - _KEPT) for each in hashes}))[:wanted]


def stored(
    sampled: Sequence[int], length: int, hot: Collection[int] = frozenset(), *, crowded: bool = False
) -> tuple[int, ...]:
    """The hashes to store of a text of that many characters: the smallest that are not boilerplate.

    `crowded`: whether several texts share hashes with it.
    """
    return _smallest(sampled, _how_many(length, crowded=crowded), hot)


def asked(sampled: Sequence[int], length: int, hot: Collection[int] = frozenset()) -> tuple[int, ...]:
    """The hashes to look a text up by; those that are stored of it are among them."""
    most = max(_how_many(length, crowded=True), min(_MOST_ASKED, length // _ASKED_FOR))
    return _smallest(sampled, most, hot)


def _how_many(length: int, *, crowded: bool) -> int:
    least, characters = (CROWDED, _CROWDED_FOR) if crowded else (USUAL, _A_HASH_FOR)
    return max(least, min(MOST, length // characters))


def _smallest(sampled: Sequence[int], most: int, hot: Collection[int]) -> tuple[int, ...]:
    chosen = islice((each for each in sampled if each not in hot), most) if hot else sampled[:most]
    return tuple(chosen)

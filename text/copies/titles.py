"""Whether two titles say the same, though a site puts its name behind one or a kicker before it."""

from collections import Counter

#: Pairs of neighbouring characters that both titles have, as a share of all of both.
_ALIKE = 0.6
_LEAST = 4


def alike(title: str, other: str) -> bool:
    """Titles as folded words. Short ones must be equal: two letters in common are no sign."""
    if title == other:
        return bool(title)
    if min(len(title), len(other)) < _LEAST:
        return False
    pairs, others = _pairs(title), _pairs(other)
    return 2 * (pairs & others).total() >= _ALIKE * (pairs.total() + others.total())


def _pairs(title: str) -> Counter[str]:
    return Counter(title[at : at + 2] for at in range(len(title) - 1))

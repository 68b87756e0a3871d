"""Learn which lines a site prints with many stories: short lines that are no part of any of them."""

from collections.abc import Collection, Mapping

from text.copies.folding import folded, words

#: Characters of a line that is counted; what is longer is prose, and shorter says nothing.
_SHORTEST, _LONGEST = 3, 60
#: Different texts of one site that a line must stand in.
SEEN = 12
#: A text contributes no more lines than that, the first and the last: boilerplate surrounds a text.
_EDGE = 6


def lines_of(text: str) -> frozenset[str]:
    """The lines of a text that may be boilerplate, as words; what the store counts for the site."""
    lines = [stripped for line in text.splitlines() if (stripped := line.strip())]
    edges = lines if len(lines) <= 2 * _EDGE else lines[:_EDGE] + lines[-_EDGE:]
    told = (words(folded(line)) for line in edges if len(line) <= 2 * _LONGEST)
    return frozenset(each for each in told if _SHORTEST <= len(each) <= _LONGEST)


def boilerplate(counted: Mapping[str, int]) -> Collection[str]:
    """The lines that enough texts of a site have."""
    return frozenset(line for line, count in counted.items() if count >= SEEN)

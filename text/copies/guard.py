"""Tell a copy from another notice of the same form by what stands in the place of what.

Who copies leaves out and adds; who fills in a form replaces: a number by a number, a name by a name. Insertions and
deletions therefore never count against a copy, and replacements do, the more so the closer together they are.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from text.copies.compare import Comparison, Replaced

_NUMERALS = frozenset("0123456789零〇一二三四五六七八九十百千万亿两")
#: A name has at least two characters on both sides; one by one is a slip of the pen that somebody mended.
_NAME = 2
#: A side that is so many times longer than the other is a passage added or left out.
_UNLIKE = 15
#: Characters of the shorter side that count as one name: a list of people is many.
_A_NAME_FOR = 15
_DIGITS = re.compile(r"\d+")

#: Numbers that an update may change, and how many for 100 shared characters.
MOST_NUMBERS, _NUMBERS_DENSE = 3, 1.6
#: Shared windows of the smaller text below which a number that changed is not all that changed.
_NUMBERS_ALONE = 0.8
#: More numbers than that are still one text (a revised law) if they are that rare.
_NUMBERS_RARE = 0.8
#: Names that may be other in a copy, and how many for 100 shared characters.
_MOST_NAMES, _NAMES_DENSE = 1, 0.4
_ONE_NAME_DENSE = 0.9
#: Texts whose titles have other numbers are one only if they share that much of their windows.
_MOSTLY = 0.5
#: Numbers and names together.
_DENSE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What was filled in otherwise."""

    numbers: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()

    @property
    def weight_of_names(self) -> int:
        """How many names were replaced; a long passage counts for several."""
        return sum(1 + min(len(one), len(other)) // _A_NAME_FOR for one, other in self.names)


def slots(replaced: Iterable[Replaced]) -> Slots:
    """The number slots and name slots among the differences of two texts."""
    numbers, names = [], []
    for each in replaced:
        if _is_number(each):
            numbers.append((each.one, each.other))
        elif _is_name(each):
            names.append((each.one, each.other))
    return Slots(numbers=tuple(numbers), names=tuple(names))


def is_template(found: Comparison, filled: Slots, *, other_numbers: bool, same_site: bool) -> bool:
    """Whether two texts that share much are two notices of one form."""
    numbers, names = len(filled.numbers), filled.weight_of_names
    hundreds = max(found.matched, 1) / 100
    if numbers and found.containment < _NUMBERS_ALONE:
        return True
    if numbers > MOST_NUMBERS and numbers > _NUMBERS_RARE * hundreds:
        return True
    if (
        names > (0 if same_site else _MOST_NAMES)
        and names > (_NAMES_DENSE / 2 if same_site else _NAMES_DENSE) * hundreds
    ):
        return True
    if numbers > _NUMBERS_DENSE * hundreds or (names == 1 and names > _ONE_NAME_DENSE * hundreds):
        return True
    if numbers and names and numbers + names > _DENSE * hundreds:
        return True
    return other_numbers and bool(numbers or names or found.jaccard < _MOSTLY)


def have_other_numbers(title: str, other: str) -> bool:
    """Whether two titles have numbers, and are alike but for them or have none in common."""
    ours, theirs = _DIGITS.findall(title), _DIGITS.findall(other)
    if not ours or not theirs or ours == theirs:
        return False
    return set(ours).isdisjoint(theirs) or _DIGITS.sub("#", title) == _DIGITS.sub("#", other)


def _is_number(each: Replaced) -> bool:
    if not _NUMERALS.issuperset(each.one + each.other):
        return False
    if each.one and each.other:
        return True
    # A digit more or less, inside a number.
    return (each.one + each.other).isdigit() and (each.before.isdigit() or each.after.isdigit())


def _is_name(each: Replaced) -> bool:
    shorter, longer = sorted((len(each.one), len(each.other)))
    return shorter >= _NAME and longer <= _UNLIKE * shorter

"""Say what one text is to another one."""

from text.copies.compare import Comparison, compare, reading, unlike
from text.copies.guard import Slots, have_other_numbers, is_template, slots
from text.copies.keys import LEAST_WORDS, Fingerprint
from text.copies.phrases import settled
from text.copies.relation import SAME, Evidence, Kinship
from text.copies.titles import alike

#: The smaller as a share of the larger, below which it is a part and no copy; below the second even with its title.
WHOLE, TITLED = 0.35, 0.12
#: Shared windows of a part of a longer text.
_WHOLLY = 0.9
#: By how much a sample of 24 windows may miss that: three times the deviation that is to be expected.
_CHANCE = 0.2
#: Characters in another order as a share of those shared, from which texts that do not have nearly all in common are
#: put together from the same sentences: of 810 pairs of edited copies none has a passage in another order.
_SHUFFLED, _NEARLY_ALL = 0.15, 0.8
#: Days after which the same words are a story told again.
LATER = 30
_SHOWN, _SHOWN_CHARACTERS = 10, 20


def relate(one: Fingerprint, other: Fingerprint) -> tuple[Kinship, Evidence, Comparison] | None:
    """What the one text is to the other, the evidence and the passages; None if they have little in common."""
    said = _relate(one, other)
    if said is None or said[0] is Kinship.TEMPLATE:
        return _whole(one, other) or said
    return said


def _relate(one: Fingerprint, other: Fingerprint) -> tuple[Kinship, Evidence, Comparison] | None:
    if one.key != other.key and one.traditional == other.traditional and unlike(one.reading, other.reading):
        return None
    found = compared(one, other)
    if one.key == other.key:
        apart = days_apart(one, other)
        kinship = Kinship.REPEATED if apart is not None and apart > LATER else Kinship.EXACT
        return kinship, evidence(one, other, found, Slots()), found
    if found.containment < SAME or min(one.length, other.length) < LEAST_WORDS:
        return None
    filled = slots(found.replaced)
    return _kinship(one, other, found, filled), evidence(one, other, found, filled), found


def _whole(one: Fingerprint, other: Fingerprint) -> tuple[Kinship, Evidence, Comparison] | None:
    """The same once more with the lines that their sites print with many stories: two sites have learnt other lines,
    and what only one of them leaves out tears the texts apart. It tells a copy if nothing at all was replaced.
    """
    if not (one.unlearned or other.unlearned) or one.traditional or other.traditional:
        return None
    ours, theirs = one.all_of_it(), other.all_of_it()
    if unlike(ours, theirs, _WHOLLY - _CHANCE):
        return None
    found = compare(ours, theirs, _WHOLLY)
    shorter, longer = sorted((len(ours.words), len(theirs.words)))
    if found.containment < _WHOLLY or shorter < WHOLE * longer or have_other_numbers(one.title, other.title):
        return None
    filled = slots(found.replaced)
    return None if filled.numbers or filled.names else (Kinship.NEAR, evidence(one, other, found, filled), found)


def compared(one: Fingerprint, other: Fingerprint) -> Comparison:
    """The two side by side; in the words of the mainland if one of them was converted from or to them."""
    if one.traditional != other.traditional:
        return compare(reading(settled(one.reading.words)), reading(settled(other.reading.words)), SAME)
    return compare(one.reading, other.reading, SAME)


def _kinship(one: Fingerprint, other: Fingerprint, found: Comparison, filled: Slots) -> Kinship:
    shorter, longer = sorted((one.length, other.length))
    # What stands wholly in a far longer text is a part of it, whatever number that one has in its title.
    inside = found.containment >= _WHOLLY and shorter < WHOLE * longer
    if _is_shuffled(found) or is_template(
        found,
        filled,
        other_numbers=not inside and have_other_numbers(one.title, other.title),
        same_site=one.document.site == other.document.site,
    ):
        return Kinship.TEMPLATE
    if shorter >= (TITLED if alike(one.title, other.title) else WHOLE) * longer:
        return Kinship.UPDATED if filled.numbers else Kinship.NEAR
    return Kinship.CONTAINS if one.length > other.length else Kinship.EXCERPT


def _is_shuffled(found: Comparison) -> bool:
    """Whether two texts are the sentences of one form in different orders."""
    return found.containment < _NEARLY_ALL and found.moved > _SHUFFLED * found.matched


def days_apart(one: Fingerprint, other: Fingerprint) -> int | None:
    """Days between the two publications, if both are dated."""
    first, second = one.document.day, other.document.day
    return None if first is None or second is None else abs((first - second).days)


def evidence(one: Fingerprint, other: Fingerprint, found: Comparison, filled: Slots) -> Evidence:
    """What is stored of a comparison."""
    return Evidence(
        containment=round(found.containment, 3),
        jaccard=round(found.jaccard, 3),
        matched=found.matched,
        length=one.length,
        other_length=other.length,
        numbers=_shown(filled.numbers),
        names=_shown(filled.names),
        days_apart=days_apart(one, other),
    )


def _shown(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((one[:_SHOWN_CHARACTERS], other[:_SHOWN_CHARACTERS]) for one, other in pairs[:_SHOWN])

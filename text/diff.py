"""Show how one text became another: paragraph by paragraph, and inside a changed paragraph by characters."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

#: Two paragraphs less alike than this are shown as one removed and one added.
_ALIKE = 0.5


class Edit(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of characters and what became of it."""

    edit: Edit
    text: str


#: A line of a diff: its spans from left to right.
Line = tuple[Span, ...]


def diff_texts(old: str, new: str) -> Iterator[Line]:
    """The lines of both texts in reading order; unchanged lines are one `SAME` span."""
    before, after = old.splitlines(), new.splitlines()
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((Span(Edit.SAME, line),) for line in before[i1:i2])
        else:
            yield from _changed(before[i1:i2], after[j1:j2])


def _changed(before: list[str], after: list[str]) -> Iterator[Line]:
    """Pair changed lines in order while they are alike; what finds no partner stands alone."""
    position = 0
    for line in before:
        partner = next((j for j in range(position, len(after)) if _ratio(line, after[j]) >= _ALIKE), None)
        if partner is None:
            yield (Span(Edit.REMOVED, line),)
            continue
        yield from ((Span(Edit.ADDED, other),) for other in after[position:partner])
        yield _characters(line, after[partner])
        position = partner + 1
    yield from ((Span(Edit.ADDED, other),) for other in after[position:])


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).quick_ratio()


def _characters(old: str, new: str) -> Line:
    spans: list[Span] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            spans.append(Span(Edit.SAME, old[i1:i2]))
            continue
        if i1 < i2:
            spans.append(Span(Edit.REMOVED, old[i1:i2]))
        if j1 < j2:
            spans.append(Span(Edit.ADDED, new[j1:j2]))
    return tuple(spans)

"""What two texts are to each other, and the evidence that says so: stored as JSON, shown as a sentence."""

import json
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Self


class Kinship(StrEnum):
    """What a text is to another one."""

    #: The same words.
    EXACT = "exact"
    #: The same text with lines or characters more, fewer or other.
    NEAR = "near"
    #: The same text with one to three numbers changed.
    UPDATED = "updated"
    #: The same words again, more than a month apart.
    REPEATED = "repeated"
    #: A part of the other text, too small to be a copy of it.
    EXCERPT = "excerpt"
    #: The other text is a part of this one.
    CONTAINS = "contains"
    #: Another notice of the same form.
    TEMPLATE = "template"
    #: A person said so.
    BY_HAND = "by-hand"


#: Those that put two texts into one story.
COPIES = frozenset({Kinship.EXACT, Kinship.NEAR, Kinship.UPDATED, Kinship.REPEATED, Kinship.BY_HAND})


#: Shared windows of the smaller text from which the two are one text, or one form.
SAME = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why two texts are what they are to each other."""

    #: Shared windows of eight characters, as a share of those of the text that has fewer; three decimals.
    containment: float
    #: Shared windows, as a share of all; three decimals.
    jaccard: float
    #: Characters in shared passages.
    matched: int
    #: Characters that are compared: of this text, and of the other.
    length: int
    other_length: int
    #: The numbers that stand in each other's place, this text's first; at most ten pairs.
    numbers: tuple[tuple[str, str], ...] = ()
    #: Likewise the names and phrases, cut to twenty characters.
    names: tuple[tuple[str, str], ...] = ()
    #: Days between the two publications, if both are dated.
    days_apart: int | None = None

    def to_json(self) -> str:
        """One line; nothing but what was found."""
        return json.dumps(
            {name: value for name in _NAMES if (value := getattr(self, name)) not in ((), None)}, ensure_ascii=False
        )

    @classmethod
    def from_json(cls, line: str) -> Self:
        """What `to_json` wrote."""
        told = json.loads(line)
        for name in ("numbers", "names"):
            told[name] = tuple((one, other) for one, other in told.get(name, ()))
        return cls(**told)


_NAMES = tuple(field.name for field in fields(Evidence))
#: What is told of two texts that are one story because somebody said so.
SAID_BY_HAND = Evidence(containment=0.0, jaccard=0.0, matched=0, length=0, other_length=0)


def sentence(kinship: Kinship, evidence: Evidence) -> str:
    """The evidence as an operator reads it."""
    told = _FEW_WORDS if kinship is Kinship.NEAR and evidence.containment < SAME else _SENTENCES[kinship]
    return told + "".join(f"; {part}" for part in _parts(kinship, evidence))


_SENTENCES = {
    Kinship.EXACT: "the same words",
    Kinship.NEAR: "the same text with small differences",
    Kinship.UPDATED: "the same text with other numbers",
    Kinship.REPEATED: "the same words again",
    Kinship.EXCERPT: "a part of the other text",
    Kinship.CONTAINS: "the other text is a part of this one",
    Kinship.TEMPLATE: "another notice of the same form, not a copy",
    Kinship.BY_HAND: "somebody said that the two are one story",
}
#: Of a member whose words were changed since, or that came into the story by a third text.
_FEW_WORDS = "the same story, in other words by now"


def _parts(kinship: Kinship, evidence: Evidence) -> list[str]:
    parts = []
    if kinship not in (Kinship.EXACT, Kinship.REPEATED, Kinship.BY_HAND):
        parts.append(f"{evidence.matched} characters shared of {evidence.length} and {evidence.other_length}")
        parts.append(f"containment {evidence.containment:.2f}, Jaccard {evidence.jaccard:.2f}")
    told = [("numbers", evidence.numbers)]
    if kinship not in (Kinship.EXCERPT, Kinship.CONTAINS):  # there, what stands around the part is no name
        told.append(("names", evidence.names))
    parts += [f"{what} {_pairs(found)}" for what, found in told if found]
    if kinship is Kinship.REPEATED:
        parts.append(f"{evidence.days_apart} days apart")
    return parts


def _pairs(found: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{one or '∅'} instead of {other or '∅'}" for one, other in found)

"""Read the phrase books and turn a phrase into a sentence. Pure: all chance comes in as a `Random`."""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache
from random import Random

from demo.names import SLOTS, Draw, Place
from demo.phrases_life import LIFE
from demo.phrases_rest import REST
from demo.phrases_work import WORK

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{([a-z]+)(\d?)\}")
#: The topic that holds what every story may use: kickers, subtitles, endings.
COMMON = "通用"
BRIEF = "简"
#: A place has few streets; after this many draws a name may come twice.
FRESH_TRIES = 8


@dataclass(frozen=True, slots=True)
class Topic:
    """The phrases of one subject, by the mark their lines begin with."""

    name: str
    lines: Mapping[str, tuple[str, ...]]

    def phrases(self, mark: str) -> tuple[str, ...]:
        return self.lines.get(mark, ())


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic by name, in the order of the books."""
    read: dict[str, dict[str, list[str]]] = {}
    name = ""
    for line in f"{WORK}{LIFE}{REST}".splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "*":
            name = rest
            read[name] = {}
        else:
            read[name].setdefault(mark, []).append(rest)
    return {key: Topic(key, {mark: tuple(rows) for mark, rows in found.items()}) for key, found in read.items()}


def expand(phrase: str, rng: Random, place: Place, kept: MutableMapping[str, str]) -> str:
    """The phrase with its choices made and its slots filled; slots with a digit are read from and put into `kept`."""
    while CHOICE.search(phrase):
        phrase = CHOICE.sub(lambda found: rng.choice(found[1].split("|")), phrase)

    def fill(found: re.Match[str]) -> str:
        name, digit = found[1], found[2]
        if digit and name + digit in kept:
            return kept[name + digit]
        value = _another(SLOTS[name], rng, place, kept)
        if digit:
            kept[name + digit] = value
        return value

    return SLOT.sub(fill, phrase).strip()


def _another(draw: Draw, rng: Random, place: Place, kept: Mapping[str, str]) -> str:
    """A value that the story has not kept yet: a closed road is no detour of itself."""
    value = draw(rng, place)
    for _ in range(FRESH_TRIES):
        if value not in kept.values():
            break
        value = draw(rng, place)
    return value

"""No pattern that reads a page may take long for a line: each is tried on texts made from its own parts.

A pattern that backtracks without end is stopped by a limit of CPU time. What whole pages take is test_robustness.py's.
"""

import importlib
import inspect
import pkgutil
import random
import re
import signal
from collections.abc import Iterable, Iterator
from functools import cache
from types import FrameType
from typing import Any

import pytest

import crawler.dates
import crawler.extract
import crawler.judge

SIZE = 1_200  # characters: three times the longest line that most patterns are shown
LIMIT_S = 0.5  # of CPU time; work that grows with the square of a line's length takes a tenth of it
SAMPLES = 12  # texts a pattern
Pattern = re.Pattern[str] | re.Pattern[bytes]


def modules() -> list[Any]:
    named = pkgutil.iter_modules(crawler.extract.__path__, "crawler.extract.")
    return [crawler.dates, crawler.judge, *(importlib.import_module(each.name) for each in named)]


@cache
def patterns() -> dict[str, Pattern]:
    """Every pattern of these modules by name, also those in tuples, lists and tables."""
    found: dict[str, Pattern] = {}
    for module in modules():
        for name, value in vars(module).items():
            for number, pattern in enumerate(_inside(value)):
                if pattern not in found.values():
                    found[f"{module.__name__.rpartition('.')[2]}.{name}[{number}]"] = pattern
    return found


def _inside(value: object) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _inside(tuple(value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from _inside(each)


class Parts:
    """Texts that the parts of a pattern match, from its parsed form."""

    def __init__(self, pattern: Pattern) -> None:
        parser: Any = importlib.import_module("re._parser")
        self.rng = random.Random(str(pattern.pattern))
        self.found: list[str] = []
        self.of(parser.parse(pattern.pattern, pattern.flags))

    def of(self, nodes: Iterable[tuple[Any, Any]]) -> str:
        """A text that a sequence matches; whatever is repeated or chosen in it is kept as a part."""
        return "".join(self._one(str(kind), value) for kind, value in nodes)

    def _one(self, kind: str, value: Any) -> str:
        match kind:
            case "LITERAL":
                return chr(value)
            case "NOT_LITERAL":
                return "文" if value != ord("文") else "字"
            case "ANY":
                return "文"
            case "IN":
                return self._from_set(value)
            case "BRANCH":
                choices = [self.of(choice) for choice in value[1]]
                self.found += choices
                return self.rng.choice(choices)
            case "SUBPATTERN":
                return self.of(value[-1])
            case "ATOMIC_GROUP":
                return self.of(value)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, nodes = value
                part = self.of(nodes)
                self.found.append(part)
                return part * max(int(least), min(2, int(most)))
            case "ASSERT":
                self.found.append(self.of(value[1]))
        return ""

    def _from_set(self, members: list[tuple[Any, Any]]) -> str:
        chosen = [_member(str(kind), value) for kind, value in members if str(kind) != "NEGATE"]
        if str(members[0][0]) == "NEGATE":
            return next(each for each in "文 a1-\n>" if each not in chosen)
        self.found += chosen[:4]
        return self.rng.choice(chosen)


def _member(kind: str, value: Any) -> str:
    if kind == "CATEGORY":
        return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}.get(str(value), "-")
    return chr(value if kind == "LITERAL" else value[0])


def texts(pattern: Pattern, size: int) -> Iterator[str]:
    """Long texts of one part, of two by turns, and of many, with an end that nothing expects."""
    parts = sorted({part for part in Parts(pattern).found if part}) or ["a"]
    rng = random.Random(f"{pattern.pattern!r}")
    singles = parts if len(parts) <= SAMPLES // 3 else rng.sample(parts, SAMPLES // 3)
    pairs = ["".join(rng.choices(parts, k=2)) for _ in range(SAMPLES // 3)]
    for unit in [*singles, *pairs, " ", "文", "1", "\n"]:
        for end in ("", "\x01"):
            yield (unit * size)[:size] + end
    for _ in range(SAMPLES // 6):
        yield "".join(rng.choices(parts, k=size))[:size]


class TooLongError(Exception):
    pass


def _too_long(signum: int, frame: FrameType | None) -> None:
    raise TooLongError


def ends_in_time(pattern: Pattern, text: str, *, anywhere: bool) -> bool:
    """Whether looking for a pattern in a text, or only at its start, stays under the limit."""
    said: Any = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    before = signal.signal(signal.SIGVTALRM, _too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
    try:
        if anywhere:
            all(True for _ in pattern.finditer(said))
        else:
            pattern.match(said)
    except TooLongError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return True


def slow_text(pattern: Pattern, *, anywhere: bool) -> str:
    """The beginning of the first text that a pattern takes too long for, asked thrice as a machine may stumble."""
    for text in texts(pattern, SIZE):
        if not any(ends_in_time(pattern, text, anywhere=anywhere) for _ in range(3)):
            return text[:60]
    return ""


def is_searched(name: str) -> bool:
    """Whether a pattern is looked for anywhere in a text; one of a table always counts as such."""
    module, _, rest = name.partition(".")
    constant, _, place = rest.partition("[")
    source = next(inspect.getsource(each) for each in modules() if each.__name__.rpartition(".")[2] == module)
    matched = rf"\b{constant}\.(?:match|fullmatch)\b"
    searched = rf"\b{constant}\.(?:search|finditer|findall|sub|split)\b"
    return place != "0]" or re.search(matched, source) is None or re.search(searched, source) is not None


@pytest.mark.parametrize("name", sorted(patterns()))
def test_a_pattern_takes_but_a_moment_for_a_line(name: str) -> None:
    assert slow_text(patterns()[name], anywhere=is_searched(name)) == ""


@pytest.mark.parametrize("form", [r"(?:a+)+$", r"(\w+\s*)+:", r"(?:…|\.{2,})+$"])
def test_a_pattern_that_tries_every_division_is_found_out(form: str) -> None:
    assert slow_text(re.compile(form), anywhere=False)

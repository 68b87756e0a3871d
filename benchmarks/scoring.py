"""Score what was read from labelled pages. Pure; standard library only.

Text is compared as multisets of 4-grams: of characters without white space on Chinese pages, of words
elsewhere. Every figure is a mean over the pages that carry its label: `None` is not labelled, an empty
string is labelled as absent.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

GRAM = 4
PERFECT = 0.98  # F1 from which a page counts as perfect
BAD = 0.5  # F1 below which a page counts as bad
#: In the order in which they are printed.
COLUMNS = ("F1", "P", "R", "perfect", "bad", "title", "day", "minute", "author", "auFP", "source", "chunks")

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad\u2060"))
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_TIME = re.compile(r"(\d{1,2})\s*[:时時]\s*(\d{2})")
_PADDED = re.compile(r"(?<![\u3400-\u9fff])([\u3400-\u9fff])\s+([\u3400-\u9fff])(?![\u3400-\u9fff])")
_BETWEEN = re.compile(r"[;；,，、/／&|\s]+|\band\b")
_ROLE = re.compile(
    r"^(本报|本刊|本网|见习|实习|特约|新华社|澎湃新闻|新京报|半月谈|通讯员|记者|記者|作者|撰文|采写|文|图|/|／|:|：|\s)+"
)
_LABEL = re.compile(r"^(来源|來源|信息来源|稿源|出处)")


@dataclass(slots=True)
class Score:
    """Sums over pages; `means` are the figures."""

    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    #: Labelled snippets: found, found though they should not be, and missing.
    right: int = 0
    wrong: int = 0
    missing: int = 0

    def means(self) -> dict[str, float]:
        """By column; a column that no page has a label for is left out."""
        found = {name: sum(values) / len(values) for name, values in self.values.items()}
        if self.right + self.missing:
            # The harmonic mean of precision and recall over all snippets.
            found["chunks"] = 2 * self.right / max(1, 2 * self.right + self.wrong + self.missing)
        return found

    def add(self, truth: Mapping[str, Any], read: Mapping[str, Any]) -> None:
        """Count one page."""
        if truth.get("text") is not None:
            self._add_text(read.get("text") or "", truth["text"], chinese=truth.get("lang") == "zh")
        if truth.get("chunks_with") is not None:
            self._add_chunks(read.get("text") or "", truth["chunks_with"], truth.get("chunks_without") or [])
        if truth.get("title"):
            wanted = {squash(title) for title in (truth["title"], *(truth.get("title_alt") or []))}
            self._add("title", squash(read.get("title")) in wanted)
        if truth.get("date"):
            self._add_date(when(read.get("date")), when(truth["date"]))
        if truth.get("author"):
            self._add("author", names(read.get("author")) == names(truth["author"]))
        elif truth.get("author") is not None:
            self._add("auFP", bool(squash(read.get("author"))))
        if truth.get("source"):
            wanted_sources = (truth["source"], *(truth.get("source_alt") or []))
            self._add("source", is_source(read.get("source"), wanted_sources))

    def _add(self, name: str, value: float) -> None:
        self.values[name].append(float(value))

    def _add_text(self, read: str, truth: str, *, chinese: bool) -> None:
        precision, recall, mean, same = compared(read, truth, chinese=chinese)
        for name, value in (("P", precision), ("R", recall), ("F1", mean), ("bad", mean < BAD)):
            self._add(name, value)
        self._add("perfect", same or mean >= PERFECT)

    def _add_chunks(self, read: str, wanted: Iterable[str], unwanted: Iterable[str]) -> None:
        text = _flat(read)
        found = [_flat(chunk) in text for chunk in wanted]
        self.right += sum(found)
        self.missing += len(found) - sum(found)
        self.wrong += sum(_flat(chunk) in text for chunk in unwanted)

    def _add_date(self, read: "_When", truth: "_When") -> None:
        self._add("day", read[0] == truth[0])
        if truth[1]:
            self._add("minute", read == truth)


def score(truth: Iterable[Mapping[str, Any]], read: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """The figures of a set; `read` is by the pages' ids, and a page that is missing was not read."""
    total = Score()
    for page in truth:
        total.add(page, read.get(page["id"]) or {})
    return total.means()


def compared(read: str, truth: str, *, chinese: bool) -> tuple[float, float, float, bool]:
    """Precision, recall, F1, and whether the two are the same."""
    ours, theirs = _units(read, chinese=chinese), _units(truth, chinese=chinese)
    if not theirs:
        return (0.0, 1.0, 0.0, False) if ours else (1.0, 1.0, 1.0, True)
    read_grams, true_grams = _grams(ours), _grams(theirs)
    shared = (read_grams & true_grams).total()
    precision = shared / read_grams.total() if read_grams else 0.0
    recall = shared / true_grams.total()
    mean = 2 * precision * recall / (precision + recall) if shared else 0.0
    return precision, recall, mean, ours == theirs


def squash(text: str | None) -> str:
    """Letters and digits alone."""
    return "".join(each for each in _plain(text).lower() if unicodedata.category(each)[0] in "LN")


_When = tuple[tuple[int, ...] | None, tuple[int, ...] | None]


def when(text: str | None) -> _When:
    """Day, and time of day; None for what is not stated."""
    plain = unicodedata.normalize("NFKC", str(text or ""))
    day = _DAY.search(plain)
    if day is None:
        return None, None
    time = _TIME.search(plain, day.end())
    return _numbers(day), _numbers(time) if time else None


def names(text: str | None) -> set[str]:
    """The persons of a byline; a padded name of two characters is one."""
    joined = _PADDED.sub(r"\1\2", unicodedata.normalize("NFKC", text or ""))
    parts = (_ROLE.sub("", part).strip(" ()（）[]【】") for part in _BETWEEN.split(joined))
    return {squash(part) for part in parts} - {""}


def is_source(text: str | None, wanted: Iterable[str]) -> bool:
    """Equal to one that is wanted, or one inside the other."""
    read = _LABEL.sub("", squash(text))
    if not read:
        return False
    for true in map(squash, wanted):
        shorter, longer = sorted((read, true), key=len)
        if read == true or (len(shorter) >= 3 and shorter in longer):
            return True
    return False


def _numbers(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(map(int, match.groups()))


def _plain(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").translate(_INVISIBLE)


def _units(text: str, *, chinese: bool) -> list[str]:
    plain = _plain(text)
    return list("".join(plain.split())) if chinese else re.findall(r"\w+", plain.lower())


def _grams(units: list[str]) -> Counter[tuple[str, ...]]:
    if not units:
        return Counter()
    return Counter(tuple(units[at : at + GRAM]) for at in range(max(1, len(units) - GRAM + 1)))


def _flat(text: str) -> str:
    return " ".join(text.split())

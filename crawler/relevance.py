"""Say whether a text is about the district, and by which names. Pure.

The rule is a plain one: names of the profile, found as they stand.

- A source that is taken whole is about the district whatever its texts say.
- Elsewhere headline (with the lines above and below it) and text are searched. Bylines, credits and
  links to other stories are not: a name there says nothing about the text.
- The full name, or a name of four characters and more, stands alone. A shorter one (朝阳区), a former
  name, a town and a landmark are names that other cities have too: they count when the text names the
  city, or when its publisher, its credit or its newspaper has the city in its own name.
- A town of which a part is inside (`places_partial`) is shown, and never decides.
- Where names and false friends begin at the same place the longest wins, and what it covers is spent:
  a name inside a longer false friend is not found.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from crawler.profile import District
from storage.records import Extraction, Relevance, Scope

#: 朝阳区 is in Beijing and in Changchun; names of four characters are rarely given twice.
UNIQUE_LENGTH = 4

_CJK = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇]"
#: White space, also a line end, and invisible characters between two characters of Chinese.
_BROKEN = re.compile(rf"(?<={_CJK})[\s\u200b-\u200d\u2060\ufeff\u00ad]+(?={_CJK})")


@dataclass(frozen=True, slots=True)
class _Names:
    """What a district's texts are searched for."""

    #: Finds every name and every false friend.
    pattern: re.Pattern[str]
    #: As normalised → as the profile writes it; a false friend is in none of the three.
    alone: dict[str, str]
    with_city: dict[str, str]
    shown: dict[str, str]
    city: str


def relevance(extraction: Extraction, district: District, scope: Scope, *, publisher: str = "") -> Relevance:
    """Why the text is, or is not, about the district.

    `names` are in order of appearance, also where they were not enough; `where` says whether the
    first of those that decided stands in the title or only in the text.
    """
    match scope:
        case Scope.ALL:
            return Relevance(about=True, where="source")
        case Scope.DISTRICT:
            return _search(extraction, _names(district), publisher)
        case _:
            assert_never(scope)


def _search(extraction: Extraction, names: _Names, publisher: str) -> Relevance:
    title = _plain(f"{extraction.kicker}\n{extraction.title}\n{extraction.subtitle}")
    text = _plain(extraction.text)
    in_title, in_text = names.pattern.findall(title), names.pattern.findall(text)
    published = (publisher, extraction.credit, extraction.origin, extraction.paper)
    local = any(names.city in words for words in (title, text, *map(_plain, published)))
    counting = {**names.alone, **(names.with_city if local else {})}
    every = {**names.alone, **names.with_city, **names.shown}
    found = tuple(dict.fromkeys(every[name] for name in (*in_title, *in_text) if name in every))
    if any(name in counting for name in in_title):
        return Relevance(about=True, names=found, where="title")
    if any(name in counting for name in in_text):
        return Relevance(about=True, names=found, where="text")
    return Relevance(about=False, names=found)


@lru_cache(maxsize=16)
def _names(district: District) -> _Names:
    alone = _normalised([district.full_name] if district.full_name else [])
    own = _normalised([district.name])
    with_city = _normalised([*district.former_names, *district.places, *district.landmarks])
    for name, written in own.items():
        (alone if len(name) >= UNIQUE_LENGTH else with_city)[name] = written
    shown = _normalised(district.places_partial)
    words = {*alone, *with_city, *shown, *_normalised(district.false_friends)}
    # Of several alternatives that fit at one place a pattern takes the first: so the longest come first.
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return _Names(
        pattern=re.compile("|".join(map(re.escape, longest_first))),
        alone=alone,
        with_city=with_city,
        shown=shown,
        city=_plain(district.city).removesuffix("市"),
    )


def _normalised(names: Iterable[str]) -> dict[str, str]:
    return {_plain(name): name for name in names}


def _plain(words: str) -> str:
    """Compatibility forms folded (NFKC), and nothing between two characters of Chinese."""
    return _BROKEN.sub("", unicodedata.normalize("NFKC", words)).strip()

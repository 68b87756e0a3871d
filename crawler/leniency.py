"""Say whether a text that older rules read may be the one that today's rules read from a later page. Pure.

It is asked only where the older page is gone and cannot be read again. Rules differ by whole paragraphs: they leave out
a list of links, or find a caption. An editor changes a paragraph within. So two texts are taken for one unless a
paragraph of the one has become a similar one in the other, or less than half of them is common to both.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher

from storage.records import Extraction
from text.normal import words_only

#: Share of the shorter text's words that must be in the longer one too.
COMMON = 0.5
#: Two paragraphs at least so alike are one before and after an edit.
ALIKE = 0.6
#: Paragraphs that are compared with each other; of more than so many without a partner, nobody can tell.
MOST = 60


def may_be_same(old: Extraction, new: Extraction) -> bool:
    """Whether nothing but the rules need have changed; in doubt it is so. Without the old text the titles decide."""
    if not _within(words_only(old.title), words_only(new.title)):
        return False
    if old.text_dropped_at is not None:
        return True
    before, after = _paragraphs(old.text), _paragraphs(new.text)
    lost, gained = _missing(before, after), _missing(after, before)
    if _common(before, lost, after, gained) < COMMON or max(len(lost), len(gained)) > MOST:
        return False
    return not any(_alike(one, other) for one in lost for other in gained)


def _within(one: str, other: str) -> bool:
    """Whether one of the two is part of the other: a rule cuts the name of the site from a headline."""
    return one in other or other in one


def _paragraphs(text: str) -> list[str]:
    return [words for line in text.splitlines() if (words := words_only(line))]


def _missing(paragraphs: Sequence[str], other: Sequence[str]) -> list[str]:
    """Paragraphs that are not in the other text, however that is divided into paragraphs."""
    whole = "".join(other)
    return [words for words in paragraphs if words not in whole]


def _common(before: Sequence[str], lost: Sequence[str], after: Sequence[str], gained: Sequence[str]) -> float:
    """The share of the shorter text that is in the longer one too."""
    sizes = [(_size(before), _size(lost)), (_size(after), _size(gained))]
    size, missing = min(sizes)
    return (size - missing) / size if size else 1.0


def _size(paragraphs: Sequence[str]) -> int:
    return sum(map(len, paragraphs))


def _alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE

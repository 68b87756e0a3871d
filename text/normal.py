"""Reduce a text to its words, so that two prints of the same words compare equal.

NFKC folds full-width and compatibility forms; what remains after dropping everything but letters,
marks and digits is what a person would read aloud. Punctuation, spaces, quotes and line ends differ
between a newspaper, its website and those who copy it, and are no change of the words.
"""

import re
import unicodedata

#: Anything that is not a letter, a digit or a CJK character. `\w` counts the underscore as a letter.
_NOT_WORDS = re.compile(r"[\W_]+")


def words_only(text: str) -> str:
    """The words of a text without anything between them, in lower case; idempotent."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Case folding may leave a form that NFKC changes again (ᾳ, K): fold until it is stable.
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", folded))

"""Fold what is only another way to write: widths, cases, compatibility forms, traditional characters.

Folding serves comparison alone; a folded text is never shown. It folds too much rather than too little (乾隆 becomes
干隆), which is harmless because both sides of a comparison are folded.
"""

import re
import unicodedata

from text.copies.hanzi import SIMPLIFIED, TRADITIONAL

_SIMPLER = dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))
_TRADITIONAL = re.compile(f"[{TRADITIONAL}]")
#: What NFKC changes in nearly every Chinese text. Replaced first, because NFKC of a text takes ten times as long.
_WIDE = {
    ord(each): unicodedata.normalize("NFKC", each) for each in (*map(chr, range(0xFF01, 0xFF5F)), "\u3000", "\xa0")
}
_WIDE_RUN = re.compile("[\uff01-\uff5e\u3000\xa0]+")
_NOT_WORDS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """The text in compatibility form and in simplified characters; lines and punctuation stay."""
    plain = _WIDE_RUN.sub(lambda run: run[0].translate(_WIDE), text)
    if not unicodedata.is_normalized("NFKC", plain):
        plain = unicodedata.normalize("NFKC", plain)
    return _TRADITIONAL.sub(lambda found: _SIMPLER[found[0]], plain)


def words(plain: str) -> str:
    """The letters, digits and CJK characters of a folded text, in lower case."""
    return _NOT_WORDS.sub("", plain.casefold())


def folded_words(text: str) -> str:
    """Both: what is compared of a text that needs no cleaning, such as a title."""
    return words(folded(text))


def share_traditional(text: str) -> float:
    """Which share of the characters is written in their traditional form."""
    return len(_TRADITIONAL.findall(text)) / max(1, len(text))

"""Comparing texts as a reader does: without spaces, punctuation, width and case. Pure."""

import re
import unicodedata

_NO_LETTER = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LETTERS = re.compile(r"[^\W\d_]")


def squash(text: str) -> str:
    """Letters and digits only, in NFKC and lower case."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text)).lower()


def tight(text: str) -> str:
    """NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_chinese(text: str) -> bool:
    """Whether hanzi are what it is written in; Japanese and Korean are not."""
    han = len(_HAN.findall(text))
    if not han or len(_KANA_OR_HANGUL.findall(text)) > han * 0.1:
        return False
    return han > 0.3 * len(_LETTERS.findall(text))

"""Put the pieces of a paragraph together that the columns of a printed page tore apart. Pure.

A piece that does not end a sentence goes on in the next one. Nothing is lost or moved: the joined
text has the characters of its pieces in their order, and one space where two Latin words meet.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

#: What ends a sentence or a paragraph: marks, and what closes a quotation or a bracket after them.
_ENDS = frozenset('。！？…”’）」』!?")｡')
#: A full stop or colon of half width ends a sentence, unless it stands inside a number.
_HALF_STOPS = frozenset(".:：")
#: No line begins with these: they belong to what stands before.
_GOES_ON = re.compile(r"[，。、；：！？”’）》】」』〉,;:!?)\]%％‰℃°]")
#: The next member of an enumeration (`二是…`, `（二）`, `2.`, `②`).
_MEMBER = re.compile(
    r"[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})(?:[、.．）)]|是|要|来)|第[一二三四五六七八九十]{1,2}[，,、]|[①-⑳⑴-⒇]"
)
#: A heading inside an article: set apart by a mark, or in two parts with a space, as prose never is.
_HEADING_MARK = re.compile(r"[■●◆▲▶►★☆◎]")
_TWO_PARTS = re.compile(r"[\u4e00-\u9fff“”《》]{3,14}[ \u3000]+[\u4e00-\u9fff“”《》]{3,14}")
#: What stands above a box inside or after an article.
_BOX = re.compile(
    r"[【\[]?(?:相关|新闻|背景|知识|延伸)(?:链接|阅读|背景|资料)[】\]]?|编者按|编后语?|记者手记|小贴士|名词解释|采访札记"
)
_MAX_HEADING = 24
_SIGNED = re.compile(
    r"(?:局|委|委员会|会|府|部|办公室|办|中心|公司|学校|医院|法院|检察院|报社|编辑部|馆|院|所|站|街道|镇|日|版\)?|版）|摄)$"
)
_MAX_SIGNATURE = 24
_ADDRESS = re.compile(r"(?:\.(?:com|cn|net|org)|\.html?|备\s*\d+\s*号)$")
_HAN = re.compile(r"[\u3400-\u9fff]")


def is_complete(text: str) -> bool:
    """Whether a piece ends where a paragraph can end."""
    last = text[-1:]
    if last in _HALF_STOPS:
        return not text[-2:-1].isdigit()
    return last in _ENDS


def breaks_off(text: str) -> bool:
    """Whether the last paragraph of a text stops in mid sentence.

    A colon announces something that is missing; a signature or a date after the text does not end in
    a mark and is whole all the same.
    """
    text = text.rstrip()
    if not _HAN.search(text):
        return False
    if text[-1] in ":：":
        return True
    if is_complete(text) or text[-1] in "》】〉]" or _ADDRESS.search(text):
        return False
    return not (len(text) <= _MAX_SIGNATURE and _SIGNED.search(text))


def is_heading(text: str) -> bool:
    """Whether a line that ends no sentence is a heading inside an article, which stands alone."""
    if len(text) > _MAX_HEADING:
        return False
    return bool(_HEADING_MARK.match(text) or _TWO_PARTS.fullmatch(text) or _BOX.fullmatch(text))


def goes_on(before: str, after: str, *, indented: bool = False) -> bool:
    """Whether `after` is the rest of the paragraph that `before` begins; an indented line begins its own."""
    if indented or not before or not after:
        return False
    if _GOES_ON.match(after):
        return True
    if before[-1] in _HALF_STOPS and before[-2:-1].isdigit() and after[0].isdigit():
        return True
    if is_complete(before) or is_heading(before) or is_heading(after):
        return False
    return not (before[-1] in "；;" and _MEMBER.match(after))


def glued(before: str, after: str) -> str:
    """Two pieces of one paragraph as one text."""
    latin = before[-1:].isascii() and before[-1:].isalpha() and after[:1].isascii() and after[:1].isalpha()
    return before + (" " if latin else "") + after


def joined(pieces: Iterable[tuple[str, bool]]) -> Iterator[str]:
    """The paragraphs of pieces, each a text and whether it is indented; empty pieces are skipped."""
    paragraph = ""
    for text, indented in pieces:
        if goes_on(paragraph, text, indented=indented):
            paragraph = glued(paragraph, text)
            continue
        if paragraph:
            yield paragraph
        paragraph = text
    if paragraph:
        yield paragraph


def lines_of(text: str) -> list[str]:
    """The lines of a text that was copied from somewhere: any line end, no BOM, no invisible characters."""
    return text.translate(_INVISIBLE).splitlines()


_INVISIBLE = {
    ord(character): None
    for character in "\ufeff\u200b\u200c\u200d\u2060\u00ad\x00"
    if unicodedata.name(character, "NUL")
} | {0xA0: " ", 0x2007: " ", 0x202F: " ", 0x09: " "}

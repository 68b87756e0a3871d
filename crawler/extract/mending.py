"""Put right the markup that a byte which could not be read has broken. Pure.

Such a byte stands in the text as U+FFFD, which no markup holds. In a text it costs a character; in a tag it may
cost the page: a closing quote or `</script>` that is none swallows all that follows. So what stood there is put
back where only one thing can have stood there.
"""

import re
from functools import partial

from lxml.html import defs

from crawler.extract.decode import REPLACEMENT as LOST

MAX_LOST = 200  # a page that lost more is not mended: it was decoded wrongly, or is none

_NAMES = frozenset(defs.tags) | {"section", "article", "main", "header", "footer", "nav", "aside", "figure", "video"}
#: The elements that swallow what follows, before all others; then by how often pages have them.
_FIRST = ("script", "style", "title", "textarea", "div", "span", "p", "a", "li", "ul", "td", "tr", "table")
_NAME = "[a-zA-Z0-9]"
_IN_NAME = re.compile(rf"<(/?)({_NAME}{{0,10}}){LOST}({_NAME}{{0,10}})(?=[\s/>])")
_BEFORE_NAME = re.compile(
    rf"<{LOST}(?=/?({_NAME}{{1,10}}))|(?<![</]){LOST}(?=(/?)({_NAME}{{1,10}})(?:>|\s[\w-]{{1,30}}=))"
)
_BEHIND_NAME = re.compile(rf"<(/?)({_NAME}{{1,10}}){LOST}(?=([\w-]{{1,30}}=)?)")
_OPEN_QUOTE = re.compile(rf"(?<==){LOST}(?=[^\"'<>]{{0,2000}}([\"']))")
# What a closing quote follows has no quote of its own and no tag.
_CLOSED_QUOTE = re.compile(rf"(=\s?([\"'])[^\"'<>{LOST}]{{0,2000}}){LOST}(?=\s*/?>|\s+[\w-]{{1,30}}=[\"'])")
_TAG_END = re.compile(rf"(?<=[\"']){LOST}(?=\s*<|[^\x00-\x7f])")
_COMMENT_START = re.compile(rf"<{LOST}--|<!{LOST}-|<!-{LOST}(?!-)|{LOST}!--")
_COMMENT_END = re.compile(rf"--{LOST}>?|-{LOST}-?>|{LOST}->")


def mend(source: str) -> str:
    """The page with whole tags; the same page if it lost nothing, or too much."""
    if not 0 < source.count(LOST) <= MAX_LOST:
        return source
    source = _COMMENT_START.sub("<!--", source)
    source = _COMMENT_END.sub("-->", source)
    source = _BEFORE_NAME.sub(partial(_opened, source.lower()), source)
    source = _IN_NAME.sub(_named, source)
    source = _BEHIND_NAME.sub(_ended, source)
    source = _CLOSED_QUOTE.sub(r"\1\2", source)
    source = _OPEN_QUOTE.sub(r"\1", source)
    return _TAG_END.sub(">", source)


def _opened(source: str, match: re.Match[str]) -> str:
    if match.group() == LOST:
        return "<" if match[3].lower() in _NAMES else LOST
    name = match[1].lower()
    if name not in _NAMES:
        return match.group()
    # The byte was put in, or it took the place of the slash of an end tag that is missing.
    ends = match.string[match.end()] != "/" and source.count(f"<{name}") > source.count(f"</{name}")
    return "</" if ends else "<"


def _named(match: re.Match[str]) -> str:
    """The name without the byte, if that was put in, or with the letter that it took the place of."""
    slash, before, behind = match[1], match[2].lower(), match[3].lower()
    if before + behind in _NAMES:
        return f"<{slash}{before}{behind}"
    fitting = [
        name
        for name in _NAMES
        if len(name) == len(before) + 1 + len(behind) and name.startswith(before) and name.endswith(behind)
    ]
    best = min(fitting, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name), default="")
    return f"<{slash}{best}" if best else match.group()


def _ended(match: re.Match[str]) -> str:
    slash, name = match[1], match[2]
    if name.lower() not in _NAMES:
        return match.group()
    return f"<{slash}{name} " if match[3] else f"<{slash}{name}>"

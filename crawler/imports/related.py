"""Read the list of related stories under a snapshot page: leads for discovery, never part of its text. Pure.

An item is a title (often missing), a cut snippet that begins with an ellipsis, and a time of its own line.
"""

import re
from collections.abc import Sequence

from crawler.dates import read_date
from storage.records import Lead

_TIME = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")
_CUT = re.compile(r"(?:\.{3,}|…+|。{3,})")
_HEADING = re.compile(
    r"[【\[]?(?:相关(?:阅读|新闻|资讯|推荐|文章|报道|快照)|推荐阅读|延伸阅读|猜你喜欢|为你推荐|热门推荐|更多推荐|热点推荐)[】\]]?\s*[:：]?"
)
_END = re.compile(r"更多关于.{0,20}的?资讯|^(?:上一篇|下一篇|返回|首页|版权所有|备案)")
_LONG_TITLE = 60  # characters; a line that is longer is a snippet without its ellipsis


def read_related(lines: Sequence[str], *, zone: str) -> tuple[Lead, ...]:
    """The items of a list, from the lines that stand between the notices and the end of the page."""
    leads: list[Lead] = []
    waiting: list[str] = []
    for line in lines:
        if _END.search(line):
            break
        if _HEADING.fullmatch(line):
            waiting.clear()
        elif _TIME.fullmatch(line):
            leads.extend(_lead(waiting, line, zone))
            waiting.clear()
        else:
            waiting.append(line)
    if any(_CUT.match(line) for line in waiting):  # the page was cut before the last item's time
        leads.extend(_lead(waiting, "", zone))
    return tuple(leads)


def related_start(lines: Sequence[str]) -> int | None:
    """The number of the line at which a related list begins that no notice announces; None if there is none."""
    for at, line in enumerate(lines):
        if _HEADING.fullmatch(line) and any(_TIME.fullmatch(later) for later in lines[at + 1 : at + 4]):
            return at
        if _CUT.match(line) and at + 1 < len(lines) and _TIME.fullmatch(lines[at + 1]):
            before = lines[at - 1] if at else ""
            titled = bool(before) and len(before) <= _LONG_TITLE and before[-1] not in "。！？!?…”）)"
            return at - 1 if titled else at
    return None


def _lead(lines: Sequence[str], time: str, zone: str) -> list[Lead]:
    """One item, or none if nothing but a time stands there."""
    if not lines:
        return []
    first_cut = next((at for at, line in enumerate(lines) if _CUT.match(line)), None)
    if first_cut is None:
        first_cut = 0 if len(lines) == 1 and len(lines[0]) > _LONG_TITLE else 1
    moment = read_date(time, zone=zone) if time else None
    return [
        Lead(
            title=" ".join(lines[:first_cut]),
            snippet=" ".join(lines[first_cut:]),
            published_at=moment.at if moment else None,
        )
    ]

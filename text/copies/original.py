"""Say who had a story first, and why: the one that others name as their source, else the earliest credible."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from text.copies.folding import folded, folded_words

#: A publication this much later than it was seen is a wrong date, or an announcement's.
_AHEAD = timedelta(days=1)
#: Characters of a name that may stand inside a longer one: 人民网 in 人民网-山东频道.
_LEAST_NAME = 3
#: Lines from each end in which a text says where it comes from.
_LINES = 6
#: Of those that name a source, the publishers that are told.
_SHOWN = 3
#: What has a source that is no publisher.
_THINGS = "(?<!图片)(?<!照片)(?<!视频)(?<!数据)(?<!资金)(?<!经费)(?<!收入)(?<!食品)(?<!原料)(?<!样品)"
_CREDIT = re.compile(_THINGS + r"(?:来源|来源于|稿源|出处|转自|转载自|原载)\s*[:：]\s*([^\s,，;；|。()（）]{2,30})")
#: Agencies and papers with the sites on which they publish: who names the one where only the other is there means it.
_HOUSES = (
    ("新华社", "新华通讯社", "新华网"),
    ("人民日报", "人民网"),
    ("中新社", "中国新闻社", "中新网", "中国新闻网"),
    ("央视", "中央广播电视总台", "中央电视台"),
    ("光明日报", "光明网"),
    ("经济日报", "中国经济网"),
    ("中国青年报", "中青在线"),
    ("工人日报", "中工网"),
    ("科技日报", "中国科技网"),
    ("法治日报", "法治网"),
    ("农民日报", "中国农网"),
    ("大众日报", "大众网"),
    ("齐鲁晚报", "齐鲁壹点"),
    ("菏泽日报", "中国菏泽网"),
)


class Why(StrEnum):
    """Why a member of a story counts as its original."""

    NAMED = "named"
    EARLIEST = "earliest"
    ALONE = "alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A document of a story, with what it and others say of its origin."""

    id: int
    #: Names of its publisher: as it calls itself, its site, its paper.
    names: tuple[str, ...]
    published_at: datetime | None
    first_seen_at: datetime
    #: How much later it may have been: a day, if nothing but the day is stated.
    span: timedelta = timedelta()
    #: Whom it names as its source.
    credits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The document that counts as the original of a story."""

    id: int
    why: Why
    #: Documents that name it as their source.
    named_by: tuple[int, ...] = ()
    #: Whom several name as their source though it is not among them.
    absent: str = ""

    def sentence(self, names: Sequence[str] = ()) -> str:
        """The reason as a reader sees it; `names` are those of the publishers in `named_by`."""
        match self.why:
            case Why.NAMED:
                told = list(dict.fromkeys(names))
                if not told:
                    return f"named as the source by {len(self.named_by)} of the others"
                more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
                return f"named as the source by {', '.join(told[:_SHOWN])}{more}"
            case Why.EARLIEST:
                absent = f"; {self.absent}, which several name as their source, is not among them"
                return f"the earliest with a credible date{absent if self.absent else ''}"
            case Why.ALONE:
                return "nobody else carries it"


def original_of(carriers: Sequence[Carrier]) -> Original:
    """The original among the documents of a story (at least one); the order in which they come does not matter."""
    if len(carriers) == 1:
        return Original(id=carriers[0].id, why=Why.ALONE)
    for same in (_same_name, _same_house):
        named = {each.id: tuple(sorted(o.id for o in carriers if _names(o, each, same))) for each in carriers}
        most = max(len(by) for by in named.values())
        if not most:
            continue
        first = _source_of(min((each for each in carriers if len(named[each.id]) == most), key=_since), carriers, named)
        return Original(id=first.id, why=Why.NAMED, named_by=named[first.id])
    return Original(id=min(carriers, key=_since).id, why=Why.EARLIEST, absent=_absent(carriers))


def _source_of(first: Carrier, carriers: Sequence[Carrier], named: Mapping[int, Sequence[int]]) -> Carrier:
    """Whom the one that most name has it from itself, and so on; of those that name each other, the earliest."""
    way = [first]
    while True:
        sources = [each for each in carriers if way[-1].id in named[each.id]]
        if not sources:
            return way[-1]
        source = min(sources, key=lambda each: (-len(named[each.id]), _since(each)))
        if source in way:
            return min(way[way.index(source) :], key=_since)
        way.append(source)


def _absent(carriers: Sequence[Carrier]) -> str:
    """The source that most of several documents name though none of them is it; empty if there is none."""
    own = [folded_words(name) for each in carriers for name in each.names]
    said = Counter(name for each in carriers for name in each.credits)
    for name, count in sorted(said.items(), key=lambda item: (-item[1], item[0])):
        if count > 1 and not any(_same_name(folded_words(name), mine) for mine in own):
            return name
    return ""


def credits_of(text: str) -> tuple[str, ...]:
    """Whom a text names as its source, in its first and last lines: 来源：…, 本文转自：…"""
    lines = folded(text).splitlines()
    edges = lines if len(lines) <= 2 * _LINES else lines[:_LINES] + lines[-_LINES:]
    return tuple(Counter(found for line in edges for found in _CREDIT.findall(line)))


def _names(one: Carrier, other: Carrier, same: Callable[[str, str], bool]) -> bool:
    """Whether a document names another one's publisher, and not its own, as its source."""
    said = [folded_words(each) for each in one.credits]
    own = [folded_words(each) for each in one.names]
    theirs = [folded_words(each) for each in other.names]
    return one.id != other.id and any(
        same(each, name) for each in said for name in theirs if not any(same(each, mine) for mine in own)
    )


def _same_name(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= _LEAST_NAME and longer.startswith(shorter))


def _same_house(one: str, other: str) -> bool:
    return any(one.startswith(house) and other.startswith(house) for house in _HOUSES)


def _since(each: Carrier) -> tuple[datetime, datetime, int]:
    """Since when it is there, as far as that can be believed."""
    said, seen = each.published_at, each.first_seen_at
    if said is None or said > seen + _AHEAD:
        return seen, seen, each.id
    # Of what is stated, the end: "on the 21st" is no earlier than "on the 21st at 8:30".
    return max(said, min(said + each.span, seen)), seen, each.id

"""Say when a page is not like the others of its site. Pure; it never changes what was read.

A text that depended on what had been read before would make revisions that nobody wrote. So the habits
of a site are used for one thing: to notice that a page was read in another place than usual, that a
template's words came along, or that the header was missed; one cause of all three is a site that was
rebuilt. The newest readings of a host are compared; what has become usual is unlike no more.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from storage.records import Extraction

NEWEST = 30  # readings of a host that say what is usual there
ENOUGH = 10  # fewer say nothing
USUAL_PLACE = 0.9  # of them have their text in one and the same place
USUAL_LABEL = 0.95  # of them state a day, or a source
COMMON_LINE = 0.3  # of them have a line, and at least `COMMON_PAGES`: it is a template's
COMMON_PAGES = 3
COMMON_SENTENCE = 0.8  # the same for a whole sentence: offices have phrases that they like
LINE_CHARS = 12  # a shorter line is a greeting or a signature
_STOPS = ("。", "！", "？", ".", "!", "?", "；")
TINY = 0.05  # of the usual length, and
TINY_CHARS = 40  # fewer characters than this: less than a brief


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReading:
    """What is compared of a reading."""

    url: str
    #: Where its text stood, without what differs from article to article.
    place: str
    dated: bool
    credited: bool
    chars: int
    #: Its lines that are long enough to be told from others.
    lines: frozenset[str]


def site_reading(url: str, read: Extraction) -> SiteReading:
    """What is compared of an extraction."""
    return SiteReading(
        url=url,
        place=_place(read.evidence.get("text", "")),
        dated=read.published_at is not None,
        credited=bool(read.credit),
        chars=len(read.text),
        lines=frozenset(line for line in read.text.split("\n") if len(line) >= LINE_CHARS),
    )


def unlike(new: SiteReading, others: Sequence[SiteReading]) -> str | None:
    """Why a reading is not like the newest others of its site, in a sentence; None if it is, or nothing is usual."""
    past = [other for other in others if other.url != new.url][:NEWEST]
    if len(past) < ENOUGH:
        return None
    found = (_elsewhere(new, past), _unlabelled(new, past), _common(new, past), _tiny(new, past))
    said = "; ".join(filter(None, found))
    return f"of the last {len(past)} pages of this site {said}" if said else None


def _place(evidence: str) -> str:
    """The best of several boxes is another tag on each page; that it was found by density is what counts."""
    return evidence.partition(":")[0] if evidence.startswith(("density", "header")) else evidence


def _elsewhere(new: SiteReading, past: Sequence[SiteReading]) -> str:
    place, count = Counter(other.place for other in past).most_common(1)[0]
    if not place or place == new.place or count < USUAL_PLACE * len(past):
        return ""
    return f"{count} have their text in {place}, this one in {new.place or 'no known place'}"


def _unlabelled(new: SiteReading, past: Sequence[SiteReading]) -> str:
    missing = []
    for name, has, count in (
        ("a day", new.dated, sum(other.dated for other in past)),
        ("a source", new.credited, sum(other.credited for other in past)),
    ):
        if not has and count >= USUAL_LABEL * len(past):
            missing.append(f"{count} state {name} and this one does not")
    return "; ".join(missing)


def _common(new: SiteReading, past: Sequence[SiteReading]) -> str:
    counts = Counter(line for other in past for line in other.lines & new.lines)
    for line, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        share = COMMON_SENTENCE if line.endswith(_STOPS) else COMMON_LINE
        if count >= max(COMMON_PAGES, share * len(past)):
            return f"{count} have the same line as this one: “{line[:60]}”"
    return ""


def _tiny(new: SiteReading, past: Sequence[SiteReading]) -> str:
    usual = round(median(other.chars for other in past))
    if new.chars >= TINY_CHARS or new.chars >= TINY * usual:
        return ""
    return f"half have {usual} characters or more, this one has {new.chars}"

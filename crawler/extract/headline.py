"""Find the headline among a page's lines. Pure.

The line that readers see wins over every claim, because `og:title` is cut at quotes and `<title>`
carries the site's name; claims and the listing's anchor only say which line it is.
"""

import re
from dataclasses import dataclass

from crawler.extract.boilerplate import is_header_line, is_location
from crawler.extract.layout import Layout, Line, clean_text
from crawler.extract.tags import Tags
from crawler.extract.words import squash, words

MAX_TITLE = 160
HEAD_LINES = 3000  # at the top of a page, where a headline stands below any navigation
MAX_LINES = 5  # over which a headline is broken
ENOUGH = 22.0  # a lone heading that nothing confirms

_HEADING_WEIGHT = {1: 24.0, 2: 14.0, 3: 8.0, 4: 4.0}
_TITLE_BOX = re.compile(r"title|headline|(?<![a-z])(?:bt|tit|topic|biaoti|wzbt|arti_?tit)(?![a-z])|activity-name")
_SEPARATOR = re.compile(r"\s*[_|｜]+\s*|\s+[-–—·»>~]+\s+|\s*--+\s*|(?<!\d)-(?!\d)(?=[^-]{2,14}$)|—{2}(?=[^—]{2,14}$)")
_SITE_WORDS = re.compile(
    r"网|报|频道|政府|新闻|门户|资讯|在线|客户端|电视台|委员会|中心|平台|日报|要闻|com$|\.cn$|^\W*$"
)
_TAGS = frozenset(words("原创 转载 独家 视频 图集 组图 图文 热 荐 头条 置顶 推荐 精 新 正文 专题 快讯"))
_BAR = re.compile(r"(?:19|20)\d\d|来源|时间|日期")
_ADDRESS = re.compile(r"\s*(?:https?:|www\.)\S+$", re.IGNORECASE)
_ELLIPSIS = re.compile(r"(?<![….])(?:…|\.\.)[….]*$")


@dataclass(frozen=True, slots=True)
class Headline:
    text: str
    #: Number of its line; -1 if the page does not show it.
    line: int
    evidence: str


@dataclass(frozen=True, slots=True)
class _Claim:
    text: str
    squashed: str
    weight: float
    evidence: str


def find_headline(layout: Layout, tags: Tags, anchor: str = "") -> Headline | None:
    """The headline; `anchor` is the link text of the listing that named the page."""
    claims = _claims(tags, anchor)
    whole, core = squash(tags.title), squash(strip_site(tags.title))
    site = {squash(tags.metas.get(name, "")) for name in ("sitename", "og:site_name", "application-name")} - {""}
    best, most = -1, ENOUGH
    for number, line in enumerate(layout.lines[:HEAD_LINES]):
        weight = _weight(line, layout, claims, (whole, core), site)
        if (
            0 <= weight < 60
            and 8 <= len(line.text) <= 80
            and not line.linked
            and "。" not in line.text
            and _above_header(layout, number)
        ):
            weight += 24.0
        if weight > most:
            best, most = number, weight
    if best < 0:
        return _claimed(claims, tags)
    text = _with_next_lines(layout, best, [*(claim.text for claim in claims), tags.title])
    return Headline(_completed(text, claims), best, _evidence(text, claims, layout.lines[best]))


def strip_site(title: str) -> str:
    """A `<title>` without the names of site and column behind (or before) the headline."""
    parts = [part.strip() for part in _SEPARATOR.split(title) if part.strip()]
    ends = [match.end() for match in _SEPARATOR.finditer(title)]
    if len(parts) < 2 or not ends:
        return title.strip()
    if len(parts[0]) < 8 and _SITE_WORDS.search(parts[0]) and len(parts[1]) > len(parts[0]):
        return strip_site(title[ends[0] :]) if title[ends[0] :] != title else title
    while len(parts) > 1 and (len(parts[-1]) <= 8 or _SITE_WORDS.search(parts[-1])):
        parts.pop()
    return title[: title.find(parts[-1]) + len(parts[-1])].strip()


def _claims(tags: Tags, anchor: str) -> list[_Claim]:
    named = [(tags.metas.get("articletitle", ""), 100.0, "meta:ArticleTitle"), (anchor, 70.0, "entry")]
    named += [(tags.metas.get("og:title", ""), 60.0, "meta:og:title")]
    named += [(tags.linked_data.get("headline", ""), 60.0, "json-ld")]
    named += [(tags.metas.get("twitter:title", ""), 40.0, "meta:twitter:title")]
    return [
        _Claim(text.strip(), squashed, weight, evidence)
        for text, weight, evidence in named
        if (squashed := squash(text)) and len(text) <= 2 * MAX_TITLE
    ]


def _weight(line: Line, layout: Layout, claims: list[_Claim], titles: tuple[str, str], site: set[str]) -> float:
    """How much speaks for a line being the headline; -1 for one that cannot be."""
    size = len(line.text)
    if size > MAX_TITLE or (line.linked * 2 > size and line.heading != 1):
        return -1.0
    squashed = squash(line.text)
    if len(squashed) < 2 or squashed in site or _ADDRESS.match(line.text):
        return -1.0
    weight = _HEADING_WEIGHT.get(line.heading, 0.0) + _confirmed(squashed, *titles)
    weight += max((_agreement(squashed, claim) for claim in claims), default=0.0)
    named = _TITLE_BOX.search(layout.boxes[line.box].name if line.box >= 0 else "") is not None
    if is_header_line(line.text) or is_location(line.text):
        return -1.0
    return weight + 8.0 * named


def _above_header(layout: Layout, number: int) -> bool:
    """Whether the bar of date and source follows at once."""
    following = layout.lines[number + 1 : number + 3]
    return any(_BAR.search(line.text) and is_header_line(line.text) for line in following if len(line.text) <= 140)


def _confirmed(squashed: str, whole: str, core: str) -> float:
    """What the page's `<title>` says of it."""
    if len(squashed) >= 4 and whole.startswith(squashed):
        return 40.0 + min(len(squashed), 30)
    if len(squashed) >= 6 and squashed in whole:
        return 20.0 + min(len(squashed), 30) / 2
    if len(whole) >= 8 and squashed.startswith(whole):
        return 25.0
    if len(core) >= 8 and core in squashed and len(core) >= 0.7 * len(squashed):
        return 30.0
    return 0.0


def _agreement(squashed: str, claim: _Claim) -> float:
    other = claim.squashed
    if squashed == other:
        return claim.weight
    if min(len(squashed), len(other)) < 6:
        return 0.0
    if other.startswith(squashed):
        return claim.weight * 0.6 * len(squashed) / len(other)
    if squashed.startswith(other):
        return claim.weight * 0.5
    return claim.weight * 0.4 * len(squashed) / len(other) if squashed in other else 0.0


def _with_next_lines(layout: Layout, number: int, wholes: list[str]) -> str:
    """The line, joined with those next to it where a claim or the page's title has them as one."""
    text = _without_tag(layout.lines[number])
    squashed = [squash(whole) for whole in wholes]
    for following in layout.lines[number + 1 : number + MAX_LINES]:
        if following.linked or len(following.text) > MAX_TITLE or not squash(following.text):
            break
        both = squash(text + following.text)
        if not any(whole.startswith(both) for whole in squashed):
            break
        glued = any(text[-1] + following.text[0] in whole for whole in wholes)
        text = f"{text}{following.text}" if glued else f"{text} {following.text}"
    return text


def _without_tag(line: Line) -> str:
    """The line without a tag like 原创 that stands in an element of its own."""
    pieces = [piece for piece in line.pieces if piece.strip()]
    if len(pieces) > 1 and pieces[0].strip() in _TAGS:
        return clean_text("".join(pieces[1:]))
    return line.text


def _completed(text: str, claims: list[_Claim]) -> str:
    """A headline that the page cuts with an ellipsis, as a claim has it whole."""
    if not _ELLIPSIS.search(text):
        return text
    stem = squash(_ELLIPSIS.sub("", text))
    longer = [claim.text for claim in claims if claim.squashed.startswith(stem) and len(claim.squashed) > len(stem)]
    return next((claim for claim in longer if not _ELLIPSIS.search(claim)), text) if stem else text


def _evidence(text: str, claims: list[_Claim], line: Line) -> str:
    squashed = squash(text)
    agreed = [claim.evidence for claim in claims if claim.squashed == squashed]
    shown = f"h{line.heading}" if line.heading else "line"
    return "+".join([shown, *agreed])


def _claimed(claims: list[_Claim], tags: Tags) -> Headline | None:
    """No line is the headline: take the word of the tags or of the listing."""
    stripped = strip_site(tags.title)
    for claim in claims:
        if not _ELLIPSIS.search(claim.text):
            return Headline(strip_site(claim.text) if claim.evidence != "entry" else claim.text, -1, claim.evidence)
    if squash(stripped):
        return Headline(stripped, -1, "title")
    return Headline(claims[0].text, -1, claims[0].evidence) if claims else None

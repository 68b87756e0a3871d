"""Where a text was taken from (来源). Pure."""

import re
import unicodedata
from collections.abc import Iterator

from crawler.extract.boilerplate import is_boilerplate
from crawler.extract.labels import Kind, is_label, labelled
from crawler.extract.layout import Layout, Line, clean_text
from crawler.extract.names import MEDIUM, people
from crawler.extract.tags import Tags
from crawler.extract.zone import Zone

MAX_CREDIT = 40

_NEXT_LABEL = re.compile(
    r"\s*(?:[|丨\[【(（<〉>]|(?:(?:19|20)\d\d\s*[-/.年]|\d\d[-/]\d\d[-/]\d\d)|\d+次|(?:责任)?编辑[:：]|T\s*[|+]|A[+-])|"
    r"\s+(?:(?:责任)?编辑|责编|作者|记者|撰文|审核|发布|发表|发稿|更新|时间|日期|浏览|点击|阅读|访问|人气|字号|字体|分享|"
    r"打印|评论|收藏|关注|举报|原创|扫码|我要|大\s*中\s*小)|(?:参与互动|举报|我要纠错|点击)$"
)
_DAY = re.compile(r"\d{4}\W\d{1,2}\W\d{1,2}|\d{4}年\d{1,2}月\d{1,2}")
_DATED = re.compile(r"(?:\d{4}\W\d{1,2}\W\d{1,2}|\d{4}年\d{1,2}月\d{1,2})日?(?:[\sT|]*\d{1,2}:\d\d(?::\d\d)?)?")
_CLOCK = re.compile(r"(?:\d{1,2}[-/月]\d{1,2}日?|(?:19|20)\d\d)\W*\d{0,2}|\d{1,2}:\d\d|(?:小时|分钟|天)前")
_NO_CREDIT = re.compile(
    r"[:：，。！？；、!?;,《》“”]|^[\d\W]+$|\d{4}|^(?:来自|发布于?|IP|首页|正文|原创|转载|"
    r"首发|独家|置顶|综合|国内|国际|本地|要闻|头条|北京|上海|天津|重庆|新闻|资讯|时政|视频|图片|新闻中心|上午|下午|(?:星期|[周週]).|[发刊]?[布表]?于)$|时间|"
    r"^(?:来自|发布于)|(?:记者|通讯员|作者)|省$|自治区$|^(?:浏览|点击|阅读|字号|字体|分享|打印|编辑|责编|评论|收藏|关注|登录|注册)"
)
_INDEX = re.compile(r"索引号|文号|有效性|主题分类|公开(?:方式|范围|时限)|效力|失效")
_CREDIT_BOX = re.compile(
    r"(?<![a-z])(?:source|sources|copyfrom|laiyuan|media-name|medianame|nickname|source-?name|js_name|"
    r"provider)(?![a-z])|sourcetitle"
)


def find_credit(zone: Zone, tags: Tags, front: list[Line], tail: list[Line], told: str) -> tuple[str, str]:
    """来源, and where it was read; two empty strings if the page names none.

    `front` are the lines between the headline and the text. `told` is title and text: of several names
    without a label that counts which they mention.
    """
    lines = [line for _, line in zone.lines()]
    if shown := _shown(zone.layout, lines, told):
        return shown, "header"
    if below := _first(labelled_credit(line) for line in tail):
        return below, "tail"
    if tagged := _tagged(tags):
        return tagged
    alone = _alone(front, told) or _first(labelled_credit(line, Kind.OFFICE) for line in lines)
    return (alone, "header") if alone else ("", "")


def labelled_credit(line: Line, kind: Kind = Kind.CREDIT) -> str:
    """What follows `来源：` in a line, up to the next label; empty if nothing does."""
    found = (_trimmed(part.values[0]) for part in labelled(line) if part.kind is kind and part.values)
    return next(filter(None, found), "")


def _shown(layout: Layout, lines: list[Line], told: str) -> str:
    """What the header says: an account, a label's value, or a name without a label."""
    return (
        _account(layout)
        or _first(labelled_credit(line) for line in lines)
        or _first(labelled_credit(line, Kind.ORIGIN) for line in lines)
        or _first(_unlabelled_credit(layout, line, told) for line in lines)
        or _beside_date(lines)
    )


def _first(found: Iterator[str]) -> str:
    return next(filter(None, found), "")


def _account(layout: Layout) -> str:
    """The account of a WeChat article."""
    named = (element for _, element in layout.links if element.get("id") == "js_name")
    return next((clean_text("".join(element.itertext()))[:MAX_CREDIT] for element in named), "")


def _tagged(tags: Tags) -> tuple[str, str] | None:
    value, evidence = tags.first("ContentSource", "content-source", "source", "article:source", "copyfrom")
    if not value or len(value) > MAX_CREDIT or value.startswith("http"):
        return None
    credit = _trimmed(re.sub(r"^来源\s*[:：]", "", value))
    return (credit, evidence) if credit else None


def _trimmed(value: str) -> str:
    """A credit without what a template glued to it."""
    value = unicodedata.normalize("NFKC", value).strip(" :|/-—·;,。")
    if cut := _NEXT_LABEL.search(value):
        value = value[: cut.start()] if cut.start() else ""
    words = value.split()
    if len(words) > 1 and re.search(r"[\u3400-\u9fff]$", words[0]):
        value = words[0]
    value = _without_names(value.strip(" :|/-—·;,。"))
    fits = 1 < len(value) <= MAX_CREDIT and re.search(r"[^\W\d_]", value) is not None
    return value if fits and not is_boilerplate(value) and not is_label(value) else ""


def _without_names(value: str) -> str:
    """A medium without the person beside it: `王燕/望海青年报`."""
    parts = [part.strip() for part in value.split("/")]
    media = [part for part in parts if not people(part)]
    return value if len(parts) != 2 or len(media) != 1 else media[0]


def _beside_date(lines: list[Line]) -> str:
    """The name of a medium in a line of its own, next to that of the date."""
    for number, line in enumerate(lines):
        if len(line.text) <= 40 and _DAY.search(unicodedata.normalize("NFKC", line.text)):
            for other in (*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]):
                if 2 < len(other.text) <= 12 and MEDIUM.search(other.text) and not is_boilerplate(other.text):
                    return _trimmed(other.text)
    return ""


def _unlabelled_credit(layout: Layout, line: Line, told: str) -> str:
    """A name without a label: in a box named for it, or beside the date in the same line."""
    box = layout.boxes[line.box].name if line.box >= 0 else ""
    if len(line.text) <= 24 and _CREDIT_BOX.search(box) and not re.search(r"\d{4}|[:：]", line.text):
        return _trimmed(line.text)
    if len(line.text) > 80 or _INDEX.search(line.text) or is_boilerplate(line.text):
        return ""
    pieces = [unicodedata.normalize("NFKC", piece).strip(" |·\r\n\t") for piece in line.pieces if piece.strip()]
    dated = next((number for number, piece in enumerate(pieces) if _DAY.search(piece)), None)
    if dated is None:
        return ""
    before, _, behind = _around_date(pieces[dated])
    # A word before a colon is a label, and what follows it is labelled.
    beside = [
        *re.sub(r"\S*\s*:.*", "", behind, flags=re.DOTALL).split(),
        *pieces[dated + 1 : dated + 3],
        *pieces[max(0, dated - 1) : dated],
        before,
    ]
    beside = [piece.strip(" |·()（）") for piece in beside]
    for piece in beside:
        if (found := re.match(r"来源\s*(\S{2,16})$", piece)) and not is_label(piece):
            return found[1]
    beside = [_trimmed(piece) for piece in beside if is_nameable(piece)]
    named = next((piece for piece in beside if len(piece) > 2 and MEDIUM.search(piece)), "")
    return named or next((piece for piece in beside if piece in told), "") or next(filter(None, beside), "")


def _around_date(piece: str) -> tuple[str, str, str]:
    """What stands before, in and behind the date of a piece, with its time."""
    match = _DATED.search(piece)
    return (piece[: match.start()], match.group(), piece[match.end() :]) if match else ("", piece, "")


def _alone(front: list[Line], told: str) -> str:
    """An account's name in a line of its own: by the date or the button to follow it, or a link below the headline."""
    near = [line for line in front[:10] if not is_boilerplate(line.text) or line.text.strip(" +") == "关注"]
    for number, line in enumerate(near):
        following = near[number + 1].text if number + 1 < len(near) else ""
        before = near[number - 1].text if number else ""
        beside = _CLOCK.search(following[:40]) or _CLOCK.search(before[-20:]) or following.strip(" +") == "关注"
        linked = number == 0 and line.linked >= len(line.text)
        if (beside or linked) and len(line.text) <= 14 and is_nameable(line.text) and not told.startswith(line.text):
            return _trimmed(line.text)
    return ""


def is_nameable(text: str) -> bool:
    """Whether a short text may be the name of a medium, an office or an account: no person, tool, label or place."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return (
        2 <= len(plain) <= 16
        and _NO_CREDIT.search(plain) is None
        and re.search(r"[\u3400-\u9fffA-Za-z]{2}", plain) is not None
        and not people(plain)
        and not is_boilerplate(plain)
        and not is_label(plain)
    )

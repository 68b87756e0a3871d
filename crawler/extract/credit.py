"""Where a text was taken from (来源), and the column it stands in. Pure."""

import re
import unicodedata
from collections.abc import Iterator

from crawler.extract.boilerplate import is_boilerplate
from crawler.extract.layout import Layout, Line, clean_text
from crawler.extract.names import is_name
from crawler.extract.tags import Tags
from crawler.extract.zone import Zone

MAX_CREDIT = 40
CRUMB_LINES = 200  # at the top of a page, where a breadcrumb stands

_CREDIT = re.compile(
    r"(?<!图片)(?<!资料)(?<!数据)(?<!视频)(?:(?:信息|文章|稿件|新闻|内容|本文|报道)?(?:来源|來源|稿源|"
    r"出处)(?:于|单位|网站|媒体)?|(?:本文)?(?:转自|转载自|摘自|来自))\s*[:：|丨/\]】]+\s*(?P<rest>.*)$"
)
_NEXT_LABEL = re.compile(
    r"\s*(?:[|丨\[【(（<〉>]|(?:责任)?编辑[:：]|责编|作者|记者[:：]|撰文|审核|发布|发表|发稿|更新|时间|日期|"
    r"浏览|点击|阅读|访问|人气|字号|字体|分享|打印|评论|收藏|关注|举报|原创|"
    r"扫码|我要|大\s*中\s*小|T\s*[|+]|A[+-]|(?:19|20)\d\d\s*[-/.年]|\d+次|来源[:：])"
)
_DAY = re.compile(r"\d{4}\W\d{1,2}\W\d{1,2}|\d{4}年\d{1,2}月\d{1,2}")
_CREDIT_BOX = re.compile(
    r"(?<![a-z])(?:source|sources|copyfrom|laiyuan|media-name|medianame|nickname|source-?name|js_name|"
    r"provider)(?![a-z])|sourcetitle"
)
_MEDIA = re.compile(
    r"(?:网|網|报|報|社|台|臺|站|报道|频道|客户端|新闻|中心|发布|政府|委员会|办公室|局|厅|杂志|周刊|在线|日报|"
    r"晚报|融媒|之声|电视|广播|公众号|财经)$"
)
_CRUMB_BOX = re.compile(
    r"crumb|(?<![a-z])(?:position|weizhi|dqwz|location|local|curpos|current|path|mbx|place|site-?nav)(?![a-z])"
)
_CRUMB = re.compile(r"(?:当前|所在|您的)?(?:的)?位置|^\W{0,3}首\s*页")
_COLUMN = re.compile(
    r"(?:^|[\s|])(?:所属)?(?:类别|栏目|频道|分类)\s*[:：]\s*([\u3400-\u9fff]{2,10})(?![\u3400-\u9fff])"
)
_CRUMB_END = re.compile(r"^(?:正文|详情|详细|内容|内容详情|文章|新闻详情|文章详情|详细内容|浏览文章|查看|阅读)?$")


def find_credit(zone: Zone, tags: Tags, tail: list[Line], told: str) -> tuple[str, str]:
    """来源, and where it was read; two empty strings if the page names none.

    `told` is title and text: a name without a label counts if they mention it.
    """
    lines = [line for _, line in zone.lines()]
    shown = _account(zone.layout) or _first(labelled_credit(line) for line in lines)
    shown = shown or _first(_unlabelled_credit(zone.layout, line, told) for line in lines) or _beside_date(lines)
    if shown:
        return shown, "header"
    if below := _first(labelled_credit(line) for line in tail):
        return below, "tail"
    return _tagged(tags)


def _first(found: Iterator[str]) -> str:
    return next(filter(None, found), "")


def _account(layout: Layout) -> str:
    """The account of a WeChat article."""
    named = (element for _, element in layout.links if element.get("id") == "js_name")
    return next((clean_text("".join(element.itertext()))[:MAX_CREDIT] for element in named), "")


def _tagged(tags: Tags) -> tuple[str, str]:
    value, evidence = tags.first("contentsource", "content-source", "source", "article:source", "copyfrom")
    if not value or len(value) > MAX_CREDIT or value.startswith("http"):
        return "", ""
    credit = _trimmed(re.sub(r"^来源\s*[:：]", "", value))
    return (credit, evidence) if credit else ("", "")


def labelled_credit(line: Line) -> str:
    """What follows `来源：` in a line, up to the next label; empty if nothing does."""
    if len(line.text) > 200 or not any(word in line.text for word in ("源", "处", "自")):
        return ""
    match = _CREDIT.search(line.text)
    rest = match["rest"] if match and match.start() <= 80 else ""
    # A link or span of its own says where the name ends, which spaces inside a name do not.
    for number, piece in enumerate(line.pieces):
        if piece.strip(" \t\r\n|").endswith(("来源", "稿源")) and number + 1 < len(line.pieces):
            return _trimmed(line.pieces[number + 1])
        if (found := _CREDIT.search(piece)) and (found["rest"].strip() or number + 1 < len(line.pieces)):
            following = (part for part in line.pieces[number + 1 :] if part.strip())
            rest = found["rest"] if found["rest"].strip() else next(following, "") if rest.strip() else ""
            break
    return _trimmed(rest)


def find_category(layout: Layout, tags: Tags, headline: str) -> tuple[str, str]:
    """The column, from the official tag or the breadcrumb."""
    value, evidence = tags.first("columnname", "article:section", "channelname")
    if 1 < len(value) <= 30 and re.search(r"[^\W\d_]", value):
        return value.split(",")[0].strip(), evidence
    for line in layout.lines[:CRUMB_LINES]:
        if len(line.text) <= 120 and (match := _COLUMN.search(line.text)):
            return match[1], "header"
        box = layout.boxes[line.box].name if line.box >= 0 else ""
        if len(line.text) <= 120 and (_CRUMB.search(line.text[:12]) or _CRUMB_BOX.search(box)):
            steps = [step.strip(" :：") for step in re.split(r"[>»›＞〉\\]+|\s[-/|]\s|/", line.text)]
            while len(steps) > 1 and (_CRUMB_END.match(steps[-1]) or steps[-1] == headline):
                steps.pop()
            if len(steps) > 1 and 1 < len(steps[-1]) <= 16 and not _CRUMB.search(steps[-1]):
                return steps[-1], "breadcrumb"
    return "", ""


def _trimmed(value: str) -> str:
    """A credit without what a template glued to it."""
    value = unicodedata.normalize("NFKC", value).strip(" :|/-—·;,。")
    if cut := _NEXT_LABEL.search(value):
        value = value[: cut.start()] if cut.start() else ""
    words = value.split()
    if len(words) > 1 and re.search(r"[\u3400-\u9fff]$", words[0]):
        value = words[0]
    value = value.strip(" :|/-—·;,。")
    return value if 1 < len(value) <= MAX_CREDIT and re.search(r"[^\W\d_]", value) else ""


def _beside_date(lines: list[Line]) -> str:
    """The name of a medium in a line of its own, next to that of the date."""
    for number, line in enumerate(lines):
        if len(line.text) <= 40 and _DAY.search(unicodedata.normalize("NFKC", line.text)):
            for other in (*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]):
                if 2 < len(other.text) <= 12 and _MEDIA.search(other.text) and not is_boilerplate(other.text):
                    return _trimmed(other.text)
    return ""


def _unlabelled_credit(layout: Layout, line: Line, told: str) -> str:
    """A name without a label: in a box named for it, or behind the date in the same line."""
    box = layout.boxes[line.box].name if line.box >= 0 else ""
    if len(line.text) <= 24 and _CREDIT_BOX.search(box) and not re.search(r"\d{4}", line.text):
        return _trimmed(line.text)
    if len(line.text) > 80:
        return ""
    pieces = [unicodedata.normalize("NFKC", piece).strip(" |·") for piece in line.pieces if piece.strip()]
    dated = next((number for number, piece in enumerate(pieces) if _DAY.search(piece)), None)
    if dated is None:
        return ""
    glued = re.sub(r"^.*\d日?", "", pieces[dated])
    beside = [glued, *pieces[dated + 1 : dated + 3], *pieces[max(0, dated - 1) : dated]]
    beside = [piece.strip(" |·()（）") for piece in beside]
    for piece in beside:
        if found := re.match(r"来源\s*(\S{2,16})$", piece):
            return found[1]
    named = next((piece for piece in beside if 2 < len(piece) <= 16 and _MEDIA.search(piece)), "")
    return named or next((piece for piece in beside if _is_mentioned(piece, told)), "")


def _is_mentioned(piece: str, told: str) -> bool:
    return (
        2 <= len(piece) <= 12
        and re.match(r"[\u3400-\u9fff]", piece) is not None
        and not is_name(piece)
        and piece in told
        and not is_boilerplate(piece)
    )

"""The column that an article stands in: from the official tag, a label or the breadcrumb. Pure."""

import re

from crawler.extract.labels import Kind, labelled
from crawler.extract.layout import Layout, Line
from crawler.extract.tags import Tags

CRUMB_LINES = 200  # at the top of a page, where a breadcrumb stands
MAX_CRUMB = 120  # characters of a breadcrumb
MAX_STEP = 16
MAX_STEPS = 8  # lines that a breadcrumb with one line a step is followed for

_CRUMB_BOX = re.compile(
    r"crumb|(?<![a-z])(?:position|weizhi|dqwz|location|local|curpos|current|path|mbx|place|site-?nav)(?![a-z])"
)
_CRUMB = re.compile(r"(?:当前|所在|您的)?(?:的)?位置|^\W{0,3}首\s*页")
_STROKE = re.compile(r"[>»›＞〉→]")
_SPLIT = re.compile(r"[>»›＞〉→\\]+|\s[-/|]\s|/")
_END = re.compile(r"^(?:正文|详情|详细|内容|内容详情|文章|新闻详情|文章详情|详细内容|浏览文章|查看|阅读)?$")
_COLUMN = re.compile(
    r"(?:^|[\s|])(?:所属)?(?:类别|栏目|频道|分类)\s*[:：]\s*([\u3400-\u9fff]{2,10})(?![\u3400-\u9fff])"
)


def find_category(layout: Layout, tags: Tags, headline: str) -> tuple[str, str]:
    """The column and where it was read; two empty strings if the page names none."""
    value, evidence = _tagged(tags)
    if 1 < len(value) <= 30 and re.search(r"[^\W\d_]", value):
        return re.split(r"[,，;；|]", value)[0].strip(), evidence
    lines = layout.lines[:CRUMB_LINES]
    for number, line in enumerate(lines):
        if len(line.text) > MAX_CRUMB:
            continue
        if column := _labelled(line):
            return column, "header"
        if _is_crumb(layout, line) and (column := _last_step(_trail(layout, lines, number), headline)):
            return column, "breadcrumb"
    return "", ""


def _tagged(tags: Tags) -> tuple[str, str]:
    value, evidence = tags.first("ColumnName", "article:section", "channelname", "lanmu", "og:article:section")
    return (value, evidence) if value else (tags.linked_data.get("articleSection", ""), "json-ld")


def _labelled(line: Line) -> str:
    if match := _COLUMN.search(line.text):
        return match[1]
    if "栏目" not in line.text and "类别" not in line.text:
        return ""
    names = (part.values[0] for part in labelled(line) if part.kind is Kind.COLUMN and part.values)
    return next((name for name in names if 1 < len(name) <= MAX_STEP and re.fullmatch(r"[\u3400-\u9fff]+", name)), "")


def _is_crumb(layout: Layout, line: Line) -> bool:
    if _CRUMB.search(line.text[:12]):
        return True
    box = layout.boxes[line.box] if line.box >= 0 else None
    if box is not None and _CRUMB_BOX.search(box.name):
        return True
    # `区情 > 要闻 > 正文`, linked and with nothing long in it.
    steps = _SPLIT.split(line.text)
    return (
        line.linked > 0 and _STROKE.search(line.text) is not None and all(len(step) <= MAX_STEP for step in steps[:-1])
    )


def _trail(layout: Layout, lines: list[Line], number: int) -> str:
    """The breadcrumb that begins in a line: with the next ones where each step has a line of its own."""
    text = lines[number].text
    for line in lines[number + 1 : number + MAX_STEPS]:
        strokes = _STROKE.match(line.text) or _STROKE.search(text[-1:]) or text.endswith((":", "："))
        if len(line.text) > 2 * MAX_STEP or not (strokes or _together(layout, lines[number], line)):
            break
        text = f"{text}{line.text}" if strokes else f"{text}>{line.text}"
    return text


def _together(layout: Layout, first: Line, line: Line) -> bool:
    """Whether two lines stand in one list that is named a breadcrumb."""
    around = {_around(layout, first), _around(layout, line)}
    return len(around) == 1 and (box := around.pop()) >= 0 and _CRUMB_BOX.search(layout.boxes[box].name) is not None


def _around(layout: Layout, line: Line) -> int:
    """The box around the innermost one that holds a line; -1 for none."""
    return layout.boxes[line.box].parent if line.box >= 0 else -1


def _last_step(trail: str, headline: str) -> str:
    steps = [step.strip(" :：·") for step in _SPLIT.split(trail)]
    ended = False
    while len(steps) > 1 and (_END.match(steps[-1]) or headline.startswith(steps[-1].rstrip("…. "))):
        ended |= bool(steps.pop())
    steps = [step for step in steps if step]
    if len(steps) > 1 or (ended and steps):
        last = steps[-1]
        return last if 1 < len(last) <= MAX_STEP and not _CRUMB.search(last) else ""
    return ""

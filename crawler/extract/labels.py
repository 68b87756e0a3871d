"""Split a header or tail line into its labels and their values: `来源：望海日报 作者：王燕`. Pure.

Templates set labels and values in one text, in elements of their own or glued together, with spaces
inside a label (`来　源：`) and with values left empty. A label counts if it is one of the known words
and a colon, a stroke or a bracket follows; what follows up to the next label is its value.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from crawler.extract.layout import Line
from crawler.extract.words import words

MAX_LINE = 200  # characters; a longer line is prose
MAX_BAR = 100  # characters of a line of labels that a body may begin with
EDGE = "\x1f"  # between two inline pieces of a line


class Kind(Enum):
    """What a label announces."""

    DATE = auto()
    CREDIT = auto()
    #: 发布机构 and the like, which stand for a credit where the page has none.
    OFFICE = auto()
    ORIGIN = auto()
    AUTHOR = auto()
    EDITOR = auto()
    COLUMN = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label and what stands behind it."""

    kind: Kind
    label: str
    #: The pieces of its value, stripped; none if the label is empty.
    values: tuple[str, ...]


_WORDS = {
    Kind.DATE: words(
        "最后更新时间 最后更新 最近更新 更新时间 更新日期 修改时间 编辑时间 发布时间 发布日期 发表时间 发表日期 "
        "发稿时间 发稿日期 发文时间 发文日期 刊发时间 刊发日期 刊登时间 刊登日期 上传时间 上传日期 录入时间 "
        "录入日期 创建时间 创建日期 添加时间 添加日期 公开时间 公开日期 成文时间 成文日期 印发时间 印发日期 "
        "生成时间 生成日期 提交时间 撰写时间 新闻时间 信息时间 公布时间 公布日期 时间 日期 发布于 发表于 更新于 "
        "发布"
    ),
    Kind.CREDIT: words(
        "信息来源 文章来源 稿件来源 新闻来源 内容来源 消息来源 本文来源 报道来源 资讯来源 原文来源 来源 來源 稿源 "
        "来源于 来源单位 来源网站 来源媒体 来源部门 信息来源单位 文章出处 新闻出处 出处 出處 供稿单位 供稿部门 "
        "来稿单位 来稿"
    ),
    Kind.OFFICE: words("发布机构 发布单位 发布部门 发布机关 发文机关 发文单位 公开单位 责任部门 信息提供"),
    Kind.ORIGIN: words("本文转自 本文转载自 转载自 转自 转载于 摘自 来自 原载于 原载 首发于 本文摘自"),
    Kind.AUTHOR: words(
        "文章作者 本文作者 新闻作者 作者姓名 作者 记者 通讯员 撰稿人 撰稿 撰文 采写 采编 文字 供稿人 供稿 投稿人 "
        "执笔 文/图 图/文 图文 文 编译 实习记者 见习记者 特约记者 实习生"
    ),
    Kind.EDITOR: words(
        "责任编辑 见习编辑 实习编辑 执行编辑 值班编辑 责编 编辑 初审编辑 终审编辑 初审 复审 终审 一审 二审 三审 "
        "审校 审核 审核人 审稿 校对 责任校对 编审 主编 总监制 监制 值班主任 统筹 签发 发布人 发布者 发布员 录入 "
        "录入人 录入员 录入者 上传 上传人 责任人 信息员 网站编辑 编发"
    ),
    Kind.COLUMN: words("所属栏目 所属频道 所属分类 栏目 频道 类别 分类"),
    Kind.OTHER: words(
        "图片来源 视频来源 资料来源 数据来源 摄影 摄 图 图片 供图 浏览次数 浏览量 浏览数 浏览 点击次数 点击数 "
        "点击量 点击率 点击 阅读次数 阅读量 阅读数 阅读 访问量 访问次数 人气 热度 字号 字体大小 字体 字体显示 "
        "分享到 分享至 分享 打印 评论数 评论 收藏 关注 关键词 关键字 标签 索引号 文号 发文字号 主题分类 语音播报 "
        "朗读 视力保护色 电话 地址 邮箱 扫一扫 我要纠错 有效性 公开方式 点赞 转发 网址 链接 原标题 标题 主题词 "
        "体裁 背景色 背景颜色 保护视力色 地区 专题"
    ),
}
_KINDS = {word: kind for kind, known in _WORDS.items() for word in known}
#: Too short to be believed inside other words: they stand at an edge or behind a space.
_SHORT = frozenset(words("文 图 摄 发布 上传 录入 时间 日期 标题 链接 图片 地区 专题 发布于 来自 阅读 关注"))
_LABEL = re.compile(
    rf"({'|'.join(sorted(map(re.escape, _KINDS), key=len, reverse=True))})"
    rf"[\s{EDGE}]{{0,6}}(?::+|(?<=[者文图稿字写]){EDGE}?[/|丨丶](?!\s*图\s*[:/])|(?<=[源者])[\]】]|(?P<bare>{EDGE}))"
)
_SPACED = re.compile(
    r"(?<![\u3400-\u9fff])(?:来\s+源|來\s+源|作\s+者|记\s+者|时\s+间|日\s+期|编\s+辑|责\s+编|栏\s+目|稿\s+源|出\s+处|"
    r"(?:发\s*布|发\s*表|更\s*新|信\s*息|文\s*章|稿\s*件|责\s*任|通\s*讯)\s+(?:时\s*间|日\s*期|来\s*源|作\s*者|编\s*辑|员)|"
    r"[发更信文稿责通]\s+[布表新息章件任讯]\s*(?:时\s*间|日\s*期|来\s*源|作\s*者|编\s*辑|员))(?=\s*[:：])"
)
_WIDE = re.compile(r"\s{3,}")
_WALL = re.compile(rf"{EDGE}|[|丨丶]|\s{{2,}}")
#: Labels that templates also set without a colon, in a cell or block of their own.
_BARE = re.compile(r"[\u3400-\u9fff]{0,4}(?:时间|日期|来源|來源|出处|作者|机构|单位)")


def labelled(line: Line) -> tuple[Labelled, ...]:
    """The labels of a line in their order; none in a line that is too long for a header."""
    if len(line.text) > MAX_LINE:
        return ()
    return tuple(split(EDGE.join(_WIDE.sub("  ", piece) for piece in line.pieces if piece.strip())))


def is_bar(line: Line) -> bool:
    """Whether a line is of a page's header: it says in labels when, where from or by whom."""
    telling = (Kind.DATE, Kind.CREDIT, Kind.OFFICE, Kind.AUTHOR)
    return len(line.text) <= MAX_BAR and any(part.kind in telling for part in labelled(line))


def closing_line(paragraph: str) -> Line | None:
    """What one of the last paragraphs says in labels, alone or behind its last sentence; None for nothing."""
    rest = paragraph.rpartition("。")[2]
    line = Line(rest, (rest,), 0, -1, 0, False)
    return line if is_bar(line) else None


def split(text: str) -> Iterator[Labelled]:
    """The labels of a text in their order; `EDGE` may stand between its pieces."""
    text = tight_labels(unicodedata.normalize("NFKC", text))
    found = [match for match in _LABEL.finditer(text) if _stands(text, match)]
    for number, match in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        parts = (part.strip(" \t\r\n.,;·•>-—[]【】()（）") for part in _WALL.split(text[match.end() : end]))
        yield Labelled(_KINDS[match[1]], match[1], tuple(part for part in parts if part))


def is_label(text: str) -> bool:
    """Whether a text is a known label and nothing else: with its colon, or one that needs none."""
    plain = "".join(unicodedata.normalize("NFKC", text[:24]).split())
    word = plain.rstrip(":")
    return word in _KINDS and (word != plain or _BARE.fullmatch(word) is not None)


def tight_labels(text: str) -> str:
    """The text (in NFKC) with labels set wide (`来　源:`) closed up."""
    return _SPACED.sub(lambda match: "".join(match.group().split()), text)


def _stands(text: str, match: re.Match[str]) -> bool:
    """Whether a word is a label where it stands, and not the end of another word."""
    before = text[: match.start()].rstrip(" \t\r\n")
    if match["bare"] and _BARE.fullmatch(match[1]) is None:
        return False
    if not before or before[-1] == EDGE or len(before) < match.start() or not before[-1].isalnum():
        return True
    return match[1] not in _SHORT and not match["bare"]

"""Clean a text for comparison: drop the lines that a page wraps around it, and cut what points to other stories.

What is dropped is what sites put on every page whatever the story: paths, dates, counters, buttons, credits,
disclaimers, lists of other stories. A line that is dropped wrongly does little harm, because it is dropped from
the copies as well. A text that would lose nearly everything keeps everything.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from text.copies.folding import folded, words

#: The version of these rules, of the folding and of the windows. Keys and hashes of another version cannot be
#: compared with these: a change of any of the three needs a new number here, and all texts are joined anew.
VERSION = 1

#: Characters of a line that can be boilerplate by its form alone; longer ones are prose.
_SHORT = 90
#: A text that keeps fewer characters than that is taken as it is.
_TOO_LITTLE = 12

_DAY = r"(?:(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)"
_TIME = r"(?:\d{1,2}:\d\d(?::\d\d)?)"
_STAMP = re.compile(rf"^[\[(]?\s*{_DAY}\s*{_TIME}?\s*[\])]?$")
_LABEL = (
    r"(?:信息来源|文章来源|稿件来源|本文来源|来源|来自|稿源|出处|转自|本文转自|转载自|原标题|原文链接|原文地址|信息原文地址"
    r"|发布时间|发布日期|发表时间|发稿时间|更新时间|成文日期|时间|日期|编辑|责任编辑|责编|责任编校|作者|记者|通讯员|审核|审签|校对|值班|监制|编审|初审|终审|供稿|撰稿|撰文|摄影"
    r"|浏览次数|浏览量|浏览|点击数|点击量|点击|阅读量|阅读次数|阅读|访问量|类别|类型|分类|栏目|字号|字体大小|字体|索引号|关键词|标签|分享到|分享"
    r"|快照生成时间|上一篇|下一篇|上一条|下一条|主办单位|主办|承办单位|承办|网站标识码|联系我们|邮箱地址|版权所有|当前位置|您的位置|您现在的位置|您所在的位置|位置)"
)
_LABELLED = re.compile(rf"^[\[(【□■●◆▲]?\s*{_LABEL}\s*[:：]")
_CREDIT = re.compile(
    r"^[□■◎●◆(\[]?\s*(?:本报|本网|本刊|全媒体|融媒体|见习|[一-鿿]{2,6}网|[一-鿿]{2,5}日报(?:全媒体)?)?\s*(?:记者|通讯员)\s"
)
_BUTTONS = re.compile(
    r"我要纠错|[字号体][::]?\s*(?:默认|大|小|特大)|大\s+中\s+小|小\s+中\s+大|扫一扫|打印本页|关闭窗口|返回顶部|分享到|加入收藏|设为首页"
    r"|我的订阅|ICP备|公网安备|网站标识码|网站地图|免责声明|版权归原作者|转载此文|转载请注明|侵权请联系|侵犯了?您|不代表本[站网平]|本站未对|爬虫进行"
    r"|信息快照|更多关于.{1,12}的?资讯|点击(?:查看|进入|下载)|^打印$|^分享$|^收藏$|^\[?详细\]?$|^查看全文|^阅读全文|^[一-鿿]{2,6}客户端$"
)
_PATH = re.compile(
    r"^[^。!?！？]{0,20}(?:首页|主页)\s*[>›»→]|^\S{1,12}(?:\s*[>›»]\s*\S{1,12}){1,4}\s*(?:[>›»]\s*正文)?$"
)
_BULLET = re.compile(r"^\s*[•·▪]\s*\S{1,12}$")
_OTHERS = re.compile(
    r"^[【\[(]?\s*(?:相关(?:阅读|新闻|链接|报道|稿件|推荐|文章|资讯|专题|内容|信息)|推荐(?:阅读|新闻|文章)|延伸阅读|热门(?:推荐|新闻|阅读|文章)|更多(?:新闻|推荐|阅读)"
    r"|猜你喜欢|为您推荐|精彩推荐|今日热点|最新(?:新闻|资讯|文章)|大家都在看|往期回顾|更多关于.{1,12}的?资讯)\s*[】\])]?\s*[:：>]*$"
)
_TEASER = re.compile(r"^\s*(?:\.{2,}|…)")
_ENDED = re.compile(r"[。!?！？;；][”’\"』」)）]*$")
#: Who sent a report and from where, before its first words: 新华社北京11月26日电(记者张三)
_DATELINE = re.compile(
    r"^[(\[【]?(?:(?:据)?(?:央视网|新华网|人民网|中新网|中国新闻网|大众网|[一-鿿]{2,5}网)消息\s*(?:\([^)]{1,12}\))?\s*[:：,]"
    r"|(?:新华社|中新社|中新网|人民网|新华网|本报|本网|本刊|本台|[一-鿿]{2,5}(?:社|网|报))[一-鿿]{0,8}\s*(?:\d{1,2}月)?(?:\d{1,2}日)?\s*[电讯](?=[\s((:：])\s*[)\]】]?)"
    r"\s*(?:\((?:[^()]{0,8}(?:记者|通讯员)[^()]{0,40})\))?\s*[:：]?\s*"
)
_RULES = (_STAMP, _LABELLED, _CREDIT, _BUTTONS, _PATH, _BULLET)
#: Short lines whose answers are kept: what is boilerplate comes again and again.
_LINES = 4096
#: Lines in which a dateline is looked for, and in which the title may be printed again.
_HEAD = 4


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The words of a text: letters, digits and CJK characters."""

    #: After the rules alone: the same today and tomorrow, and thus what the exact key is made of.
    by_rule: str
    #: Also without the lines that its site was seen to print with many stories, which grow in number.
    own: str


def cleaned(text: str, title: str = "", site_lines: Collection[str] = frozenset()) -> Cleaned:
    """The words of a text that count. `title` and `site_lines` are words: of its title, and of its site's lines."""
    plain = folded(text)
    lines = [stripped for line in plain.splitlines() if (stripped := line.strip())]
    kept = _own_lines(lines)
    head = [_DATELINE.sub("", line) for line in kept[:_HEAD] if not title or words(line) != title]
    kept = head + kept[_HEAD:]
    by_rule = words("".join(kept))
    if len(by_rule) < _TOO_LITTLE:
        by_rule = words(plain)
        return Cleaned(by_rule, by_rule)
    if not site_lines:
        return Cleaned(by_rule, by_rule)
    own = words("".join(line for line in kept if len(line) > _SHORT or _words_of(line) not in site_lines))
    return Cleaned(by_rule, own if len(own) >= _TOO_LITTLE else by_rule)


def _own_lines(lines: list[str]) -> list[str]:
    """The lines without boilerplate and without lists of other stories."""
    kept: list[str] = []
    pointing = False  # inside such a list
    for line in lines:
        if len(line) > _SHORT and not _TEASER.match(line):
            pointing = False
            kept.append(line)
        elif _OTHERS.match(line):
            pointing = True
        elif _TEASER.match(line):
            # It says how another story begins, whose title stands before it.
            if kept and not pointing and len(kept[-1]) <= _SHORT and not _ENDED.search(kept[-1]):
                kept.pop()
            pointing = True
        elif not (pointing and not _ENDED.search(line)) and not is_boilerplate(line):
            kept.append(line)
    return kept


@lru_cache(maxsize=_LINES)
def is_boilerplate(line: str) -> bool:
    """Whether a short line, folded and stripped, says by its form that it is no part of a story."""
    return any(rule.search(line) for rule in _RULES)


@lru_cache(maxsize=_LINES)
def _words_of(line: str) -> str:
    return words(line)

"""Read the persons that a byline, a dateline or an editors' line names. Pure; it never raises.

The forms are those of Chinese newspapers: roles before the names (`本报记者 甲 乙 通讯员 丙`), or after
them (`记者 甲 摄`), names of two characters padded with a space to the width of three, names written
without anything between them. There is no dictionary of persons behind it: two to four Chinese
characters that begin with a surname are a name where nothing else can stand.
"""

import re
import unicodedata
from collections.abc import Iterator

from crawler.extract.names import is_name as has_surname
from storage.records import Person, Role

_DOUBLE = "欧阳 司马 上官 诸葛 东方 皇甫 慕容 司徒 夏侯 令狐 尉迟 公孙 端木 宇文"
_WORDS = """
安徽 常州 成都 东莞 东营 广东 广西 广州 贵阳 贵州 桂林 海南 黄山 吉林 江苏 江西 金华 兰州 乐山 凉山 柳州 洛阳
梅州 宁波 宁夏 齐鲁 青岛 山东 山西 沈阳 苏州 太原 唐山 温州 武汉 西安 徐州 扬州 银川 余姚 岳阳 云南 张家港
张家口 浙江 郑州 周口 甘肃 鲁西 鲁南 鲁北 连云港 包头 保定 白银 新区 全市 全区 全县 全省 全国 安全 常识 单位
方案 高考 公安 公告 公示 公益 关注 广告 国庆 花絮 简讯 简介 简报 解读 金融 经济 康养 连载 连线 农业 农村 能源
任免 任命 商务 时间 时评 时尚 时政 时事 史料 司法 特写 童话 万象 文化 文件 文明 文体 文旅 文艺 文学 文物 文摘
通告 通知 通报 通讯 后记 养生 应急 游记 宣传 原创 原文 章节 政策 周边 周刊 周末 左图 右图 房产 法治 车市 向导
相关 平安 全文 全景 下同 常务 水平 和平 和谐 家庭 家长 农民 游客 居民 明天 明年 元旦 双方 万元 余人 余名
"""
#: A byline that is longer than this is prose that happens to begin like one.
MAX_BYLINE = 90
#: The marks that newspapers set before a byline.
MARKS = "□■●◆▲◇◎○▢◼"

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff〇"
_PADDED = re.compile(r"(记|作)\s+(者)|(通)\s*(讯)\s*(员)|(摄)\s+(影)|(编)\s+(辑)|(实)\s*(习)\s*(生)")
_ROLE = re.compile(r"(记者|通讯员|实习生|评论员|撰稿人?|作者|摄影|摄像|摄|编辑)\s*:?")
_ROLES = {
    "记者": Role.REPORTER,
    "实习生": Role.REPORTER,
    "通讯员": Role.CORRESPONDENT,
    "摄影": Role.PHOTO,
    "摄像": Role.PHOTO,
    "摄": Role.PHOTO,
    "编辑": Role.EDITOR,
}
#: `文/图`, `图/文`, `文/` and `摄影报道`: how the work was shared, not who did it.
_SHARES = re.compile(
    r"文\s*[/、并]\s*(?:图片?|摄影?|视频)|图\s*[/、]\s*文|摄影报道|(?<!\S)[文图]\s*[/:]|(?<!\S)[文图](?!\S)"
)
_DONE = re.compile(r"(?:综合|联合|摄影)?(?:报道|供稿|整理|编译|采写)$")
_HOUSE = re.compile(
    r"(?:报|报社|网|社|台|刊|媒体|融媒|新闻|客户端|传媒|中心|频道|杂志|电视|广播|首席|见习|实习|特约|特派|资深|高级|驻.{1,4})$"
)
_LONG_HOUSE = 3  # 王台 is a name, 电视台 is none
_SHORT_HOUSES = frozenset({"本报", "本网", "本台", "本刊", "本社", "首席", "见习", "实习", "特约", "特派"})
_EDITOR = re.compile(
    r"(?:(?:本版|本期|今日|值班|执行|统筹|初审|终审|复审|二审|三审|一审|新媒体|责任|首席)\s*)?"
    r"(?:责\s*任\s*编\s*辑|责\s*编|编\s*辑|编委|主编|总编辑?|主任|美\s*编|美术编辑|视觉|版式|组版|制版|照排|设计|文检|质检"
    r"|校\s*对|审\s*校|审\s*核|初审|复审|终审|一审|二审|三审|监制|统筹|责任校对)"
)
_LABEL = re.compile(rf"(?:{_EDITOR.pattern})\s*(?:[:/]|(?=\s))")
_NAME_LENGTHS = (2, 3, 4)
_EVERY_NAME = 20
_MAX_RUN = 24  # characters without anything between them that are still taken apart into names
#: The commonest surnames first (population register): of two ways to take a run of names apart the one
#: with the commoner surnames wins.
_COMMON = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文肖闫庞樊"
)
_COMPOUND = frozenset(_DOUBLE.split())
#: What stands in brackets or after a mark like a name and is none: places, and columns of a newspaper.
_NEVER = frozenset(_WORDS.split())


def read_people(text: str, *, strict: bool = False) -> tuple[Person, ...] | None:
    """The persons of a byline in their order, empty for one that names an organisation alone.

    None if the text is no byline: something in it is neither a role nor a house nor a name. With
    `strict` every name must begin with a known surname; without a role it must in any case.
    """
    line = _PADDED.sub(lambda match: "".join(filter(None, match.groups())), _plain(text))
    if not line or len(line) > MAX_BYLINE:
        return None
    pieces = _ROLE.split(_SHARES.sub(" ", line))
    strict = strict or len(pieces) == 1
    people: list[Person] = []
    role: Role | None = None
    evident = len(pieces) > 1
    for index in range(0, len(pieces), 2):
        names, house = _piece(pieces[index], before_role=index + 1 < len(pieces), strict=strict)
        if names is None:
            return None
        evident = evident or house
        label = pieces[index + 1] if index + 1 < len(pieces) else ""
        after = "摄" in label and bool(names) and not pieces[index + 2].strip()
        given = Role.PHOTO if after else role or (Role.REPORTER if house else Role.AUTHOR)
        people.extend(Person(name=name, role=given) for name in names)
        role = _ROLES.get(label, Role.AUTHOR) if label else role
    return tuple(people) if people or evident else None


def read_editors(text: str) -> tuple[Person, ...] | None:
    """The persons of a line like `责任编辑：甲 美编：乙`, or None if the text is no such line."""
    line = _plain(text).strip("()[]【】 ")
    match = _LABEL.search(line)
    if match is None or match.start() or len(line) > MAX_BYLINE:
        return None
    people: list[Person] = []
    for names in _labelled(line):
        if names is None:
            return None
        people.extend(Person(name=name, role=Role.EDITOR) for name in names)
    return tuple(dict.fromkeys(people)) or None


def find_editors(text: str) -> tuple[Person, ...]:
    """The editors that a longer line names at its end, as page headers do; empty if there are none."""
    line = _plain(text)
    for match in _LABEL.finditer(line):
        if people := read_editors(line[match.start() :]):
            return people
    return ()


def names_in(text: str, *, strict: bool = True) -> tuple[str, ...] | None:
    """The names that a text consists of, padding and separators removed; None if anything else is in it."""
    names: list[str] = []
    for token in _joined([token for token in re.split(r"[\s、,;/|]+", _plain(text)) if token]):
        found = (token,) if is_name(token, strict=strict) else _unglued(token)
        if not found:
            return None
        names.extend(found)
    return tuple(names)


def is_name(token: str, *, strict: bool = True) -> bool:
    """Whether a token can be a person's name; unless `strict` a pen name is believed as well."""
    if re.fullmatch(rf"[{_HAN}]{{1,8}}(?:[·•][{_HAN}]{{1,10}}){{1,3}}", token):
        return True
    if token in _NEVER:
        return False
    if has_surname(token):
        return True
    return not strict and bool(re.fullmatch(rf"[{_HAN}]{{2,4}}", token)) and not _unglued(token)


def _plain(text: str) -> str:
    """One width of characters and one space; the marks before a byline are gone."""
    folded = unicodedata.normalize("NFKC", text[: 4 * MAX_BYLINE]).replace(",", " ")
    return re.sub(r"\s+", " ", folded).strip(MARKS + " ")


def _piece(piece: str, *, before_role: bool, strict: bool) -> tuple[tuple[str, ...] | None, bool]:
    """The names between two roles and whether a house (`本报`, `某某日报全媒体`) stands among them."""
    tokens = piece.split()
    house = False
    while tokens and _DONE.search(tokens[-1]):
        tokens.pop()
    if before_role and tokens and _is_house(tokens[-1]):
        tokens.pop()
        house = True
    while tokens and _is_house(tokens[0]):
        tokens.pop(0)
        house = True
    names = names_in(" ".join(tokens), strict=strict)
    if names is None and before_role and tokens and is_name(tokens[0]) and len(tokens) > 1:
        # `记者 甲 某某市委宣传部 通讯员 乙`: between two roles a house may have any name.
        names, house = names_in(tokens[0]), True
    elif names is None and before_role and len(tokens) == 1 and len(tokens[0]) > len("某某日报"):
        names, house = (), True
    return names, house


def _is_house(token: str) -> bool:
    return token in _SHORT_HOUSES or (len(token) >= _LONG_HOUSE and bool(_HOUSE.search(token)))


def _joined(tokens: list[str]) -> Iterator[str]:
    """Put padded names together: two characters that stand alone are one name."""
    run = ""
    held = ""
    for token in tokens:
        if len(token) == 1:
            run += token
            continue
        yield from _closed(held, run)
        held, run = token, ""
    yield from _closed(held, run)


def _closed(held: str, run: str) -> Iterator[str]:
    if held in _COMPOUND and len(run) % 2:
        held, run = held + run[0], run[1:]
    if held:
        yield held
    if len(run) % 2 and len(run) >= 3:  # an odd run ends in a name of three
        yield from (run[at : at + 2] for at in range(0, len(run) - 3, 2))
        yield run[-3:]
    elif run:
        yield from (run[at : at + 2] for at in range(0, len(run), 2))


def _unglued(token: str) -> tuple[str, ...]:
    """Names that were written without anything between them; empty if the characters do not add up to names."""
    if not 4 <= len(token) <= _MAX_RUN or not re.fullmatch(rf"[{_HAN}]+", token):
        return ()
    best: dict[int, tuple[int, tuple[str, ...]]] = {0: (0, ())}
    for end in range(2, len(token) + 1):
        options = []
        for start in (end - length for length in _NAME_LENGTHS):
            name = token[max(start, 0) : end]
            if start in best and is_name(name):
                options.append((best[start][0] + _rarity(name), (*best[start][1], name)))
        if options:
            best[end] = min(options)
    return best[len(token)][1] if len(token) in best else ()


def _rarity(name: str) -> int:
    """How rare the surname is; every name costs something, so that few long names win over many short ones."""
    rank = _COMMON.find(name[0])
    return _EVERY_NAME + (len(_COMMON) if rank < 0 else rank)


def _labelled(line: str) -> Iterator[tuple[str, ...] | None]:
    labels = list(_LABEL.finditer(line))
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        yield names_in(line[label.end() : following.start() if following else len(line)].strip(" ,;/|"), strict=False)

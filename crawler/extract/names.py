"""Read the names of people from Chinese bylines. Pure.

A list of surnames and a length of two to four is enough; behind an outright label (`作者：`) a
pen name is believed too. Two-character names that a typesetter padded (`武 霖`) are joined.
"""

import re
import unicodedata
from collections.abc import Iterable

from crawler.extract.words import words
from storage.records import Person, Role

MAX_NAMES = 12

_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫"
    "宁仇栾暴甘斜厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵"
    "冉宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东"
    "欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖付覃仝佟岳代原初兰银"
    "闫亓逄苑皇盛么仉阳牟楚智买位战迟冼晋粟栗逯涂信撒官海萨钦郄荚幺招税问补区揭荔麦昂岩瞿宛闾"
    "陳張劉黃楊趙吳孫鄭馮蔣韓許呂嚴謝鄒蘇範馬鮑費賀羅畢鄔樂時傅齊顧蕭紀項董梁藍閔賈婁顏鐘駱盧單龔陸榮儲靳段烏焦車侯寧欒厲劉葉龍鄧萬聶馮譚貢"
)
_COMPOUND = frozenset(
    words(
        "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 端木 夏侯 令狐 长孙 宇文 轩辕 南宫 独孤 澹台 百里 "
        "呼延 西门 申屠 欧陽"
    )
)
_HAN = r"\u3400-\u9fff"
_NAME = re.compile(rf"[{_HAN}]{{2,4}}$")
_LONG_NAME = re.compile(rf"[{_HAN}]{{1,8}}·[{_HAN}·]{{1,12}}$")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z][A-Za-z.'-]*){0,3}$")
_PADDED = re.compile(rf"(?<![{_HAN}])([{_HAN}]) ([{_HAN}])(?![{_HAN}])")
_SPLIT = re.compile(r"[\s、,，;；/／&|丨｜和与及]+|·(?=[^\u3400-\u9fff])")
_LONG_ORGANISATION = re.compile(
    r"中心|编辑|小编|综合|整理|本站|本网|管理|系统|新闻|集团|公司|学院|大学|学校|医院|频道|政府|客户端|融媒|通讯员|记者|供稿|"
    r"街道|来源|作者|责编|发布|未知|佚名|匿名|转载|原创|文字|视频|时间|日期|[网报台局区县镇村省]$|admin|null|none|http|www",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    rf"{_LONG_ORGANISATION.pattern}|[网报社台部局委办组会处院厅队所镇街村县市区省站科厂店园馆号版摄图]", re.IGNORECASE
)
#: The end of a medium's or an office's name.
MEDIUM = re.compile(
    r"(?:网|網|报|報|社|台|臺|站|报道|频道|客户端|新闻|中心|发布|政府|委员会|办公室|局|厅|杂志|周刊|在线|日报|"
    r"晚报|融媒|之声|电视|广播|公众号|财经|传媒|观察|先锋)$"
)
#: What a page says to its readers, and a speaker in an interview.
_TOOL = re.compile(
    r"[您你吗呢的了]|^请|我要|打印|关闭|分享|收藏|纠错|返回|查看|更多|稿件|点击|评论|阅读|浏览|字号|字体|人气|登录|注册"
)
_NOT_NAMES = frozenset(
    words(
        "信息 从获 了解 了解到 现场 报道 电话 今日 昨日 近日 今天 昨天 日前 获悉 采访 表示 介绍 连线 探访 走访 通过 "
        "看到 发现 来到 走进 在此 就此 全文 正文 完 "
        "资料图 资料图片 文图 图文 有删节 详见 化名 左一 右一 左二 右二 左 右 前排 中 时间 日期 时评 时政 时事 "
        "方面 时候 高新 金融 经典 安全 方案 文化 文章 文字 和谐 "
        "平台 成果 成功 任务 何时 于是 向上 司法 国际 国内 包括 应急 房产 金额 车辆 祝贺 贺信 解读 解放 管理 "
        "卫健 边防 强调 双赢 温馨 水利 商务 丰收 全国 全市 全省 "
        "安徽 江苏 江西 云南 广东 广西 广州 海南 宁夏 山东 山西 吉林 成都 郑州 常州 温州 杭州 武汉 常德 张家口 "
        "石家庄 单县 东明 曹县 成武 平安 明天 后续 温州 苏州 "
        "毛泽东 全体 游客 居民 查看 阅读 阎王 余下 甘肃 海口 宁波 石狮 盐城 柳州 梧州 贺州 葛洲坝 雷州 安康 "
        "安阳 温泉 黄山 黄河 方便 关于 施工 高考 马上 钱款"
    )
)
_ROLES = {
    "摄影": Role.PHOTO,
    "摄": Role.PHOTO,
    "供图": Role.PHOTO,
    "图": Role.PHOTO,
    "通讯员": Role.CORRESPONDENT,
    "通訊員": Role.CORRESPONDENT,
    "记者": Role.REPORTER,
    "記者": Role.REPORTER,
    "编辑": Role.EDITOR,
}
_TAIL = re.compile(
    r"(?:(?:^|\s)[\u3400-\u9fff]{2,4})?(?:综合|联合|摄影|图文)?(?:报道|报导)$|[(（]?(?:文/?图|图/?文|摄影|摄|"
    r"整理|整合|编译|综合|发自.*)[)）]?$"
)
_LABEL = re.compile(
    r"(?:[\u3400-\u9fffA-Za-z·・\-—《》“”]{0,16}?(?:全媒体|融媒体|见习|实习|特约|首席|本报|本网|本台|特派|驻外|驻)?"
    r"(?P<label>通讯员|通訊員|记者|記者|评论员|撰稿人?|撰文|采写|文字|作者|实习生|主笔|执笔|编译|摄影|供图|"
    r"撰写)|(?P<short>文/?图|图/?文|文|图|摄)(?=[/:：丨|／\s]))"
    r"[\s:：/／丨|｜]*"
)


def people(text: str, role: Role = Role.AUTHOR, *, labelled: bool = False) -> tuple[Person, ...]:
    """The people that a list of names holds, in order; `()` if any part of it is no name.

    `labelled` says that an outright label stood before the list, so that a pen name counts.
    """
    tokens = [token for token in _SPLIT.split(_joined(text)) if token]
    found: list[Person] = []
    for token in tokens[: MAX_NAMES + 1]:
        names = _names(token, labelled)
        if not names:
            return ()
        found.extend(Person(name=name, role=role) for name in names)
    return tuple(found) if len(found) <= MAX_NAMES else ()


def credited(text: str) -> tuple[Person, ...]:
    """The people of a byline with labels in it: `记者 段彦超 通讯员 廖艳`, `文/栗思`; `()` if it is none."""
    text = unicodedata.normalize("NFKC", _tight_labels(text)).strip(" □■●◆▲◇▶*-—|()[]【】")
    labels = list(_LABEL.finditer(text))
    if not labels or labels[0].start() > 20:
        return ()
    found = list(_unlabelled(text[: labels[0].start("label" if labels[0]["label"] else "short")]))
    for number, match in enumerate(labels):
        end = labels[number + 1].start() if number + 1 < len(labels) else len(text)
        names = text[match.end() : end].strip(" ,，、;；/")
        role = _role(match["label"] or match["short"])
        if role is not Role.PHOTO and re.search(r"(?<!文)(?<!文/)摄(?:影报道)?$", names):
            role = Role.PHOTO
        found.extend(people(_TAIL.sub("", names), role, labelled=bool(re.search(r"[:/丨｜|]", match.group()))))
    return unique(found)


def _unlabelled(text: str) -> tuple[Person, ...]:
    """Reporters named behind their paper, before the first label: `山东商报·速豹新闻网 李冬访 通讯员 …`."""
    parts = _joined(text).split()
    names = [part for part in parts[1:] if is_name(part)]
    if not names or parts[1:] != names or not _ORGANISATION.search(parts[0]):
        return ()
    return tuple(Person(name=name, role=Role.REPORTER) for name in names)


def unique(persons: Iterable[Person]) -> tuple[Person, ...]:
    """Each name once, with the role it came with first."""
    seen: dict[str, Person] = {}
    for person in persons:
        seen.setdefault(person.name, person)
    return tuple(seen.values())


def is_name(token: str) -> bool:
    """Whether a word is a Chinese name by its length and surname."""
    return (
        _NAME.match(token) is not None
        and (token[0] in _SURNAMES or token[:2] in _COMPOUND)
        and (len(token) < 4 or token[:2] in _COMPOUND)
        and token not in _NOT_NAMES
        # `刘会` is a person, though `会` ends the names of offices.
        and (_LONG_ORGANISATION if len(token) == 2 else _ORGANISATION).search(token) is None
    )


def _names(token: str, labelled: bool) -> list[str]:
    token = re.sub(r"[(（\[【].*?[)）\]】]", "", token).strip(" .。:：()（）[]【】")
    if is_name(token) or _LONG_NAME.match(token):
        return [token]
    for first in (2, 3):  # two names set without a space
        if len(token) in {4, 5, 6} and is_name(token[:first]) and is_name(token[first:]):
            return [token[:first], token[first:]]
    if labelled and _believable(token):
        return [token]
    return []


def _believable(token: str) -> bool:
    """A pen name or a foreign one: short, and not an organisation."""
    if _ORGANISATION.search(token) or token in _NOT_NAMES or _TOOL.match(token):
        return False
    return re.fullmatch(rf"[{_HAN}A-Za-z0-9_]{{2,8}}", token) is not None and re.search(rf"[{_HAN}]", token) is not None


def _joined(text: str) -> str:
    """The text in NFKC, with single characters joined pairwise to names: `武 霖` → `武霖`."""
    return _PADDED.sub(r"\1\2", " ".join(unicodedata.normalize("NFKC", text).split()))


def _tight_labels(text: str) -> str:
    return re.sub(r"记\s+者", "记者", re.sub(r"作\s+者", "作者", re.sub(r"通\s*讯\s+员|通\s+讯\s*员", "通讯员", text)))


def _role(label: str) -> Role:
    if "文" in label:
        return Role.AUTHOR
    return next((role for word, role in _ROLES.items() if label.endswith(word)), Role.AUTHOR)

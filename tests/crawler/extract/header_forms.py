"""Made-up header bars of Chinese news pages in every form that templates give them, from a seed.

A form is a day, an optional time, a credit and authors, each behind one of the words that label it or
none, in some order, between some separators, as one line or as one element a value. All names and
media are invented.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DATE_LABELS = (
    *("发布时间", "发布日期", "发表时间", "发稿时间", "时间", "日期", "发布于", "上传时间", "录入时间"),
    *("发文日期", "添加时间", "添加日期", "公开日期", "刊发时间", "创建时间", "发 布 时 间", "日 期", "更新时间"),
)
CREDIT_LABELS = (
    *("来源", "信息来源", "文章来源", "稿件来源", "新闻来源", "稿源", "来 源", "内容来源", "来源于"),
    *("消息来源", "转自", "出处", "文章出处", "来源单位", "供稿单位"),
)
AUTHOR_LABELS = ("作者", "记者", "文章作者", "本文作者", "作 者", "撰稿", "通讯员", "供稿人", "文", "撰文")
CREDITS = (
    *("望海日报", "望海区人民政府", "望海发布", "区应急管理局", "望海网-生态频道", "新望社", "望海广播电视台"),
    *("望海先锋", "海右观察", "望海区融媒体中心", "宣传部", "东山街道办事处", "WH新闻", "望海教育"),
)
AUTHORS = (
    *(("王燕",), ("王之言",), ("欧阳海",), ("武霖", "林小溪"), ("陈一鸣", "刘颖", "周小满"), ("刘会",)),
    *(("阿布都热西提·买买提",), ("司马青云",), ("高建国", "马娟")),
)
DAY_FORMS = ("%Y-%m-%d", "%Y年%m月%d日", "%Y/%m/%d", "%Y.%m.%d", "%y-%m-%d")
CLOCK_FORMS = (" %H:%M", " %H:%M:%S", "%H:%M", "T%H:%M:%S+08:00", " 星期二 %H:%M", " | %H:%M", "　%H：%M")
NOISE = (
    *(
        "浏览次数：1024",
        "阅读：36",
        "字号：【大 中 小】",
        "打印",
        "【关闭】",
        "分享到：",
        "编辑：赵晓楠",
        "责任编辑：李强",
    ),
    *("点击：88次", "发布人：admin", "录入：孙晓", "审核：周伟", "评论(3)", "人气：120", "[我要纠错]", "A- A A+"),
)
COLON = ("：", ":", "： ", " : ", "：　")
SEPARATORS = (" ", "　", "&nbsp;&nbsp;", " | ", "｜", " 丨 ", "&nbsp;|&nbsp;", "  ")


@dataclass(frozen=True)
class Form:
    """A header bar and what a reader takes from it; empty strings where it says nothing."""

    bar: str
    #: `2024-03-05 08:30` or the day alone.
    date: str
    credit: str
    authors: tuple[str, ...]


def forms(seed: int, count: int) -> list[Form]:
    """That many header bars; the same for the same seed."""
    chance = random.Random(seed)
    return [_form(chance) for _ in range(count)]


def _form(chance: random.Random) -> Form:
    minutes = chance.randrange(365 * 24 * 60)
    at = datetime(2024, 1, 1, 0, 1, 41, tzinfo=UTC) + timedelta(minutes=minutes)
    at = at.replace(hour=at.hour or 12)  # midnight is a day without a time
    values = [_date(chance, at)]
    credit = chance.choice((*CREDITS, "")) if chance.random() < 0.9 else None
    authors = chance.choice((*AUTHORS, ())) if chance.random() < 0.5 else None
    if credit is not None:
        values.append((chance.choice(CREDIT_LABELS) + chance.choice(COLON), credit))
    if authors is not None:
        values.append((chance.choice(AUTHOR_LABELS) + chance.choice(COLON), _names(chance, authors)))
    chance.shuffle(values)
    values += [("", word) for word in chance.sample(NOISE, chance.randint(0, 3))]
    timed = values_timed(values)
    stated = at.strftime("%Y-%m-%d %H:%M") if timed else at.strftime("%Y-%m-%d")
    plain = [(label, value.removeprefix("\1")) for label, value in values]
    return Form(_laid_out(chance, plain), stated, credit or "", authors or ())


def values_timed(values: list[tuple[str, str]]) -> bool:
    """Whether the date among the values carries a time; it is marked with a leading `\\1`."""
    return any(value.startswith("\1") for _, value in values)


def _date(chance: random.Random, at: datetime) -> tuple[str, str]:
    label = chance.choice(DATE_LABELS) + chance.choice(COLON) if chance.random() < 0.7 else ""
    day = at.strftime(chance.choice(DAY_FORMS))
    if chance.random() < 0.25:
        return label, day
    return label, "\1" + day + at.strftime(chance.choice(CLOCK_FORMS))


def _names(chance: random.Random, authors: tuple[str, ...]) -> str:
    padded = [f"{name[0]}　{name[1]}" if len(name) == 2 and chance.random() < 0.3 else name for name in authors]
    return chance.choice((" ", "、", "，", "/")).join(padded)


def _laid_out(chance: random.Random, values: list[tuple[str, str]]) -> str:
    """The values as one line, as spans, links and icons in one, or each in a block or a cell of its own."""
    way = chance.randrange(7)
    separator = chance.choice(SEPARATORS)
    if way == 0:
        return f"<div>{separator.join(label + value for label, value in values)}</div>"
    if way == 1:
        return f"<p>{separator.join(f'<span>{label}{value}</span>' for label, value in values)}</p>"
    if way == 2:
        return f"<div>{separator.join(f'<i></i>{label}<a href=/x>{value}</a>' for label, value in values)}</div>"
    if way == 3:
        return "".join(f"<div>{label}{value}</div>" for label, value in values)
    if way == 4:
        return f"<ul>{''.join(f'<li><span>{label}</span><em>{value}</em></li>' for label, value in values)}</ul>"
    if way == 5:
        cells = "".join(f"<td>{label}{value}</td>" for label, value in values)
        return f"<table><tr>{cells}</tr></table>"
    rows = "".join(
        f"<div>{label}</div><div>{value}</div>" if label else f"<div>{value}</div>" for label, value in values
    )
    return f"<div>{rows}</div>"

"""Synthetic texts for the tests of copies: prose that is like no other, and notices of one form."""

import random
from collections.abc import Sequence
from datetime import date

from text.copies.index import Decision, Wishes
from text.copies.joining import decide
from text.copies.keys import Document, Fingerprint, fingerprint
from text.copies.memory import MemoryIndex

_NOUNS = """
道路 施工 学校 老师 医院 村民 果园 收成 企业 订单 工人 广场 演出 图书 河流 治理
公园 树木 居民 社区 电梯 改造 市场 蔬菜 价格 班车 线路 候车 冬季 供暖 管网 检修
消防 演练 志愿 服务 老人 食堂 儿童 课堂 乡镇 大棚 草莓 上市 农机 培训 夜校 非遗
剪纸 展览
"""
_SYLLABLES = _NOUNS.split()
_VERBS = ["正在", "已经", "陆续", "重新", "继续", "首次", "全面", "按期", "顺利", "逐步"]
DAY = date(2026, 3, 2)


def prose(seed: int, sentences: int = 14) -> str:
    """Paragraphs of their own; two seeds share no passage."""
    draw = random.Random(seed)
    made = []
    for number in range(sentences):
        words = draw.sample(_SYLLABLES, 7)
        made.append(
            f"{words[0]}{words[1]}{draw.choice(_VERBS)}{words[2]}{words[3]}，{words[4]}{words[5]}的{words[6]}也有了变化。"
        )
        if number % 4 == 3:
            made.append("\n")
    return "".join(made).strip()


def document(number: int, text: str, *, title: str = "", site: str = "", day: date | None = DAY) -> Document:
    """A document with a title and a site of its own, unless the test says which."""
    return Document(
        id=number,
        site=site or f"site{number}.example",
        title=title or f"第{chr(0x4E00 + number)}条",
        text=text,
        day=day,
    )


def printed(text: str, number: int = 1, *, title: str = "") -> Fingerprint:
    return fingerprint(document(number, text, title=title))


def fed(
    documents: Sequence[Document], *, batch: int = 50, index: MemoryIndex | None = None, wishes: Wishes | None = None
) -> MemoryIndex:
    """An index that was told of the documents in their order."""
    index = index or MemoryIndex()
    for start in range(0, len(documents), batch):
        some = documents[start : start + batch]
        index.apply(some, decide(some, index, wishes or Wishes()))
    return index


def stories(index: MemoryIndex) -> set[frozenset[int]]:
    return {frozenset(members) for members in index.stories().values()}


def decision(index: MemoryIndex, number: int) -> Decision:
    return index.decisions[number]


def appointed(name: str, born: str, post: str) -> str:
    return (
        "根据干部选拔任用工作有关规定，现将拟任职人选情况公示如下，听取各方面意见。\n"
        f"{name}，{born}出生，大学学历，现任区政府办公室科长，拟任{post}。\n"
        "公示期为五个工作日。对公示对象有异议的，可以来信来电来访反映，反映情况应当实事求是，提倡署真实姓名，便于调查核实和反馈结果。\n"
        "受理地点在区行政中心二楼组织科办公室，工作日上班时间均可前往。"
    )


def inspected(batches: int, failed: int, issue: int, foods: str) -> str:
    return (
        f"近期我局组织开展食品安全监督抽检，抽取{foods}等4类食品{batches}批次样品，"
        f"其中合格样品{batches - failed}批次，不合格样品{failed}批次，"
        f"现将本年第{issue}期结果通告如下。对抽检中发现的不合格食品，已要求经营者采取下架召回等措施，依法予以查处，"
        "并把情况记入信用档案。消费者发现不合格食品时，请拨打投诉举报电话反映。"
    )


def measured(month: int, days: int, pm: int, ozone: int, first: str) -> str:
    return (
        f"{month}月全区环境空气质量优良天数为{days}天，主要污染物细颗粒物平均浓度为{pm}微克每立方米，臭氧浓度为{ozone}微克每立方米。"
        f"按照综合指数评价，本月排名第一的乡镇是{first}，各乡镇要继续落实扬尘管控措施，减少露天焚烧，保持道路清扫保洁力度。"
    )

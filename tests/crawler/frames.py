"""The frame of a made-up site, drawn by a seed: navigation, lists of other stories, foot. Nothing in it is real."""

import random
from collections.abc import Iterator

from crawler.extract.words import words

SITE = "望海网"
_CHANNELS = words("首页 要闻 时政 民生 教育 健康 文旅 视频 图片 专题 评论 街镇 部门 公告 政务公开 办事服务 互动交流")
_WHERE = words("望海区 东湖街道 北港镇 市教育局 区人民医院 文化馆 老城社区 新港码头 西山林场 区消防救援大队")
_WHAT = words(
    "召开三季度经济运行分析会 启动秋冬季森林防火巡查 开展反诈骗宣传进社区活动 举办第六届渔家文化节 "
    "推进老旧小区加装电梯 "
    "为困难家庭送去过冬物资 新增三处口袋公园 组织应急演练 发布寒潮蓝色预警 公示年度先进集体名单"
)
_FOOT = (
    "主办：望海区融媒体中心　承办：望海区大数据中心",
    "联系电话：0500-6000000　地址：望海市望海区中心路1号",
    "违法和不良信息举报电话：0500-6000001",
    "望ICP备00000000号-1　望公网安备00000000000000号　网站标识码：0000000000",
    "版权所有：望海网　未经授权不得转载",
    "关于我们 | 联系我们 | 网站地图 | 隐私声明",
    "互联网新闻信息服务许可证：00000000000",
)


def story(chance: random.Random) -> str:
    """A headline."""
    return f"{chance.choice(_WHERE)}{chance.choice(_WHAT)}"


def sentence(chance: random.Random) -> str:
    """A sentence of news that the page around an article could quote."""
    return (
        f"{chance.randint(1, 12)}月{chance.randint(1, 28)}日，{story(chance)}，"
        f"相关负责人表示，将持续抓好各项工作，确保取得实效。"
    )


def day(chance: random.Random) -> str:
    return f"2026-{chance.randint(1, 11):02d}-{chance.randint(1, 28):02d}"


def rows(chance: random.Random, count: int, *, dated: bool, first: str = "") -> str:
    """A list of links to other stories."""
    lines = []
    for number in range(count):
        date = f"<span>{day(chance)}</span>" if dated else ""
        lines.append(f'<li>{first}<a href="/2026/{number}.html">{story(chance)}</a>{date}</li>')
    return f"<ul>{''.join(lines)}</ul>"


def framed(inner: str, seed: int, *, title: str = SITE, head: str = "") -> str:
    """A page of the site with `inner` where an article would stand; every seed draws another template."""
    chance = random.Random(seed)
    above, below = "".join(_above(chance)), "".join(_below(chance))
    holder = chance.choice(("div class='main'", "div class='content'", "td valign='top'", "section", "div id='zoom2'"))
    tag = holder.split()[0]
    table = ("<table><tr>", "</tr></table>") if tag == "td" else ("", "")
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{above}'
        f"{table[0]}<{holder}>{inner}</{tag}>{table[1]}{below}</body></html>"
    )


def _above(chance: random.Random) -> Iterator[str]:
    if chance.random() < 0.4:
        yield "<div class='top'>今天是2026年11月21日 星期六 <a href='/login'>登录</a> <a href='/reg'>注册</a></div>"
    if chance.random() < 0.3:
        yield "<form><input type='text' name='u'><input type='password' name='p'><button>登录</button></form>"
    links = "".join(f"<li><a href='/{number}/'>{name}</a></li>" for number, name in enumerate(_CHANNELS))
    yield f"<div class='nav'><ul>{links}</ul></div>"
    if chance.random() < 0.5:
        yield "<div class='crumb'>当前位置：<a href='/'>首页</a> &gt; <a href='/yw/'>要闻</a></div>"


def _below(chance: random.Random) -> Iterator[str]:
    if chance.random() < 0.7:
        hot = rows(chance, chance.randint(5, 12), dated=chance.random() < 0.5)
        yield f"<div class='r1'><h3>热点新闻</h3>{hot}</div>"
    if chance.random() < 0.4:
        items = "".join(
            f"<div class='item'><h4><a href='/a{number}'>{story(chance)}</a></h4><p>{sentence(chance)}</p></div>"
            for number in range(3)
        )
        yield f"<div class='r2'>{items}</div>"
    if chance.random() < 0.5:
        friends = "<a href='//a.example'>望海政府网</a><a href='//b.example'>人民之声</a>"
        yield f"<div class='yqlj'><h3>友情链接</h3>{friends}</div>"
    lines = chance.sample(_FOOT, chance.randint(2, len(_FOOT)))
    yield "<div class='bq'>" + "".join(f"<p>{line}</p>" for line in lines) + "</div>"

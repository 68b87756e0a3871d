"""Synthetic pages for the readers of listings: titles and hosts are invented, the markup is as systems write it."""

from collections.abc import Iterable

TITLES = (
    "测试街道开展消防安全演练活动",
    "测试社区举办健康讲座惠及居民",
    "测试小学迎来新学期第一堂课",
    "测试公园改造工程顺利完工开放",
    "测试企业稳岗招聘会进园区现场",
    "测试图书馆延长夜间开放时间",
)
SITE = "http://www.example.cn"

DEPARTMENTS = "".join(
    f'<li><a href="/zwgk/{100 + number}/">{name}信息公开</a></li>'
    for number, name in enumerate(("发改委", "教育局", "民政局", "司法局", "财政局", "住建局"))
)
FRAME = (
    "<html><head><title>{title}</title>{head}</head><body>"
    '<div class="nav"><ul><li><a href="/yw/index.html">测试要闻</a><div class="sub"><ul>'
    + DEPARTMENTS
    + '</ul></div></li><li><a href="/art/2019/1/2/art_9_1.html">机构职能</a></li></ul></div>'
    '<div class="left">{main}</div>'
    '<div class="links"><h4>友情链接</h4><a href="http://www.other.cn/">测试镇人民政府</a>'
    '<a href="/links/1.html" rel="nofollow">测试街道人民政府</a></div>'
    '<div class="footer"><a href="/about/contact.html">联系我们</a> <a href="/about/map.html">网站地图</a></div>'
    "</body></html>"
)


def framed(main: str, *, head: str = "", title: str = "测试要闻_测试区人民政府") -> str:
    """A page of a government site around `main`: menu with departments, friend links, footer."""
    return FRAME.replace("{title}", title).replace("{head}", head).replace("{main}", main)


def link(number: int, *, href: str = "", attributes: str = "", text: str = "") -> str:
    """A link to article `number`, in the TRS dialect unless `href` says otherwise."""
    return f'<a href="{href or href_of(number)}" {attributes}>{text or TITLES[number]}</a>'


def href_of(number: int) -> str:
    return f"./202407/t202407{number + 1:02d}_100{number}.html"


def rows(count: int = 4) -> str:
    """The usual list: a link and a day in each item."""
    items = (f"<li>{link(number)}<span>2024-07-{number + 1:02d}</span></li>" for number in range(count))
    return f'<ul class="list">{"".join(items)}</ul>'


def titles(count: int) -> list[str]:
    return list(TITLES[:count])


def joined(pieces: Iterable[str]) -> str:
    return "".join(pieces)

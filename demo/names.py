"""The names of the invented place and its people, and the slots that phrases draw from.

东岳市, 临湖新区 and everything in them do not exist; a resemblance to a real name is chance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

DISTRICT = "临湖新区"
CITY = "东岳市"
PROVINCE = "岱南省"
#: No area has a code that begins with 99 (GB/T 2260).
CODE = "990101"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A district or county with the names inside it."""

    name: str
    #: How it speaks of itself in the name of a bureau: 新区, 区, 县.
    short: str
    streets: tuple[str, ...]
    villages: tuple[str, ...]
    roads: tuple[str, ...]
    schools: tuple[str, ...]


HOME = Place(
    name=DISTRICT,
    short="新区",
    streets=("鹭洲街道", "柳溪街道", "石埠街道", "东堤街道", "菱塘街道", "望湖街道", "芦荡镇", "藕香镇"),
    villages=(
        *("柳岸社区", "桥南社区", "书院社区", "莲池社区", "槐荫社区", "渔歌社区", "塔影社区", "安澜社区"),
        *("北塘村", "大堤村", "枣林村", "苇河村", "张家湾村", "石桥头村", "双井村", "梨树洼村"),
    ),
    roads=("湖滨大道", "鹭洲路", "望岳大街", "菱香路", "东堤路", "柳溪一路", "石埠街", "芦荡大道", "文澜路", "听涛路"),
    schools=("鹭洲小学", "柳溪实验学校", "临湖一中", "石埠中心小学", "菱塘学校", "东堤幼儿园", "望湖中学", "藕香小学"),
)
#: The neighbours, whom the city's portal and its media write about as well.
NEIGHBOURS = (
    Place(
        name="云港区",
        short="区",
        streets=("港前街道", "盐仓街道", "潮声街道", "船厂街道", "灯塔镇"),
        villages=("海门社区", "盐仓社区", "桅杆社区", "锚地村", "东礁村"),
        roads=("疏港大道", "船厂路", "潮声路", "盐仓街"),
        schools=("港前小学", "潮声中学", "灯塔学校"),
    ),
    Place(
        name="古浦县",
        short="县",
        streets=("浦口镇", "石门镇", "桑园镇", "茶岭乡", "城关街道"),
        villages=("桑园村", "上浦村", "茶岭村", "东门社区", "水磨村"),
        roads=("古浦大道", "桑园路", "石门路", "县府街"),
        schools=("浦口小学", "古浦二中", "茶岭学校"),
    ),
)

SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
GIVEN = tuple("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红鹏辉斌莉凯琳晨宁峰岩朔青禾川柏语桐")
#: Not in GB2312, so that a page which declares gb2312 is not what it says; the last is not even in GBK.
RARE_GIVEN = ("喆", "堃", "昇", "玥", "珺", "垚", "㛃")
COMPANY_HEADS = ("恒岳", "湖光", "临泽", "远澜", "东禾", "岱新", "博湖", "云鹭", "瑞堤", "芦苇", "宏汐", "天澜")
COMPANY_TAILS = ("精密机械公司", "新材料公司", "智能装备公司", "食品公司", "纺织公司", "冷链物流公司", "农机公司")


def person(rng: Random, given: tuple[str, ...] = GIVEN) -> str:
    """A name of two or three characters."""
    return rng.choice(SURNAMES) + "".join(rng.sample(given, rng.choice((1, 2, 2))))


def rare_person(rng: Random) -> str:
    """A name with a character outside GB2312."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(RARE_GIVEN)


def _resident(rng: Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(("女士", "先生", "大爷", "阿姨", "奶奶", "师傅"))


Draw = Callable[[Random, Place], str]


def _between(low: int, high: int) -> Draw:
    return lambda rng, _place: str(rng.randint(low, high))


#: How a slot is filled. A slot with a digit (`s0`) keeps its value through a story.
SLOTS: Mapping[str, Draw] = MappingProxyType(
    {
        "s": lambda rng, place: rng.choice(place.streets),
        "v": lambda rng, place: rng.choice(place.villages),
        "r": lambda rng, place: rng.choice(place.roads),
        "school": lambda rng, place: rng.choice(place.schools),
        "d": lambda _rng, place: place.name,
        "c": lambda rng, _place: rng.choice(COMPANY_HEADS) + rng.choice(COMPANY_TAILS),
        "name": lambda rng, _place: person(rng),
        "who": lambda rng, _place: _resident(rng),
        "a": _between(2, 9),
        "n": _between(4, 60),
        "m": _between(11, 98),
        "h": _between(110, 980),
        "k": _between(1100, 9800),
        "age": _between(68, 91),
        "w": lambda rng, _place: f"{rng.randint(1, 9)}.{rng.randint(1, 9)}",
    }
)

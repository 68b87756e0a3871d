"""What happens to a text after it was written: it is corrected by its house, or taken over by another. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from types import MappingProxyType
from typing import assert_never

from demo.model import EditKind, Likeness, Story
from demo.names import person

#: Marks that the republisher turns into ASCII; 、 and 。 and quotation marks stay as they are.
HALF_WIDTH: Mapping[int, int] = MappingProxyType(str.maketrans("，：；？！（）", ",:;?!()"))
NUMBER = re.compile(r"\d{2,}")
#: Share of the paragraphs that an excerpt keeps.
EXCERPT_SHARE = 0.5
HOOKS = ("关注!", "刚刚公布!", "身边事:", "看点|", "东岳人速看:")


def revised(story: Story, kind: EditKind, edition: int) -> Story:
    """The story after its publisher's `edition`-th correction; each edition gives other words."""
    match kind:
        case EditKind.TITLE:
            return replace(story, title=f"{story.title.partition('（更新')[0]}（更新{edition}）")
        case EditKind.PARAGRAPH:
            paragraphs = list(story.paragraphs)
            # In the first paragraph that is neither byline nor salutation: feeds show it as the summary.
            place = next(
                (i for i, text in enumerate(paragraphs) if not text.startswith("□") and text[-1] not in "：:"), 0
            )
            paragraphs[place] += f"据最新情况，相关安排已作第{edition}次调整，以现场公示为准。"
            return replace(story, paragraphs=tuple(paragraphs))
        case EditKind.NUMBER:
            paragraphs = list(story.paragraphs)
            numbered = next((i for i, text in enumerate(paragraphs) if NUMBER.search(text)), None)
            if numbered is None:
                return revised(story, EditKind.PARAGRAPH, edition)
            paragraphs[numbered] = NUMBER.sub(lambda n: str(int(n[0]) + edition), paragraphs[numbered], count=1)
            return replace(story, paragraphs=tuple(paragraphs))
    assert_never(kind)


def republished(story: Story, likeness: Likeness, origin: str, rng: Random) -> Story:
    """The story as the republisher carries it; `origin` is the house it was taken from.

    EXACT keeps every word of headline and text. Lines above and below a headline are lost in all of them.
    """
    title = story.title.translate(HALF_WIDTH)
    paragraphs = [paragraph.translate(HALF_WIDTH) for paragraph in story.paragraphs]
    taken_from, editor = f"本文转自:{origin}", f"(责任编辑:{person(rng)})"
    match likeness:
        case Likeness.EXACT:
            pass
        case Likeness.ADDED:
            paragraphs = [taken_from, *paragraphs, editor]
        case Likeness.RETITLED:
            title = rng.choice(HOOKS) + title
            paragraphs = [taken_from, f"东岳资讯汇消息,{origin}近日报道了这样一件事。", *paragraphs, editor]
        case Likeness.EXCERPT:
            kept = max(1, round(len(paragraphs) * EXCERPT_SHARE))
            paragraphs = [taken_from, *paragraphs[:kept], "……(更多内容请看原文)"]
        case _:
            assert_never(likeness)
    return replace(story, title=title, paragraphs=tuple(paragraphs), kicker="", subtitle="", editor=person(rng))

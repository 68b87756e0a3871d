"""What two texts are to each other."""

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.copies.texts import DAY, appointed, document, inspected, measured, printed, prose
from text.copies.compare import compare, reading
from text.copies.folding import folded_words
from text.copies.keys import Fingerprint, fingerprint
from text.copies.relate import relate
from text.copies.relation import Evidence, Kinship, sentence

short_words = st.text(alphabet="甲乙丙丁戊己庚辛12", max_size=60)
TEXT = prose(7, 20)


def kinship(one: Fingerprint, other: Fingerprint) -> Kinship | None:
    found = relate(one, other)
    return None if found is None else found[0]


@given(short_words, short_words)
def test_a_comparison_is_symmetric(one: str, other: str) -> None:
    there, back = compare(reading(one), reading(other)), compare(reading(other), reading(one))
    assert (there.containment, there.jaccard, there.matched) == (back.containment, back.jaccard, back.matched)
    assert [(each.other, each.one) for each in there.replaced] == [(each.one, each.other) for each in back.replaced]


@given(short_words, short_words)
def test_passages_are_the_same_in_both_texts(one: str, other: str) -> None:
    for each in compare(reading(one), reading(other)).passages:
        assert one[each.one : each.one + each.length] == other[each.other : each.other + each.length] != ""


@given(st.text(max_size=200))
def test_a_text_and_itself_are_exact(text: str) -> None:
    assert kinship(printed(text, 1), printed(text, 2, title="第丁条")) is Kinship.EXACT


@given(st.integers(0, 10_000), st.lists(st.sampled_from("，。 \n　“”!?:"), max_size=20))
def test_punctuation_and_space_do_not_matter(seed: int, marks: list[str]) -> None:
    draw = random.Random(seed)
    changed = list(TEXT)
    for mark in marks:
        # Not inside a line that could become boilerplate by being short.
        changed.insert(draw.randrange(len(changed)), mark.replace("\n", " "))
    assert kinship(printed(TEXT, 1), printed("".join(changed), 2)) is Kinship.EXACT


def edited() -> dict[str, str]:
    paragraphs = TEXT.split("\n")
    wide = TEXT.translate({ord(a): ord(b) for a, b in zip("0123456789", "０１２３４５６７８９", strict=True)})
    return {
        "punctuation": TEXT.replace("，", ",").replace("。", "."),
        "width": wide,
        "reflow": TEXT.replace("\n", ""),
        "traditional": TEXT.translate(
            str.maketrans("学师医艺农园乡树线冬机训剪纸览书", "學師醫藝農園鄉樹線冬機訓剪紙覽書")
        ),
        "reprint line": f"本文转自：某某客户端\n{TEXT}",
        "byline": f"□本报记者 张三 通讯员 李四\n{TEXT}",
        "line before": f"区里传来一个消息\n{TEXT}",
        "boilerplate before": f"首页 > 新闻\n来源：某某 2026-03-02 字号：大 中 小\n{TEXT}",
        "boilerplate after": f"{TEXT}\n免责声明：本文来自网络，版权归原作者所有，如有侵权请联系删除。\n(责编：张三)",
        "paragraph dropped": "\n".join(paragraphs[:1] + paragraphs[2:]),
        "cut": TEXT[: len(TEXT) * 6 // 10] + "……",
        "cut short": TEXT[: len(TEXT) * 4 // 10] + "\n[详细]",
        "slips": TEXT[:60] + "了" + TEXT[60:150] + TEXT[151:220] + "某" + TEXT[221:],
        "related list": f"{TEXT}\n推荐阅读\n某地办起展览会\n...观众可以免费参观，展出\n2026-03-01 08:00:00",
    }


@pytest.mark.parametrize("kind", sorted(edited()))
def test_an_edited_copy_is_a_copy(kind: str) -> None:
    found = relate(printed(TEXT, 1), printed(edited()[kind], 2))
    assert found is not None
    assert found[0] in (Kinship.EXACT, Kinship.NEAR)


def test_a_few_changed_numbers_are_an_update() -> None:
    before = f"{TEXT}\n据统计，活动共惠及1200户居民，投入资金35万元。{prose(8, 4)}"
    found = relate(printed(before, 1), printed(before.replace("1200", "1300").replace("35", "36"), 2))
    assert found is not None
    assert found[0] is Kinship.UPDATED
    assert len(found[1].numbers) == 2


def test_a_small_part_with_another_title_is_an_excerpt() -> None:
    page = "\n".join(prose(seed, 12) for seed in range(6))
    part = prose(2, 12)
    assert kinship(printed(part, 1), printed(page, 2)) is Kinship.EXCERPT
    assert kinship(printed(page, 2), printed(part, 1)) is Kinship.CONTAINS


def test_a_small_part_with_the_same_title_is_a_copy() -> None:
    whole, part = prose(2, 40), prose(2, 8)
    one = fingerprint(document(1, part, title="广场上的冬季演出"))
    assert kinship(one, fingerprint(document(2, whole, title="广场上的冬季演出"))) is Kinship.NEAR


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (appointed("张三丰", "1971年5月", "区教育局局长"), appointed("李四光", "1983年11月", "区水务局副局长")),
        (inspected(37, 2, 12, "糕点、豆制品、饮料、蔬菜"), inspected(235, 6, 49, "调味品、酒类、饮料、糕点")),
        (measured(3, 25, 41, 120, "大屯镇"), measured(4, 18, 55, 168, "安兴镇")),
        (inspected(37, 2, 12, "糕点、豆制品、饮料、蔬菜"), inspected(37, 3, 13, "糕点、豆制品、饮料、蔬菜")),
    ],
    ids=["appointment", "food", "air", "food with few differences"],
)
def test_another_notice_of_the_same_form_is_no_copy(one: str, other: str) -> None:
    assert kinship(printed(one, 1, title="公示"), printed(other, 2, title="公示")) in (Kinship.TEMPLATE, None)
    assert kinship(printed(one, 1, title="公示"), printed(one, 3, title="公示")) is Kinship.EXACT


def reported(district: str, office: str, work: str, order: Sequence[int]) -> str:
    """A report put together from stock sentences, in some order."""
    sentences = (
        f"近日，{district}{office}围绕{work}召开现场会，会议要求各街道压实责任、细化台账，确保任务按期完成。",
        "记者在现场看到，81名工作人员分为8个小组，逐户登记、逐项核对。各项工作正有序推进。",
        "在临江街道，志愿者走进81户独居老人家中，送去米面油等生活物资。这一做法得到居民的广泛好评。",
        "与此同时，区里还开通了热线电话，全天候受理群众意见，做到件件有回音。各项工作正有序推进。",
        "据了解，今年以来该区已累计投入资金1053万元，涉及81个社区、17010户居民。",
        f"{office}相关负责人表示，下一步将建立长效机制，每月通报一次进展，确保{work}落到实处、见到成效。",
    )
    return "\n".join(sentences[at] for at in order)


def test_the_same_sentences_in_another_order_are_no_copy() -> None:
    one = printed(reported("安平区", "城管局", "托育服务", range(6)), 1)
    other = printed(reported("临江区", "教育局", "老旧小区改造", (4, 3, 5, 1, 0, 2)), 2)
    assert kinship(one, other) is kinship(other, one) is Kinship.TEMPLATE


def test_a_paragraph_that_was_moved_makes_no_other_text() -> None:
    paragraphs = TEXT.split("\n")
    moved = "\n".join((*paragraphs[1:], paragraphs[0]))
    assert kinship(printed(TEXT, 1), printed(moved, 2)) is Kinship.NEAR


def test_a_number_in_the_title_does_not_make_a_part_another_notice() -> None:
    page = fingerprint(document(1, "\n".join(prose(seed, 14) for seed in (1, 2, 3, 4)), title="要闻4则"))
    part = fingerprint(document(2, prose(2, 14), title="我区38个小区开工改造"))
    assert (kinship(page, part), kinship(part, page)) == (Kinship.CONTAINS, Kinship.EXCERPT)


def test_titles_that_differ_by_a_number_are_two_notices() -> None:
    one = document(1, f"{TEXT}共3处。其余照旧办理", title="第12期通告")
    other = document(2, f"{TEXT}共5处。其余照旧办理", title="第13期通告")
    assert kinship(fingerprint(one), fingerprint(other)) is Kinship.TEMPLATE


def test_the_same_words_after_more_than_a_month_are_repeated() -> None:
    one, soon, late = (
        fingerprint(document(n, TEXT, day=DAY + timedelta(days))) for n, days in ((1, 0), (2, 30), (3, 31))
    )
    assert kinship(one, soon) is Kinship.EXACT
    assert kinship(one, late) is Kinship.REPEATED


def test_texts_that_say_too_little_are_one_only_with_the_same_title() -> None:
    assert kinship(printed("详见附件", 1, title="甲通知"), printed("详见附件", 2, title="乙通知")) is None
    assert kinship(printed("详见附件", 1, title="甲通知"), printed("详见附件", 2, title="甲通知")) is Kinship.EXACT


def test_unlike_texts_have_nothing_to_do_with_each_other() -> None:
    assert kinship(printed(prose(1), 1), printed(prose(2), 2)) is None


def test_evidence_survives_being_stored_and_is_a_sentence() -> None:
    evidence = Evidence(
        containment=0.91,
        jaccard=0.85,
        matched=300,
        length=320,
        other_length=330,
        numbers=(("35", "36"), ("", "1")),
        days_apart=2,
    )
    assert Evidence.from_json(evidence.to_json()) == evidence
    assert sentence(Kinship.UPDATED, evidence) == (
        "the same text with other numbers; 300 characters shared of 320 and 330; containment 0.91, Jaccard 0.85; "
        "numbers 35 instead of 36, ∅ instead of 1"
    )


def test_every_kinship_has_a_sentence() -> None:
    evidence = Evidence(containment=1, jaccard=1, matched=1, length=1, other_length=1, days_apart=40)
    assert all(sentence(each, evidence) for each in Kinship)


@pytest.mark.parametrize("text", ["字" * 200_000, "甲乙丙丁戊己庚辛" * 20_000, "a" * 100_000 + "字"])
def test_hostile_texts_are_compared(text: str) -> None:
    changed = text[: len(text) // 2] + "某" + text[len(text) // 2 :]
    assert kinship(printed(text, 1), printed(changed, 2)) in (Kinship.NEAR, Kinship.EXACT)


def test_lines_that_two_sites_print_with_many_stories_do_not_tear_a_copy_from_its_text() -> None:
    lines = [prose(seed, 1) for seed in range(40, 52)]
    learnt = [frozenset(folded_words(line) for line in some) for some in (lines[1:6], lines[6:11])]
    text, copy = "\n".join(lines), "\n".join(["本站讯", *lines])
    ours = fingerprint(document(1, text, title="同题"), learnt[0])
    assert kinship(ours, fingerprint(document(2, copy, title="同题"), learnt[1])) is Kinship.NEAR
    of_the_form = copy.replace(lines[0], prose(99, 1)).replace(lines[11], prose(98, 1))
    assert kinship(ours, fingerprint(document(3, of_the_form, title="同题"), learnt[1])) is not Kinship.NEAR

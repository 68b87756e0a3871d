"""In which story a text belongs, whatever the order in which texts come."""

import random
from collections.abc import Sequence

import pytest

from tests.text.copies.texts import appointed, decision, document, fed, inspected, prose, stories
from text.copies.index import Wishes
from text.copies.joining import decide
from text.copies.keys import Document
from text.copies.memory import MemoryIndex
from text.copies.relation import Kinship
from text.copies.sketch import CROWDED, USUAL

ORDERS = ("given", "reversed", "shuffled")


def in_order(documents: Sequence[Document], order: str, seed: int = 3) -> list[Document]:
    mixed = list(documents)
    if order == "shuffled":
        random.Random(seed).shuffle(mixed)
    return mixed[::-1] if order == "reversed" else mixed


def linked(index: MemoryIndex) -> set[frozenset[int]]:
    """Pairs that a decision links, whichever side says it."""
    pairs = set()
    for number, each in index.decisions.items():
        pairs |= {frozenset((number, link.other)) for link in each.links}
        pairs |= {frozenset((parting.document, link.other)) for parting in each.partings for link in parting.links}
    return pairs


def corpus() -> tuple[list[Document], set[frozenset[int]]]:
    """Twelve stories with four copies each, and notices of two forms."""
    documents, expected = [], set()
    for story in range(12):
        text, title = prose(100 + story, 24), f"{prose(500 + story, 1)[:14]}"
        versions = [
            text,
            f"本文转自：某某客户端\n{text}",
            text[: len(text) * 6 // 10],
            "\n".join(text.split("\n")[1:]),
            f"{text.replace('，', ',')}\n免责声明：本文来自网络，如有侵权请联系删除。",
        ]
        numbers = [10 * story + 1 + at for at in range(len(versions))]
        documents += [document(n, each, title=title) for n, each in zip(numbers, versions, strict=True)]
        expected.add(frozenset(numbers))
    people = ["张三丰", "李四光", "王五岳", "赵六和"]
    for number, name in enumerate(people, 500):
        documents.append(
            document(
                number, appointed(name, f"19{number - 430}年{number - 496}月", f"区{name[1]}务局局长"), title="任前公示"
            )
        )
    for number in range(600, 605):
        text = inspected(30 + 17 * (number - 599), number - 598, number - 590, "糕点、饮料、蔬菜、豆制品")
        documents.append(document(number, text, title="抽检通告", site="gov.example"))
    return documents, expected | {frozenset({n}) for n in (*range(500, 504), *range(600, 605))}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("batch", [1, 7, 100])
def test_copies_are_one_story_and_notices_are_not_in_any_order(order: str, batch: int) -> None:
    documents, expected = corpus()
    assert stories(fed(in_order(documents, order), batch=batch)) == expected


def test_deciding_again_changes_nothing() -> None:
    documents, _ = corpus()
    index = fed(documents)
    assert decide(documents, index) == []


def test_a_document_whose_text_changed_is_decided_anew() -> None:
    index = fed([document(1, prose(1)), document(2, prose(2))])
    fed([document(2, prose(1))], index=index)
    assert stories(index) == {frozenset({1, 2})}


def test_the_reason_is_kept_with_the_partner() -> None:
    index = fed([document(1, prose(1)), document(2, prose(1) + prose(3, 2))])
    told = decision(index, 2)
    assert (told.partner, told.kinship) == (1, Kinship.NEAR)
    assert told.evidence is not None
    assert told.evidence.containment == 1


def two_stories() -> list[Document]:
    one, two = prose(1, 16), prose(2, 16)
    return [
        document(1, one, title="果园里的收成"),
        document(2, two, title="电梯改造完成"),
        document(3, f"果园里的收成\n{one}\n电梯改造完成\n{two}", title="今日要闻汇总"),
        document(4, one, title="果园里的收成"),
        document(5, two, title="电梯改造完成"),
    ]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("batch", [1, 100])
@pytest.mark.parametrize("seed", range(4))
def test_a_page_of_two_stories_links_to_both_and_joins_none(order: str, batch: int, seed: int) -> None:
    index = fed(in_order(two_stories(), order, seed), batch=batch)
    assert stories(index) == {frozenset({1, 4}), frozenset({2, 5}), frozenset({3})}
    assert index.known_documents[3].composite
    assert any(frozenset({3, n}) in linked(index) for n in (1, 4))
    assert any(frozenset({3, n}) in linked(index) for n in (2, 5))


@pytest.mark.parametrize("order", ORDERS)
def test_the_parts_of_a_page_of_five_stories_are_found(order: str) -> None:
    texts = [prose(40 + at, 10) for at in range(5)]
    page = document(9, "\n".join(texts), title="区县新闻集锦")
    parts = [document(at, text, title=f"{text[:9]}") for at, text in enumerate(texts, 1)]
    index = fed(in_order([*parts[:2], page, *parts[2:]], order), batch=1)
    assert stories(index) == {frozenset({n}) for n in (1, 2, 3, 4, 5, 9)}
    assert {frozenset({9, n}) for n in range(1, 6)} <= linked(index)


def test_the_same_page_of_several_stories_on_two_sites_is_one_story() -> None:
    index = fed([*two_stories()[:3], document(6, two_stories()[2].text, title="今日要闻汇总")], batch=1)
    assert stories(index) == {frozenset({1}), frozenset({2}), frozenset({3, 6})}


def test_an_older_page_that_turns_out_to_hold_two_stories_leaves_its_story() -> None:
    one, two, page, *_ = two_stories()
    index = fed([page, one], batch=1)
    assert stories(index) == {frozenset({1, 3})}
    fed([two], index=index)
    assert stories(index) == {frozenset({1}), frozenset({2}), frozenset({3})}
    assert [parting.document for parting in decision(index, 2).partings] == [3]


def test_two_halves_of_one_text_meet_when_the_whole_arrives() -> None:
    text = prose(5, 30)
    half = len(text) // 2
    halves = [document(1, text[:half], title="冬季供暖已经开始"), document(2, text[half:], title="冬季供暖已经开始")]
    index = fed(halves)
    assert len(stories(index)) == 2
    fed([document(3, text, title="冬季供暖已经开始")], index=index)
    assert stories(index) == {frozenset({1, 2, 3})}


@pytest.mark.parametrize("order", ORDERS)
def test_what_somebody_keeps_apart_stays_apart(order: str) -> None:
    documents = [document(n, prose(1)) for n in (1, 2)]
    wishes = Wishes(apart=frozenset({(1, 2)}))
    index = fed(in_order(documents, order), wishes=wishes, batch=1)
    assert stories(index) == {frozenset({1}), frozenset({2})}


def test_a_third_copy_does_not_bring_together_what_somebody_keeps_apart() -> None:
    documents = [document(n, prose(1)) for n in (1, 2, 3)]
    index = fed(documents, wishes=Wishes(apart=frozenset({(1, 2)})), batch=1)
    assert len(stories(index)) == 2
    assert index.known_documents[1].story != index.known_documents[2].story


@pytest.mark.parametrize("order", ORDERS)
def test_what_somebody_puts_together_is_one_story(order: str) -> None:
    documents = [document(1, prose(1)), document(2, prose(2)), document(3, prose(2))]
    index = fed(in_order(documents, order), wishes=Wishes(together=frozenset({(1, 2)})), batch=1)
    assert stories(index) == {frozenset({1, 2, 3})}


def test_apart_wins_over_together() -> None:
    wishes = Wishes(apart=frozenset({(1, 2)}), together=frozenset({(2, 1)}))
    assert len(stories(fed([document(1, prose(1)), document(2, prose(1))], wishes=wishes))) == 2


def test_a_template_is_linked_with_its_evidence() -> None:
    one = document(1, appointed("张三丰", "1971年5月", "区教育局局长"), title="任前公示")
    other = document(2, appointed("李四光", "1983年11月", "区水务局副局长"), title="任前公示")
    (link,) = decision(fed([one, other]), 2).links
    assert (link.other, link.kinship) == (1, Kinship.TEMPLATE)
    assert link.evidence.names


def test_a_line_that_stands_on_every_page_stops_being_looked_up() -> None:
    footer = prose(77, 6)
    documents = [document(n, f"{prose(1000 + n, 4)}\n{footer}", site="one.example") for n in range(60)]
    index = MemoryIndex(hot=30)
    fed(documents, batch=10, index=index)
    hot = index.hot({each for found in index.decisions.values() for each in found.hashes})
    assert hot
    again = [document(200 + n, f"{prose(1000 + n, 4)}\n{footer}") for n in (3, 50)]
    fed(again, index=index)
    assert not set(decision(index, 200 + 50).hashes) & set(hot)
    assert index.known_documents[203].story == index.known_documents[3].story


def test_more_is_stored_of_a_text_in_a_crowd_than_of_one_that_stands_alone() -> None:
    form = prose(77, 6)
    crowd = [document(n, f"{prose(1000 + n, 4)}\n{form}") for n in range(1, 10)]
    index = fed([*crowd, document(99, prose(5, 10))], batch=4)
    assert len(decision(index, 99).hashes) == USUAL
    assert len(decision(index, 9).hashes) == CROWDED
    assert len(index.stories()) == 10


@pytest.mark.parametrize("text", ["", "字", "字" * 100_000, "only words of another language " * 30, "\ud800\x00"])
def test_hostile_texts_are_decided(text: str) -> None:
    index = fed([document(1, text), document(2, text + prose(1)), document(3, prose(1))])
    assert set(index.known_documents) == {1, 2, 3}

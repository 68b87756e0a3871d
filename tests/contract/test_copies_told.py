"""What is told of the members of a story: it is true of their words as they are now, whatever came first."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from scheduler.follow import follow_stories
from storage.intents import Reading
from storage.records import ArticleId, Precision, Relation, StoryId, Takedown
from storage.schema import article_links, site_lines, stories, story_members
from storage.store import Store
from tests.builders import NOW, World, later, new_article, new_revision, reading
from tests.contract.test_copies import bring, paper, prose, relation
from text.copies.relation import Kinship


@pytest.fixture
def papers(store: Store) -> list[World]:
    return [paper(store, name) for name in ("甲报", "乙报", "丙报", "丁报")]


def told(store: Store, article: ArticleId) -> str:
    member = store.stories.of_article(article)
    assert member is not None
    return member.evidence


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0), (2, 0, 1)])
def test_what_was_told_again_is_repeated_in_whatever_order_it_came(
    store: Store, papers: list[World], order: Sequence[int]
) -> None:
    articles = {}
    for at in order:
        articles[at] = bring(papers[at], prose(1), days=(0, 40, 41)[at])
        follow_stories(store, NOW)
    relations = [relation(store, articles[at]) for at in range(3)]
    assert relations == [Relation.ORIGINAL, Relation.REPEATED, Relation.REPEATED]
    assert told(store, articles[2]) == f"the same words again as article {articles[0]} of 甲报; 41 days apart"


def test_a_copy_whose_words_were_changed_is_no_longer_told_to_have_the_same(store: Store, papers: list[World]) -> None:
    first, copy, other = (bring(papers[at], prose(1), days=at) for at in range(3))
    follow_stories(store, NOW)
    papers[1].visit(new_revision(papers[1].known(), prose(9), later(days=3)))
    follow_stories(store, NOW)
    assert told(store, copy).startswith(f"the same story, in other words by now (article {first} of 甲报)")
    assert told(store, other) == f"the same words as article {first} of 甲报"


@pytest.mark.parametrize("words", [prose(9), ""])
def test_nor_are_the_copies_of_an_original_whose_words_were_changed(
    store: Store, papers: list[World], words: str
) -> None:
    _, copy = (bring(papers[at], prose(1), days=at) for at in range(2))
    follow_stories(store, NOW)
    papers[0].visit(new_revision(papers[0].known(), words, later(days=3)))
    follow_stories(store, NOW)
    assert told(store, copy).startswith("the same story, in other words by now")
    papers[1].visit(new_revision(papers[1].known(), prose(1) + prose(5, 1), later(days=4)))
    follow_stories(store, NOW)
    assert relation(store, copy) is Relation.NEAR


def test_nothing_of_the_words_of_an_article_is_left_in_what_is_told_when_it_is_taken_down(
    store: Store, papers: list[World]
) -> None:
    text = prose(1, 20) + "共有4711户居民受益。"
    read = reading(text, title="湖边步道开放", published_at=NOW, credit="晚湖时报")
    papers[0].visit(new_article("1", reading=read))
    gone = papers[0].known("1").id
    for at, words in ((1, text.replace("4711", "8833")), (2, text)):
        bring(papers[at], words, title="湖边步道开放", days=at)
    follow_stories(store, NOW)
    assert "4711" in told_of_everything(store)
    for each in (gone, papers[2].known("1").id):
        store.articles.takedown(each, Takedown.CANCELED, "", NOW)
    follow_stories(store, NOW)
    assert "4711" not in told_of_everything(store)


def told_of_everything(store: Store) -> str:
    tables = (story_members, article_links, site_lines, stories)
    with store.database.read() as connection:
        return "\n".join(str(row) for table in tables for row in connection.execute(select(table)))


def dated(world: World, precision: Precision, **step: float) -> ArticleId:
    stated: Reading = reading(prose(1), published_at=later(**step), published_precision=precision)
    world.visit(new_article("1", at=later(days=3), reading=stated))
    return world.known("1").id


def test_a_page_that_states_the_day_alone_was_not_there_before_one_of_the_same_morning(
    store: Store, papers: list[World]
) -> None:
    day = dated(papers[0], Precision.DAY)
    minute = dated(papers[1], Precision.MINUTE, hours=8)
    follow_stories(store, NOW)
    assert [member.article_id for member in store.stories.members(StoryId(1))] == [minute, day]


def test_a_text_of_several_stories_contains_them(store: Store, papers: list[World]) -> None:
    articles = [bring(papers[0], prose(1)), bring(papers[1], prose(2), title="学校今天开学")]
    follow_stories(store, NOW)
    found = store.copies.repeated_by(prose(1) + prose(2), "要闻两则")
    assert {(each.article_id, each.kinship) for each in found} == {(each, Kinship.CONTAINS) for each in articles}

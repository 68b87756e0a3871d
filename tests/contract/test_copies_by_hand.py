"""What people say of stories, against everything that may come later: takedowns, age, parts of a page, better rules."""

import pytest
from sqlalchemy import select, update

from scheduler.follow import follow_stories
from storage.records import ArticleId, Relation, StoryId, Takedown
from storage.schema import extractions, snapshots
from storage.store import Store
from tests.builders import NOW, World, later, new_revision
from tests.contract.test_copies import bring, groups, paper, prose, rejoin, relation


@pytest.fixture
def papers(store: Store) -> list[World]:
    return [paper(store, name) for name in ("甲报", "乙报", "丙报", "丁报")]


def take_down(store: Store, article: ArticleId) -> None:
    store.articles.takedown(article, Takedown.WITHHELD, "", NOW)
    follow_stories(store, NOW)


def let_go(store: Store, article: ArticleId) -> None:
    """As retention does with a text that is too old."""
    with store.database.write() as connection:
        own = select(snapshots.c.id).where(snapshots.c.article_id == article)
        gone = update(extractions).where(extractions.c.snapshot_id.in_(own))
        connection.execute(gone.values(text="", text_dropped_at=NOW))


def test_a_split_holds_when_what_it_was_split_from_is_taken_down(store: Store, papers: list[World]) -> None:
    first, other = (bring(papers[at], prose(1), days=at) for at in (0, 1))
    follow_stories(store, NOW)
    store.copies.split([other], "甘霖", "", NOW)
    third = bring(papers[2], prose(1), days=2)
    follow_stories(store, NOW)
    assert groups(store) == [[first, third], [other]]
    take_down(store, first)
    rejoin(store)
    assert groups(store) == [[other], [third]]


def test_a_split_holds_when_a_text_is_let_go(store: Store, papers: list[World]) -> None:
    first, other = (bring(papers[at], prose(1), days=at) for at in (0, 1))
    follow_stories(store, NOW)
    store.copies.split([other], "甘霖", "", NOW)
    let_go(store, first)
    rejoin(store)
    assert groups(store) == [[first], [other]]


def test_what_was_split_off_together_stays_together(store: Store, papers: list[World]) -> None:
    lines = prose(1, 24).splitlines(keepends=True)
    halves = [bring(papers[0], "".join(lines[:13])), bring(papers[1], "".join(lines[11:]), days=1)]
    whole = [bring(papers[at], "".join(lines), days=at) for at in (2, 3)]
    follow_stories(store, NOW)
    assert groups(store) == [[*halves, *whole]]
    store.copies.split(halves, "甘霖", "", NOW)
    rejoin(store)
    assert groups(store) == [halves, whole]


def test_a_page_that_was_merged_by_hand_stays_when_it_proves_to_hold_several_stories(
    store: Store, papers: list[World]
) -> None:
    page = bring(papers[0], prose(1) + prose(2), title="要闻两则")
    one = bring(papers[1], prose(1), days=1)
    follow_stories(store, NOW)
    store.copies.merge([page, one], "甘霖", "", NOW)
    other = bring(papers[2], prose(2), title="学校今天开学", days=2)
    follow_stories(store, NOW)
    assert groups(store) == [[page, one], [other]]
    rejoin(store)
    assert groups(store) == [[page, one], [other]]
    assert [link.other_id for link in store.copies.links([other])] == [page]


def test_stories_are_merged_with_those_of_their_articles_that_were_taken_down(
    store: Store, papers: list[World]
) -> None:
    unlike, gone, other = (bring(papers[at], prose(min(1, at)), days=at) for at in (0, 1, 2))
    follow_stories(store, NOW)
    take_down(store, gone)
    assert store.copies.merge([unlike, other], "甘霖", "", NOW) == StoryId(1)
    assert store.copies.of(gone) == [unlike, other]


def test_stories_are_merged_by_an_article_that_was_taken_down(store: Store, papers: list[World]) -> None:
    gone, copy, unlike = (bring(papers[at], prose(at // 2), days=at) for at in (0, 1, 2))
    follow_stories(store, NOW)
    take_down(store, gone)
    assert store.copies.merge([gone, unlike], "甘霖", "", NOW) == StoryId(1)
    rejoin(store)
    assert groups(store) == [[copy, unlike]]


def test_a_merge_holds_for_the_others_when_the_article_that_was_named_is_taken_down(
    store: Store, papers: list[World]
) -> None:
    named, copy = (bring(papers[at], prose(1), days=at) for at in (0, 1))
    unlike = bring(papers[2], prose(2), title="学校今天开学", days=2)
    follow_stories(store, NOW)
    store.copies.merge([named, unlike], "甘霖", "", NOW)
    take_down(store, named)
    rejoin(store)
    assert groups(store) == [[copy, unlike]]


def test_who_takes_a_merge_back_does_not_lose_the_copies_whose_texts_were_let_go(
    store: Store, papers: list[World]
) -> None:
    same = [bring(papers[at], prose(1), days=at) for at in (0, 1, 2)]
    unlike = bring(papers[3], prose(2), title="学校今天开学", days=3)
    follow_stories(store, NOW)
    let_go(store, same[1])
    store.copies.merge([same[0], unlike], "甘霖", "", NOW)
    assert store.copies.undo([unlike], NOW) == 1
    assert groups(store) == [same, [unlike]]
    assert [relation(store, each) for each in same] == [Relation.ORIGINAL, Relation.EXACT, Relation.EXACT]


def test_two_splits_are_taken_back_at_once(store: Store, papers: list[World]) -> None:
    same = [bring(papers[at], prose(1), days=at) for at in (0, 1, 2)]
    follow_stories(store, NOW)
    store.copies.split([same[1]], "甘霖", "", NOW)
    store.copies.split([same[2]], "甘霖", "", NOW)
    assert store.copies.undo(same, NOW) == 3
    assert groups(store) == [same]


def test_a_merge_holds_when_the_words_are_changed(store: Store, papers: list[World]) -> None:
    one, unlike = (bring(papers[at], prose(at), title=f"第{at}件事", days=at) for at in (0, 1))
    follow_stories(store, NOW)
    store.copies.merge([one, unlike], "甘霖", "", NOW)
    papers[1].visit(new_revision(papers[1].known(), prose(9), later(days=3)))
    follow_stories(store, NOW)
    assert groups(store) == [[one, unlike]]
    assert relation(store, unlike) is Relation.BY_HAND

"""Stories: who carries the same text, and who had it first."""

import pytest

from storage.errors import NotFound
from storage.records import ArticleId, Relation, StoryId, StoryMember, Takedown
from storage.store import Store
from tests.builders import NOW, World, digest, later, new_article, new_revision, publisher, reading


def papers(store: Store, *names: str) -> list[World]:
    """A source of a publisher of its own for each name."""
    return [World(store, name, publisher=publisher(name)) for name in names]


def carry(
    world: World, words: str = "同文", hours: float = 0, published: float | None = None, name: str = "1"
) -> ArticleId:
    at = None if published is None else later(hours=published)
    world.visit(new_article(name, at=later(hours=hours), reading=reading(words, published_at=at)))
    return world.known(name).id


def settle(store: Store, *articles: ArticleId) -> list[StoryMember]:
    """Put articles into their stories one after the other; what each is there then."""
    for article in articles:
        store.copies.settle([article], NOW)
    return [member for article in articles if (member := store.stories.of_article(article)) is not None]


def test_an_article_that_nobody_else_has_is_a_story_of_its_own(world: World) -> None:
    article = carry(world)
    [member] = settle(world.store, article)
    assert (member.relation, member.evidence) == (Relation.ORIGINAL, "nobody else carries it")
    assert world.store.stories.members(member.story_id) == [member]
    assert world.store.stories.of_article(article) == member


def test_settling_twice_is_settling_once(world: World) -> None:
    article = carry(world)
    [first] = settle(world.store, article)
    assert world.store.copies.settle([article], later(days=1)) == [first]
    assert world.store.copies.settle([article, article], NOW) == [first]


def test_a_copy_joins_the_story_of_the_article_it_equals(store: Store) -> None:
    first, second, third = papers(store, "甲报", "乙报", "丙报")
    articles = [carry(first), carry(second, hours=1), carry(third, hours=2)]
    members = settle(store, *articles)
    assert len({member.story_id for member in members}) == 1
    assert [member.relation for member in members] == [Relation.ORIGINAL, Relation.EXACT, Relation.EXACT]
    assert members[1].evidence == f"the same words as article {articles[0]} of 甲报"
    assert members[0].evidence == "the earliest with a credible date"
    assert store.stories.members(members[0].story_id) == members


def test_the_first_to_be_published_is_the_original_however_they_came_in(store: Store) -> None:
    late, early = papers(store, "晚报", "早报")
    copy = carry(late, hours=6, published=5)
    original = carry(early, hours=6, published=1)
    assert [member.relation for member in settle(store, copy, original)] == [Relation.EXACT, Relation.ORIGINAL]
    first, second = store.stories.members(StoryId(1))
    assert (first.article_id, second.evidence) == (original, f"the same words as article {original} of 早报")


def test_where_no_time_is_stated_the_first_to_be_seen_is_the_original(store: Store) -> None:
    second, first = papers(store, "乙报", "甲报")
    copy, original = carry(second, hours=3), carry(first, hours=1)
    store.copies.settle([copy, original], NOW)
    assert store.stories.members(StoryId(1))[0].article_id == original


def test_who_others_name_as_their_source_is_the_original_though_it_came_later(store: Store) -> None:
    early, source = papers(store, "转载网", "首发报")
    early.visit(new_article(reading=reading("同文", published_at=later(hours=1), credit="首发报")))
    copy, original = early.known().id, carry(source, hours=6, published=5)
    settle(store, copy, original)
    first, second = store.stories.members(StoryId(1))
    assert (first.article_id, first.evidence) == (original, "named as the source by 转载网")
    assert second.article_id == copy


def test_of_several_stories_the_oldest_goes_on(store: Store) -> None:
    first, second, third = papers(store, "甲报", "乙报", "丙报")
    settle(store, *(carry(world, words=world.source.key) for world in (first, second)))
    for hours, world in enumerate((second, first), 1):
        world.visit(new_revision(world.known(), "同文", later(hours=hours)))
    settle(store, carry(third, hours=3), second.known().id, first.known().id)
    assert len(store.stories.members(StoryId(1))) == 3
    assert store.stories.members(StoryId(2)) == store.stories.members(StoryId(1))  # the old number leads there
    assert store.stories.heir(StoryId(3)) == StoryId(1)


def test_only_the_newest_words_count(store: Store) -> None:
    first, second = papers(store, "甲报", "乙报")
    article = carry(first)
    first.visit(new_revision(first.known(), "改了", later(hours=1)))
    [_, member] = settle(store, article, carry(second, hours=2))
    assert member.relation is Relation.ORIGINAL
    assert store.stories.with_content(digest("words 同文")) == [second.known().id]


def test_a_publisher_that_prints_a_text_twice_has_one_story(world: World) -> None:
    first, second = settle(world.store, *(carry(world, name=name) for name in ("1", "2")))
    assert (first.relation, second.relation) == (Relation.ORIGINAL, Relation.EXACT)
    assert first.story_id == second.story_id


def test_what_was_taken_down_draws_no_copies(store: Store) -> None:
    first, second = papers(store, "甲报", "乙报")
    hidden = carry(first)
    store.articles.takedown(hidden, Takedown.WITHHELD, "", NOW)
    article = carry(second, hours=1)
    assert store.stories.with_content(digest("words 同文")) == [article]
    [member] = settle(store, hidden, article)
    assert (member.article_id, member.relation) == (article, Relation.ORIGINAL)


def test_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound, match="no story 9"):
        world.store.stories.members(StoryId(9))
    with pytest.raises(NotFound, match="no story 9"):
        world.store.stories.heir(StoryId(9))
    assert world.store.copies.settle([ArticleId(9)], NOW) == []
    assert world.store.stories.of_article(carry(world)) is None

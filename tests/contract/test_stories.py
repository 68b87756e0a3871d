"""Stories: who carries the same text, and who had it first."""

import pytest

from storage.errors import NotFound
from storage.records import ArticleId, Relation, StoryId, Takedown
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


def test_an_article_that_nobody_else_has_is_a_story_of_its_own(world: World) -> None:
    article = carry(world)
    member = world.store.stories.settle_exact(article, NOW)
    assert (member.relation, member.evidence) == (Relation.ORIGINAL, "nobody else has these words")
    assert world.store.stories.members(member.story_id) == [member]
    assert world.store.stories.of_article(article) == member


def test_settling_twice_is_settling_once(world: World) -> None:
    article = carry(world)
    first = world.store.stories.settle_exact(article, NOW)
    assert world.store.stories.settle_exact(article, later(days=1)) == first
    assert world.store.stories.settle_all_exact([article, article], NOW) == [first, first]


def test_a_copy_joins_the_story_of_the_article_it_equals(store: Store) -> None:
    first, second, third = papers(store, "甲报", "乙报", "丙报")
    articles = [carry(first), carry(second, hours=1), carry(third, hours=2)]
    members = [store.stories.settle_exact(article, NOW) for article in articles]
    assert len({member.story_id for member in members}) == 1
    assert [member.relation for member in members] == [Relation.ORIGINAL, Relation.EXACT, Relation.EXACT]
    assert members[1].evidence == f"the same words as article {articles[0]} of 甲报"
    assert store.stories.members(members[0].story_id) == members


def test_the_first_to_be_published_is_the_original_however_they_came_in(store: Store) -> None:
    late, early = papers(store, "晚报", "早报")
    copy = carry(late, published=5)
    original = carry(early, published=1)
    assert store.stories.settle_exact(copy, NOW).relation is Relation.EXACT
    assert store.stories.settle_exact(original, NOW).relation is Relation.ORIGINAL
    (member, _) = store.stories.members(StoryId(1))
    assert member.article_id == original


def test_where_no_time_is_stated_the_first_to_be_seen_is_the_original(store: Store) -> None:
    second, first = papers(store, "乙报", "甲报")
    copy, original = carry(second, hours=3), carry(first, hours=1)
    store.stories.settle_all_exact([copy, original], NOW)
    assert store.stories.members(StoryId(1))[0].article_id == original


def test_of_several_stories_the_oldest_is_joined(store: Store) -> None:
    first, second, third = papers(store, "甲报", "乙报", "丙报")
    for world in (first, second):
        store.stories.settle_exact(carry(world, words=world.source.key), NOW)
    for hours, world in enumerate((second, first), 1):
        world.visit(new_revision(world.known(), "同文", later(hours=hours)))
    assert store.stories.settle_exact(carry(third, hours=3), NOW).story_id == StoryId(1)


def test_only_the_newest_words_count(store: Store) -> None:
    first, second = papers(store, "甲报", "乙报")
    article = carry(first)
    first.visit(new_revision(first.known(), "改了", later(hours=1)))
    store.stories.settle_exact(article, NOW)
    assert store.stories.settle_exact(carry(second, hours=2), NOW).relation is Relation.ORIGINAL
    assert store.stories.with_content(digest("words 同文")) == [second.known().id]


def test_an_article_does_not_copy_its_own_publisher(world: World) -> None:
    members = [world.store.stories.settle_exact(carry(world, name=name), NOW) for name in ("1", "2")]
    assert [member.relation for member in members] == [Relation.ORIGINAL, Relation.ORIGINAL]
    assert members[0].story_id != members[1].story_id


def test_what_was_taken_down_draws_no_copies(store: Store) -> None:
    first, second = papers(store, "甲报", "乙报")
    hidden = carry(first)
    store.articles.takedown(hidden, Takedown.WITHHELD, "", NOW)
    article = carry(second, hours=1)
    assert store.stories.with_content(digest("words 同文")) == [article]
    assert store.stories.settle_exact(article, NOW).relation is Relation.ORIGINAL


def test_an_erased_article_can_still_be_settled(world: World) -> None:
    article = carry(world)
    world.store.articles.takedown(article, Takedown.CANCELED, "", NOW)
    assert world.store.stories.settle_exact(article, NOW).relation is Relation.ORIGINAL


def test_a_member_never_moves(world: World) -> None:
    first, second = carry(world, "甲"), carry(world, "乙", name="2")
    story = world.store.stories.join(first, Relation.ORIGINAL, "by hand", NOW)
    joined = world.store.stories.join(second, Relation.EXACT, "by hand", NOW, story.story_id)
    assert joined.story_id == story.story_id
    assert world.store.stories.join(second, Relation.ORIGINAL, "anders", NOW) == joined
    assert [member.article_id for member in world.store.stories.members(story.story_id)] == [first, second]


def test_what_is_not_there_is_not_found(world: World) -> None:
    stories = world.store.stories
    article = carry(world)
    with pytest.raises(NotFound, match="no story 9"):
        stories.members(StoryId(9))
    with pytest.raises(NotFound, match="no story 9"):
        stories.join(article, Relation.EXACT, "", NOW, StoryId(9))
    with pytest.raises(NotFound, match="no article 9"):
        stories.settle_exact(ArticleId(9), NOW)
    with pytest.raises(NotFound, match="no article 9"):
        stories.join(ArticleId(9), Relation.ORIGINAL, "", NOW)
    assert stories.of_article(article) is None

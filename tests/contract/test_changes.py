"""The change log and those who follow it."""

import pytest

from storage.records import ChangeKind
from storage.store import Store
from tests.builders import World, later, new_article, new_revision


@pytest.mark.parametrize("size", [1, 100])
def test_a_follower_gets_every_change_once_and_in_order(world: World, size: int) -> None:
    for number in range(5):
        world.record(new_article(str(number), words=str(number)))
    world.visit(new_revision(world.known("0"), "neu", later(hours=1), name="0"))
    after, seen = 0, []
    while page := world.store.changes.after(after, size):
        assert len(page) <= size
        seen += page
        after = page[-1].id
    assert [change.kind for change in seen] == [ChangeKind.NEW_ARTICLE] * 5 + [ChangeKind.NEW_REVISION]
    assert [change.id for change in seen] == sorted({change.id for change in seen})
    assert [change.article_id for change in seen][:5] == [article.id for article in world.store.articles.list()]


def test_a_follower_remembers_how_far_it_came_and_may_start_over(store: Store) -> None:
    assert store.changes.cursor("stories") == 0
    store.changes.move_cursor("stories", 7)
    store.changes.move_cursor("search", 3)
    assert (store.changes.cursor("stories"), store.changes.cursor("search")) == (7, 3)
    store.changes.move_cursor("stories", 0)
    assert store.changes.cursor("stories") == 0

"""Stories follow the change log in batches, from wherever a follower was killed."""

from pathlib import Path

import pytest

from scheduler import follow
from scheduler.follow import STORIES, follow_stories
from storage.copies.settling import BATCH
from storage.records import Takedown
from storage.store import Store
from tests.builders import NOW, World, later, new_article, publisher, reading


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path}/quxun.db")


def fill(store: Store) -> None:
    """As many articles as two batches and a half, each carried by two papers, all in one order."""
    for name in ("甲报", "乙报"):
        world = World(store, name, publisher=publisher(name, hosts=()))
        words = [f"{number}号通知：{chr(0x4E00 + number * 7) * 30}。" for number in range(BATCH + BATCH // 4)]
        world.visit(
            *(
                new_article(str(at), at=later(hours=at), reading=reading(text, title=f"通知{at}"))
                for at, text in enumerate(words)
            )
        )


def told(store: Store) -> list[tuple[int, int | None, str | None]]:
    articles = store.articles.list(limit=1000)
    return [(each.id, each.story_id, each.relation and each.relation.value) for each in articles]


def test_copies_meet_across_batches(store: Store) -> None:
    with store:
        fill(store)
        copies = follow_stories(store, NOW)
        assert len(copies) == BATCH + BATCH // 4
        assert len({story for _, story, _ in told(store)}) == BATCH + BATCH // 4


def test_a_follower_that_was_killed_goes_on_and_nothing_is_done_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store:
        fill(store)
        moved = store.changes.move_cursor

        def killed(name: str, change_id: int) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(store.changes, "move_cursor", killed)
        with pytest.raises(KeyboardInterrupt):  # after the first batch was written, before that was noted
            follow_stories(store, NOW)
        monkeypatch.setattr(store.changes, "move_cursor", moved)
        follow_stories(store, NOW)
        before = told(store)
        store.changes.move_cursor(STORIES, 0)
        follow_stories(store, later(days=1))
        assert told(store) == before


def test_a_takedown_in_the_log_takes_an_article_out_of_its_story(store: Store) -> None:
    with store:
        fill(store)
        follow_stories(store, NOW)
        first = store.articles.list(limit=1)[0]
        assert first.story_id is not None
        store.articles.takedown(first.id, Takedown.WITHHELD, "", NOW)
        follow_stories(store, NOW)
        assert first.id not in [member.article_id for member in store.stories.members(first.story_id)]


def test_only_so_much_is_decided_again_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store:
        fill(store)
        store.changes.move_cursor(STORIES, store.changes.after(0)[-1].id)
        monkeypatch.setattr(follow, "_ANEW", 1)
        follow_stories(store, NOW)
        assert store.copies.outdated() == 2 * (BATCH + BATCH // 4) - BATCH

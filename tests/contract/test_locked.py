"""Another process that writes for too long: a sentence, in time, and no connection left behind."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.changes import append
from storage.errors import DatabaseError
from storage.records import ChangeKind
from storage.store import Store
from storage.stories import STORIES_LOCK
from tests.builders import NOW, World, new_article, new_source, publisher

PATIENCE_S = 0.3


@contextmanager
def somebody_writes(store: Store) -> Iterator[None]:
    """Another connection holds what a recording needs."""
    with Store.open(_url(store)) as other, other.database.write() as connection:
        if not store.database.is_sqlite:
            connection.execute(text("LOCK TABLE sources, snapshots, runs, cursors IN ACCESS EXCLUSIVE MODE"))
        yield


def _url(store: Store) -> str:
    return store.database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def impatient(store: Store) -> Iterator[Store]:
    """The same store, opened by somebody who does not wait long."""
    with Store.open(_url(store), busy_timeout_s=PATIENCE_S) as opened:
        yield opened
        assert opened.connections_in_use() == 0


def test_a_locked_database_is_a_sentence_after_the_configured_wait(impatient: Store) -> None:
    world = World(impatient)
    with somebody_writes(impatient):
        began = time.monotonic()
        with pytest.raises(DatabaseError, match="is locked: another process has been writing for too long"):
            world.record(new_article())
        assert PATIENCE_S * 0.9 < time.monotonic() - began < 20
        with pytest.raises(DatabaseError, match="is locked"):
            impatient.sources.add(new_source("other"), NOW)
        with pytest.raises(DatabaseError, match="is locked"):
            impatient.changes.move_cursor("stories", 1)
    world.record(new_article())
    assert len(impatient.articles.list()) == 1


def test_who_has_waited_in_vain_does_not_wait_as_long_again_until_a_write_has_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.IMPATIENT_S", 0.0)
    with Store.open(f"sqlite:///{tmp_path}/q.db", busy_timeout_s=1.0) as waiting:
        world = World(waiting)
        with somebody_writes(waiting):
            with pytest.raises(DatabaseError, match="is locked"):
                world.record(new_article())
            pauses = [_began_after(waiting) for _ in range(3)]
        assert min(pauses) < 0.5
        world.record(new_article())
        with somebody_writes(waiting):
            assert _began_after(waiting) >= 0.9


def _began_after(store: Store) -> float:
    """How long a writer waited in vain."""
    began = time.monotonic()
    with pytest.raises(DatabaseError, match="is locked"):
        store.changes.move_cursor("stories", 1)
    return time.monotonic() - began


def test_who_reads_does_not_wait_for_who_writes(impatient: Store) -> None:
    world = World(impatient)
    world.record(new_article())
    with Store.open(_url(impatient)) as other, other.database.write() as connection:
        connection.execute(text("UPDATE sources SET note = 'changed'"))
        assert impatient.sources.get("example").note == ""
        assert len(impatient.articles.list()) == 1
    assert impatient.sources.get("example").note == "changed"


def test_who_waits_long_enough_gets_the_lock(store: Store) -> None:
    world = World(store)
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with somebody_writes(store):
            holding.set()
            release.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert holding.wait(30)
    timer = threading.Timer(0.2, release.set)
    timer.start()
    world.record(new_article())
    assert release.is_set()
    holder.join(30)
    timer.join(30)
    assert len(store.articles.list()) == 1


def test_no_change_can_be_seen_before_one_with_a_lower_number(impatient: Store) -> None:
    first, second = World(impatient), World(impatient, "other", publisher=publisher("别家"))
    first.record(new_article())
    article = first.known().id
    with Store.open(_url(impatient)) as other:
        with other.database.write() as connection:
            append(other.database, connection, [(ChangeKind.GONE, article)], first.run.id, NOW)
            with pytest.raises(DatabaseError, match="is locked"):
                second.record(new_article("2"))
        second.record(new_article("2"))
    assert [change.kind for change in impatient.changes.after(0)] == [
        ChangeKind.NEW_ARTICLE,
        ChangeKind.GONE,
        ChangeKind.NEW_ARTICLE,
    ]


def test_two_copies_that_arrive_at_once_meet_in_one_story(impatient: Store) -> None:
    worlds = [World(impatient, name, publisher=publisher(name)) for name in ("甲报", "乙报")]
    for world in worlds:
        world.record(new_article())
    first, second = (world.known().id for world in worlds)
    with Store.open(_url(impatient)) as other:
        with other.database.write() as connection:
            other.database.lock(connection, STORIES_LOCK)
            with pytest.raises(DatabaseError, match="is locked"):
                impatient.copies.settle([second], NOW)
        members = [impatient.copies.settle([article], NOW)[0] for article in (first, second)]
    assert members[0].story_id == members[1].story_id

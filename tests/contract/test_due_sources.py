"""Which sources are due, and what a clock that was wrong has done to them."""

from sqlalchemy import text

from storage.records import Schedule, SourceState
from storage.store import Store
from tests.builders import NOW, later, new_source

HAND = ("hand",)


def due(store: Store, declared_by: tuple[str, ...] = HAND) -> list[str]:
    return [store.sources.by_id(each.source_id).key for each in store.sources.due(later(hours=1), declared_by)]


def test_the_source_that_has_waited_longest_comes_first(store: Store) -> None:
    for key, minutes in (("b", 10), ("a", 30), ("c", 50), ("later", 61)):
        added = store.sources.add(new_source(key), NOW)
        store.sources.reschedule(added.id, later(minutes=minutes), 0)
    assert due(store) == ["b", "a", "c"]
    assert store.sources.overdue(later(hours=1)) == (3, later(minutes=10))


def test_paused_removed_and_foreign_sources_are_never_due(store: Store) -> None:
    for key in ("active", "paused", "removed"):
        store.sources.add(new_source(key), NOW)
    store.sources.apply("profile:elsewhere", [new_source("foreign")], NOW)
    store.sources.set_state("paused", SourceState.PAUSED, NOW)
    store.sources.set_state("removed", SourceState.REMOVED, NOW)
    assert due(store) == ["active"]
    assert due(store, ("profile:elsewhere",)) == ["foreign"]


def test_nothing_is_overdue_in_an_empty_store(store: Store) -> None:
    assert store.sources.overdue(NOW) == (0, None)


def test_a_schedule_comes_back_as_it_was_stored(store: Store) -> None:
    schedule = Schedule(cron="0 6 * * *", hours=("06:00-23:00",), blackout=("12:00-13:00",), timezone="Asia/Urumqi")
    added = store.sources.add(new_source(every_s=None, schedule=schedule), NOW)
    assert store.sources.get("example").schedule == schedule
    assert added.polled
    assert added.next_due_at == NOW


def test_what_waits_for_longer_than_anybody_may_ask_is_due_now(store: Store) -> None:
    waits = {"legit": (3600, 7), "wrong": (3600, 40), "rare": (30 * 86400, 50), "cron": (None, 9)}
    for key, (every_s, days) in waits.items():
        schedule = Schedule(cron="" if every_s else "0 6 * * *")
        added = store.sources.add(new_source(key, every_s=every_s, schedule=schedule), NOW)
        store.sources.reschedule(added.id, later(days=days), 0)
    assert store.sources.pull_in(NOW) == 2
    assert set(due(store)) == {"wrong", "cron"}


def test_due_times_move_with_the_clock_that_said_them(store: Store) -> None:
    for key in ("a", "b"):
        added = store.sources.add(new_source(key), NOW)
        store.sources.reschedule(added.id, later(hours=2), 0)
    store.sources.shift(-7200)
    assert store.sources.get("a").next_due_at == NOW
    assert due(store) == ["a", "b"]


def test_the_question_what_is_due_uses_its_index(store: Store) -> None:
    query = "SELECT id FROM sources WHERE sources.state = 'active' AND next_due_at <= '2026-01-01' ORDER BY next_due_at"
    if store.database.is_sqlite:
        with store.database.read() as connection:
            plan = " ".join(str(row.detail) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
        assert "ix_sources_due" in plan


def test_a_profile_that_changes_how_often_a_source_is_visited_makes_it_due(store: Store) -> None:
    declared = new_source("rare", every_s=30 * 86400)
    [added] = store.sources.apply("profile:here", [declared], NOW)
    store.sources.reschedule(added.id, later(days=20), 0)
    [same] = store.sources.apply("profile:here", [declared], later(hours=1))
    assert same.next_due_at == later(days=20)
    [changed] = store.sources.apply("profile:here", [new_source("rare", every_s=600)], later(hours=1))
    assert changed.next_due_at == later(hours=1)

"""Alarms and deliveries on every database: opened once, told once, and the issues read to the last one."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from storage.alarms import Closed, Finding, Opened, Seen, Unread
from storage.records import Alarm, IssueKind, RunStatus, SourceState
from storage.schema import issues as issues_table
from storage.store import Store
from tests.builders import NOW, World, gone, issue_seen, later, new_article, new_revision
from tests.conftest import postgres_store
from tests.postgres import Server
from tests.scheduler.alarm_builders import ran

KINDS = (IssueKind.BLOCKED, IssueKind.GAP)
NOTHING = Unread(issues=(), cursor=0, upto=0)


def opened(kind: str = "blocked", key: str = "example", at: datetime = NOW) -> Opened:
    return Opened(
        key=f"{kind} {key}",
        kind=kind,
        source_key=key,
        headline="示例日报：网站拒绝访问",
        detail="answered 403",
        count=2,
        opened_at=at,
        last_seen_at=at,
    )


def apply(store: Store, *findings: Finding) -> Sequence[Alarm]:
    """Store findings of a reading that read no issue; all alarms then."""
    assert store.alarms.apply(findings, NOTHING)
    return store.alarms.list()


# ------------------------------------------------------------------ alarms
def test_an_alarm_is_opened_counted_and_closed(world: World) -> None:
    (alarm,) = apply(world.store, opened())
    assert (alarm.key, alarm.kind, alarm.source_key) == ("blocked example", "blocked", "example")
    assert (alarm.headline, alarm.detail, alarm.count) == ("示例日报：网站拒绝访问", "answered 403", 2)
    assert (alarm.opened_at, alarm.last_seen_at, alarm.closed_at) == (NOW, NOW, None)
    (seen,) = apply(world.store, Seen(alarm_id=alarm.id, count=3, last_seen_at=later(hours=1)))
    assert (seen.count, seen.last_seen_at, seen.closed_at) == (5, later(hours=1), None)
    (closed,) = apply(world.store, Closed(alarm_id=alarm.id, closed_at=later(hours=2)))
    assert closed.closed_at == later(hours=2)
    assert world.store.alarms.list(open_only=True) == []


def test_one_alarm_of_a_key_is_open_at_a_time(world: World) -> None:
    apply(world.store, opened())
    (alarm,) = apply(world.store, opened(at=later(hours=1)))
    assert (alarm.count, alarm.opened_at, alarm.last_seen_at) == (4, NOW, later(hours=1))
    apply(world.store, Closed(alarm_id=alarm.id, closed_at=later(hours=2)))
    assert [each.closed_at for each in apply(world.store, opened(at=later(hours=3)))] == [None, later(hours=2)]


def test_a_closed_alarm_is_not_touched_any_more(world: World) -> None:
    (alarm,) = apply(world.store, opened())
    closed = apply(world.store, Closed(alarm_id=alarm.id, closed_at=later(hours=1)))
    late = Seen(alarm_id=alarm.id, count=1, last_seen_at=later(hours=3))
    assert apply(world.store, late, Closed(alarm_id=alarm.id, closed_at=later(hours=3))) == closed


def test_what_is_seen_earlier_does_not_turn_the_time_back(world: World) -> None:
    (alarm,) = apply(world.store, opened())
    (seen,) = apply(world.store, Seen(alarm_id=alarm.id, count=1, last_seen_at=later(hours=-1)))
    assert seen.last_seen_at == NOW


def test_alarms_are_listed_newest_first_and_by_source(world: World) -> None:
    World(world.store, "other")
    apply(world.store, opened(), opened("gap"), opened("gap", "other"))
    alarms = world.store.alarms
    assert [each.key for each in alarms.list()] == ["gap other", "gap example", "blocked example"]
    assert [each.key for each in alarms.list(source_key="example", limit=1)] == ["gap example"]
    apply(world.store, *(Closed(alarm_id=each.id, closed_at=later(hours=each.id)) for each in alarms.list()))
    assert [each.key for each in alarms.closed_since(later(hours=2))] == ["gap example", "gap other"]


# ------------------------------------------------------------------ how far the issues were read
def unread(world: World, limit: int = 1000) -> Unread:
    return world.store.alarms.unread(KINDS, later(days=-1), limit)


def test_an_issue_is_read_once(world: World) -> None:
    world.record(issue_seen(IssueKind.BLOCKED), issue_seen(IssueKind.REFUSED))
    first = unread(world)
    assert [(each.kind, each.source_key) for each in first.issues] == [(IssueKind.BLOCKED, "example")]
    assert unread(world) == first, "until it is stored that it was"
    assert world.store.alarms.apply([], first)
    assert unread(world).issues == ()
    world.record(issue_seen(IssueKind.GAP), run=world.another_run())
    assert [each.kind for each in unread(world).issues] == [IssueKind.GAP]


def test_an_old_issue_is_passed_over(world: World) -> None:
    world.record(issue_seen(IssueKind.BLOCKED, seen_at=later(days=-2)), issue_seen(IssueKind.GAP))
    assert [each.kind for each in unread(world).issues] == [IssueKind.GAP]


def test_many_issues_are_read_in_parts(world: World) -> None:
    world.record(*(issue_seen(IssueKind.GAP, str(number)) for number in range(5)))
    read = []
    while (part := unread(world, limit=2)).issues:
        assert len(part.issues) <= 2
        read += [each.url for each in part.issues]
        world.store.alarms.apply([], part)
    assert len(read) == len(set(read)) == 5


def test_of_two_readings_of_the_same_issues_one_counts(world: World) -> None:
    world.record(issue_seen(IssueKind.BLOCKED))
    ours, theirs = unread(world), unread(world)
    assert world.store.alarms.apply([opened()], ours)
    assert not world.store.alarms.apply([opened()], theirs)
    assert [each.count for each in world.store.alarms.list()] == [2]


def test_issues_are_read_also_where_their_numbers_begin_anew(world: World) -> None:
    world.record(*(issue_seen(IssueKind.GAP, str(number)) for number in range(5)))
    world.store.alarms.apply([], unread(world))
    with world.store.database.write() as connection:
        connection.execute(delete(issues_table))
    assert unread(world).issues == ()
    world.record(issue_seen(IssueKind.BLOCKED), run=world.another_run())
    assert [each.kind for each in unread(world).issues] == [IssueKind.BLOCKED]


@pytest.mark.postgres
def test_an_issue_that_is_written_slowly_is_not_passed_over(postgres_server: Server) -> None:
    """A lower number may be committed after a higher one; a reading waits for it, or stops before it."""
    with postgres_store(postgres_server) as store:
        world = World(store)
        values = {"kind": IssueKind.BLOCKED, "url": "", "detail": "", "count": 1, "created_at": NOW}
        written, may_end = threading.Event(), threading.Event()

        def write() -> None:
            with store.database.write() as connection:
                connection.execute(issues_table.insert().values(run_id=world.run.id, **values))
                written.set()
                may_end.wait(10)

        writer = threading.Thread(target=write)
        writer.start()
        written.wait(10)
        world.record(issue_seen(IssueKind.GAP))
        first = unread(world)  # gives up waiting
        assert (first.issues, first.upto) == ((), first.cursor)
        may_end.set()
        writer.join()
        assert [each.kind for each in unread(world).issues] == [IssueKind.BLOCKED, IssueKind.GAP]


# ------------------------------------------------------------------ what was told
def test_a_delivery_is_noted_once_it_was_taken(world: World) -> None:
    alarms = world.store.alarms
    assert alarms.note_delivery(["alarm 1"], "there", NOW, "answered 500") == 1
    assert alarms.note_delivery(["alarm 1"], "there", later(minutes=1), "answered 500") == 2
    (missed,) = alarms.undelivered(["there"])
    assert (missed.attempts, missed.problem, missed.delivered_at) == (2, "answered 500", None)
    assert alarms.note_delivery(["alarm 1"], "there", later(minutes=3)) == 3
    assert alarms.undelivered(["there"]) == []
    alarms.note_delivery(["alarm 1"], "there", later(minutes=9), "too late")
    assert alarms.deliveries("there", ["alarm 1"])["alarm 1"].delivered_at == later(minutes=3)


def test_several_subjects_are_noted_as_one_message(world: World) -> None:
    alarms = world.store.alarms
    alarms.note_delivery(["alarm 1", "alarm 2"], "there", NOW)
    alarms.note_delivery(["digest 2024-05-01"], "there", later(minutes=1))
    alarms.note_delivery(["alarm 3"], "there", later(minutes=2))
    alarms.note_delivery(["alarm 4"], "elsewhere", later(minutes=2))
    assert set(alarms.deliveries("there", ["alarm 1", "alarm 2", "alarm 9"])) == {"alarm 1", "alarm 2"}
    assert alarms.told_since("there", NOW) == [NOW, later(minutes=2)]
    assert alarms.told_since("there", later(minutes=1)) == [later(minutes=2)]


def test_what_is_not_delivered_is_found_by_channel_and_subject(world: World) -> None:
    alarms = world.store.alarms
    for subject, channel in (("alarm 1", "a"), ("alarm 2", "a"), ("alarm 1", "b")):
        alarms.note_delivery([subject], channel, NOW, "no answer")
    assert [(each.subject, each.channel) for each in alarms.undelivered(["a"], ["alarm 2"])] == [("alarm 2", "a")]
    assert len(alarms.undelivered(["a", "b"])) == 3


# ------------------------------------------------------------------ the sources as a look sees them
def test_a_slice_goes_through_the_active_sources(world: World) -> None:
    for key in ("a", "b", "c"):
        World(world.store, key)
    world.store.sources.set_state("b", SourceState.PAUSED, NOW)
    watching = world.store.alarms.watching
    assert list(watching.slice("", 2)) == ["a", "c"]
    assert list(watching.slice("c", 2)) == ["example"]


def test_a_standing_says_whether_a_source_is_visited_by_itself(world: World) -> None:
    World(world.store, "asked", every_s=None)
    World(world.store, "paused")
    world.store.sources.set_state("paused", SourceState.PAUSED, NOW)
    found = world.store.alarms.watching.standings(["example", "asked", "paused", "unknown"])
    assert {key: each.polled for key, each in found.items()} == {"example": True, "asked": False, "paused": False}
    assert found["example"].name == "示例日报"


def test_the_endings_of_a_source_are_its_last_good_run_and_the_failures_since(world: World) -> None:
    watching = world.store.alarms.watching
    ran(world, RunStatus.FAILED, later(hours=1), reason="of old")
    ran(world, RunStatus.DEGRADED, later(hours=2))
    ran(world, RunStatus.FAILED, later(hours=3), reason="no answer")
    ran(world, RunStatus.FAILED, later(hours=4), by="crawl", reason="by hand")
    ran(world, RunStatus.SUCCEEDED, later(hours=5), by="crawl", urls=("http://www.example.cn/1",))
    found = watching.endings("example")
    assert found.good is not None
    assert found.good.finished_at == later(hours=2)
    assert [(each.finished_at, each.reason) for each in found.failed] == [(later(hours=3), "no answer")]


def test_a_run_that_ended_lately_names_its_source(world: World) -> None:
    ran(world, at=later(hours=1))
    watching = world.store.alarms.watching
    assert watching.ended_since(later(minutes=59)) == {"example"}
    assert watching.ended_since(later(minutes=61)) == frozenset()


def test_the_arrivals_of_a_source_are_its_articles_in_time(world: World) -> None:
    other = World(world.store, "other", publisher=world.source.publisher)
    other.visit(new_article("9", at=later(hours=9)))
    for name, hours in (("1", 3), ("2", 1), ("3", 2)):
        world.visit(new_article(name, at=later(hours=hours)))
    watching = world.store.alarms.watching
    assert list(watching.arrivals("example", later(hours=2))) == [later(hours=2), later(hours=3)]
    assert watching.last_articles(["example", "other", "unknown"]) == {
        "example": later(hours=3),
        "other": later(hours=9),
    }


# ------------------------------------------------------------------ a day
def test_a_day_is_counted_by_source_and_kind(world: World) -> None:
    other = World(world.store, "other", publisher=world.source.publisher)
    for name in ("1", "2"):
        world.visit(new_article(name))
    other.visit(new_article("9"))
    world.visit(new_revision(world.known("1"), "另一段正文。", later(hours=1)), now=later(hours=1))
    world.visit(gone(world.known("2"), "2", later(hours=2)), now=later(hours=2))
    world.visit(new_article("3", at=later(days=1)), now=later(days=1))
    world.visit(issue_seen(IssueKind.REFUSED, "1", 3), issue_seen(IssueKind.REFUSED, "2"))
    ran(world, RunStatus.FAILED, later(hours=3), reason="first")
    ran(world, RunStatus.FAILED, later(hours=4), reason="no such name")
    day = world.store.alarms.days.between(NOW, later(days=1))
    changes = {kind.value: [(each.key, each.count) for each in counts] for kind, counts in day.changes.items()}
    assert changes == {
        "new-article": [("example", 2), ("other", 1)],
        "new-revision": [("example", 1)],
        "gone": [("example", 1)],
    }
    assert day.issues == {IssueKind.REFUSED: 4}
    assert [(each.key, each.count, each.reason) for each in day.failed] == [("example", 2, "no such name")]
    assert (day.payloads_dropped, day.texts_dropped, day.nothing) == (0, 0, False)


def test_a_day_on_which_nothing_happened_says_so(world: World) -> None:
    world.visit(new_article("1"))
    assert world.store.alarms.days.between(later(days=1), later(days=2)).nothing
    assert not world.store.alarms.days.between(NOW - timedelta(days=1), later(days=1)).nothing

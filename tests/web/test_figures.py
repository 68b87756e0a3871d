"""The figures of a database, on both."""

from datetime import timedelta

import pytest

from storage.figures import LENGTHS_S, Log
from storage.records import Counters, IssueKind, RunStatus, RunWish, SourceState
from storage.runs import SCHEDULED, UNFINISHED
from tests.builders import NOW, World, issue_seen, later, new_article, new_source, refused
from tests.web.sides import ended

END = later(days=1)


def test_a_source_whose_time_has_come_is_due_since_then(either: World) -> None:
    assert (standing := either.store.figures.standing(later(hours=1))).due == 1
    assert standing.due_since == NOW
    assert either.store.figures.standing(later(hours=-1)).due == 0


def test_a_source_that_is_being_visited_because_it_was_due_is_not_due(either: World) -> None:
    run = either.store.runs.queue(either.source.id, SCHEDULED, NOW, machine="m", pid=1)
    either.store.runs.start(run.id, NOW, 1, "m", "1.2.3")
    standing = either.store.figures.standing(NOW)
    assert (standing.due, standing.due_since, standing.running) == (0, None, 1)
    assert either.store.figures.coming(10) == []


def test_a_scheduled_run_that_waits_for_a_place_is_due_since_its_time(either: World) -> None:
    either.store.runs.queue(either.source.id, SCHEDULED, later(minutes=5), due_at=later(minutes=-5))
    standing = either.store.figures.standing(later(minutes=10))
    assert (standing.due, standing.due_since) == (1, later(minutes=-5))


def test_a_run_that_somebody_asked_for_waits_beside_what_is_due(either: World) -> None:
    either.store.runs.queue(either.source.id, "api", later(minutes=-3), wish=RunWish(full=True))
    standing = either.store.figures.standing(NOW)
    assert (standing.asked, standing.asked_since) == (2, later(minutes=-3))  # one is the world's own


def test_a_source_of_another_profile_is_not_due_here(either: World) -> None:
    figures = either.store.figures
    either.store.sources.apply("profile:elsewhere", [new_source("theirs")], NOW)
    assert (figures.standing(NOW).due, figures.standing(NOW, ("hand",)).due) == (2, 1)
    assert [each.source_key for each in figures.coming(10, ("profile:elsewhere",))] == ["theirs"]


def test_sources_are_counted_by_state_and_the_failing_ones_among_the_active(either: World) -> None:
    for key, state in (("a", SourceState.PAUSED), ("b", SourceState.REMOVED), ("c", SourceState.ACTIVE)):
        source = either.store.sources.add(new_source(key), NOW)
        either.store.sources.reschedule(source.id, NOW, failures=2)
        either.store.sources.set_state(key, state, NOW)
    standing = either.store.figures.standing(NOW)
    assert standing.sources == {SourceState.ACTIVE: 2, SourceState.PAUSED: 1, SourceState.REMOVED: 1}
    assert standing.failing == 1


def test_what_is_stored_is_counted(either: World) -> None:
    either.record(new_article("1"), new_article("2"))
    stock = either.store.figures.stock()
    assert (stock.articles, stock.snapshots, stock.stories) == (2, 2, 0)


def test_a_payload_takes_its_place_in_the_database(either: World) -> None:
    before = either.store.figures.space()
    either.store.blobs.put(bytes(range(256)) * 4000 + repr(range(100_000)).encode())
    for number in range(200):
        either.store.blobs.put(bytes((number * at) % 251 for at in range(3000)))
    after = either.store.figures.space()
    assert after.payload_bytes > before.payload_bytes
    assert after.database_bytes >= after.payload_bytes


def test_runs_are_added_up_by_how_they_ended_and_who_asked(either: World) -> None:
    ended(either, counters=Counters(new=2, bytes=3 * 10**9))
    ended(either, counters=Counters(new=3))
    ended(either, RunStatus.FAILED, requested_by="api")
    sums = {(part.status, part.requested_by): part for part in either.store.figures.summed(0, 1000, END)}
    assert {key: part.runs for key, part in sums.items()} == {
        (RunStatus.SUCCEEDED, "serve"): 2,
        (RunStatus.FAILED, "api"): 1,
    }
    went_well = sums[RunStatus.SUCCEEDED, "serve"]
    assert (went_well.counters["new"], went_well.counters["bytes"]) == (5, 3 * 10**9)


def test_only_runs_of_the_slice_that_were_over_by_then_are_added_up(either: World) -> None:
    first = ended(either)
    second = ended(either, length_s=600)
    figures = either.store.figures

    def number(after: int, upto: int, minutes: int) -> int:
        return sum(part.runs for part in figures.summed(after, upto, later(minutes=minutes)))

    assert number(0, second.id, 60) == 2
    assert number(first.id, second.id, 60) == 1
    assert number(0, second.id, 5) == 1
    assert figures.last_run_id() == second.id


@pytest.mark.parametrize(("length_s", "place"), [(0, 0), (1, 0), (1.5, 1), (45, 5), (7200, 11), (7200.5, 12)])
def test_the_length_of_a_run_falls_into_its_class(either: World, length_s: float, place: int) -> None:
    ended(either, length_s=length_s)
    [part] = either.store.figures.summed(0, 1000, END)
    assert part.lengths == tuple(int(at == place) for at in range(len(LENGTHS_S) + 1))
    assert part.seconds == pytest.approx(length_s, abs=0.01)


def test_a_run_that_never_began_has_no_length(either: World) -> None:
    either.store.runs.cancel(either.run.id, NOW, "not wanted")
    [part] = either.store.figures.summed(0, 1000, END)
    assert (part.runs, sum(part.lengths), part.seconds) == (1, 0, 0)
    [run] = either.store.figures.ended(NOW - timedelta(minutes=1))
    assert run.length_s is None


def test_what_ended_after_a_time_is_told_in_that_order(either: World) -> None:
    late, early = ended(either, length_s=50), ended(either, length_s=20)
    ended(either, length_s=10)
    assert [run.id for run in either.store.figures.ended(later(seconds=10))] == [early.id, late.id]
    assert either.store.figures.ended(later(seconds=10))[0].length_s == 20


def test_issues_and_refusals_are_told_by_their_words(either: World) -> None:
    either.record(issue_seen(IssueKind.GAP, "1"), issue_seen(IssueKind.CRASH, "2"), refused("3"), refused("4"))
    figures = either.store.figures
    last = figures.last_id(Log.ISSUES)
    assert [word for _, word in figures.words(Log.ISSUES, 0, last)] == ["gap", "crash"]
    assert [word for _, word in figures.words(Log.ISSUES, last - 1, last)] == ["crash"]
    refusals = figures.words(Log.REFUSALS, 0, figures.last_id(Log.REFUSALS))
    assert [word for _, word in refusals] == ["listing", "listing"]


def test_an_empty_database_has_nothing_to_tell(either: World) -> None:
    figures = either.store.figures
    assert [figures.last_id(log) for log in Log] == [0, 0]
    assert figures.summed(0, 1000, END) == []


def test_runs_are_told_newest_first_and_page_by_page(either: World) -> None:
    ids = [either.run.id, *(ended(either).id for _ in range(4))]
    figures = either.store.figures
    first = [run.id for run in figures.runs(3)]
    assert first + [run.id for run in figures.runs(3, before=figures.runs(3)[-1].id)] == ids[::-1]


def test_runs_are_told_of_one_source_or_with_one_status(either: World) -> None:
    failed = ended(either, RunStatus.FAILED)
    ended(either)
    figures = either.store.figures
    assert [run.id for run in figures.runs(10, statuses=(RunStatus.FAILED,))] == [failed.id]
    assert [run.id for run in figures.runs(10, statuses=UNFINISHED)] == [either.run.id]
    assert figures.runs(10, source_key="elsewhere") == []
    assert len(figures.runs(10, source_key=either.source.key)) == 3


def test_what_comes_next_is_told_first(either: World) -> None:
    for key, minutes in (("soon", 1), ("late", -1)):
        source = either.store.sources.add(new_source(key), NOW)
        either.store.sources.reschedule(source.id, later(minutes=minutes), failures=0)
    either.store.sources.add(new_source("asleep"), NOW)
    either.store.sources.set_state("asleep", SourceState.PAUSED, NOW)
    assert [each.source_key for each in either.store.figures.coming(2)] == ["late", "example"]
    assert len(either.store.figures.coming(10)) == 3

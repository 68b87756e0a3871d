"""What becomes of the runs of a job whose holder is gone."""

from datetime import timedelta

import pytest

from scheduler.errands import Errand
from scheduler.takeover import Cause, close_open
from storage.records import Counters, IssueKind, Run, RunStatus, RunWish
from storage.runs import SCHEDULED
from storage.store import Store
from tests.builders import NOW, later, new_source

WISH = RunWish(full=True)


def errand(store: Store, run: Run | None = None) -> Errand:
    source = store.sources.get("example")
    assert source.next_due_at is not None
    return Errand(
        source_id=source.id, host="www.example.cn", due_at=source.next_due_at, run_id=None if run is None else run.id
    )


@pytest.fixture(autouse=True)
def source(store: Store) -> None:
    store.sources.add(new_source(), NOW)


def run(store: Store, requested_by: str = SCHEDULED, status: RunStatus = RunStatus.RUNNING) -> Run:
    """A run of the source that stands so."""
    source = store.sources.get("example")
    due_at = source.next_due_at if requested_by == SCHEDULED else None
    wish = WISH if requested_by == "api" else None
    queued = store.runs.queue(source.id, requested_by, NOW, due_at=due_at, wish=wish, machine="lost", pid=7)
    if status is RunStatus.QUEUED:
        return queued
    store.runs.start(queued.id, NOW, 7, "lost", "0")
    if status is RunStatus.ABANDONED:
        return store.runs.abandon(queued.id, NOW, "its process was killed")
    if status is not RunStatus.RUNNING:
        return store.runs.finish(queued.id, status, NOW, Counters(), "", "")
    return store.runs.get(queued.id)


def taken_over(store: Store, run: Run) -> list[IssueKind]:
    return [issue.kind for issue in store.issues.list(run_id=run.id)]


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.RUNNING])
def test_the_open_run_of_a_lost_job_is_abandoned_and_says_so(store: Store, status: RunStatus) -> None:
    lost = run(store, status=status)
    assert close_open(store, errand(store), later(minutes=1), Cause.LOST)
    found = store.runs.get(lost.id)
    assert (found.status, found.reason) == (RunStatus.ABANDONED, "its worker was lost: another run takes its place")
    assert taken_over(store, lost) == [IssueKind.TAKEN_OVER]


def test_telling_twice_changes_nothing(store: Store) -> None:
    lost = run(store)
    for _ in range(2):
        close_open(store, errand(store), later(minutes=1), Cause.LOST)
    assert [issue.count for issue in store.issues.list(run_id=lost.id)] == [1]


@pytest.mark.parametrize("status", [RunStatus.ABANDONED, RunStatus.DEGRADED])
def test_a_lost_run_that_was_closed_by_then_says_that_another_takes_its_place(store: Store, status: RunStatus) -> None:
    lost = run(store, status=status)
    assert close_open(store, errand(store), later(minutes=1), Cause.LOST)
    assert store.runs.get(lost.id).status is status
    assert taken_over(store, lost) == [IssueKind.TAKEN_OVER]


def test_a_run_that_was_followed_to_its_end_has_no_issue(store: Store) -> None:
    done, wanted = run(store, status=RunStatus.SUCCEEDED), errand(store)
    store.sources.reschedule(done.source_id, NOW + timedelta(hours=1), 0)
    assert close_open(store, wanted, later(minutes=1), Cause.LOST)
    assert taken_over(store, done) == []


def test_a_run_that_a_person_typed_is_never_touched(store: Store) -> None:
    typed = run(store, "crawl")
    lost = run(store)
    close_open(store, errand(store), later(minutes=1), Cause.LOST)
    assert store.runs.get(typed.id).status is RunStatus.RUNNING
    assert store.runs.get(lost.id).status is RunStatus.ABANDONED
    assert taken_over(store, typed) == []


def test_a_job_that_broke_here_closes_its_run_without_an_issue(store: Store) -> None:
    broken = run(store)
    assert close_open(store, errand(store), later(minutes=1), Cause.BROKEN)
    assert store.runs.get(broken.id).status is RunStatus.ABANDONED
    assert taken_over(store, broken) == []


def test_what_somebody_asked_for_and_had_begun_is_asked_for_anew(store: Store) -> None:
    lost = run(store, "api")
    assert not close_open(store, errand(store, lost), later(minutes=1), Cause.LOST)
    assert store.runs.get(lost.id).status is RunStatus.ABANDONED
    assert taken_over(store, lost) == [IssueKind.TAKEN_OVER]
    [successor] = store.runs.waiting()
    assert (successor.requested_by, successor.wish, successor.machine) == ("api", WISH, "")


def test_it_is_asked_for_once_however_often_that_is_told(store: Store) -> None:
    lost = run(store, "api")
    for _ in range(2):
        close_open(store, errand(store, lost), later(minutes=1), Cause.LOST)
    assert len(store.runs.waiting()) == 1


def test_what_somebody_asked_for_and_had_not_begun_is_done_by_the_same_job(store: Store) -> None:
    waiting = run(store, "api", RunStatus.QUEUED)
    assert close_open(store, errand(store, waiting), later(minutes=1), Cause.LOST)
    assert store.runs.get(waiting.id).status is RunStatus.QUEUED


@pytest.mark.parametrize(
    ("status", "cause", "anew"),
    [
        (RunStatus.SUCCEEDED, Cause.LOST, False),
        (RunStatus.DEGRADED, Cause.LOST, True),
        (RunStatus.DEGRADED, Cause.BROKEN, False),
        (RunStatus.DEGRADED, Cause.STOPPED, True),
        (RunStatus.FAILED, Cause.STOPPED, True),
        (RunStatus.SUCCEEDED, Cause.STOPPED, False),
        (RunStatus.ABANDONED, Cause.BROKEN, True),
    ],
)
def test_what_ended_by_itself_is_not_asked_for_anew_but_what_was_stopped_is(
    store: Store, status: RunStatus, cause: Cause, anew: bool
) -> None:
    ended = run(store, "api", status)
    assert not close_open(store, errand(store, ended), later(minutes=1), cause)
    assert bool(store.runs.waiting()) is anew


def test_what_was_called_off_stays_so(store: Store) -> None:
    asked = run(store, "api")
    store.runs.cancel(asked.id, NOW, "called off")
    assert not close_open(store, errand(store, asked), later(minutes=1), Cause.LOST)
    assert store.runs.get(asked.id).status is RunStatus.CANCELED
    assert store.runs.waiting() == []

from typing import Any

from crawler.outcome import Facts, outcome
from storage.records import Counters, RunStatus


def ended(reason: str = "finished", **facts: Any) -> tuple[RunStatus, str]:
    return outcome(Facts(counters=facts.pop("counters", Counters()), finish_reason=reason, **facts))


def test_a_run_that_found_nothing_new_succeeded() -> None:
    assert ended(listings_read=1) == (RunStatus.SUCCEEDED, "")


def test_a_run_that_could_read_nothing_failed_and_says_why() -> None:
    said = "unreachable from here: news.example.cn: its name cannot be resolved"
    assert ended(listings_unread=1, first_trouble=said) == (RunStatus.FAILED, said)


def test_finished_is_not_succeeded_when_pages_failed() -> None:
    status, reason = ended(listings_read=1, counters=Counters(new=9, failed=2))
    assert status is RunStatus.DEGRADED
    assert "2 pages failed" in reason


def test_a_run_that_was_stopped_midway_is_degraded() -> None:
    status, reason = ended("shutdown", listings_read=1, counters=Counters(new=3))
    assert status is RunStatus.DEGRADED
    assert "told to stop" in reason


def test_a_run_that_was_stopped_before_anything_failed() -> None:
    assert ended("blocked")[0] is RunStatus.FAILED


def test_a_database_that_failed_fails_the_run_whatever_it_stored() -> None:
    assert ended(listings_read=3, counters=Counters(new=9), fatal="database x: disk full") == (
        RunStatus.FAILED,
        "database x: disk full",
    )


def test_an_error_of_our_own_is_not_success() -> None:
    assert ended(listings_read=1, errors=1)[0] is RunStatus.DEGRADED


def test_pages_of_a_site_that_cannot_be_visited_are_not_passed_over() -> None:
    assert ended(left_out=1, first_trouble="could not be read: x: busy")[0] is RunStatus.FAILED
    status, reason = ended(listings_read=1, left_out=3)
    assert status is RunStatus.DEGRADED
    assert "3 pages wait" in reason


def test_what_robots_txt_forbids_is_no_fault_of_a_run_that_reads_the_rest() -> None:
    assert ended(listings_read=1, disallowed=4)[0] is RunStatus.SUCCEEDED
    assert ended(disallowed=1, first_trouble="could not be read: x: robots.txt forbids it")[0] is RunStatus.FAILED

"""`quxun runs` and `quxun issues`: what happened, for people and for programs."""

from datetime import timedelta

from storage.records import Counters, IssueKind, RunId, RunStatus
from storage.store import Store
from tests.builders import NOW, issue_seen
from tests.quxun.conftest import Quxun
from tests.quxun.stories import Press


def finished(store: Store, press: Press, status: RunStatus = RunStatus.DEGRADED, reason: str = "一页没有读成") -> RunId:
    run = press.another_run()
    store.runs.start(run.id, NOW, 4711, "host", "0.1.0")
    counters = Counters(new=3, unchanged=2, requests=9, bytes=12_345, listed=30)
    store.runs.finish(run.id, status, NOW + timedelta(seconds=75), counters, reason, "last [b]line[/b]")
    return run.id


def test_an_installation_without_runs_says_how_to_make_one(quxun: Quxun) -> None:
    assert "quxun crawl" in quxun("runs").out
    assert quxun("runs", "--json").out == ""


def test_the_table_has_a_line_a_run_newest_first(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    run = finished(store, press)
    head, _, first, second = quxun("runs").out.splitlines()
    assert head.split()[:4] == ["id", "source", "status", "started"]
    assert first.split()[:3] == [str(run), "bulletin", "degraded"]
    assert "2024-05-01 12:00" in first  # in the district's zone
    assert "0:01:15" in first
    assert "12.3 KB" in first
    assert "一页没有读成" in first
    assert second.split()[2] == "queued"


def test_a_run_in_full_has_counters_issues_and_the_end_of_its_log(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    run = finished(store, press)
    press.record(issue_seen(IssueKind.REFUSED, "9", detail="not an article: [listing]"), run=store.runs.get(run))
    said = quxun("runs", run).out
    for part in ("degraded", "一页没有读成", "4711 on host", "not an article: [listing]", "last [b]line[/b]"):
        assert part in said
    lines = [line.split() for line in said.splitlines()]
    assert ["listed", "30"] in lines
    assert ["failed", "0"] not in lines  # what did not happen is not told


def test_a_program_gets_the_counters_and_times(quxun: Quxun, store: Store) -> None:
    press = Press(store)
    run = finished(store, press)
    press.record(issue_seen(), run=store.runs.get(run))
    line = quxun("runs", "--json", "--limit", 1).object
    assert (line["id"], line["source"], line["status"]) == (run, "bulletin", "degraded")
    assert (line["new"], line["unchanged"], line["bytes"], line["seconds"]) == (3, 2, 12_345, 75.0)
    assert line["started_at"] == "2024-05-01T12:00:00+08:00"
    whole = quxun("runs", run, "--json").object
    assert whole["log"] == "last [b]line[/b]"
    assert [issue["kind"] for issue in whole["issues"]] == ["refused"]


def test_runs_of_one_source_are_shown_alone(quxun: Quxun, store: Store) -> None:
    mine, other = Press(store), Press(store, "other")
    assert [line["id"] for line in quxun("runs", "--source", "other", "--json").objects] == [other.run.id]
    assert quxun("runs", "--json").objects[0]["id"] == other.run.id > mine.run.id


def test_a_run_or_source_that_is_not_there_is_named(quxun: Quxun) -> None:
    assert "no run 99" in quxun("runs", 99, status=1).err
    assert "no source nowhere" in quxun("runs", "--source", "nowhere", status=1).err
    assert "no source nowhere" in quxun("issues", "--source", "nowhere", status=1).err
    assert "no run 99" in quxun("issues", "--run", 99, status=1).err


def test_wrong_numbers_are_wrong_usage(quxun: Quxun) -> None:
    for arguments in (
        ("runs", "0"),
        ("runs", "x"),
        ("runs", "9" * 30),
        ("runs", "--limit", "0"),
        ("issues", "--run", "-1"),
    ):
        quxun(*arguments, status=2)
    assert "not both" in quxun("runs", 1, "--source", "bulletin", status=2).err


def test_issues_are_newest_first_and_can_be_narrowed(quxun: Quxun, store: Store) -> None:
    press, other = Press(store), Press(store, "other")
    press.record(issue_seen(IssueKind.GAP, "1", count=4, detail="四条没有读到"))
    other.record(issue_seen(IssueKind.ROBOTS, "2"))
    assert [line["kind"] for line in quxun("issues", "--json").objects] == ["robots", "gap"]
    gap = quxun("issues", "--source", "bulletin", "--json").object
    assert gap == quxun("issues", "--run", press.run.id, "--json").object
    assert (gap["run"], gap["source"], gap["count"], gap["detail"]) == (press.run.id, "bulletin", 4, "四条没有读到")
    said = quxun("issues", "--run", press.run.id).out
    assert "四条没有读到" in said
    assert "robots" not in said


def test_no_issues_are_no_error(quxun: Quxun) -> None:
    assert quxun("issues").out.strip() == "No issues."
    assert quxun("issues", "--json").out == ""

"""The service as its user meets it: real processes, the demo's district, a real database, and what befalls them."""

import contextlib
import resource
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from crawler.ingest import BATCH
from crawler.urls import url_key
from demo.server import DemoServer
from storage.records import Issue, IssueKind, Run, RunStatus
from storage.runs import SCHEDULED, UNFINISHED
from tests.flow import typed
from tests.flow.installation import PROFILE, BareInstallation, command, district
from tests.flow.service import PATIENCE_S, Service, declared, until
from tests.flow.typed import Said

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

#: Articles of a site: two batches that a run records, and some.
EACH = 2 * BATCH + 4


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(district(EACH)) as running:
        yield running


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[BareInstallation]:
    with BareInstallation(tmp_path) as installation:
        yield installation


@pytest.fixture
def service(installed: BareInstallation) -> Iterator[Service]:
    """Not started yet; whatever lives of it in the end is killed."""
    own = Service(installed.store, installed.home, installed.environment())
    yield own
    own.sweep()


# ------------------------------------------------------------------ what a test asks
def declare(installed: BareInstallation, server: DemoServer, *keys: str, every_s: int = 1) -> None:
    """Make sites of the demo the sources of the district's profile."""
    profile = installed.options.profile
    assert profile is not None
    profile.write_text(PROFILE + declared(server, *keys, every_s=every_s), encoding="utf-8")


def truth(server: DemoServer, *keys: str) -> list[str]:
    return sorted(url_key(server.district.url(each)) for key in keys for each in server.district.articles(key))


def stored(installed: BareInstallation) -> list[str]:
    return sorted(str(each.key) for each in installed.articles())


def runs(installed: BareInstallation, *statuses: RunStatus, key: str | None = None) -> list[Run]:
    """Runs of these statuses, or all, the newest first."""
    found = installed.store.runs.list(limit=500, source_key=key)
    return [run for run in found if not statuses or run.status in statuses]


def done(installed: BareInstallation, key: str) -> int:
    """How many visits of a source went well."""
    return len(runs(installed, RunStatus.SUCCEEDED, key=key))


def crashes(installed: BareInstallation) -> list[Issue]:
    return [issue for issue in installed.store.issues.list() if issue.kind is IssueKind.CRASH]


def asked_for(server: DemoServer, key: str) -> int:
    """How many article pages of a site were answered."""
    paths = {article.path for article in server.district.articles(key)}
    return sum(1 for hit in server.traffic.hits if hit.site == key and hit.target in paths and hit.status == 200)


def quxun(service: Service, *arguments: str, status: int = 0) -> Said:
    """A command of the same installation."""
    return typed.quxun(service.environment, *arguments, status=status)


def asked_again(server: DemoServer, keys: list[str], before: Counter[str]) -> list[str]:
    """Which articles of the city's portal were asked for more often than before."""
    now = server.traffic.by_path("trs")
    return [path for path in now if now[path] > before[path] and any(key.endswith(path) for key in keys)]


def _asked_often(server: DemoServer, requests: int) -> bool:
    return server.traffic.total() >= requests


def _asked_for_more(server: DemoServer, key: str, than: int) -> bool:
    return asked_for(server, key) > than


def _made_more(installed: BareInstallation, key: str, than: int) -> bool:
    return done(installed, key) > than


def is_sound(installed: BareInstallation, service: Service) -> None:
    """Nothing that is stored is wrong, and no error came to light that nobody expected."""
    assert not list(installed.store.check())
    assert "Traceback" not in service.said, service.said


# ------------------------------------------------------------------ visiting
def test_what_is_due_is_visited_and_again_after_its_interval_which_costs_hardly_a_request(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk")
    service.start()
    until(lambda: done(installed, "trs") >= 3 and done(installed, "gbk") >= 2, "some visits of each")
    assert stored(installed) == truth(server, "trs", "gbk")
    newest = runs(installed, RunStatus.SUCCEEDED, key="trs")[0]
    assert (newest.counters.new, newest.counters.unchanged) == (0, 0)
    assert newest.counters.requests <= 2
    published = server.publish("trs")
    until(lambda: url_key(published.url) in stored(installed), "what was published is stored")
    assert {run.requested_by for run in runs(installed)} == {SCHEDULED}
    assert service.stop() == 0
    is_sound(installed, service)


# ------------------------------------------------------------------ ending
def test_told_to_stop_it_stores_what_it_has_and_leaves_nobody_behind(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", every_s=3600)
    kept: list[str] = []
    times: Counter[str] = Counter()
    for number in (signal.SIGTERM, signal.SIGINT):
        server.latency_s = 0.3
        service.start()
        until(partial(_asked_for_more, server, "trs", len(kept) + 5), "a run is under way")
        service.tell(number)
        assert service.ended() == 0
        until(lambda: not service.processes(), "no process is left")
        assert not runs(installed, *UNFINISHED)
        before, kept = kept, stored(installed)
        # What was on its way when it was told is asked for again.
        assert max(len(before) + 1, asked_for(server, "trs") - 2) <= len(kept) < len(truth(server, "trs"))
        assert asked_again(server, before, times) == []
        times = server.traffic.by_path("trs")
    server.latency_s = 0.0
    service.start()
    until(lambda: stored(installed) == truth(server, "trs"), "the rest is stored")
    assert asked_again(server, kept, times) == []
    service.stop()
    is_sound(installed, service)


def test_told_to_stop_with_all_its_children_at_once_as_systemd_does_nothing_is_called_a_crash(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk", every_s=3600)
    server.latency_s = 0.3
    service.start()
    until(lambda: asked_for(server, "trs") >= 5 and asked_for(server, "gbk") >= 5, "runs are under way")
    for process in service.processes():
        process.terminate()
    assert service.ended() == 0
    until(lambda: not service.processes(), "no process is left")
    assert not runs(installed, *UNFINISHED)
    assert not crashes(installed)
    assert len(stored(installed)) >= 8
    assert "Traceback" not in service.said, service.said


def test_told_to_stop_before_a_run_has_begun_no_failure_is_noted_and_what_was_asked_for_is_not_lost(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk", every_s=3600)
    quxun(service, "crawl", "trs", "--enqueue")
    [asked] = runs(installed)
    service.start()
    assert service.stop() == 0
    until(lambda: not service.processes(), "no process is left")
    assert [run.id for run in runs(installed, *UNFINISHED)] in ([asked.id], [])
    assert not [run for run in runs(installed) if "SIGTERM" in run.reason]
    assert not crashes(installed)
    service.start()
    service.kill()
    until(lambda: not service.processes(), "no process is left")
    service.start()
    until(lambda: installed.store.runs.get(asked.id).finished_at, "it was made")
    until(lambda: stored(installed) == truth(server, "trs", "gbk"), "everything is stored")
    service.stop()
    is_sound(installed, service)


def test_killed_in_a_run_nothing_is_lost_and_nothing_stored_twice(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "media", "gbk", every_s=2)
    server.latency_s = 0.1
    for pages in (10, 45):
        upto = server.traffic.total() + pages
        service.start()
        until(partial(_asked_often, server, upto), "runs are under way")
        service.kill()
        until(lambda: not service.processes(), "its children are gone")
    server.latency_s = 0.0
    service.start()
    until(lambda: stored(installed) == truth(server, "trs", "media", "gbk"), "everything is stored")
    until(lambda: not [run for run in runs(installed, *UNFINISHED) if run.pid == service.pid], "nothing hangs")
    assert all(server.traffic.max_in_flight(key) == 1 for key in ("trs", "media", "gbk"))
    service.stop()
    is_sound(installed, service)


def test_a_fork_server_that_is_killed_is_replaced(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk")
    service.start()
    for _ in range(2):
        made = done(installed, "trs")
        until(partial(_made_more, installed, "trs", made), "visits go on")
        forking = service.fork_server()
        assert forking is not None
        forking.kill()
    before = {key: done(installed, key) for key in ("trs", "gbk")}
    until(lambda: all(done(installed, key) > count + 1 for key, count in before.items()), "visits go on")
    service.stop()
    until(lambda: not service.processes(), "no process is left")
    is_sound(installed, service)


# ------------------------------------------------------------------ one service, and who asks it
def test_a_second_service_is_refused_and_the_first_makes_a_run_that_is_asked_for_and_watched(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", every_s=3600)
    service.start()
    second = subprocess.run(
        command("serve"), env=service.environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert second.returncode == 2
    assert "a service is at work" in second.stderr
    assert str(service.pid) in second.stderr
    assert service.lives
    until(lambda: done(installed, "trs") == 1, "the first visit")
    published = server.publish("trs")
    [run] = quxun(service, "crawl", "trs", "--enqueue", "--wait", "--json").lines
    assert (run["status"], run["new"]) == ("succeeded", 1)
    assert url_key(published.url) in stored(installed)


def test_runs_that_are_asked_for_without_a_service_wait_for_it_but_for_one_that_is_called_off(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk", every_s=3600)
    told = quxun(service, "crawl", "gbk", "--enqueue")
    assert "No service is running" in told.err
    [asked] = runs(installed)
    assert (asked.status, asked.requested_by) == (RunStatus.QUEUED, "enqueue")
    quxun(service, "crawl", "trs", "--enqueue")
    [unwanted] = runs(installed, key="trs")
    quxun(service, "runs", str(unwanted.id), "--cancel")
    service.start()
    until(lambda: installed.store.runs.get(asked.id).status is RunStatus.SUCCEEDED, "it is made")
    until(lambda: done(installed, "trs") == 1, "the other source's own visit is made")
    assert stored(installed) == truth(server, "trs", "gbk")
    assert installed.store.runs.get(unwanted.id).status is RunStatus.CANCELED
    assert not installed.store.runs.get(unwanted.id).started_at


def test_while_the_service_runs_a_run_is_called_off_and_a_source_is_paused_and_resumed(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk", every_s=2)
    server.latency_s = 0.3
    service.start()
    until(lambda: asked_for(server, "trs") >= 5, "a run is under way")
    [going] = runs(installed, RunStatus.RUNNING, key="trs")
    quxun(service, "runs", str(going.id), "--cancel")
    until(lambda: installed.store.runs.get(going.id).finished_at, "it ends")
    assert installed.store.runs.get(going.id).status is RunStatus.CANCELED
    kept = [key for key in stored(installed) if key in truth(server, "trs")]
    assert 0 < len(kept) < len(truth(server, "trs"))
    server.latency_s = 0.0
    until(lambda: done(installed, "trs") and done(installed, "gbk"), "a visit of each")
    assert stored(installed) == truth(server, "gbk", "trs")
    assert installed.store.sources.get("trs").failures == 0
    quxun(service, "sources", "pause", "trs")
    until(lambda: not runs(installed, *UNFINISHED, key="trs"), "what was under way has ended")
    made, others = len(runs(installed, key="trs")), done(installed, "gbk")
    until(lambda: done(installed, "gbk") >= others + 2, "the other one is visited")
    assert len(runs(installed, key="trs")) == made
    well = done(installed, "trs")
    quxun(service, "sources", "resume", "trs")
    until(lambda: done(installed, "trs") > well, "it is visited again")


def test_a_typed_crawl_and_the_service_never_visit_a_host_at_once(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk")
    server.latency_s = 0.02
    service.start()
    until(lambda: asked_for(server, "trs") >= 5, "a run is under way")
    for _ in range(2):
        told = quxun(service, "crawl", "trs", "gbk", "--full", "--json")
        assert {line["status"] for line in told.lines} == {"succeeded"}
    until(lambda: done(installed, "trs") >= 5, "the service goes on")
    assert server.traffic.max_in_flight("trs") == 1
    assert server.traffic.max_in_flight("gbk") == 1
    assert service.stop() == 0
    is_sound(installed, service)


# ------------------------------------------------------------------ what befalls it
def test_a_profile_that_changes_is_applied_and_a_broken_one_is_said_while_the_old_sources_go_on(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs")
    service.start()
    until(lambda: done(installed, "trs"), "a visit")
    profile = installed.options.profile
    assert profile is not None
    good = profile.read_text(encoding="utf-8")
    profile.write_text(good + '[[source]]\nkey = "half', encoding="utf-8")
    until(lambda: [each for each in service.events("trouble") if "is not TOML" in each["problem"]], "it is said")
    assert "is not TOML" in service.unready()
    before = done(installed, "trs")
    until(lambda: done(installed, "trs") > before + 1, "the old source is visited")
    declare(installed, server, "trs", "gbk")
    until(lambda: done(installed, "gbk"), "the new source is visited")
    assert service.events("trouble over")
    assert not service.unready()
    declare(installed, server, "gbk")
    until(lambda: [each.key for each in installed.store.sources.list()] == ["gbk"], "the old source is removed")
    is_sound(installed, service)


def test_a_database_that_is_locked_for_a_while_is_survived(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk")
    server.latency_s = 0.1
    service.start()
    until(lambda: asked_for(server, "trs") >= 5, "a run is under way")
    with contextlib.closing(sqlite3.connect(installed.home / "quxun.db", isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN IMMEDIATE")
        psutil.wait_procs([psutil.Process(service.pid)], timeout=15)
        assert service.lives
        other.execute("COMMIT")
    server.latency_s = 0.0
    before = {key: done(installed, key) for key in ("trs", "gbk")}
    until(lambda: all(done(installed, key) > count for key, count in before.items()), "visits go on")
    assert stored(installed) == truth(server, "trs", "gbk")
    assert not runs(installed, RunStatus.FAILED)
    service.stop()
    is_sound(installed, service)


def test_a_database_that_is_moved_away_and_back_and_then_replaced_by_a_copy_of_itself_is_survived(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk")
    service.start()
    until(lambda: done(installed, "trs") and done(installed, "gbk"), "visits")
    path = installed.home / "quxun.db"
    aside = path.rename(installed.home / "aside.db")
    until(lambda: [each for each in service.events("trouble") if "is gone" in each["problem"]], "it is said")
    assert "is gone" in service.unready()
    assert service.lives
    assert "is gone" in quxun(service, "runs", status=1).err
    assert not path.exists()
    aside.rename(path)
    before = {key: done(installed, key) for key in ("trs", "gbk")}
    until(lambda: all(done(installed, key) > count for key, count in before.items()), "visits go on")
    published = server.publish("trs")
    until(lambda: url_key(published.url) in stored(installed), "what was published is stored")
    until(lambda: not service.unready(), "it is ready")
    copy = installed.home / "copy.db"
    with contextlib.closing(sqlite3.connect(path)) as one, contextlib.closing(sqlite3.connect(copy)) as other:
        one.backup(other)
    copy.rename(path)
    before = {key: done(installed, key) for key in ("trs", "gbk")}
    until(lambda: all(done(installed, key) > count + 1 for key, count in before.items()), "visits go on")
    published = server.publish("gbk")
    until(lambda: url_key(published.url) in stored(installed), "what was published is stored")
    service.stop()
    is_sound(installed, service)


def test_a_disk_that_takes_no_more_is_said_and_survived(
    installed: BareInstallation, server: DemoServer, service: Service
) -> None:
    declare(installed, server, "trs", "gbk")
    service.start()
    until(lambda: done(installed, "trs") and done(installed, "gbk"), "visits")
    _let_files_grow(service, 64 * 1024)
    published = [server.publish(key) for key in ("trs", "gbk") for _ in range(5)]
    until(lambda: [each for each in service.events("trouble") if "disk" in each["problem"]], "it is said")
    assert "disk" in service.unready()
    assert service.lives
    _let_files_grow(service, resource.RLIM_INFINITY)
    until(lambda: {url_key(each.url) for each in published} <= {*stored(installed)}, "all that was published is stored")
    until(lambda: not service.unready(), "it is ready")
    assert service.stop() == 0
    is_sound(installed, service)


def _let_files_grow(service: Service, most: int) -> None:
    """Forbid every process of the service to write beyond so many bytes of a file, as a full disk would."""
    for process in service.processes():
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

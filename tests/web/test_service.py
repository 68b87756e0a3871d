"""Does it live, does it do its work, what went wrong; and the figures for Prometheus."""

import re
import threading

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from storage.records import Counters, IssueKind, ProcessRole, RunStatus
from storage.store import Store
from tests.builders import NOW, World, issue_seen, later, new_article, refused
from tests.docs.markdown import page
from tests.postgres import Server
from tests.web import sides
from tests.web.sides import Client, Clock, at_work, ended
from web.metrics import look


def test_a_process_that_runs_lives_whatever_else_is_wrong(world: World) -> None:
    with sides.client(world.store, trouble=lambda: "the disk is full") as client:
        world.store.close()
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "ok", "1.2.3")


def test_a_service_with_a_scheduler_at_work_is_ready(client: Client, world: World) -> None:
    at_work(world.store)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


@pytest.mark.parametrize("scheduler", [{"leads": False}, {"at": later(seconds=-31)}])
def test_a_service_without_a_scheduler_at_work_is_not_ready(
    client: Client, world: World, scheduler: dict[str, object]
) -> None:
    at_work(world.store, **scheduler)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["reasons"] == ["no scheduler has been at work in the last 30 s, so nothing is visited"]


def test_every_reason_why_a_service_is_not_ready_is_told(world: World) -> None:
    with sides.client(world.store, trouble=lambda: "the disk is full") as client:
        told = client.get("/readyz").json()
    assert len(told["reasons"]) == 2
    assert told["error"] == "; ".join(told["reasons"])
    assert "the disk is full" in told["reasons"]


def test_a_service_with_another_schema_is_not_ready(client: Client, world: World) -> None:
    at_work(world.store)
    with world.store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = client.get("/readyz")
    assert (answer.status_code, "is newer (schema 9999)" in answer.json()["error"]) == (503, True)


def test_a_service_whose_store_hangs_says_so_in_time_and_still_lives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.inside.PROBE_S", 0.2)
    release = threading.Event()

    def hang() -> str:
        release.wait(30)
        return ""

    with sides.client(world.store, trouble=hang) as client:
        at_work(world.store)
        for _ in range(5):  # more than there are threads: a probe that hangs is asked once
            assert client.get("/readyz").json()["reasons"] == [
                "what troubles the service cannot be told: it did not answer"
            ]
        assert client.get("/healthz").status_code == 200
        assert client.get("/metrics").status_code == 200
        release.set()


@pytest.mark.postgres
def test_a_service_whose_database_stopped_is_not_ready_until_it_is_back(postgres_server: Server) -> None:
    with postgres_server.fresh() as url, Store.open(url) as store:
        at_work(store)
        with sides.client(store) as client:
            assert client.get("/readyz").status_code == 200
            postgres_server.stop()
            try:
                answers = [client.get(path) for path in ("/readyz", "/metrics", "/api/runs", "/api/service", "/")]
                lives = client.get("/healthz").status_code
            finally:
                postgres_server.start()
            assert [answer.status_code for answer in answers] == [503] * 5
            assert lives == 200
            assert "is unreachable" in answers[0].json()["error"]
            assert client.get("/readyz").status_code == 200


def test_issues_are_listed_newest_first(client: Client, world: World) -> None:
    world.record(issue_seen(IssueKind.GAP, "1"), issue_seen(IssueKind.CRASH, "2", count=3))
    told = client.get("/api/issues").json()["issues"]
    assert [(each["kind"], each["count"], each["run"]) for each in told] == [
        ("crash", 3, world.run.id),
        ("gap", 1, world.run.id),
    ]
    assert len(client.get("/api/issues?limit=1").json()["issues"]) == 1
    assert client.get(f"/api/issues?run={world.run.id}&source=example").json()["issues"] == told
    assert client.get(f"/api/issues?run={ended(world).id}").json()["issues"] == []


def test_issues_of_what_does_not_exist_are_not_found(client: Client) -> None:
    assert client.get("/api/issues?run=99").status_code == 404
    assert client.get("/api/issues?source=nobody").status_code == 404


def test_the_service_tells_who_is_at_work_and_what_waits(client: Client, world: World) -> None:
    at_work(world.store, runs=2)
    world.visit(new_article("1"))
    told = client.get("/api/service").json()
    assert (told["ready"], told["reasons"]) == (True, [])
    [process] = told["processes"]
    assert (process["role"], process["leads"], process["runs"], process["places"]) == ("scheduler", True, 2, 5)
    assert (told["due"], told["asked"], told["running"], told["places"]) == (1, 2, 0, 5)
    assert told["stored"]["articles"] == 1
    assert told["sources"] == {"active": 1, "paused": 0, "removed": 0}


# ------------------------------------------------------------------ figures for Prometheus
def figures(client: Client) -> dict[str, float]:
    """Every sample by its name and labels, as a scraper reads it."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_scraper_reads_what_runs_did(either: World) -> None:
    ended(either, counters=Counters(requests=7, bytes=3 * 10**9, new=2, gone=1), length_s=45)
    ended(either, RunStatus.FAILED, requested_by="api")
    either.record(refused("1"), issue_seen(IssueKind.BLOCKED))
    with sides.client(either.store) as client:
        read = figures(client)
    assert read["quxun_runs_total requested_by=serve status=succeeded"] == 1
    assert read["quxun_runs_total requested_by=api status=failed"] == 1
    assert read["quxun_runs_total requested_by=serve status=abandoned"] == 0
    assert (read["quxun_requests_total"], read["quxun_received_bytes_total"]) == (7, 3 * 10**9)
    assert (read["quxun_visits_total outcome=new"], read["quxun_visits_total outcome=gone"]) == (2, 1)
    assert read["quxun_refusals_total reason=listing"] == 1
    assert read["quxun_issues_total kind=blocked"] == 1
    assert read["quxun_run_duration_seconds_bucket le=30.0"] == 1
    assert read["quxun_run_duration_seconds_bucket le=60.0"] == read["quxun_run_duration_seconds_count"] == 2
    assert read["quxun_run_duration_seconds_sum"] == pytest.approx(53)


def test_a_scraper_reads_how_things_stand(either: World) -> None:
    at_work(either.store)
    either.store.processes.enter(ProcessRole.WORKER, "another", 2, "1.2.3", 8, NOW)
    either.store.processes.enter(ProcessRole.WORKER, "silent", 3, "1.2.3", 8, later(minutes=-1))
    either.record(new_article("1"))
    with sides.client(either.store, clock=Clock(later(minutes=2))) as client:
        either.store.processes.seen(1, later(minutes=2), leads=True, runs=0)
        either.store.processes.seen(2, later(minutes=2), leads=False, runs=0)
        read = figures(client)
    assert (read["quxun_due_sources"], read["quxun_lateness_seconds"]) == (1, 120)
    assert (read["quxun_queue_depth kind=due"], read["quxun_queue_depth kind=asked"]) == (1, 1)
    assert (read["quxun_running_runs"], read["quxun_places"]) == (0, 8)  # where there are workers, they make the runs
    assert (read["quxun_processes role=scheduler"], read["quxun_processes role=worker"]) == (1, 1)
    assert read["quxun_leading_schedulers"] == 1
    assert (read["quxun_sources state=active"], read["quxun_sources_failing"]) == (1, 0)
    assert (read["quxun_articles"], read["quxun_snapshots"], read["quxun_stories"]) == (1, 1, 0)
    assert read["quxun_database_bytes"] > read["quxun_payload_bytes"] > 0
    assert read["quxun_home_free_bytes"] == 10**9
    kind = "sqlite" if either.store.database.is_sqlite else "postgresql"
    assert read[f"quxun_build_info database={kind} version=1.2.3"] == 1


def test_a_data_folder_that_cannot_be_looked_at_does_not_hide_the_other_figures(world: World) -> None:
    def gone() -> int:
        raise FileNotFoundError("data")

    with sides.client(world.store, home_free_bytes=gone) as client:
        read = figures(client)
    assert "quxun_home_free_bytes" not in read
    assert "quxun_due_sources" in read
    assert look(sides.side(world.store, home_free_bytes=gone)).free_bytes is None


def test_totals_that_are_not_yet_read_are_not_shown(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(world, begun_at=later(days=-1))
    monkeypatch.setattr("web.metrics._CATCH_UP_S", -1)
    assert not [name for name in figures(client) if name.startswith(("quxun_runs_total", "quxun_requests"))]


def test_an_answer_to_a_scraper_is_given_again_within_a_second(client: Client, world: World) -> None:
    first = client.get("/metrics").text
    ended(world)
    assert client.get("/metrics").text == first


def test_every_figure_is_explained(client: Client, world: World) -> None:
    told = client.get("/metrics").text
    names = set(re.findall(r"^# TYPE (quxun_\w+)", told, flags=re.MULTILINE))
    explained = set(re.findall(r"^\| `(quxun_\w+)", page("docs/api.md"), flags=re.MULTILINE))
    assert names == explained
    assert not re.findall(r"^# HELP quxun_\w+ *$", told, flags=re.MULTILINE)

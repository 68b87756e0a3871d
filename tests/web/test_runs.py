"""Runs over HTTP: see them, ask for one, call one off."""

import json
from typing import Any

import pytest

from storage.errors import UsageError
from storage.records import Counters, IssueKind, RunStatus, RunWish, Source, SourceKind, SourceState
from tests.builders import NOW, World, issue_seen, later, new_source
from tests.web import sides
from tests.web.sides import Client, ended
from web import runs


def test_runs_are_listed_newest_first(client: Client, world: World) -> None:
    done = ended(world, RunStatus.DEGRADED, counters=Counters(new=3), reason="two pages timed out")
    told = client.get("/api/runs").json()
    assert [each["id"] for each in told["runs"]] == [done.id, world.run.id]
    newest = told["runs"][0]
    assert (newest["source"], newest["status"], newest["new"]) == ("example", "degraded", 3)
    assert newest["reason"] == "two pages timed out"
    assert told["next_before"] is None


def test_times_are_told_in_the_zone_of_the_district(client: Client, world: World) -> None:
    done = ended(world, length_s=2.5)
    told = client.get(f"/api/runs/{done.id}").json()
    assert told["started_at"] == "2024-05-01T12:00:00+08:00"
    assert (told["finished_at"], told["seconds"]) == ("2024-05-01T12:00:02+08:00", 2.5)


def test_a_page_of_runs_leads_to_the_next(client: Client, world: World) -> None:
    ids = [world.run.id, *(ended(world).id for _ in range(4))]
    seen: list[int] = []
    path = "/api/runs?limit=2"
    while path:
        told = client.get(path).json()
        seen += [each["id"] for each in told["runs"]]
        path = f"/api/runs?limit=2&before={told['next_before']}" if told["next_before"] else ""
    assert seen == ids[::-1]


def test_runs_are_listed_by_source_and_status(client: Client, world: World) -> None:
    failed = ended(world, RunStatus.FAILED)
    assert [each["id"] for each in client.get("/api/runs?status=failed").json()["runs"]] == [failed.id]
    assert len(client.get("/api/runs?source=example").json()["runs"]) == 2
    assert client.get("/api/runs?source=nobody").status_code == 404


def test_one_run_comes_with_its_issues_and_the_end_of_its_log(client: Client, world: World) -> None:
    world.record(issue_seen(IssueKind.LISTING_EMPTY, detail="网页上没有文章"))
    world.store.runs.finish(world.run.id, RunStatus.FAILED, NOW, Counters(), "nothing", "last line\n最后一行")
    told = client.get(f"/api/runs/{world.run.id}").json()
    assert told["log"] == "last line\n最后一行"
    [issue] = told["issues"]
    assert (issue["kind"], issue["detail"]) == ("listing-empty", "网页上没有文章")


def test_a_run_that_does_not_exist_is_a_problem_with_a_sentence(client: Client) -> None:
    answer = client.get("/api/runs/99")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "no run 99",
        "error": "no run 99",
    }


# ------------------------------------------------------------------ asking for one
def test_who_asks_for_a_run_gets_it_as_it_waits(client: Client, world: World) -> None:
    answer = client.post("/api/runs", json={"source": "example", "full": True})
    assert answer.status_code == 202
    told = answer.json()
    assert (told["status"], told["requested_by"], told["wish"]["full"]) == ("queued", "api", True)
    assert answer.headers["location"] == f"/api/runs/{told['id']}"
    assert client.get(answer.headers["location"]).json()["id"] == told["id"]
    waiting = {run.id: run.wish for run in world.store.runs.waiting()}
    assert waiting[told["id"]] == RunWish(full=True)


def test_the_same_wish_that_waits_already_is_not_queued_again(client: Client, world: World) -> None:
    wish = {"source": "example", "since": "2024-04-01T00:00:00+08:00", "until": "2024-05-01T00:00:00Z"}
    first, second = client.post("/api/runs", json=wish), client.post("/api/runs", json=wish)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["location"] == first.headers["location"]
    other = client.post("/api/runs", json=wish | {"full": True})
    assert (other.status_code, len(world.store.runs.waiting())) == (202, 3)


def test_single_urls_go_to_the_source_of_their_host(world: World) -> None:
    asked: list[str] = []

    def find(url: str) -> Source:
        asked.append(url)
        return world.source

    urls = ["http://www.example.cn/a.html", "http://www.example.cn/b.html"]
    with sides.client(world.store, find_source=find) as client:
        told = client.post("/api/runs", json={"urls": [*urls, urls[0]]}).json()
    assert asked == urls[:1]
    assert (told["source"], told["wish"]["urls"]) == ("example", urls)


def test_a_url_that_nothing_can_be_made_of_is_said_so(world: World) -> None:
    def find(url: str) -> Source:
        raise UsageError(f"{url} is the address of this machine")

    with sides.client(world.store, find_source=find) as client:
        answer = client.post("/api/runs", json={"urls": ["http://127.0.0.1/x"]})
    assert (answer.status_code, answer.json()["error"]) == (422, "http://127.0.0.1/x is the address of this machine")


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({}, "give either source or urls"),
        ({"source": "example", "urls": ["http://a.cn/"]}, "give either source or urls"),
        ({"urls": ["http://a.cn/", "http://b.cn/"]}, "must be of one host"),
        ({"urls": ["file:///etc/passwd"]}, "not an http or https URL"),
        ({"urls": ["http:///x"]}, "not an http or https URL"),
        ({"urls": ["http://[::1"]}, "not an http or https URL"),
        ({"urls": ["http://a.cn/\u0000"]}, "control characters"),
        ({"urls": ["http://a.cn/" + "x" * 3000]}, "at most 2000 characters"),
        ({"urls": ["http://a.cn/"] * 101}, "at most 100 items"),
        ({"source": "a\u0000b"}, "control characters"),
        ({"source": "x" * 201}, "at most 200 characters"),
        (
            {"source": "example", "since": "2024-05-02T00:00:00Z", "until": "2024-05-01T00:00:00Z"},
            "since must be before",
        ),
        ({"source": "example", "since": "2024-05-01T00:00:00"}, "timezone"),
        ({"source": "example", "since": "0001-01-01T00:00:00+14:00"}, "the year must be from"),
        ({"source": "example", "until": 10**30}, "until"),
        ({"source": "example", "full": "yes"}, "full"),
        ({"source": "example", "force": True}, "force"),
        ([1, 2], "the body"),
        (None, "the body"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_with_a_sentence(client: Client, wish: Any, said: str) -> None:
    answer = client.post("/api/runs", content=json.dumps(wish))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"source": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"source": ' + b"9" * 5000 + b"}",
        b"[" * 20_000,
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_no_json_or_no_text_is_refused(client: Client, body: bytes) -> None:
    answer = client.post("/api/runs", content=body)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_what_cannot_be_visited_is_not_queued(client: Client, world: World) -> None:
    world.store.sources.add(new_source("imported", kind=SourceKind.IMPORT), NOW)
    world.store.sources.add(new_source("pages", kind=SourceKind.PAGE, every_s=None), NOW)
    world.store.sources.add(new_source("gone"), NOW)
    world.store.sources.set_state("gone", SourceState.REMOVED, NOW)
    for key, said in (("imported", "nothing to visit"), ("pages", "give the urls"), ("gone", "was removed")):
        answer = client.post("/api/runs", json={"source": key})
        assert (answer.status_code, said in answer.json()["error"]) == (422, True)
    assert client.post("/api/runs", json={"source": "nobody"}).status_code == 404
    assert len(world.store.runs.waiting()) == 1


def test_nobody_can_fill_the_queue_without_end(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MAX_WAITING", 2)
    assert client.post("/api/runs", json={"source": "example", "full": True}).status_code == 202
    answer = client.post("/api/runs", json={"source": "example", "urls": []} | {"since": "2024-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["error"]) == (
        503,
        "2 runs wait already; ask again when some of them are done",
    )


# ------------------------------------------------------------------ calling one off
def test_a_run_that_is_called_off_says_why(client: Client, world: World) -> None:
    answer = client.post(f"/api/runs/{world.run.id}/cancel", json={"reason": "网站正在改版"})
    assert (answer.status_code, answer.json()["status"], answer.json()["reason"]) == (200, "canceled", "网站正在改版")


def test_a_run_that_is_called_off_without_a_reason_has_one(client: Client, world: World) -> None:
    assert client.post(f"/api/runs/{world.run.id}/cancel", json={}).json()["reason"] == "called off over HTTP"


def test_a_run_that_is_over_stays_as_it_is(client: Client, world: World) -> None:
    done = ended(world)
    assert client.post(f"/api/runs/{done.id}/cancel", json={"reason": "too late"}).json()["status"] == "succeeded"
    assert client.post("/api/runs/99/cancel", json={}).status_code == 404


def test_a_reason_is_one_sentence(client: Client, world: World) -> None:
    for reason in ("a\nb", "x" * 501, "\u0000"):
        assert client.post(f"/api/runs/{world.run.id}/cancel", json={"reason": reason}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/api/runs/0",
        "/api/runs/-1",
        "/api/runs/x",
        f"/api/runs/{2**63}",
        "/api/runs/" + "9" * 5000,
        "/api/runs?limit=0",
        "/api/runs?limit=501",
        "/api/runs?limit=" + "9" * 5000,
        "/api/runs?before=0",
        f"/api/runs?before={2**63}",
        "/api/runs?status=done",
        "/api/runs?source=%00",
        "/api/runs?sorce=example",
    ],
)
def test_a_parameter_out_of_bounds_is_refused(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_time_far_away_can_still_be_told(client: Client, world: World) -> None:
    wish = RunWish(since=NOW.replace(year=1), until=NOW.replace(year=9999, month=12, day=31, hour=23))
    run = world.store.runs.queue(world.source.id, "crawl", later(minutes=1), wish=wish)
    assert client.get(f"/api/runs/{run.id}").json()["wish"]["until"].startswith("9999-12-31")

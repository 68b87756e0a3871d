"""Who may change what: the token, this machine, and no page of another site."""

import logging

import pytest

from storage.errors import DatabaseError
from tests.builders import World
from tests.web import sides
from tests.web.sides import TOKEN, Client, side
from web.app import create_app
from web.guard import MAX_BODY_BYTES

PAUSE = "/api/sources/example/pause"


def test_without_a_token_only_this_machine_may_change_anything(world: World) -> None:
    for peer, status in (("127.0.0.1", 200), ("127.8.8.8", 200), ("::1", 200), ("::ffff:127.0.0.1", 200)):
        with sides.client(world.store, peer=peer) as client:
            assert client.post(PAUSE).status_code == status
    for peer in ("192.168.1.7", "2001:db8::1", "::ffff:192.168.1.7", "a-name", ""):
        with sides.client(world.store, peer=peer) as client:
            assert client.post(PAUSE).status_code == 403
            assert client.get("/api/sources").status_code == 200


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_what_comes_through_a_proxy_does_not_come_from_this_machine(client: Client, header: str) -> None:
    assert client.post(PAUSE, headers={header: "127.0.0.1"}).status_code == 403


def test_with_a_token_whoever_has_it_may_change_something(world: World) -> None:
    with sides.client(world.store, token=TOKEN, peer="192.168.1.7") as client:
        assert client.post(PAUSE, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert client.post(PAUSE, headers={"authorization": f"bearer  {TOKEN} "}).status_code == 200


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer \xff\xfe"]
)
def test_with_a_token_nobody_may_change_anything_without_it(world: World, given: str) -> None:
    with sides.client(world.store, token=TOKEN) as client:
        answer = client.post(PAUSE, headers={"Authorization": given.encode("latin-1")})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    "host", ["quxun.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[evil]", "a b"]
)
def test_without_a_token_a_name_of_somebody_elses_is_not_answered(client: Client, host: str) -> None:
    for path in ("/", "/api/runs", "/healthz", "/metrics"):
        assert client.get(path, headers={"Host": host}).status_code == 421
    assert client.post(PAUSE, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8620", "127.0.0.1", "192.168.1.7:8620", "[::1]:8620"])
def test_addresses_and_localhost_are_answered(client: Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_name_that_is_listed_is_answered(world: World) -> None:
    with sides.client(world.store, hosts=("news.example",)) as client:
        assert client.get("/healthz", headers={"Host": "News.Example:80"}).status_code == 200


def test_with_a_token_any_name_is_answered(world: World) -> None:
    with sides.client(world.store, token=TOKEN) as client:
        assert client.get("/healthz", headers={"Host": "quxun.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:8620", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_of_another_site_may_not_change_anything(world: World, headers: dict[str, str]) -> None:
    for token in ("", TOKEN):
        with sides.client(world.store, token=token) as client:
            assert client.post(PAUSE, headers=headers | {"Authorization": f"Bearer {TOKEN}"}).status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://127.0.0.1:8620"}, {"Sec-Fetch-Site": "same-origin"}])
def test_a_page_of_our_own_may(client: Client, headers: dict[str, str]) -> None:
    assert client.post(PAUSE, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"]
)
def test_a_change_comes_as_json(client: Client, kind: str) -> None:
    assert client.post(PAUSE, headers={"Content-Type": kind}).status_code == 415
    assert client.post(PAUSE, headers={"Content-Type": "Application/JSON; charset=utf-8"}).status_code == 200


def test_a_body_is_bounded_whether_or_not_it_says_its_length(client: Client) -> None:
    async def piecemeal() -> object:
        for _ in range(MAX_BODY_BYTES // 1000 + 2):
            yield b" " * 1000

    large = b" " * (MAX_BODY_BYTES + 1)
    answers = [
        client.post("/api/runs", content=large),
        client.post("/api/runs", content=piecemeal()),
        client.post(PAUSE, headers={"Content-Length": "9" * 30}),
        client.post(PAUSE, headers={"Content-Length": "-1"}),
    ]
    assert [answer.status_code for answer in answers] == [413] * 4
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}


def test_every_answer_has_the_headers_that_make_it_safe(client: Client) -> None:
    for path in ("/", "/docs", "/openapi.json", "/healthz", "/metrics", "/api/runs", "/api/runs/99", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "access-control-allow-origin" not in headers
    assert client.post(PAUSE, headers={"Host": "evil.example"}).headers["cache-control"] == "no-store"


def test_the_head_of_an_answer_can_be_asked_for_alone(client: Client) -> None:
    for path in ("/healthz", "/", "/api/runs"):
        answer = client.ask("HEAD", path)
        assert (answer.status_code, answer.content) == (200, b"")
    assert client.ask("HEAD", "/api/runs/99").status_code == 404


def test_what_is_not_served_is_a_problem_too(client: Client) -> None:
    assert client.get("/nowhere").json()["error"] == "nothing is served at that address; /docs lists what is"
    answer = client.ask("DELETE", "/api/runs/1", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert client.get("/api/runs/").status_code in (404, 422)  # and no redirect to wherever Host says


def test_an_error_of_ours_is_one_sentence_for_the_user_and_one_record_for_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(url: str) -> object:
        raise ZeroDivisionError("a secret")

    with sides.client(world.store, find_source=broken) as client, caplog.at_level(logging.WARNING):
        answer = client.post("/api/runs", json={"urls": ["http://a.cn/"]})
    assert answer.status_code == 500
    assert answer.json()["error"] == "an error of Quxun's own: the service's log says more"
    assert "secret" not in answer.text
    assert len(caplog.records) == 1


def test_a_database_that_cannot_be_used_is_said_so(world: World) -> None:
    def broken(url: str) -> object:
        raise DatabaseError("sqlite:///quxun.db", "cannot grow: the disk is full")

    with sides.client(world.store, find_source=broken) as client:
        answer = client.post("/api/runs", json={"urls": ["http://a.cn/"]})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["error"] == "database sqlite:///quxun.db: cannot grow: the disk is full"


def test_the_token_is_not_in_what_is_written_of_a_side(world: World) -> None:
    assert TOKEN not in repr(side(world.store, token=TOKEN))
    assert TOKEN not in str(create_app(side(world.store, token=TOKEN)).openapi())

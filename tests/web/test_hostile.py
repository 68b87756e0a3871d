"""Whatever is sent, what comes back is an answer that was promised: no error of ours, and nothing half done."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.records import RunStatus
from tests.builders import World
from tests.web.sides import Client, ended

PROMISED = {200, 202, 204, 404, 405, 409, 413, 415, 421, 422}

#: Text as it can be in JSON: with NUL, lone surrogates, and all of Unicode.
anything = st.text(st.characters(exclude_categories=()), max_size=40)
numbers = st.integers(-(10**30), 10**30) | st.floats() | st.sampled_from([0, 1, 2**31, 2**63 - 1, 2**63])
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | anything | st.just("example") | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(["source", "urls", "full", "since", "until", "reason"]) | anything
bodies = values | st.dictionaries(fields, values, max_size=5)
in_path = (
    anything | st.integers(-5, 2**70).map(str) | st.sampled_from(["example", "1", "1/cancel", "%00", "..", "9" * 5000])
)
in_query = st.dictionaries(
    st.sampled_from(["source", "status", "limit", "before", "run", "all"]) | anything,
    anything | numbers.map(str) | st.sampled_from(["example", "queued", "true", "1"]),
    max_size=4,
)

hostile = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)


def encoded(words: str) -> str:
    return quote(words.encode("utf-8", "surrogatepass"), safe="")


@hostile
@given(
    path=st.sampled_from(["/api/runs", "/api/issues", "/api/sources", "/api/service", "/healthz", "/", "/docs"]),
    query=in_query,
)
def test_no_query_breaks_anything(client: Client, path: str, query: dict[str, str]) -> None:
    asked = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in query.items())
    assert client.get(f"{path}?{asked}").status_code in PROMISED


@hostile
@given(prefix=st.sampled_from(["/api/runs/", "/api/sources/", "/api/", "/"]), name=in_path)
def test_no_path_breaks_anything(client: Client, prefix: str, name: str) -> None:
    assert client.get(prefix + encoded(name)).status_code in PROMISED
    assert client.post(f"{prefix}{encoded(name)}/cancel", json={}).status_code in PROMISED


@hostile
@given(path=st.sampled_from(["/api/runs", "/api/runs/1/cancel", "/api/sources/example/pause"]), body=bodies)
def test_no_body_breaks_anything(client: Client, path: str, body: Any) -> None:
    answer = client.post(path, content=json.dumps(body).encode())
    assert answer.status_code in PROMISED
    if answer.status_code >= 400:
        assert answer.json()["error"]


@hostile
@given(path=st.sampled_from(["/api/runs", "/api/runs/1/cancel"]), body=st.binary(max_size=200))
def test_no_bytes_break_anything(client: Client, path: str, body: bytes) -> None:
    assert client.post(path, content=body).status_code in PROMISED


@hostile
@given(words=anything)
def test_whatever_stands_in_the_store_can_be_shown(
    client: Client, world: World, fresh_world: Callable[[], World], words: str
) -> None:
    mine = fresh_world()
    run = ended(mine, RunStatus.FAILED, reason=words, log=words)
    for path in ("/", "/api/runs", f"/api/runs/{run.id}", f"/api/runs/{run.id}/events"):
        assert client.get(path).status_code == 200

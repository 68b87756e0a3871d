"""The dead-man's ping: sent while all is well, silent otherwise, and discreet."""

import logging
from collections.abc import Iterator

import pytest

from scheduler.telling.ping import Ping
from tests.scheduler.sinks import Sink, http_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with http_sink() as taking:
        yield taking


@pytest.fixture
def ping(sink: Sink) -> Iterator[Ping]:
    made = Ping(f"{sink.url}/sesame", lambda: "")
    yield made
    made.close()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "quxun.ping"]


def test_each_call_is_one_request(ping: Ping, sink: Sink) -> None:
    ping.send()
    ping.send()
    assert [(taken.method, taken.path) for taken in sink.taken] == [("GET", "/sesame"), ("GET", "/sesame")]


def test_nothing_is_sent_while_something_is_wrong(sink: Sink) -> None:
    trouble = "the database is locked"
    ping = Ping(sink.url, lambda: trouble)
    ping.send()
    assert sink.taken == []
    trouble = ""
    ping.send()
    ping.close()
    assert len(sink.taken) == 1


def test_a_failure_is_logged_when_it_begins_and_when_it_is_over(
    ping: Ping, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for status in (500, 500, 404, 200, 200, 503):
        sink.status = status
        ping.send()
    assert said(caplog) == ["ping failed", "ping works again", "ping failed"]


@pytest.mark.parametrize("way", ["refuses", "drops", "is no server", "answers 404"])
def test_no_failure_shows_the_url(sink: Sink, way: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sink.drops = way == "drops"
    sink.status = 404 if way == "answers 404" else 200
    url = {"refuses": "http://127.0.0.1:9", "is no server": "http://127.0.0.1:0"}.get(way, sink.url)
    ping = Ping(f"{url}/sesame", lambda: "")
    ping.send()
    ping.close()
    assert said(caplog) == ["ping failed"]
    assert "sesame" not in str([vars(record) for record in caplog.records])


def test_it_is_sent_on_within_its_host_and_nowhere_else(
    ping: Ping, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    with http_sink() as elsewhere:
        sink.status, sink.location = 302, "/sesame/"

        def arrived(_: object) -> None:
            if len(sink.taken) == 2:
                sink.status, sink.location = 200, ""

        sink.before = arrived
        ping.send()
        assert ([taken.path for taken in sink.taken], said(caplog)) == (["/sesame", "/sesame/"], [])
        sink.before = lambda _: None
        sink.status, sink.location = 302, f"http://localhost:{elsewhere.port}/"
        ping.send()
        assert (elsewhere.taken, said(caplog)) == ([], ["ping failed"])


def test_a_circle_ends(ping: Ping, sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    sink.status, sink.location = 302, "/sesame"
    ping.send()
    assert (len(sink.taken), said(caplog)) == (4, ["ping failed"])

"""`quxun alarms`: what is open and what is over, and a message to try the channels with."""

import pytest

from storage.alarms import Closed, Opened, Unread
from storage.store import Store
from tests.builders import NOW, World, later
from tests.quxun.conftest import Quxun
from tests.scheduler.sinks import http_sink


@pytest.fixture
def told(store: Store) -> Store:
    """A store with an alarm that is over and one that is open."""
    World(store)
    World(store, "other")
    for kind, key in (("gap", "example"), ("blocked", "other")):
        opened = Opened(
            key=f"{kind} {key}",
            kind=kind,
            source_key=key,
            headline=f"示例日报：{kind}",
            detail="\x1b[31mred",
            count=2,
            opened_at=NOW,
            last_seen_at=later(hours=1),
        )
        store.alarms.apply([opened], Unread(issues=(), cursor=0, upto=0))
    store.alarms.apply([Closed(alarm_id=1, closed_at=later(hours=2))], Unread(issues=(), cursor=0, upto=0))
    return store


def test_alarms_are_listed_newest_first(quxun: Quxun, told: Store) -> None:
    lines = quxun("alarms").out.splitlines()
    assert ["open" in line for line in lines if "示例日报" in line] == [True, False]
    assert "2024-05-01 14:00" in lines[-1]
    assert "\x1b" not in "".join(lines)


def test_only_the_open_ones_or_those_of_a_source(quxun: Quxun, told: Store) -> None:
    assert [each["source"] for each in quxun("alarms", "--open", "--json").objects] == ["other"]
    assert [each["kind"] for each in quxun("alarms", "--source", "example", "--json").objects] == ["gap"]
    assert len(quxun("alarms", "--limit", 1, "--json").objects) == 1
    assert "no source nowhere" in quxun("alarms", "--source", "nowhere", status=1).err


def test_an_alarm_as_an_object(quxun: Quxun, told: Store) -> None:
    assert quxun("alarms", "--source", "example", "--json").object == {
        "id": 1,
        "kind": "gap",
        "source": "example",
        "open": False,
        "headline": "示例日报：gap",
        "detail": "\x1b[31mred",
        "count": 2,
        "opened_at": "2024-05-01T12:00:00+08:00",
        "last_seen_at": "2024-05-01T13:00:00+08:00",
        "closed_at": "2024-05-01T14:00:00+08:00",
    }


def test_without_alarms_it_says_so(quxun: Quxun) -> None:
    assert quxun("alarms").out == "No alarms.\n"


def test_a_trial_reaches_every_channel(quxun: Quxun, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_sink() as one, http_sink() as other:
        monkeypatch.setenv("QUXUN_ALARMS", f"{one.channel} {other.channel}")
        said = quxun("alarms", "test").out
        assert said.splitlines() == ["1  json://***  taken", "2  json://***  taken"]
        assert one.titles == other.titles == ["【区讯】测试消息"]


def test_a_channel_that_does_not_take_it_is_exit_status_1(quxun: Quxun, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_sink() as one, http_sink(status=500) as other:
        monkeypatch.setenv("QUXUN_ALARMS", f"{one.channel} {other.channel}")
        found = quxun("alarms", "test", "--json", status=1).objects
    assert [(each["number"], each["channel"], each["taken"]) for each in found] == [
        (1, "json://***", True),
        (2, "json://***", False),
    ]
    assert found[1]["problem"] == "answered with HTTP status 500"
    assert "sesame" not in str(found)


def test_a_trial_without_channels_is_a_sentence(quxun: Quxun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUXUN_ALARMS", raising=False)
    assert "QUXUN_ALARMS: is empty" in quxun("alarms", "test", status=2).err


def test_an_address_that_is_not_understood_is_a_sentence(quxun: Quxun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUXUN_ALARMS", "json://here/sesame jsn://sesame")
    said = quxun("alarms", "test", status=2).err
    assert "QUXUN_ALARMS: address 2 has an unknown scheme; did you mean json://?" in said
    assert "sesame" not in said

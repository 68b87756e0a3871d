import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler import gate as gate_module
from crawler.gate import HostGate
from crawler.locks import HostLock
from crawler.troubles import NotFetched
from storage.errors import HostBusy
from storage.records import Trouble


class Traffic:
    """Requests that go through a gate: when each began, and how many were in flight at most."""

    def __init__(self, gate: HostGate, lasting_s: float = 0.0) -> None:
        self.gate, self.lasting_s = gate, lasting_s
        self.starts: list[float] = []
        self.in_flight = self.most = 0

    async def one(self, host: str = "news.example.cn") -> None:
        async with self.gate.passage(host):
            self.starts.append(time.monotonic())
            self.in_flight += 1
            self.most = max(self.most, self.in_flight)
            await asyncio.sleep(self.lasting_s)
            self.in_flight -= 1

    async def many(self, count: int) -> None:
        await asyncio.gather(*(self.one() for _ in range(count)))

    @property
    def gaps(self) -> list[float]:
        return [after - before for before, after in zip(self.starts, self.starts[1:], strict=False)]


@pytest.mark.parametrize("per_host", [1, 3])
def test_no_more_requests_are_in_flight_than_allowed_also_without_a_delay(tmp_path: Path, per_host: int) -> None:
    traffic = Traffic(HostGate(tmp_path, 0.0, per_host), lasting_s=0.01)
    asyncio.run(traffic.many(12))
    assert traffic.most == per_host


@pytest.mark.parametrize("per_host", [1, 3])
def test_gaps_are_never_under_the_delay(tmp_path: Path, per_host: int) -> None:
    traffic = Traffic(HostGate(tmp_path, 0.1, per_host), lasting_s=0.02)
    asyncio.run(traffic.many(5))
    assert min(traffic.gaps) >= 0.1


def test_robots_txt_can_ask_for_a_longer_delay_and_not_for_a_shorter(tmp_path: Path) -> None:
    gate = HostGate(tmp_path, 0.05, 1)
    traffic = Traffic(gate)

    async def both() -> None:
        gate.slow_down("news.example.cn", 0.15)
        await traffic.many(3)
        assert min(traffic.gaps) >= 0.15
        gate.slow_down("news.example.cn", 0.0)
        await traffic.many(2)

    asyncio.run(both())
    assert min(traffic.gaps) >= 0.05


def test_a_hold_stops_one_host_and_no_other(tmp_path: Path) -> None:
    gate = HostGate(tmp_path, 0.0, 1)
    gate.hold("news.example.cn", 0.2)
    traffic = Traffic(gate)
    began = time.monotonic()

    async def both() -> None:
        await traffic.one("other.example.cn")
        await traffic.one("news.example.cn")

    asyncio.run(both())
    assert traffic.starts[0] - began < 0.2
    assert traffic.starts[1] - began >= 0.2


def test_a_hold_longer_than_a_run_has_patience_for_refuses(tmp_path: Path) -> None:
    gate = HostGate(tmp_path, 0.0, 1)
    gate.hold("news.example.cn", 3600)
    with pytest.raises(NotFetched) as caught:
        asyncio.run(Traffic(gate).one())
    assert caught.value.trouble is Trouble.TOO_MANY_REQUESTS
    assert caught.value.site_wide


def test_how_long_a_host_asks_to_be_left_alone_is_remembered_where_a_run_cannot_wait_for_it(tmp_path: Path) -> None:
    gate = HostGate(tmp_path, 0.0, 1)
    gate.hold("short.example.cn", gate_module.LONGEST_HOLD_S)
    gate.hold("long.example.cn", 7200)
    gate.hold("long.example.cn", 3600)
    left = {host: until - datetime.now(UTC) for host, until in gate.asked_until.items()}
    assert set(left) == {"long.example.cn"}
    assert timedelta(minutes=119) < left["long.example.cn"] <= timedelta(minutes=120)


@pytest.mark.parametrize("per_host", [1, 3])
def test_a_delay_longer_than_a_run_can_wait_lets_one_request_through_and_refuses_the_next(
    tmp_path: Path, per_host: int
) -> None:
    gate = HostGate(tmp_path, 0.0, per_host)
    gate.slow_down("news.example.cn", 300)
    traffic = Traffic(gate)
    asyncio.run(traffic.one())
    with pytest.raises(NotFetched, match="asks for 300 s between two requests") as caught:
        asyncio.run(traffic.one())
    assert caught.value.trouble is Trouble.TOO_MANY_REQUESTS
    assert caught.value.site_wide
    left = gate.asked_until["news.example.cn"] - datetime.now(UTC)
    assert timedelta(seconds=290) < left <= timedelta(seconds=301)


def test_a_long_delay_also_holds_for_the_next_run(tmp_path: Path) -> None:
    first, second = HostGate(tmp_path, 0.0, 1), HostGate(tmp_path, 0.0, 1)
    asyncio.run(Traffic(first).one())
    first.close()
    second.slow_down("news.example.cn", 300)
    with pytest.raises(NotFetched):
        asyncio.run(Traffic(second).one())


@pytest.mark.parametrize("per_host", [1, 3])
def test_a_long_delay_of_our_own_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, per_host: int) -> None:
    monkeypatch.setattr(gate_module, "LONGEST_HOLD_S", 0.05)
    gate = HostGate(tmp_path, 0.2, per_host)
    traffic = Traffic(gate)
    asyncio.run(traffic.many(3))
    assert min(traffic.gaps) >= 0.2
    assert not gate.asked_until


def test_the_delay_also_holds_between_two_runs(tmp_path: Path) -> None:
    first, second = HostGate(tmp_path, 0.3, 1), HostGate(tmp_path, 0.3, 1)
    before, after = Traffic(first), Traffic(second)
    asyncio.run(before.one())
    first.close()
    asyncio.run(after.one())
    assert after.starts[0] - before.starts[0] >= 0.3


def test_a_host_is_visited_by_one_run_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "PATIENCE_S", 0.2)
    with HostLock(tmp_path, "news.example.cn") as lock:
        assert lock.acquire()
        with pytest.raises(NotFetched) as caught:
            asyncio.run(Traffic(HostGate(tmp_path, 0.0, 1)).one())
    assert caught.value.trouble is Trouble.HOST_BUSY


def test_waiting_for_a_lock_ends_with_the_host_s_name(tmp_path: Path) -> None:
    with HostLock(tmp_path, "news.example.cn:8080") as lock:
        assert lock.acquire()
        with pytest.raises(HostBusy, match=r"news\.example\.cn:8080"):
            HostLock(tmp_path, "news.example.cn:8080").wait(0.1)
    HostLock(tmp_path, "news.example.cn:8080").wait(0.1).release()

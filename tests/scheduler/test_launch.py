import asyncio
import signal
from pathlib import Path

import psutil
import pytest

from scheduler.launch import Ending, Launcher
from tests.apart import PRELOAD

pytestmark = pytest.mark.slow


def launch(entry: str, *arguments: object, limit_s: float = 0.0, want_result: bool = False) -> Ending:
    async def go() -> Ending:
        child = Launcher(PRELOAD).start(f"tests.scheduler.idling:{entry}", *arguments, want_result=want_result)
        return await child.wait(limit_s)

    return asyncio.run(go())


def test_a_child_that_returns_needs_no_explanation() -> None:
    assert launch("give_back", 1).sentence == ""


def test_a_result_larger_than_a_pipe_comes_back_whole() -> None:
    ending = launch("give_back", "字" * 1_000_000, want_result=True)
    assert ending.result == "字" * 1_000_000


def test_an_exit_status_is_told() -> None:
    assert launch("leave", 7).sentence == "its process ended with exit status 7"


def test_a_crash_is_told_by_its_signal() -> None:
    assert "SIGSEGV" in launch("die", int(signal.SIGSEGV)).sentence


def test_a_child_that_dies_before_it_answers_has_no_result() -> None:
    ending = launch("leave", 3, want_result=True)
    assert ending.result is None
    assert ending.code == 3


def test_a_child_that_will_not_end_is_killed_when_its_time_is_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("scheduler.launch._OVERTIME_S", 0.5)
    monkeypatch.setattr("scheduler.launch.GRACE_S", 0.3)

    async def go() -> tuple[int, Ending]:
        child = Launcher(PRELOAD).start("tests.scheduler.idling:stay", tmp_path / "ready")
        while not (tmp_path / "ready").exists():
            await asyncio.sleep(0.05)
        stopping = asyncio.create_task(child.stop(0.3))
        ending = await child.wait(0.1)
        await stopping
        return child.pid, ending

    pid, ending = asyncio.run(go())
    assert ending.code == -signal.SIGKILL
    assert not psutil.pid_exists(pid)


def test_a_child_that_is_asked_to_end_does(tmp_path: Path) -> None:
    async def go() -> Ending:
        child = Launcher(PRELOAD).start("tests.scheduler.idling:wait", tmp_path / "ready")
        while not (tmp_path / "ready").exists():
            await asyncio.sleep(0.05)
        await child.stop(5.0)
        return await child.wait()

    assert asyncio.run(go()).code == -signal.SIGTERM

"""Questions in threads: answered in time, or said not to be."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from storage.errors import DatabaseError, NotFound
from web.calls import Calls


def test_a_question_that_takes_too_long_is_given_up_and_the_next_is_answered() -> None:
    release = threading.Event()

    async def work(calls: Calls) -> None:
        with pytest.raises(DatabaseError, match=r"^database sqlite:///a\.db: did not answer within 0\.05 s$"):
            await calls.ask(lambda: release.wait(30), 0.05)
        assert await calls.ask(lambda: 7) == 7

    _with_calls(work, release)


def test_questions_that_hang_do_not_keep_a_probe_from_its_answer() -> None:
    release = threading.Event()

    async def work(calls: Calls) -> None:
        many = [calls.ask(lambda: release.wait(30), 0.05) for _ in range(30)]
        answers = await asyncio.gather(*many, return_exceptions=True)
        assert {type(answer) for answer in answers} == {DatabaseError}
        assert await calls.probe("ready", lambda: 7, 5) == 7

    _with_calls(work, release)


def test_who_asks_while_a_probe_is_answered_shares_the_answer() -> None:
    release = threading.Event()
    asked: list[int] = []

    def question() -> int:
        asked.append(1)
        release.wait(30)
        return len(asked)

    async def work(calls: Calls) -> None:
        with pytest.raises(DatabaseError):
            await calls.probe("ready", question, 0.05)
        waiting = [asyncio.create_task(calls.probe("ready", question, 10)) for _ in range(5)]
        await asyncio.sleep(0)
        release.set()
        assert await asyncio.gather(*waiting) == [1] * 5
        assert await calls.probe("ready", question, 10) == 2  # and the next one asks anew

    _with_calls(work, release)


def test_what_a_question_raises_reaches_who_asked() -> None:
    def question() -> None:
        raise NotFound("run", 7)

    async def work(calls: Calls) -> None:
        with pytest.raises(NotFound):
            await calls.ask(question)
        with pytest.raises(NotFound):
            await calls.probe("x", question, 5)

    _with_calls(work, threading.Event())


def test_an_error_that_comes_too_late_is_nobodys() -> None:
    release = threading.Event()
    told: list[dict[str, Any]] = []

    def question() -> None:
        release.wait(30)
        raise NotFound("run", 7)

    async def work(calls: Calls) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
        with pytest.raises(DatabaseError):
            await calls.probe("x", question, 0.05)
        release.set()
        await calls.ask(lambda: None)

    _with_calls(work, release)
    assert told == []


def _with_calls(work: Callable[[Calls], Awaitable[None]], release: threading.Event) -> None:
    async def whole() -> None:
        calls = Calls("sqlite:///a.db")
        try:
            await work(calls)
        finally:
            release.set()
            calls.close()

    asyncio.run(whole())

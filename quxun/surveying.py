"""Have a site looked at in a child process, and save what was proposed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crawler.options import RunOptions
from crawler.proposal import Proposal
from quxun.wiring import SURVEY_ENTRY
from scheduler.launch import Launcher
from storage.errors import AlreadyExists, QuxunError
from storage.records import NewSource, Source
from storage.store import Store

#: A survey asks for some dozens of pages, one at a time.
LIMIT_S = 900.0


def survey(launcher: Launcher, options: RunOptions, urls: Sequence[str]) -> list[Proposal]:
    """Look at sites, all at once; QuxunError if a survey broke. A proposal without listings says why."""

    async def all_of_them() -> list[Proposal]:
        return await asyncio.gather(*(_one(launcher, options, url) for url in urls))

    return asyncio.run(all_of_them())


async def _one(launcher: Launcher, options: RunOptions, url: str) -> Proposal:
    child = launcher.start(SURVEY_ENTRY, options, url, want_result=True)
    try:
        ending = await child.wait(LIMIT_S)
    except asyncio.CancelledError:
        child.kill()
        raise
    if isinstance(ending.result, Proposal):
        return ending.result
    raise QuxunError(str(ending.result or f"{url}: {ending.sentence or 'the survey ended without an answer'}"))


def save(store: Store, source: NewSource, *, named: bool = False) -> Source:
    """Save under the source's key, or, if nobody chose that key, under the next free one like it."""
    for each in store.sources.list():
        if each.url == source.url and each.declared_by == "hand":
            raise AlreadyExists("source", each.key, f"it polls {each.url}; remove it first to add it anew")
    for number in range(1, 100):
        key = source.key if number == 1 else f"{source.key}-{number}"
        try:
            return store.sources.add(replace(source, key=key), datetime.now(UTC))
        except AlreadyExists:
            if named:
                raise
    raise AlreadyExists("source", source.key)

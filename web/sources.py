"""Sources over HTTP: when each is due, how it fares, pause and resume."""

from typing import Annotated

from fastapi import APIRouter, Query

from storage.records import SourceKind, SourceState
from web.answers import SourceAnswer, SourceDetail, SourceList
from web.calls import WRITE_S
from web.inputs import KeyInPath, SourceQuery
from web.inside import Inside, Within
from web.problems import BAD_INPUT, FORBIDDEN, NOT_FOUND, UNAVAILABLE
from web.security import MAY_CHANGE

#: Runs that are shown with a source.
_LAST_RUNS = 10

router = APIRouter(prefix="/api/sources", tags=["sources"], responses={**BAD_INPUT, **UNAVAILABLE})


@router.get("", summary="All sources")
async def list_sources(inside: Within, asked: Annotated[SourceQuery, Query()]) -> SourceList:
    """The sources with their schedules and when each is due next."""
    sources = await inside.calls.ask(lambda: inside.side.store.sources.list(include_removed=asked.all))
    shown = [SourceAnswer.of(each, inside.side.zone) for each in sources if each.kind is not SourceKind.IMPORT]
    return SourceList(sources=shown)


# A key may hold a slash, so the actions are looked for first.
@router.post(
    "/{key:path}/pause", summary="Pause a source", responses={**FORBIDDEN, **NOT_FOUND}, dependencies=[MAY_CHANGE]
)
async def pause_source(inside: Within, key: KeyInPath) -> SourceAnswer:
    """Visit it no more until it is resumed; a run that goes on is not ended."""
    return await _set_state(inside, key, SourceState.PAUSED)


@router.post(
    "/{key:path}/resume", summary="Resume a source", responses={**FORBIDDEN, **NOT_FOUND}, dependencies=[MAY_CHANGE]
)
async def resume_source(inside: Within, key: KeyInPath) -> SourceAnswer:
    """Visit a paused or removed source again, when its time comes."""
    return await _set_state(inside, key, SourceState.ACTIVE)


@router.get("/{key:path}", summary="One source in full", responses=NOT_FOUND)
async def show_source(inside: Within, key: KeyInPath) -> SourceDetail:
    """A source with its schedule, when it is due next, its failures, its listings and its last runs."""

    def found() -> SourceDetail:
        store = inside.side.store
        source = store.sources.get(key)
        runs = store.figures.runs(_LAST_RUNS, source_key=key)
        listings, entries = store.sources.listings(source.id), store.entries.counts(source.id)
        return SourceDetail.with_runs(source, listings, entries, runs, inside.side.zone)

    return await inside.calls.ask(found)


async def _set_state(inside: Inside, key: str, state: SourceState) -> SourceAnswer:
    side = inside.side
    source = await inside.calls.ask(lambda: side.store.sources.set_state(key, state, side.clock()), WRITE_S)
    return SourceAnswer.of(source, side.zone)

"""Runs over HTTP: see them, follow one, ask for one, call one off. All of it goes through their rows."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from fastapi.responses import StreamingResponse

from storage.errors import UsageError
from storage.records import Run, RunId, Source, SourceKind, SourceState
from web.answers import RunAnswer, RunDetail, RunPage
from web.calls import WRITE_S
from web.events import EventStream, events
from web.inputs import MAX_LIMIT, CancelBody, IdInPath, RunQuery, WishBody
from web.inside import Inside, Within
from web.problems import BAD_INPUT, FORBIDDEN, NOT_FOUND, UNAVAILABLE, TooMany
from web.security import MAY_CHANGE
from web.side import Side

#: `requested_by` of a run that was asked for here.
REQUESTED_BY = "api"
#: Runs that wait at once: who asks for more is told so.
MAX_WAITING = 1000

router = APIRouter(prefix="/api/runs", tags=["runs"], responses={**BAD_INPUT, **UNAVAILABLE})


@router.get("", summary="Runs, newest first", responses=NOT_FOUND)
async def list_runs(inside: Within, asked: Annotated[RunQuery, Query()]) -> RunPage:
    """What visits were made, are being made or wait, and how they ended."""

    def found() -> list[Run]:
        store = inside.side.store
        if asked.source is not None:
            store.sources.get(asked.source)
        statuses = () if asked.status is None else (asked.status,)
        before = None if asked.before is None else RunId(asked.before)
        return store.figures.runs(asked.limit, source_key=asked.source, statuses=statuses, before=before)

    runs = await inside.calls.ask(found)
    more = runs[-1].id if len(runs) == asked.limit else None
    return RunPage(runs=[RunAnswer.of(run, inside.side.zone) for run in runs], next_before=more)


@router.get("/{run_id}", summary="One run in full", responses=NOT_FOUND)
async def show_run(inside: Within, run_id: IdInPath) -> RunDetail:
    """A run with its counters, what it did not understand, and the last lines of its log."""

    def found() -> RunDetail:
        store = inside.side.store
        run = store.runs.get(RunId(run_id))
        return RunDetail.with_issues(run, store.issues.list(run_id=run.id, limit=MAX_LIMIT), inside.side.zone)

    return await inside.calls.ask(found)


@router.post(
    "",
    summary="Ask for a run",
    status_code=status.HTTP_202_ACCEPTED,
    responses={**FORBIDDEN, **NOT_FOUND, 200: {"model": RunAnswer, "description": "The same wish waits already."}},
    dependencies=[MAY_CHANGE],
)
async def ask_for_run(inside: Within, body: WishBody, response: Response) -> RunAnswer:
    """Queue a visit of a source, or of single URLs; the service begins it as soon as its host and a place are free.

    The answer is the run as it waits, and `Location` where it can be looked up. Who asks for just the same again
    while it waits gets that run.
    """
    run, is_new = await inside.calls.ask(lambda: _queue(inside, body), WRITE_S)
    if not is_new:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"/api/runs/{run.id}"
    return RunAnswer.of(run, inside.side.zone)


@router.post(
    "/{run_id}/cancel", summary="Call a run off", responses={**FORBIDDEN, **NOT_FOUND}, dependencies=[MAY_CHANGE]
)
async def cancel_run(inside: Within, run_id: IdInPath, body: CancelBody) -> RunAnswer:
    """Have a run end that waits or goes on: what it has read by then is stored. One that is over stays as it is."""
    side = inside.side
    reason = body.reason or "called off over HTTP"
    run = await inside.calls.ask(lambda: side.store.runs.cancel(RunId(run_id), side.clock(), reason), WRITE_S)
    return RunAnswer.of(run, side.zone)


@router.get(
    "/{run_id}/events",
    summary="Follow a run",
    response_class=StreamingResponse,
    responses={
        **NOT_FOUND,
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "The events."},
    },
)
async def follow_run(inside: Within, run_id: IdInPath) -> EventStream:
    """Server-Sent Events: `run` with the run's row whenever it changes, and `end` with its status when it is over."""

    async def look() -> Run:
        return await inside.calls.ask(lambda: inside.side.store.runs.get(RunId(run_id)))

    def tell(run: Run) -> str:
        return RunAnswer.of(run, inside.side.zone).model_dump_json()

    run = await look()
    inside.streams.enter()
    return EventStream(events(run, look, tell, inside.streams), inside.streams)


def _queue(inside: Inside, body: WishBody) -> tuple[Run, bool]:
    """The run that waits for this wish, and whether it is a new one."""
    store = inside.side.store
    source, wish = _source(inside.side, body), body.wish
    with inside.asking:
        waiting = store.runs.of_source_waiting(source.id, wish)
        if waiting is not None:
            return waiting, False
        if len(store.runs.waiting(MAX_WAITING)) >= MAX_WAITING:
            raise TooMany(f"{MAX_WAITING} runs wait already; ask again when some of them are done")
        return store.runs.queue(source.id, REQUESTED_BY, inside.side.clock(), wish=wish), True


def _source(side: Side, body: WishBody) -> Source:
    """The source that is meant; UsageError if it cannot be visited."""
    source = side.find_source(body.urls[0]) if body.source is None else side.store.sources.get(body.source)
    if source.state is SourceState.REMOVED:
        raise UsageError(f"the source {source.key} was removed")
    if source.kind is SourceKind.IMPORT:
        raise UsageError(f"the source {source.key} is one of imported texts: there is nothing to visit")
    if source.kind is SourceKind.PAGE and not body.urls:
        raise UsageError(f"the source {source.key} has no listing: give the urls that are wanted")
    return source

"""The service itself over HTTP: does it live, does it do its work, what waits, what went wrong."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from storage.records import Issue, RunId
from web.answers import Health, IssueAnswer, IssueList, Problem, ProcessAnswer, Ready, ServiceAnswer, StockAnswer
from web.calls import SCRAPE_S
from web.inputs import IssueQuery
from web.inside import Inside, Within
from web.metrics import lateness_s, look, places
from web.problems import BAD_INPUT, NOT_FOUND, UNAVAILABLE, problem

router = APIRouter(tags=["service"])


@router.get("/healthz", summary="Does the process live?")
async def health(inside: Within) -> Health:
    """Always 200 while the process runs, whatever else is wrong: for who restarts what hangs."""
    return Health(version=inside.side.version, uptime_s=inside.uptime_s)


@router.get(
    "/readyz",
    summary="Does the service do its work?",
    response_model=Ready,
    responses={503: {"model": Problem, "description": "It does not; the reasons say why."}},
)
async def ready(inside: Within) -> Ready | Response:
    """200 if the database answers with the right schema, a scheduler is at work and nothing troubles the service."""
    reasons = await inside.reasons()
    return problem(503, "; ".join(reasons), reasons=reasons) if reasons else Ready()


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    response_description="The figures.",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **UNAVAILABLE},
)
async def metrics(inside: Within) -> Response:
    """All figures in the text format of Prometheus, at most a second old."""
    text = await inside.calls.probe("metrics", inside.metrics.text, SCRAPE_S)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


@router.get("/api/issues", summary="Issues, newest first", responses={**BAD_INPUT, **NOT_FOUND, **UNAVAILABLE})
async def list_issues(inside: Within, asked: Annotated[IssueQuery, Query()]) -> IssueList:
    """What runs did not understand. What each kind means and what to do about it is in the manual for operators."""

    def found() -> list[Issue]:
        store = inside.side.store
        if asked.source is not None:
            store.sources.get(asked.source)
        run_id = None if asked.run is None else store.runs.get(RunId(asked.run)).id
        return store.issues.list(run_id=run_id, source_key=asked.source, limit=asked.limit)

    issues = await inside.calls.ask(found)
    return IssueList(issues=[IssueAnswer.of(issue, inside.side.zone) for issue in issues])


@router.get("/api/service", summary="The service as a whole", responses=UNAVAILABLE)
async def show_service(inside: Within) -> ServiceAnswer:
    """Its processes, what waits, what goes on, and how much is stored."""
    reasons = await inside.reasons()
    return await inside.calls.ask(lambda: _service(inside, reasons))


def _service(inside: Inside, reasons: list[str]) -> ServiceAnswer:
    side, keeper = inside.side, inside.metrics.stock
    now = look(side)
    keeper.read(now.at)
    return ServiceAnswer(
        version=side.version,
        uptime_s=inside.uptime_s,
        ready=not reasons,
        reasons=reasons,
        processes=[ProcessAnswer.of(each, side.zone) for each in now.processes],
        due=now.standing.due,
        lateness_s=int(lateness_s(now.standing, now.at)),
        asked=now.standing.asked,
        running=now.standing.running,
        places=places(side, now),
        sources=dict(now.standing.sources),
        failing=now.standing.failing,
        stored=StockAnswer.of(keeper.stock, keeper.counted_at, side.zone) if keeper.stock else None,
        database_bytes=now.space.database_bytes,
        payload_bytes=now.space.payload_bytes,
    )

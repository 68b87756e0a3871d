"""The HTTP side as one application: health, metrics and run control, a page for people, and a description of it all."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse

from storage.errors import DatabaseError
from web import runs, service, sources
from web.calls import Calls
from web.description import Described
from web.glance import glance
from web.guard import Guard
from web.inside import Inside, Within, put_inside
from web.metrics import Metrics
from web.page import page
from web.problems import install
from web.reference import reference
from web.side import Side
from web.style import POLICY

_DESCRIPTION = (
    "Health, figures and run control of a Quxun service. What changes something is sent as JSON, with the header"
    " `Authorization: Bearer` and QUXUN_API_TOKEN; where none is set, only the service's own machine may change"
    " anything. Errors are problem details (RFC 9457)."
)

_pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def create_app(side: Side) -> FastAPI:
    """The application for an installation; `inside_of(app).close()` when its server has stopped."""
    app = Described(
        title="Quxun",
        version=side.version,
        description=_DESCRIPTION,
        docs_url=None,  # FastAPI's own loads its scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # the redirect would repeat whatever the Host header says
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    put_inside(app, Inside(side=side, calls=Calls(side.store.url), metrics=Metrics(side)))
    install(app)
    for router in (service.router, runs.router, sources.router, _pages):
        app.include_router(router)
    app.add_middleware(Guard, token=side.token, hosts=side.hosts)
    return app


@_pages.get("/")
async def home(inside: Within) -> HTMLResponse:
    """The service at a glance."""
    reasons = await inside.reasons()
    try:
        seen = await inside.calls.ask(lambda: glance(inside))
    except DatabaseError as error:
        return _html(page(inside.side, reasons or [str(error)], None), 503)
    return _html(page(inside.side, reasons, seen))


@_pages.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The description of the API for people."""
    return _html(reference(request.app.openapi()))


def _html(text: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(text.encode("utf-8", "replace"), status, {"Content-Security-Policy": POLICY})

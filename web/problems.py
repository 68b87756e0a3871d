"""Errors as answers: problem details (RFC 9457) with the sentence an operator can act on, and never a traceback."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from storage.errors import AlreadyExists, ConfigError, DatabaseError, NotFound, QuxunError, UsageError
from web.answers import Problem

MEDIA_TYPE = "application/problem+json"
#: For the description of the API: what an endpoint may answer beside what it promises.
Responses = dict[int | str, dict[str, Any]]
UNAVAILABLE: Responses = {503: {"model": Problem, "description": "The database does not answer."}}
NOT_FOUND: Responses = {404: {"model": Problem, "description": "Nothing is stored under that name or number."}}
BAD_INPUT: Responses = {422: {"model": Problem, "description": "The input cannot be used."}}
FORBIDDEN: Responses = {
    401: {"model": Problem, "description": "The token is missing or wrong."},
    403: {"model": Problem, "description": "Not from there: another machine without a token, or another site's page."},
    413: {"model": Problem, "description": "The body is larger than 64 KiB."},
    415: {"model": Problem, "description": "It was not sent with the header `Content-Type: application/json`."},
}

#: Sentences in which a problem of the input is told, at most.
_MOST_REASONS = 5


class TooMany(QuxunError):
    """There is no room for one more."""


class ProblemResponse(JSONResponse):
    """A problem as an answer."""

    media_type = MEDIA_TYPE


def problem(
    status: int, sentence: str, *, reasons: Sequence[str] = (), headers: dict[str, str] | None = None
) -> ProblemResponse:
    """The answer that says so."""
    said = sentence.encode("utf-8", "replace").decode()
    told = Problem(title=HTTPStatus(status).phrase, status=status, detail=said, error=said, reasons=list(reasons))
    return ProblemResponse(told.model_dump(exclude=None if reasons else {"reasons"}), status, headers)


def install(app: FastAPI) -> None:
    """Have every error of the application answered so."""

    @app.exception_handler(QuxunError)
    async def ours(_request: Request, error: QuxunError) -> ProblemResponse:
        status = status_of(error)
        headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
        return problem(status, str(error), headers=headers)

    @app.exception_handler(HTTPException)
    async def starlettes(request: Request, error: HTTPException) -> ProblemResponse:
        return problem(*_of_starlette(request, error), headers=dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def validation(_request: Request, error: RequestValidationError) -> ProblemResponse:
        reasons = [_reason(each) for each in error.errors()[:_MOST_REASONS]]
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(reasons), reasons=reasons)


def status_of(error: QuxunError) -> int:
    """The status that says what kind of an error it is."""
    match error:
        case NotFound():
            return HTTPStatus.NOT_FOUND
        case AlreadyExists():
            return HTTPStatus.CONFLICT
        case UsageError() | ConfigError():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case DatabaseError() | TooMany():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR


def _of_starlette(request: Request, error: HTTPException) -> tuple[int, str]:
    """Status and sentence for what the framework refuses by itself."""
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return HTTPStatus.NOT_FOUND, "nothing is served at that address; /docs lists what is"
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return HTTPStatus.METHOD_NOT_ALLOWED, f"{request.method} is not possible here; /docs lists what is"
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large"
        case HTTPStatus.BAD_REQUEST:  # a body that the JSON reader itself gave up on
            return HTTPStatus.UNPROCESSABLE_ENTITY, "the body cannot be read as JSON"
        case status:
            return status, str(error.detail)


def _reason(error: dict[str, object]) -> str:
    """What is wrong with one value, without showing it: it may hold anything."""
    place = error.get("loc")
    names = [str(part) for part in place[1:]] if isinstance(place, tuple | list) else []
    if error.get("type") == "json_invalid":
        return "the body is not JSON"
    where = ".".join(names)[:100].encode("ascii", "backslashreplace").decode() or "the body"
    said = str(error.get("msg", "cannot be used")).removeprefix("Value error, ")
    return f"{where}: {said[:1].lower()}{said[1:]}"

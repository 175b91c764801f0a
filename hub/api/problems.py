"""Every error as application/problem+json (RFC 9457), made of the hub's own errors in one place."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from inspect import isawaitable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.domain.errors import (
    FatalError,
    HubError,
    MissingError,
    RefusedError,
    RejectedError,
    RetryableError,
    StaleError,
    StandingError,
    UnknownError,
    UsageError,
)
from hub.services.accounts.signing_in import CodeDueError, PasswordDueError

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
_RETRY_S = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPED = re.compile(rb"%(0[0-8bcef]|1[0-9a-f]|7f)|[\x00-\x1f\x7f]", re.IGNORECASE)
"""A query may hold tabs and the ends of lines, as texts do."""


class Problem(BaseModel):
    """What went wrong, in a line for the reader."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""


class HttpError(HubError):
    """An answer that is about the request's form rather than its matter: 412, 428, 429, 413, 415."""

    def __init__(self, status: int, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers or {}


_STATUS: tuple[tuple[type[HubError], int], ...] = (  # the first that fits
    (UnknownError, 401),
    (RefusedError, 403),
    (MissingError, 404),
    (StandingError, 409),
    (UsageError, 422),
    (RejectedError, 422),
    (StaleError, 412),
    (RetryableError, 503),
    (FatalError, 500),
)
_TYPES: dict[type[HubError], str] = {CodeDueError: "urn:hub:code-due", PasswordDueError: "urn:hub:password-due"}


def answer(
    status: int, detail: str, *, type: str = "about:blank", headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return a problem as an answer."""
    told = Problem(type=type, title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(told.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


def of(error: HubError) -> JSONResponse:
    """Return the answer for an error of the hub's own."""
    if isinstance(error, HttpError):
        return answer(error.status, str(error), headers=error.headers)
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="hub"'
    if status == 503:
        wait_s = error.retry_after_s if isinstance(error, RetryableError) else None
        headers["Retry-After"] = str(int(wait_s or _RETRY_S))
    return answer(status, str(error), type=_TYPES.get(type(error), "about:blank"), headers=headers)


@contextmanager
def standing() -> Iterator[None]:
    """Answer 409 where what a service is asked of stands where that cannot be done: the request itself is in order."""
    try:
        yield
    except UsageError as error:
        if type(error) is not UsageError:
            raise
        raise StandingError(str(error)) from error


def install(app: FastAPI) -> None:
    """Have *app* answer every error as a problem."""
    app.add_exception_handler(HubError, _hub)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _broke)


def _hub(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HubError)  # noqa: S101 - what this handler is registered for
    return of(error)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what this handler is registered for
    return answer(422, "; ".join(_said(one) for one in error.errors()[:5]))


def _said(one: Any) -> str:
    where = ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0])
    return f"{where}: {one['msg'].lower()}"


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - what this handler is registered for
    return answer(error.status_code, str(error.detail), headers=dict(error.headers or {}))


def _gone(request: Request, _error: Exception) -> JSONResponse:
    log.info("caller_gone", path=request.url.path)  # a line broke: nothing of the hub did
    return answer(400, "the line broke before all of the body had come; send it again")


def _broke(request: Request, error: Exception) -> JSONResponse:
    log.error("request_broke", path=request.url.path, exc_info=error)
    return answer(500, "it broke down; the hub's log says where")


class Unbroken:
    """Middleware that answers what broke down by the handler for any Exception, and what no address can be.

    Starlette's own does so outside of all middleware: its answer would lack the headers of security.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        began = False

        async def noted(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            if scope["type"] == "http":
                _legible(scope)
            await self._app(scope, receive, noted)
        except Exception as error:
            if scope["type"] != "http" or began:
                raise
            kind = HubError if isinstance(error, HubError) else Exception
            told: Any = scope["app"].exception_handlers[kind](Request(scope, receive), error)
            await (await told if isawaitable(told) else told)(scope, receive, send)


def _legible(scope: Scope) -> None:
    """MissingError for a path with characters that nobody writes, HttpError for a query: PostgreSQL stores no NUL."""
    if _CONTROL.search(scope["path"]):
        raise MissingError("there is no such thing: no name holds control characters")
    if _ESCAPED.search(scope["query_string"]):
        raise HttpError(422, "what is asked for holds control characters: leave them out")


def documented() -> dict[int | str, dict[str, Any]]:
    """Return the answers that any route may give, for its entry in the OpenAPI description."""
    schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    statuses = (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503)
    return {status: {"description": HTTPStatus(status).phrase, "content": schema} for status in statuses}

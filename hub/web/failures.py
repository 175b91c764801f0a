"""Errors as pages: what happened and what to do, in the reader's language; the API keeps its own answers."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from hub.domain.errors import HubError, UnknownError
from hub.ports import Wording
from hub.web import frame, problem_words
from hub.web.reader import Reader
from hub.web.refilled import BACK, named, page_of, refilled

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_API = ("/api/", "/webhooks/", "/health/")
Handler = Callable[[Request, Any], Response | Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Let *app* show errors of pages as pages; called after the API's own handlers are there."""
    for kind in (HubError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _either(app.exception_handlers[kind]))


def _either(plain: Handler) -> Handler:
    async def handler(request: Request, error: Exception) -> Response:
        answer = plain(request, error)
        told = answer if isinstance(answer, Response) else await answer
        if request.url.path.startswith(_API) or "application/json" in request.headers.get("accept", ""):
            return told
        if isinstance(error, UnknownError) and request.url.path != "/sign-in":
            after = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/sign-in?next={quote(after)}" if request.method == "GET" else "/sign-in", 303)
        if request.method == "POST" and told.status_code in (409, 422):
            again = await _form_again(request, told.status_code, error)
            if again is not None:
                return again
        return await run_in_threadpool(_page, request, told, error)

    return handler


async def _form_again(request: Request, status: int, error: Exception) -> Response | None:
    """Return the page that the form was on, with what was typed; None where that is not known."""
    asking = getattr(request.state, "asking", None)
    if asking is None or not request.headers.get("content-type", "").startswith(_FORMS):
        return None
    given = await request.form()
    back = _back(request) if (kept := given.get(BACK)) is None else frame.within(str(kept))
    page = await page_of(request, back) if back != "/" else None
    if page is None:
        return None
    words = frame.reader_of(asking).words
    detail, ours = _detail(words, status, error)
    heading, _ = _said(words, status)
    wrong = _by_field(words, given, error, detail)
    told = f"{heading}. {detail[:1].upper()}{detail[1:]}" if ours else f"{heading}: {detail}"
    shown = refilled(page, request.url.path, given, back=back, heading=heading, said=told, wrong=wrong)
    return None if shown is None else HTMLResponse(shown, status)


def _by_field(words: Wording, given: FormData, error: Exception, detail: str) -> dict[str, str]:
    """Return what is said beside which field."""
    if isinstance(error, RequestValidationError):
        return {
            str(one["loc"][-1]): problem_words.of_a_form(words, RequestValidationError([one])) for one in error.errors()
        }
    field = getattr(error, "field", "") or named(given, str(error))
    return {field: detail} if field else {}


def _page(request: Request, told: Response, error: Exception) -> Response:
    asking = getattr(request.state, "asking", None)
    reader = frame.reader_of(asking) if asking else frame.stranger(request, request.app.state.hub)
    heading, what = _said(reader.words, told.status_code)
    detail, ours = _detail(reader.words, told.status_code, error)
    page = frame.PAGES.show(
        "error.html",
        reader,
        status=told.status_code,
        code=told.status_code,
        heading=heading,
        what=what,
        detail=detail,
        ours=ours,
        back=_back(request) if told.status_code in (409, 412, 422) else None,
        locales=(),
    )
    for name in ("retry-after", "allow"):
        if name in told.headers:
            page.headers[name] = told.headers[name]
    return page


def _detail(words: Wording, status: int, error: Exception) -> tuple[str, bool]:
    """Return the line that says more, and whether it is in the reader's language: rare ones are in the hub's own.

    Of a step made on an old page, and of what is not there, all is said.
    """
    if isinstance(error, RequestValidationError):
        return problem_words.of_a_form(words, error), True
    if not isinstance(error, HubError) or status in (404, 412, 500):
        return "", True
    known = problem_words.said(words, str(error))
    return (known, True) if known is not None else (str(error), False)


def _back(request: Request) -> str:
    """Return the page that the form was on, where the browser says; else the part of the hub that it belongs to.

    What was done by the form before (`done`) is not told once more.
    """
    came = request.headers.get("referer", "")
    own = str(request.base_url)
    if not came.startswith(own):
        return "/"
    path, _, query = came.removeprefix(own).partition("?")
    kept = "&".join(one for one in query.split("&") if one and one.partition("=")[0] != "done")
    return frame.within(f"/{path}" + (f"?{kept}" if kept else ""))


def _said(words: Wording, status: int) -> tuple[str, str]:
    known = {
        403: (
            words.text("You may not do this"),
            words.text("Your roles do not allow it. The attempt was noted in the audit trail."),
        ),
        404: (
            words.text("There is nothing here"),
            words.text("The address is wrong, or what stood here is not open to you."),
        ),
        409: (
            words.text("It cannot be done now"),
            words.text("It has been decided before, or stands where this is not possible."),
        ),
        412: (
            words.text("Somebody else has edited this"),
            words.text("Your change was not saved, so that nothing of theirs is lost. Look at it as it is now."),
        ),
        413: (words.text("That is too large"), words.text("Upload recordings on the page for uploads.")),
        422: (
            words.text("Something is missing or wrong"),
            words.text("Go back, correct what is named here, try again."),
        ),
        429: (words.text("Too many requests"), words.text("Wait a moment, then try again.")),
        503: (words.text("Not now"), words.text("Something that is needed does not answer. Try again in a moment.")),
    }
    other = (words.text("It broke down"), words.text("It is not your fault. The hub's log says what happened."))
    return known.get(status, other)


def sign_in_again(reader: Reader) -> str:
    """Return what is said where a proof was wrong; never which part of it."""
    return reader.words.text("Address, password or code is wrong. After five wrong ones the account is locked.")


__all__ = ["install", "sign_in_again"]

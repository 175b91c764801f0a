"""The pages, as part of the application that serves the hub."""

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from hub.web import failures
from hub.web.pages import HERE
from hub.web.views import ROUTERS

LARGE = ("/meetings/new", "/meetings/uploads/")
"""Paths (or how they begin) that take recordings."""


class _Kept(StaticFiles):
    """Static files that browsers keep, and ask after by their tag."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def attach(app: FastAPI) -> None:
    """Add the pages to *app*, whose state holds the hub; the API's own routes and handlers are there by now."""
    app.mount("/static", _Kept(directory=HERE / "static"), name="static")
    for router in ROUTERS:
        app.include_router(router)
    failures.install(app)

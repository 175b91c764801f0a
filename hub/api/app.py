"""The hub's HTTP face."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from hub.api import webhooks
from hub.api.group_commit import GroupCommit
from hub.connectors.webhook.senders import Sender
from hub.domain.calls import Call
from hub.domain.errors import HubError
from hub.ports import Calls, Clock


def create_app(
    calls: Calls, senders: Mapping[str, Sender], *, clock: Clock, told: webhooks.Told, ready: Callable[[], object]
) -> FastAPI:
    """Return the application; *ready* raises an error of the hub's own while the database cannot be used."""
    group: GroupCommit[Call] = GroupCommit(calls.keep)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await group.drained()

    app = FastAPI(title="Liaison hub", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.append(webhooks.route(senders, group, clock=clock, told=told))

    @app.get("/health/live")
    def live() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "live"}

    @app.get("/health/ready")
    def is_ready() -> JSONResponse:
        """Say whether the database can be used."""
        try:
            ready()
        except HubError as error:
            return JSONResponse({"status": "not ready", "reason": str(error)}, 503)
        return JSONResponse({"status": "ready"})

    return app

"""The hub's HTTP face: the API under /api/v1, the pages, the addresses of webhooks, and whether all is well."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from hub.api import problems, upkeep, webhooks
from hub.api.group_commit import GroupCommit
from hub.api.headers import SecurityHeaders
from hub.api.legible import legible
from hub.api.limits import BodyLimit, Buckets, Levels
from hub.api.openapi import describe
from hub.api.routers import LARGE, ROUTERS
from hub.bootstrap import Hub
from hub.domain.calls import Call
from hub.domain.errors import HubError
from hub.services.accounts.reads import Reads
from hub.services.accounts.refusals import Refusals
from hub.web import site

API = "/api/v1"
_SIGN_INS_PER_S = 0.5
_SIGN_INS_AT_ONCE = 20


def create_app(hub: Hub, *, levels: Levels | None = None) -> FastAPI:
    """Return the application that serves *hub*; its jobs run between start-up and shut-down.

    What askers have left of their limits is kept in *levels*, of this process alone when None.
    """
    reads = Reads(hub.desk)
    group: GroupCommit[Call] = GroupCommit(hub.sync.calls.keep)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        hub.jobs.start()
        reads.start()
        tending = asyncio.create_task(upkeep.tended(hub))
        yield
        tending.cancel()
        await group.drained()
        await run_in_threadpool(hub.jobs.stop)
        await run_in_threadpool(reads.stop)

    app = FastAPI(
        title="Liaison hub",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        generate_unique_id_function=_operation,
    )
    app.state.hub = hub
    app.state.refusals = Refusals(hub.desk)
    app.state.reads = reads
    per_s = hub.settings.requests_per_s
    app.state.buckets = Buckets(per_s, int(per_s * 10), levels=levels, of="user")
    app.state.doorstep = Buckets(_SIGN_INS_PER_S, _SIGN_INS_AT_ONCE, levels=levels, of="sign-in")
    problems.install(app)
    app.add_middleware(BodyLimit, large=("/webhooks/", *LARGE, *site.LARGE))  # webhooks have a limit of their own
    app.add_middleware(problems.Unbroken)
    app.add_middleware(SecurityHeaders, secure=hub.settings.secure_cookies)
    app.router.routes.append(webhooks.route(hub.senders, group, clock=hub.clock, told=hub.metrics.told))
    for router in ROUTERS:
        app.include_router(router, prefix=API, dependencies=[Depends(legible)], responses=problems.documented())
    _add_health(app, hub)
    site.attach(app)
    describe(app)
    return app


def _operation(route: APIRoute) -> str:
    """Return the name that clients made from the description give a route."""
    return f"{str(route.tags[0] if route.tags else 'hub').replace(' ', '_')}_{route.name}"


def _add_health(app: FastAPI, hub: Hub) -> None:
    @app.get("/health/live", include_in_schema=False)
    def live() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    def is_ready() -> JSONResponse:
        """Say whether the database can be used."""
        try:
            hub.sync.ledger.counts()
        except HubError as error:
            return JSONResponse({"status": "not ready", "reason": str(error)}, 503)
        return JSONResponse({"status": "ready"})

"""One part of the hub a file: what its pages show, and what their forms do."""

from hub.web.views import signing_in, sync, system

ROUTERS = (signing_in.router, sync.router, system.router)

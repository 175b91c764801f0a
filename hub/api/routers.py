"""Every router of the API, and the paths whose bodies may be large."""

from hub.api import job_routes, session_routes

ROUTERS = (session_routes.router, job_routes.router)
LARGE: tuple[str, ...] = ()
"""Paths (without what varies) that take recordings: their routes count what comes themselves."""

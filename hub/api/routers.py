"""Every router of the API, and the paths whose bodies may be large."""

from hub.api import (
    agreement_routes,
    audit_routes,
    conflict_routes,
    job_routes,
    letter_routes,
    own_routes,
    record_routes,
    session_routes,
    sso_routes,
    sync_routes,
    user_routes,
)

ROUTERS = (
    session_routes.router,
    sso_routes.router,
    own_routes.router,
    user_routes.router,
    agreement_routes.router,
    conflict_routes.router,
    letter_routes.router,
    record_routes.router,
    sync_routes.router,
    audit_routes.router,
    job_routes.router,
)
LARGE: tuple[str, ...] = ()
"""Paths (without what varies) that take recordings: their routes count what comes themselves."""

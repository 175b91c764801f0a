"""Every router of the API, and the paths whose bodies may be large."""

from hub.api import (
    agreement_routes,
    answer_routes,
    approval_routes,
    audit_routes,
    board_routes,
    conflict_routes,
    copy_routes,
    job_routes,
    letter_routes,
    meeting_routes,
    minutes_routes,
    own_routes,
    platform_routes,
    record_routes,
    retention_routes,
    sending_routes,
    session_routes,
    sso_routes,
    sync_routes,
    upkeep_routes,
    upload_routes,
    user_routes,
)

ROUTERS = (
    session_routes.router,
    sso_routes.router,
    own_routes.router,
    user_routes.router,
    upkeep_routes.router,  # its paths below an agreement are no steps of one
    agreement_routes.router,
    conflict_routes.router,
    letter_routes.router,
    record_routes.router,
    sync_routes.router,
    audit_routes.router,
    job_routes.router,
    meeting_routes.router,
    upload_routes.router,
    minutes_routes.router,
    approval_routes.router,
    copy_routes.router,
    sending_routes.router,
    board_routes.router,
    retention_routes.router,
    answer_routes.router,
    platform_routes.router,
)
LARGE: tuple[str, ...] = ("/api/v1/uploads/",)
"""Paths (without what varies) that take recordings: their routes count what comes themselves."""

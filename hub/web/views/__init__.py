"""One part of the hub a file: what its pages show, and what their forms do."""

from hub.web.views import (
    account,
    actions,
    approval,
    asking,
    audit,
    distribution,
    home,
    languages,
    meetings,
    minutes,
    reconciling,
    signing_in,
    sync,
    system,
    uploading,
    users,
)

ROUTERS = (
    home.router,
    signing_in.router,
    account.router,
    uploading.router,  # before the pages of a meeting: "new" is none
    meetings.router,
    approval.router,
    languages.router,
    distribution.router,
    minutes.router,
    actions.router,
    asking.router,
    sync.router,
    reconciling.router,
    audit.router,
    users.router,
    system.router,
)

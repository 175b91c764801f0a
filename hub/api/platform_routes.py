"""Meeting platforms: what is connected, and a sweep of one as a job."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from hub.api.asking import Asking, TheHub, may
from hub.api.job_routes import JobSeen, job_address, seen
from hub.api.once import Creating
from hub.domain.errors import MissingError
from hub.domain.policy import Right, Scope
from hub.ports.platforms import Connected
from hub.services.review.taking_in import KIND

router = APIRouter(prefix="/platforms", tags=["platforms"])
Name = Annotated[str, Path(max_length=40)]


class PlatformSeen(BaseModel):
    """A connected platform and for whom its meetings are taken in."""

    name: str
    organizations: list[str]
    study: str | None
    account: str


def platform_scope(name: Name, hub: TheHub) -> Scope:
    """Return whose meetings the platform of the path brings. MissingError where there is none."""
    return _scope(_found(hub, name))


@router.get("")
def platforms(asking: Annotated[Asking, may(Right.SYNC_READ)]) -> list[PlatformSeen]:
    """List the meeting platforms of one's organizations and studies."""
    return [_seen(one) for one in asking.hub.platforms.values() if asking.may(Right.SYNC_READ, _scope(one))]


@router.post("/{name}/sweeps", status_code=202, response_model=JobSeen)
def sweep(name: Name, asking: Annotated[Asking, may(Right.SYNC_OPERATE, platform_scope)], once: Creating) -> Response:
    """Have the recorded meetings of the last days taken in that are not here yet: done twice, it comes to the same."""
    scope = _scope(_found(asking.hub, name))

    def begin() -> JobSeen:
        return seen(asking.hub.jobs.submit(KIND, {"platform": name}, by=asking.principal, scope=scope))

    return once.answer({}, begin, status=202, location=job_address)


def _found(hub: TheHub, name: str) -> Connected:
    if name not in hub.platforms:
        raise MissingError("there is no such thing")  # in the words for what may not be known of
    return hub.platforms[name]


def _scope(one: Connected) -> Scope:
    return Scope(frozenset(one.rule.organizations), one.rule.study)


def _seen(one: Connected) -> PlatformSeen:
    rule = one.rule
    return PlatformSeen(name=one.name, organizations=list(rule.organizations), study=rule.study, account=rule.account)

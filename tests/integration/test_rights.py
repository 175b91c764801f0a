"""Every route of the API with every role, organization and study: who is let in, who is refused, who sees nothing."""

import asyncio

import httpx2
import pytest
from fastapi.routing import APIRoute

from hub.api.app import create_app
from hub.api.routers import ROUTERS
from hub.domain.people import EVERY, Role
from hub.domain.policy import Right
from hub.web.views import ROUTERS as PAGES
from tests.people import Clock, granted, quick_hub
from tests.world import ANOTHER, CRO, SPONSOR, STRANGER, STUDY, furnish, named, token_of

R = Right
SEES = {R.MEETINGS_READ, R.RECORDS_READ, R.OVERSIGHT_READ}
READS = SEES | {R.INCIDENTS_REPORT}
DUTIES = {  # written down once more, by hand: a slip in the policy is not to pass its own test
    Role.PROJECT_MANAGER: READS
    | {R.MEETINGS_WRITE, R.MINUTES_EDIT, R.MINUTES_APPROVE, R.MINUTES_SIGN, R.MINUTES_DISTRIBUTE, R.ACTIONS_EDIT}
    | {R.SYNC_READ, R.AGREEMENTS_PROPOSE, R.AGREEMENTS_ACCEPT, R.CONFLICTS_RESOLVE}
    | {R.OVERSIGHT_MANAGE},
    Role.CONTRIBUTOR: READS | {R.MEETINGS_WRITE, R.MINUTES_EDIT, R.ACTIONS_EDIT},
    Role.REVIEWER: READS | {R.MINUTES_APPROVE, R.MINUTES_SIGN, R.ACTIONS_EDIT},
    Role.LIAISON: READS | {R.TRANSLATIONS_EDIT, R.TRANSLATIONS_APPROVE},
    Role.INTEGRATION_ENGINEER: {R.RECORDS_READ, R.SYNC_READ, R.SYNC_OPERATE, R.AGREEMENTS_PROPOSE}
    | {R.OVERSIGHT_READ, R.INCIDENTS_REPORT},
    Role.AUDITOR: READS | {R.SYNC_READ, R.AUDIT_READ, R.AUDIT_REVIEW, R.RELEASES_APPROVE},
    Role.INSPECTOR: SEES | {R.SYNC_READ, R.AUDIT_READ},
    Role.ADMINISTRATOR: {R.USERS_MANAGE, R.RETENTION_MANAGE, R.SYSTEM_OPERATE, R.AUDIT_READ}
    | {R.OVERSIGHT_READ, R.INCIDENTS_REPORT},
}
PLACES = {  # grant -> whether it reaches what is the CRO's and the sponsor's in ATLAS-3, and what is of no study
    "cro": (CRO, None, True, True),
    "sponsor": (SPONSOR, None, True, False),  # the account in the world is the CRO's
    "cro in the study": (CRO, STUDY, True, False),
    "cro in another study": (CRO, ANOTHER, False, False),
    "stranger": (STRANGER, None, False, False),
    "every organization": (EVERY, None, True, True),
}
NOTHING = "there is no such thing"


def routes(api=None):
    """Return (method, path, right, scope) of every route; a route that declares nothing is told by its path."""
    found = []
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            told = [declared for one in _calls(route.dependant) if (declared := getattr(one, "declares", None))]
            found += [(method, route.path, told) for method in sorted(route.methods)]
    return found


def _calls(dependant):
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


PAGES_FOR_ALL = {("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-in/more"), ("POST", "/locale")}
OPEN = {("POST", "/session"), ("GET", "/session/sso"), ("GET", "/session/sso/back")}


def test_every_route_declares_its_right_once():
    for method, path, told in routes():
        assert (method, path) in OPEN or len(told) == 1, f"{method} {path}: takes no Asking of `may` or `oneself`"


def test_every_page_declares_its_right_too():
    pages = {
        (method, route.path): [one for call in _calls(route.dependant) if (one := getattr(call, "declares", None))]
        for router in PAGES
        for route in router.routes
        for method in route.methods
    }
    lacking = {page for page, told in pages.items() if not told}
    assert lacking <= PAGES_FOR_ALL, lacking - PAGES_FOR_ALL
    assert len(pages) > 30


def test_every_route_that_names_a_thing_asks_whose_it_is():
    for method, path, told in routes():
        path = path.replace("{release}", "").replace("{type}", "")  # forms that are asked for, not things
        if "{" in path and (method, path) not in OPEN and not path.startswith(("/me/", "/jobs/")):
            right, scope = told[0]
            assert scope is not None, f"{method} {path}: {right} is not asked of what the path names"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    hub = quick_hub(home=tmp_path_factory.mktemp("rights"), clock=Clock())
    yield furnish(hub), create_app(hub)
    hub.close()


async def _all(app, token, ids, asked):
    """Return what came of each of *asked*; a client in the application's own loop is twice as quick."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url="http://hub/api/v1", headers=headers
    ) as client:
        found = []
        for method, path, _ in asked:
            body = {"json": {}} if method in ("POST", "PATCH", "PUT") else {}
            found.append(_came(await client.request(method, named(path, ids), **body)))
        return found


def _came(answer):
    if answer.status_code == 401:
        return "unknown"
    if answer.status_code == 403 and "needs the right" in answer.json()["detail"]:
        return "refused"
    if answer.status_code == 404 and answer.json()["detail"] == NOTHING:
        return "hidden"
    assert answer.status_code < 500, answer.text
    return "allowed"


def _expected(role, place, right, scope, prefix):
    _, study, reaches, reaches_hub = PLACES[place]
    if right is None:
        return "allowed"
    if scope is None:
        return "allowed" if right in DUTIES[role] else "refused"
    if prefix in ("sync", "upkeep"):
        return ("allowed" if right in DUTIES[role] else "refused") if PLACES[place][0] == EVERY else "hidden"
    there = reaches if prefix in KNOWN_STUDY else (reaches_hub if prefix in OF_ONE_PARTY else reaches and study is None)
    if not there:
        return "hidden"
    return "allowed" if right in DUTIES[role] else "refused"


OF_ONE_PARTY = ("users", "personal-requests", "reviews")
KNOWN_STUDY = (
    "agreements", "conflicts", "records", "meetings", "actions", "uploads", "studies", "platforms", "fhir", "identities",
    "communications", "register", "incidents",
)  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("place", list(PLACES))
def test_who_is_let_in_is_as_written_down(world, role, place):
    made, app = world
    organization, study, _, _ = PLACES[place]
    token = token_of(
        made.hub, f"{role}-{list(PLACES).index(place)}@people.example", granted(role, organization, study=study)
    )
    asked = [one for one in routes() if one[:2] not in OPEN and _prefix(one[1]) not in _aside(place)]
    came = asyncio.run(_all(app, token, made.ids, asked))
    expected = [_expected(role, place, *told[0], _prefix(path)) for _, path, told in asked]
    wrong = [
        f"{method} {path}: {now}, not {right}"
        for (method, path, _), now, right in zip(asked, came, expected, strict=True)
        if now != right
    ]
    assert not wrong, "\n".join(wrong)


def _prefix(path):
    return path.strip("/").split("/")[0]


def _aside(place):
    """Return what is not asked: one's own jobs, tested where jobs are, and a letter of the other party's system."""
    return ("jobs", "dead-letters") if place == "sponsor" else ("jobs",)

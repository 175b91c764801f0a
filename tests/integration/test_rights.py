"""Every route of the API with every role, organization and study: who is let in, who is refused, who sees nothing."""

import pytest
from fastapi.routing import APIRoute

from hub.api.routers import ROUTERS
from hub.domain.people import EVERY, Role
from hub.domain.policy import Right
from tests.people import Clock, granted, quick_hub, served
from tests.world import ANOTHER, CRO, SPONSOR, STRANGER, STUDY, furnish, named, token_of

R = Right
READS = {R.MEETINGS_READ, R.RECORDS_READ}
DUTIES = {  # written down once more, by hand: a slip in the policy is not to pass its own test
    Role.PROJECT_MANAGER: READS
    | {R.MEETINGS_WRITE, R.MINUTES_EDIT, R.MINUTES_APPROVE, R.MINUTES_SIGN, R.MINUTES_DISTRIBUTE, R.ACTIONS_EDIT}
    | {R.SYNC_READ, R.AGREEMENTS_PROPOSE, R.AGREEMENTS_ACCEPT, R.CONFLICTS_RESOLVE},
    Role.CONTRIBUTOR: READS | {R.MEETINGS_WRITE, R.MINUTES_EDIT, R.ACTIONS_EDIT},
    Role.REVIEWER: READS | {R.MINUTES_APPROVE, R.MINUTES_SIGN, R.ACTIONS_EDIT},
    Role.LIAISON: READS | {R.TRANSLATIONS_EDIT, R.TRANSLATIONS_APPROVE},
    Role.INTEGRATION_ENGINEER: {R.RECORDS_READ, R.SYNC_READ, R.SYNC_OPERATE, R.AGREEMENTS_PROPOSE},
    Role.AUDITOR: READS | {R.SYNC_READ, R.AUDIT_READ, R.AUDIT_REVIEW},
    Role.INSPECTOR: READS | {R.SYNC_READ, R.AUDIT_READ},
    Role.ADMINISTRATOR: {R.USERS_MANAGE, R.RETENTION_MANAGE, R.SYSTEM_OPERATE, R.AUDIT_READ},
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


OPEN = {("POST", "/session"), ("GET", "/session/sso"), ("GET", "/session/sso/back")}


def test_every_route_declares_its_right_once():
    for method, path, told in routes():
        assert (method, path) in OPEN or len(told) == 1, f"{method} {path}: takes no Asking of `may` or `oneself`"


def test_every_route_that_names_a_thing_asks_whose_it_is():
    for method, path, told in routes():
        if "{" in path and (method, path) not in OPEN and not path.startswith(("/me/", "/jobs/")):
            right, scope = told[0]
            assert scope is not None, f"{method} {path}: {right} is not asked of what the path names"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = tmp_path_factory.mktemp("rights")
    clock = Clock()
    hub = quick_hub(home=home, clock=clock)
    made = furnish(hub)
    with served(hub) as client:
        yield made, client, clock


def _asked(client, token, method, path, ids):
    address = named(path, ids)
    body = {"json": {}} if method in ("POST", "PATCH", "PUT") else {}
    return client.request(method, f"/api/v1{address}", headers={"Authorization": f"Bearer {token}"}, **body)


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
    if prefix == "sync":
        return ("allowed" if right in DUTIES[role] else "refused") if PLACES[place][0] == EVERY else "hidden"
    there = reaches if prefix in KNOWN_STUDY else (reaches_hub if prefix == "users" else reaches and study is None)
    if not there:
        return "hidden"
    return "allowed" if right in DUTIES[role] else "refused"


KNOWN_STUDY = ("agreements", "conflicts", "records", "meetings", "actions", "uploads", "studies")
ASIDE = ("jobs",)
"""One's own jobs, which nobody else is shown: tested where jobs are."""


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("place", list(PLACES))
def test_who_is_let_in_is_as_written_down(world, role, place):
    made, client, _ = world
    organization, study, _, _ = PLACES[place]
    slug = f"{role}-{list(PLACES).index(place)}"
    token = token_of(made.hub, f"{slug}@people.example", granted(role, organization, study=study))
    wrong = []
    for method, path, told in routes():
        prefix = path.strip("/").split("/")[0]
        if (method, path) in OPEN or prefix in ASIDE or (prefix == "dead-letters" and place == "sponsor"):
            continue
        right, scope = told[0]
        came = _came(_asked(client, token, method, path, made.ids))
        if came != (expected := _expected(role, place, right, scope, prefix)):
            wrong.append(f"{method} {path}: {came}, not {expected}")
    assert not wrong, "\n".join(wrong)

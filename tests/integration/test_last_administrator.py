"""Somebody always administers: the last one's role is not taken in the service, only at the machine itself."""

from datetime import timedelta

import pytest

from hub.domain.people import EVERY, Role
from hub.services.accounts import keeping
from tests.people import Clock, as_, granted, person, quick_hub

API = "/api/v1/users"
ADA, BEN, ALL = "ada@cro.example", "ben@cro.example", "all@hub.example"
CRO = "Meridian CRO"


@pytest.fixture
def hub(home):
    del home
    hub = quick_hub(clock=Clock())
    person(hub, ADA, granted(Role.ADMINISTRATOR, CRO), name="Ada Byron")
    return hub


def own(hub, email):
    account = hub.desk.accounts.named(email=email)
    return account, hub.desk.accounts.held(account.user.id)[0].id


def gives_up(client, hub, email):
    account, grant = own(hub, email)
    return as_(client, email).delete(f"{API}/{account.user.id}/grants/{grant}")


def test_the_last_administrator_of_an_organization_keeps_the_role(hub, client):
    refused = gives_up(client, hub, ADA)
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("nobody else administers Meridian CRO")
    ends = {"until": hub.clock() + timedelta(days=1)}
    person(hub, BEN, granted(Role.ADMINISTRATOR, CRO, study="LH-302"), granted(Role.ADMINISTRATOR, CRO, **ends))
    assert gives_up(client, hub, ADA).status_code == 204


def test_who_administers_every_organization_stands_for_each_and_is_not_the_last_to_go(hub, client):
    person(hub, ALL, granted(Role.ADMINISTRATOR, EVERY))
    assert gives_up(client, hub, ADA).status_code == 204
    assert "nobody else administers every organization" in gives_up(client, hub, ALL).json()["detail"]


def test_the_last_one_is_not_deactivated_and_who_is_deactivated_does_not_count(hub, client):
    person(hub, BEN, granted(Role.ADMINISTRATOR, CRO))
    (ada, _), (ben, _) = own(hub, ADA), own(hub, BEN)
    assert as_(client, ADA).post(f"{API}/{ben.user.id}/deactivate", json={"reason": "left"}).status_code == 200
    assert gives_up(client, hub, ADA).status_code == 409
    keeping.deactivate(hub.desk, ada, by="operator", reason="was stolen", even_last=True)  # as the command does
    assert hub.desk.accounts.named(email=ADA).user.state == "deactivated"

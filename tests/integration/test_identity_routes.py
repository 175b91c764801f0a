"""Which records are one thing, decided over HTTP: pairs confirmed and rejected, merges and splits, once each."""

from dataclasses import replace

import pytest

from hub.domain.people import Role
from tests.people import granted, quick_hub, served
from tests.world import ANOTHER, CRO, STRANGER, furnish, token_of


@pytest.fixture
def world(home):
    del home
    return furnish(quick_hub())


@pytest.fixture
def client(world):
    with served(world.hub) as client:
        yield client


class Idle:
    """A platform on which nobody has met."""

    def held(self, *_: object, **__: object) -> list[object]:
        return []


def reader(world, *grants, email="pm@people.example"):
    return {"Authorization": f"Bearer {token_of(world.hub, email, *grants)}"}


def tagged(client, address, headers):
    return headers | {"If-Match": client.get(address, headers=headers).headers["etag"]}


def test_a_pair_is_confirmed_and_the_records_are_one(world, client):
    headers = reader(world, granted(Role.PROJECT_MANAGER, CRO))
    [pair] = client.get("/api/v1/identities", headers=headers).json()["items"]
    address = f"/api/v1/identities/{pair['id']}"
    form = {"reason": "entered twice", "keep": "s2"}
    assert client.post(f"{address}/confirm", headers=headers, json=form).status_code == 428
    at = tagged(client, address, headers)
    done = client.post(f"{address}/confirm", headers=at, json=form)
    assert done.status_code == 200, done.text
    assert (done.json()["kept"], done.json()["other"]) == ("s2", "s1")
    assert client.post(f"{address}/confirm", headers=at, json=form).status_code == 412
    told = client.get("/api/v1/records/s1/identity", headers=headers).json()
    assert told["merged_into"] == "s2"
    assert client.get("/api/v1/identities", headers=headers).json()["items"] == []
    [was] = [kept.entry for kept in world.hub.audit.entries() if kept.entry.field == "merged_into"]
    assert ("pm@people.example" in was.actor, "entered twice" in was.reason) == (True, True)


def test_a_rejected_pair_stays_two_and_is_not_decided_again(world, client):
    headers = reader(world, granted(Role.PROJECT_MANAGER, CRO))
    address = f"/api/v1/identities/{world.ids['identities']}"
    at = tagged(client, address, headers)
    assert client.post(f"{address}/reject", headers=at, json={"reason": " "}).status_code == 422
    assert client.post(f"{address}/reject", headers=at, json={"reason": "two studies"}).json()["state"] == "rejected"
    again = tagged(client, address, headers)
    assert client.post(f"{address}/confirm", headers=again, json={"reason": "after all"}).status_code == 409
    assert client.get("/api/v1/records/s1/identity", headers=headers).json()["merged_into"] is None


def test_a_merge_is_split_again(world, client):
    headers = reader(world, granted(Role.PROJECT_MANAGER, CRO))
    at = tagged(client, "/api/v1/records/s1", headers)
    joined = client.post("/api/v1/records/s1/merges", headers=at, json={"gone": "s2", "reason": "one study"})
    assert joined.status_code == 201, joined.text
    doubles = joined.json()["doubles"]
    assert doubles == [["ctms", "xs2"], ["vault", "xs2"]]
    off = [{"system": system, "id": there} for system, there in doubles]
    at = tagged(client, "/api/v1/records/s1", headers)
    parted = client.post("/api/v1/records/s1/splits", headers=at, json={"off": off, "reason": "two after all"})
    assert parted.status_code == 201, parted.text
    told = client.get("/api/v1/records/s1/identity", headers=headers).json()
    assert [one["action"] for one in told["turns"]] == ["split", "merge"]


def test_nobody_merges_what_they_may_not_see_both_of(world, client):
    headers = reader(world, granted(Role.PROJECT_MANAGER, CRO))
    at = tagged(client, "/api/v1/records/r1", headers)
    told = client.post("/api/v1/records/r1/merges", headers=at, json={"gone": "r2", "reason": "one site"})
    assert told.status_code == 404
    for grant in (granted(Role.PROJECT_MANAGER, STRANGER), granted(Role.PROJECT_MANAGER, CRO, study=ANOTHER)):
        other = reader(world, grant, email=f"{grant.organization[0].lower()}{grant.study}@x.example")
        assert client.get("/api/v1/identities", headers=other).json()["items"] == []
        assert client.get(f"/api/v1/identities/{world.ids['identities']}", headers=other).status_code == 404


def test_a_look_for_pairs_and_a_sweep_are_begun_once_for_one_key(world, client):
    world.hub.platforms["zoom"] = replace(world.hub.platforms["zoom"], platform=Idle())
    headers = reader(world, granted(Role.INTEGRATION_ENGINEER, "*"))
    for address in ("/api/v1/upkeep/identity-proposals", "/api/v1/platforms/zoom/sweeps"):
        key = {"Idempotency-Key": address}
        first = client.post(address, headers=headers | key)
        again = client.post(address, headers=headers | key)
        assert (first.status_code, first.json()["id"]) == (202, again.json()["id"]), first.text
        assert first.headers["location"] == again.headers["location"]
        assert (
            client.post(address, headers=headers | {"Idempotency-Key": f"{address}-2"}).json()["id"]
            != first.json()["id"]
        )

"""The hub's records as FHIR: valid, by who may see them, without what would unblind, page by page."""

import importlib

import pytest

from hub.domain.people import Role
from hub.domain.sync import Base, Effects, Record
from tests.people import granted, quick_hub, served
from tests.world import ANOTHER, CRO, STRANGER, STUDY, furnish, token_of


@pytest.fixture
def world(home):
    made = furnish(quick_hub())
    sites = [Record(f"f{n}", "site", {"study_id": "s1", "number": f"2{n:02}", "name": f"Site {n}"}) for n in range(5)]
    bases = [Base(system, one.id, one.kind, f"x{one.id}", one.fields) for one in sites for system in ("ctms", "vault")]
    with made.hub.sync.ledger.unit() as unit:
        unit.save(Effects(records=tuple(sites), bases=tuple(bases)))
    return made


@pytest.fixture
def client(world):
    with served(world.hub) as client:
        yield client


def reader(world, organization, **more):
    token = token_of(
        world.hub, f"{organization[:4].strip().lower()}@people.example", granted(Role.AUDITOR, organization, **more)
    )
    return {"Authorization": f"Bearer {token}"}


def valid(resource, release):
    package = "fhir.resources.R4B" if release == "r4" else "fhir.resources"
    model = importlib.import_module(package).get_fhir_model_class(resource["resourceType"])
    return model.model_validate(resource)


@pytest.mark.parametrize("release", ["r4", "r5"])
def test_a_site_is_read_as_a_valid_resource(world, client, release):
    told = client.get(f"/api/v1/fhir/{release}/Location/f1", headers=reader(world, CRO))
    assert told.status_code == 200, told.text
    assert told.headers["content-type"].startswith("application/fhir+json")
    assert (told.json()["resourceType"], told.json()["id"], told.json()["name"]) == ("Location", "f1", "Site 1")
    valid(told.json(), release)


@pytest.mark.parametrize("release", ["r4", "r5"])
def test_a_list_leads_from_page_to_page_and_ends(world, client, release):
    headers, found, address = reader(world, CRO), [], f"/api/v1/fhir/{release}/Location?limit=2"
    for _ in range(10):
        bundle = client.get(address, headers=headers).json()
        valid(bundle, release)
        found += [entry["resource"]["id"] for entry in bundle.get("entry", [])]
        links = {link["relation"]: link["url"] for link in bundle.get("link", [])}
        if "next" not in links:
            break
        address = links["next"]
    assert sorted(found) == ["f0", "f1", "f2", "f3", "f4", "r1"]
    assert len(set(found)) == len(found)


def test_what_is_left_of_a_last_page_behind_one_that_may_not_be_seen_still_comes(world, client):
    gone = Record("f0", "site", {"study_id": "s1", "number": "200"}, version=2, deleted=True)
    with world.hub.sync.ledger.unit() as unit:
        unit.save(Effects(records=(gone,)))
    headers, found, address = reader(world, CRO), [], "/api/v1/fhir/r4/Location?limit=4"
    while address:
        bundle = client.get(address, headers=headers).json()
        found += [entry["resource"]["id"] for entry in bundle.get("entry", [])]
        address = next((link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), None)
    assert found == ["f1", "f2", "f3", "f4", "r1"]


def test_what_is_anothers_is_not_there(world, client):
    headers = reader(world, STRANGER, study=ANOTHER)
    assert client.get("/api/v1/fhir/r4/Location/f1", headers=headers).status_code == 404
    listed = client.get("/api/v1/fhir/r4/Location", headers=headers).json()
    assert [entry["resource"]["id"] for entry in listed.get("entry", [])] in ([], ["r2"])
    assert client.get("/api/v1/fhir/r4/Location/f1").status_code == 401


def test_what_would_unblind_is_left_out(world, client):
    told = client.get("/api/v1/fhir/r4/Location/r1", headers=reader(world, CRO, study=STUDY))
    assert told.status_code == 200
    assert '"B"' not in told.text


def test_a_record_of_another_kind_or_type_is_not_there(world, client):
    headers = reader(world, CRO)
    assert client.get("/api/v1/fhir/r4/ResearchStudy/f1", headers=headers).status_code == 404
    assert client.get("/api/v1/fhir/r4/Patient", headers=headers).status_code == 404
    assert client.get("/api/v1/fhir/r3/Location", headers=headers).status_code == 422


@pytest.mark.parametrize("release", ["r4", "r5"])
def test_the_statement_of_what_there_is_is_valid(world, client, release):
    told = client.get(f"/api/v1/fhir/{release}/metadata", headers=reader(world, CRO)).json()
    valid(told, release)
    assert "ResearchStudy" in [one["type"] for one in told["rest"][0]["resource"]]


def test_a_deleted_record_is_not_there(world, client):
    from dataclasses import replace

    with world.hub.sync.ledger.unit() as unit:
        gone = replace(Record("f1", "site", {"study_id": "s1", "number": "201"}), deleted=True, version=2)
        unit.save(Effects(records=(gone,)))
    headers = reader(world, CRO)
    assert client.get("/api/v1/fhir/r4/Location/f1", headers=headers).status_code == 404
    listed = client.get("/api/v1/fhir/r4/Location", headers=headers).json()
    assert "f1" not in [entry["resource"]["id"] for entry in listed["entry"]]

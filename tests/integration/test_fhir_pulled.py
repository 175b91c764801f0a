"""The FHIR facade pulled from: by page, by what changed since, and by the hub's own FHIR connector."""

import importlib
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from hub.connectors.fhir.config import read_config
from hub.connectors.fhir.system import FhirSystem
from hub.domain.audit import Entry
from hub.domain.people import Role
from hub.domain.sync import Base, Effects, Record
from tests.connectors.contract import drained
from tests.connectors.peer import Answer, running
from tests.people import granted, quick_hub, served
from tests.world import ANOTHER, CRO, STRANGER, furnish, token_of

BEGAN = datetime(2031, 5, 1, 8, tzinfo=UTC)
LOCATIONS = "/api/v1/fhir/r4/Location"


def changed(world, name, minute, *, version=1, title="", deleted=False):
    fields = {"study_id": "s1", "number": name, "name": title or f"Site {name}"}
    one = Record(name, "site", fields, version=version, deleted=deleted)
    bases = [Base(system, name, "site", f"x{name}", fields) for system in ("ctms", "vault")] if version == 1 else []
    line = Entry(BEGAN + timedelta(minutes=minute), "ctms", "site", name, "name", None, '"x"', "", "a1@1", f"m{minute}")
    with world.hub.sync.ledger.unit() as unit:
        unit.save(Effects(records=(one,), bases=tuple(bases), audit=(line,)))


@pytest.fixture
def world(home):
    made = furnish(quick_hub())
    for number in range(5):
        changed(made, f"p{number}", 10 * number)
    return made


@pytest.fixture
def client(world):
    with served(world.hub) as client:
        yield client


@pytest.fixture
def headers(world):
    return {"Authorization": f"Bearer {token_of(world.hub, 'puller@people.example', granted(Role.AUDITOR, CRO))}"}


def walked(client, headers, **params):
    """Return the pages of a search, following its links."""
    address, pages = f"{LOCATIONS}?{urlencode(params, doseq=True)}", []
    while address:
        assert len(pages) < 20
        told = client.get(address, headers=headers)
        assert told.status_code == 200, told.text
        bundle = told.json()
        importlib.import_module("fhir.resources.R4B").get_fhir_model_class("Bundle").model_validate(bundle)
        pages.append([entry["resource"]["id"] for entry in bundle.get("entry", [])])
        address = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
    return pages


def names(pages):
    return [name for page in pages for name in page]


def test_a_count_is_kept_from_page_to_page(client, headers):
    assert walked(client, headers, _count=2) == [["p0", "p1"], ["p2", "p3"], ["p4", "r1"], []]
    assert walked(client, headers, _count=100000) == [["p0", "p1", "p2", "p3", "p4", "r1"]]


def test_only_what_changed_in_the_time_comes_in_the_order_of_changes(world, client, headers):
    changed(world, "p1", 50, version=2)
    hour = f"{BEGAN:%Y-%m-%dT%H}"
    assert walked(client, headers, _lastUpdated=f"ge{hour}:20Z", _count=1)[:4] == [["p2"], ["p3"], ["p4"], ["p1"]]
    assert names(walked(client, headers, _lastUpdated=[f"ge{hour}:20Z", f"lt{hour}:40Z"], _count=2)) == ["p2", "p3"]
    assert names(walked(client, headers, _lastUpdated=f"gt{hour}:40Z")) == ["p4", "p1"], "five minutes earlier"
    assert names(walked(client, headers, _lastUpdated=f"le{hour}:00Z", _sort="_lastUpdated"))[-1] == "p0"


def test_what_took_long_to_be_done_is_not_missed(world, client, headers):
    changed(world, "p1", 4, version=2)
    changed(world, "p2", 46, version=2)
    hour = f"{BEGAN:%Y-%m-%dT%H}"
    assert names(walked(client, headers, _lastUpdated=f"ge{hour}:40Z")) == ["p4", "p1", "p2"]
    assert names(walked(client, headers, _lastUpdated=f"ge{hour}:50Z")) == ["p2"]


def test_what_changes_while_the_pages_are_walked_is_not_missed(world, client, headers):
    first = client.get(f"{LOCATIONS}?_lastUpdated=ge2031&_count=3", headers=headers).json()
    changed(world, "p0", 50, version=2)
    [onward] = [link["url"] for link in first["link"] if link["relation"] == "next"]
    rest = client.get(onward, headers=headers).json()
    assert [entry["resource"]["id"] for entry in rest["entry"]] == ["p3", "p4", "p0"]
    told = rest["entry"][-1]["resource"]["meta"]
    assert (told["versionId"], told["lastUpdated"]) == ("2", "2031-05-01T08:50:00+00:00")
    assert client.get(f"{LOCATIONS}/p0", headers=headers).json()["meta"] == told


def test_what_is_anothers_does_not_come_by_its_change_either(world, client):
    known = token_of(world.hub, "stranger@people.example", granted(Role.AUDITOR, STRANGER, study=ANOTHER))
    assert names(walked(client, {"Authorization": f"Bearer {known}"}, _lastUpdated="ge2031", _count=2)) == []


@pytest.mark.parametrize(
    "params", ["_count=0", "_count=many", "_lastUpdated=soon", "_lastUpdated=ge2031&_lastUpdated=ne2031", "_sort=name"]
)
def test_a_bad_value_is_told_as_an_outcome(client, headers, params):
    told = client.get(f"{LOCATIONS}?{params}", headers=headers)
    assert (told.status_code, told.headers["content-type"]) == (400, "application/fhir+json")
    importlib.import_module("fhir.resources.R4B").get_fhir_model_class("OperationOutcome").model_validate(told.json())
    assert params.partition("=")[0] in told.json()["issue"][0]["diagnostics"]


def test_a_cursor_of_another_order_is_refused(client, headers):
    first = client.get(f"{LOCATIONS}?_count=2", headers=headers).json()
    onward = next(link["url"] for link in first["link"] if link["relation"] == "next")
    assert client.get(f"{onward}&_sort=_lastUpdated", headers=headers).status_code == 422


@pytest.mark.parametrize("release", ["r4", "r5"])
def test_the_statement_says_what_searches_know(client, headers, release):
    [rest] = client.get(f"/api/v1/fhir/{release}/metadata", headers=headers).json()["rest"]
    assert [one["name"] for one in rest["searchParam"]] == ["_count"]
    assert {one["searchParam"][0]["name"] for one in rest["resource"]} == {"_lastUpdated"}


class Facade:
    """The hub's own answers on a port."""

    def __init__(self, client):
        self.client, self.address, self.closing, self.asked, self.now = (
            client,
            "",
            threading.Event(),
            [],
            BEGAN + timedelta(hours=1),
        )

    def answer(self, asked):
        self.asked.append(asked)
        known = {"Authorization": asked.headers["authorization"], "Host": asked.headers["host"]}
        told = self.client.request(asked.method, asked.path, params=asked.params, headers=known)
        return Answer(told.status_code, told.content, {"Content-Type": told.headers["content-type"]})


@pytest.mark.parametrize("release", ["r4", "r5"])
def test_the_own_connector_pulls_what_changed_since_it_looked(world, client, headers, monkeypatch, release):
    monkeypatch.setenv("FACADE_KEY", headers["Authorization"])
    with running(Facade(client)) as facade:
        text = f"""
connector: fhir
name: facade
version: {release.upper()}
base_url: {facade.address}/api/v1/fhir/{release}
auth: {{type: api_key, header: Authorization, key: "env:FACADE_KEY"}}
size: 2
timeout_s: 60
kinds: {{site: {{}}}}
"""
        system = FhirSystem(read_config(text), lambda: BEGAN + timedelta(hours=1))
        try:
            assert [one.problem for one in system.check() if one.problem] == []
            changes, rejects, cursor = drained(system, "site")
            known = [one.external_id for one in changes]
            assert (sorted(known), rejects) == (["p0", "p1", "p2", "p3", "p4", "r1"], [])
            changed(world, "p2", 55, version=2, title="Riverside anew")
            before = len(facade.asked)
            changes, rejects, _ = drained(system, "site", cursor)
            found = {one.external_id: one.fields["name"] for one in changes}
            assert (found.get("p2"), rejects) == ("Riverside anew", [])
            assert "p0" not in found, "what did not change is not told again"
            assert facade.asked[before].params["_lastUpdated"].startswith("ge2031-05-01T")
        finally:
            system.close()

"""Records as FHIR resources and back, HL7's examples, other people's elements kept, check and discover."""

import dataclasses
import json

import pytest

from hub.connectors.fhir.config import read_config
from hub.connectors.fhir.mapping import WAYS, check, fields_of, lost, resource_of
from hub.connectors.fhir.system import FhirSystem, opened
from hub.domain.changes import Push
from hub.domain.errors import RejectedError, UsageError
from hub.domain.records.checks import check as problems
from hub.domain.records.kinds import KINDS
from tests.connectors import faults, mangled
from tests.connectors.contract import drained
from tests.connectors.http_contract import NOW
from tests.connectors.openapi import contracts
from tests.connectors.peer import Answer, running
from tests.connectors.test_fhir_contract import YAML as QUICK
from tests.connectors.vendors.fhir import FhirServer

YAML = QUICK.replace("timeout_s: 0.4", "timeout_s: 20")
RECORDS = {
    "study": {
        "protocol_number": "AC-1",
        "title": "A study",
        "phase": "2_3",
        "status": "active",
        "indication": "Asthma",
        "sponsor": "Acme",
        "planned_enrolment": 120,
    },
    "site": {
        "study_id": "s1",
        "number": "01",
        "name": "Charité",
        "country": "DE",
        "status": "active",
        "investigator": "A",
    },
    "contact": {
        "study_id": "s1",
        "site_id": "l1",
        "name": "Anna Weber",
        "role": "CRA",
        "organization": "CRO",
        "email": "a@b.example",
        "phone": "+49 1",
    },
    "subject_status": {
        "study_id": "s1",
        "site_id": "l1",
        "subject_number": "0007",
        "status": "randomized",
        "since": "2026-03-02",
    },
    "action_item": {
        "study_id": "s1",
        "title": "Send the plan",
        "description": "by mail",
        "owner": "Anna",
        "due": "2026-03-02",
        "status": "in_progress",
        "source_meeting": "Kick-off",
    },
    "document": {
        "study_id": "s1",
        "country_id": "c1",
        "site_id": "l1",
        "artifact": "01.01.01",
        "title": "Plan",
        "version": "1.0",
        "status": "approved",
        "dated": "2026-03-02",
        "sha256": "ab" * 32,
    },
    "decision": {
        "study_id": "s1",
        "title": "Amend",
        "description": "The protocol is amended",
        "decided": "2026-03-02",
        "decided_by": "Anna",
        "source_meeting": "Kick-off",
    },
}
TYPES = {way.type: kind for kind, ways in WAYS.items() for way in ways}


@pytest.fixture
def world(monkeypatch):
    with running(FhirServer()) as peer:
        monkeypatch.setenv("FHIR_SECRET", peer.password)
        yield peer


@pytest.fixture
def fhir(world):
    made = FhirSystem(read_config(YAML.format(address=world.address, version="R4")), lambda: NOW)
    yield made
    made.close()


class TestMapping:
    @pytest.mark.parametrize("version", ["R4", "R5"])
    @pytest.mark.parametrize("kind", RECORDS)
    def test_a_record_is_a_valid_resource_and_comes_back_as_it_was(self, version, kind):
        fields = RECORDS[kind]
        resource = resource_of(kind, "x1", fields, version)
        assert resource["id"] == "x1"
        missing = lost(kind, version)
        assert fields.keys() == {one.name for one in dataclasses.fields(KINDS[kind])}, "every field is tried"
        assert fields_of(resource, kind, version) == {
            name: value for name, value in fields.items() if name not in missing
        }
        assert resource_of(kind, None, {}, version)["resourceType"] == WAYS[kind][0].type

    @pytest.mark.parametrize("version", ["R4", "R5"])
    @pytest.mark.parametrize(
        ("kind", "field", "code"),
        [("study", "status", code) for code in ("planned", "active", "on_hold", "completed", "terminated", "withdrawn")]
        + [("subject_status", "status", code) for code in ("screened", "screen_failed", "enrolled", "withdrawn")]
        + [("document", "status", code) for code in ("draft", "in_review", "superseded", "withdrawn")]
        + [("action_item", "status", code) for code in ("open", "done", "cancelled")]
        + [("study", "phase", code) for code in ("early_1", "1", "not_applicable")],
    )
    def test_every_code_comes_back_as_it_was(self, version, kind, field, code):
        assert fields_of(resource_of(kind, None, {field: code}, version), kind, version)[field] == code

    def test_every_example_of_hl7_of_these_types_is_read(self):
        found = set()
        for path in sorted((contracts() / "hl7-fhir").glob("*/*.json")):
            resource = json.loads(path.read_text())
            kind = TYPES.get(resource["resourceType"])
            if kind is None:
                continue
            version = path.parent.name.upper()
            check(resource, version)
            fields = fields_of(resource, kind, version)
            assert problems(kind, fields) == []
            found.add((version, resource["resourceType"]))
        assert len(found) >= 10

    def test_what_is_not_valid_is_refused(self):
        with pytest.raises(RejectedError, match="no code in FHIR"):
            resource_of("study", None, {"status": "dreaming"}, "R5")
        with pytest.raises(RejectedError):
            resource_of("action_item", None, {"due": "soon"}, "R4")
        with pytest.raises(RejectedError, match="no place in FHIR"):
            resource_of("risk", None, {}, "R4")
        with pytest.raises(RejectedError, match="is no resource"):
            check({"resourceType": "Castle"}, "R5")


def test_elements_of_others_stay_as_they_are(world, fhir):
    known = world.enter("do it")
    world.kept[1] = {
        "note": [{"text": "ask Ben"}],
        "priority": "urgent",
        "text": {"status": "generated", "div": "<div/>"},
    }
    fhir.push(Push("action_item", known, {"status": "done"}), idempotency_key="k", precondition=None)
    assert world.kept[1]["note"] == [{"text": "ask Ben"}]
    assert world.kept[1]["priority"] == "urgent"
    assert world.kept[1]["status"] == "completed"
    assert "text" not in world.kept[1]  # it told the state before


def test_a_change_that_is_made_already_is_not_made_again(world, fhir):
    known = world.enter("do it")
    receipt = fhir.push(Push("action_item", known, {"title": "do it"}), idempotency_key="k", precondition="7")
    assert (receipt.version, world.taken) == ('"1"', [])


@pytest.mark.parametrize("name", ["code", "status", "owner", "restriction", "focus", "meta", "id"])
def test_mangled_resources_are_set_aside_or_kept_and_the_others_come(world, fhir, name):
    for number in range(2):
        world.enter(f"do {number}")
    whole = {
        "resourceType": "Task",
        "id": "M-1",
        "meta": {"versionId": "1", "lastUpdated": "2026-03-02T08:00:00Z"},
        "status": "requested",
        "intent": "order",
        "code": {"text": "x"},
        "owner": {"display": "Anna"},
        "restriction": {"period": {"end": "2026-03-02"}},
        "focus": {"reference": "ResearchStudy/s1"},
    }
    cases = [(what, item) for what, item in mangled.items({name: whole[name]})]
    for what, part in cases:
        item = {key: value for key, value in whole.items() if key != name} | part
        if isinstance(part.get(name), int) and part[name] > 10**300:
            continue  # the peer's own JSON has a limit for it
        world.fail("list", faults.items(lambda true, item=item: [item, *true]))
        changes, rejects, _ = drained(fhir, "action_item")
        assert {one.external_id for one in changes} >= set(world.held()), what
        assert len(changes) + len(rejects) == 3, what
        assert all(reject.reason and reject.raw for reject in rejects), what


def test_a_mangled_bundle_is_never_an_empty_one(world, fhir):
    true = json.dumps({"resourceType": "Bundle", "entry": []}).encode()
    for name, body in mangled.pages(true):
        if name == "utf-16":
            continue  # which JSON tells by itself
        world.fail("list", lambda _peer, _asked, _true, body=body: Answer(200, body))
        assert mangled.refused(lambda: fhir.pull("action_item", None)), name


def test_a_server_without_links_is_asked_for_all_that_it_says_it_has(world, fhir):
    world.links = False
    for number in range(8):
        world.enter(f"do {number}")
    changes, _, _ = drained(fhir, "action_item")
    assert len(changes) == 8


def test_the_version_of_a_document_is_not_that_of_its_resource(world):
    resource = resource_of("document", "d1", {"version": "2.0", "title": "Plan"}, "R5")
    resource["meta"] = {"versionId": "7", "lastUpdated": "2026-03-02T08:00:00Z"}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": resource}]}
    world.fail("list", lambda _peer, _asked, _true: Answer(200, json.dumps(bundle).encode()))
    text = YAML.format(address=world.address, version="R5").partition("kinds:")[0] + "kinds: {document: {}}\n"
    made = FhirSystem(read_config(text), lambda: NOW)
    [change] = made.pull("document", None).changes
    made.close()
    assert (change.version, change.fields["version"]) == ('"7"', "2.0")


def test_check_names_another_version(world, fhir):
    assert not [one for one in fhir.check() if one.problem]
    world.version = "R5"
    [finding] = fhir.check()
    assert "the server says 5.0.0" in finding.problem


def test_check_says_what_may_not_be_written(world, fhir):
    world.able = ("read", "create")
    told = [one.problem for one in fhir.check() if one.problem]
    assert told == ["the server says it takes no update of Task: leave out `write`, or have it opened"]


def test_discover_lists_what_the_server_has(fhir):
    told = fhir.discover()
    assert told["types"] == {"Task": ["create", "read", "update"], "ResearchStudy": []}
    assert told["studies"] == ["study-1"]
    assert "title" in told["kinds"]["action_item"]
    assert "refused" not in told


@pytest.mark.parametrize("endless", [False, True])
def test_discover_lists_the_studies_of_every_page(world, fhir, endless):
    world.studies, world.endless = [f"study-{number}" for number in range(1, 8)], endless
    assert fhir.discover()["studies"] == world.studies


def test_discover_shows_what_was_read_before_a_page_failed_and_says_what_is_missing(world, fhir):
    world.studies = [f"study-{number}" for number in range(1, 8)]
    world.fail("list", faults.status(503), after=3)
    told = fhir.discover()
    assert told["studies"] == [f"study-{number}" for number in range(1, 5)]
    assert told["refused"]["studies"].startswith("not whole: 4 were read before page 3 failed: ")
    assert "503" in told["refused"]["studies"]


def test_discover_says_that_a_page_is_no_bundle(world, fhir):
    world.studies = [f"study-{number}" for number in range(1, 8)]
    world.fail("list", lambda _peer, _asked, _true: Answer(200, b'{"resourceType": "OperationOutcome"}'), after=2)
    told = fhir.discover()
    assert told["studies"] == ["study-1", "study-2"]
    assert "not whole: 2 were read before page 2 failed" in told["refused"]["studies"]


def test_discover_says_that_there_are_more_studies_than_it_looks_through(world, fhir):
    world.studies = [f"study-{number:03}" for number in range(101)]
    told = fhir.discover()
    assert told["studies"] == world.studies[:100]
    assert told["refused"]["studies"] == "not whole: 100 were read of 50 pages, and the server has more"
    world.studies.pop()
    told = fhir.discover()
    assert told["studies"] == world.studies
    assert "refused" not in told


def test_discover_says_that_studies_are_refused(world, fhir):
    world.fail("list", faults.status(403), after=1)
    told = fhir.discover()
    assert told["studies"] == []
    assert "read and search" in told["refused"]["studies"]
    assert told["types"]


@pytest.mark.parametrize("wrong", ["version: R3\n", "kinds: {risk: {}}\n", "kinds: {site: {type: Task}}\n"])
def test_a_yaml_with_a_mistake_is_refused_in_one_line(wrong):
    text = "connector: fhir\nname: f\nbase_url: https://a.example\nversion: R4\nkinds: {study: {}}\n"
    with pytest.raises(UsageError) as caught:
        opened(text + wrong, None)
    assert "\n" not in str(caught.value)

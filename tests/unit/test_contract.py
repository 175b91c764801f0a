"""What others build on: the schemas and the AsyncAPI file are the code's, and only ever grow."""

import copy
import json
import runpy
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from hub.domain.records import KINDS
from hub.domain.records.evolution import breaks
from hub.domain.records.schema import event_schema, record_schema
from hub.domain.sync import RECORDS_TOPIC, REFERENCES, Record
from hub.services.sync.events import changed
from tests.unit.test_records import GOOD

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "contract.py"))
FILES = [*(DOCS / "schemas" / "records").glob("*.json"), *(DOCS / "schemas" / "events").glob("*.json")]
PAGE = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def followed(document, ref):
    """Return what a local reference of the AsyncAPI file leads to."""
    for key in ref.removeprefix("#/").split("/"):
        document = document[key]
    return document


def references(value):
    """Yield every reference in a document."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from references(entry)


def payload(kind):
    """Return a validator of a kind's event as the AsyncAPI file describes it, references to files resolved."""
    resources = [(str(path.relative_to(DOCS)), Resource.from_contents(json.loads(path.read_text()))) for path in FILES]
    told = PAGE["components"]["messages"][f"{kind}_changed"]["payload"]
    assert told["schemaFormat"] == "application/schema+json;version=2020-12"
    return Draft202012Validator(told["schema"], registry=Registry().with_resources(resources))


def body(message):
    return json.loads(message.body)


def test_the_files_are_those_of_the_code():
    assert SCRIPT["stale"]() == [], "run .venv/bin/python scripts/contract.py"
    assert len(FILES) == len(KINDS) + 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_is_a_schema_of_the_dialect_it_names(path):
    schema = json.loads(path.read_text())
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is True
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("kind", KINDS)
def test_references_say_what_they_refer_to(kind):
    for name, rule in record_schema(kind)["properties"].items():
        assert rule.get("x-references") == REFERENCES.get(name)
        assert name not in REFERENCES or REFERENCES[name] in rule["description"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_event_that_is_sent_is_the_one_that_is_described(kind):
    record = Record("r1", kind, GOOD[kind], 3)
    message = changed(record, sorted(GOOD[kind]), origin="cro", id="m1", at=AT)
    payload(kind).validate(body(message))
    assert list(body(message)) == list(event_schema()["properties"]), "a member that is sent but not described"
    told = PAGE["components"]["messages"][f"{kind}_changed"]["headers"]["allOf"][1]
    common = PAGE["components"]["schemas"]["headers"]
    sent = {**message.headers, "traceparent": TRACE}
    for schema in (told, common):
        Draft202012Validator(schema).validate(sent)
    assert sent.keys() <= common["properties"].keys()
    assert set(common["required"]) == message.headers.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_the_description_refuses_another_kind_and_a_bad_field_and_lets_a_newer_one_pass(kind):
    sent = body(changed(Record("r1", kind, GOOD[kind], 3), [], origin="cro", id="m1", at=AT))
    name = next(iter(GOOD[kind]))
    assert payload(kind).is_valid(sent | {"newer": 1, "fields": {**GOOD[kind], "newer": {"of": ["any", "form"]}}})
    assert not payload(kind).is_valid(sent | {"fields": {**GOOD[kind], name: 5.5}})
    assert not payload(kind).is_valid(sent | {"kind": "other"})
    assert not payload(kind).is_valid({key: value for key, value in sent.items() if key != "changed"})


def test_the_asyncapi_file_is_well_formed():
    assert PAGE["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= PAGE["info"].keys()
    assert PAGE.keys() <= {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}
    [channel] = PAGE["channels"].values()
    assert channel["address"] == RECORDS_TOPIC
    for operation in PAGE["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert followed(PAGE, operation["channel"]["$ref"]) is channel
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")
    for message in PAGE["components"]["messages"].values():
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert {"name", "title", "headers", "payload", "contentType"} <= message.keys()
    assert len(channel["messages"]) == len(PAGE["components"]["messages"]) == len(KINDS)


def test_every_reference_of_the_asyncapi_file_leads_somewhere():
    found = set(references(PAGE))
    assert len(found) > 2 * len(KINDS)
    for ref in found:
        assert followed(PAGE, ref) if ref.startswith("#/") else (DOCS / ref).is_file(), ref


def test_every_change_since_the_last_release_is_additive():
    assert SCRIPT["broken"]() == []


def test_the_last_release_has_every_kind_that_it_was_made_with():
    assert len(list((DOCS / "schemas" / "released").rglob("*.json"))) >= 17


SITE = record_schema("site")


def spoiled(change):
    schema = copy.deepcopy(SITE)
    change(schema["properties"], schema)
    return schema


BREAKING = {
    "a field is removed": (lambda fields, _: fields.pop("number"), "number: is gone"),
    "a field is renamed": (lambda fields, _: fields.update(no=fields.pop("number")), "number: is gone"),
    "a field is required": (lambda _, whole: whole["required"].append("number"), "number: is now required"),
    "a new field is required": (
        lambda fields, whole: (fields.update(new={"type": "string"}), whole["required"].append("new")),
        "new: is now required",
    ),
    "null is no longer taken": (lambda fields, _: fields["name"].update(type="string"), "name: type"),
    "a text becomes a number": (lambda fields, _: fields["name"].update(type=["integer", "null"]), "name: type"),
    "a type is wider": (lambda fields, _: fields["name"].update(type=["string", "null", "integer"]), "name: type"),
    "a code is removed": (lambda fields, _: fields["status"]["enum"].remove("on_hold"), "code 'on_hold' is gone"),
    "a text becomes a list of codes": (
        lambda fields, _: fields["country"].update(enum=["AT", "DE", None]),
        "country: took any value",
    ),
    "a list of codes becomes a text": (lambda fields, _: fields["status"].pop("enum"), "was a list of codes"),
    "a text becomes a day": (lambda fields, _: fields["name"].update(format="date"), "name: format"),
    "a length is set": (lambda fields, _: fields["name"].update(maxLength=20), "name: maxLength"),
    "a pattern is set": (lambda fields, _: fields["country"].update(pattern="^[A-Z]{2}$"), "country: pattern"),
    "a rule that is not known": (lambda fields, _: fields["name"].update({"not": {"const": ""}}), "name: not"),
    "it refers to another kind": (
        lambda fields, _: fields["study_id"].update({"x-references": "country"}),
        "study_id: x-references",
    ),
    "no other fields are taken": (lambda _, whole: whole.update(additionalProperties=False), "additionalProperties"),
}


@pytest.mark.parametrize("what", BREAKING)
def test_a_breaking_change_is_found_and_named(what):
    change, said = BREAKING[what]
    assert any(said in line for line in breaks(SITE, spoiled(change))), what


ADDITIVE = {
    "a field is added": lambda fields, _: fields.update(city={"type": ["string", "null"]}),
    "a code is added": lambda fields, _: fields["status"]["enum"].append("archived"),
    "the words are others": lambda fields, whole: (
        whole.update(description="Another"),
        fields["name"].update(description="Its name", examples=["Graz"]),
    ),
    "the types stand in another order": lambda fields, _: fields["name"].update(type=["null", "string"]),
}


@pytest.mark.parametrize("what", ADDITIVE)
def test_an_additive_change_passes(what):
    assert breaks(SITE, spoiled(ADDITIVE[what])) == []


def test_a_breaking_change_is_found_within_lists_and_objects():
    old = event_schema()
    for change, said in (
        (lambda new: new["properties"]["changed"]["items"].update(type="integer"), "changed.items: type"),
        (lambda new: new["required"].remove("origin"), "origin: is no longer sure to be there"),
        (lambda new: new["properties"]["kind"]["enum"].remove("site"), "kind: code 'site' is gone"),
        (lambda new: new["properties"]["version"].update(minimum=2), "version: minimum was 1 and is 2"),
    ):
        new = copy.deepcopy(old)
        change(new)
        assert any(said in line for line in breaks(old, new))


def test_a_schema_of_the_last_release_that_is_gone_is_found(tmp_path):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "invoice.v1.json").write_text("{}")
    assert SCRIPT["broken"](tmp_path) == ["records/invoice.v1.json: is gone"]


def test_the_script_says_whether_all_is_current():
    command = [sys.executable, ROOT / "scripts" / "contract.py", "--check"]
    assert subprocess.run(command, check=False).returncode == 0

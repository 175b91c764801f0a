"""For every mapped connector: a code that nobody listed sets its record aside with its bytes, and a field of the
customer's own is added by a line of YAML. What is set aside waits among the dead letters, to be replayed once the
mapping knows the code.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.connectors.fhir.own import element
from hub.connectors.listed import CONNECTORS
from hub.connectors.odm.usdm import items as usdm_items
from hub.connectors.rest.config import Mapped
from hub.connectors.rest.mapping import MISSING, body_of, fields_of
from hub.connectors.rest.system import open_rest
from hub.domain.changes import Change, Push, Reject
from hub.domain.errors import RejectedError, RetryableError
from tests.connectors import faults
from tests.connectors.contract import drained
from tests.connectors.grounds import PEERS, SECRETS, Definitions
from tests.connectors.peer import BEGAN, Answer, Asked, Peer, Row, running
from tests.connectors.test_told_apart import CASES, LISTED

KNOWN, STRANGE = "a known code.pdf", "a code that nobody listed.pdf"
OURS = "acme.word_of_ours"  # with a point, which paths into JSON have as well
"""No field of any kind."""
CODED = {
    "rest": ("status", "what", "open"),
    "rave": ("severity", "deviation.Value", "major"),
    "veeva": ("status", "name__v", "open"),
    "sharepoint": ("status", "name", "approved"),
    "redcap": ("status", "what", "enrolled"),
    "siebel": ("status", "Site Name", "active"),
    "clinical-one": ("status", "SITE_NAME", "active"),
    "libreclinica": ("status", "name", "active"),
    "odm": ("status", "name", "active"),
    "openclinica": ("status", "name", "active"),
    "fhir": (None, "code.text", None),
    "usdm": (None, "title", None),
}
"""Connector to a field of ours with codes, where its word lies there, and what the known one stands for."""
OF_FILES = ("odm", "openclinica", "usdm")
"""Their mapping is that of a file's columns."""
STANDARD = {
    "fhir": "codes are the standard's: one that it does not have is set aside (test_fhir_contract)",
    "usdm": "codes are the standard's: one that it does not have is set aside (test_usdm)",
    "feeds": "a notice has no codes; a feed's keys are named by `json` and `table`",
    "ems": "codes are the standard's; METADATA are fields of one's own",
    "place": "is only written, and what is written keeps its fields in a slip",
    "files": "tested below",
}


def told(name: str, address: str, *, coded: bool = True) -> str:
    """Return the connector's YAML with a field of codes and one of the customer's own."""
    case, (field, where, ours) = CASES[name], CODED[name]
    made: dict[str, Any] = yaml.safe_load(case.yaml(address))
    key = "column" if name in OF_FILES else "field"
    fields: dict[str, Any] = {OURS: {key: where}}
    if field and coded:
        fields[field] = {key: where, "codes": {KNOWN: ours}}
    if name == "sharepoint":
        return yaml.safe_dump({**made, "fields": fields})
    kinds = made["read"]["kinds"] if name == "odm" else made.setdefault("kinds", {})
    rule = kinds.setdefault(case.kind, {})
    if name == "rave":
        made["kinds"] = kinds = {case.kind: rule}
    rule["fields"] = {**(rule.get("fields") or {}), **fields}
    return yaml.safe_dump(made)


@contextmanager
def read(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[Change], list[Reject]]]:
    """Yield what the connector reads of three records: a known word, a strange one, a known one."""
    for secret, value in SECRETS.items():
        monkeypatch.setenv(secret, value)
    opener = next(one for one in CONNECTORS if one.name == name).load()
    with running(PEERS[name].peer()) as peer:
        if CASES[name].auth:
            peer.auth = CASES[name].auth
        for word in (KNOWN, STRANGE, KNOWN):
            peer.enter(word)
        text = told(name, peer.address)
        if isinstance(peer, Definitions):
            text = text.replace("- d-1", "- d-1\n- d-2\n- d-3")
        source: Any = opener(text, None).source
        with closing(source):
            yield drained(source, CASES[name].kind)[:2]


@pytest.mark.parametrize("name", CODED)
def test_a_field_of_the_customers_own_is_a_line_of_the_file(name, monkeypatch):
    with read(name, monkeypatch) as (changes, rejects):
        words = [change.fields[OURS] for change in changes]
    expected = [KNOWN, KNOWN] if CODED[name][0] else [KNOWN, STRANGE, KNOWN]
    assert sorted(words) == sorted(expected)
    assert len(words) + len(rejects) == 3


@pytest.mark.parametrize("name", [name for name, (field, _, _) in CODED.items() if field])
def test_a_code_that_nobody_listed_is_set_aside_with_its_bytes_and_the_others_go_on(name, monkeypatch):
    field, _, ours = CODED[name]
    with read(name, monkeypatch) as (changes, rejects):
        assert [change.fields[field] for change in changes] == [ours, ours]
        [reject] = rejects
    assert "code" in reject.reason
    assert STRANGE.encode() in reject.raw, "a reason may leave the word out: it goes to logs as well"
    assert reject.where


def test_every_connector_of_the_catalogue_is_held_to_it_or_has_a_reason():
    assert set(CODED) | set(STANDARD) == {one.name for one in CONNECTORS}


def lines(folder: Path) -> Callable[..., tuple[list[Change], list[Reject]]]:
    def looked(name: str, **told: Any) -> tuple[list[Change], list[Reject]]:
        opener = next(one for one in CONNECTORS if one.name == name).load()
        source: Any = opener(json.dumps({"connector": name, "name": name, "settle_s": 0, **told}), None).source
        with closing(source):
            return drained(source, source.kinds[0])[:2]

    (folder / "todo_1.jsonl").write_text(
        "".join(json.dumps({"id": f"T-{n}", "what": word}) + "\n" for n, word in enumerate((KNOWN, STRANGE, KNOWN)))
    )
    return looked


def test_files_hold_to_it_too(tmp_path):
    fields = {"title": "what", "status": {"column": "what", "codes": {KNOWN: "open"}}, OURS: "what"}
    kind = {"files": "todo_*.jsonl", "format": "jsonl", "id": "id", "fields": fields}
    changes, [reject] = lines(tmp_path)("files", folder=str(tmp_path), kinds={"action_item": kind})
    assert [(one.fields["status"], one.fields[OURS]) for one in changes] == [("open", KNOWN)] * 2
    assert "code" in reject.reason
    assert STRANGE.encode() in reject.raw


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("extension:https://acme.example/priority", "high"),
        ("extension:https://acme.example/region", "EMEA"),
        ("code.text", "do it"),
        ("performer.display", "A. Weber"),
        ("extension:https://acme.example/none", MISSING),
        ("code.none", MISSING),
        ("code.text.deeper", MISSING),
        ("acme.tier", "two"),
        ("code.acme.tier", "three"),
    ],
)
def test_an_element_or_extension_of_fhir_is_named_by_its_path(path, value):
    told = {
        "extension": [
            7,
            {"url": "https://acme.example/priority", "valueCode": "high"},
            {"url": "https://acme.example/region", "valueCodeableConcept": {"coding": [{"code": "EMEA"}]}},
        ],
        "code": {"text": "do it", "acme.tier": "three"},
        "acme.tier": "two",
        "performer": [{"display": "A. Weber"}, {"display": "B. Okafor"}],
    }
    assert element(told, path) == value


def test_extensions_of_usdm_are_columns_by_their_address():
    own = {"id": "x1", "url": "https://acme.example/tier", "valueString": "two", "instanceType": "ExtensionAttribute"}
    coded = {**own, "url": "https://acme.example/area", "valueString": None, "valueCode": {"code": "C1", "decode": "x"}}
    version = {"id": "v", "titles": [], "extensionAttributes": [own, coded]}
    [(study, _)] = usdm_items({"study": {"id": "s", "name": "s", "versions": [version]}}, "study")
    assert (study["https://acme.example/tier"], study["https://acme.example/area"]) == ("two", "C1")


@pytest.mark.parametrize("kind", ["study", "site"])
def test_an_extension_of_usdm_does_not_take_the_place_of_what_the_standard_has(kind):
    own = [{"url": name, "valueString": "of another"} for name in ("id", "name", "title", "self", "said")]
    site = {"id": "L1", "name": "101", "extensionAttributes": own}
    organization = {"id": "o", "name": "o", "type": {"code": "C70793"}, "managedSites": [site]}
    version = {"titles": [], "organizations": [organization], "extensionAttributes": own}
    [(item, _)] = usdm_items({"study": {"id": "s", "name": "s", "versions": [version]}}, kind)
    assert item["id"] == {"study": "s", "site": "s|L1"}[kind]
    assert item.get("name") == {"study": "of another", "site": "101"}[kind]


def test_a_key_that_holds_points_itself_is_written_as_it_was_read():
    rule = Mapped.model_validate({"fields": {"name": "address.name", OURS: {"field": "acme.word", "flat": True}}})
    item = {"acme.word": "two", "address": {"name": "Graz"}}
    read = fields_of("site", rule, item)
    assert read == {"name": "Graz", OURS: "two"}
    assert body_of("site", rule, read) == item


class Pointed(Peer):
    """Shows a text and a person whose names hold points, each as one key or within objects, once they hold something."""

    flat = True

    def shown(self, row: Row) -> dict[str, Any]:
        own = {"acme.word": row.what} if self.flat else {"acme": {"word": row.what}}
        return super().shown(row) | own

    def write(self, asked: Asked) -> Answer:
        body = json.loads(asked.body)
        held = body.pop("acme.word", MISSING) if self.flat else body.pop("acme", {}).get("word", MISSING)
        return super().write(replace(asked, body=json.dumps({**body, "what": held}).encode()))


POINTED = """
connector: rest
name: it
base_url: ADDRESS
kinds:
  action_item:
    list: {path: items, items: items, paging: none}
    fields: {word_of_ours: acme.word}
    create: {method: POST, path: items}
    update: {method: PATCH, path: "items/{id}"}
"""


def problems(text):
    system = LISTED["rest"].load()(text, None)
    with closing(system.source):
        return [one.problem for one in system.inspector.check() if one.problem]


@pytest.mark.parametrize("flat", [True, False])
def test_how_a_name_with_points_is_written_is_taken_from_the_systems_own_items(flat):
    push = Push("action_item", None, {"word_of_ours": "two"})
    with running(Pointed()) as peer:
        peer.flat = flat
        text = POINTED.replace("ADDRESS", peer.address)
        with closing(open_rest(text, clock=lambda: BEGAN)) as system:
            with pytest.raises(RejectedError, match=r"acme\.word: no item shows .* say `flat: true` or `flat: false`"):
                system.push(push, idempotency_key="k1", precondition=None)
            assert ["say `flat: true`" in one for one in problems(text)] == [True]
            assert not peer.taken
            peer.enter("one")
            system.pull("action_item", None)
            system.push(push, idempotency_key="k1", precondition=None)
        with closing(open_rest(text, clock=lambda: BEGAN)) as other:  # which has read nothing yet
            other.push(Push("action_item", "R-1", {"word_of_ours": "three"}), idempotency_key="k2", precondition=None)
        assert [row.what for row in peer.rows.values()] == ["three", "two"]
        assert problems(text) == []
        said = text.replace("acme.word", f"{{field: acme.word, flat: {str(flat).lower()}}}")
        peer.rows.clear()
        with closing(open_rest(said, clock=lambda: BEGAN)) as told_so:
            told_so.push(push, idempotency_key="k3", precondition=None)
        assert [row.what for row in peer.rows.values()] == ["two"]


@pytest.mark.parametrize("fault", [faults.status(503), faults.body(b'{"items": "later"}')])
def test_a_write_waits_where_an_outage_hides_how_a_name_is_written(fault):
    push = Push("action_item", None, {"word_of_ours": "two"})
    with running(Pointed()) as peer:
        peer.enter("one")
        peer.fail("list", fault)
        with closing(open_rest(POINTED.replace("ADDRESS", peer.address), clock=lambda: BEGAN)) as system:
            with pytest.raises(RetryableError):
                system.push(push, idempotency_key="k1", precondition=None)
            system.push(push, idempotency_key="k1", precondition=None)
        assert [row.what for row in peer.rows.values()] == ["one", "two"]


def test_a_worker_that_never_pulls_finds_out_later_how_a_name_is_written():
    push = Push("action_item", None, {"word_of_ours": "two"})
    now = BEGAN
    with running(Pointed()) as peer:
        text = POINTED.replace("ADDRESS", peer.address)
        with (
            closing(open_rest(text, clock=lambda: now)) as pulls,
            closing(open_rest(text, clock=lambda: now)) as writes,
        ):
            for _ in range(3):
                with pytest.raises(RejectedError, match="no item shows"):
                    writes.push(push, idempotency_key="k1", precondition=None)
            assert len(peer.asked) == 1, "it does not look before each write"
            peer.enter("one")
            assert len(pulls.pull("action_item", None).changes) == 1
            now += timedelta(minutes=1)
            writes.push(push, idempotency_key="k1", precondition=None)
        assert [row.what for row in peer.rows.values()] == ["one", "two"]

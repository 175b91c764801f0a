"""The FHIR connector keeps the contract, in R4 and R5."""

import pytest

from hub.connectors.fhir.config import read_config
from hub.connectors.fhir.system import FhirSystem
from hub.domain.changes import Capabilities, Push
from tests.connectors import faults
from tests.connectors.contract import Opened, drained, latest
from tests.connectors.http_contract import NOW, HttpTargetContract, paced
from tests.connectors.peer import Peer, running
from tests.connectors.vendors.fhir import FhirServer

YAML = """
connector: fhir
name: fhir
version: {version}
base_url: {address}/fhir
timeout_s: 0.4
size: 3
history: true
auth: {{type: client_credentials, token_url: "{address}/token", client_id: hub, client_secret: env:FHIR_SECRET}}
kinds: {{action_item: {{write: true}}}}
"""
TASK = {"resourceType": "Task", "status": "requested", "intent": "order"}
SPOILT = {
    "null": None,
    "number": 7,
    "list": [],
    "no id": {**TASK, "code": {"text": "x"}},
    "id of the wrong type": {**TASK, "id": {"a": 1}, "code": {"text": "x"}},
    "half a letter": {**TASK, "id": "R-900", "code": {"text": "\ud800"}},
    "no number": {**TASK, "id": "R-901", "code": {"text": "x"}, "description": float("nan")},
    "a code nobody knows": {**TASK, "id": "R-902", "status": "pondering"},
    "another type": {"resourceType": "Patient", "id": "R-903"},
}


class TestR4(HttpTargetContract):
    version = "R4"
    capabilities = Capabilities(deletes=True, versions=True, writable=frozenset({"action_item"}))
    renews = True
    sees_takeouts = False

    @pytest.fixture
    def world(self):
        with running(FhirServer(version=self.version)) as peer:
            yield peer

    @pytest.fixture
    def opened(self, world, monkeypatch, request):
        monkeypatch.setenv("FHIR_SECRET", world.password)
        made = []

        def build():
            text = paced(YAML.format(address=world.address, version=self.version), request)
            made.append(FhirSystem(read_config(text), lambda: NOW))
            return made[-1]

        yield build
        for one in made:
            one.close()

    @pytest.mark.parametrize("item", SPOILT.values(), ids=SPOILT)
    def test_an_item_of_the_wrong_shape_is_set_aside_and_the_others_come(self, world: Peer, opened: Opened, item):
        for number in range(5):
            world.enter(f"do {number}")
        world.fail("list", faults.items(lambda true: [item, *true]))
        changes, rejects, _ = drained(opened(), self.kind)
        assert latest(changes, self.field) == world.held()
        assert len(rejects) == 1

    def test_a_deletion_is_made_and_read_back(self, world: Peer, opened: Opened) -> None:
        target = opened()
        known = world.enter("do it")
        world.enter("another")
        _, cursor = self.pulled(target)
        gone = Push(self.kind, known, {}, deleted=True)
        target.push(gone, idempotency_key="k1", precondition=None)
        target.push(gone, idempotency_key="k1", precondition=None)
        assert list(world.held().values()) == ["another"]
        assert [one.external_id for one in self.pulled(target, cursor)[0] if one.deleted] == [known]


class TestR5(TestR4):
    version = "R5"
    # what differs is the resource, not the way; the long cases are those of R4
    for name in dir(TestR4):
        if name.startswith("test_") and name not in (
            "test_every_record_comes_and_none_twice_while_nothing_moves",
            "test_what_is_written_is_there_and_is_read_back",
            "test_the_same_key_changes_once",
        ):
            locals()[name] = None

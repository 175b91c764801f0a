"""The Rave connector keeps the contract: audits as deviations and as queries, and a list of sites."""

import pytest

from hub.connectors.rave.config import read_config
from hub.connectors.rave.system import RaveSystem
from hub.domain.changes import Capabilities
from tests.connectors import faults
from tests.connectors.contract import Opened, SourceContract, drained, latest
from tests.connectors.http_contract import NOW, HttpSourceContract, paced
from tests.connectors.peer import running
from tests.connectors.vendors.rave import STUDY, Rave, clinical

YAML = """
connector: rave
name: rave
base_url: {address}/RaveWebServices
auth: {{type: basic, user: hub, password: env:RAVE_PASSWORD}}
timeout_s: 0.4
per_page: 3
overlap: 4
studies: ["{study}"]
"""
SPOILT = {
    "no subject": '<ClinicalData StudyOID="Mediflex"><AuditRecord/></ClinicalData>\n',
    "no audit": '<ClinicalData StudyOID="Mediflex"><SubjectData SubjectKey="x"/></ClinicalData>\n',
    "no number": clinical(7, "x", "CreatePD", "").replace("<SourceID>7", "<SourceID>seven"),
    "no time": clinical(7, "x", "CreatePD", "").replace("2026-03-02T", "02/03/2026 "),
    "no key": clinical(7, "x", "CreatePD", '<mdsol:ProtocolDeviation Value="x" Status="Open"/>'),
    "a code nobody knows": clinical(
        7, "x", "X", '<mdsol:ProtocolDeviation Value="x" Status="Strange" ProtocolDeviationRepeatKey="1"/>'
    ),
    "a control character": clinical(
        7, "x", "X", '<mdsol:ProtocolDeviation Value="\x01" Status="Open" ProtocolDeviationRepeatKey="1"/>'
    ),
    "an entity": clinical(
        7, "x", "X", '<mdsol:ProtocolDeviation Value="&x;" Status="Open" ProtocolDeviationRepeatKey="1"/>'
    ),
}


class RaveWorld:
    """What each kind has in common."""

    capabilities = Capabilities(deletes=True)

    @pytest.fixture
    def world(self):
        with running(Rave(kind=self.kind)) as peer:
            yield peer

    @pytest.fixture
    def opened(self, world, monkeypatch, request):
        monkeypatch.setenv("RAVE_PASSWORD", world.password)
        made = []

        def build():
            config = read_config(paced(YAML.format(address=world.address, study=STUDY), request))
            made.append(RaveSystem(config, lambda: NOW))
            return made[-1]

        yield build
        for one in made:
            one.close()


class TestDeviations(RaveWorld, HttpSourceContract):
    reports_edits_by_time = False
    sees_takeouts = False
    kind = "deviation"
    field = "description"

    @pytest.mark.parametrize("item", SPOILT.values(), ids=SPOILT)
    def test_an_item_of_the_wrong_shape_is_set_aside_and_the_others_come(self, world: Rave, opened: Opened, item):
        for number in range(5):
            world.enter(f"do {number}")
        world.fail("list", faults.items(lambda true: [item, *true]))
        changes, rejects, _ = drained(opened(), self.kind)
        assert latest(changes, self.field) == world.held()
        [reject] = rejects
        assert reject.raw.startswith(b"<ClinicalData")


class TestQueries(RaveWorld, SourceContract):
    kind = "query"
    field = "text"
    test_what_is_deleted_is_reported = None  # queries are closed or cancelled, never deleted


class TestSites(RaveWorld, SourceContract):
    kind = "site"
    field = "name"

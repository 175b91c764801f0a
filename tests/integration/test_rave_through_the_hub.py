"""A Rave's queries, deviations and subjects through the hub into another party's system, round by round."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.bootstrap import build
from hub.connectors.rave.config import read_config
from hub.connectors.rave.system import RaveSystem
from hub.domain.agreements import Agreement, Deletes, KindRule, Policy, Status
from hub.ports import System
from hub.services.sync import agreeing
from hub.services.sync.round import run_round
from hub.settings import load_settings
from tests.connectors.peer import running
from tests.connectors.vendors.rave import STUDY, Rave, clinical
from tests.systems import FakeSystem

YAML = """
connector: rave
name: rave
base_url: {address}/RaveWebServices
auth: {{type: basic, user: hub, password: env:RAVE_PASSWORD}}
per_page: 4
studies: ["{study}"]
"""
KINDS = ("study", "site", "subject_status", "query", "deviation")
KEY = '<mdsol:Query QueryRepeatKey="9" Value="Why?" Status="{}" {} Recipient="Site from System"/>'
BEGAN = datetime(2026, 3, 3, 9, tzinfo=UTC)


class Story(Rave):
    """Audits in the order they are told, and one site."""

    def tell(self, said: str, part: str = "", of: str = "") -> None:
        self.told = [*getattr(self, "told", []), (said, part, of)]

    def page(self, asked):
        if "ClinicalAuditRecords" not in asked.path:
            return super().page(asked)
        start, size = int(asked.params["startid"]), int(asked.params["per_page"])
        told = list(enumerate(getattr(self, "told", []), 1))
        due = [one for one in told if one[0] >= start]
        answer = self._odm(*(clinical(n, "u-1", said, part, of=of) for n, (said, part, of) in due[:size]))
        if len(due) > size:
            answer.headers["Link"] = f'<{self.address}/x?startid={due[size][0]}>; rel="next"'
        return answer


@pytest.fixture
def rave(monkeypatch):
    with running(Story(kind="site")) as peer:
        monkeypatch.setenv("RAVE_PASSWORD", peer.password)
        peer.enter("Charité")
        peer.tell("SubjectCreated", of='TransactionType="Upsert"')
        peer.tell("SubjectStatusChanged", of='TransactionType="Upsert" mdsol:Status="Enrolled"')
        peer.tell("QueryOpen", KEY.format("Open", ""))
        yield peer


@pytest.fixture
def through(rave, home):
    """One round of the sync; what the other party's system then holds is its second part."""
    now = [BEGAN]
    connector = RaveSystem(read_config(YAML.format(address=rave.address, study=STUDY)), lambda: now[0])
    ctms = FakeSystem("V-")
    systems = {
        "rave": System("rave", KINDS, source=connector),
        "ctms": System("ctms", KINDS, source=ctms, target=ctms),
    }
    hub = build(load_settings(home=home, database=None), systems=systems, clock=lambda: now[0])
    kinds = tuple(KindRule(kind, "rave", Policy.OWNER_WINS, Deletes.SOFT, {}) for kind in KINDS)
    offered = Agreement("a", 0, Status.PROPOSED, {"S": ("ctms",), "C": ("rave",)}, kinds)
    options = {"clock": hub.sync.clock, "new_id": hub.sync.new_id}
    agreeing.propose(hub.sync.ledger, offered, person="Anna", **options)
    for party in ("S", "C"):
        agreeing.accept(hub.sync.ledger, "a", party=party, person="Ben", **options)
    agreeing.move(hub.sync, "a", step="start", person="Ben")

    def turn():
        now[0] += timedelta(minutes=5)
        return run_round(hub.sync, full=False, wait_s=0.01)

    yield turn, ctms, hub
    connector.close()
    hub.close()


def test_the_life_of_a_query_is_followed_in_the_other_system(rave, through):
    turn, ctms, hub = through
    turn()
    query = ctms.only("query")
    assert (query["status"], query["text"], query["opened"]) == ("open", "Why?", "2026-03-02T08:00:03+00:00")
    assert ctms.only("subject_status")["status"] == "enrolled"
    rave.tell("QueryAnswerByChange", KEY.format("Answered", 'Response="Typing error"'))
    turn()
    assert (ctms.only("query")["status"], ctms.only("query")["response"]) == ("answered", "Typing error")
    rave.tell("QueryClose", KEY.format("Closed", ""))
    rave.tell(
        "CreatePD",
        '<mdsol:ProtocolDeviation TransactionType="Insert" Value="Visit missed" Status="Open" Class="minor" '
        'Code="visit" ProtocolDeviationRepeatKey="1"/>',
    )
    turn()
    query, deviation = ctms.only("query"), ctms.only("deviation")
    assert (query["status"], query["closed"]) == ("closed", "2026-03-02T08:00:05+00:00")
    assert query["opened"] == "2026-03-02T08:00:03+00:00"
    assert (deviation["description"], deviation["status"], deviation["occurred"]) == (
        "Visit missed",
        "open",
        "2026-03-02",
    )
    assert not hub.sync.ledger.letters()
    written = len(ctms.log)
    turn()
    assert len(ctms.log) == written  # audits that are read again say nothing new


def test_references_are_those_of_the_other_system(rave, through):
    turn, ctms, _ = through
    turn()
    [(site, _)] = [(known, row) for (kind, known), row in ctms.rows.items() if kind == "site"]
    [(subject, _)] = [(known, row) for (kind, known), row in ctms.rows.items() if kind == "subject_status"]
    assert ctms.only("query")["site_id"] == site
    assert ctms.only("query")["subject_id"] == subject
    assert ctms.only("subject_status")["site_id"] == site


def test_a_subject_that_is_removed_in_rave_is_removed_there(rave, through):
    turn, ctms, _ = through
    turn()
    rave.tell("Deleted", of='TransactionType="Remove"')
    turn()
    [gone] = [row.deleted for (kind, _), row in ctms.rows.items() if kind == "subject_status"]
    assert gone

"""A Rave and a Veeva Vault in step through the hub: enrolment, queries and deviations, each in the vault's own words."""

import time
from datetime import UTC, datetime

import pytest

from hub.bootstrap import build
from hub.connectors.agreement_file import read
from hub.services.sync import agreeing
from hub.services.sync.round import run_round
from hub.settings import load_settings
from tests.connectors import faults
from tests.connectors.peer import running
from tests.connectors.vendors.rave import STUDY
from tests.connectors.vendors.veeva import USER, VAULT_ID
from tests.connectors.vendors.veeva_ctms import CtmsVault
from tests.integration.test_rave_through_the_hub import KEY, Story

RAVE = f"""
connector: rave
name: rave
base_url: ADDRESS/RaveWebServices
auth: {{type: basic, user: hub, password: env:RAVE_PASSWORD}}
per_page: 4
studies: ["{STUDY}"]
metadata_version: "16"
"""
VEEVA = f"""
connector: veeva
name: vault
address: ADDRESS
vault_id: {VAULT_ID}
page_size: 3
sign_in: {{user: {USER}, password: env:VAULT_PASSWORD}}
kinds:
  study: {{fields: {{status: null}}}}
  site: {{fields: {{status: null, investigator: null}}}}
  subject_status: {{writable: true}}
  deviation:
    fields:
      severity: null
      category: {{codes: {{eligibility__ctms: violation, procedure__ctms: minor}}}}
  query:
    object: data_query__c
    fields:
      study_id: {{field: study__v, required: true}}
      site_id: {{field: site__v}}
      subject_id: {{field: subject__c}}
      text: {{field: name__v, required: true}}
      response: {{field: answer__c}}
      status: {{field: query_state__c, codes: {{open__c: open, answered__c: answered, closed__c: closed}}}}
"""
AGREEMENT = """
id: oversight
parties: {Sponsor: [vault], CRO: [rave]}
studies: [Mediflex]
kinds:
  study: {owner: vault, policy: owner_wins, match: [protocol_number], to: [vault]}
  site: {owner: vault, policy: owner_wins, match: [study_id, number], to: [vault]}
  subject_status: {owner: rave, policy: owner_wins, deletes: soft, to: [vault]}
  query:
    owner: rave
    policy: owner_wins
    fields: {status: {owner: rave, policy: take}, response: {owner: rave, policy: take}}
  deviation: {owner: rave, policy: owner_wins, deletes: soft, to: [vault]}
"""
DEVIATION = (
    '<mdsol:ProtocolDeviation TransactionType="Insert" Value="Consent after screening" Status="Open" Class="{}" '
    'Code="consent" ProtocolDeviationRepeatKey="1"/>'
)


@pytest.fixture
def vault():
    with running(CtmsVault(now=datetime.now(UTC).replace(microsecond=0))) as served:
        study = served.put("study__v", name__v="Mediflex", study_name__v="Mediflex")
        served.put("site__v", study__v=study, name__v="S1", site_name__v="Graz")
        yield served


@pytest.fixture
def rave():
    with running(Story(kind="site")) as served:
        served.enter("Graz")
        served.tell("SubjectCreated", of='TransactionType="Upsert"')
        served.tell("SubjectStatusChanged", of='TransactionType="Upsert" mdsol:Status="Enrolled"')
        served.tell("QueryOpen", KEY.format("Open", ""))
        yield served


@pytest.fixture
def round_of(rave, vault, home, monkeypatch):
    """What makes one round of the sync and tells what is away; connected by the files that a customer writes."""
    (home / "systems").mkdir(parents=True)
    (home / "systems" / "rave.yaml").write_text(RAVE.replace("ADDRESS", rave.address))
    (home / "systems" / "vault.yaml").write_text(VEEVA.replace("ADDRESS", vault.address))
    (home / "oversight.yaml").write_text(AGREEMENT)
    monkeypatch.setenv("RAVE_PASSWORD", rave.password)
    monkeypatch.setenv("VAULT_PASSWORD", vault.password)
    hub = build(load_settings(home=home))
    options = {"clock": hub.sync.clock, "new_id": hub.sync.new_id}
    agreeing.propose(hub.sync.ledger, read(home / "oversight.yaml"), person="Anna", **options)
    for party in ("Sponsor", "CRO"):
        agreeing.accept(hub.sync.ledger, "oversight", party=party, person="Ben", **options)
    agreeing.move(hub.sync, "oversight", step="start", person="Ben")

    def turn():
        done = run_round(hub.sync, wait_s=0.01)
        vault.now = datetime.now(UTC).replace(microsecond=0)
        return done.away, [letter.reason for letter in hub.sync.ledger.letters()]

    yield turn
    hub.close()


def only(vault, name, *fields):
    [row] = vault.live(name)
    return tuple(row[field] for field in fields)


def test_enrolment_queries_and_deviations_of_a_rave_come_into_the_vault(rave, vault, round_of):
    assert round_of() == ({}, [])
    [study], [site] = vault.live("study__v"), vault.live("site__v")  # known by protocol and number, not made again
    [subject] = vault.live("subject__clin")
    assert (subject["study__v"], subject["site__v"]) == (study["id"], site["id"])
    assert subject["subject_status__v"] == "enrolled__v"
    assert only(vault, "data_query__c", "name__v", "query_state__c") == ("Why?", "open__c")
    assert only(vault, "data_query__c", "subject__c") == (subject["id"],)
    rave.tell("QueryAnswerByChange", KEY.format("Answered", 'Response="Typing error"'))
    rave.tell("CreatePD", DEVIATION.format("violation"))
    assert round_of() == ({}, [])
    assert only(vault, "data_query__c", "query_state__c", "answer__c") == ("answered__c", "Typing error")
    wanted = ("study__ctms", "site__ctms", "subject__ctms", "category__ctms", "status__ctms", "description__ctms")
    told = (study["id"], site["id"], subject["id"], "eligibility__ctms", "open__ctms", "Consent after screening")
    assert only(vault, "pdv__ctms", *wanted) == told
    assert only(vault, "pdv__ctms", "object_type__v.api_name__v") == ("protocol_deviation__ctms",)
    before = len(vault.written), len(rave.posted)
    assert round_of() == ({}, [])
    assert (len(vault.written), len(rave.posted)) == before, "what was read again says nothing new"


def test_a_query_that_is_closed_in_the_vault_is_closed_in_rave_once(rave, vault, round_of):
    round_of()
    [query] = vault.live("data_query__c")
    vault.put("data_query__c", query["id"], query_state__c="closed__c")
    assert round_of() == ({}, [])
    [posted] = rave.posted
    assert b'Status="Closed"' in posted
    assert b'QueryRepeatKey="9"' in posted
    rave.tell("QueryClose", KEY.format("Closed", ""))  # what Rave makes of it comes back as an audit
    assert round_of() == ({}, [])
    assert len(rave.posted) == 1
    assert only(vault, "data_query__c", "query_state__c") == ("closed__c",)


def test_what_the_vault_has_no_word_for_waits_for_a_person_and_the_rest_flows(rave, vault, round_of):
    rave.tell("CreatePD", DEVIATION.format("unheard of"))
    away, letters = round_of()
    assert (away, len(letters)) == ({}, 1)
    assert "unheard of" in letters[0]
    assert vault.live("pdv__ctms") == []
    assert len(vault.live("data_query__c")) == 1


def test_an_edit_in_the_vault_of_what_rave_owns_is_put_right(rave, vault, round_of):
    round_of()
    [subject] = vault.live("subject__clin")
    vault.put("subject__clin", subject["id"], subject_status__v="withdrawn__v")
    round_of()
    assert only(vault, "subject__clin", "subject_status__v") == ("enrolled__v",)
    rave.tell("Deleted", of='TransactionType="Remove"')
    round_of()
    assert vault.live("subject__clin") == []


def test_an_outage_of_either_side_loses_and_doubles_nothing(rave, vault, round_of):
    vault.fail("write", faults.applied_then(500))
    rave.fail("list", faults.status(503), after=3)
    until = time.monotonic() + 60
    while not vault.live("data_query__c") and time.monotonic() < until:
        away, letters = round_of()
        assert letters == []
        time.sleep(0.2 if away else 0.0)
    assert only(vault, "data_query__c", "name__v", "query_state__c") == ("Why?", "open__c")
    assert only(vault, "subject__clin", "subject_status__v") == ("enrolled__v",)
    assert vault.written.count(("POST", "subject__clin")) == 1

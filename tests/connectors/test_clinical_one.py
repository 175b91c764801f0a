"""Clinical One: datasets of the Data Hub keep the contract of a source; what Oracle does not name is asked for."""

import json

import pytest

from hub.connectors.clinical_one.config import read_config
from hub.connectors.clinical_one.system import ClinicalOneSystem, opened
from hub.domain.changes import Capabilities
from hub.domain.errors import RejectedError, RetryableError, UsageError
from hub.domain.records.checks import check
from tests.connectors import faults, mangled
from tests.connectors.contract import SourceContract, drained, latest
from tests.connectors.http_contract import NOW
from tests.connectors.peer import Answer, running
from tests.connectors.vendors.clinical_one import STUDY, TENANT, ClinicalOne

BARE = f"""
connector: clinical-one
name: one
base_url: {{address}}
auth: {{{{type: client_credentials, token_url: "{{address}}/token", client_id: hub, client_secret: env:SECRET}}}}
tenant: {TENANT}
study: {STUDY}
protocol: AC-1
size: 3
timeout_s: 20
"""
NAMED = (
    BARE
    + """
kinds:
  site: {{fields: {{number: {{field: SITE_NO}}, name: {{field: SITE_NAME, required: true}}}}}}
  subject_status: {{fields: {{subject_number: {{field: SUBJECT_NO}}, status: {{field: STATE}}}}}}
  subject_visit:
    fields:
      name: EVENT
      status: {{field: VISIT_STATE, codes: {{COMPLETE: completed}}}}
      started: VISIT_DAY
"""
)


def made(world, text=NAMED):
    return ClinicalOneSystem(read_config(text.format(address=world.address)), lambda: NOW)


@pytest.fixture
def world(monkeypatch):
    with running(ClinicalOne()) as peer:
        monkeypatch.setenv("SECRET", peer.password)
        yield peer


@pytest.fixture
def one(world):
    system = made(world)
    yield system
    system.close()


class TestClinicalOne(SourceContract):
    capabilities = Capabilities(versions=True)
    kind = "site"
    field = "name"

    @pytest.fixture
    def opened(self, world):
        systems = []

        def build():
            systems.append(made(world))
            return systems[-1]

        yield build
        for system in systems:
            system.close()


def test_a_subject_and_its_visits_come_with_their_site_and_are_what_the_hub_keeps(world, one):
    world.enter("Graz")
    [subject] = drained(one, "subject_status")[0]
    visits, rejects, _ = drained(one, "subject_visit")
    assert (subject.external_id, subject.fields) == (
        "S-1",
        {"study_id": "AC-1", "site_id": "R-1", "subject_number": "1001", "status": "enrolled"},
    )
    assert [(visit.external_id, visit.fields["name"]) for visit in visits] == [
        ("S-1|E-1|1", "Visit 1"),
        ("S-1|E-2|1", "Visit 2"),
    ]
    told = {"study_id": "AC-1", "site_id": "R-1", "subject_id": "S-1", "status": "completed", "started": "2026-05-04"}
    assert visits[0].fields == {**told, "name": "Visit 1"}
    assert rejects == []
    assert [check(change.kind, change.fields) for change in (subject, *visits)] == [[], [], []]
    asked = {
        one.path.rpartition("/active/")[2] for one in world.asked if one.method == "POST" and "/active/" in one.path
    }
    assert asked == {"subjects", "subjects/blindedVisits"}, "what would unblind is never asked for"


def test_a_state_that_no_document_names_is_set_aside(world, one, monkeypatch):
    world.enter("Graz")
    true = world._told
    monkeypatch.setattr(world, "_told", lambda *a: [{**row, "STATE": "Paused"} for row in true(*a)])
    changes, [reject], _ = drained(one, "subject_status")
    assert (changes, "Paused" in reject.reason, b"Paused" in reject.raw) == ([], True, True)


def test_rows_that_were_taken_away_have_the_dataset_read_anew(world, one):
    ids = [world.enter(f"site {number}") for number in range(5)]
    _, _, cursor = drained(one, "site")
    world.purge(ids[0])
    world.enter("one more")
    changes, _, cursor = drained(one, "site", cursor)
    assert latest(changes, "name") == world.held()
    before = len(world.asked)
    assert drained(one, "site", cursor)[0] == []
    assert len(world.asked) - before == 1, "a look at what has not changed is one request"


def test_a_dataset_whose_order_never_stands_still_is_read_to_an_end_and_that_is_told(world, one, monkeypatch):
    ids = [world.enter(f"site {number}") for number in range(9)]
    true, asked = world.page, []

    def shuffled(request):
        asked.append(request)
        world.history.insert(0, world.history.pop())
        return true(request)

    monkeypatch.setattr(world, "page", shuffled)
    for _ in range(2):
        asked.clear()
        changes, [reject], cursor = drained(one, "site")
        assert {change.external_id for change in changes} <= set(ids)
        assert len(asked) < 30
        assert "another order at each look" in reject.reason
        assert "columns order" in reject.reason
    monkeypatch.undo()
    changes, rejects, _ = drained(one, "site", cursor)
    assert (latest(changes, "name"), rejects) == (world.held(), [])


def test_what_nobody_has_named_is_asked_for_and_not_read(world):
    world.enter("Graz")
    system = made(world, BARE)
    assert system.kinds == ()
    told = {one.about: one.problem for one in system.check()}
    assert "kinds.site.fields.number, kinds.site.fields.name" in told["site"]
    assert "kinds.subject_status.fields.subject_number, kinds.subject_status.fields.status" in told["subject_status"]
    assert "kinds.subject_visit.fields.name" in told["subject_visit"]
    assert {"SITE_NO", "PROPERTY_VALUE"} <= set(system.discover()["there"]["site"])
    with pytest.raises(RejectedError, match="what it lacks"):
        system.pull("site", None)
    system.close()


def test_an_answer_of_another_form_says_which_setting_names_its_rows(world):
    world.enter("Graz")
    world.wrapped = True
    system = made(world)
    [told, *_] = [one.problem for one in system.check()]
    assert "holds result, status and is no list; set rows" in told
    with pytest.raises(RetryableError):
        system.pull("site", None)
    system.close()
    system = made(world, NAMED + "rows: result\n")
    assert [change.fields["name"] for change in drained(system, "site")[0]] == ["Graz"]
    system.close()


def test_a_right_that_is_missing_on_one_dataset_leaves_the_others(world, one):
    world.enter("Graz")
    world.forbidden.add("subjects/blindedVisits")
    problems = {finding.about: finding.problem for finding in one.check()}
    assert (problems["site"], problems["subject_status"]) == ("", "")
    assert "BlindedSubjectEventDatasetPost" in problems["subject_visit"]
    told = one.discover()
    assert "SITE_NAME" in told["there"]["site"]
    assert list(told["refused"]) == ["subject_visit"]


def test_a_first_row_that_the_mapping_cannot_read_is_told_by_check(world):
    world.enter("Graz")
    system = made(world, NAMED.replace("started: VISIT_DAY", 'started: {{field: VISIT_DAY, format: "%d-%b-%Y"}}'))
    assert "set aside: VISIT_DAY: '2026-05-04' is no day (%d-%b-%Y)" in list(system.check())[2].seen
    system.close()


def test_a_row_that_is_none_has_no_columns(world, one):
    for look in (lambda: next(iter(one.check())).seen, lambda: one.discover()["there"]["site"]):
        world.fail("list", lambda *_: Answer(200, b"[7]"))
        assert look() in ("answers; its first row has 0 columns, and is set aside: is no JSON object", [])


def test_mangled_answers_are_set_aside_or_asked_for_again(world, one):
    world.enter("Graz")
    true = json.dumps([{"SITE_ID": "R-1"}]).encode()
    for name, body in mangled.pages(true):
        if name not in ("utf-16", "[]", "[null]", "{}"):
            world.fail("list", lambda _peer, _asked, _true, body=body: Answer(200, body))
            assert mangled.refused(lambda: one.pull("site", None)), name
    row = {"SITE_ID": "R-9", "SITE_NO": "9", "VERSION_START": "v"}
    for name, item in mangled.items({"SITE_NAME": "x", "SITE_NO": "9"}):
        if any(isinstance(value, int) and value > 10**300 for value in item.values()):
            continue
        spoilt = {key: value for key, value in row.items() if key != "SITE_NO"} | item
        world.fail("list", faults.items(lambda true, spoilt=spoilt: [spoilt, *true]))
        page = one.pull("site", None)
        assert "R-1" in [change.external_id for change in page.changes], name
        assert len(page.changes) + len(page.rejects) == 2, name


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [(TENANT, "acme", "tenant"), ("size: 3", "mode: live", "mode"), ("subject_visit:", "deviation:", "'deviation'")],
)
def test_what_is_wrong_in_the_file_is_named(old, new, why):
    with pytest.raises(UsageError, match=why):
        opened(NAMED.format(address="https://one.example").replace(old, new), None)

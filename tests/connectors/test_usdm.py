"""A repository of study definitions, against the contract of USDM 4.0: read, changed in place, nothing else lost."""

import copy
import json

import pytest

from hub.connectors.odm.definitions import UsdmSystem, opened, read_config
from hub.domain.changes import Push
from hub.domain.errors import RejectedError, RetryableError, StaleError
from tests.connectors import faults, mangled
from tests.connectors.contract import drained
from tests.connectors.http_contract import NOW, OUTAGES, WRITES_LOST
from tests.connectors.openapi import contracts, vendor
from tests.connectors.peer import Answer, running
from tests.connectors.vendors.usdm import Repository

YAML = """
connector: usdm
name: sdr
base_url: {address}
timeout_s: 20
studies: [{studies}]
write: true
"""
BASIC = "auth: {{type: basic, user: hub, password: env:SECRET}}\n"
CONTRACT = "cdisc-usdm/USDM_API.openapi.json"


@pytest.fixture
def world():
    with running(Repository()) as peer:
        for number, path in enumerate(sorted((contracts() / "cdisc-usdm" / "examples").glob("*.json")), 1):
            peer.studies[f"d-{number}"] = json.loads(path.read_text())
        yield peer
        contract = vendor(CONTRACT)
        assert not [line for asked in peer.asked for line in contract.problems(asked)]


@pytest.fixture
def usdm(world):
    made = UsdmSystem(read_config(YAML.format(address=world.address, studies=", ".join(world.studies))), lambda: NOW)
    yield made
    made.close()


def push(usdm, fields, known="d-1"):
    return usdm.push(Push("study", known, fields), idempotency_key="k", precondition=None)


def test_every_definition_is_read_under_the_repositorys_id(world, usdm):
    changes, rejects, _ = drained(usdm, "study")
    assert not rejects
    assert [one.external_id for one in changes] == list(world.studies)
    assert {one.fields["protocol_number"] for one in changes} >= {"H2Q-MC-LZZT", "I8R-JE-IGBJ"}
    sites, _, _ = drained(usdm, "site")
    assert {one.fields["study_id"] for one in sites} <= set(world.studies)


def test_a_title_is_put_in_its_place_once_and_all_else_stays(world, usdm):
    known = "d-1"
    before = copy.deepcopy(world.studies[known])
    world.fail("write", faults.applied_then(500))
    with pytest.raises(RetryableError):
        push(usdm, {"title": "Another title", "protocol_number": "AC-9"}, known)
    push(usdm, {"title": "Another title", "protocol_number": "AC-9"}, known)
    assert len(world.taken) == 1
    after = world.studies[known]
    assert vendor(CONTRACT).schema_problems("Wrapper-Input", after) == []
    [fields] = [one.fields for one in drained(usdm, "study")[0] if one.external_id == known]
    assert (fields["title"], fields["protocol_number"]) == ("Another title", "AC-9")
    texts = (json.dumps(before), json.dumps(after))
    assert abs(len(texts[0]) - len(texts[1])) < 200


@pytest.mark.parametrize("fault", [*WRITES_LOST.values()], ids=[*WRITES_LOST])
def test_a_write_whose_answer_is_lost_is_made_once(world, usdm, fault):
    usdm.close()
    text = YAML.format(address=world.address, studies="d-1").replace("timeout_s: 20", "timeout_s: 2")
    hurried = UsdmSystem(read_config(text), lambda: NOW)
    world.fail("write", fault)
    with pytest.raises(RetryableError):
        push(hurried, {"title": "Another title"})
    push(hurried, {"title": "Another title"})
    hurried.close()
    assert len(world.taken) == 1


@pytest.mark.parametrize("name", [name for name in OUTAGES if name[0] in "45"])
def test_a_write_that_was_not_made_is_told_with_its_wait(world, usdm, name):
    fault, wait_s = OUTAGES[name]
    world.fail("write", fault)
    with pytest.raises(RetryableError) as caught:
        push(usdm, {"title": "Another title"})
    assert (caught.value.retry_after_s, world.taken) == (wait_s, [])


def test_an_edit_between_the_look_and_the_write_is_not_written_over_where_the_repository_marks_its_versions(
    world, usdm
):
    world.marks = True

    def edited(peer):
        peer.studies["d-1"]["study"]["name"] = "edited by somebody"

    world.fail("write", faults.before(edited))
    with pytest.raises(StaleError):
        push(usdm, {"title": "Another title"})
    push(usdm, {"title": "Another title"})
    assert world.studies["d-1"]["study"]["name"] == "edited by somebody"
    assert len(world.taken) == 1


def test_a_write_does_not_rest_on_a_weak_mark_which_never_holds(world, usdm):
    world.marks = world.weak = True
    push(usdm, {"title": "Another title"})
    assert len(world.taken) == 1


def test_a_site_named_by_half_a_letter_is_set_aside_without_an_id_and_the_others_come(world, usdm):
    half, code = "\ud800", {"code": "C54149", "decode": "Sponsor"}
    sites = [{"id": half, "name": half}, {"id": half, "country": 7}, {"name": half}, {"id": "s1", "name": "S-1"}]
    version = {
        "id": "v",
        "titles": [],
        "organizations": [{"id": "o", "name": "AC", "type": code, "managedSites": sites}],
    }
    world.studies["d-1"] = {"study": {"id": "s", "name": "s", "versions": [version]}}
    page = usdm.pull("site", None)
    assert [one.external_id for one in page.changes] == ["d-1|S-1"]
    assert [one.external_id for one in page.rejects] == [None] * 3
    del world.asked[:]


@pytest.mark.parametrize("fields", [{"title": None}, {"phase": "2"}, {"sponsor": "x"}])
def test_what_a_definition_has_no_place_for_is_refused(world, usdm, fields):
    with pytest.raises(RejectedError):
        push(usdm, fields)
    with pytest.raises(RejectedError):
        usdm.push(Push("study", None, {"title": "x"}), idempotency_key="k", precondition=None)
    assert not world.taken


def test_a_definition_that_is_gone_or_mangled_is_set_aside_and_the_others_come(world, usdm):
    total = len(world.studies)
    world.fail("list", faults.status(404))
    changes, rejects, _ = drained(usdm, "study")
    assert (len(changes), [one.external_id for one in rejects]) == (total - 1, ["d-1"])
    whole = {"titles": [], "studyIdentifiers": [], "organizations": [], "roles": [], "studyDesigns": []}
    for name, item in mangled.items(whole):
        if any(isinstance(value, int) and value > 10**300 for value in item.values()):
            continue
        world.studies["d-1"] = {"study": {"id": "s", "versions": [item]}}
        page = usdm.pull("study", None)
        assert len(page.changes) + len(page.rejects) == 1, name
    del world.asked[:]


def test_what_is_no_definition_is_asked_for_again(world, usdm):
    for name, body in mangled.pages(b'{"study": {"versions": []}}'):
        if name != "utf-16":
            world.fail("list", lambda _peer, _asked, _true, body=body: Answer(200, body))
            with pytest.raises(RetryableError):
                usdm.pull("study", None)


def test_it_is_read_only_where_the_yaml_does_not_say_so():
    text = YAML.format(address="https://sdr.example", studies="a").replace("write: true\n", "")
    assert opened(text, None).target is None

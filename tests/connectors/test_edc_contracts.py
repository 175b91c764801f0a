"""REDCap, Siebel, LibreClinica and OpenClinica 4 keep the contract, each against a server with its vendor's quirks."""

import json

import pytest

from hub.connectors.openclinica import four, libre
from hub.connectors.redcap import config as redcap_config
from hub.connectors.redcap.system import RedcapSystem
from hub.connectors.redcap.system import opened as open_redcap
from hub.connectors.siebel import system as siebel_system
from hub.domain.changes import Capabilities, Push
from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError, UsageError
from tests.connectors import faults, mangled
from tests.connectors.contract import SourceContract, drained, latest
from tests.connectors.http_contract import NOW
from tests.connectors.peer import Answer, running, told
from tests.connectors.vendors.libreclinica import STUDY, LibreClinica
from tests.connectors.vendors.odm import OdmPartner
from tests.connectors.vendors.redcap import Redcap
from tests.connectors.vendors.siebel import Siebel

REDCAP = """
connector: redcap
name: redcap
base_url: {address}/api
timeout_s: 20
token: env:SECRET
size: 3
kinds:
  subject_status:
    write: true
    fields: {{subject_number: {{field: what, required: true}}}}
"""
SIEBEL = """
connector: siebel
name: siebel
base_url: {address}
timeout_s: 20
auth: {{type: basic, user: hub, password: env:SECRET}}
protocol: AC-1
size: 3
writes_subjects: true
kinds: {{site: {{fields: {{name: {{required: true}}}}}}}}
"""
VISITS = """, monitoring_visit: {id: Visit Id, fields: {
  type: {field: Visit Type, codes: {Site Visit: routine}}, status: {field: Visit Status, codes: {Completed: done}},
  start: {field: Visit Start, format: "%m/%d/%Y"}, end: {field: Visit End, format: "%m/%d/%Y"}, monitor: Visit Owner}}}"""
LIBRE = """
connector: libreclinica
name: libre
base_url: {address}/LibreClinica-ws
timeout_s: 20
user: hub
password: env:SECRET
studies: [{study}]
"""
FOUR = """
connector: openclinica
name: oc4
base_url: {address}
timeout_s: 20
auth: {{type: basic, user: hub, password: env:SECRET, token_url: "{address}/token"}}
study: S_AC1
kinds: {{site: {{}}}}
"""


class WithSecret:
    """Opens a system of a YAML on a peer."""

    peer: type = Redcap
    kind = "site"
    field = "name"

    @pytest.fixture
    def world(self, monkeypatch):
        with running(self.peer()) as peer:
            monkeypatch.setenv("SECRET", peer.password)
            yield peer

    @pytest.fixture
    def opened(self, world):
        made = []

        def build():
            made.append(self.system(world))
            return made[-1]

        yield build
        for one in made:
            one.close()


class TestRedcap(WithSecret, SourceContract):
    capabilities = Capabilities(writable=frozenset({"subject_status"}))
    kind = "subject_status"
    field = "subject_number"

    def system(self, world, more=""):
        return RedcapSystem(redcap_config.read_config(REDCAP.format(address=world.address) + more), lambda: NOW)

    @pytest.mark.parametrize("after", [1, 2, 3])
    def test_records_entered_or_gone_between_two_pages_move_nothing(self, world, opened, after):
        ids = [world.enter(f"do {number}") for number in range(11)]

        def moved(peer):
            del peer.rows[1]
            peer.enter("one more")
            peer.rows[12] = peer._changed(12, what="and another")

        world.fail("write", faults.before(moved), after=after)
        source = opened()
        changes, _, cursor = drained(source, self.kind)
        assert {*latest(changes, self.field)} >= {*ids[1:]}
        more, _, _ = drained(source, self.kind, cursor)
        found = latest(changes + more, self.field)
        found.pop(ids[0], None)
        assert found == world.held()

    def test_the_list_of_ids_is_asked_for_once_in_a_look(self, world, opened):
        for number in range(11):
            world.enter(f"do {number}")
        drained(opened(), self.kind)
        assert [b"records" in one.body for one in world.asked] == [False, True, True, True, True]

    def test_only_what_changed_is_asked_for_at_the_next_look(self, world, opened):
        for number in range(5):
            world.enter(f"do {number}")
        source = opened()
        _, _, cursor = drained(source, self.kind)
        world.asked.clear()
        world.edit("2", "now")
        drained(source, self.kind, cursor)
        assert b"dateRangeBegin=2026-03-02" in world.asked[0].body

    def test_records_that_the_log_says_are_deleted_are_deleted_here_but_for_those_that_are_there_again(self, world):
        ids = [world.enter(f"do {number}") for number in range(5)]
        source = self.system(world, "deletions: true\n")
        assert source.capabilities.deletes
        _, _, cursor = drained(source, self.kind)
        assert all(b"content=log" not in one.body for one in world.asked), "at first there is nothing to delete"
        for known in (ids[0], ids[1], ids[3]):
            world.remove(known)
        world.rows[4].removed = False  # entered again at once, in the same minute
        changes, _, cursor = drained(source, self.kind, cursor)
        assert {one.external_id for one in changes if one.deleted} == {"1", "2"}
        assert {one.external_id for one in changes if not one.deleted} >= {"4"}
        changes, _, _ = drained(source, self.kind, cursor)
        assert not [one for one in changes if one.deleted and one.external_id not in ("1", "2")]
        source.close()

    @pytest.mark.parametrize("id", ["_id", "_record"])
    def test_of_a_longitudinal_project_a_deleted_record_goes_from_all_its_events(self, world, id):
        world.events = ("screening_arm_1", "visit_1_arm_1")
        text = REDCAP.replace("write: true", f"id: {id}").format(address=world.address) + "deletions: true\n"
        source = RedcapSystem(redcap_config.read_config(text), lambda: NOW)
        known = [world.enter("do it"), world.enter("do that")]
        first, _, cursor = drained(source, self.kind)
        world.remove(known[0])
        changes, _, _ = drained(source, self.kind, cursor)
        gone = {one.external_id for one in changes if one.deleted}
        assert gone == {one.external_id for one in first if one.external_id.partition("|")[0] == known[0]}
        assert len(gone) == (2 if id == "_id" else 1)
        source.close()

    def test_check_says_what_repeats_and_which_kinds_do_not_fit(self, world):
        text = REDCAP.partition("kinds:")[0].format(address=world.address)
        kinds = """kinds:
  issue: {repeats: main, fields: {title: what}}
  query: {repeats: visit, id: _record, fields: {text: what}}
  deviation: {repeats: visit, fields: {description: what}}
"""
        made = RedcapSystem(redcap_config.read_config(text + kinds), lambda: NOW)
        found = [one for one in made.check() if one.about == "repeating"]
        assert [one.problem.partition(":")[0] for one in found if one.problem] == ["issue", "query"]
        assert [one.seen for one in found if one.seen] == ["of the project repeat: instruments visit"]
        [stay] = [one for one in made.check() if one.about == "deletions"]
        assert "stay in the hub: set deletions: true" in stay.seen
        world.repeats = False
        found = [one for one in made.check() if one.about == "repeating"]
        assert [one.seen for one in found if one.seen] == ["of the project repeat: none"]
        made.close()

    def test_a_record_deleted_by_api_is_named_by_the_log_without_its_column(self, world):
        for number in range(4):
            world.enter(f"do {number}")
        source = self.system(world, "deletions: true\n")
        _, _, cursor = drained(source, self.kind)
        world.remove("4")
        changes, _, _ = drained(source, self.kind, cursor)
        source.close()
        assert [one.external_id for one in changes if one.deleted] == ["4"]

    def test_check_names_the_kinds_that_deletions_do_not_reach_and_tries_the_events(self, world):
        kinds = """deletions: true
kinds:
  issue: {repeats: visit, fields: {title: what}}
  deviation: {id: what, fields: {description: what}}
  query: {deleted: {field: what}, fields: {text: what}}
  subject_status: {fields: {subject_number: what}}
"""
        text = REDCAP.partition("kinds:")[0].format(address=world.address) + kinds
        made = RedcapSystem(redcap_config.read_config(text), lambda: NOW)
        [seen] = [one for one in made.check() if one.about == "deletions"]
        assert not seen.problem
        for reason in (
            "deviation, which has an `id`",
            "query, which has a `deleted`",
            "is deleted while its record stays is not told",
        ):
            assert reason in seen.seen
        assert "issue" not in seen.seen
        assert "subject_status" not in seen.seen
        world.events = ("",)
        [wrong] = [one for one in made.check() if one.about == "deletions"]
        assert "name the events of each kind" in wrong.problem
        made.close()

    def test_deletions_are_refused_where_every_look_is_the_first(self, world):
        with pytest.raises(UsageError, match="incremental: false"):
            self.system(world, "deletions: true\nincremental: false\n")

    def test_check_names_forms_that_are_not_there_and_the_right_to_the_log(self, world):
        world.logs = False
        text = REDCAP.format(address=world.address).replace("write: true", "forms: [enrolment]")
        made = RedcapSystem(redcap_config.read_config(text + "deletions: true\n"), lambda: NOW)
        told = {one.about: one.problem for one in made.check()}
        assert "check forms and events of the kind" in told[self.kind]
        assert "ask the administrator for Logging" in told["deletions"]
        assert made.discover()["studies"] == ["A registry"]
        made.close()

    def test_rows_of_a_repeating_form_are_records_of_their_own(self, world):
        world.enter("do it")
        kinds = "kinds: {issue: {repeats: visit, fields: {title: what}}}\n"
        text = REDCAP.partition("kinds:")[0].format(address=world.address) + kinds
        made = RedcapSystem(redcap_config.read_config(text), lambda: NOW)
        [change] = made.pull("issue", None).changes
        made.close()
        assert change.external_id == "1||visit|1"

    def test_what_is_written_is_read_back_and_a_repetition_changes_nothing(self, world, opened):
        known = world.enter("do it")
        target = opened()
        push = Push(self.kind, known, {"subject_number": "else"})
        world.fail("write", faults.applied_then(500))
        with pytest.raises(RetryableError):
            target.push(push, idempotency_key="k", precondition=None)
        assert target.push(push, idempotency_key="k", precondition=None).external_id == known
        assert (world.held(), len(world.taken)) == ({known: "else"}, 1)
        with pytest.raises(RejectedError, match="not allowed"):
            target.push(
                Push(self.kind, known, {"subject_number": "refuse me"}), idempotency_key="k2", precondition=None
            )
        with pytest.raises(RejectedError, match="needs a value for record_id"):
            target.push(Push(self.kind, None, {"subject_number": "x"}), idempotency_key="k3", precondition=None)

    def test_the_token_is_told_nowhere_and_a_bad_one_needs_a_person(self, world, opened, monkeypatch):
        source = opened()
        world.fail("write", lambda _peer, asked, _true: told(400, {"error": asked.body.decode()}))
        with pytest.raises(HubError) as caught:
            source.pull(self.kind, None)
        assert world.password not in f"{caught.value} {caught.value.__cause__!r}"
        assert not [one for one in source.check() if one.problem]
        assert source.discover()["fields"]["what"] == "main: text"
        monkeypatch.setenv("SECRET", "another")
        with pytest.raises(FatalError):
            source.pull(self.kind, None)
        assert [one.about for one in source.check() if one.problem] == ["token"]

    def test_mangled_answers_are_set_aside_or_asked_for_again(self, world, opened):
        source = opened()
        world.enter("do it")
        true = json.dumps(world._rows({})).encode()
        for name, body in mangled.pages(true):
            if name not in ("utf-16", "[]"):  # which JSON tells by itself; no record has changed
                world.fail("write", lambda _peer, _asked, _true, body=body: Answer(200, body))
                assert mangled.refused(lambda: source.pull(self.kind, None)), name
                world.faults.clear()
        whole = {"record_id": "9", "redcap_repeat_instrument": "", "redcap_repeat_instance": "", "what": "x"}
        for name, item in mangled.items({"what": "x"}):
            if item.get("what") is not None and isinstance(item.get("what"), int) and item["what"] > 10**300:
                continue
            spoilt = {key: value for key, value in whole.items() if key != "what"} | item
            world.fail("write", faults.items(lambda true, spoilt=spoilt: [spoilt, *true]), after=1)
            page = source.pull(self.kind, None)
            assert "1" in [one.external_id for one in page.changes], name
            assert len(page.changes) + len(page.rejects) == 2, name


class TestSiebel(WithSecret, SourceContract):
    capabilities = Capabilities(writable=frozenset({"subject_status"}))
    peer = Siebel

    def system(self, world):
        return siebel_system.SiebelSystem(siebel_system.read_config(SIEBEL.format(address=world.address)), lambda: NOW)

    def test_one_site_that_is_no_list_is_read_with_its_status(self, world, opened):
        world.enter("Charité")
        [change] = opened().pull("site", None).changes
        assert change.fields["status"] == "active"
        assert change.fields["study_id"] == "AC-1"
        assert change.fields["initiated_on"] == "2026-03-31", (
            "a day of Siebel's, in a field that the hub has no type of"
        )

    def test_a_subject_is_written_with_the_days_of_siebel_and_once(self, world, opened):
        fields = {"site_id": "R-1", "subject_number": "0007", "since": "2026-03-31", "status": "enrolled"}
        push = Push("subject_status", None, fields)
        world.fail("write", faults.applied_then(500))
        with pytest.raises(RetryableError):
            opened().push(push, idempotency_key="k", precondition=None)
        receipt = opened().push(push, idempotency_key="k", precondition=None)
        assert len(world.taken) == 1
        assert world.subjects[receipt.external_id]["Encounter Date"] == "03/31/2026"
        assert world.subjects[receipt.external_id]["Protocol Number"] == "AC-1"
        [state] = world.subjects[receipt.external_id]["ListOfClinical Subject Status"]["Clinical Subject Status"]
        assert state == {"Status": "Enrolled", "Status Date": "03/31/2026"}
        with pytest.raises(RejectedError, match="Siebel wants Status with each subject"):
            opened().push(
                Push("subject_status", None, {**fields, "status": None}), idempotency_key="n", precondition=None
            )
        with pytest.raises(RejectedError, match="Siebel wants Encounter Date"):
            opened().push(Push("subject_status", None, {"subject_number": "1"}), idempotency_key="k", precondition=None)

    def test_visits_come_site_by_site_however_many_a_site_has(self, world, monkeypatch):
        for number in range(7):
            world.enter(f"site {number}")
        text = SIEBEL.format(address=world.address) + "visits_path: siebel/v1.0/service/Site Visits/querypage/\n"
        asking = siebel_system.SiebelSystem(siebel_system.read_config(text), lambda: NOW)
        assert "monitoring_visit" not in asking.kinds, "what nobody has named is not guessed"
        [asked] = [one.problem for one in asking.check() if one.problem]
        assert "set id, fields.type, fields.status, fields.start under kinds.monitoring_visit" in asked
        assert "Visit Type" in asking.discover()["there"]["monitoring_visit"]
        asking.close()
        text = text.replace("required: true}}}}", "required: true}}}" + VISITS)
        source = siebel_system.SiebelSystem(siebel_system.read_config(text), lambda: NOW)
        changes, rejects, _ = drained(source, "monitoring_visit")
        assert (len(changes), rejects) == (1 + 5 * 2, [])
        assert changes[0].fields == {
            "study_id": "AC-1",
            "site_id": "R-1",
            "type": "routine",
            "status": "done",
            "start": "2026-04-01",
            "end": "2026-04-02",
            "monitor": "A. Weber",
        }
        assert len({one.external_id for one in changes}) == len(changes)
        source.close()
        wrong = siebel_system.SiebelSystem(
            siebel_system.read_config(text.replace("/Site Visits/", "/OUR/")), lambda: NOW
        )
        assert ["check base_url (host and port) and visits_path" in one.problem for one in wrong.check()] == [
            False,
            True,
        ]
        told = wrong.discover()
        assert ("Site Name" in told["there"]["site"], list(told["refused"])) == (True, ["monitoring_visit"])
        wrong.close()

    def test_mangled_answers_are_set_aside_or_asked_for_again(self, world, opened):
        source = opened()
        world.enter("do it")
        world.enter("do that")
        for name, body in mangled.pages(b'{"NumOutputObjects": "1", "SiteData": {"Sites": []}}'):
            if name == "utf-16":
                continue
            world.fail("write", lambda _peer, _asked, _true, body=body: Answer(200, body))
            assert mangled.refused(lambda: source.pull("site", None)), name
        for name, item in mangled.items({"Site Name": "x", "Status": "Enrolling"}):
            if any(isinstance(value, int) and value > 10**300 for value in item.values()):
                continue
            spoilt = {"Site Number": "R-9", **item}
            world.fail("write", faults.items(lambda true, spoilt=spoilt: [spoilt, *true]))
            page = source.pull("site", None)
            assert len(page.changes) + len(page.rejects) == 3, name

    def test_check_and_discover(self, world, opened):
        assert not [one for one in opened().check() if one.problem]
        assert opened().discover()["kinds"]["site"]["status"] == "Status"
        world.fail("write", faults.status(403))
        [finding] = opened().check()
        assert "business service to be opened for REST" in finding.problem


class TestLibreClinica(WithSecret, SourceContract):
    capabilities = Capabilities()
    peer = LibreClinica

    def system(self, world):
        return libre.LibreSystem(libre.read_config(LIBRE.format(address=world.address, study=STUDY)), lambda: NOW)

    def test_subjects_come_under_their_label_without_the_person(self, world, opened):
        world.enter("Charité")
        [change] = opened().pull("subject_status", None).changes
        assert change.external_id == f"{STUDY}|M-1"
        assert change.fields == {
            "study_id": STUDY,
            "site_id": "R-1",
            "subject_number": "M-1",
            "since": "2026-03-02",
        }
        assert b"1980" not in change.raw
        [study] = opened().pull("study", None).changes
        assert study.fields == {"protocol_number": STUDY, "title": "A study"}

    def test_a_refused_user_needs_a_person_and_no_secret_is_told(self, world, opened, monkeypatch):
        source = opened()
        world.fail("write", lambda peer, asked, _true: Answer(500, asked.body))
        with pytest.raises(HubError) as caught:
            source.pull("site", None)
        assert world.password not in str(caught.value)
        assert not [one for one in source.check() if one.problem]
        monkeypatch.setenv("SECRET", "another")
        [finding] = source.check()
        assert "could not be authenticated" in finding.problem

    def test_mangled_answers_are_set_aside_or_asked_for_again(self, world, opened):
        source = opened()
        true = world._studies().body
        for name, body in mangled.pages(true):
            if name == "utf-16":
                continue  # which XML tells by itself
            world.fail("write", lambda _peer, _asked, _true, body=body: Answer(200, body))
            assert mangled.refused(lambda: source.pull("site", None)), name


class TestOpenClinica4(WithSecret, SourceContract):
    capabilities = Capabilities()

    @pytest.fixture
    def world(self, monkeypatch):
        with running(OdmPartner(auth="bearer")) as peer:
            monkeypatch.setenv("SECRET", peer.password)
            peer._token = lambda asked: token(peer, asked)
            yield peer

    def system(self, world):
        return four.system_of(four.read_config(FOUR.format(address=world.address)), lambda: NOW)

    def test_a_token_is_had_once_and_again_where_it_was_refused(self, world, opened):
        source = opened()
        drained(source, "site")
        drained(source, "site")
        assert len(world.tokens) == 1
        world.expire()
        drained(source, "site")
        assert len(world.tokens) == 2

    def test_a_third_token_in_a_minute_is_waited_for_and_a_wrong_password_is_not(self, world, opened, monkeypatch):
        world.fail("token", faults.status(429))
        with pytest.raises(RetryableError) as caught:
            opened().pull("site", None)
        assert caught.value.retry_after_s == 30
        world.fail("token", faults.body(faults.HTML))
        with pytest.raises(RetryableError):
            opened().pull("site", None)
        monkeypatch.setenv("SECRET", "another")
        with pytest.raises(FatalError):
            opened().pull("site", None)


def token(peer, asked):
    """Answer as OpenClinica's user service: the bare token, for user and password in JSON."""
    if json.loads(asked.body) != {"username": "hub", "password": peer.password}:
        return told(401, {"message": "Bad credentials"})
    peer.tokens.append(f"eyJhbGciOiJIUzI1NiJ9.{len(peer.tokens)}.sig")
    peer.good.add(peer.tokens[-1])
    return Answer(200, peer.tokens[-1].encode())


@pytest.mark.parametrize(
    ("opener", "text", "wrong"),
    [
        (open_redcap, REDCAP, "zone: Mars/Base\n"),
        (siebel_system.opened, SIEBEL, "protocol: ''\n"),
        (libre.opened, LIBRE, "studies: []\n"),
        (four.opened, FOUR, "study: ''\n"),
    ],
)
def test_a_yaml_with_a_mistake_is_refused_in_one_line(opener, text, wrong):
    whole = text.format(address="https://a.example", study=STUDY)
    assert opener(whole, None).kinds
    with pytest.raises(UsageError) as caught:
        opener(whole + wrong, None)
    assert "\n" not in str(caught.value)

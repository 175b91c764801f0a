"""Rave beyond the contract: the vendor's own fixtures, a query's life, late audits, writes, error answers, mangled bodies."""

import re

import pytest
from lxml import etree

from hub.connectors.rave.config import read_config
from hub.connectors.rave.system import RaveSystem, opened
from hub.domain.changes import Change, Push, Reject
from hub.domain.errors import RejectedError, RetryableError, UsageError
from tests.connectors import faults, mangled
from tests.connectors.contract import drained, latest
from tests.connectors.http_contract import NOW
from tests.connectors.openapi import contracts
from tests.connectors.peer import Answer, running
from tests.connectors.test_rave_contract import SPOILT
from tests.connectors.test_rave_contract import YAML as QUICK
from tests.connectors.vendors.rave import STUDY, Audit, Rave, clinical

YAML = QUICK.replace("timeout_s: 0.4", "timeout_s: 20")
MORE = 'metadata_version: "16"\n'


@pytest.fixture
def world(monkeypatch):
    with running(Rave()) as peer:
        monkeypatch.setenv("RAVE_PASSWORD", peer.password)
        yield peer


@pytest.fixture
def rave(world):
    made = RaveSystem(read_config(YAML.format(address=world.address, study=STUDY) + MORE), lambda: NOW)
    yield made
    made.close()


def answering(world: Rave, body: bytes, status: int = 200) -> None:
    world.fail("list", lambda _peer, _asked, _true: Answer(status, body))


def test_the_vendors_own_feed_is_read_whole(world, rave):
    body = (contracts() / "medidata-rws" / "ClinicalAuditRecords.car_message.xml").read_bytes()
    found = {}
    for kind in ("subject_status", "query", "deviation"):
        answering(world, body)
        changes, rejects, _ = drained(rave, kind)
        assert not rejects
        found[kind] = changes
    assert {kind: len(changes) for kind, changes in found.items()} == {
        "subject_status": 92 + 113 + 93 + 10,
        "query": 17 + 4,
        "deviation": 1,
    }
    query = next(one for one in found["query"] if one.fields["status"] == "closed")
    assert query.fields["closed"] == "2010-07-14T12:20:51+00:00"
    assert query.external_id == (
        "Mediflex(Dev)|a2d54a34-27ed-44c4-8035-7a780c57cc5b|SCREEN~SCREEN[1]|DM~1|DM|DM.BRTHDTC|218"
    )
    [deviation] = found["deviation"]
    assert deviation.fields["category"] == "violation"
    assert deviation.fields["subject_id"] == "a2d54a34-27ed-44c4-8035-7a780c57cc5b"
    assert sum(one.deleted for one in found["subject_status"]) == 10


@pytest.mark.parametrize("name", ["05", "13", "15", "17", "23", "25"])
def test_the_vendors_samples_of_lists_are_read(world, rave, name):
    [path] = (contracts() / "medidata-rws" / "samples").glob(f"{name}_*.xml")
    kind = {"05": "study", "23": "study", "25": "site"}.get(name, "subject_status")
    made = RaveSystem(
        read_config(YAML.format(address=world.address, study="IANTEST(Prod)") + "subjects: list\n"), lambda: NOW
    )
    answering(world, path.read_bytes())
    changes, rejects, _ = drained(made, kind)
    made.close()
    assert changes
    assert not rejects


def test_the_life_of_a_query_is_one_record(world, rave):
    def query(number, status, said, more=""):
        part = f'<mdsol:Query QueryRepeatKey="9" Value="Why?" Status="{status}" {more} Recipient="Site from System"/>'
        return clinical(number, "u", said, part)

    told = [
        query(1, "Open", "QueryOpen"),
        query(2, "Answered", "QueryAnswerByChange", 'Response="Typing error"'),
        query(3, "Closed", "QueryClose"),
    ]
    world.fail("list", faults.items(lambda _: told))
    changes, _, _ = drained(rave, "query")
    assert len({one.external_id for one in changes}) == 1
    assert [one.fields["status"] for one in changes] == ["open", "answered", "closed"]
    kept = {name: value for one in changes for name, value in one.fields.items()}
    assert kept["opened"] == "2026-03-02T08:00:01+00:00"
    assert kept["closed"] == "2026-03-02T08:00:03+00:00"
    assert kept["response"] == "Typing error"


def test_the_last_page_is_asked_for_once_for_all_kinds_and_anew_by_the_next_look(world):
    seconds = [0.0]
    text = YAML.replace("per_page: 3", "per_page: 1000").format(address=world.address, study=STUDY)
    rave = RaveSystem(read_config(text), lambda: NOW)
    rave._feed._monotonic = lambda: seconds[0]
    for number in range(3):
        world.enter(f"do {number}")
    cursors = {kind: drained(rave, kind)[2] for kind in ("subject_status", "query", "deviation")}
    for word, later in (("do it", 0.0), ("do that", 0.0), ("do this", 60.0)):
        world.enter(word)
        del world.asked[:]
        found = []
        for kind, cursor in cursors.items():
            changes, _, cursors[kind] = drained(rave, kind, cursor)
            found += [change.fields.get("description") for change in changes]
            seconds[0] += later
        assert word in found
        assert len(world.asked) == (1 if not later else 3)
    world.fail("list", faults.status(503))
    with pytest.raises(RetryableError):
        rave.pull("query", cursors["query"])
    rave.close()


def test_pages_of_a_first_load_are_asked_for_once_but_for_those_that_a_late_audit_may_come_onto(world):
    rave = RaveSystem(read_config(YAML.format(address=world.address, study=STUDY)), lambda: NOW)
    for number in range(20):  # seven pages, of which the last two hold one of the last four audits
        world.enter(f"do {number}")
    world.fail("list", faults.items(lambda true: [true[0], SPOILT["no audit"], true[1]]))
    none, aside, _ = drained(rave, "subject_status")
    assert (none, len(aside)) == ([], 1)
    assert len(world.asked) == 7
    world.audits.insert(18, Audit(19, 21, "late"))
    world.audits[19:] = [Audit(20, 19, "do 18"), Audit(21, 20, "do 19")]
    del world.asked[:]
    changes, rejects, _ = drained(rave, "deviation")
    wanted = [*(f"do {number}" for number in range(18) if number != 2), "late", "do 18", "do 19"]
    assert [one.fields["description"] for one in changes] == wanted
    assert [(one.where, one.raw) for one in rejects] == [(one.where, one.raw) for one in aside]
    assert [int(one.params["startid"]) for one in world.asked] == [16, 19]
    del world.asked[:]
    assert drained(rave, "query")[0] == []
    assert len(world.asked) <= 2, "pages had since are shared too"
    assert not rave._feed._kept._pages, "nobody wants them any more"
    del world.asked[:]
    assert len(drained(rave, "deviation")[0]) == 21, "a load anew asks anew"
    assert len(world.asked) == 7
    rave.close()


def test_a_kind_that_the_hub_writes_is_never_read_from_a_page_that_was_kept(world, rave):
    world.enter("do it")
    rave.pull("subject_status", None)
    counts = []
    for kind in ("deviation", "query"):
        before = len(world.asked)
        rave.pull(kind, None)
        counts.append(len(world.asked) - before)
    assert counts == [0, 1]


def test_times_are_of_the_zone_that_the_yaml_names(world):
    text = YAML.format(address=world.address, study=STUDY) + "zone: America/New_York\n"
    made = RaveSystem(read_config(text), lambda: NOW)
    world.enter("do it")
    [change] = made.pull("deviation", None).changes
    made.close()
    assert change.changed_at.isoformat() == "2026-03-02T13:00:01+00:00"


def test_an_audit_that_comes_late_below_those_that_were_read_comes_and_the_last_state_wins(world, rave):
    first = world.enter("do it")
    world.enter("do that")
    world.audits = [Audit(5, 1, "do it"), Audit(6, 2, "do that")]
    changes, _, cursor = drained(rave, "deviation")
    world.audits = [Audit(4, 3, "late"), Audit(5, 1, "do it"), Audit(6, 2, "do that")]
    more, _, cursor = drained(rave, "deviation", cursor)
    assert [one.fields["description"] for one in more] == ["late"]
    world.audits.insert(0, Audit(3, 1, "earlier"))
    still, _, cursor = drained(rave, "deviation", cursor)
    assert [one.fields["description"] for one in still] == ["earlier", "do it"]
    assert latest(changes + more + still, "description")[first] == "do it"
    assert drained(rave, "deviation", cursor)[0] == []


def test_only_the_number_is_taken_from_a_link_to_another_host(world, rave):
    world.foreign_links = True
    for number in range(7):
        world.enter(f"do {number}")
    changes, _, _ = drained(rave, "deviation")
    assert latest(changes, "description") == world.held()


@pytest.mark.parametrize("body", [b"<html><title>IIS 10.0 Detailed Error</title></html>", b"\xef\xbb\xbf  ", b"<a/>"])
def test_what_is_no_answer_of_rave_is_an_outage(world, rave, body):
    answering(world, body)
    with pytest.raises(RetryableError):
        rave.pull("deviation", None)


def test_errors_of_rave_are_told_with_their_code(world, rave):
    [path] = (contracts() / "medidata-rws" / "samples").glob("07_*.xml")
    answering(world, path.read_bytes())
    with pytest.raises(RejectedError, match=r"RWS00024 Subject already exists. \(/ODM/ClinicalData\[1\]"):
        rave.pull("deviation", None)
    odm = b'<ODM xmlns:mdsol="http://www.mdsol.com/ns/odm/metadata" mdsol:ErrorDescription="No such study"/>'
    answering(world, odm)
    with pytest.raises(RejectedError, match="No such study"):
        rave.pull("deviation", None)


def test_a_status_that_a_study_made_itself_is_set_aside_until_its_yaml_names_it(world):
    part = clinical(1, "u", "SubjectStatusChanged", "", of='TransactionType="Upsert" mdsol:Status="Washout"')
    world.fail("list", *[faults.items(lambda _: [part])] * 2)
    text = YAML.format(address=world.address, study=STUDY)
    plain = RaveSystem(read_config(text), lambda: NOW)
    named = "kinds: {subject_status: {fields: {status: {codes: {Washout: screened}}, since: null}}}\n"
    told = RaveSystem(read_config(text + named), lambda: NOW)
    [reject] = plain.pull("subject_status", None).rejects
    [change] = told.pull("subject_status", None).changes
    plain.close()
    told.close()
    assert "Washout" in reject.reason
    assert change.fields["status"] == "screened"
    assert "since" not in change.fields


class TestWriting:
    def subject(self, rave, name="0042", key="k1"):
        fields = {"study_id": STUDY, "site_id": f"{STUDY}|S1", "subject_number": name}
        return rave.push(Push("subject_status", None, fields), idempotency_key=key, precondition=None)

    def test_a_subject_is_registered_once_though_its_answer_was_lost(self, world, rave):
        world.fail("write", faults.applied_then(500))
        with pytest.raises(RetryableError):
            self.subject(rave)
        receipt = self.subject(rave)
        assert receipt.external_id == world.subjects["0042"]
        assert len(world.posted) == 1
        assert self.subject(rave, key="another") == receipt

    def test_a_query_is_answered_where_it_stands(self, world, rave):
        known = world.__class__(kind="query").shown_id(7)
        push = Push("query", known, {"status": "answered", "response": 'It is "so" & not <else>'})
        receipt = rave.push(push, idempotency_key="k", precondition=None)
        assert receipt.external_id == known
        [query] = etree.fromstring(world.posted[0]).iter("{*}Query")
        assert dict(query.attrib) == {
            "QueryRepeatKey": "7",
            "Status": "Answered",
            "Response": 'It is "so" & not <else>',
        }
        path = [
            one.get(f"{level}OID")
            for level in ("StudyEvent", "Form", "ItemGroup", "Item")
            for one in query.iterancestors()
            if one.get(f"{level}OID")
        ]
        assert path == ["SCREEN", "DM", "DM", "DM.AGE"]

    def test_what_is_posted_is_valid_odm_but_for_the_vendors_own_names(self, world, rave):
        self.subject(rave)
        known = Rave(kind="query").shown_id(7)
        rave.push(Push("query", known, {"status": "closed"}), idempotency_key="k", precondition=None)
        schema = etree.XMLSchema(etree.parse(contracts() / "cdisc-odm" / "odm-1.3.2" / "ODM1-3-2.xsd"))
        for body in world.posted:
            root = etree.fromstring(body)
            for one in list(root.iter("{http://www.mdsol.com/ns/odm/metadata}*")):
                one.getparent().remove(one)
            for one in root.iter():
                for name in [name for name in one.attrib if name.startswith("{http://www.mdsol")]:
                    del one.attrib[name]
            assert schema.validate(root), schema.error_log

    @pytest.mark.parametrize(
        "push",
        [
            Push("query", None, {"text": "Why?"}),
            Push("query", Rave(kind="query").shown_id(7), {"text": "Why?"}),
            Push("query", "nonsense", {"status": "closed"}),
            Push("query", Rave(kind="query").shown_id(7), {"status": "answered", "response": "see\x0bnote"}),
            Push("subject_status", None, {"subject_number": "1"}),
            Push("subject_status", "u", {"subject_number": "1"}),
            Push("deviation", None, {"description": "x"}),
            Push("query", Rave(kind="query").shown_id(7), {}, deleted=True),
        ],
    )
    def test_what_rave_takes_from_nobody_is_refused_and_nothing_is_sent(self, world, rave, push):
        with pytest.raises(RejectedError):
            rave.push(push, idempotency_key="k", precondition=None)
        assert not world.posted

    def test_a_refusal_is_told_and_an_odd_answer_is_no_receipt(self, world, rave):
        world.fail("write", faults.body(b'<Response IsTransactionSuccessful="0" ReasonCode="RWS00092"/>'))
        with pytest.raises(RejectedError, match="RWS00092"):
            self.subject(rave)
        world.fail("write", faults.body(faults.HTML))
        with pytest.raises(RetryableError):
            self.subject(rave)


def test_check_names_what_is_wrong(world, rave):
    assert not [one for one in rave.check() if one.problem]
    assert len(list(rave.check())) == 1 + len(rave.kinds)
    other = RaveSystem(read_config(YAML.format(address=world.address, study="Nowhere(Prod)")), lambda: NOW)
    assert [one.about for one in other.check() if one.problem] == ["Nowhere(Prod)"]
    world.password = "changed meanwhile"  # noqa: S105  # the peer's
    [finding] = other.check()
    other.close()
    assert "credentials are refused" in finding.problem


def test_discover_lists_studies_and_fields(rave):
    told = rave.discover()
    assert told["studies"] == sorted([STUDY, "Other(Prod)"])
    assert told["kinds"]["query"]["text"] == "query.Value"


def test_a_yaml_with_a_mistake_is_refused_in_one_line(world):
    text = YAML.format(address=world.address, study=STUDY)
    for wrong in (
        "zone: Mars/Base\n",
        "kinds: {castle: {id: x}}\n",
        "kinds: {site: {fields: {name: 7}}}\n",
        "per_page: 0\n",
    ):
        with pytest.raises(UsageError) as caught:
            opened(text + wrong, None)
        assert "\n" not in str(caught.value)


class TestMangled:
    part = (
        '<mdsol:ProtocolDeviation TransactionType="Insert" Value="{}" Status="Open" ProtocolDeviationRepeatKey="900"/>'
    )

    @pytest.mark.parametrize("what", ["Value", "Status", "ProtocolDeviationRepeatKey", "SubjectKey", "SourceID"])
    def test_a_mangled_value_is_set_aside_or_kept_as_text_and_the_rest_goes_on(self, world, rave, what):
        for number in range(4):
            world.enter(f"do {number}")
        whole = clinical(900, "u", "CreatePD", self.part.format("x"))
        form = {"SourceID": r"<SourceID>[^<]*"}.get(what, rf'{what}="[^"]*"')
        for name, value in mangled.texts("x"):
            if "\ud800" in value:
                continue  # no XML can carry half a letter
            put = f"<SourceID>{value}" if what == "SourceID" else f'{what}="{value}"'
            spoilt = re.sub(form, lambda _, put=put: put, whole)
            world.fail("list", faults.items(lambda true, spoilt=spoilt: [spoilt, *true]))
            page = rave.pull("deviation", None)
            kept = latest([one for one in page.changes if one.external_id in world.held()], "description")
            assert len(kept) == 3, (what, name)
            found = [one for one in (*page.changes, *page.rejects) if one.external_id not in world.held()]
            assert len(found) == 1, (what, name)
            assert isinstance(found[0], Change | Reject)
            assert isinstance(found[0], Change) or found[0].reason

    def test_a_mangled_page_is_never_an_empty_one(self, world, rave):
        world.enter("do it")
        true = rave_page(world)
        for name, body in mangled.pages(true):
            answering(world, body)
            assert mangled.refused(lambda: rave.pull("deviation", None)), name


def rave_page(world: Rave) -> bytes:
    """Return a page as the peer gives it."""
    answer = world._odm(*map(world.audit, world.audits))
    return answer.body.removeprefix(b"\xef\xbb\xbf")


def test_the_command_checks_discovers_and_shows_samples(world, hub, home):
    world.enter("A visit was missed")
    (home / "systems").mkdir(parents=True, exist_ok=True)
    (home / "systems" / "rave.yaml").write_text(YAML.format(address=world.address, study=STUDY))
    given = {"RAVE_PASSWORD": world.password}
    checked = hub("connectors", "check", "rave", **given)
    assert checked.returncode == 0
    assert f"deviation of {STUDY}: 1 on the first page, 0 of them set aside" in checked.stdout
    assert '"query.Value"' in hub("connectors", "discover", "rave", **given).stdout
    assert "A visit was missed" in hub("connectors", "sample", "rave", "deviation", **given).stdout
    refused = hub("connectors", "check", "rave", RAVE_PASSWORD=world.password[1:])
    assert refused.returncode == 1
    assert "the credentials are refused" in refused.stdout

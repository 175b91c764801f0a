"""What the parties note of each other: who confirms, who sees, what stands in the trail, and what the hub raises."""

import pytest

from hub.domain.errors import MissingError, RefusedError
from hub.domain.people import Principal, Role
from hub.domain.sync import Effects, Record
from hub.services import kept_jobs
from hub.services.oversight import incidents, register
from hub.services.sync.reconcile import Difference, Report, Tally
from tests.people import PASSWORD, Clock, as_, granted, person, quick_hub
from tests.world import ANOTHER, CRO, SPONSOR, STRANGER, STUDY, furnish

API = "/api/v1"
PM, OTHER, ZOE, AUD, ADA = (
    "pm@cro.example",
    "ol@sponsor.example",
    "zoe@other.example",
    "aud@cro.example",
    "ada@cro.example",
)
DUTY = {
    "study": STUDY, "kind": "delegated_duty", "name": "Monitoring", "holder": SPONSOR, "by": CRO,
    "reference": "MSA 4.2", "since": "2026-05-01",
}  # fmt: skip


@pytest.fixture
def hub(home):
    del home
    made = furnish(quick_hub(clock=Clock())).hub
    person(made, PM, granted(Role.PROJECT_MANAGER, CRO), organization=CRO, name="Petra Maas")
    person(made, OTHER, granted(Role.PROJECT_MANAGER, SPONSOR), organization=SPONSOR, name="Olga Lenz")
    person(made, ZOE, granted(Role.PROJECT_MANAGER, STRANGER), organization=STRANGER, name="Zoe Quist")
    person(made, AUD, granted(Role.AUDITOR, CRO), organization=CRO, name="Audrey Lane")
    person(made, ADA, granted(Role.ADMINISTRATOR, CRO), organization=CRO, name="Ada Byron")
    return made


def trail(hub, kind):
    return [(kept.entry.actor, kept.entry.field) for kept in hub.audit.entries() if kept.entry.kind == kind]


def test_a_duty_stands_once_the_other_party_has_confirmed_it(hub, client):
    made = as_(client, PM).post(f"{API}/register", json=DUTY)
    assert (made.status_code, made.json()["stands"], made.json()["organizations"]) == (201, False, [SPONSOR, CRO])
    at = f"{API}/register/{made.json()['id']}"
    assert client.post(f"{at}/confirm").status_code == 403, "the party that noted it"
    assert as_(client, ZOE).post(f"{at}/confirm").status_code == 404
    assert client.get(f"{API}/register").json()["items"] == []
    confirmed = as_(client, OTHER).post(f"{at}/confirm")
    assert (confirmed.status_code, confirmed.json()["stands"]) == (200, True)
    assert client.post(f"{at}/confirm").status_code == 409
    ended = as_(client, PM).post(f"{at}/end", json={"reason": "the work order has ended"})
    assert (ended.json()["stands"], ended.json()["why_ended"]) == (False, "the work order has ended")
    noted = [(PM, "delegated_duty"), (OTHER, "confirmed"), (PM, "ended")]
    assert trail(hub, "register") == noted
    lines = as_(client, AUD).get(f"{API}/audit/entries", params={"kind": "register"}).json()["items"]
    assert len(lines) == 3
    half = {**DUTY, "kind": "retained_duty"}
    assert as_(client, PM).post(f"{API}/register", json=half).status_code == 422, "done by another than who retains it"
    assert client.post(f"{API}/register", json={**DUTY, "until": "2026-04-01"}).status_code == 422


def test_nobody_puts_a_line_into_a_study_that_is_not_theirs(hub, client):
    as_(client, ZOE)
    assert client.post(f"{API}/register", json={**DUTY, "organizations": [STRANGER]}).status_code == 404
    incident = {"kind": "quality", "severity": "minor", "title": "x", "what": "y", "known_at": "2026-05-31T08:00:00Z"}
    assert client.post(f"{API}/incidents", json={**incident, "study": STUDY}).status_code == 404
    own = client.post(f"{API}/register", json={**DUTY, "study": ANOTHER, "organizations": ["Fourth Party"]})
    assert own.json()["organizations"] == sorted(["Fourth Party", STRANGER, SPONSOR]), "a study without a meeting yet"
    assert [one["study"] for one in as_(client, PM).get(f"{API}/register").json()["items"]] == [STUDY]


def test_a_breach_is_told_within_72_hours_and_closed_only_then(hub, client):
    told = {
        "kind": "personal_data", "severity": "critical", "title": "A list went to a wrong address",
        "what": "The screening list of site 101.", "known_at": "2026-06-01T08:00:00Z", "study": STUDY,
    }  # fmt: skip
    assert (
        as_(client, PM).post(f"{API}/incidents", json={**told, "known_at": "2026-06-02T08:00:00Z"}).status_code == 422
    )
    made = client.post(f"{API}/incidents", json=told)
    at = f"{API}/incidents/{made.json()['id']}"
    assert (made.json()["due_at"], made.json()["late"]) == ("2026-06-04T08:00:00Z", False)
    hub.clock.pass_on(hours=72)
    as_(client, OTHER)
    shown = client.get(at)
    assert shown.json()["late"] is True
    end = {"cause": "the address book", "correction": "addresses are typed twice"}
    match = {"If-Match": shown.headers["etag"]}
    assert client.post(f"{at}/close", json=end, headers=match).status_code == 409, "the clock runs"
    assert client.post(f"{at}/steps", json={"text": "told", "authority": True}).status_code == 422, "told whom?"
    step = {"text": "Notification 17/26", "told": "BfDI", "authority": True}
    assert client.post(f"{at}/steps", json=step).json()["due_at"] is None
    assert client.post(f"{at}/close", json=end, headers=match).status_code == 412, "changed since"
    match = {"If-Match": client.get(at).headers["etag"]}
    closed = client.post(f"{at}/close", json=end, headers=match).json()
    assert (closed["state"], closed["closed_by"], closed["steps"][0]["told"]) == ("closed", OTHER, "BfDI")
    assert [field for _, field in trail(hub, "incident")] == ["reported", "step", "state"]
    assert as_(client, ZOE).get(at).status_code == 404


def test_who_may_read_but_not_follow_is_refused_and_the_attempt_is_in_the_trail(hub, client):
    told = {"kind": "quality", "severity": "minor", "title": "x", "what": "y", "known_at": "2026-05-31T08:00:00Z"}
    made = as_(client, PM).post(f"{API}/incidents", json={**told, "study": STUDY}).json()
    line = client.post(f"{API}/register", json=DUTY).json()
    auditor = Principal(hub.desk.accounts.named(email=AUD).user, (granted(Role.AUDITOR, CRO),), "a page")
    stranger = Principal(hub.desk.accounts.named(email=ZOE).user, (granted(Role.AUDITOR, STRANGER),), "a page")
    for try_it, one in ((incidents.followed, made["id"]), (register.end, line["id"])):
        how = {"reason": "over"} if try_it is register.end else {"text": "looked at"}
        with pytest.raises(RefusedError):
            try_it(hub.room, auditor, one, **how)
        with pytest.raises(MissingError) as hidden:
            try_it(hub.room, stranger, one, **how)
        with pytest.raises(MissingError) as missing:
            try_it(hub.room, auditor, "none", **how)
        assert str(hidden.value) == str(missing.value)
    assert (AUD, "refused") in trail(hub, "incident")
    assert (AUD, "refused") in trail(hub, "register")


def test_what_would_unblind_in_an_incident_is_for_the_unblinded_alone(hub, client):
    told = {
        "kind": "quality", "severity": "major", "title": "Kits of arm B mixed up", "what": "At site 101.",
        "known_at": "2026-06-01T08:00:00Z", "study": STUDY, "unblinding": True,
    }  # fmt: skip
    assert as_(client, PM).post(f"{API}/incidents", json=told).status_code == 404, "who is blinded knows no such thing"
    person(hub, "open@cro.example", granted(Role.PROJECT_MANAGER, CRO, unblinded=True), organization=CRO)
    made = as_(client, "open@cro.example").post(f"{API}/incidents", json=told)
    assert made.status_code == 201
    as_(client, AUD)
    assert client.get(f"{API}/incidents/{made.json()['id']}").status_code == 404
    assert "arm B" not in client.get(f"{API}/incidents").text
    assert "arm B" not in client.get(f"{API}/audit/entries", params={"kind": "incident"}).text


def test_the_hub_raises_what_it_finds_amiss_once_while_it_is_open(hub, client, monkeypatch):
    cause = "edited there since it was last read"
    differing = Difference("site", "r1", "xr1", "vault", "name", "Riverside", "River", cause)
    waiting = Difference("site", "r1", "xr1", "ctms", "name", "Riverside", "River", "not delivered yet")
    report = Report(
        hub.clock(), ("a1@1",), (Tally("hub", "site", 1, {"treatment_arm": "f0"}),), (differing, waiting), ()
    )
    monkeypatch.setattr(kept_jobs, "reconcile", lambda _sync, **_: report)
    compare = hub.job_kinds[kept_jobs.RECONCILE]

    class Job:
        argument = {"agreements": None}  # noqa: RUF012 - a stand-in

    for _ in range(2):
        found = compare(Job(), lambda _done, _note: None)
    assert found["tallies"][0]["hashes"] == {}, "by which treatment could be guessed"
    [raised] = [one for one in as_(client, PM).get(f"{API}/incidents").json()["items"] if one["kind"] == "transfer"]
    assert (raised["reported_by"], raised["study"], "1 differences" in raised["what"]) == ("the hub", STUDY, True)
    assert "River" not in raised["what"], "an incident holds no value"


def test_what_a_study_declares_to_unblind_is_hidden_everywhere(hub, client):
    at, record = f"{API}/studies/{STUDY}/blinding", f"{API}/records/r1"
    assert "Riverside" in as_(client, PM).get(record).text
    put = {"fields": ["site.name"], "reason": "sites are named after the arm"}
    tag = client.get(at).headers["etag"]
    assert client.put(at, json={**put, "fields": ["Name!"]}, headers={"If-Match": tag}).status_code == 422
    assert client.put(at, json=put, headers={"If-Match": tag}).status_code == 200
    shown = client.get(record).json()
    assert (shown["masked"], "name" in shown["fields"]) == (True, False)
    assert "Riverside" not in client.get(f"{API}/fhir/r4/Location/r1").text
    assert "Riverside" not in client.get("/sync/records/r1").text, "nor as what the record is called"
    assert client.get(f"{API}/conflicts/d1").status_code == 404, "a conflict about the field"
    assert "Riverside" not in as_(client, AUD).get(f"{API}/audit/entries", params={"record": "r1"}).text
    for form in ("csv", "json"):
        export = client.get(f"{API}/audit/export", params={"format": form, "record": "r1"})
        assert (export.status_code, "Riverside" in export.text) == (200, False)
    # taken back only by somebody unblinded
    tag = as_(client, OTHER).get(at).headers["etag"]
    back = {"fields": [], "reason": "no longer"}
    assert client.put(at, json=back, headers={"If-Match": tag}).status_code == 403
    person(hub, "open@cro.example", granted(Role.PROJECT_MANAGER, CRO, unblinded=True), organization=CRO)
    assert "Riverside" in as_(client, "open@cro.example").get(record).text
    assert client.put(at, json=back, headers={"If-Match": tag}).status_code == 200
    assert "Riverside" in as_(client, PM).get(record).text


def test_another_study_declares_nothing_for_this_one(hub, client):
    with hub.sync.ledger.unit() as unit:
        unit.save(Effects(records=(Record("r9", "site", {"study_id": "s1", "name": "Lakeside", "colour": "blue"}),)))
    at = f"{API}/studies/{ANOTHER}/blinding"
    tag = as_(client, ZOE).get(at).headers["etag"]
    assert client.put(at, json={"fields": ["name"], "reason": "x"}, headers={"If-Match": tag}).status_code == 200
    assert "Riverside" in as_(client, PM).get(f"{API}/records/r1").text


def test_duties_wait_until_the_running_version_is_approved_for_the_study(hub, client):
    rule, releases = f"{API}/studies/{STUDY}/release-rule", f"{API}/studies/{STUDY}/releases"
    tag = as_(client, AUD).get(rule).headers["etag"]
    need = {"required": True, "reason": "the validation plan"}
    assert client.put(rule, json=need, headers={"If-Match": tag}).json()["running"] == hub.version
    refused = as_(client, PM).get(f"{API}/meetings/m1")
    assert (refused.status_code, "release of this version" in refused.json()["detail"]) == (403, True)
    assert client.get(f"{API}/meetings").json()["items"] == []
    assert as_(client, ZOE).get(f"{API}/meetings").status_code == 200, "another study does not wait"
    told = {"version": hub.version, "evidence": "VAL-12", "report": "ab" * 32, "password": "a wrong one, surely"}
    assert as_(client, AUD).get(f"{API}/meetings/m1").status_code == 200, "who checks goes on"
    assert client.post(releases, json=told).status_code in (401, 403)
    made = client.post(releases, json={**told, "password": PASSWORD})
    assert (made.status_code, made.json()["name"], made.json()["running"]) == (201, "Audrey Lane", True)
    assert as_(client, PM).get(f"{API}/meetings/m1").status_code == 200
    assert client.post(releases, json={**told, "password": PASSWORD}).status_code == 403, "not theirs to approve"
    away = f"{releases}/{made.json()['id']}/withdraw"
    assert as_(client, AUD).post(away, json={"reason": "a fault was found"}).status_code == 200
    assert as_(client, PM).get(f"{API}/meetings/m1").status_code == 403
    assert [field for _, field in trail(hub, "rule")] == ["release rule", "release", "release"]


def test_a_review_falls_due_by_its_plan_and_by_the_last_one(hub, client):
    at = f"{API}/reviews/trail"
    before = as_(client, AUD).get(f"{at}/plan")
    assert (before.json()["planned"], before.json()["due_at"]) == (False, None)
    plan = {"days": 30, "basis": "RA-7: signatures weekly, the rest monthly", "reason": "the risk assessment"}
    match = {"If-Match": before.headers["etag"]}
    assert client.put(f"{at}/plan", json=plan, headers=match).json()["overdue"] is False
    assert client.put(f"{at}/plan", json=plan, headers=match).status_code == 412
    hub.clock.pass_on(days=31)
    assert as_(client, AUD).get(f"{at}/plan").json()["overdue"] is True
    assert "/audit/reviews" in client.get("/").text.partition("<main")[2], "it stands on the home page"
    review = {"since": "2026-06-01", "until": "2026-07-01", "scope": "signatures", "findings": "none amiss"}
    after = client.post(at, json=review).json()
    assert (after["overdue"], after["last"][:10]) == (False, "2026-07-02")
    assert as_(client, PM).get(f"{at}/plan").status_code == 403
    assert as_(client, ADA).get(f"{API}/reviews/access/plan").status_code == 200

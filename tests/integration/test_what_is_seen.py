"""What lists, searches and exports hold for each reader: their organizations, their studies, blinded where they are."""

import json
import time
from datetime import timedelta

import pytest
from sqlalchemy import insert

from hub.api.etags import etag
from hub.domain.audit import Entry
from hub.domain.people import EVERY, Role
from hub.domain.sync import Effects, Record
from hub.services import trail_reading
from hub.storage import rows
from hub.storage.engine import transaction
from hub.storage.sync_tables import records
from tests.people import MORNING, Clock, granted, person, quick_hub, served, sign_in
from tests.world import ANOTHER, CRO, SPONSOR, STRANGER, STUDY, furnish, token_for, token_of


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world(home, clock):
    return furnish(quick_hub(clock=clock))


@pytest.fixture
def client(world):
    with served(world.hub) as client:
        yield client


def reader(world, *grants, email="reader@people.example"):
    return {"Authorization": f"Bearer {token_of(world.hub, email, *grants)}"}


def ids(client, path, headers, **asked):
    found, cursor = [], None
    while True:
        told = client.get(f"/api/v1/{path}", headers=headers, params=asked | ({"cursor": cursor} if cursor else {}))
        assert told.status_code == 200, told.text
        found += [one.get("id", one.get("number")) for one in told.json()["items"]]
        if (cursor := told.json()["next"]) is None:
            return found


def test_each_party_sees_its_own_and_a_stranger_what_is_the_strangers(world, client):
    sites = {}
    for organization in (CRO, SPONSOR, STRANGER, EVERY):
        headers = reader(world, granted(Role.AUDITOR, organization), email=f"{organization[0].lower()}@x.example")
        sites[organization] = ids(client, "records", headers, kind="site", limit=1)
        assert ids(client, "agreements", headers) == {STRANGER: ["a2"], EVERY: ["a1", "a2"]}.get(organization, ["a1"])
    assert sites == {CRO: ["r1"], SPONSOR: ["r1"], STRANGER: ["r2"], EVERY: ["r1", "r2"]}


def test_records_of_a_study_fill_their_page_however_many_of_others_there_are(world, client):
    others = [Record(f"a{number:03}", "site", {"study_id": "st8"}, 1) for number in range(300)]
    own = [Record(f"z{number}", "site", {"study_id": "st9"}, 1) for number in range(3)]
    study = Record("st9", "study", {"protocol_number": "ZZ-9"}, 1)
    with transaction(world.hub._engine) as connection:
        connection.execute(insert(records), [rows.record_row(one) for one in (study, *own, *others)])
    headers = reader(world, granted(Role.AUDITOR, EVERY))
    asked = {"kind": "site", "study": "ZZ-9", "limit": 2}
    first = client.get("/api/v1/records", headers=headers, params=asked).json()
    assert [one["id"] for one in first["items"]] == ["z0", "z1"]
    rest = client.get("/api/v1/records", headers=headers, params=asked | {"cursor": first["next"]}).json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (["z2"], None)
    assert ids(client, "records", headers, kind="study", study="ZZ-9") == ["st9"]
    assert ids(client, "records", headers, kind="site", study="none") == []
    stranger = reader(world, granted(Role.AUDITOR, STRANGER), email="s@x.example")
    assert ids(client, "records", stranger, kind="site", study="ZZ-9") == []


def test_one_of_another_study_sees_nothing_of_this_one(world, client):
    headers = reader(world, granted(Role.AUDITOR, CRO, study=ANOTHER))
    assert ids(client, "records", headers, kind="site") == []
    assert ids(client, "conflicts", headers) == []
    assert client.get("/api/v1/records/r1", headers=headers).status_code == 404
    assert ids(client, "audit/entries", headers, record="r1") == []


def test_one_of_the_study_sees_its_records_and_their_trail(world, client):
    headers = reader(world, granted(Role.AUDITOR, CRO, study=STUDY))
    assert ids(client, "records", headers, kind="site") == ["r1"]
    assert len(ids(client, "audit/entries", headers, record="r1", limit=1)) == 2


def test_who_is_blinded_sees_no_treatment_anywhere(world, client):
    blinded = reader(world, granted(Role.AUDITOR), email="blinded@x.example")
    unblinded = reader(world, granted(Role.AUDITOR, unblinded=True), email="unblinded@x.example")
    one = client.get("/api/v1/records/r1", headers=blinded).json()
    assert (one["masked"], "treatment_arm" in one["fields"]) == (True, False)
    assert client.get("/api/v1/records/r1", headers=unblinded).json()["fields"]["treatment_arm"] == "B"
    (whole,) = (one for one, _ in world.hub.sync.ledger.everything("site") if one.id == "r1")
    assert client.get("/api/v1/records/r1", headers=blinded).headers["etag"] != etag(whole), "an arm could be guessed"
    assert ids(client, "conflicts", blinded) == ["d1"]
    assert ids(client, "conflicts", unblinded) == ["d1", "d2"]
    assert client.get("/api/v1/conflicts/d2", headers=blinded).status_code == 404
    for path in ("audit/entries", "audit/export?format=csv", "audit/export?format=json"):
        told = {name: client.get(f"/api/v1/{path}", headers=it).text for name, it in (("b", blinded), ("u", unblinded))}
        assert '"B' not in told["b"].replace("\\", "").replace('""', '"'), path
        assert '"B' in told["u"].replace("\\", "").replace('""', '"'), path


def test_a_text_of_the_trail_is_never_found_within_what_is_masked(world, client, monkeypatch):
    monkeypatch.setattr(trail_reading, "_SCANNED", 3)  # a page ends within the entries below
    blinded = reader(world, granted(Role.AUDITOR), email="blinded@x.example")
    unblinded = reader(world, granted(Role.AUDITOR, unblinded=True), email="unblinded@x.example")
    everywhere = reader(world, granted(Role.AUDITOR, EVERY, unblinded=True), email="all@x.example")
    late = [Entry(world.hub.clock(), "vault", "site", "r1", "treatment_arm", None, '"B"', "", "a1@1", "m9")] * 200
    with world.hub.sync.ledger.unit() as unit:
        unit.save(Effects(audit=tuple(late)))

    def told(headers, **asked):
        pages, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = client.get("/api/v1/audit/entries", headers=headers, params=asked | more).json()
            pages.append([(one["number"], one["new"], one["masked"]) for one in page["items"]])
            if (cursor := page["next"]) is None:
                return pages

    day = {"since": (MORNING - timedelta(days=9)).isoformat(), "until": (MORNING + timedelta(days=9)).isoformat()}
    for asked in ({"field": "treatment_arm"}, {"record": "r1"}, {"kind": "site"}, {"field": "*"}, {}, day):
        answers = [told(blinded, text=text, limit=200, **asked) for text in ('"B"', '"C"', "treatment_arm", "by vault")]
        assert answers[0] == answers[1] == answers[2] == answers[3], "neither lines nor pages tell an arm"
        assert not any(answers[0])
    for form in ("csv", "json"):
        asked = {"format": form, "field": "treatment_arm"}
        files = [
            client.get("/api/v1/audit/export", headers=blinded, params=asked | {"text": text}).text.count("treatment")
            for text in ('"B"', '"C"')
        ]
        assert files == [0, 0]
    (shown,) = (one for page in told(blinded, text="riverside", record="r1") for one in page)
    assert shown == (shown[0], '{"name":"Riverside"}', True)
    assert told(blinded, text="Elsewhere") == told(blinded, text="nothing"), "what is another's tells nothing either"
    for headers in (unblinded, everywhere):
        assert [len(told(headers, text=one, field="treatment_arm", limit=2)[0]) for one in ('"B"', '"C"')] == [2, 0]


def test_the_hashes_by_which_a_masked_value_could_be_guessed_are_left_out_of_the_trail(world, client):
    blinded = reader(world, granted(Role.AUDITOR, EVERY), email="blinded@x.example")
    unblinded = reader(world, granted(Role.AUDITOR, EVERY, unblinded=True), email="all@x.example")
    told = [client.get("/api/v1/audit/entries", headers=one).json()["items"] for one in (blinded, unblinded)]
    assert {one["hash"] for one in told[0]} == {""}
    hashes = {one["hash"] for one in told[1]}
    assert {len(one) for one in hashes} == {64}
    exported = client.get("/api/v1/audit/export", headers=blinded).text
    assert not any(one in exported for one in hashes)


def test_the_trail_of_meetings_letters_and_accounts_is_their_organizations(world, client):
    pm = reader(world, granted(Role.PROJECT_MANAGER, SPONSOR), email="pm@x.example")
    engineer = reader(world, granted(Role.INTEGRATION_ENGINEER), email="e@x.example")
    match = {"If-Match": client.get("/api/v1/meetings/m1", headers=pm).headers["etag"]}
    changed = client.patch("/api/v1/meetings/m1", headers=pm | match, json={"title": "Monthly call"})
    assert changed.status_code == 200, changed.text
    given = client.post("/api/v1/dead-letters/l1/discard", headers=engineer, json={"reason": "a test"})
    assert given.status_code == 200
    seen = {}
    for organization in (CRO, SPONSOR, STRANGER):
        headers = reader(world, granted(Role.AUDITOR, organization), email=f"a{organization[0]}@x.example".lower())
        found = client.get("/api/v1/audit/entries", headers=headers, params={"limit": 200}).json()["items"]
        seen[organization] = {one["kind"] if one["field"] != "dead_letter" else "letter" for one in found}
    assert {"meeting", "letter", "user"} <= seen[CRO]
    assert "meeting" in seen[SPONSOR]
    assert "letter" not in seen[SPONSOR], "it came from the CRO's system"
    assert not {"meeting", "letter"} & seen[STRANGER]


def test_bytes_that_could_not_be_read_are_for_the_unblinded_alone(world, client):
    engineer = reader(world, granted(Role.INTEGRATION_ENGINEER), email="e1@x.example")
    assert client.get("/api/v1/dead-letters/l1/bytes", headers=engineer).status_code == 403
    unblinded = reader(world, granted(Role.INTEGRATION_ENGINEER, unblinded=True), email="e2@x.example")
    assert client.get("/api/v1/dead-letters/l1/bytes", headers=unblinded).json()["raw"] == "e30="


def test_an_inspectors_access_ends_on_its_day(world, client, clock):
    headers = reader(world, granted(Role.INSPECTOR, until=MORNING + timedelta(days=7)))
    assert ids(client, "records", headers, kind="site") == ["r1"]
    clock.pass_on(days=7)
    assert client.get("/api/v1/records", headers=headers, params={"kind": "site"}).status_code == 403
    assert client.get("/api/v1/records/r1", headers=headers).status_code == 404


def test_an_inspector_reads_and_changes_nothing(world, client):
    headers = reader(world, granted(Role.INSPECTOR))
    for path in ("agreements/a1/pause", "conflicts/d1/resolution", "dead-letters/l1/discard"):
        assert client.post(f"/api/v1/{path}", headers=headers, json={}).status_code == 403


def test_a_token_has_the_scopes_it_was_made_with_and_no_more(world, client):
    user = person(world.hub, "pm@x.example", granted(Role.PROJECT_MANAGER))
    sign_in(client, user.email)
    made = client.post("/api/v1/me/tokens", json={"name": "reports", "scopes": ["records:read"], "days": 30})
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    client.cookies.clear()
    assert ids(client, "records", headers, kind="site") == ["r1"]
    assert client.get("/api/v1/agreements", headers=headers).status_code == 403
    assert (
        client.post("/api/v1/me/tokens", headers=headers, json={"name": "x", "scopes": ["records:read"]}).status_code
        == 403
    )


def test_a_token_ends_is_revoked_and_is_nowhere_in_the_database(world, client, clock, home):
    user = person(world.hub, "pm@x.example", granted(Role.PROJECT_MANAGER))
    secret = token_for(world.hub, user)
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/session", headers=headers).json()["csrf"] is None
    written = b"".join(path.read_bytes() for path in home.glob("hub.db*"))
    assert user.email.encode() in written
    assert secret.encode() not in written
    [token] = world.hub.desk.tokens.tokens(user.id)
    sign_in(client, user.email)
    assert client.delete(f"/api/v1/me/tokens/{token.id}").status_code == 204
    assert client.get("/api/v1/session", headers=headers).status_code == 401
    other = {"Authorization": f"Bearer {token_for(world.hub, user)}"}
    clock.pass_on(days=366)
    assert client.get("/api/v1/session", headers=other).status_code == 401


def test_what_was_refused_is_in_the_trail_once_for_many_tries(world, client, clock):
    headers = reader(world, granted(Role.CONTRIBUTOR))
    for _ in range(20):
        assert client.get("/api/v1/agreements", headers=headers).status_code == 403
    clock.pass_on(minutes=11)
    client.get("/api/v1/agreements", headers=headers)
    found = [kept.entry for kept in world.hub.audit.entries() if kept.entry.field == "refused"]
    assert [json.loads(one.new).get("more_since_last") for one in found] == [None, 19]
    assert json.loads(found[0].new)["asked"] == "GET /api/v1/agreements"


def test_a_change_from_an_old_version_is_412_and_one_from_none_428(world, client):
    headers = reader(world, granted(Role.PROJECT_MANAGER))
    path = "/api/v1/agreements/a1"
    first = client.get(path, headers=headers).headers["etag"]
    assert client.post(f"{path}/pause", headers=headers).status_code == 428
    paused = client.post(f"{path}/pause", headers=headers | {"If-Match": first})
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    stale = client.post(f"{path}/resume", headers=headers | {"If-Match": first})
    assert stale.status_code == 412
    assert client.post(f"{path}/pause", headers=headers | {"If-Match": paused.headers["etag"]}).status_code == 409


def test_a_conflict_is_decided_once_with_a_reason(world, client):
    headers = reader(world, granted(Role.PROJECT_MANAGER))
    path = "/api/v1/conflicts/d1"
    match = {"If-Match": client.get(path, headers=headers).headers["etag"]}
    assert (
        client.post(f"{path}/resolution", headers=headers | match, json={"take": True, "reason": " "}).status_code
        == 422
    )
    told = client.post(f"{path}/resolution", headers=headers | match, json={"take": True, "reason": "checked on site"})
    assert told.json()["state"] == "accepted"
    assert client.get("/api/v1/records/r1", headers=headers).json()["fields"]["name"] == "C"
    entry = [kept.entry for kept in world.hub.audit.entries(record="r1")][-1]
    assert (entry.actor, "checked on site" in entry.reason) == ("reader@people.example by token all", True)


def test_an_account_is_made_once_however_often_it_is_asked_for(world, client):
    headers = reader(world, granted(Role.ADMINISTRATOR))
    form = {"email": "new@x.example", "name": "New One", "organization": CRO, "password": "seven green boats"}
    key = {"Idempotency-Key": "k1"}
    first = client.post("/api/v1/users", headers=headers | key, json=form)
    again = client.post("/api/v1/users", headers=headers | key, json=form)
    assert (first.status_code, first.json(), first.headers["location"]) == (
        201,
        again.json(),
        again.headers["location"],
    )
    assert client.post("/api/v1/users", headers=headers | key, json=form | {"name": "Other"}).status_code == 422
    assert client.post("/api/v1/users", headers=headers, json=form).status_code == 409
    assert client.get(first.headers["location"], headers=headers).json()["email"] == "new@x.example"


def test_an_administrator_keeps_accounts_of_the_own_organization_and_never_the_own_one(world, client):
    admin = person(world.hub, "admin@x.example", granted(Role.ADMINISTRATOR))
    headers = {"Authorization": f"Bearer {token_for(world.hub, admin)}"}
    other = person(world.hub, "far@x.example", organization=STRANGER)
    assert "far@x.example" not in client.get("/api/v1/users", headers=headers).text
    assert client.get(f"/api/v1/users/{other.id}", headers=headers).status_code == 404
    form = {"role": "reviewer", "organization": CRO}
    assert client.post(f"/api/v1/users/{admin.id}/grants", headers=headers, json=form).status_code == 403
    given = client.post(f"/api/v1/users/{world.user.id}/grants", headers=headers, json=form)
    assert given.status_code == 201
    far = form | {"organization": STRANGER}
    assert client.post(f"/api/v1/users/{world.user.id}/grants", headers=headers, json=far).status_code == 404
    inspector = form | {"role": "inspector"}
    assert client.post(f"/api/v1/users/{world.user.id}/grants", headers=headers, json=inspector).status_code == 422
    path = f"/api/v1/users/{world.user.id}/grants/{given.json()['id']}"
    assert [client.delete(path, headers=headers).status_code for _ in range(2)] == [204, 404]
    changes = [kept.entry for kept in world.hub.audit.entries() if kept.entry.field == "grant"]
    assert [(one.actor.split()[0], one.old is None) for one in changes[-2:]] == [
        ("admin@x.example", True),
        ("admin@x.example", False),
    ]


def test_the_trail_is_verified_as_a_job(world, client):
    headers = reader(world, granted(Role.INSPECTOR))
    asked = client.post("/api/v1/audit/verifications", headers=headers)
    assert asked.status_code == 202
    for _ in range(200):
        told = client.get(asked.headers["location"], headers=headers).json()
        if told["state"] == "done":
            break
        time.sleep(0.02)
    assert told["result"]["whole"] is True


def test_an_export_holds_what_the_search_finds_and_proves_it(world, client):
    headers = reader(world, granted(Role.AUDITOR))
    told = client.get("/api/v1/audit/export", headers=headers, params={"format": "json", "record": "r1"}).json()
    assert told["whole"] is True
    assert {one["record_id"] for one in told["entries"]} == {"r1"}
    paper = client.get("/api/v1/audit/export", headers=headers, params={"format": "pdf", "record": "r1"})
    assert paper.content.startswith(b"%PDF")

"""Who lacks a training that a study asks for has no right in it, and what is noted of people is in the trail."""

from dataclasses import replace
from datetime import date

import pytest

from hub.domain.cards import Card
from hub.domain.errors import RefusedError
from hub.domain.people import Grant, Principal, Role
from hub.domain.training import IDENTITY, Demand
from hub.ports.review import Proof
from hub.services.accounts import training
from hub.services.accounts.acting import held
from hub.services.review.certifying import Wish, certify
from hub.services.review.editing import version
from hub.services.review.meetings import find_meetings
from tests.people import PASSWORD, Clock, as_, granted, person, quick_hub
from tests.review_kit import AT, STUDY, drafted

API = "/api/v1"
ADA, BEN, DORA = "ada@meridian.test", "ben@meridian.test", "dora@meridian.test"
COURSE = {"kind": "training", "name": "GCP", "on": "2026-05-01", "evidence": "certificate 4711"}


@pytest.fixture
def hub(home):
    made = quick_hub(clock=Clock(AT))
    for email, role, name in ((ADA, Role.ADMINISTRATOR, "Ada Byron"), (DORA, Role.ADMINISTRATOR, "Dora Lind")):
        person(made, email, granted(role, "Meridian"), organization="Meridian", name=name)
    person(made, BEN, granted(Role.REVIEWER, "Meridian"), organization="Meridian", name="Ben Okafor")
    return made


def asks(client, demands, study=STUDY):
    path = f"{API}/studies/{study}/curriculum"
    tag = client.get(path).headers["etag"]
    told = {"demands": demands, "reason": "the training plan"}
    answer = client.put(path, json=told, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text
    assert client.put(path, json=told, headers={"If-Match": tag}).status_code == 412
    return answer.json()


def id_of(hub, email):
    return hub.desk.accounts.named(email=email).user.id


def test_who_is_not_trained_cannot_act_where_the_study_asks_for_it(hub, client):
    meeting, other = (drafted(hub.room).meeting_id for _ in range(2))
    with hub.room.shelf.writing() as unit:
        unit.put(replace(unit.get(Card, other), study="OTHER-1"))
    asks(as_(client, ADA), [{"role": "reviewer", "name": "GCP"}])
    as_(client, BEN)
    refused = client.get(f"{API}/meetings/{meeting}")
    assert (refused.status_code, "training" in refused.json()["detail"]) == (403, True)
    assert [one["id"] for one in client.get(f"{API}/meetings").json()["items"]] == [other]
    assert client.get(f"{API}/meetings/{other}").status_code == 200
    as_(client, ADA)
    noted = client.post(f"{API}/users/{id_of(hub, BEN)}/qualifications", json=COURSE)
    assert (noted.status_code, noted.json()["counts"]) == (201, True)
    as_(client, BEN)
    assert client.get(f"{API}/meetings/{meeting}").status_code == 200
    assert len(client.get(f"{API}/meetings").json()["items"]) == 2
    assert client.get(f"{API}/me/qualifications").json()["items"][0]["name"] == "GCP"
    # once it counts no more, nor does the role
    as_(client, ADA)
    gone = f"{API}/users/{id_of(hub, BEN)}/qualifications/{noted.json()['id']}/withdraw"
    assert client.post(gone, json={"reason": "the certificate was another's"}).status_code == 200
    assert client.post(gone, json={"reason": "again"}).status_code == 409
    assert as_(client, BEN).get(f"{API}/meetings/{meeting}").status_code == 403
    fields = [kept.entry.field for kept in hub.audit.entries()]
    assert fields.count("qualification") == 2
    assert "curriculum" in fields


def test_what_ends_counts_until_its_last_day_and_what_all_studies_ask_holds_in_each(hub, client):
    meeting = drafted(hub.room).meeting_id
    everyone = person(hub, "root@meridian.test", granted(Role.ADMINISTRATOR, "*"), name="Root Admin")
    root = Principal(everyone, (Grant(Role.ADMINISTRATOR, "*"),), "s")
    training.set_curriculum(hub.room, root, "", [Demand(Role.REVIEWER, "GCP")], revision=0, reason="our own rule")
    as_(client, BEN)
    assert client.get(f"{API}/meetings").status_code == 403, "it holds nowhere"
    ben = hub.desk.accounts.named(email=BEN).user
    until = {"on": date(2026, 5, 1), "until": date(2026, 6, 2), "evidence": "certificate 4711"}
    training.note(hub.room, root, ben, kind="training", name="GCP", **until)
    assert client.get(f"{API}/meetings/{meeting}").status_code == 200
    hub.clock.pass_on(days=1)
    assert as_(client, BEN).get(f"{API}/meetings/{meeting}").status_code == 200
    hub.clock.pass_on(days=1)
    assert as_(client, BEN).get(f"{API}/meetings/{meeting}").status_code == 403


def test_nobody_notes_their_own_training_and_administrators_are_asked_for_none(hub, client):
    as_(client, ADA)
    assert client.post(f"{API}/users/{id_of(hub, ADA)}/qualifications", json=COURSE).status_code == 403
    path = f"{API}/studies/{STUDY}/curriculum"
    told = {"demands": [{"role": "administrator", "name": "GCP"}], "reason": "x"}
    assert client.put(path, json=told, headers={"If-Match": "*"}).status_code == 422
    for wrong in ({"on": "2026-07-01"}, {"until": "2026-04-01"}, {"name": " "}):
        assert client.post(f"{API}/users/{id_of(hub, BEN)}/qualifications", json=COURSE | wrong).status_code == 422
    assert as_(client, BEN).get(f"{API}/users/{id_of(hub, BEN)}/qualifications").status_code == 403


def test_nobody_signs_before_their_identity_was_seen_where_the_study_asks_for_it(hub, client):
    meeting = drafted(hub.room).meeting_id
    asks(as_(client, ADA), [{"role": "reviewer", "name": IDENTITY}])
    ben = hub.desk.accounts.named(email=BEN).user

    def signed():
        who = Principal(ben, held(hub.desk, ben.id), "s")
        wish = Wish(version(hub.room, who, meeting, 1).sha256, "md")
        return certify(hub.room, hub.press, hub.archive, hub.reauthentication, who, meeting, 1, wish=wish, proof=proof)

    proof = Proof(PASSWORD)
    with pytest.raises(RefusedError, match="training"):
        signed()
    seen = {"kind": "identity", "on": "2026-05-01", "evidence": "passport shown to Ada Byron"}
    noted = client.post(f"{API}/users/{ben.id}/qualifications", json=seen)
    assert noted.json()["name"] == IDENTITY
    assert signed().name == "Ben Okafor"
    assert find_meetings(hub.room, Principal(ben, held(hub.desk, ben.id), "s")).cards

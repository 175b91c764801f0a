"""A person's own data: told whole, erased where no rule keeps it, answered in time; nobody else's is told."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.main import app
from hub.domain.agreements import Agreement, KindRule, Status
from hub.domain.cards import Card
from hub.domain.distribution import Recipient
from hub.domain.people import Role
from hub.domain.sync import Base, Effects, Record
from hub.services.accounts import keeping
from hub.services.review import routes
from tests.people import Clock, as_, granted, person, quick_hub
from tests.review_kit import ANNA, AT, ROSTER, STUDY, drafted

API = "/api/v1"
ADA, ANNA_AT = "ada@meridian.test", ROSTER[0].email


@pytest.fixture
def hub(home):
    del home
    made = quick_hub(clock=Clock(AT))
    person(made, ADA, granted(Role.ADMINISTRATOR, "Meridian"), organization="Meridian", name="Ada Byron")
    anna = granted(Role.PROJECT_MANAGER, "Meridian")
    person(made, ANNA_AT, anna, organization="Meridian", name="Anna Weber")
    person(made, "root@asterion.test", granted(Role.ADMINISTRATOR, "Asterion"), organization="Asterion")
    drafted(made.room)
    people = [Recipient(ANNA_AT, name="Anna Weber"), Recipient("ben@asterion.test")]
    routes.set_recipients(made.room, ANNA, STUDY, people, revision=0, reason="the plan")
    return made


def noted(client, wish):
    made = client.post(
        f"{API}/personal-requests", json={"email": ANNA_AT.upper(), "wish": wish, "received_on": "2026-05-31"}
    )
    assert made.status_code == 201, made.text
    return made.json()


def test_all_that_is_held_of_a_person_is_told_and_that_it_was(hub, client):
    as_(client, ANNA_AT)
    made = noted(as_(client, ADA), "access")
    assert (made["email"], made["due_on"]) == (ANNA_AT, "2026-06-30")
    held = client.get(f"{API}/personal-requests/{made['id']}/data").json()
    assert held["account"][0]["name"] == "Anna Weber"
    assert held["meetings"][0]["as"]["email"] == ANNA_AT
    assert held["recipient in distribution rules"][0]["study"] == STUDY
    assert {one["field"] for one in held["entries of the audit trail"]} >= {"sign-in"}
    assert held["sessions"][0]["address"] == "testclient"
    assert "password" not in json.dumps(held["account"]), "nothing that proves the person leaves"
    assert any(kept.entry.field == "told" and kept.entry.actor == ADA for kept in hub.audit.entries())
    other = f"{API}/personal-requests/{made['id']}"
    assert as_(client, "root@asterion.test").get(f"{other}/data").status_code == 404
    assert client.get(f"{API}/personal-requests").json()["items"] == []


def test_what_no_rule_keeps_is_erased_and_the_rest_is_named_with_its_rule(hub, client):
    as_(client, ANNA_AT)
    at = f"{API}/personal-requests/{noted(as_(client, ADA), 'erasure')['id']}"
    assert client.post(f"{at}/erase").status_code == 409, "the account is open"
    keeping.deactivate(hub.desk, hub.desk.accounts.named(email=ANNA_AT), by=ADA, reason="left")
    done = client.post(f"{at}/erase").json()["outcomes"]
    erased = {one["what"] for one in done if one["done"] == "erased"}
    assert {"sessions", "password, second factor, locale and zone", "recipient in distribution rules"} <= erased
    kept = {one["what"]: one["why"] for one in done if one["done"] == "kept"}
    assert "GDPR 17(3)(b)" in kept["meetings"]
    assert "11.10(e)" in kept["entries of the audit trail"]
    again = [one["what"] for one in client.post(f"{at}/erase").json()["outcomes"] if one["done"] == "kept"]
    assert len(again) == len(set(again)), "asked for again, what stays is named once"
    account = hub.desk.accounts.named(email=ANNA_AT)
    assert account.password is None
    assert {(one.agent, one.address) for one in hub.desk.sessions.all(account.user.id)} == {("", "")}
    assert [one.address for one in routes.recipients(hub.room, STUDY).recipients] == ["ben@asterion.test"]
    assert hub.audit.verify().whole
    match = {"If-Match": client.get(at).headers["etag"]}
    answer = client.post(f"{at}/answer", json={"answer": "told by letter of today"}, headers=match)
    assert (answer.json()["state"], answer.json()["answered_by"]) == ("answered", ADA)
    assert client.post(f"{at}/erase").status_code == 409, "it is answered"


def test_a_wish_that_is_not_for_erasure_erases_nothing(hub, client):
    at = f"{API}/personal-requests/{noted(as_(client, ADA), 'objection')['id']}"
    assert client.post(f"{at}/erase").status_code == 409
    match = {"If-Match": client.get(at).headers["etag"]}
    told = {"answer": "the sponsor's duty to keep it overrides", "refused": True}
    assert client.post(f"{at}/answer", json=told, headers=match).json()["state"] == "refused"


def test_the_other_partys_account_of_that_address_is_not_told(hub, client):
    as_(client, "root@asterion.test")
    made = noted(client, "access")
    held = client.get(f"{API}/personal-requests/{made['id']}/data").json()
    assert "account" not in held
    assert "sessions" not in held
    assert "meetings" in held, "in which both took part"


def test_what_other_parties_systems_hold_of_a_person_is_not_told(hub, client):
    fields = {"email": ANNA_AT, "name": "Anna Weber", "treatment_arm": "B"}
    parties = ({"Meridian": ("ctms",), "Asterion": ("vault",)}, {"Third": ("third",), "Fourth": ("fourth",)})
    for number, known in enumerate(parties, start=1):
        system = next(iter(known.values()))[0]
        rule = KindRule("contact", owner=system)
        hub.sync.ledger.agree(Agreement(f"a{number}", 1, Status.ACTIVE, known, (rule,), ()), audit=())
        record = Record(f"c{number}", "contact", fields | {"phone": system})
        base = Base(system, record.id, "contact", f"x{number}", record.fields)
        with hub.sync.ledger.unit() as unit:
            unit.save(Effects(records=(record,), bases=(base,)))
    made = noted(as_(client, ADA), "access")
    told = client.get(f"{API}/personal-requests/{made['id']}/data").json()["contacts in records of the sync"]
    assert [one["phone"] for one in told] == ["ctms"]
    assert "treatment_arm" not in told[0]


def test_nobody_blinded_is_told_what_would_unblind_in_this_way(hub, client):
    with hub.room.shelf.writing() as unit:
        [card] = unit.several(Card)
        unit.put(replace(card, unblinding=True))
    made = noted(as_(client, ADA), "access")
    at = f"{API}/personal-requests/{made['id']}/data"
    assert "meetings" not in client.get(at).json()
    open_one = granted(Role.ADMINISTRATOR, "Meridian", unblinded=True)
    person(hub, "open@meridian.test", open_one, organization="Meridian")
    assert "meetings" in as_(client, "open@meridian.test").get(at).json()


def test_it_is_done_at_the_machine_too(hub):
    anna = hub.desk.accounts.named(email=ANNA_AT).user
    hub.close()

    def run(*words):
        return CliRunner().invoke(app, list(words), catch_exceptions=False)

    assert run("personal", "note", ANNA_AT, "access", "--organization", "Meridian", "--by", "IT").exit_code == 0
    [one] = json.loads(run("personal", "list", "--json").stdout)
    held = json.loads(run("personal", "data", one["id"], "--by", "IT").stdout)
    assert held["account"][0]["email"] == anna.email
    assert run("oversight", "register").stdout == ""
    assert run("oversight", "due").exit_code == 0
    again = build(hub.settings)
    assert [kept.entry.actor for kept in again.audit.entries() if kept.entry.kind == "personal request"] == ["IT", "IT"]
    again.close()

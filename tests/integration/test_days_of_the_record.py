"""A visit that a system plans gives the due day of what was agreed before it; moved later, the page says so."""

import json
import time

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.domain.agreements import Agreement, Deletes, KindRule, Policy, Status
from hub.domain.blinding import BlindingRule
from hub.domain.people import Role
from hub.ports import System
from hub.services.sync import agreeing
from hub.services.sync.round import run_round
from tests.integration.test_review_api import ANNA, API, BEN, CARA, FORM, edits, uploaded
from tests.people import Clock, as_, granted, person, quick_hub, served
from tests.review_kit import STUDY
from tests.systems import FakeSystem

pytestmark = pytest.mark.models

SPOKEN = (
    ("Anna Weber", "The binders for Graz are still with the printer, nothing else is open there."),
    ("Ben Okafor", "I will send the delegation log to the site two days before the initiation visit in Graz."),
    ("Anna Weber", "Thank you, Ben."),
)
TRANSCRIPT = json.dumps(
    {
        "meeting": {"id": "x", "title": "Weekly call", "participants": []},
        "language": "en",
        "segments": [
            {"id": f"s{n}", "speaker": name, "start": 5.0 * n, "end": 5.0 * n + 4, "text": text}
            for n, (name, text) in enumerate(SPOKEN)
        ],
    }
).encode()
KINDS = ("study", "site", "monitoring_visit")


@pytest.fixture
def ctms():
    fake = FakeSystem("C-")
    fake.put("study", "st1", protocol_number=STUDY, title="One")
    fake.put("site", "c14", study_id="st1", number="014", name="Klinikum Graz")
    fake.put("site", "c15", study_id="st1", number="015", name="Hôpital de Lyon")
    for visit, site, day in (("v1", "c14", "2026-06-25"), ("v2", "c15", "2026-06-11")):
        its = {"study_id": "st1", "site_id": site, "type": "initiation", "status": "planned", "planned": day}
        fake.put("monitoring_visit", visit, **its)
    return fake


@pytest.fixture
def here(home, ctms):
    del home
    hub = quick_hub(clock=Clock())
    fakes = {"cro": ctms, "sponsor": FakeSystem("S-")}
    hub._overrides["systems"] = {name: System(name, KINDS, source=one, target=one) for name, one in fakes.items()}
    for email, name, role, organization in (
        (ANNA, "Anna Weber", Role.PROJECT_MANAGER, "Meridian"),
        (CARA, "Cara Lind", Role.CONTRIBUTOR, "Meridian"),
        (BEN, "Ben Okafor", Role.REVIEWER, "Asterion"),
    ):
        person(hub, email, granted(role, organization), organization=organization, name=name)
    rules = tuple(KindRule(kind, "cro", Policy.OWNER_WINS, Deletes.SOFT, {}, match=()) for kind in KINDS)
    offered = Agreement("a", 0, Status.PROPOSED, {"Asterion": ("sponsor",), "Meridian": ("cro",)}, rules)
    options = {"clock": hub.sync.clock, "new_id": hub.sync.new_id}
    agreeing.propose(hub.sync.ledger, offered, person="Anna", **options)
    for party in ("Asterion", "Meridian"):
        agreeing.accept(hub.sync.ledger, "a", party=party, person="Ben", **options)
    agreeing.move(hub.sync, "a", step="start", person="Ben")
    synced(hub)
    return hub


@pytest.fixture
def client(here):
    with served(here) as one:
        yield one


def synced(hub):
    hub.clock.pass_on(minutes=5)
    run_round(hub.sync, wait_s=0.01)


def drafted(client, **about):
    """Enter a meeting, upload what was said, and return its id and its only action once it is drafted."""
    answer = as_(client, CARA).post(f"{API}/meetings", json={**FORM, **about})
    assert answer.status_code == 201, answer.text
    meeting = answer.json()["id"]
    uploaded(client, meeting, TRANSCRIPT)
    done(client, client.post(f"{API}/meetings/{meeting}/work", json={}))
    return meeting, action_of(client, meeting)


def done(client, job):
    """Wait until the job that an answer named is done."""
    assert job.status_code == 202, job.text
    until = time.monotonic() + 120
    while (state := client.get(job.headers["location"]).json())["state"] not in ("done", "failed"):
        assert time.monotonic() < until, state
        time.sleep(0.05)
    assert state["state"] == "done", state


def action_of(client, meeting):
    [action] = client.get(f"{API}/meetings/{meeting}/minutes").json()["minutes"]["actions"]
    return action


def test_what_is_due_before_a_visit_has_its_day_from_the_record_and_says_from_which_version(here, client, ctms):
    meeting, action = drafted(client)
    assert (action["owner"], action["due"]) == ("Ben Okafor", "2026-06-23")
    assert action["due_as_spoken"] == "two days before the initiation visit in Graz"
    source = action["due_source"]
    assert (source["kind"], source["version"]) == ("monitoring_visit", 1)
    placed = here.browser.placed([source["record"]])[source["record"]]
    assert placed.record.fields["planned"] == "2026-06-25"
    page = as_(client, ANNA).get(f"/meetings/{meeting}").text
    assert "site initiation visit, site 014 (Klinikum Graz)" in page
    assert "another day since" not in page
    # the visit is moved: the page says it, and drafting again takes the new day
    ctms.put("monitoring_visit", "v1", planned="2026-07-02")
    synced(here)
    assert "another day since" in client.get(f"/meetings/{meeting}").text
    done(client, as_(client, CARA).post(f"{API}/meetings/{meeting}/minutes/again"))
    again = action_of(client, meeting)
    assert (again["due"], again["due_source"]["version"]) == ("2026-06-30", 2)
    assert "another day since" not in client.get(f"/meetings/{meeting}").text


@pytest.mark.parametrize("command", [("minutes", "--json"), ("extract",)])
def test_a_command_that_takes_a_study_gives_a_due_day_of_its_records(here, tmp_path, command):
    call = tmp_path / "call.json"
    call.write_bytes(TRANSCRIPT)
    told = [command[0], str(call), "--date", "2026-06-09T10:00", "--tz", "Europe/Vienna", "--study", STUDY]
    run = CliRunner().invoke(app, [*told, *command[1:]], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    [action] = json.loads(run.stdout)["actions"]
    assert action["due"] == "2026-06-23"
    source = action["due_source"]
    assert (source["kind"], source["version"]) == ("monitoring_visit", 1)
    assert here.browser.placed([source["record"]])[source["record"]].record.fields["planned"] == "2026-06-25"


def test_what_a_person_sets_is_no_day_of_the_record(client):
    meeting, action = drafted(client)
    answer = edits(client, meeting, {"do": "correct", "item": action["id"], "fields": {"due": "2026-06-19"}})
    assert answer.status_code == 200, answer.text
    after = action_of(client, meeting)
    assert after["due"] == "2026-06-19"
    assert "due_source" not in after


def test_a_record_that_one_party_of_the_meeting_does_not_have_gives_no_day(client):
    _, action = drafted(client, organizations=["Asterion", "Meridian", "Other"])
    assert action["due"] is None
    assert "due_source" not in action


def test_what_the_study_declares_to_unblind_gives_no_day_to_a_blinded_meeting(here, client):
    with here.room.shelf.writing() as unit:
        unit.put(BlindingRule(STUDY, ("monitoring_visit.*",)))
    assert drafted(client)[1]["due"] is None


LATE = "lou@other.example"


def test_who_joins_a_meeting_later_reads_nothing_that_the_record_told_before(here, client, ctms):
    meeting, _ = drafted(client)
    ctms.put("monitoring_visit", "v1", planned="2026-07-02")
    synced(here)
    done(client, as_(client, CARA).post(f"{API}/meetings/{meeting}/minutes/again"))
    kept(client, meeting)
    duties = [granted(one, "Other") for one in (Role.AUDITOR, Role.LIAISON)]
    person(here, LATE, *duties, organization="Other", name="Lou Marsh")
    person(here, "max@asterion.example", granted(Role.AUDITOR, "Asterion"), organization="Asterion", name="Max Roth")
    opened(client, meeting)
    seen = {who: read(as_(client, who), meeting) for who in ("max@asterion.example", LATE)}
    assert seen["max@asterion.example"]["versions"] == [1, 2, 3]
    assert seen[LATE]["versions"] == [3]
    for day in ("2026-06-23", "2026-06-30", "2026-07-02", "initiation visit, site 014"):
        assert any(day in text for text in seen["max@asterion.example"]["texts"]), day
        assert not [text[max(0, text.index(day) - 150) :][:300] for text in seen[LATE]["texts"] if day in text]
    assert seen[LATE]["refused"] == {404}
    assert client.get(f"/meetings/{meeting}/versions").status_code == 200


def kept(client, meeting):
    """Keep the edits as a version."""
    at = client.get(f"{API}/meetings/{meeting}/minutes").headers["etag"]
    answer = client.post(
        f"{API}/meetings/{meeting}/versions", json={"reason": "the visit moved"}, headers={"If-Match": at}
    )
    assert answer.status_code == 201, answer.text


def opened(client, meeting):
    """Let another party have the meeting."""
    here = f"{API}/meetings/{meeting}"
    told = {"organizations": ["Asterion", "Meridian", "Other"], "reason": "they take over monitoring"}
    answer = as_(client, ANNA).patch(here, json=told, headers={"If-Match": client.get(here).headers["etag"]})
    assert answer.status_code == 200, answer.text


def read(client, meeting):
    """Return all that somebody finds of a meeting's versions, and how the first one's addresses answer."""
    here = f"{API}/meetings/{meeting}"
    addresses = [
        f"{here}/versions/1{more}" for more in ("", "/document?format=md", "/certified-copies", "/copies", "/review")
    ]
    addresses.append(f"{here}/versions/2/differences?since=1")
    answers = [client.get(one) for one in addresses]
    trail = client.get(f"{API}/audit/export", params={"format": "csv"}).text
    page = client.get(f"/meetings/{meeting}/versions").text
    return {
        "versions": [one["number"] for one in client.get(f"{here}/versions").json()["items"]],
        "texts": [trail, page, client.get(f"{here}/minutes").text, *(one.text for one in answers)],
        "refused": {one.status_code for one in answers},
    }

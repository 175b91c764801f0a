"""One's own voice over HTTP, page and command: agreed to, learned, seen, deleted; in no backup and no answer."""

import json
import sqlite3
from dataclasses import replace
from time import monotonic, sleep

import pytest
from typer.testing import CliRunner

from hub.bootstrap import build
from hub.cli.main import app
from hub.domain.audio import Pcm
from hub.domain.cards import Card
from hub.domain.people import Role
from hub.domain.policy import Right
from hub.domain.transcript import ProposedSpeaker
from hub.domain.versions import KeptTranscript
from hub.services.review.room import held
from hub.settings import load_settings
from hub.storage.backup.whole import back_up
from hub.storage.passwords import Argon2Passwords
from tests.fakes import FakeVoicePrinter
from tests.people import granted, person, served, sign_in
from tests.review_kit import ROSTER, drafted

API = "/api/v1"
ANNA = ROSTER[0].email


class Decoder:
    fingerprint = "decode#1"

    def decode(self, source, target, *, channels, progress):
        target.write_bytes(bytes(32_000))
        return Pcm(target, 1, 16_000)


class Ears:
    decoder = Decoder()


@pytest.fixture
def hub(home):
    del home
    made = build(
        load_settings(requests_per_s=10_000),
        passwords=Argon2Passwords(memory_kib=64, rounds=1),
        voice_printer=FakeVoicePrinter(everybody=(0.654321, 0.756)),
        ears=Ears(),
    )
    person(made, ANNA, granted(Role.PROJECT_MANAGER, "Meridian"), organization="Meridian", name="Anna Weber")
    person(made, "zoe@other.test", granted(Role.PROJECT_MANAGER, "Other"), organization="Other", name="Anna Weber")
    return made


@pytest.fixture
def meeting(hub):
    """A drafted meeting with a recording."""
    card = drafted(hub.room)
    recording = hub.settings.home / "sound.wav"
    recording.write_bytes(b"sound")
    with held(hub.room, card.meeting_id, "the test") as work:
        work.unit.put(replace(work.unit.get(Card, card.meeting_id), recording=hub.blobs.put(recording)))
    return card.meeting_id


@pytest.fixture
def client(hub):
    with served(hub) as client:
        assert sign_in(client, ANNA).status_code == 201
        yield client


def finished(client, job):
    until = monotonic() + 60
    while monotonic() < until:
        seen = client.get(f"{API}/jobs/{job['id']}").json()
        if seen["state"] in ("done", "failed"):
            return seen
        sleep(0.05)
    raise AssertionError(f"the job never ended: {seen}")


def test_a_voice_is_agreed_to_learned_shown_and_deleted(hub, client, meeting):
    assert client.get(f"{API}/me/voice").json()["agreed"] is False
    early = client.post(f"{API}/me/voice/samples", json={"meeting": meeting})
    assert early.status_code == 409, "nothing is learned without consent"
    agreed = client.post(f"{API}/me/voice", json={"agreed": True})
    assert (agreed.status_code, agreed.json()["samples"]) == (201, [])
    assert client.post(f"{API}/me/voice", json={"agreed": True}).status_code == 409
    asked = client.post(f"{API}/me/voice/samples", json={"meeting": meeting})
    assert asked.status_code == 202
    done = finished(client, asked.json())
    assert done["state"] == "done", done
    assert done["result"]["seconds"] == 9.0
    shown = client.get(f"{API}/me/voice")
    assert [one["meeting"] for one in shown.json()["samples"]] == [meeting]
    assert "0.654321" not in shown.text
    assert client.delete(f"{API}/me/voice").status_code == 204
    assert client.get(f"{API}/me/voice").json()["agreed"] is False
    assert hub.voices.profiles.profiles() == []
    told = [one.entry.field for one in hub.audit.entries() if one.entry.kind == "voice"]
    assert told == ["agreed", "learned", "forgotten"]
    assert hub.audit.verify().whole


def test_nobody_learns_from_a_meeting_that_is_not_theirs_or_in_which_they_do_not_speak(client, hub, meeting):
    sign_in(client, "zoe@other.test")
    client.post(f"{API}/me/voice", json={"agreed": True})
    assert client.post(f"{API}/me/voice/samples", json={"meeting": meeting}).status_code == 404
    person(hub, "ola@meridian.test", granted(Role.CONTRIBUTOR, "Meridian"), organization="Meridian", name="Ola Nord")
    sign_in(client, "ola@meridian.test")
    client.post(f"{API}/me/voice", json={"agreed": True})
    refused = client.post(f"{API}/me/voice/samples", json={"meeting": meeting})
    assert refused.status_code == 409
    assert "name the voice there first" in refused.json()["detail"]


def test_a_token_neither_agrees_nor_deletes(client):
    told = {"name": "program", "scopes": [Right.MEETINGS_READ], "days": 5}
    token = client.post(f"{API}/me/tokens", json=told).json()["secret"]
    client.cookies.clear()
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post(f"{API}/me/voice", json={"agreed": True}, headers=headers).status_code == 403
    assert client.delete(f"{API}/me/voice", headers=headers).status_code == 403


def test_a_backup_holds_neither_voices_nor_consents(hub, client, meeting, tmp_path):
    client.post(f"{API}/me/voice", json={"agreed": True})
    finished(client, client.post(f"{API}/me/voice/samples", json={"meeting": meeting}).json())
    sealed = hub.voices.profiles.profile(hub.desk.accounts.named(email=ANNA).user.id).samples[0]
    back_up(hub.database, hub.settings.home, hub.audit, tmp_path / "copy", clock=hub.clock)
    (copy,) = (tmp_path / "copy").rglob("hub.db")
    connection = sqlite3.connect(copy)
    try:
        for table in ("voice_profiles", "voice_samples"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 - names of our own tables
    finally:
        connection.close()
    assert sealed.id.encode() not in copy.read_bytes(), "nothing of it is left in the pages of the file"
    assert len(hub.voices.profiles.profiles()) == 1


def test_the_page_says_what_it_is_for_and_does_the_same(client, meeting):
    page = client.get("/account/voice").text
    assert "in no export and no backup" in page
    assert "I agree" in page
    form = {"csrf": client.headers["X-CSRF-Token"]}
    assert client.post("/account/voice", data=form | {"do": "agree"}).status_code == 200
    page = client.get("/account/voice").text
    assert meeting in page
    assert "Nothing has been learned yet" in page
    assert client.post("/account/voice", data=form | {"do": "sell"}).status_code == 422
    assert client.post("/account/voice", data=form | {"do": "forget"}).status_code == 200
    assert "I agree" in client.get("/account/voice").text
    assert "/account/voice" in client.get("/account").text


def test_the_page_of_speakers_offers_the_proposed_name_with_its_reason(hub, client, meeting):
    with held(hub.room, meeting, "the test") as work:
        kept = work.unit.get(KeptTranscript, meeting)
        one = ProposedSpeaker("Speaker 2", "Ben Okafor", 0.83, "sounds like the voice that Ben Okafor agreed to")
        coverage = replace(kept.transcript.coverage, proposed_speakers=(one,))
        work.unit.put(replace(kept, transcript=replace(kept.transcript, coverage=coverage)))
    page = client.get(f"/meetings/{meeting}/speakers").text
    assert "sounds like the voice that Ben Okafor agreed to" in page
    assert 'name="old" value="Speaker 2"' in page
    assert 'value="Ben Okafor" aria-label' in page


def test_at_the_machine_a_consent_on_paper_is_noted_listed_and_deleted(hub):
    hub.close()
    run = CliRunner().invoke
    agreed = run(app, ["voices", "agree", ANNA, "--by", "Ada Byron", "--how", "form of 2026-05-01 in the TMF"])
    assert agreed.exit_code == 0, agreed.output
    listed = json.loads(run(app, ["voices", "list", "--json"]).stdout)
    assert [(one["email"], one["how"], one["meetings"]) for one in listed] == [
        (ANNA, "form of 2026-05-01 in the TMF", [])
    ]
    gone = run(app, ["voices", "forget", ANNA, "--by", "Ada Byron", "--why", "asked by mail"])
    assert gone.exit_code == 0, gone.output
    assert run(app, ["voices", "list"]).stdout == ""

"""What a scheduler asks of the hub: backfill, sweep of recordings, retention, measuring; each once for its key."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from hub.domain.errors import RetryableError
from hub.domain.meeting import Meeting
from hub.domain.people import EVERY, Grant, Role
from hub.domain.transcript import Transcript
from hub.ports.platforms import Connected, Rule
from hub.storage.sync_tables import inbox
from tests.fakes import FakeDecoder, FakeRecognizer
from tests.people import Clock, granted, person, quick_hub, served, sign_in


@pytest.fixture
def hub(home):
    return quick_hub(home=home, clock=Clock())


@pytest.fixture
def client(hub):
    person(hub, "it@cro.example", Grant(Role.ADMINISTRATOR, EVERY), Grant(Role.INTEGRATION_ENGINEER, EVERY))
    with served(hub) as client:
        sign_in(client, "it@cro.example")
        yield client


def result(client, hub, path, form=None, key="2026-06-01"):
    asked = client.post(f"/api/v1/{path}", json=form, headers={"Idempotency-Key": key})
    assert asked.status_code == 202, asked.text
    while (job := client.get(asked.headers["Location"]).json())["state"] not in ("done", "failed"):
        hub.jobs.run_one()
    return job


def test_a_recording_that_is_absent_or_changed_is_found(client, hub, tmp_path):
    kept = []
    for number in range(3):
        (tmp_path / "sound").write_bytes(b"sound %d" % number)
        kept.append(hub.blobs.put(tmp_path / "sound"))
        meeting = Meeting(id=f"m{number}", title="Weekly")
        hub.meetings.save_transcript(Transcript(meeting, "en", ()), recording=kept[-1])
    hub.blobs.path(kept[0]).unlink()
    hub.blobs.path(kept[1]).write_bytes(b"other")
    job = result(client, hub, "upkeep/recording-sweeps")
    harmed = {"recordings": 3, "harmed": [f"m0: {kept[0]}", f"m1: {kept[1]}"], "harmed_found": 2}
    assert job["result"] == {"platforms": {}, "away": {}, **harmed}


class Platform:
    """`MeetingPlatform` that holds nothing, or does not answer."""

    def __init__(self, error=None):
        self.error = error

    def held(self, since, until):
        if self.error:
            raise self.error
        return iter(())


def test_a_sweep_looks_at_each_meeting_platform_and_says_which_could_not_be(client, hub):
    user = person(hub, "sweeper@people.example", granted(Role.CONTRIBUTOR))
    rule = Rule(("Meridian CRO",), user.email, "told at the start")
    hub.platforms.update(
        {
            "zoom": Connected("zoom", Platform(), rule),
            "teams": Connected("teams", Platform(RetryableError("teams: does not answer")), rule),
        }
    )
    job = result(client, hub, "upkeep/recording-sweeps")
    assert job["result"]["platforms"] == {"zoom": {"found": 0, "taken": [], "failed": [], "withdrawn": []}}
    assert job["result"]["away"] == {"teams": "teams: does not answer"}


def test_what_only_guards_against_repetition_is_removed_with_a_line_in_the_trail(client, hub):
    now = hub.clock().replace(tzinfo=None)
    rows = [{"consumer": "c", "message_id": str(days), "at": now - timedelta(days=days)} for days in (1, 40, 100)]
    with hub._engine.begin() as connection:
        connection.execute(insert(inbox), rows)
    form = {"days": 90, "dry_run": True}
    assert result(client, hub, "upkeep/retentions", form)["result"]["found"]["inbox"] == 1
    assert result(client, hub, "upkeep/retentions", {"days": 90, "dry_run": False}, key="b")["result"]["removed"]
    with hub._engine.begin() as connection:
        assert set(connection.execute(select(inbox.c.message_id)).scalars()) == {"1", "40"}
    assert [kept.entry.actor for kept in hub.audit.entries() if kept.entry.kind == "traces"] == ["it@cro.example"]
    assert hub.audit.verify().whole
    refused = client.post("/api/v1/upkeep/retentions", json={"days": 7, "dry_run": False})
    assert refused.status_code == 422, "a bus may still keep what was sent then"


def test_the_same_key_meets_the_job_that_it_asked_for(client, hub):
    first = result(client, hub, "upkeep/recording-sweeps")
    assert result(client, hub, "upkeep/recording-sweeps")["id"] == first["id"]
    assert result(client, hub, "upkeep/recording-sweeps", key="2026-06-02")["id"] != first["id"]
    for path in ("audit/verifications", "sync/reconciliations"):
        assert result(client, hub, path, key=path)["id"] == result(client, hub, path, key=path)["id"]


def test_without_clips_hearing_is_not_measured_and_says_what_to_do(client, hub):
    job = result(client, hub, "upkeep/model-evaluations")
    assert job["state"] == "failed"
    assert "there is no such folder" in job["error"]


def test_hearing_is_measured_without_the_model_that_tells_voices_apart(client, hub):
    clips = hub.settings.home / "evaluation"
    clips.mkdir()
    (clips / "a.wav").write_bytes(b"sound")
    (clips / "refs.jsonl").write_text('{"audio": "a.wav", "text": "one two three four"}\n')
    hub._overrides["word_hearing"] = (FakeRecognizer(), FakeDecoder())
    job = result(client, hub, "upkeep/model-evaluations")
    assert job["state"] == "done", job["error"]
    assert (job["result"]["clips"], job["result"]["words"], job["result"]["refused"]) == (1, 4, [])


def test_a_backfill_names_an_agreement_that_is_there(client, hub):
    assert client.post("/api/v1/agreements/none/backfills", json={"since": None}).status_code == 404


@pytest.mark.parametrize("path", ["upkeep/recording-sweeps", "upkeep/retentions", "upkeep/model-evaluations"])
def test_upkeep_is_for_those_who_keep_the_hub(hub, path):
    person(hub, "pm@cro.example", Grant(Role.PROJECT_MANAGER, EVERY))
    with served(hub) as client:
        sign_in(client, "pm@cro.example")
        assert client.post(f"/api/v1/{path}", json={"days": 90}).status_code == 403

"""The communication log over the API, in the trail and on the command line: by party, study and blind."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from hub.api.app import create_app
from hub.cli.main import app
from hub.domain.communications import Asked, Channel, Kind, Said
from hub.domain.people import Role
from hub.services.trail_reading import Wanted
from tests.people import Clock, granted, quick_hub
from tests.world import CRO, SPONSOR, STRANGER, token_of

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
OPEN = Channel("conduct", "slack", "C0AGREED", "LH-302", (CRO, SPONSOR), "plan 3.2", AT)
ARMS = replace(OPEN, name="arms", id="C0ARMS", unblinding=True)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    home = tmp_path_factory.mktemp("log")
    hub = quick_hub(home=home, clock=Clock())
    for number in range(5):
        said = Said(f"1.{number}", "1.0", "Anna Weber", AT + timedelta(minutes=number), f"message {number}")
        hub.communications.keep(OPEN, [said])
    edited = replace(said, text="mended", kind=Kind.EDITED, version="2.0", changed_at=AT + timedelta(hours=1))
    hub.communications.keep(OPEN, [edited])
    hub.communications.keep(ARMS, [Said("9.0", "9.0", "Ben Okafor", AT, "subject 12 is in arm B")])
    yield hub
    hub.close()


def client(hub, role, organization, **grant):
    email = f"{role}-{organization.split()[0]}-{len(grant)}@people.example".lower()
    token = token_of(hub, email, granted(role, organization, **grant), organization=organization)
    return TestClient(create_app(hub), headers={"Authorization": f"Bearer {token}"})


def texts(answer):
    return [one["text"] for one in answer.json()["items"]]


def test_a_party_reads_its_study_page_by_page_and_no_unblinding_word(hub):
    api = client(hub, Role.CONTRIBUTOR, SPONSOR)
    first = api.get("/api/v1/communications", params={"study": "LH-302", "limit": 4})
    assert texts(first) == ["mended", "message 4", "message 3", "message 2"]
    after = {"study": "LH-302", "limit": 4, "cursor": first.json()["next"]}
    rest = api.get("/api/v1/communications", params=after)
    assert (texts(rest), rest.json()["next"]) == (["message 1", "message 0"], None)
    assert texts(api.get("/api/v1/communications", params={"study": "LH-302", "text": "MENDED"})) == ["mended"]
    thread = first.json()["items"][0]["thread"]
    assert len(texts(api.get("/api/v1/communications", params={"study": "LH-302", "thread": thread}))) == 6


def test_every_version_of_a_message_is_shown_first_one_first(hub):
    api = client(hub, Role.AUDITOR, CRO)
    found = api.get("/api/v1/communications", params={"study": "LH-302", "text": "mended"}).json()["items"][0]
    shown = api.get(f"/api/v1/communications/{found['id']}").json()
    assert [(one["text"], one["kind"]) for one in shown] == [("message 4", "said"), ("mended", "edited")]


def test_an_unblinding_message_is_there_for_those_who_may_see_it_only(hub):
    [arm] = hub.communications.find(Asked("LH-302", text="arm B"), lambda _scope: True)
    blinded, unblinded = client(hub, Role.CONTRIBUTOR, CRO), client(hub, Role.CONTRIBUTOR, CRO, unblinded=True)
    assert blinded.get(f"/api/v1/communications/{arm.message}").status_code == 404
    assert unblinded.get(f"/api/v1/communications/{arm.message}").json()[0]["text"] == "subject 12 is in arm B"
    assert "subject 12 is in arm B" in texts(unblinded.get("/api/v1/communications", params={"study": "LH-302"}))


def test_strangers_and_other_duties_see_nothing(hub):
    stranger = client(hub, Role.CONTRIBUTOR, STRANGER)
    assert texts(stranger.get("/api/v1/communications", params={"study": "LH-302"})) == []
    engineer = client(hub, Role.INTEGRATION_ENGINEER, CRO)
    assert engineer.get("/api/v1/communications", params={"study": "LH-302"}).status_code == 403


def test_the_trail_shows_the_lines_to_the_parties_of_the_study(hub):
    def lines(sees):
        page, _ = hub.trail.page(Wanted(), sees, before=None, limit=100)
        return [one.entry.reason for one in page if one.entry.kind == "communication"]

    assert len(lines(lambda scope: SPONSOR in scope.organizations and not scope.unblinding)) == 6
    assert len(lines(lambda scope: SPONSOR in scope.organizations)) == 7
    assert lines(lambda scope: STRANGER in scope.organizations) == []


def test_the_command_prints_the_log_without_what_would_unblind(hub, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(hub.settings.home))
    run = CliRunner()
    shown = run.invoke(app, ["chat", "log", "LH-302"])
    assert shown.exit_code == 0, shown.output
    assert shown.output.count("\n") == 6
    assert "(edited): mended" in shown.output
    assert "arm B" not in shown.output
    assert "arm B" in run.invoke(app, ["chat", "log", "LH-302", "--unblinded", "--json"]).output


def test_the_log_is_handed_out_as_a_file_as_far_as_one_sees_it(hub):
    api = client(hub, Role.AUDITOR, SPONSOR)
    rows = list(csv.DictReader(api.get("/api/v1/communications/export", params={"study": "LH-302"}).text.splitlines()))
    assert [one["text"] for one in rows][:2] == ["mended", "message 4"]
    assert len(rows) == 6
    assert rows[0]["said_at"].endswith("+00:00")
    told = api.get("/api/v1/communications/export", params={"study": "LH-302", "text": "mended", "format": "json"})
    assert [one["kind"] for one in told.json()] == ["edited"]
    assert "arm B" not in told.text

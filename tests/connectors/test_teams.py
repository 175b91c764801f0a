"""Teams: calls of an organizer are found with who was there; each occurrence of a series is a meeting of its own."""

import json
from datetime import UTC, datetime

import pytest

from hub.connectors.platforms import load_platforms
from hub.connectors.rest.client import Limits
from hub.connectors.teams import Teams, TeamsAccess
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.platforms import HeldMeeting, Unread, best
from hub.nlp.readers import read_transcript
from tests.connectors import faults, mangled
from tests.connectors.openapi import vendor
from tests.connectors.peer import running
from tests.connectors.vendors.graph import TENANT
from tests.connectors.vendors.teams import VTT, TeamsServer

ORGANIZER = "0f3c2f6e-1111-4a2b-8c3d-000000000001"
SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)


@pytest.fixture
def server():
    with running(TeamsServer(ORGANIZER)) as served:
        yield served


@pytest.fixture
def teams(server, monkeypatch):
    monkeypatch.setenv("GRAPH_SECRET", server.secret)
    made = []

    def build(**more):
        told = {"tenant": TENANT, "client_id": "app", "client_secret": "env:GRAPH_SECRET", "organizers": [ORGANIZER]}
        told |= {"login_url": server.address, "base_url": server.base} | more
        made.append(
            Teams(TeamsAccess.model_validate(told), name="teams", clock=lambda: server.now, limits=Limits(2.0, 2**24))
        )
        return made[-1]

    yield build
    for one in made:
        one.close()


def test_each_occurrence_of_a_series_is_a_meeting_with_its_files_and_people(server, teams):
    server.call("m1", "call-1", "2026-05-05T08:01:00Z", "transcripts", "recordings")
    server.call("m1", "call-2", "2026-05-12T08:02:00Z", "recordings")
    server.there("m1", "r1", "2026-05-05T08:00:00Z", ("Anna Weber", "anna@meridian.test"), ("Anna Weber", ""))
    server.there("m1", "r2", "2026-05-12T08:00:00Z", ("Ben Okafor", "ben@asterion.test"))
    first, second = sorted(teams().held(SINCE, UNTIL), key=lambda one: one.started_at)
    assert (first.title, first.started_at) == ("Weekly call", datetime(2026, 5, 5, 8, 1, tzinfo=UTC))
    assert [(p.name, p.email) for p in first.participants] == [("Anna Weber", "anna@meridian.test")]
    assert [p.name for p in second.participants] == ["Ben Okafor"]
    assert (best(first.files).kind, best(second.files).kind) == ("transcript", "video")
    assert first.meeting_id != second.meeting_id


def test_long_lists_come_page_by_page(server, teams):
    for number in range(8):
        server.call(f"m{number}", f"c{number}", f"2026-05-{10 + number}T08:00:00Z", "transcripts")
    assert len(list(teams().held(SINCE, UNTIL))) == 8


def test_what_was_made_outside_the_span_is_left_out(server, teams):
    server.call("m1", "c1", "2026-04-30T08:00:00Z", "transcripts")
    server.call("m2", "c2", "2026-06-02T08:00:00Z", "transcripts")
    assert list(teams().held(SINCE, UNTIL)) == []


def test_every_request_is_one_that_the_contract_allows(server, teams, tmp_path):
    contract = vendor("microsoft-graph/graph-v1.subset.openapi.json", "/v1.0")
    server.call("m1", "c1", "2026-05-05T08:00:00Z", "transcripts", "recordings")
    server.there("m1", "r1", "2026-05-05T08:00:00Z", ("Anna Weber", ""))
    one = teams()
    [meeting] = one.held(SINCE, UNTIL)
    for file in meeting.files:
        one.fetch(file, tmp_path / file.name, most=1000)
        assert not one.deleted(meeting.origin(file, "teams"))
    asked = [a for a in server.asked if a.path.startswith("/v1.0/")]
    assert len(asked) == 10
    assert [line for a in asked for line in contract.problems(a)] == []


def test_a_transcript_is_fetched_as_vtt(server, teams, tmp_path):
    server.call("m1", "c1", "2026-05-05T08:00:00Z", "transcripts")
    one = teams()
    [meeting] = one.held(SINCE, UNTIL)
    one.fetch(meeting.files[0], tmp_path / "f.vtt", most=1000)
    assert (tmp_path / "f.vtt").read_bytes() == VTT
    assert server.asked[-1].params == {"$format": "text/vtt"}
    with pytest.raises(RejectedError, match="longer than"):
        one.fetch(meeting.files[0], tmp_path / "f.vtt", most=10)
    server.content.clear()
    with pytest.raises(RejectedError):
        one.fetch(meeting.files[0], tmp_path / "f.vtt", most=1000)


def test_an_expired_meeting_or_hidden_attendance_still_gives_its_files(server, teams):
    server.call("m1", "c1", "2026-05-05T08:00:00Z", "transcripts")
    server.subjects.clear()
    server.denied.add(f"/users/{ORGANIZER}/onlineMeetings/m1/attendanceReports")
    [meeting] = teams().held(SINCE, UNTIL)
    assert (meeting.title, meeting.participants, len(meeting.files)) == ("", (), 1)


def test_a_token_that_ended_is_had_anew_and_an_outage_is_one_to_come_again_for(server, teams):
    server.call("m1", "c1", "2026-05-05T08:00:00Z", "transcripts")
    one = teams()
    server.expire()
    assert len(list(one.held(SINCE, UNTIL))) == 1
    for fault in (faults.status(429, Retry_After="3"), faults.status(503), faults.body(faults.HTML)):
        server.fail("list", fault)
        with pytest.raises(RetryableError):
            list(one.held(SINCE, UNTIL))
    assert len(list(one.held(SINCE, UNTIL))) == 1


def test_check_says_in_words_what_is_wrong(server, teams):
    teams().check()
    with pytest.raises(FatalError, match="no user of this tenant"):
        teams(organizers=["nobody"]).check()
    server.denied.add(f"/users/{ORGANIZER}")
    with pytest.raises(FatalError, match="application access policy"):
        teams().check()


def test_a_hundred_mangled_files_leave_the_good_ones(server, teams):
    server.call("good", "c1", "2026-05-05T08:00:00Z", "transcripts")
    true = server.files["transcripts"][0]
    broken = [
        {**entry, "meetingId": "odd"} if entry.get("meetingId") == "good" else entry
        for name, entry in mangled.items(true)
        if not any(word in name for word in ("ten megabytes", "no number", "infinity"))
    ]
    server.size = 50
    server.files["transcripts"] += [*broken, None, "text", 7]
    server.call("last", "c9", "2026-05-06T08:00:00Z", "transcripts")
    held = list(teams().held(SINCE, UNTIL))
    found = {one.key.partition(":")[0] for one in held if isinstance(one, HeldMeeting)}
    assert len(broken) > 100
    assert all("\n" not in one.where + one.reason for one in held if isinstance(one, Unread))
    assert {"good", "last"} <= found


def test_a_platform_file_describes_one_platform(tmp_path):
    text = """\
name: teams
platform: teams
take: {organizations: [Meridian], account: ben@meridian.test, consent: Teams says so to all}
teams:
  {tenant: contoso.example, client_id: app, client_secret: "env:GRAPH_SECRET", organizers: [one]}
"""
    (tmp_path / "teams.yaml").write_text(text)
    [one] = load_platforms(tmp_path, clock=lambda: UNTIL).found.values()
    one.platform.close()
    (tmp_path / "teams.yaml").write_text(text.replace("platform: teams", "platform: zoom"))
    wrong = load_platforms(tmp_path, clock=lambda: UNTIL).wrong["teams.yaml"]
    assert "describe the platform under zoom" in wrong


def test_subscriptions_are_asked_for_as_the_contract_says(server, teams, monkeypatch):
    monkeypatch.setenv("GRAPH_STATE", "state-planted-7731")
    contract = vendor("microsoft-graph/graph-v1.subset.openapi.json", "/v1.0")
    one = teams(notify={"url": "https://hub.test/webhooks/teams", "client_state": "env:GRAPH_STATE"})
    list(one.held(SINCE, UNTIL))
    list(one.held(SINCE, UNTIL))
    one.called(b'{"value": [{"lifecycleEvent": "reauthorizationRequired", "subscriptionId": "s0"}, 7]}')
    one.called(b"no JSON")
    assert len(server.subscriptions) == 2
    asked = [a for a in server.asked if "/subscriptions" in a.path]
    assert [a.method for a in asked] == ["GET", "POST", "GET", "POST", "POST"]
    assert [line for a in asked for line in contract.problems(a)] == []


def test_the_languages_that_teams_says_were_spoken_go_with_a_transcript(server, teams, tmp_path):
    contract = vendor("microsoft-graph/graph-v1.subset.openapi.json", "/v1.0")
    server.call("m1", "call-1", "2026-05-05T08:01:00Z", "transcripts")
    cues = [("00:00:00.000 --> 00:00:04.000", "Gut.", "de-DE"), ("00:00:05.000 --> 00:00:07.000", "Vale.", "es-ES")]
    cues.append(("00:00:08.000 --> 00:00:09.000", "Danke.", "de-DE"))
    said = "\n\n".join(f"{times}\n<v Anna Weber>{text}</v>" for times, text, _ in cues)
    told = "\n\n".join(
        f"{times}\n" + json.dumps({"speakerName": "Anna Weber", "spokenText": text, "spokenLanguage": spoken}, indent=1)
        for times, text, spoken in cues
    )
    [known] = server.content
    server.content[known] = f"WEBVTT\n\n{said}\n".encode()
    server.metadata[known] = f"WEBVTT\n\n{told}\n".encode()
    platform = teams()
    [meeting] = platform.held(SINCE, UNTIL)
    platform.fetch(meeting.files[0], tmp_path / "call.vtt", most=10_000)
    read = read_transcript(tmp_path / "call.vtt", usual="fr")
    assert (read.language, [(one.speaker, one.text, one.language) for one in read.segments]) == (
        "de",
        [("Anna Weber", "Gut.", None), ("Anna Weber", "Vale.", "es"), ("Anna Weber", "Danke.", None)],
    )
    assert [line for a in server.asked if "metadataContent" in a.path for line in contract.problems(a)] == []
    server.metadata[known] = b"\xff no JSON {"
    platform.fetch(meeting.files[0], tmp_path / "bare.vtt", most=10_000)
    assert read_transcript(tmp_path / "bare.vtt", usual="fr").language == "fr"


def test_where_the_tenant_lets_no_speakers_be_named_the_words_are_had_without(server, teams, tmp_path):
    server.call("m1", "call-1", "2026-05-05T08:01:00Z", "transcripts")
    platform = teams()
    [meeting] = platform.held(SINCE, UNTIL)
    platform.fetch(meeting.files[0], tmp_path / "named.vtt", most=10_000)
    server.names_speakers = False
    platform.fetch(meeting.files[0], tmp_path / "nameless.vtt", most=10_000)
    found = {name: read_transcript(tmp_path / f"{name}.vtt").segments for name in ("named", "nameless")}
    assert {name: [(one.speaker, one.text) for one in segments] for name, segments in found.items()} == {
        "named": [("Anna Weber", "We keep the weekly call on Tuesdays.")],
        "nameless": [(None, "We keep the weekly call on Tuesdays.")],
    }
    with pytest.raises(RejectedError):
        platform.fetch(meeting.files[0], tmp_path / "long.vtt", most=10)


def test_a_transcript_that_is_refused_for_another_reason_is_not_asked_for_again(server, teams, tmp_path):
    server.call("m1", "call-1", "2026-05-05T08:01:00Z", "transcripts")
    platform = teams()
    [meeting] = platform.held(SINCE, UNTIL)
    server.denied.add("/users")
    before = len(server.asked)
    with pytest.raises(FatalError):
        platform.fetch(meeting.files[0], tmp_path / "f.vtt", most=10_000)
    assert len(server.asked) == before + 1

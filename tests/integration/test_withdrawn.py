"""A recording that Zoom has deleted since: a person is told, decides, and two of them may destroy the hub's copy."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from hub.cli.worker import sweeps
from hub.connectors.rest.client import Limits
from hub.connectors.zoom import Zoom, ZoomAccess
from hub.domain.cards import Card
from hub.domain.errors import FatalError, RetryableError, StandingError
from hub.domain.people import Role
from hub.domain.retention import DestructionState, RecordClass
from hub.domain.versions import KeptTranscript
from hub.ports.platforms import Connected, Rule
from hub.services.review import pipeline, voice_learning
from hub.services.review.retained import withdrawn
from hub.services.review.retention import approve, ask, place_hold
from hub.services.review.uploads import open_upload, receive
from hub.services.review.withdrawing import keep
from tests.connectors.peer import running
from tests.connectors.vendors.zoom import ACCOUNT, CLIENT, SECRET, VTT, ZoomServer
from tests.fakes import FakeExtractor
from tests.people import as_, granted, person, quick_hub, served
from tests.review_kit import CARA, minutes
from tests.review_kit import person as principal

HOST, BEN, ADA, CARL = "anna@meridian.test", "ben@meridian.test", "ada@meridian.test", "carl@meridian.test"
NOW = datetime(2026, 6, 2, tzinfo=UTC)
WEBHOOK = "system: zoom\nvendor: zoom\nsecrets: [env:ZOOM_WEBHOOK]\n"
ADMIN, OTHER = principal("Ada Byron", Role.ADMINISTRATOR), principal("Bob Lund", Role.ADMINISTRATOR)
WORDS = (RecordClass.RECORDING, RecordClass.TRANSCRIPT)


class Told(FakeExtractor):
    def __init__(self):
        super().__init__(None)

    def extract(self, transcript, known=()):
        return minutes(transcript.meeting)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("ZOOM_SECRET", SECRET)
    with running(ZoomServer()) as made:
        made.meetings[HOST] = []
        yield made


@pytest.fixture
def hub(home, empty_home, server, monkeypatch):
    shutil.copytree(empty_home, home, dirs_exist_ok=True)
    (home / "webhooks").mkdir(parents=True)
    (home / "webhooks" / "zoom.yaml").write_text(WEBHOOK)
    monkeypatch.setenv("ZOOM_WEBHOOK", "zoom-webhook-31c7")
    told = {"account_id": ACCOUNT, "client_id": CLIENT, "client_secret": "env:ZOOM_SECRET", "users": [HOST]}
    told |= {"base_url": f"{server.address}/v2", "login_url": server.address}
    zoom = Zoom(ZoomAccess.model_validate(told), name="zoom", clock=lambda: server.now, limits=Limits(60.0, 2**24))
    made = quick_hub(clock=lambda: NOW)
    rule = Rule(("Meridian",), BEN, "Zoom says so to all; plan 4.2", study="LH-302", back_days=40)
    connected = Connected("zoom", zoom, rule, deletions=zoom.deletions)
    made._overrides |= {"extractor": Told(), "platforms": {"zoom": connected}}
    person(made, BEN, granted(Role.CONTRIBUTOR, "Meridian"), organization="Meridian")
    yield made
    made.close()
    zoom.close()


@pytest.fixture
def meeting(server, hub):
    """A meeting that came from Zoom and was drafted."""
    server.held(HOST, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    [taken] = hub.sweep("zoom").taken
    drain(hub)
    return taken


def drain(hub):
    while hub.jobs.run_one():
        pass


def card_of(hub, meeting):
    with hub.room.shelf.reading() as unit:
        return unit.get(Card, meeting)


def trail(hub, field):
    entries = [kept.entry for kept in hub.audit.entries() if kept.entry.field == field]
    return [(one.new, one.reason) for one in entries]


def test_what_zoom_has_deleted_is_found_by_the_next_look_told_once_and_kept(server, hub, meeting):
    assert hub.sweep("zoom").withdrawn == ()
    server.delete("a")
    assert hub.sweep("zoom").withdrawn == (meeting,)
    assert hub.sweep("zoom").withdrawn == ()
    card = card_of(hub, meeting)
    assert (card.withdrawn, card.withdrawn_at, str(card.standing)) == ("told", NOW, "draft")
    assert hub.blobs.path(card.recording).is_file()
    assert trail(hub, "withdrawn") == [('"told"', "zoom has deleted what was taken in from there")]


def test_a_recording_that_is_there_again_is_no_longer_asked_about(server, hub, meeting):
    entry = server.meetings[HOST][0]
    server.delete("a")
    hub.sweep("zoom")
    server.meetings[HOST].append(entry)
    hub.sweep("zoom")
    assert card_of(hub, meeting).withdrawn == ""
    assert trail(hub, "withdrawn")[-1] == ('""', "zoom has it again")


def test_what_was_not_worked_through_yet_is_not_until_somebody_decides(server, hub):
    server.held(HOST, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    [meeting] = hub.sweep("zoom").taken
    server.delete("a")
    assert hub.sweep("zoom").withdrawn == (meeting,)
    drain(hub)
    card = card_of(hub, meeting)
    assert (card.version, str(card.standing), card.stopped_by) == (0, "failed", "zoom")
    with pytest.raises(StandingError, match="decide first"):
        pipeline.start(hub.room, hub.jobs.submit, CARA, meeting)


def test_what_was_deleted_before_a_look_is_never_taken_in(server, hub):
    server.held(HOST, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    server.delete("a")
    assert (hub.sweep("zoom").taken, hub.sweep("zoom").withdrawn) == ((), ())


def test_two_people_destroy_it_before_its_period_and_the_certificate_says_why(server, hub, meeting):
    for kind in WORDS:
        with pytest.raises(StandingError, match="is kept until"):
            ask(hub.room, ADMIN, meeting, kind, reason="a participant asks for it")
    server.delete("a")
    hub.sweep("zoom")
    for kind in WORDS:
        ask(hub.room, ADMIN, meeting, kind, reason="a participant asks for it")
        with pytest.raises(StandingError, match="another person"):
            approve(hub.room, hub.shredder, ADMIN, meeting, kind, reason="yes")
        done = approve(hub.room, hub.shredder, OTHER, meeting, kind, reason="the plan says so")
        assert done.state is DestructionState.DONE
        assert json.loads(done.certificate)["deleted_at_its_platform"] == "2026-06-02T00:00:00+00:00"
    with hub.room.shelf.reading() as unit:
        assert unit.get(KeptTranscript, meeting) is None
    card = card_of(hub, meeting)
    assert (card.recording, card.withdrawn, card.version) == (None, "destroyed", 1)
    with pytest.raises(StandingError, match="is kept until"):
        ask(hub.room, ADMIN, meeting, RecordClass.MINUTES, reason="all of it")
    assert hub.sweep("zoom").withdrawn == ()


def test_what_was_decided_to_be_kept_stays_for_its_period(server, hub, meeting):
    server.delete("a")
    hub.sweep("zoom")
    ask(hub.room, ADMIN, meeting, RecordClass.RECORDING, reason="a participant asks for it")
    keep(hub.room, OTHER, meeting, reason="protocol 9.4 asks for it")
    with pytest.raises(StandingError, match="is kept until"):
        approve(hub.room, hub.shredder, principal("Cy Twombly", Role.ADMINISTRATOR), meeting, WORDS[0], reason="yes")
    with pytest.raises(StandingError, match="is kept until"):
        ask(hub.room, ADMIN, meeting, RecordClass.TRANSCRIPT, reason="a participant asks for it")


def test_another_recording_that_somebody_uploads_is_none_that_zoom_has_deleted(server, hub, meeting):
    server.delete("a")
    hub.sweep("zoom")
    begun = open_upload(hub.room, hub.dock, CARA, meeting, name="own.wav", size=5, consent="all agreed")
    receive(hub.room, hub.dock, CARA, begun.id, offset=0, pieces=[b"sound"])
    card = card_of(hub, meeting)
    assert (card.origin, card.withdrawn, card.withdrawn_at) == (None, "", None)
    with pytest.raises(StandingError, match="is kept until"):
        ask(hub.room, ADMIN, meeting, RecordClass.RECORDING, reason="a participant asks for it")
    assert hub.sweep("zoom").withdrawn == ()


def test_more_than_a_page_of_them_are_all_told(server, hub, meeting, monkeypatch):
    server.held(HOST, "b", "2026-05-21T08:00:00Z", "TRANSCRIPT")
    [other] = hub.sweep("zoom").taken
    server.delete("a")
    server.delete("b")
    hub.sweep("zoom")
    monkeypatch.setattr("hub.services.review.withdrawing._PAGE", 1)
    assert {card.meeting_id for card, _ in withdrawn(hub.room, ADMIN)} == {meeting, other}


def destroyed(hub, meeting, kind):
    ask(hub.room, ADMIN, meeting, kind, reason="a participant asks for it")
    approve(hub.room, hub.shredder, OTHER, meeting, kind, reason="the plan says so")


def test_of_one_whose_recording_was_destroyed_the_words_may_still_be_asked_for_or_kept(server, hub, meeting):
    server.held(HOST, "b", "2026-05-21T08:00:00Z", "TRANSCRIPT")
    [other] = hub.sweep("zoom").taken
    drain(hub)
    server.delete("a")
    server.delete("b")
    hub.sweep("zoom")
    for one in (meeting, other):
        destroyed(hub, one, RecordClass.RECORDING)
    assert {card.meeting_id: left for card, left in withdrawn(hub.room, ADMIN)} == {
        meeting: (RecordClass.TRANSCRIPT,),
        other: (RecordClass.TRANSCRIPT,),
    }
    destroyed(hub, meeting, RecordClass.TRANSCRIPT)
    keep(hub.room, OTHER, other, reason="protocol 9.4 asks for it")
    assert withdrawn(hub.room, ADMIN) == []
    with pytest.raises(StandingError, match="is kept until"):
        ask(hub.room, ADMIN, other, RecordClass.TRANSCRIPT, reason="a participant asks for it")
    with pytest.raises(StandingError, match="waits to be decided"):
        keep(hub.room, OTHER, meeting, reason="too late")


def test_what_was_destroyed_is_read_found_and_given_out_by_nothing_but_the_minutes(server, hub):
    spoken = "The cedar box is empty."
    server.held(HOST, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    server.files["0"] = VTT + f"\n2\n00:00:04.000 --> 00:00:08.000\nAnna Weber: {spoken}\n".encode()
    [meeting] = hub.sweep("zoom").taken
    drain(hub)
    sha256 = card_of(hub, meeting).recording
    hub.stages.save(sha256, "recognize", "f", "{}")
    with served(hub) as client:
        as_(client, BEN)
        base = f"/api/v1/meetings/{meeting}"
        assert spoken in client.get(f"{base}/transcript").text
        assert client.get("/api/v1/meetings", params={"text": "cedar"}).json()["items"]
        server.delete("a")
        hub.sweep("zoom")
        for kind in WORDS:
            destroyed(hub, meeting, kind)
        assert client.get(f"{base}/transcript").status_code == 404
        assert client.get("/api/v1/meetings", params={"text": "cedar"}).json()["items"] == []
        for page in ("", "/transcript"):
            assert spoken not in client.get(f"/meetings/{meeting}{page}").text
        made = client.get(f"{base}/versions/1/document", params={"format": "md"})
        assert (made.status_code, "weekly call" in made.text, spoken in made.text) == (200, True, False)
    assert hub.stages.load(sha256, "recognize", "f") is None
    assert not [one for one in hub.settings.home.rglob("*") if one.is_file() and sha256 in one.name]


def test_no_voice_is_learned_of_it_before_somebody_has_decided(server, hub, meeting):
    server.delete("a")
    hub.sweep("zoom")
    profiles = SimpleNamespace(profiles=SimpleNamespace(profile=lambda _: "agreed"))
    speaker = replace(CARA, user=replace(CARA.user, name="Anna Weber"))
    with pytest.raises(StandingError, match="decide first"):
        voice_learning.start(hub.room, profiles, hub.jobs.submit, speaker, meeting)


def test_a_legal_hold_stands_above_it(server, hub, meeting):
    server.delete("a")
    hub.sweep("zoom")
    place_hold(hub.room, ADMIN, meeting_id=meeting, reason="an inspection is announced")
    with pytest.raises(StandingError, match="an inspection is announced"):
        ask(hub.room, ADMIN, meeting, RecordClass.RECORDING, reason="a participant asks for it")


def old(hub, days=1):
    """Have sweeps look back so many days only."""
    connected = hub.platforms["zoom"]
    hub.platforms["zoom"] = replace(connected, rule=replace(connected.rule, back_days=days))


def test_old_ones_are_asked_about_in_turn_and_one_that_is_gone_is_told(server, hub, meeting, monkeypatch):
    for number in range(4):
        server.held(HOST, f"b{number}", f"2026-05-{10 + number}T08:00:00Z", "TRANSCRIPT")
    hub.sweep("zoom")
    old(hub)
    server.delete("b1")
    asked, true = [], hub.platforms["zoom"].platform.deleted
    monkeypatch.setattr(hub.platforms["zoom"].platform, "deleted", lambda one: asked.append(one.key) or true(one))
    monkeypatch.setattr("hub.services.review.withdrawing.OLDER", 2)
    found = [hub.sweep("zoom").withdrawn for _ in range(4)]
    assert asked[:5] == ["a", "b3", "b2", "b1", "b0"]
    assert asked[5:7] == ["a", "b3"], "and then anew"
    assert [len(one) for one in found] == [0, 1, 0, 0]
    assert card_of(hub, found[1][0]).withdrawn == "told"


def test_one_that_nothing_can_be_told_of_stops_no_look_and_an_outage_ends_its_turn_only(
    server, hub, meeting, monkeypatch
):
    server.held(HOST, "b", "2026-05-10T08:00:00Z", "TRANSCRIPT")
    hub.sweep("zoom")
    old(hub)
    server.delete("b")
    platform, true = hub.platforms["zoom"].platform, hub.platforms["zoom"].platform.deleted

    def stubborn(error):
        def deleted(origin):
            if origin.key == "a":
                raise error
            return true(origin)

        return deleted

    monkeypatch.setattr(platform, "deleted", stubborn(RetryableError("away")))
    assert hub.sweep("zoom").withdrawn == ()
    monkeypatch.setattr(platform, "deleted", stubborn(FatalError("its host has left")))
    assert len(hub.sweep("zoom").withdrawn) == 1
    assert card_of(hub, meeting).withdrawn == ""


def test_an_old_one_is_found_by_the_worker_when_zoom_calls(server, hub, meeting, monkeypatch):
    monkeypatch.setattr("hub.services.review.withdrawing.OLDER", 0)
    old(hub)
    headers, told = server.call("recording.trashed", server.meetings[HOST][0], at=NOW, secret="zoom-webhook-31c7")  # noqa: S106  # the made-up secret of the server of the tests
    server.delete("a")
    assert hub.sweep("zoom").withdrawn == ()
    assert hub.sweep("zoom", calls=[b"no JSON", b"{}"]).withdrawn == ()
    with served(hub) as client:
        assert client.post("/webhooks/zoom", content=told, headers=headers).status_code == 204
        [task] = sweeps(hub)
        task.step()
        assert card_of(hub, meeting).withdrawn == "told"


def test_a_call_of_a_recording_that_is_there_is_not_believed(server, hub, meeting):
    _, told = server.call("recording.deleted", server.meetings[HOST][0], at=NOW, secret="any")  # noqa: S106  # the made-up secret of the server of the tests
    server.meetings[HOST][0]["start_time"] = "2026-01-01T08:00:00Z"  # out of the look's span, and not deleted
    assert hub.sweep("zoom", calls=[told]).withdrawn == ()
    assert card_of(hub, meeting).withdrawn == ""


def test_people_are_told_on_their_pages_and_decide_there(server, hub, meeting):
    server.delete("a")
    hub.sweep("zoom")
    person(hub, ADA, granted(Role.ADMINISTRATOR, "Meridian"), organization="Meridian")
    person(hub, CARL, granted(Role.CONTRIBUTOR, "Other"), organization="Other")
    with served(hub) as client:
        home = as_(client, BEN).get("/").text
        assert "Recordings deleted where they came from" in home
        assert "Nobody has decided yet" in client.get(f"/meetings/{meeting}").text
        assert client.get("/api/v1/retention/withdrawn").status_code == 403
        assert "Recordings deleted where" not in as_(client, CARL).get("/").text
        as_(client, ADA)
        assert "/administration/retention#withdrawn" in client.get("/").text
        assert "Ask for destruction: Transcript" in client.get("/administration/retention").text
        [row] = client.get("/api/v1/retention/withdrawn").json()["items"]
        assert (row["meeting_id"], row["platform"], row["may_go"]) == (meeting, "zoom", ["recording", "transcript"])
        assert client.get(f"/api/v1/meetings/{meeting}").status_code == 403, "keeps accounts, not content"
        asked = {"json": {"reason": "protocol 9.4 asks for it"}, "headers": {"If-Match": row["etag"]}}
        kept = client.post(f"/api/v1/meetings/{meeting}/withdrawal/keep", **asked)
        assert (kept.status_code, kept.json()["withdrawn"]) == (200, "kept")
        assert set(kept.json()) == set(row), "no more of the meeting than the list tells"
        again = client.post(f"/api/v1/meetings/{meeting}/withdrawal/keep", json={"reason": "again"})
        assert again.status_code == 409
        assert client.get("/api/v1/retention/withdrawn").json()["items"] == []
        assert "It was decided to keep the copy" in as_(client, BEN).get(f"/meetings/{meeting}").text
    assert trail(hub, "withdrawn")[-1] == ('"kept"', "protocol 9.4 asks for it")

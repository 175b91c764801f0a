"""Zoom: recorded meetings are found by sweep and taken in once; what cannot be read leaves the others."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.connectors.platforms import load_platforms
from hub.connectors.rest.client import Limits
from hub.connectors.zoom import Zoom, ZoomAccess
from hub.connectors.zoom.client import encoded
from hub.domain.cards import CardQuery
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.people import Grant, Role
from hub.domain.platforms import HeldFile, HeldMeeting, best
from hub.domain.versions import KeptTranscript
from hub.ports.platforms import Connected, Rule
from tests.connectors import faults, mangled
from tests.connectors.openapi import vendor
from tests.connectors.peer import Answer, Asked, running, told
from tests.connectors.vendors.zoom import ACCOUNT, CLIENT, SECRET, VTT, ZoomServer
from tests.fakes import FakeExtractor
from tests.people import granted, person, quick_hub, served, sign_in
from tests.review_kit import minutes

ANNA, BEN = "anna@meridian.test", "ben@meridian.test"
SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)


@pytest.fixture
def server():
    with running(ZoomServer()) as served:
        served.meetings[ANNA] = []
        yield served


@pytest.fixture
def zoom(server, monkeypatch):
    monkeypatch.setenv("ZOOM_SECRET", SECRET)
    made = []

    def build(**more):
        told = {"account_id": ACCOUNT, "client_id": CLIENT, "client_secret": "env:ZOOM_SECRET", "users": [ANNA]}
        told |= {"base_url": f"{server.address}/v2", "login_url": server.address} | more
        limits = Limits(2.0, 2**24)
        made.append(Zoom(ZoomAccess.model_validate(told), name="zoom", clock=lambda: server.now, limits=limits))
        return made[-1]

    yield build
    for one in made:
        one.close()


def found(zoom):
    return [meeting.key for meeting in zoom.held(SINCE, UNTIL) if isinstance(meeting, HeldMeeting)]


def test_recorded_meetings_are_listed_with_people_and_files_page_by_page(server, zoom):
    for number in range(5):
        server.held(ANNA, f"u{number}==", f"2026-05-{10 + number}T08:00:00Z", "MP4", "TRANSCRIPT")
    server.people["u0=="] = [
        {"name": "Anna Weber", "user_email": "anna@meridian.test"},
        {"name": "Anna Weber", "user_email": ""},
        {"name": "Phone guest", "user_email": ""},
        {"name": "  ", "user_email": ""},
    ]
    held = list(zoom().held(SINCE, UNTIL))
    assert [one.key for one in held] == [f"u{number}==" for number in range(5)]
    assert [(p.name, p.email) for p in held[0].participants] == [("Anna Weber", ANNA), ("Phone guest", None)]
    assert held[1].participants == ()
    assert (held[0].timezone, held[0].started_at) == ("Europe/Madrid", datetime(2026, 5, 10, 8, tzinfo=UTC))
    assert best(held[0].files).kind == "transcript"


def test_a_long_span_is_asked_for_in_months_and_no_meeting_comes_twice(server, zoom):
    server.held(ANNA, "a", "2026-05-01T00:00:00Z", "M4A")
    server.held(ANNA, "b", "2026-05-29T00:00:00Z", "M4A")
    server.held(ANNA, "c", "2026-06-01T23:59:00Z", "M4A")
    assert found(zoom()) == ["a", "b", "c"]
    spans = [(one.params["from"], one.params["to"]) for one in server.asked if one.path.endswith("/recordings")]
    assert all(datetime.fromisoformat(to) - datetime.fromisoformat(since) <= timedelta(31) for since, to in spans)


def test_what_is_still_worked_on_or_of_no_use_is_left_for_later(server, zoom):
    entry = server.held(ANNA, "a", "2026-05-03T08:00:00Z", "MP4")
    entry["recording_files"][0]["status"] = "processing"
    server.held(ANNA, "b", "2026-05-03T09:00:00Z", "CHAT", "TIMELINE")
    assert found(zoom()) == []


def test_every_request_is_one_that_the_contract_allows(server, zoom, tmp_path):
    contract = vendor("zoom/zoom-meetings.trimmed.openapi.json", "/v2")
    server.people["a/b=="] = [{"name": "Anna Weber"}]
    server.held(ANNA, "a/b==", "2026-05-03T08:00:00Z", "TRANSCRIPT")
    looked = zoom()
    for one in looked.held(SINCE, UNTIL):
        assert one.participants
        assert not looked.deleted(one.origin(one.files[0], "zoom"))
    asked = [one for one in server.asked if one.path.startswith("/v2/")]
    assert [line for one in asked for line in contract.problems(one)] == []
    assert contract.problems(Asked("GET", "/v2/users/x/tapes", {}, {}, b"")) != []


@pytest.mark.parametrize(
    ("uuid", "path"), [("abc==", "abc%3D%3D"), ("/abc", "%252Fabc"), ("a//b", "a%252F%252Fb"), ("a/b", "a%2Fb")]
)
def test_a_uuid_with_slashes_is_encoded_twice(uuid, path):
    assert encoded(uuid) == path


def test_a_uuid_with_slashes_finds_its_people(server, zoom):
    server.people["/a//b=="] = [{"name": "Anna Weber"}]
    server.held(ANNA, "/a//b==", "2026-05-03T08:00:00Z", "M4A")
    [one] = zoom().held(SINCE, UNTIL)
    assert [p.name for p in one.participants] == ["Anna Weber"]


def test_a_token_that_ended_is_had_anew_once(server, zoom, tmp_path):
    server.held(ANNA, "a", "2026-05-03T08:00:00Z", "TRANSCRIPT")
    one = zoom()
    assert found(one) == ["a"]
    server.expire()
    [meeting] = one.held(SINCE, UNTIL)
    server.expire()
    one.fetch(meeting.files[0], tmp_path / "f.vtt", most=1000)
    assert (tmp_path / "f.vtt").read_bytes() == VTT
    assert server.tokens == 3


@pytest.mark.parametrize("fault", [faults.status(429, Retry_After="7"), faults.status(500), faults.body(faults.HTML)])
def test_an_outage_is_one_to_come_again_for(server, zoom, fault):
    server.held(ANNA, "a", "2026-05-03T08:00:00Z", "M4A")
    server.fail("list", fault)
    one = zoom()
    with pytest.raises(RetryableError):
        found(one)
    assert found(one) == ["a"]


def test_the_wait_that_is_asked_for_is_told(server, zoom):
    server.fail("list", faults.status(429, Retry_After="7"))
    with pytest.raises(RetryableError) as raised:
        found(zoom())
    assert raised.value.retry_after_s == 7.0


def test_check_says_in_words_what_is_wrong(server, zoom, monkeypatch):
    zoom().check()
    with pytest.raises(FatalError, match=r"nobody@meridian\.test is not a user"):
        zoom(users=["nobody@meridian.test"]).check()
    with pytest.raises(FatalError, match="check account_id, client_id and client_secret"):
        zoom(account_id="another").check()
    server.scope = False
    with pytest.raises(FatalError, match="a scope is missing"):
        zoom().check()


def test_no_error_holds_a_secret(server, zoom):
    server.scope = False
    with pytest.raises(FatalError) as raised:
        found(zoom())
    assert SECRET not in str(raised.value)
    assert "zoom-token" not in str(raised.value)


def test_a_download_goes_on_to_storage_without_the_token_and_nowhere_else_with_it(server, zoom, tmp_path):
    server.held(ANNA, "a", "2026-05-03T08:00:00Z", "TRANSCRIPT")
    one = zoom()
    [meeting] = one.held(SINCE, UNTIL)
    server.elsewhere = f"{server.address}/storage/{{name}}"
    one.fetch(meeting.files[0], tmp_path / "f.vtt", most=1000)
    assert (tmp_path / "f.vtt").read_bytes() == VTT
    assert "authorization" not in server.asked[-1].headers
    before = len(server.asked)
    with pytest.raises(RejectedError, match="not Zoom's"):
        one.fetch(HeldFile("x", "sound", "x.m4a", "https://evil.example/rec"), tmp_path / "g", most=1000)
    server.elsewhere = "http://10.0.0.1/inside"
    with pytest.raises(RejectedError, match="without https"):
        one.fetch(meeting.files[0], tmp_path / "h", most=1000)
    assert len(server.asked) == before + 1


def test_a_file_that_is_gone_or_too_large_is_refused(server, zoom, tmp_path):
    server.held(ANNA, "a", "2026-05-03T08:00:00Z", "TRANSCRIPT")
    one = zoom()
    [meeting] = one.held(SINCE, UNTIL)
    with pytest.raises(RejectedError, match="longer than"):
        one.fetch(meeting.files[0], tmp_path / "f", most=10)
    server.files.clear()
    with pytest.raises(RejectedError, match="not there"):
        one.fetch(meeting.files[0], tmp_path / "f", most=1000)


def test_a_hundred_mangled_meetings_leave_the_good_ones(server, zoom):
    true = server.held(ANNA, "good", "2026-05-03T08:00:00Z", "M4A")
    server.meetings[ANNA] = [true]
    broken = [entry for name, entry in mangled.items(true) if "ten megabytes" not in name and "no number" not in name]
    broken = [entry for entry in broken if "infinity" not in str(entry).lower()]
    server.size = 50
    server.meetings[ANNA] += [*broken, None, "text", 7, replace_uuid(true, "last")]
    keys = found(zoom())
    assert len(broken) > 100
    assert (keys[0], keys[-1]) == ("good", "last")


def replace_uuid(entry, uuid):
    return {**entry, "uuid": uuid}


# from platform to draft minutes


class Told(FakeExtractor):
    def __init__(self):
        super().__init__(None)

    def extract(self, transcript, known=()):
        return minutes(transcript.meeting)


@pytest.fixture
def hub(home, server, zoom):
    del home
    made = quick_hub()
    rule = Rule(("Meridian",), BEN, "Zoom says so to all; plan 4.2", study="LH-302", back_days=40, titles="call")
    made._overrides |= {"extractor": Told(), "platforms": {"zoom": Connected("zoom", zoom(), rule)}}
    made._overrides["clock"] = lambda: UNTIL
    person(made, BEN, granted(Role.CONTRIBUTOR, "Meridian"), organization="Meridian")
    yield made
    made.close()


def worked(hub):
    while hub.jobs.run_one():
        pass


def cards(hub):

    return hub.room.shelf.cards(CardQuery((Grant(Role.CONTRIBUTOR, "Meridian", unblinded=True),))).cards


def test_a_recorded_meeting_becomes_draft_minutes_without_a_person(server, hub):
    server.people["a"] = [{"name": "Anna Weber", "user_email": ANNA}]
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "MP4", "TRANSCRIPT")
    server.held(ANNA, "b", "2026-05-21T08:00:00Z", "TRANSCRIPT", topic="Lunch")
    assert len(hub.sweep("zoom").taken) == 1
    worked(hub)
    [card] = cards(hub)
    assert (card.title, card.study, str(card.standing)) == ("Weekly call", "LH-302", "draft")
    assert card.consent.text == "Zoom says so to all; plan 4.2"
    assert [p.name for p in card.meeting.participants] == ["Anna Weber"]
    assert card.at == datetime(2026, 5, 20, 8, tzinfo=UTC)


def test_a_transcript_is_in_the_language_of_the_platforms_file_where_it_names_none_itself(server, hub):
    connected = hub.platforms["zoom"]
    hub.platforms["zoom"] = replace(connected, rule=replace(connected.rule, language="de"))
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    hub.sweep("zoom")
    worked(hub)
    [card] = cards(hub)
    with hub.room.shelf.reading() as unit:
        assert unit.get(KeptTranscript, card.meeting_id).transcript.language == "de"


def test_a_second_sweep_takes_nothing_in_twice(server, hub):
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    assert len(hub.sweep("zoom").taken) == 1
    assert hub.sweep("zoom").taken == ()
    worked(hub)
    assert hub.sweep("zoom").taken == ()
    assert len(cards(hub)) == 1


def test_a_sweep_that_was_cut_off_after_the_meeting_was_entered_goes_on(server, hub, monkeypatch):
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    from hub.services.review import uploads

    true = uploads.receive
    monkeypatch.setattr(uploads, "receive", lambda *_, **__: (_ for _ in ()).throw(RetryableError("cut off")))
    with pytest.raises(RetryableError):
        hub.sweep("zoom")
    assert [str(card.standing) for card in cards(hub)] == ["empty"]
    monkeypatch.setattr(uploads, "receive", true)
    assert len(hub.sweep("zoom").taken) == 1
    worked(hub)
    assert [str(card.standing) for card in cards(hub)] == ["draft"]


def test_one_meeting_whose_file_is_gone_leaves_the_others(server, hub):
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT", topic="First call")
    server.held(ANNA, "b", "2026-05-21T08:00:00Z", "TRANSCRIPT", topic="Second call")
    del server.files["0"]
    taken = hub.sweep("zoom")
    assert (len(taken.taken), [title for title, _ in taken.failed]) == (1, ["First call"])


def test_an_account_without_the_right_takes_nothing_in(server, hub):
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    connected = hub.platforms["zoom"]
    hub.platforms["zoom"] = replace(connected, rule=replace(connected.rule, organizations=("Other",)))
    taken = hub.sweep("zoom")
    assert taken.taken == ()
    assert len(taken.failed) == 1
    assert cards(hub) == ()


YAML = """\
name: zoom
platform: zoom
take:
  organizations: [Meridian]
  account: ben@meridian.test
  consent: Zoom says so to all; plan 4.2
zoom:
  account_id: acc-1
  client_id: client-1
  client_secret: env:ZOOM_SECRET
  users: [anna@meridian.test]
"""


def test_a_platform_is_described_in_a_file(tmp_path):
    (tmp_path / "zoom.yaml").write_text(YAML)
    [one] = load_platforms(tmp_path, clock=lambda: UNTIL).found.values()
    assert (one.name, one.rule.organizations, one.rule.back_days) == ("zoom", ("Meridian",), 7)
    one.platform.close()
    assert load_platforms(tmp_path / "none", clock=lambda: UNTIL).found == {}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("env:ZOOM_SECRET", "plain-secret-9", "client_secret"),
        ("  consent: Zoom says so to all; plan 4.2\n", "", "consent"),
        ("[anna@meridian.test]", "[]", "users"),
        ("platform: zoom", "platform: roomz", "platform"),
        ("zoom:\n  account_id: acc-1", "zoom:\n  base_url: http://api.zoom.us/v2\n  account_id: acc-1", "use https"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_without_its_secret(tmp_path, old, new, why):
    (tmp_path / "zoom.yaml").write_text(YAML.replace(old, new))
    said = load_platforms(tmp_path, clock=lambda: UNTIL).wrong["zoom.yaml"]
    assert f"{tmp_path / 'zoom.yaml'}: " in said
    assert why in said
    assert "plain-secret-9" not in said


def test_a_sweep_is_asked_for_over_http_as_a_job(server, hub):
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    person(hub, "ida@meridian.test", granted(Role.INTEGRATION_ENGINEER, "Meridian"), organization="Meridian")
    person(hub, "zoe@other.test", granted(Role.INTEGRATION_ENGINEER, "Other"), organization="Other")
    with served(hub) as client:
        assert sign_in(client, "zoe@other.test").status_code == 201
        assert client.get("/api/v1/platforms").json() == []
        assert client.post("/api/v1/platforms/zoom/sweeps").status_code == 404
        client.cookies.clear()
        assert sign_in(client, "ida@meridian.test").status_code == 201
        assert [one["name"] for one in client.get("/api/v1/platforms").json()] == ["zoom"]
        job = client.post("/api/v1/platforms/zoom/sweeps")
        assert job.status_code == 202, job.text
        for _ in range(100):
            told = client.get(job.headers["location"]).json()
            if told["state"] in ("done", "failed"):
                break
            time.sleep(0.05)
    assert (told["state"], told["result"]["found"], len(told["result"]["taken"])) == ("done", 1, 1)


def test_a_sweep_names_what_zoom_told_and_nobody_can_read(server, hub):
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    server.held(ANNA, "b", "2026-05-20 early", "TRANSCRIPT")
    server.held(ANNA, "c", "2026-05-21T08:00:00Z", "HOLOGRAM")
    swept = hub.sweep("zoom")
    assert (swept.found, len(swept.taken)) == (1, 1)
    why = "is missing, or not what it should be"
    assert sorted(swept.failed) == [
        (f"zoom: a recording of {ANNA} ('b')", f"time {why}"),
        (f"zoom: a recording of {ANNA} ('c')", f"file_type {why}"),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        told(404, {"code": 1001, "message": "User does not exist."}),
        told(400, {"code": 1010, "message": "User not found on this account."}),
        Answer(404, b"<html>no such page</html>", {"Content-Type": "text/html"}),
    ],
)
def test_that_a_host_has_left_or_an_address_is_unknown_says_nothing_of_a_recording(server, zoom, answer):
    server.held(ANNA, "a", "2026-05-20T08:00:00Z", "TRANSCRIPT")
    platform = zoom()
    [meeting] = platform.held(SINCE, UNTIL)
    origin = meeting.origin(meeting.files[0], "zoom")
    server.fail("list", lambda *_: answer)
    assert platform.deleted(origin) is False
    server.delete("a")
    assert platform.deleted(origin) is True

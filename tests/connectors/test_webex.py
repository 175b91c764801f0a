"""Webex: transcripts with names and recordings are found by host, with tokens that rotate at each use."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from hub.connectors.platforms import load_platforms
from hub.connectors.rest.client import Limits
from hub.connectors.webex import Webex, WebexAccess
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.platforms import HeldMeeting, Unread, best
from hub.nlp.readers import read_transcript
from tests.connectors import faults, mangled
from tests.connectors.openapi import vendor
from tests.connectors.peer import running
from tests.connectors.vendors.webex import CLIENT, SECRET, SEED, WebexServer
from tests.fakes import FakeTokens
from tests.people import quick_hub

HOST = "anna@meridian.test"
SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)


@pytest.fixture
def server():
    with running(WebexServer(HOST)) as served:
        yield served


@pytest.fixture
def webex(server, home, monkeypatch):
    del home
    monkeypatch.setenv("WEBEX_SECRET", SECRET)
    monkeypatch.setenv("WEBEX_REFRESH", SEED)
    hub, made = quick_hub(), []

    def build(clock=lambda: UNTIL, **more):
        told = {"client_id": CLIENT, "client_secret": "env:WEBEX_SECRET", "refresh_token": "env:WEBEX_REFRESH"}
        told |= {"hosts": [HOST], "base_url": f"{server.address}/v1"} | more
        access = WebexAccess.model_validate(told)
        limits = Limits(2.0, 2**24)
        made.append(Webex(access, name="webex", clock=clock, tokens=lambda: hub.tokens, limits=limits))
        return made[-1]

    yield build
    for one in made:
        one.close()
    hub.close()


def test_meetings_come_with_people_and_files_page_by_page(server, webex):
    for number in range(5):
        server.call(f"m{number}", f"2026-05-{10 + number}T08:00:00Z", "transcript", "recording")
    server.people["m0"] = [
        {"displayName": "Anna Weber", "email": HOST},
        {"displayName": "Anna Weber"},
        {"displayName": ""},
    ]
    held = list(webex().held(SINCE, UNTIL))
    assert [one.key for one in held] == [f"m{number}" for number in range(5)]
    assert [(p.name, p.email) for p in held[0].participants] == [("Anna Weber", HOST)]
    assert (held[0].title, best(held[0].files).kind) == ("Weekly call", "transcript")


def test_a_transcript_is_written_with_its_names_and_read_as_one(server, webex, tmp_path):
    server.call("m", "2026-05-10T08:00:00Z", "transcript")
    one = webex()
    [meeting] = one.held(SINCE, UNTIL)
    target = tmp_path / "webex-transcript.json"
    one.fetch(meeting.files[0], target, most=10_000)
    assert [s["speaker"] for s in json.loads(target.read_text())["segments"]] == [
        "Anna Weber",
        "Ben Okafor",
        "Anna Weber",
    ]
    read = read_transcript(target)
    assert next((s.start, s.end, s.text) for s in read.segments) == (1.0, 3.5, "We keep the call.")
    with pytest.raises(RejectedError, match="longer than"):
        one.fetch(meeting.files[0], target, most=10)


def test_a_recording_is_downloaded_from_its_temporary_link_without_the_token(server, webex, tmp_path):
    server.call("m", "2026-05-10T08:00:00Z", "recording")
    one = webex()
    [meeting] = one.held(SINCE, UNTIL)
    one.fetch(meeting.files[0], tmp_path / "r.mp4", most=1000)
    assert (tmp_path / "r.mp4").read_bytes() == b"sound of it"
    assert "authorization" not in server.asked[-1].headers
    with pytest.raises(RejectedError):
        one.fetch(meeting.files[0], tmp_path / "r.mp4", most=3)
    server.sound.clear()
    with pytest.raises(RejectedError):
        one.fetch(meeting.files[0], tmp_path / "r.mp4", most=1000)


def test_each_refresh_token_is_used_once_and_kept_for_the_next_process(server, webex):
    server.call("m", "2026-05-10T08:00:00Z", "recording")
    assert len(list(webex().held(SINCE, UNTIL))) == 1
    server.expire()
    assert len(list(webex().held(SINCE, UNTIL))) == 1
    assert server.count == 2


def test_every_request_is_one_that_the_contract_allows(server, webex, tmp_path):
    contract = vendor("webex/webex-meeting.trimmed.openapi.json", "/v1")
    server.call("m", "2026-05-10T08:00:00Z", "transcript", "recording")
    server.people["m"] = [{"displayName": "Anna Weber"}]
    server.size = 50
    one = webex()
    [meeting] = one.held(SINCE, UNTIL)
    for file in meeting.files:
        one.fetch(file, tmp_path / file.name, most=10_000)
        assert not one.deleted(meeting.origin(file, "webex"))
    asked = [a for a in server.asked if a.path.startswith("/v1/") and not a.path.endswith("access_token")]
    assert len(asked) >= 5
    assert [line for a in asked for line in contract.problems(a)] == []


@pytest.mark.parametrize("status", [423, 429, 502])
def test_a_limit_or_an_outage_is_one_to_come_again_for(server, webex, status):
    server.fail("list", faults.status(status, Retry_After="5"))
    one = webex()
    with pytest.raises(RetryableError) as raised:
        list(one.held(SINCE, UNTIL))
    assert raised.value.retry_after_s == 5.0
    assert list(one.held(SINCE, UNTIL)) == []


def test_check_says_in_words_what_is_wrong(server, webex):
    webex().check()
    with pytest.raises(FatalError, match="no host of this organization"):
        webex(hosts=["nobody@meridian.test"]).check()
    server.expire()
    with pytest.raises(FatalError, match="client id and secret") as raised:
        webex(client_id="another").check()
    assert SECRET not in str(raised.value)


def test_a_hundred_mangled_entries_leave_the_good_ones(server, webex):
    server.call("good", "2026-05-05T08:00:00Z", "transcript")
    true = server.lists["/meetingTranscripts"][0]
    broken = [
        {**entry, "meetingId": "odd"} if entry.get("meetingId") == "good" else entry
        for name, entry in mangled.items(true)
        if not any(word in name for word in ("ten megabytes", "no number", "infinity"))
    ]
    server.size = 50
    server.lists["/meetingTranscripts"] += [*broken, None, "text", 7]
    server.call("last", "2026-05-06T08:00:00Z", "transcript")
    held = list(webex().held(SINCE, UNTIL))
    found = {one.key for one in held if isinstance(one, HeldMeeting)}
    assert len(broken) > 100
    assert all("\n" not in one.where + one.reason for one in held if isinstance(one, Unread))
    assert {"good", "last"} <= found


def test_a_file_describes_it(tmp_path):
    (tmp_path / "webex.yaml").write_text(
        "name: webex\nplatform: webex\n"
        "take: {organizations: [Meridian], account: ben@meridian.test, consent: Webex says so to all}\n"
        'webex: {client_id: c, client_secret: "env:A", refresh_token: "env:B", hosts: [anna@meridian.test]}\n'
    )
    [one] = load_platforms(tmp_path, clock=lambda: UNTIL).found.values()
    one.platform.close()
    assert one.name == "webex"


HOOK = "https://hub.example/webhooks/webex"
NOTIFY = {"url": HOOK, "secret": "env:WEBEX_SECRET"}
KINDS = {(what, event) for what in ("recordings", "meetingTranscripts") for event in ("created", "deleted")}


def test_webhooks_are_made_once_and_those_that_webex_switched_off_are_on_again_within_an_hour(server, webex):
    now = [UNTIL]
    platform = webex(clock=lambda: now[0], notify=NOTIFY)
    server.size = 50
    server.call("m", "2026-05-10T08:00:00Z", "transcript")
    for _ in range(2):
        assert len(list(platform.held(SINCE, UNTIL))) == 1
    assert {(one["resource"], one["event"]) for one in server.hooks} == KINDS
    assert len(server.hooks) == 4
    assert {(one["targetUrl"], one["secret"], one["ownedBy"]) for one in server.hooks} == {(HOOK, SECRET, "org")}
    server.hooks[1]["status"] = server.hooks[2]["status"] = "inactive"
    del server.hooks[0]
    now[0] += timedelta(minutes=59)
    list(platform.held(SINCE, UNTIL))
    assert len(server.hooks) == 3, "its hour is not over"
    now[0] += timedelta(minutes=2)
    list(platform.held(SINCE, UNTIL))
    assert {(one["resource"], one["event"], one["status"]) for one in server.hooks} == {
        (*one, "active") for one in KINDS
    }
    contract = vendor("webex/webex-meeting.trimmed.openapi.json", "/v1")
    asked = [one for one in server.asked if one.path.startswith("/v1/webhooks")]
    assert {one.method for one in asked} == {"GET", "POST", "PUT"}
    assert [line for one in asked for line in contract.problems(one)] == []


@pytest.mark.parametrize("fault", [faults.status(403), faults.status(503)])
def test_where_webex_takes_no_webhook_the_sweep_goes_on(server, webex, fault):
    server.call("m", "2026-05-10T08:00:00Z", "transcript")
    server.fail("list", fault)
    assert len(list(webex(notify=NOTIFY).held(SINCE, UNTIL))) == 1


def test_one_webhook_that_webex_refuses_leaves_the_others(server, webex):
    server.fail("list", faults.status(403), after=1)
    list(webex(notify=NOTIFY).held(SINCE, UNTIL))
    assert {(one["resource"], one["event"]) for one in server.hooks} == KINDS - {("recordings", "created")}


def test_webhooks_on_a_later_page_are_found_and_not_made_again(server, webex):
    server.hooks = [{"targetUrl": "https://a.test", "resource": "x", "event": "y", "ownedBy": "org"} for _ in range(5)]
    list(webex(notify=NOTIFY).held(SINCE, UNTIL))
    list(webex(notify=NOTIFY).held(SINCE, UNTIL))
    posted = [one for one in server.asked if one.method == "POST" and one.path == "/v1/webhooks"]
    assert (len(posted), len(server.hooks)) == (4, 9)


def test_that_a_host_has_left_says_nothing_of_the_files(server, webex):
    server.call("m", "2026-05-10T08:00:00Z", "transcript", "recording")
    one = webex()
    [meeting] = one.held(SINCE, UNTIL)
    server.host_left = True
    assert [one.deleted(meeting.origin(file, "webex")) for file in meeting.files] == [False, False]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_empty_list_beside_a_refusal_proves_no_deletion(server, webex, status):
    server.call("m", "2026-05-10T08:00:00Z", "recording")
    one = webex()
    [meeting] = one.held(SINCE, UNTIL)
    server.people["m"] = [{"displayName": "Anna Weber", "email": HOST}]
    server.sound.clear()
    server.lists["/recordings"].clear()
    server.fail("list", faults.status(status), after=2)
    try:
        gone = one.deleted(meeting.origin(meeting.files[0], "webex"))
    except (RetryableError, FatalError):
        gone = False
    assert not gone


def test_tokens_are_kept_apart_and_those_under_the_old_name_are_taken_over(server, monkeypatch):
    monkeypatch.setenv("WEBEX_SECRET", SECRET)
    monkeypatch.setenv("WEBEX_REFRESH", SEED)
    kept, other = FakeTokens(), "of a system of the same name"
    told = {"client_id": CLIENT, "client_secret": "env:WEBEX_SECRET", "refresh_token": "env:WEBEX_REFRESH"}
    access = WebexAccess.model_validate({**told, "hosts": [HOST], "base_url": f"{server.address}/v1"})

    def opened(tokens):
        return Webex(access, name="webex", clock=lambda: server.now, tokens=lambda: tokens)

    first = opened(Bare(kept))
    first.check()
    first.close()
    assert server.refresh != SEED, "the seed is spent, and the next token under the bare name"
    server.expire()
    server.now += timedelta(days=20)
    second = opened(kept)
    second.check()
    with kept.turn("webex", "another seed") as turn:
        turn.keep(other)
    server.expire()
    server.now += timedelta(days=20)
    second.check()
    second.close()
    with kept.turn("webex", "another seed") as turn:
        assert turn.kept == other


class Bare:
    """Keeps the tokens of platforms under the bare name, as hubs did before."""

    def __init__(self, tokens):
        self._tokens = tokens

    def turn(self, name, seed):
        return self._tokens.turn(name.removeprefix("platform:"), seed)


def test_a_file_that_its_hosts_list_shows_no_more_is_deleted(server, webex):
    contract = vendor("webex/webex-meeting.trimmed.openapi.json", "/v1")
    server.call("m", "2026-05-10T08:00:00Z", "transcript", "recording")
    one = webex()
    [meeting] = one.held(SINCE, UNTIL)
    origins = [meeting.origin(file, "webex") for file in meeting.files]
    snippets, sound = dict(server.snippets), dict(server.sound)
    server.snippets.clear()
    server.sound.clear()
    assert [one.deleted(origin) for origin in origins] == [False, False], "its host still has it listed"
    for entries in server.lists.values():
        entries.clear()
    assert [one.deleted(origin) for origin in origins] == [False, False], "an empty list may be that of another host"
    server.people["m"] = [{"displayName": "Anna Weber", "email": HOST}]
    assert [one.deleted(origin) for origin in origins] == [True, True]
    server.snippets, server.sound = snippets, sound
    assert not one.deleted(origins[0]), "its words can be read"
    asked = [a for a in server.asked if a.path.startswith("/v1/") and not a.path.endswith("access_token")]
    assert [line for a in asked for line in contract.problems(a)] == []

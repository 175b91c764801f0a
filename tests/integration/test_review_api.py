"""The life of minutes over HTTP: uploaded in pieces, drafted, edited by two, signed by two, sent, followed up."""

import hashlib
import json
import time
from itertools import chain, repeat

import pytest

from hub.domain.people import Role
from tests.fakes import FakeExtractor
from tests.people import PASSWORD, as_, granted, person, quick_hub, served
from tests.review_kit import AT, ROSTER, SEGMENTS, STUDY, minutes

API = "/api/v1"
ANNA, BEN, CARA = "anna@meridian.test", "ben@asterion.test", "cara@meridian.test"
IVO, ZOE = "ivo@asterion.test", "zoe@other.test"
FORM = {
    "title": "Weekly call",
    "organizations": ["Asterion", "Meridian"],
    "study": STUDY,
    "started_at": AT.isoformat(),
    "participants": [{"name": one.name, "email": one.email} for one in ROSTER],
}
TRANSCRIPT = json.dumps(
    {
        "meeting": {"id": "x", "title": "Weekly call", "participants": []},
        "language": "en",
        "segments": [
            {"id": s.id, "speaker": s.speaker, "start": s.start, "end": s.end, "text": s.text} for s in SEGMENTS
        ],
    }
).encode()


class Told(FakeExtractor):
    """Finds the items of the test's meeting in any transcript."""

    def __init__(self) -> None:
        super().__init__(None)

    def extract(self, transcript, known=()):
        return minutes(transcript.meeting)


class Box:
    """`Mailer` that keeps what it is given, or raises what it was told to."""

    def __init__(self) -> None:
        self.mails = []
        self.raises = []

    def send(self, mail) -> str:
        if self.raises:
            raise self.raises.pop(0)
        self.mails.append(mail)
        return "250 taken"


@pytest.fixture
def here(home):
    del home
    hub = quick_hub()
    hub._overrides |= {"extractor": Told(), "mailer": Box()}
    for email, name, role, organization in (
        (ANNA, "Anna Weber", Role.PROJECT_MANAGER, "Meridian"),
        (CARA, "Cara Lind", Role.CONTRIBUTOR, "Meridian"),
        (BEN, "Ben Okafor", Role.REVIEWER, "Asterion"),
        (IVO, "Ivo Tanner", Role.INSPECTOR, "Asterion"),
        (ZOE, "Zoe Quist", Role.PROJECT_MANAGER, "Other"),
    ):
        until = {"until": hub.clock().replace(year=2030)} if role is Role.INSPECTOR else {}
        person(hub, email, granted(role, organization, **until), organization=organization, name=name)
    return hub


@pytest.fixture
def client(here):
    with served(here) as one:
        yield one


def entered(client) -> str:
    answer = client.post(f"{API}/meetings", json=FORM)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def uploaded(client, meeting: str, content: bytes = TRANSCRIPT, *, sha256: str | None = None, pieces: int = 2):
    told = {
        "name": "call.json",
        "size": len(content),
        "consent": "Announced at the start, all agreed.",
        "sha256": sha256 or hashlib.sha256(content).hexdigest(),
    }
    upload = client.post(f"{API}/meetings/{meeting}/uploads", json=told).json()["id"]
    step = len(content) // pieces + 1
    answer = None
    for start in range(0, len(content), step):
        answer = sent(client, upload, content, start, min(start + step, len(content)))
    return upload, answer


def sent(client, upload: str, content: bytes, start: int, end: int):
    headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(content)}"}
    return client.put(f"{API}/uploads/{upload}", content=content[start:end], headers=headers)


def cut_off(client, upload: str, content: bytes, end: int) -> None:
    """Send the file in one piece over a line that breaks before byte *end*."""
    headers = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}", "Content-Length": str(len(content))}
    asked = client.build_request("PUT", f"{API}/uploads/{upload}", headers=headers)
    come = chain(
        [{"type": "http.request", "body": content[:end], "more_body": True}], repeat({"type": "http.disconnect"})
    )

    async def receive():
        return next(come)

    async def send(_message):
        pass

    own = [(name.lower(), told) for name, told in asked.headers.raw]
    scope = {"type": "http", "method": "PUT", "path": asked.url.path, "query_string": b"", "http_version": "1.1",
             "scheme": "http", "server": ("testserver", 80), "client": ("127.0.0.1", 1), "headers": own}  # fmt: skip
    client.portal.call(client.app, scope, receive, send)


def drafted(client) -> str:
    meeting = entered(client)
    _, answer = uploaded(client, meeting)
    assert answer.json()["state"] == "done", answer.text
    job = client.post(f"{API}/meetings/{meeting}/work", json={})
    assert job.status_code == 202, job.text
    for _ in range(100):
        state = client.get(job.headers["location"]).json()
        if state["state"] in ("done", "failed"):
            break
        time.sleep(0.05)
    assert state["state"] == "done", state
    return meeting


def edits(client, meeting: str, *steps, tag: str | None = None, reason: str = ""):
    tag = tag or client.get(f"{API}/meetings/{meeting}/minutes").headers["etag"]
    told = {"edits": list(steps), "reason": reason}
    return client.post(f"{API}/meetings/{meeting}/minutes/edits", json=told, headers={"If-Match": tag})


def kept(client, meeting: str) -> dict:
    tag = client.get(f"{API}/meetings/{meeting}/minutes").headers["etag"]
    return client.post(
        f"{API}/meetings/{meeting}/versions", json={"reason": "looked at"}, headers={"If-Match": tag}
    ).json()


def delivered(client, meeting: str) -> list[dict]:
    for _ in range(200):
        found = client.get(f"{API}/meetings/{meeting}/versions/2/dispatches").json()["items"]
        if not {one["state"] for one in found} & {"waiting", "sending"}:
            return found
        time.sleep(0.05)
    return found


def signed(client, meeting: str, number: int, meaning: str, password: str = PASSWORD):
    sha256 = client.get(f"{API}/meetings/{meeting}/versions/{number}").json()["sha256"]
    told = {"sha256": sha256, "meaning": meaning, "password": password}
    return client.post(f"{API}/meetings/{meeting}/versions/{number}/signatures", json=told)


def test_the_whole_story(here, client):
    meeting = drafted(as_(client, CARA))
    shown = client.get(f"{API}/meetings/{meeting}").json()
    assert (shown["standing"], shown["version"], shown["items"]) == ("draft", 1, 3)
    assert [one["id"] for one in client.get(f"{API}/meetings", params={"text": "comparator graz"}).json()["items"]] == [
        meeting
    ]
    # 1 corrected
    corrected = {"do": "correct", "item": "a1", "fields": {"owner": "Ben Okafor", "due": "2026-06-08"}}
    assert edits(client, meeting, corrected, {"do": "accept", "item": "d1"}).status_code == 200
    assert kept(client, meeting)["number"] == 2
    diff = client.get(f"{API}/meetings/{meeting}/versions/2/differences", params={"since": 1}).json()
    assert [field["field"] for field in diff[0]["fields"]] == ["owner", "due"]
    # 2 sent round and signed, with a wrong password in between
    assert client.post(f"{API}/meetings/{meeting}/versions/2/review").status_code == 201
    as_(client, BEN)
    assert client.get(f"{API}/home").json()["to_sign"][0]["meaning"] == "review"
    assert signed(client, meeting, 2, "review", "not my password").status_code == 401
    assert signed(client, meeting, 2, "review").json()["state"] == "in_review"
    assert signed(as_(client, ANNA), meeting, 2, "approval").json()["state"] == "approved"
    # 3 sent out, once
    tag = client.get(f"{API}/studies/{STUDY}/distribution").headers["etag"]
    rule = {"recipients": [{"address": BEN, "attach": ["md"]}], "reason": "as planned"}
    path = f"{API}/studies/{STUDY}/distribution"
    assert client.put(path, json=rule, headers={"If-Match": tag}).status_code == 200
    for _ in range(2):
        assert client.post(f"{API}/meetings/{meeting}/versions/2/dispatches", json={}).status_code == 202
    dispatches = delivered(client, meeting)
    assert {one["state"] for one in dispatches} == {"sent"}
    [mail] = here.post.mailer.mails
    assert (mail.to, [file.name.rpartition(".")[2] for file in mail.attachments]) == (BEN, ["md", "ics"])
    # 4 followed up
    as_(client, BEN)
    [action] = client.get(f"{API}/actions", params={"owner_email": BEN}).json()["items"]
    there = f"{API}/actions/{action['id']}"
    tag = client.get(there).headers["etag"]
    assert client.patch(there, json={"state": "done"}, headers={"If-Match": tag}).json()["state"] == "done"
    assert client.patch(there, json={"state": "open"}, headers={"If-Match": tag}).status_code == 412
    # 5 an inspector reads all of it, and changes nothing
    as_(client, IVO)
    shown = client.get(f"{API}/meetings/{meeting}/versions/2/review").json()
    assert [one["name"] for one in shown["signatures"]] == ["Ben Okafor", "Anna Weber"]
    document = client.get(f"{API}/meetings/{meeting}/versions/2/document", params={"format": "md"})
    assert "Anna Weber" in document.text
    assert edits(client, meeting, {"do": "accept", "item": "d1"}).status_code == 403
    assert here.audit.verify().whole


def test_of_two_editors_the_second_is_told_and_a_change_without_a_tag_is_refused(client):
    meeting = drafted(as_(client, CARA))
    tag = client.get(f"{API}/meetings/{meeting}/minutes").headers["etag"]
    assert edits(client, meeting, {"do": "accept", "item": "d1"}, tag=tag).status_code == 200
    as_(client, ANNA)
    assert edits(client, meeting, {"do": "reject", "item": "d1"}, tag=tag, reason="no").status_code == 412
    path = f"{API}/meetings/{meeting}/minutes/edits"
    assert client.post(path, json={"edits": [{"do": "accept", "item": "d1"}]}).status_code == 428


def test_another_organization_finds_nothing(client):
    meeting = drafted(as_(client, CARA))
    as_(client, ZOE)
    assert client.get(f"{API}/meetings", params={"text": "comparator"}).json()["items"] == []
    for path in (
        "",
        "/minutes",
        "/transcript",
        "/versions",
        "/versions/1",
        "/versions/1/document",
        "/versions/1/review",
    ):
        assert client.get(f"{API}/meetings/{meeting}{path}").status_code == 404, path
    assert client.get(f"{API}/studies/{STUDY}/distribution").status_code == 404
    assert client.post(f"{API}/meetings", json=FORM).status_code == 404 or client.get(f"{API}/meetings").json() == {
        "items": [],
        "next": None,
    }


def test_a_broken_upload_goes_on_where_it_stopped(client):
    meeting = entered(as_(client, CARA))
    told = {"name": "call.json", "size": len(TRANSCRIPT), "consent": "yes"}
    upload = client.post(f"{API}/meetings/{meeting}/uploads", json=told).json()["id"]
    assert sent(client, upload, TRANSCRIPT, 0, 100).json()["received"] == 100
    assert sent(client, upload, TRANSCRIPT, 50, 150).status_code == 412
    assert client.get(f"{API}/uploads/{upload}").json()["received"] == 100
    assert sent(client, upload, TRANSCRIPT, 100, len(TRANSCRIPT)).json()["state"] == "done"
    assert client.put(f"{API}/uploads/{upload}", content=b"x", headers={"Content-Range": "x"}).status_code == 422


def test_what_came_before_the_line_broke_is_kept_however_little(client):
    meeting = entered(as_(client, CARA))
    told = {"name": "call.json", "size": len(TRANSCRIPT), "consent": "yes"}
    upload = client.post(f"{API}/meetings/{meeting}/uploads", json=told).json()["id"]
    cut_off(client, upload, TRANSCRIPT, 70)
    assert client.get(f"{API}/uploads/{upload}").json()["received"] == 70
    assert sent(client, upload, TRANSCRIPT, 70, len(TRANSCRIPT)).json()["state"] == "done"


def test_a_file_that_arrives_altered_is_given_up(client):
    meeting = entered(as_(client, CARA))
    upload, answer = uploaded(client, meeting, sha256="0" * 64)
    assert answer.status_code == 422
    assert "SHA-256" in answer.json()["detail"]
    assert client.get(f"{API}/uploads/{upload}").json()["state"] == "given_up"
    assert client.get(f"{API}/meetings/{meeting}").json()["recording"] is None


@pytest.mark.parametrize(
    "told", [{"name": "call.exe", "size": 5, "consent": "yes"}, {"name": "a.wav", "size": 1 << 45, "consent": "yes"}]
)
def test_what_is_no_recording_or_too_large_is_refused(client, told):
    meeting = entered(as_(client, CARA))
    assert client.post(f"{API}/meetings/{meeting}/uploads", json=told).status_code == 422


def test_nothing_is_heard_without_a_file(client):
    meeting = entered(as_(client, CARA))
    assert client.post(f"{API}/meetings/{meeting}/work", json={}).status_code == 409


def test_a_meeting_entered_twice_under_one_key_is_one(client):
    as_(client, CARA)
    answers = [client.post(f"{API}/meetings", json=FORM, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(client.get(f"{API}/meetings").json()["items"]) == 1


def test_speakers_are_named_and_what_is_derived_follows(client):
    meeting = drafted(as_(client, CARA))
    shown = client.get(f"{API}/meetings/{meeting}/transcript")
    path = f"{API}/meetings/{meeting}/transcript/speakers"
    tag = {"If-Match": shown.headers["etag"]}
    assert client.post(path, json={"names": {"Speaker 2": "Ben Okafor"}}, headers=tag).status_code == 200
    assert client.get(f"{API}/meetings/{meeting}/minutes").json()["minutes"]["actions"][0]["owner"] == "Ben Okafor"
    assert client.post(path, json={"names": {"Anna Weber": "A"}}, headers=tag).status_code == 412


def test_lists_come_page_by_page(client):
    as_(client, CARA)
    ids = {entered(client) for _ in range(3)}
    first = client.get(f"{API}/meetings", params={"limit": 2}).json()
    rest = client.get(f"{API}/meetings", params={"limit": 2, "cursor": first["next"]}).json()
    assert {one["id"] for one in first["items"] + rest["items"]} == ids
    assert rest["next"] is None
    assert client.get(f"{API}/meetings", params={"cursor": "bm8"}).status_code == 422

"""A language model as a second reader, behind a server that answers well, badly, slowly, and not at all."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import httpx2
import pytest

from hub.connectors.language_model.chat import Asking, ChatModel
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.evidence import stands
from hub.domain.minutes import Action, Evidence, Minutes, MinutesCoverage
from hub.nlp.extract.assisted import AssistedExtractor
from hub.nlp.extract.proposals import windows
from tests.unit.spoken import meeting

TALK = """Tom: Good afternoon. Subject 1042-007 fell on the ward, so we look at the fall first.
Helen: I'll write to the site in Graz by 12 June.
Tom: We do not open the third arm.
Lucía: The freezer at site 12 has been broken since Monday.
Rajesh: Mm-hm."""


@contextmanager
def server(answers):
    """Yield the address of a server that gives *answers* in turn, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, dict(self.headers), json.loads(body)))
            status, content, headers, wait_s = answers.pop(0)
            time.sleep(wait_s)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except BrokenPipeError:
                pass

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1", asked
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def says(items, *, status=200, headers=None, wait_s=0.0, ended="stop"):
    answer = {"choices": [{"message": {"content": json.dumps({"items": items})}, "finish_reason": ended}]}
    return status, json.dumps(answer).encode(), headers or {}, wait_s


def item(kind, text, segments, quote, owner=None, due=None):
    return {"kind": kind, "text": text, "segments": segments, "quote": quote, "owner": owner, "due_as_spoken": due}


@contextmanager
def model(answers, *, waits=None, **asking):
    with server(answers) as (url, asked), httpx2.Client() as http:
        yield (
            ChatModel(
                http,
                Asking(url, "local-model", "secret-key", **asking),
                clock=lambda: None,
                monotonic=time.monotonic,
                sleep=(waits if waits is not None else []).append,
            ),
            asked,
        )


class Found:
    """An extractor that finds what it is given."""

    fingerprint = "found"

    def __init__(self, *actions):
        self.actions = actions

    def extract(self, transcript, known=()):
        covered = MinutesCoverage(segments=len(transcript.segments))
        return Minutes(meeting=transcript.meeting, actions=self.actions, coverage=covered)


def masked(transcript):
    return replace(
        transcript,
        segments=tuple(replace(s, text=s.text.replace("1042-007", "[SUBJECT 1]")) for s in transcript.segments),
    )


def read(answers, *, inner=None, **asking):
    transcript = meeting(TALK)
    with model(answers, **asking) as (chat, asked):
        minutes = AssistedExtractor(inner or Found(), chat, masked=masked).extract(transcript)
    return transcript, minutes, asked


def ids(transcript, *places):
    return [transcript.segments[place].id for place in places]


def test_what_it_finds_and_a_passage_proves_becomes_an_unsure_item():
    second = ids(meeting(TALK), 1)
    _, minutes, _ = read(
        [
            says(
                [
                    item(
                        "action",
                        "Write to the site in Graz.",
                        second,
                        "I'll write to the site in Graz",
                        "Helen Marsh",
                        "by 12 June",
                    )
                ]
            )
        ]
    )
    [action] = minutes.actions
    assert (action.id, action.owner, action.due) == ("a1", "Helen Marsh", date(2026, 6, 12))
    assert action.confidence <= 0.5
    assert "language_model" in minutes.models


def test_it_sees_redacted_text_only_and_the_evidence_stands_in_the_original():
    first = ids(meeting(TALK), 0)
    transcript, minutes, asked = read([says([item("issue", "A subject fell on the ward.", first, "fell on the ward")])])
    assert "1042-007" not in json.dumps(asked)
    assert "[SUBJECT 1]" in json.dumps(asked)
    [issue] = minutes.issues
    assert stands(issue.evidence, {segment.id: segment.text for segment in transcript.segments})


@pytest.mark.parametrize(
    ("proposal", "noted"),
    [
        (lambda at: item("decision", "The arm opens.", at(9), "nothing"), "no passage proves"),
        (lambda at: item("decision", "We open the third arm.", at(2), "we open the third arm"), "no passage proves"),
        (lambda at: {"kind": "wish", "text": "x", "segments": at(1), "quote": "x"}, "no passage proves"),
        (lambda at: "not an object", "no passage proves"),
    ],
)
def test_what_no_passage_proves_is_dropped_and_said(proposal, noted):
    known = meeting(TALK)

    def at(place):
        return [known.segments[place].id] if place < len(known.segments) else ["s99"]

    _, minutes, _ = read([says([proposal(at)])])
    assert (minutes.decisions, minutes.actions, minutes.risks, minutes.issues) == ((), (), (), ())
    assert any(noted in note for note in minutes.coverage.notes)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The freezer at site 13 is broken.", "number"),
        ("The freezer in Vienna at site 12 is broken.", "name"),
    ],
)
def test_a_text_that_says_more_than_its_passage_is_a_passage_to_look_at(text, why):
    _, minutes, _ = read([says([item("issue", text, ids(meeting(TALK), 3), "The freezer at site 12")])])
    assert minutes.issues == ()
    [aside] = minutes.coverage.set_aside
    assert why in aside.reason


@pytest.mark.parametrize("quote", ["We do not open the third arm.", "open the third arm"])
def test_a_text_that_drops_the_denial_is_a_passage_to_look_at(quote):
    _, minutes, _ = read([says([item("decision", "Open the third arm.", ids(meeting(TALK), 2), quote)])])
    assert minutes.decisions == ()
    assert len(minutes.coverage.set_aside) == 1


def test_an_owner_whom_the_passage_does_not_prove_is_not_believed():
    second = ids(meeting(TALK), 1)
    _, minutes, _ = read(
        [says([item("action", "Write to the site in Graz.", second, "write to the site", "Rajesh Iyer")])]
    )
    [action] = minutes.actions
    assert action.owner is None
    assert "Rajesh Iyer" in action.owner_reason


def test_what_the_built_in_extractor_found_stays_as_it_is():
    known = meeting(TALK)
    mine = Action(
        "a1", "Write to Graz.", 0.9, Evidence((known.segments[1].id,), "I'll write to the site in Graz"), "Helen Marsh"
    )
    second = ids(known, 1)
    _, minutes, _ = read(
        [says([item("action", "Write to the site.", second, "I'll write", "Helen Marsh")])], inner=Found(mine)
    )
    assert minutes.actions == (mine,)


@pytest.mark.parametrize(
    "answers",
    [
        [(200, b"<html>busy</html>", {}, 0.0)],
        [(200, b'{"choices": []}', {}, 0.0)],
        [(200, json.dumps({"choices": [{"message": {"content": "{items: oops"}}]}).encode(), {}, 0.0)],
        [says([], ended="length")],
        [(200, b"x" * 4000, {}, 0.0)],
        [(401, b"", {}, 0.0)],
        [(500, b"", {}, 0.0), (503, b"", {"Retry-After": "3600"}, 0.0)],
        [says([], wait_s=0.5), says([], wait_s=0.5)],
    ],
    ids=["no json", "no choice", "no json inside", "cut", "too long", "refused", "away", "slow"],
)
def test_without_a_usable_answer_the_minutes_are_those_of_the_built_in_extractor_and_say_so(answers):
    known = meeting(TALK)
    mine = Action("a1", "Write to Graz.", 0.9, Evidence((known.segments[1].id,), "I'll write"), "Helen Marsh")
    _, minutes, _ = read(answers, inner=Found(mine), timeout_s=0.2, most_bytes=2000)
    assert minutes.actions == (mine,)
    assert any("was not heard" in note for note in minutes.coverage.notes)
    assert "language_model" not in minutes.models


def test_nobody_there_is_said_too():
    with httpx2.Client() as http:
        chat = ChatModel(
            http,
            Asking("http://127.0.0.1:9/v1", "m"),
            clock=lambda: None,
            monotonic=time.monotonic,
            sleep=lambda _: None,
        )
        minutes = AssistedExtractor(Found(), chat, masked=masked).extract(meeting(TALK))
    assert "was not heard" in minutes.coverage.notes[0]


def test_a_server_that_asks_for_a_pause_gets_it_and_is_asked_again():
    waits = []
    with model([(429, b"", {"Retry-After": "7"}, 0.0), says([])], waits=waits) as (chat, asked):
        assert chat.answer("do", "text", schema={}) == {"items": []}
    assert waits == [7.0]
    path, headers, question = asked[-1]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret-key"
    assert question["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("status", "error"), [(401, FatalError), (404, FatalError), (400, RejectedError), (503, RetryableError)]
)
def test_each_refusal_has_the_error_that_says_what_to_do(status, error):
    with model([(status, b"", {}, 0.0)] * 2) as (chat, _), pytest.raises(error):
        chat.answer("do", "text", schema={})


def test_windows_cover_every_segment_and_share_their_edges():
    segments = meeting("\n".join(f"Tom: This is the sentence number {number}." for number in range(400))).segments
    seen = list(windows(segments, most=2000))
    assert {segment.id for window in seen for segment in window} == {segment.id for segment in segments}
    assert all(before[-6:] == after[:6] for before, after in pairwise(seen))

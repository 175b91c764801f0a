"""What a killed process leaves behind: its jobs go on in the next one, and what it made it made once."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.domain.people import Role
from hub.domain.versions import Version
from hub.services.review.meetings import find_meetings, open_meeting
from hub.services.review.pipeline import start
from hub.services.review.uploads import open_upload, receive
from hub.settings import load_settings
from tests.people import granted, served
from tests.review_kit import ANNA, AT, CARA, STUDY, about
from tests.world import token_of

ROOT = Path(__file__).resolve().parents[2]
API = "/api/v1"


class Process:
    """A process of the tests' own that serves a hub."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.slow_serve"],
            cwd=ROOT,
            env={**os.environ, "HUB_HOME": str(home), **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stderr.readline()
        assert "listening on" in line, line + self.process.stderr.read()
        self.address = re.search(r"http:[^;]*", line)[0]

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.communicate(timeout=60)


def until(reached) -> None:
    """Wait for a condition; a machine with much to do takes long."""
    ends = time.monotonic() + 120
    while not reached():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.fixture
def hub(home):
    made = build(load_settings(home=home))
    yield made
    made.close()


@pytest.fixture
def serving(home):
    """Start a process that serves the hub of *home*."""
    started = []

    def start_one(**environment: str) -> Process:
        started.append(Process(home, **environment))
        return started[-1]

    yield start_one
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def recorded(hub, sound: bytes) -> str:
    meeting = open_meeting(hub.room, CARA, about()).meeting_id
    begun = open_upload(hub.room, hub.dock, CARA, meeting, name="call.wav", size=5, consent="all agreed")
    receive(hub.room, hub.dock, CARA, begun.id, offset=0, pieces=[sound])
    return meeting


def drafts(hub, meeting):
    with hub.room.shelf.reading() as unit:
        return [one.draft.minutes for one in unit.several(Version, meeting_id=meeting)]


def test_a_meeting_is_worked_on_after_kill_9_from_the_stage_it_had_reached(hub, home, serving, tmp_path):
    meeting = recorded(hub, b"sound")
    job = start(hub.room, hub.jobs.submit, CARA, meeting)
    reached = tmp_path / "reached"
    first = serving(HUB_TEST_STAND=str(reached))
    until(reached.exists)
    first.end(signal.SIGKILL)
    assert (hub.jobs.jobs.job(job.id).state, drafts(hub, meeting)) == ("running", [])
    second = serving()
    until(lambda: hub.jobs.jobs.job(job.id).state in ("done", "failed"))
    ended = hub.jobs.jobs.job(job.id)
    assert (ended.state, ended.attempts, ended.error) == ("done", 2, "")
    assert (home / "heard").read_text() == "x", "what the killed process had heard is not heard again"
    # the same as of a meeting whose work nothing disturbed
    other = recorded(hub, b"other")
    undisturbed = start(hub.room, hub.jobs.submit, CARA, other)
    until(lambda: hub.jobs.jobs.job(undisturbed.id).state in ("done", "failed"))
    second.end(signal.SIGTERM)
    [one], [another] = drafts(hub, meeting), drafts(hub, other)
    assert one.actions
    assert (one.actions, one.decisions, one.risks, one.summary) == (
        another.actions,
        another.decisions,
        another.risks,
        another.summary,
    )
    assert hub.audit.verify().whole


DIES = """
import os, signal, sys
from hub.storage import jobs
if sys.argv[1] == "before":  # the answer is kept
    jobs.text = lambda _answer: os.kill(os.getpid(), signal.SIGKILL)
from hub.api.once import Once
from tests.people import quick_hub, served
answered = Once.answer
def answer(*how, **more):
    made = answered(*how, **more)
    os.kill(os.getpid(), signal.SIGKILL)  # kept, and nobody was told
    return made
Once.answer = answer
hub = quick_hub()
with served(hub) as client:
    client.headers["Authorization"] = "Bearer " + sys.argv[2]
    client.post("/api/v1/meetings", json=eval(sys.argv[3]), headers={"Idempotency-Key": "k1"})
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_was_asked_for_with_a_key_is_made_once_although_the_process_died(hub, home, moment):
    token = token_of(hub, "cara@x.example", granted(Role.CONTRIBUTOR, "Meridian", study=STUDY), organization="Meridian")
    form = {"title": "Weekly call", "organizations": ["Meridian"], "study": STUDY, "started_at": AT.isoformat()}
    told = [sys.executable, "-c", DIES, moment, token, repr(form)]
    died = subprocess.run(told, cwd=ROOT, env={**os.environ, "HUB_HOME": str(home)}, check=False)
    assert died.returncode == -signal.SIGKILL
    there = len(find_meetings(hub.room, ANNA).cards)
    assert there == {"before": 0, "after": 1}[moment]
    with served(hub) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        again = client.post(f"{API}/meetings", json=form, headers={"Idempotency-Key": "k1"})
    assert again.status_code == 201
    assert [one.meeting_id for one in find_meetings(hub.room, ANNA).cards] == [again.json()["id"]]

"""Long work over HTTP: asked for, watched, refused to others, taken up again after its process ended."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from hub.domain.errors import RejectedError
from hub.domain.jobs import JobState
from hub.domain.people import Principal, Role
from hub.domain.policy import Scope
from hub.storage.processes import gone
from tests.people import Clock, granted, person, quick_hub, served, sign_in

SCOPE = Scope(frozenset({"Meridian CRO"}), "ATLAS-3")


def add_up(job, tell):
    tell(0.5, "adding up")
    return {"sum": sum(job.argument["numbers"])}


def refuse(_job, _tell):
    raise RejectedError("call.mp4: is no recording")


def break_down(_job, _tell):
    raise ZeroDivisionError


KINDS = {"add_up": add_up, "refuse": refuse, "break_down": break_down}


@pytest.fixture
def hub(home):
    return quick_hub(job_kinds=KINDS)


def asked(hub, user, kind="add_up"):
    return hub.jobs.submit(kind, {"numbers": [1, 2, 3]}, by=Principal(user, (), "s"), scope=SCOPE)


def ended(client, job):
    for _ in range(200):
        told = client.get(f"/api/v1/jobs/{job.id}").json()
        if told["state"] in ("done", "failed"):
            return told
        time.sleep(0.02)
    raise AssertionError(told)


def test_a_job_is_done_beside_the_requests_and_its_result_is_read(hub):
    anna = person(hub, "anna@cro.example", granted(Role.PROJECT_MANAGER))
    with served(hub) as client:
        sign_in(client, "anna@cro.example")
        job = asked(hub, anna)
        told = ended(client, job)
        assert (told["state"], told["result"], told["progress"]) == ("done", {"sum": 6}, 1.0)
        assert [one["id"] for one in client.get("/api/v1/jobs").json()["items"]] == [job.id]
        events = client.get(f"/api/v1/jobs/{job.id}/events")
        assert events.headers["content-type"].startswith("text/event-stream")
        assert '"sum":6' in events.text


def test_the_events_of_a_job_end_when_its_person_signs_out(home, monkeypatch):
    free, looked = threading.Event(), threading.Event()
    hub = quick_hub(job_kinds={"wait": lambda _job, _tell: {"freed": free.wait(60)}})
    anna = person(hub, "anna@cro.example", granted(Role.PROJECT_MANAGER))
    find = hub.jobs.jobs.job
    monkeypatch.setattr(hub.jobs.jobs, "job", lambda job: (looked.set(), find(job))[1])
    with served(hub) as client, ThreadPoolExecutor(1) as beside:
        sign_in(client, "anna@cro.example")
        job = asked(hub, anna, "wait")
        watching = beside.submit(client.get, f"/api/v1/jobs/{job.id}/events")
        assert looked.wait(60), "who watches is let in"
        assert client.delete("/api/v1/session").status_code == 204
        told = watching.result(60).text
        free.set()
    assert '"state":"done"' not in told


def test_a_job_of_another_is_not_there(hub):
    anna = person(hub, "anna@cro.example")
    person(hub, "ben@cro.example")
    with served(hub) as client:
        job = asked(hub, anna)
        sign_in(client, "ben@cro.example")
        assert client.get(f"/api/v1/jobs/{job.id}").status_code == 404
        assert client.get("/api/v1/jobs").json() == {"items": [], "next": None}


def test_a_job_that_cannot_be_done_says_why_and_the_next_one_is_done(hub):
    anna = person(hub, "anna@cro.example")
    with capture_logs() as logged, served(hub) as client:
        sign_in(client, "anna@cro.example")
        first, second, third = asked(hub, anna, "refuse"), asked(hub, anna, "break_down"), asked(hub, anna)
        assert ended(client, first)["error"] == "call.mp4: is no recording"
        assert ended(client, second)["error"] == "it broke down; the hub's log says where"
        assert ended(client, third)["state"] == "done"
    assert [one["job"] for one in logged if one["event"] == "job_broke"] == [second.id]


def test_pages_of_jobs_follow_one_another(hub):
    anna = person(hub, "anna@cro.example")
    made = [asked(hub, anna).id for _ in range(5)]
    with served(hub) as client:
        sign_in(client, "anna@cro.example")
        seen, cursor = [], ""
        while cursor is not None:
            told = client.get("/api/v1/jobs", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
            seen += [one["id"] for one in told["items"]]
            cursor = told["next"]
        assert seen == made[::-1]
        assert client.get("/api/v1/jobs", params={"cursor": "no cursor"}).status_code == 422


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request, home):
    """Two processes of one hub, and the clock they share."""
    clock = Clock()
    database = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    hubs = [quick_hub(clock=clock, job_kinds=KINDS, **({"database": database} if database else {})) for _ in range(2)]
    yield *hubs, clock
    for one in hubs:
        one.close()


def test_what_a_process_left_when_it_ended_is_taken_up_by_another(two):
    first, second, clock = two
    job = asked(first, person(first, "anna@cro.example"))
    taken = first.jobs.jobs.take("first", ["add_up"], clock(), clock() + timedelta(seconds=60))
    assert taken.state is JobState.RUNNING
    assert not second.jobs.run_one(), "it is held"
    clock.pass_on(seconds=61)
    assert second.jobs.run_one()
    assert second.jobs.jobs.job(job.id).result == {"sum": 6}
    assert not first.jobs.jobs.finish(taken, "first"), "what came back from the dead changes nothing"


def test_a_job_that_ends_its_process_each_time_is_given_up(two):
    first, second, clock = two
    job = asked(first, person(first, "anna@cro.example"))
    for _ in range(3):
        first.jobs.jobs.take("first", ["add_up"], clock(), clock() + timedelta(seconds=60))
        clock.pass_on(seconds=61)
    assert second.jobs.run_one()
    assert "given up" in second.jobs.jobs.job(job.id).error


def test_a_job_of_a_process_that_has_surely_ended_is_taken_at_once(two):
    first, second, clock = two
    job = asked(first, person(first, "anna@cro.example"))
    first.jobs.jobs.take("here:1:a", ["add_up"], clock(), clock() + timedelta(seconds=60))
    assert second.jobs.jobs.free(lambda holder: holder != "here:1:a") == 0
    assert not second.jobs.run_one()
    assert second.jobs.jobs.free(lambda holder: holder == "here:1:a") == 1
    assert second.jobs.run_one()
    assert second.jobs.jobs.job(job.id).attempts == 2


def test_of_a_process_elsewhere_nobody_knows_whether_it_ended():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    own = f"here:{os.getpid()}:mark"
    assert gone(f"here:{ended.pid}:a", own=own)
    assert gone(f"here:{os.getpid()}:former", own=own), "its number is ours now"
    assert not gone(own, own=own)
    assert not gone(f"here:{os.getppid()}:a", own=own)
    assert not gone(f"there:{ended.pid}:a", own=own)


def test_two_processes_never_do_the_same_job(two):
    first, second, _clock = two
    anna = person(first, "anna@cro.example")
    for _ in range(10):
        asked(first, anna)
    done = []

    def work(hub):
        while hub.jobs.run_one():
            done.append(1)

    threads = [threading.Thread(target=work, args=(one,)) for one in (first, second)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(done) == 10
    assert all(one.attempts == 1 for one in first.jobs.jobs.jobs(anna.id))

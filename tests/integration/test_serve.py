"""`hub serve` as senders of webhooks meet it: a real process, called over HTTP."""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from hub.bootstrap import build
from hub.settings import load_settings

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
HUB = Path(sys.executable).with_name("hub")


def signed(number, body=b'{"type": "site.changed"}', key=KEY):
    message, stamp = f"msg_{number}", str(int(time.time()))
    digest = hmac.digest(key, f"{message}.{stamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {
        "headers": {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": signature},
        "content": body,
    }


def key_of(number, body=b'{"type": "site.changed"}'):
    return hashlib.sha256(f"cro:msg_{number}:{hashlib.sha256(body).hexdigest()}".encode()).hexdigest()


class Served:
    """A running `hub serve`."""

    def __init__(self, home, *options, **environment):
        (home / "webhooks").mkdir(parents=True, exist_ok=True)
        (home / "webhooks" / "cro.yaml").write_text("system: cro-ctms\nvendor: standard\nsecrets: [env:CRO_WEBHOOK]\n")
        self.environment = {**os.environ, "HUB_HOME": str(home), "CRO_WEBHOOK": SECRET, **environment}
        self.process = subprocess.Popen(
            [HUB, "serve", "--port", "0", *options], env=self.environment, stderr=subprocess.PIPE, text=True
        )
        line = self.process.stderr.readline()
        assert "listening on" in line, line + self.process.stderr.read()
        self.address = re.search(r"http:[^;]*", line)[0]
        self.client = httpx2.Client(base_url=self.address, timeout=60)

    def call(self, number, **changed):
        return self.client.post("/webhooks/cro", **(signed(number) | changed))

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        told = self.process.communicate(timeout=120)[1]
        self.client.close()
        return self.process.returncode, told


@pytest.fixture
def served(home):
    made = Served(home)
    yield made
    if made.process.poll() is None:
        made.end()


def kept(home):
    hub = build(load_settings(home=home))
    try:
        return len(hub.sync.calls.waiting("cro-ctms"))
    finally:
        hub.close()


def test_a_signed_call_is_kept_once_and_told_so_each_time(served, home):
    assert served.call(1).status_code == 204
    assert served.call(1).status_code == 204
    assert served.call(2).status_code == 204
    assert kept(home) == 2


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        (signed(1, key=b"x" * 32), 401),
        ({"content": b'{"type": "other"}'}, 401),
        ({"headers": {}}, 401),
        ({"content": b"x" * (5 * 2**20)}, 413),
    ],
)
def test_what_is_not_to_be_believed_is_not_kept(served, home, changed, status):
    answer = served.call(1, **changed)
    assert answer.status_code == status
    assert SECRET not in answer.text
    assert kept(home) == 0


def test_nobody_else_may_call(served):
    assert served.client.post("/webhooks/other", **signed(1)).status_code == 404


def test_it_does_not_say_what_software_answers(served):
    for path in ("/api/v1/meetings", "/sign-in"):
        assert "server" not in served.client.get(path).headers


def test_it_says_that_it_is_live_and_ready(served):
    assert served.client.get("/health/live").json() == {"status": "live"}
    assert served.client.get("/health/ready").json() == {"status": "ready"}


def test_a_health_check_tells_whether_it_lives(served):
    port = served.address.rpartition(":")[2]

    def asked(port):
        check = [sys.executable, "-m", "hub.cli.alive"]
        return subprocess.run(check, env={**os.environ, "HUB_PORT": port}, check=False, timeout=60).returncode

    until(lambda: asked(port) == 0)  # the first answer of a busy machine may take longer than a check waits
    served.end()
    assert asked(port) == 1


def test_sigterm_ends_it_with_zero(served):
    served.call(1)
    code, told = served.end()
    assert code == 0, told


def test_a_port_that_is_taken_is_said_in_one_line(served, home):
    port = served.address.rpartition(":")[2]
    again = subprocess.run(
        [HUB, "serve", "--port", port], env=served.environment, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "choose another --port" in again.stderr


def test_a_missing_secret_is_said_at_the_start(home):
    (home / "webhooks").mkdir(parents=True)
    (home / "webhooks" / "cro.yaml").write_text("system: cro-ctms\nvendor: standard\nsecrets: [env:NO_SUCH_SECRET]\n")
    told = subprocess.run(
        [HUB, "serve", "--port", "0"],
        env={**os.environ, "HUB_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "NO_SUCH_SECRET" in told.stderr


def test_what_was_thanked_for_is_there_after_kill_9(home):
    served, thanked, stop = Served(home), [], threading.Event()

    def sender(first):
        with httpx2.Client(base_url=served.address, timeout=60) as client:
            for number in range(first, first + 10_000):
                if stop.is_set():
                    return
                try:
                    if client.post("/webhooks/cro", **signed(number)).status_code == 204:
                        thanked.append(number)
                except httpx2.HTTPError:
                    return

    senders = [threading.Thread(target=sender, args=(first,)) for first in range(0, 80_000, 10_000)]
    for one in senders:
        one.start()
    until = time.monotonic() + 120  # the machine may be busy; it is killed while calls come in
    while len(thanked) <= 200 and time.monotonic() < until:
        time.sleep(0.05)
    served.end(signal.SIGKILL)
    stop.set()
    for one in senders:
        one.join()
    assert len(thanked) > 50
    hub = build(load_settings(home=home))
    again = {number for number in thanked if hub.sync.calls.keep([_call(number)])}
    hub.close()
    assert again == set(), "a call that was kept is known"


def _call(number):
    from hub.domain.calls import Call

    return Call("cro-ctms", key_of(number), b"", datetime.now(UTC))


def test_while_the_database_is_away_the_sender_is_asked_to_come_again(home, postgres_apart):
    services, url = postgres_apart
    served = Served(home, HUB_DATABASE=url)
    try:
        assert served.call(1).status_code == 204
        services.command("stop", "postgres")
        answer = served.call(2)
        assert (answer.status_code, answer.headers.get("retry-after")) == (503, "5"), served.end(signal.SIGKILL)[1]
        assert served.client.get("/health/ready").status_code == 503
        assert served.client.get("/health/live").status_code == 200
        services.command("restart", "postgres")
        assert served.call(2).status_code == 204
        assert json.loads(served.client.get("/health/ready").text) == {"status": "ready"}
    finally:
        served.end()


def children(process):
    """Return the processes that another one has started."""
    return set(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def until(condition):
    """Wait until something holds, for a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_several_processes_serve_one_address_and_one_that_is_killed_comes_back(home, postgres_url):
    served = Served(home, "--workers", "2", HUB_DATABASE=postgres_url)
    try:
        until(lambda: len(children(served.process.pid)) == 2)
        first = children(served.process.pid)
        assert served.call(1).status_code == 204
        killed = min(first)
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(children(served.process.pid) - {killed}) == 2)
        for number in range(2, 12):  # a connection of its own each, so that both are asked
            answer = httpx2.post(f"{served.address}/webhooks/cro", timeout=60, **signed(number))
            assert answer.status_code == 204
        asked, began = list[int](), time.monotonic()
        for _ in range(30):  # whichever of them answers, the address has one limit
            wrong = {"email": "x@y.example", "password": "no such person"}
            asked.append(httpx2.post(f"{served.address}/api/v1/session", timeout=60, json=wrong).status_code)
        assert 20 <= asked.count(401) <= 21 + (time.monotonic() - began) * 0.5
        last = children(served.process.pid)
    finally:
        code, told = served.end()
    assert code == 0, told
    assert f"process={killed}" in told
    assert not [one for one in last if Path(f"/proc/{one}").exists()]


def test_a_process_that_cannot_live_says_why_and_is_started_again_until_sigterm():
    about = "from hub.cli.processes import kept_running\nfrom hub.domain.errors import FatalError\n"
    serve = "def serve():\n    raise FatalError('the disk is full')\nkept_running(1, serve)"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", about + serve], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    told = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=60)[0]
    assert len([one for one in told if "the disk is full" in one]) >= 2, told
    assert process.returncode == 0, rest


def test_sqlite_is_served_by_one(home):
    done = subprocess.run(
        [HUB, "serve", "--workers", "2"],
        env={**os.environ, "HUB_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "need PostgreSQL" in done.stderr

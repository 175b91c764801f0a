"""Limits by asker: a bucket that fills again, one for all processes that serve together."""

import subprocess
import sys
from itertools import count

import pytest

from hub.api.limits import Buckets, OwnLevels
from hub.api.problems import HttpError
from hub.api.shared_levels import SharedLevels

TWO_PROCESSES = """
import os, sys
from hub.api.limits import Buckets
from hub.api.problems import HttpError
from hub.api.shared_levels import SharedLevels

buckets = Buckets(1, 50, levels=SharedLevels(), monotonic=lambda: 7.0)
for _ in range(2):
    if os.fork() == 0:
        for _ in range(40):
            try:
                buckets.take("anna")
                os.write(1, b"let in\\n")
            except HttpError:
                os.write(1, b"refused\\n")
        os._exit(0)
for _ in range(2):
    os.wait()
"""
KILLED = """
import os, signal
from hub.api.limits import Buckets
from hub.api.shared_levels import SharedLevels

levels = SharedLevels()
if os.fork() == 0:
    with levels.held(" anna"):
        os.kill(os.getpid(), signal.SIGKILL)
os.wait()
Buckets(1, 2, levels=levels).take("anna")
print("goes on")
"""


@pytest.fixture(params=[OwnLevels, SharedLevels])
def levels(request):
    return request.param()


def taken(buckets, who, times):
    """Return how many of so many requests are let in."""
    let_in = 0
    for _ in range(times):
        try:
            buckets.take(who)
            let_in += 1
        except HttpError as refused:
            assert refused.status == 429
            assert int(refused.headers["Retry-After"]) >= 1
    return let_in


def test_a_bucket_empties_and_fills_again_for_each_asker_by_itself(levels):
    now = [10.0]
    buckets = Buckets(2, 5, levels=levels, monotonic=lambda: now[0])
    assert taken(buckets, "anna", 8) == 5
    assert taken(buckets, "ben", 8) == 5
    now[0] += 1.0
    assert taken(buckets, "anna", 8) == 2
    now[0] += 1000.0
    assert taken(buckets, "anna", 8) == 5


def test_two_limits_of_one_asker_are_two(levels):
    several = [Buckets(1, 3, levels=levels, of=of, monotonic=lambda: 1.0) for of in ("user", "sign-in")]
    assert [taken(one, "anna", 5) for one in several] == [3, 3]


def test_more_askers_than_there_is_room_for_are_served_all_the_same(monkeypatch):
    monkeypatch.setattr("hub.api.shared_levels._SETS", 2)
    clock = count()
    buckets = Buckets(0.001, 3, levels=SharedLevels(), monotonic=lambda: float(next(clock)))
    assert [taken(buckets, f"asker {number}", 2) for number in range(100)] == [2] * 100


def ran(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True).stdout


def test_processes_that_serve_together_share_one_limit():
    told = ran(TWO_PROCESSES)
    assert (told.count("let in"), told.count("refused")) == (50, 30)


def test_a_process_that_is_killed_holds_up_no_other():
    assert ran(KILLED) == "goes on\n"

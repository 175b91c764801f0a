"""Ids that the sync makes: versions of the RFC, in the order of their time, never twice."""

import subprocess
import sys
import threading
import time
import uuid

from hub.storage.ids import ordered_id

FORKED = """
import os
from hub.storage.ids import ordered_id

ordered_id()
reader, writer = os.pipe()
if not (child := os.fork()):
    os.write(writer, "".join(ordered_id()[12:] for _ in range(100)).encode())
    os._exit(0)
os.waitpid(child, 0)
theirs = os.read(reader, 2000).decode()
theirs = {theirs[at : at + 20] for at in range(0, len(theirs), 20)}
print(len(theirs), len(theirs & {ordered_id()[12:] for _ in range(100)}))
"""


def test_an_id_is_a_uuid_of_version_seven_with_its_time():
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(ordered_id())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_threads_never_get_the_same():
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(ordered_id() for _ in range(3000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one[12:] for one in made}) == 12_000


def test_a_process_that_is_split_off_goes_on_with_ids_of_its_own():
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["100", "0"]

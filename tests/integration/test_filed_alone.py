"""Two processes of one hub that file one document in the same moment: one files it, the other is told and comes later."""

import hashlib
import io
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from hub.connectors.places.packages import Packages, PlaceFiling
from hub.domain.changes import Capabilities, Change, Page
from hub.domain.errors import BusyError, FatalError, RetryableError
from hub.domain.papers import Paper
from hub.ports import System
from hub.services.sync import alone
from hub.services.sync.alone import file_alone, reserve
from hub.services.sync.copying import copy_documents
from hub.services.sync.kept_leases import KeptLeases
from hub.storage.bus_tables import leases as kept_leases
from hub.storage.engine import reading
from hub.storage.leases import SqlLeases
from tests.people import quick_hub

PATIENCE_S = 60
DIES = """
import hashlib, io, sys, threading
from datetime import UTC, datetime
from types import SimpleNamespace
from hub.domain.papers import Paper
from hub.services.sync.alone import file_alone
from hub.storage.engine import open_engine
from hub.storage.leases import SqlLeases

class Hangs:
    remembers_s = float(sys.argv[2])

    def file(self, paper, content):
        print("begun", flush=True)
        threading.Event().wait()

leases = SqlLeases(open_engine(sys.argv[1]), holder="child", clock=lambda: datetime.now(UTC))
paper = Paper("plan", "Plan.pdf", "application/pdf", 1, hashlib.sha256(b"x").hexdigest(), {})
file_alone(SimpleNamespace(leases=leases, filing={}), "out", Hangs(), paper, io.BytesIO(b"x"))
"""


@dataclass
class Slow:
    """A filing that goes on once it is let; of what lies there it sees only what was there when it looked."""

    inner: PlaceFiling
    begun: threading.Event = field(default_factory=threading.Event)
    let: threading.Event = field(default_factory=threading.Event)

    def file(self, paper, content):
        self.begun.set()
        assert self.let.wait(PATIENCE_S)
        return self.inner.file(paper, content)


@dataclass
class Clock:
    now: datetime = datetime(2026, 6, 1, 9, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def processes(home, empty_home, clock, tmp_path):
    """Two processes on one database, and the place that both file in."""
    shutil.copytree(empty_home, home, dirs_exist_ok=True)
    made = quick_hub(clock=clock)
    (tmp_path / "out").mkdir()

    def seconds():
        return clock().timestamp()

    def process(holder):
        leases = KeptLeases(SqlLeases(made.sync.ledger._engine, holder=holder, clock=clock), monotonic=seconds)
        return replace(made.sync, leases=leases, filing={}), PlaceFiling(Packages(name="out", folder=tmp_path / "out"))

    yield process("one"), process("two"), tmp_path / "out"
    made.close()


def let(inner):
    """A filing that files at once, and says of no time that it remembers."""
    slow = Slow(inner)
    slow.let.set()
    return slow


def until(condition):
    ends_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends_s
        time.sleep(0.01)


def ends(process):
    """Until when the one lease for filing is held."""
    of_filing = select(kept_leases.c.until).where(kept_leases.c.name.like("filing:%"))
    with reading(process.leases._leases._engine) as connection:
        return connection.execute(of_filing).scalar_one().replace(tzinfo=UTC)


def paper(content, key="plan"):
    return Paper(key, "Plan.pdf", "application/pdf", len(content), hashlib.sha256(content).hexdigest(), {})


def versions(folder):
    return sorted(one.name.split(".v")[1].split("-")[0] for one in folder.iterdir() if one.name.endswith(".pdf"))


def test_of_two_that_file_other_contents_at_once_one_comes_later_and_takes_the_next_number(processes, clock):
    (one, its), (two, others), folder = processes
    slow, done = Slow(its), []
    thread = threading.Thread(
        target=lambda: done.append(file_alone(one, "out", slow, paper(b"first"), io.BytesIO(b"first")))
    )
    thread.start()
    assert slow.begun.wait(PATIENCE_S)
    for who in (one, two):
        with pytest.raises(BusyError):
            file_alone(who, "out", Slow(others), paper(b"second"), io.BytesIO(b"second"))
    slow.let.set()
    thread.join(PATIENCE_S)
    assert [filed.new for filed in done] == [True]
    assert file_alone(two, "out", others, paper(b"first"), io.BytesIO(b"first")).new is False
    assert file_alone(two, "out", others, paper(b"second"), io.BytesIO(b"second")).new
    assert versions(folder) == ["1", "2"]


def test_a_place_that_is_remembered_is_used_by_one_process_until_it_has_forgotten(processes, clock):
    (one, its), (two, others), folder = processes
    for number in range(3):
        assert file_alone(one, "out", its, paper(b"x", f"d{number}"), io.BytesIO(b"x")).new
    with pytest.raises(BusyError) as caught:
        file_alone(two, "out", others, paper(b"y", "d0"), io.BytesIO(b"y"))
    assert caught.value.retry_after_s == PlaceFiling.remembers_s
    clock.now += timedelta(seconds=PlaceFiling.remembers_s + 1)
    assert file_alone(two, "out", others, paper(b"y", "d0"), io.BytesIO(b"y")).new
    assert versions(folder) == ["1", "1", "1", "2"]


def test_a_filing_that_outlasts_what_the_place_is_remembered_for_keeps_others_away_and_then_for_as_long_again(
    processes, clock, monkeypatch
):
    (one, its), (two, others), folder = processes

    def busy():
        with pytest.raises(BusyError):
            file_alone(two, "out", others, paper(b"y"), io.BytesIO(b"y"))
        with pytest.raises(BusyError):
            reserve(two, "out", others)

    class Long(Slow):
        remembers_s = PlaceFiling.remembers_s

        def file(self, paper, content):
            for _ in range(6):
                clock.now += timedelta(seconds=0.8 * self.remembers_s)
                until(lambda: ends(two) > clock.now + timedelta(seconds=0.9 * self.remembers_s))
            busy()
            return self.inner.file(paper, content)

    monkeypatch.setattr(alone, "_EVERY_S", 0.01)
    assert file_alone(one, "out", its, paper(b"x", "before"), io.BytesIO(b"x")).new
    assert file_alone(one, "out", Long(its), paper(b"x"), io.BytesIO(b"x")).new
    clock.now += timedelta(seconds=PlaceFiling.remembers_s - 1)
    busy()
    clock.now += timedelta(seconds=2)
    assert file_alone(two, "out", others, paper(b"y"), io.BytesIO(b"y")).new
    assert versions(folder) == ["1", "1", "2"]


troubles = pytest.mark.parametrize(
    "error", [RetryableError("database: locked"), FatalError("database: the disk is full")], ids=["locked", "full"]
)


@troubles
def test_a_document_that_was_filed_is_told_though_its_lease_cannot_be_given_back(processes, monkeypatch, error):
    (one, its), _, folder = processes

    def away(*_):
        raise error

    slow = Slow(its)
    slow.let.set()
    monkeypatch.setattr(one.leases, "release", away)
    assert file_alone(one, "out", slow, paper(b"x"), io.BytesIO(b"x")).new
    assert (versions(folder), one.filing) == (["1"], {})


def test_nothing_is_had_for_a_place_that_another_process_uses(processes):
    (one, its), (two, others), _ = processes
    assert file_alone(one, "out", its, paper(b"x"), io.BytesIO(b"x")).new
    had = []

    def fetch(filed, _content):
        had.append(filed)

    changes = tuple(Change("document", f"d{number}", {"version": "1"}) for number in range(3))
    giving = SimpleNamespace(
        pull=lambda _kind, _cursor: Page(changes, None), fetch=fetch, capabilities=Capabilities(), kinds=("document",)
    )
    systems = {
        "vault": System("vault", ("document",), giving, filing=giving),
        "out": System("out", (), None, filing=others),
    }
    with pytest.raises(BusyError):
        copy_documents(replace(two, systems=systems), "vault", "out")
    assert had == []


def test_who_ended_in_the_middle_keeps_others_from_that_document_for_two_minutes(processes, clock):
    (one, _), (two, others), _ = processes
    assert one.leases.take(f"filing:out:{hashlib.sha256(b'plan').hexdigest()[:24]}", alone._LASTS_S)
    with pytest.raises(BusyError, match="another process"):
        file_alone(two, "out", Slow(others), paper(b"x"), io.BytesIO(b"x"))
    assert file_alone(two, "out", others, paper(b"x", "other"), io.BytesIO(b"x")).new
    clock.now += timedelta(seconds=121)
    assert file_alone(two, "out", others, paper(b"x"), io.BytesIO(b"x")).new


@pytest.mark.parametrize("remembers_s", [0.0, PlaceFiling.remembers_s])
def test_a_process_that_is_killed_while_it_files_frees_its_place_within_three_minutes(processes, clock, remembers_s):
    _, (two, others), folder = processes
    clock.now = datetime.now(UTC)
    filing = others if remembers_s else Slow(others)
    child = subprocess.Popen(  # this Python, with the code above
        [sys.executable, "-c", DIES, str(two.leases._leases._engine.url), str(remembers_s)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            assert child.stdout.readline() == "begun\n"
            with pytest.raises(BusyError, match="another process"):
                file_alone(two, "out", filing, paper(b"x"), io.BytesIO(b"x"))
        finally:
            child.kill()
    clock.now = datetime.now(UTC) + timedelta(seconds=180)
    assert file_alone(two, "out", others if remembers_s else let(others), paper(b"x"), io.BytesIO(b"x")).new
    assert versions(folder) == ["1"]


@troubles
def test_a_lease_that_cannot_be_renewed_for_a_while_is_asked_for_again(processes, clock, monkeypatch, error):
    (one, its), (two, _), _ = processes
    true, away = one.leases.take, [error] * 3
    monkeypatch.setattr(alone, "_EVERY_S", 0.01)
    before = []

    class Long(Slow):
        def file(self, paper, content):
            before.append(ends(two))
            clock.now += timedelta(seconds=100)
            monkeypatch.setattr(one.leases, "take", take)
            until(lambda: ends(two) > before[0])
            return self.inner.file(paper, content)

    def take(name, seconds):
        if away:
            raise away.pop()
        return true(name, seconds)

    assert file_alone(one, "out", Long(its), paper(b"x"), io.BytesIO(b"x")).new
    assert away == []

"""A system that calls is read at once, however long it is until its next turn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.calls import Call
from hub.ports import System
from hub.services.sync.worker import tasks
from hub.storage.gates import SqlGates
from hub.storage.leases import SqlLeases


@pytest.fixture
def puller(bench):
    """The reading task of a system that is read once an hour, and its call."""
    bench.cro.put("study", "st1", protocol_number="P-1", title="One")
    bench.agree()
    system = replace(bench.sync.systems["cro"], every_s=3600.0)
    sync = replace(bench.sync, systems={"cro": system}, called=frozenset({"cro"}))
    [task] = [task for task in tasks(sync) if task.name == "pull.cro"]
    assert task.step() <= 0.2, "it looks for calls meanwhile"
    return task


def call(bench, number):
    bench.sync.calls.keep([Call("cro", f"{number:064}", b"", bench.now)])


def titles(bench):
    return [record.fields.get("title") for record, _ in bench.sync.ledger.everything("study")]


def test_a_call_has_its_system_read(bench, puller):
    bench.cro.put("study", "st1", title="Two")
    puller.step()
    assert titles(bench) == ["One"], "its turn has not come"
    call(bench, 1)
    puller.step()
    assert titles(bench) == ["Two"]
    assert bench.sync.calls.waiting("cro") == []


def test_what_a_call_holds_is_told_to_its_system_before_it_is_read(bench):
    heard = []
    system = replace(bench.sync.systems["cro"], every_s=3600.0, told=heard.append)
    sync = replace(bench.sync, systems={"cro": system}, called=frozenset({"cro"}))
    [task] = [task for task in tasks(sync) if task.name == "pull.cro"]
    task.step()
    assert heard == []
    sync.calls.keep([Call("cro", "a" * 64, b"its subscription ends", bench.now)])
    task.step()
    task.step()
    assert heard == [b"its subscription ends"]


@pytest.fixture
def hearer(bench):
    """The reading task of a system that is told of its calls, and what it was told."""
    heard = []
    system = replace(bench.sync.systems["cro"], every_s=3600.0, told=heard.append)
    sync = replace(bench.sync, systems={"cro": system}, called=frozenset({"cro"}))
    bench.agree()
    [task] = [task for task in tasks(sync) if task.name == "pull.cro"]
    task.step()
    return task, heard


def test_nothing_is_told_to_a_system_that_is_left_alone_until_it_is_not(bench, hearer):
    task, heard = hearer
    bench.sync.gates.failed("cro", retry_after_s=60)
    bench.sync.calls.keep([Call("cro", "a" * 64, b"its subscription ends", bench.now)])
    for _ in range(3):
        task.step()
    assert heard == []
    bench.now += timedelta(seconds=61)
    task.step()
    assert heard == [b"its subscription ends"]
    assert bench.sync.calls.waiting("cro") == []


def test_telling_a_system_of_its_call_takes_nothing_from_the_rate_of_its_reading(bench):
    heard, gates = [], SqlGates(bench.hub._engine, rates={"cro": 0.1}, clock=bench.sync.clock)
    system = replace(bench.sync.systems["cro"], kinds=("study",), every_s=3600.0, told=heard.append)
    sync = replace(bench.sync, systems={"cro": system}, called=frozenset({"cro"}), gates=gates)
    bench.cro.put("study", "st1", protocol_number="P-1", title="One")
    bench.agree()
    [task] = [task for task in tasks(sync) if task.name == "pull.cro"]
    task.step()
    bench.now += timedelta(seconds=10)
    bench.cro.put("study", "st1", title="Two")
    call(bench, 1)
    task.step()
    assert (heard, titles(bench), sync.calls.waiting("cro")) == ([b""], ["Two"], [])


def test_a_call_that_waits_is_told_once(bench, hearer):
    task, heard = hearer
    bench.sync.leases.release("pull.cro.study")
    assert SqlLeases(bench.hub._engine, holder="another", clock=bench.sync.clock).take("pull.cro.study", 10)
    for number in range(2):
        bench.sync.calls.keep([Call("cro", f"{number:064}", b"call %d" % number, bench.now)])
        for _ in range(3):
            task.step()
    assert heard == [b"call 0", b"call 1"]
    assert len(bench.sync.calls.waiting("cro")) == 2


def test_no_call_is_worked_off_that_was_not_told(bench, hearer):
    task, heard = hearer
    bench.sync.calls.keep([Call("cro", f"{number:064}", b"%d" % number, bench.now) for number in range(150)])
    while bench.sync.calls.waiting("cro"):
        task.step()
        assert len(heard) + len(bench.sync.calls.waiting("cro")) == 150
    assert heard == [b"%d" % number for number in range(150)]


def test_a_call_waits_while_another_worker_reads(bench, puller):
    bench.sync.leases.release("pull.cro.study")
    assert SqlLeases(bench.hub._engine, holder="another", clock=bench.sync.clock).take("pull.cro.study", 10)
    bench.cro.put("study", "st1", title="Two")
    call(bench, 1)
    puller.step()
    assert len(bench.sync.calls.waiting("cro")) == 1


def test_a_call_waits_while_its_system_is_left_alone(bench, puller):
    bench.sync.gates.failed("cro", retry_after_s=60)
    call(bench, 1)
    puller.step()
    assert len(bench.sync.calls.waiting("cro")) == 1


def test_a_call_that_comes_while_the_system_is_read_is_not_lost(bench, puller):
    inner = bench.cro.pull

    def pull(kind, cursor):
        page = inner(kind, cursor)
        if not bench.sync.calls.keep([Call("cro", "b" * 64, b"", bench.now)]):
            return page
        bench.cro.put("study", "st1", title="Later")  # after the page was made
        return page

    bench.cro.pull = pull
    call(bench, 1)
    puller.step()
    assert len(bench.sync.calls.waiting("cro")) == 1
    puller.step()
    assert titles(bench) == ["Later"]


def test_a_system_that_never_calls_is_not_looked_for(bench):
    bench.agree()
    system = System("cro", ("study",), source=bench.cro, every_s=3600.0)
    sync = replace(bench.sync, systems={"cro": system})
    [task] = [task for task in tasks(sync) if task.name == "pull.cro"]
    assert task.step() > 3000

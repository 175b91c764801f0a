"""What many callers bring is stored in few transactions, and each hears of its own."""

import asyncio
import threading

import pytest

from hub.api.group_commit import GroupCommit


class Disk:
    """Stores groups; holds still until it is let go, and fails where it is told to."""

    def __init__(self):
        self.groups, self.gate, self.fails = [], threading.Event(), False
        self.gate.set()

    def store(self, items):
        self.gate.wait(10)
        if self.fails:
            raise OSError("disk full")
        self.groups.append(list(items))


def test_what_comes_while_a_group_is_written_goes_into_the_next():
    disk = Disk()

    async def story():
        group = GroupCommit(disk.store)
        disk.gate.clear()
        first = asyncio.create_task(group.keep(0))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(group.keep(number)) for number in range(1, 50)]
        await asyncio.sleep(0.05)
        assert not first.done()
        disk.gate.set()
        await asyncio.gather(first, *others)

    asyncio.run(story())
    assert disk.groups == [[0], list(range(1, 50))]


def test_a_group_is_no_larger_than_allowed():
    disk = Disk()

    async def story():
        group = GroupCommit(disk.store, most=10)
        await asyncio.gather(*(group.keep(number) for number in range(25)))

    asyncio.run(story())
    assert [len(one) for one in disk.groups] == [10, 10, 5]


def test_a_failure_is_told_to_each_of_its_group_and_the_next_goes_on():
    disk = Disk()

    async def story():
        group = GroupCommit(disk.store)
        disk.fails = True
        told = await asyncio.gather(group.keep(1), group.keep(2), return_exceptions=True)
        assert [type(one) for one in told] == [OSError, OSError]
        disk.fails = False
        await group.keep(3)

    asyncio.run(story())
    assert disk.groups == [[3]]


def test_a_caller_that_has_gone_holds_up_nobody():
    disk = Disk()

    async def story():
        group = GroupCommit(disk.store)
        disk.gate.clear()
        gone, stays = asyncio.create_task(group.keep(1)), asyncio.create_task(group.keep(2))
        await asyncio.sleep(0.05)
        gone.cancel()
        disk.gate.set()
        await stays
        with pytest.raises(asyncio.CancelledError):
            await gone
        await group.drained()

    asyncio.run(story())
    assert disk.groups == [[1, 2]], "it may have been kept: its sender comes again, and that is a double"


def test_drained_waits_for_what_is_being_written():
    disk = Disk()

    async def story():
        group = GroupCommit(disk.store)
        disk.gate.clear()
        one = asyncio.create_task(group.keep(1))
        await asyncio.sleep(0.05)
        threading.Timer(0.1, disk.gate.set).start()
        await group.drained()
        assert one.done() or disk.groups == [[1]]
        await one

    asyncio.run(story())

"""The worker: every task in a thread of its own, begun again with backoff when it fails, ended between two steps."""

import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from hub.domain.errors import FatalError, HubError, RetryableError
from hub.domain.sync import RECORDS_TOPIC
from hub.ports import BusConsumer, System
from hub.services.sync.intake import Taken
from hub.services.sync.steps import Sync, deliver_some, pull, relay_once, try_again

log = structlog.get_logger()
_FIRST_S, _LONGEST_S = 0.2, 30.0
_IDLE_S = 0.02
_CALLED_S = 0.1
_LAG_EVERY_S = 10.0
_CYCLES = 100_000
"""Objects made and not yet freed before Python looks for cycles among them; two thousand records are 80,000."""
_REMEMBERED = timedelta(days=8)
"""How long calls are known again; vendors repeat them for a day or two."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing done again and again."""

    name: str
    step: Callable[[], float]
    """Does a little and returns after how many seconds it wants to be called again."""
    close: Callable[[], None] = lambda: None
    """Lets go of what the steps held; called after a failure and at the end."""


def tasks(sync: Sync) -> list[Task]:
    """Return what this worker does: pulls and deliveries for each system, the relay, what waits."""
    made = [Task("relay", lambda: 0.0 if relay_once(sync) else _IDLE_S), Task("again", lambda: _again(sync))]
    for system in sync.systems.values():
        if system.source is not None:
            made.append(Task(f"pull.{system.name}", _puller(sync, system)))
        if system.target is not None:
            made.append(_deliverer(sync, system))
    return made


@contextmanager
def unhurried() -> Iterator[None]:
    """Have Python look for cycles seldom until the block ends: a batch of records is none, and is looked through."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()  # what is loaded stays
    gc.set_threshold(_CYCLES, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def run(tasks: Sequence[Task], stop: threading.Event, *, drain_s: float = 20.0, cycles_s: float = 10.0) -> bool:
    """Run *tasks* until *stop* is set, then wait for their steps to end; tell whether all did within *drain_s*.

    Cycles are looked for every *cycles_s* seconds: each statement with a list of ids leaves one that holds the list.
    By their number alone, which is small, hundreds of megabytes would gather.
    """
    threads = [threading.Thread(target=_supervise, args=(task, stop), name=task.name, daemon=True) for task in tasks]
    with unhurried():
        for thread in threads:
            thread.start()
        while not stop.wait(cycles_s):
            gc.collect()
        for thread in threads:
            thread.join(drain_s)
    return not any(thread.is_alive() for thread in threads)


def _supervise(task: Task, stop: threading.Event) -> None:
    failures = 0
    while not stop.is_set():
        try:
            wait_s = task.step()
            failures = 0
        except Exception as error:
            failures += 1
            wait_s = _pause(task, error, failures)
            _closed(task)
        stop.wait(wait_s)
    _closed(task)


def _pause(task: Task, error: Exception, failures: int) -> float:
    pause = min(_FIRST_S * 2 ** min(failures - 1, 12), _LONGEST_S)
    if isinstance(error, RetryableError):
        log.warning("task_waits", task=task.name, reason=str(error), again_in_s=error.retry_after_s or pause)
        return error.retry_after_s or pause
    # what went wrong inside may hold what was read, so only its name is logged unless it is one of ours
    reason = str(error) if isinstance(error, HubError) else type(error).__name__
    log.error("task_failed", task=task.name, reason=reason, again_in_s=pause, exc_info=not isinstance(error, HubError))
    return _LONGEST_S if isinstance(error, FatalError) else pause


def _closed(task: Task) -> None:
    try:
        task.close()
    except Exception as error:
        log.warning("task_close_failed", task=task.name, reason=type(error).__name__)


def _again(sync: Sync) -> float:
    if sync.leases.take("again", 30.0):
        try_again(sync, still=lambda: sync.leases.take("again", 30.0))
        sync.calls.forget(sync.clock() - _REMEMBERED)
    return 2.0


def _puller(sync: Sync, system: System) -> Callable[[], float]:
    """Return the step that reads *system* when it is due, or as soon as it calls."""
    due, heard = 0.0, _hearer(sync, system)

    def step() -> float:
        nonlocal due
        calls = heard() if system.name in sync.called else []
        if calls or time.monotonic() >= due:
            taken = sum((pull(sync, system, kind) for kind in system.kinds), Taken())
            due = time.monotonic() + system.every_s
            if calls and not taken.put_off:
                sync.calls.handled(calls)
        left_s = max(0.0, due - time.monotonic())
        return min(left_s, _CALLED_S) if system.name in sync.called else left_s

    return step


def _hearer(sync: Sync, system: System) -> Callable[[], list[int]]:
    """Return what gives the calls that wait; where *system* wants to be told of them, those that it was told of.

    It is told of each once, when requests may be sent to it: what it is told may have it send some.
    """
    told, tell = set[int](), system.told

    def heard() -> list[int]:
        if tell is None:
            return sync.calls.waiting(system.name)
        bodies = sync.calls.bodies(system.name)
        told.intersection_update(bodies)
        new = [number for number in bodies if number not in told]
        if new and not sync.gates.wait(system.name, 0):  # what the rate leaves is for the reading that follows
            for number in new:
                tell(bodies[number])
                told.add(number)
        return [number for number in bodies if number in told]

    return heard


def _deliverer(sync: Sync, system: System) -> Task:
    held: list[BusConsumer] = []
    group, look = f"deliver.{system.name}", _looker(sync, system.name)

    def step() -> float:
        if not sync.active(system.name):
            return 1.0
        if wait_s := sync.gates.wait(system.name, 0):  # each request takes its own share of the budget
            return wait_s
        if not held:
            held.append(joined(sync, group))
        try:
            worked = deliver_some(sync, system, held[0], wait_s=0.5)
        finally:
            look(held[0])  # in an outage above all
        return 0.0 if worked else _IDLE_S

    def close() -> None:
        while held:
            held.pop().close()

    return Task(group, step, close)


def _looker(sync: Sync, system: str) -> Callable[[BusConsumer], None]:
    """Return what tells from time to time how far behind deliveries to *system* are."""
    looked = float("-inf")

    def look(consumer: BusConsumer) -> None:
        nonlocal looked
        if time.monotonic() - looked <= _LAG_EVERY_S:
            return
        try:
            behind = consumer.lag()
            if not behind:  # the group has given it nothing yet
                return
            sync.ledger.lagging(system, behind)
        except RetryableError as error:
            log.info("lag_unknown", system=system, reason=str(error))
            return
        looked = time.monotonic()
        sync.told("lag", system, sum(behind.values()))

    return look


def joined(sync: Sync, group: str) -> BusConsumer:
    """Join a consumer group of the records' topic, reading from the hub's own positions."""
    return sync.bus.consume(
        RECORDS_TOPIC, group, lambda partition: sync.ledger.position(group, RECORDS_TOPIC, partition)
    )

"""One round by hand: read, relay and deliver until all is quiet."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from hub.domain.errors import FatalError, RetryableError
from hub.ports import BusConsumer, System
from hub.services.sync.intake import Taken
from hub.services.sync.rewinding import firsts
from hub.services.sync.steps import Sync, deliver_some, pull, relay_once, try_again
from hub.services.sync.worker import joined

Answer = TypeVar("Answer")
_QUIET = 2
_ROUNDS = 1000
_SEAT_S = 10.0


@dataclass(slots=True)
class Round:
    """What came of a round."""

    read: dict[str, Taken] = field(default_factory=dict)
    """By system."""
    delivered: dict[str, int] = field(default_factory=dict)
    """Messages worked off, by system."""
    away: dict[str, str] = field(default_factory=dict)
    """System to why it could not be reached; nothing of it is lost."""


def run_round(sync: Sync, *, full: bool = False, wait_s: float = 0.2) -> Round:
    """Read every system, then deliver until two looks in a row find nothing more to do."""
    done, consumers, workers = Round(), dict[str, BusConsumer](), set[str]()
    try:
        _read(sync, done, full=full)
        for _ in range(_ROUNDS):
            quiet = 0
            while quiet < _QUIET:
                quiet = 0 if _flow(sync, done, consumers, workers, wait_s=wait_s) else quiet + 1
            if not _read(sync, done, full=False):
                break
        return done
    finally:
        for consumer in consumers.values():
            consumer.close()


def _read(sync: Sync, done: Round, *, full: bool) -> bool:
    news = False
    for system in sync.systems.values():
        for kind in system.kinds if system.source and system.name not in done.away else ():
            taken = _tried(done, system, partial(pull, sync, system, kind, full=full))
            if taken is None:
                break
            before = done.read.get(system.name, Taken())
            done.read[system.name] = before + taken
            news = news or bool(taken.edits or taken.disputed or taken.refused)
    return news


def _flow(sync: Sync, done: Round, consumers: dict[str, BusConsumer], workers: set[str], *, wait_s: float) -> int:
    worked = relay_once(sync) + try_again(sync)
    for system in sync.systems.values():
        if system.target is None or system.name in done.away or not sync.active(system.name):
            continue
        group = f"deliver.{system.name}"
        if group not in consumers:
            consumers[group] = joined(sync, group)
        if group in workers or (seated := _tried(done, system, partial(_seated, consumers[group], wait_s))) is None:
            continue
        if not seated:
            workers.add(group)
            continue
        count = _tried(done, system, partial(deliver_some, sync, system, consumers[group], wait_s=wait_s)) or 0
        done.delivered[system.name] = done.delivered.get(system.name, 0) + count
        worked += count
    return worked


def _seated(consumer: BusConsumer, wait_s: float) -> bool:
    """Wait until the group gives *consumer* its partitions: an empty look before that says nothing.

    False where workers hold all of them; they deliver then.
    """
    until = time.monotonic() + _SEAT_S
    while not consumer.lag():
        if time.monotonic() > until:
            return False
        for partition, offset in firsts(consumer.poll(1, wait_s)).items():
            consumer.rewind(partition, offset)
    return True


def _tried(done: Round, system: System, ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except (RetryableError, FatalError) as error:
        done.away[system.name] = str(error)
        return None

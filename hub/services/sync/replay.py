"""Records whose messages passed the bus from an offset or a time on are put on their way once more.

What goes out is each record as it now is: a system that holds it already is left alone, so nothing is doubled, and no
worker has to be stopped for it.
"""

import time
from collections.abc import Mapping
from datetime import datetime

from hub.domain.errors import RetryableError, UsageError
from hub.domain.messages import Received
from hub.domain.sync import RECORDS_TOPIC, Effects
from hub.services.sync.events import changed
from hub.services.sync.steps import Sync

_LOOK_S = 0.5
_MANY = 500


def replay(
    sync: Sync, *, offsets: Mapping[int, int] | None = None, since: datetime | None = None, patience_s: float = 60.0
) -> int:
    """Send out again what the bus has from *offsets* (by partition; others are left out) or *since* a time on.

    Returns how many records go out. UsageError where both or neither are given, RetryableError where the bus is not
    read to its end within *patience_s* seconds without news.
    """
    if (offsets is None) == (since is None):
        raise UsageError("say from where: an offset of a partition, or a time")
    ids = sorted({one.message.key for one in _read(sync, offsets, patience_s) if since is None or _at(one) >= since})
    sent = 0
    for start in range(0, len(ids), _MANY):
        with sync.ledger.unit() as unit:
            found = unit.records(ids[start : start + _MANY]).values()
            messages = tuple(changed(record, (), origin="hub", id=sync.new_id(), at=sync.clock()) for record in found)
            unit.save(Effects(messages=messages))
            sent += len(messages)
    return sent


def _read(sync: Sync, offsets: Mapping[int, int] | None, patience_s: float) -> list[Received]:
    """Read as a group of its own, which no worker shares, to the end that the bus has by now."""
    consumer = sync.bus.consume(RECORDS_TOPIC, f"replay.{sync.new_id()}", lambda p: (offsets or {}).get(p))
    found: list[Received] = []
    until = time.monotonic() + patience_s
    try:
        while time.monotonic() < until:
            news = consumer.poll(_MANY, _LOOK_S)
            found += [one for one in news if offsets is None or one.partition in offsets]
            if news:
                until = time.monotonic() + patience_s
            elif (lag := consumer.lag()) and max(lag.values()) <= 0:
                return found
    finally:
        consumer.close()
    raise RetryableError("the bus is not read to its end; see whether it is up, then replay again")


def _at(received: Received) -> datetime:
    return datetime.fromisoformat(received.message.headers["ce_time"])

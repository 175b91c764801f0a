"""What was stored with its cause goes to the bus, in order, and is forgotten only when the bus has it."""

from hub.ports import Bus, Outbox


def relay(outbox: Outbox, bus: Bus, *, limit: int = 1000) -> int:
    """Publish up to *limit* waiting messages and return how many; RetryableError leaves them waiting.

    A message that was published but not yet forgotten when the machine stopped is published again: readers keep an
    inbox. Rows are chosen because they are there, not by a number that was reached, so one that commits late is next.
    """
    waiting = outbox.waiting(limit)
    if waiting:
        bus.publish([message for _, message in waiting])
        outbox.published([number for number, _ in waiting])
    return len(waiting)

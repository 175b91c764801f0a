"""What was stored with its cause goes to the bus, in order, and is forgotten only when the bus has it."""

from opentelemetry.trace import NoOpTracer, SpanKind, Tracer

from hub.ports import Bus, Outbox
from hub.services.sync.tracing import links_to, spanned

_UNTRACED = NoOpTracer()


def relay(outbox: Outbox, bus: Bus, *, limit: int = 2000, tracer: Tracer = _UNTRACED) -> int:
    """Publish about *limit* waiting messages and return how many; RetryableError leaves them waiting.

    A message that was published but not yet forgotten when the machine stopped is published again: readers keep an
    inbox. Rows are chosen because they are there, not by a number that was reached, so one that commits late is next.
    """
    waiting = outbox.waiting(limit)
    if waiting:
        messages = [message for _, message in waiting]
        links = links_to([message.headers for message in messages])
        told = {"messaging.batch.message_count": len(messages)}
        with spanned(tracer, "relay", kind=SpanKind.PRODUCER, links=links, told=told):
            bus.publish(messages)
            outbox.published([number for number, _ in waiting])
    return len(waiting)

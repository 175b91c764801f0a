"""Going back on the bus to what was not worked off."""

from collections.abc import Sequence

from hub.domain.messages import Received
from hub.ports import BusConsumer


def rewind(consumer: BusConsumer, left: Sequence[Received]) -> None:
    """Have *consumer* read again from the first of each partition in *left* on."""
    for partition, offset in firsts(left).items():
        consumer.rewind(partition, offset)


def firsts(received: Sequence[Received]) -> dict[int, int]:
    """Return the first offset of each partition in *received*."""
    firsts: dict[int, int] = {}
    for one in received:
        firsts.setdefault(one.partition, one.offset)
    return firsts

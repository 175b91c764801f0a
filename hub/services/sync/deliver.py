"""Changed records are brought to one system: prepared, sent, then stored with their audit and the offsets.

A batch takes two transactions: one keeps each write before it is sent, one keeps what came of it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, cast

from hub.domain import wire
from hub.domain.audit import SEVERAL, Entry
from hub.domain.changes import Asked, Push, Receipt
from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError, StaleError
from hub.domain.messages import Received
from hub.domain.sync import REFERENCES, Base, Delivery, Effects, Letter, Position, together
from hub.ports import BulkTarget, Clock, Ledger, Unit
from hub.services.sync.preparing import NewId, Outcome, Prepared, Recipient, letter, prepare

Place = tuple[int, int]
Ended = Receipt | RejectedError
Answer = Ended | RetryableError | FatalError
Send = Callable[[Sequence[Received], Callable[[], Sequence[Answer]]], Sequence[Answer]]
"""Sends messages' writes in one request by calling the function; a span and a gate around it are the caller's."""


@dataclass(slots=True)
class Delivered:
    """What came of a batch."""

    outcomes: dict[Place, Outcome] = field(default_factory=dict)
    """By partition and offset; a message that is not here is still to be worked off."""
    stale: list[Received] = field(default_factory=list)
    """Those whose record has changed at the system: read it, then deliver them again with *reread*."""
    error: HubError | None = None
    """Why no more was sent."""

    def left(self, batch: Iterable[Received]) -> list[Received]:
        """Return what of *batch* is still to be worked off."""
        return [one for one in batch if place(one) not in self.outcomes]


def place(received: Received) -> Place:
    """Return where a message was found."""
    return received.partition, received.offset


def deliver(
    ledger: Ledger,
    batch: Sequence[Received],
    to: Recipient,
    *,
    clock: Clock,
    new_id: NewId,
    reread: bool = False,
    replay: bool = False,
    send: Send = lambda _messages, ask: ask(),
) -> Delivered:
    """Bring the records of *batch* to one system, each partition's offset moved as far as all before it is done.

    *replay* works off messages again although the inbox has them; *reread* says that the system was read after a
    StaleError: a write that was under way is given up for what is now to be written. A write that was refused becomes
    a dead letter. An outage of the system ends the batch and is told in the result; one of the hub's own database is
    raised, and nothing of that step was kept.
    """
    done, todo, sent = Delivered(), list(batch), set[Place]()
    everything = sorted(batch, key=place)
    while todo and done.error is None:
        wave, rest = _distinct(todo)
        with ledger.unit() as unit:
            plan = prepare(unit, wave, to, clock=clock, new_id=new_id, reread=reread, replay=replay)
            # with nothing more to send, a message is done by the earlier one's write that was sent for it
            settled = {place(one): Outcome.DELIVERED if place(one) in sent else what for one, what in plan.settled}
            positions = _positions(everything, done.outcomes | settled, to)
            unit.save(together([plan.effects, Effects(positions=positions)]))
        done.outcomes |= settled
        answers = _sent(plan.to_send, to, done, send)
        ended = {place(one.received): _outcome(answer) for one, answer in answers if _ends(one, answer)}
        if answers:
            with ledger.unit() as unit:
                effects = _stored(unit, answers, to, clock=clock, new_id=new_id)
                positions = _positions(everything, done.outcomes | ended, to)
                unit.save(together([effects, Effects(positions=positions)]))
        done.outcomes |= ended
        again = [one.received for one, answer in answers if not _ends(one, answer)]
        sent.update(map(place, again))
        todo = [*again, *plan.later, *rest]
    return done


def _ends(one: Prepared, answer: Ended) -> bool:
    return one.last or isinstance(answer, RejectedError)


def _outcome(answer: Ended) -> Outcome:
    return Outcome.SET_ASIDE if isinstance(answer, RejectedError) else Outcome.DELIVERED


def _distinct(batch: Sequence[Received]) -> tuple[list[Received], list[Received]]:
    """Return the longest beginning of *batch* that holds no record twice, and the rest."""
    keys = set[str]()
    for number, one in enumerate(batch):
        if one.message.key in keys:
            return list(batch[:number]), list(batch[number:])
        keys.add(one.message.key)
    return list(batch), []


def _positions(everything: Sequence[Received], outcomes: Collection[Place], to: Recipient) -> tuple[Position, ...]:
    """Return how far each partition is done: up to its first message that is not."""
    reached, stopped = dict[int, Received](), set[int]()
    for one in everything:
        if (one.partition, one.offset) not in outcomes:
            stopped.add(one.partition)
        elif one.partition not in stopped:
            reached[one.partition] = one
    last = reached.values()
    return tuple(Position(to.group, one.message.topic, one.partition, one.offset + 1) for one in last)


def _sent(to_send: Sequence[Prepared], to: Recipient, done: Delivered, send: Send) -> list[tuple[Prepared, Ended]]:
    """Send writes and return what was answered; an outage ends it and is noted in *done*."""
    answers = list[tuple[Prepared, Ended]]()
    size = to.target.capabilities.batch
    for begin in range(0, len(to_send), size):
        some = to_send[begin : begin + size]
        try:
            told = send([one.received for one in some], partial(_push, some, to))
        except (RetryableError, FatalError) as error:
            done.error = error
            break
        for one, answer in zip(some, told, strict=True):
            if isinstance(answer, StaleError):
                done.stale.append(one.received)
            elif isinstance(answer, RetryableError | FatalError):
                done.error = done.error or answer
            else:
                answers.append((one, answer))
        if done.error is not None:
            break
    return answers


def _push(some: Sequence[Prepared], to: Recipient) -> Sequence[Answer]:
    asked = [_asked(one) for one in some]
    if to.target.capabilities.batch > 1:
        return cast("BulkTarget", to.target).push_all(asked)
    [one] = asked
    try:
        return [to.target.push(one.push, idempotency_key=one.idempotency_key, precondition=one.precondition)]
    except (RejectedError, StaleError) as error:
        return [error]


def _asked(one: Prepared) -> Asked:
    write = one.write
    fields = write.fields
    if not REFERENCES.keys().isdisjoint(fields):
        fields = {
            name: one.references[str(value)] if name in REFERENCES and value is not None else value
            for name, value in fields.items()
        }
    push = Push(write.kind, write.external_id, fields, write.deleted)
    return Asked(push, write.key, one.base.version if one.base else None)


def _stored(
    unit: Unit,
    answers: Sequence[tuple[Prepared, Ended]],
    to: Recipient,
    *,
    clock: Clock,
    new_id: NewId,
) -> Effects:
    """Return what came of the writes that were sent."""
    ids = [one.write.record_id for one, _ in answers]
    unit.hold(ids)  # in turn with any other worker that has the same writes in hand
    ended = unit.finish(to.system, [one.write for one, _ in answers])
    current = unit.bases_of(to.system, ids)
    number = unit.number(f"writes:{to.system}") if any(isinstance(answer, Receipt) for _, answer in answers) else 0
    bases, first_bases, audit, deliveries = list[Base](), list[Base](), list[Entry](), list[Delivery]()
    letters, inbox = list[Letter](), list[tuple[str, str]]()
    at = clock()
    for one, answer in answers:
        message_id = one.received.message.id
        if one.last or isinstance(answer, RejectedError):
            inbox.append((to.group, message_id))
        if one.write.record_id not in ended:  # another worker has stored it already
            continue
        if isinstance(answer, RejectedError):
            letters.append(
                letter(one.received, to, one.write.kind, str(answer), clock=clock, id=new_id(), state="dead")
            )
            continue
        before = current.get(one.write.record_id)
        (bases if before else first_bases).append(_base(one, answer, to, current=before, number=number))
        audit += _entries(one, answer, to, current=before, at=at)
        deliveries.append(_delivery(one, answer, to, at=at))
    return Effects(
        bases=tuple(bases),
        first_bases=tuple(first_bases),
        audit=tuple(audit),
        deliveries=tuple(deliveries),
        letters=tuple(letters),
        inbox=tuple(inbox),
    )


def _base(one: Prepared, receipt: Receipt, to: Recipient, *, current: Base | None, number: int) -> Base:
    """Return what the system is now known to hold."""
    write = one.write
    told = {name: value for name, value in receipt.fields.items() if name in write.fields and name not in REFERENCES}
    before = current.fields if current else {}
    return Base(
        system=to.system,
        record_id=write.record_id,
        kind=write.kind,
        external_id=receipt.external_id,
        fields={**before, **write.fields, **told} if before or told else write.fields,
        version=receipt.version,
        deleted=write.deleted,
        written=number,
        listing=current.listing if current else None,
    )


def _entries(one: Prepared, receipt: Receipt, to: Recipient, *, current: Base | None, at: datetime) -> list[Entry]:
    """Return what the trail says of a write that the system has taken."""
    write, before = one.write, current.fields if current else {}
    reason = f"written to {to.system} as {receipt.external_id}"
    if write.deleted:
        return [_entry(one, "deleted", False, True, reason, at=at)]  # noqa: FBT003  # values, no options
    if current is None:
        return [_entry(one, SEVERAL, None, write.fields, reason, at=at)]
    return [_entry(one, name, before.get(name), value, reason, at=at) for name, value in write.fields.items()]


def _delivery(one: Prepared, receipt: Receipt, to: Recipient, *, at: datetime) -> Delivery:
    write = one.write
    external_id, version = receipt.external_id, write.record_version
    return Delivery(write.key, to.system, write.record_id, external_id, write.message_id, version, at)


def _entry(one: Prepared, name: str, old: Any, new: Any, reason: str, *, at: datetime) -> Entry:
    return Entry(
        at=at,
        actor="hub",
        kind=one.write.kind,
        record_id=one.write.record_id,
        field=name,
        old=None if old is None else wire.dumps(old),
        new=None if new is None else wire.dumps(new),
        reason=reason,
        agreement=one.agreement,
        message_id=one.write.message_id,
    )

"""The steps that a worker repeats: pull, relay, deliver, try again what waits. Each leaves everything whole."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar, cast

import structlog
from opentelemetry.trace import Link, NoOpTracer, SpanKind, Tracer

from hub.domain.agreements import HUB, Agreement, Status
from hub.domain.changes import Asked, Page, Push, Receipt
from hub.domain.errors import FatalError, OvertakenError, RejectedError, RetryableError, StaleError, UsageError
from hub.domain.messages import Message, Received
from hub.domain.sync import RECORDS_TOPIC, WRITTEN, Cursor, Effects, Letter
from hub.ports import (
    BulkTarget,
    Bus,
    BusConsumer,
    Calls,
    Clock,
    Gates,
    Identities,
    Leases,
    Ledger,
    Outbox,
    System,
    Target,
    Told,
)
from hub.services.sync.deliver import Answer as Sent
from hub.services.sync.deliver import Delivered, deliver, place
from hub.services.sync.ingest import take
from hub.services.sync.intake import Intake, Taken
from hub.services.sync.letters import reported
from hub.services.sync.listing import close_listing
from hub.services.sync.preparing import Outcome, Recipient
from hub.services.sync.relay import relay
from hub.services.sync.rewinding import rewind
from hub.services.sync.tracing import context_of, links_to, spanned

log = structlog.get_logger()
LEASE_S = 10.0
Answer = TypeVar("Answer")
_BATCH = 200
_REFUSED_S = 60.0
_PATIENCE_S = 5.0
_HELD_FROM, _MOST_READ = 2, 12
"""After so many attempts to read a page writers wait, and after so many it is given up for now."""


@dataclass(frozen=True, slots=True)
class Sync:
    """All that the steps need."""

    ledger: Ledger
    outbox: Outbox
    bus: Bus
    calls: Calls
    identities: Identities
    leases: Leases
    gates: Gates
    systems: Mapping[str, System]
    clock: Clock
    new_id: Callable[[], str]
    told: Told = field(default=lambda _name, _system, _value, _count=1: None)
    tracer: Tracer = field(default_factory=NoOpTracer)
    sleep: Callable[[float], None] = time.sleep
    called: frozenset[str] = frozenset()
    """The systems that tell by webhook when something has changed there."""
    filing: dict[str, object] = field(default_factory=dict)
    """What this process files in this moment; see `hub.services.sync.alone`."""

    def active(self, system: str, kind: str | None = None) -> tuple[Agreement, ...]:
        """Return the agreements in force that *system* takes part in, for *kind* where one is named."""
        return tuple(
            agreement
            for agreement in self.ledger.agreements(started=True)
            if agreement.status is Status.ACTIVE
            and (system == HUB or system in agreement.systems)
            and (kind is None or agreement.rule(kind) is not None)
        )

    def unread(self, system: str, agreements: Sequence[Agreement] | None = None) -> set[str]:
        """Return the kinds that *system* has to be read for to its end before anything is written to it.

        Until then it is not known which records it has already, and one made there would be a double. *agreements*
        are those that are `active`, where they are at hand.
        """
        known = self.systems.get(system)
        if known is None or known.source is None:
            return set()
        agreed = {rule.kind for one in agreements or self.active(system) for rule in one.kinds}
        return agreed.intersection(known.kinds) - self.ledger.ended(system)


def pull(sync: Sync, system: System, kind: str, *, full: bool = False) -> Taken:
    """Read what changed in *kind* since the last time, page by page; all of it where *full*.

    Errors of the system are raised after they have been noted at its gate; what was read before them is kept.
    """
    source, total = system.source, Taken()
    agreements = sync.active(system.name, kind)
    if source is None or not agreements:
        return total
    if not sync.leases.take(f"pull.{system.name}.{kind}", LEASE_S):
        return Taken(put_off=1)
    listing = sync.new_id() if full and source.capabilities.complete_listing else None
    stored = sync.ledger.cursor(system.name, kind)
    cursor = None if full else stored
    begun = _numbered(sync, Intake(system.name, kind, agreements, listing=listing))
    pages, more, asof = 0, True, None
    while more:
        if sync.gates.wait(system.name):
            return total + Taken(put_off=1)
        began = sync.clock()
        with spanned(sync.tracer, "pull", kind=SpanKind.CLIENT, told={"hub.system": system.name, "hub.kind": kind}):
            intake = replace(begun, former=(stored,))
            page, taken, asof = take_page(sync, system, intake, partial(source.pull, kind, cursor), asof=asof)
            total, pages = total + taken, pages + 1
        _took(sync, "pull", system.name, began)
        stored, cursor, more = page.cursor, page.cursor, page.more
        sync.leases.take(f"pull.{system.name}.{kind}", LEASE_S)
    if listing and not total.unnamed:  # an item that did not tell its record may be any of those that seem absent
        total = total + close_listing(sync.ledger, begun.after(pages), clock=sync.clock, new_id=sync.new_id)
    for name in ("read", "edits", "refused", "disputed", "set_aside", "waiting"):
        if count := getattr(total, name):
            sync.told(f"records_{name}", system.name, count)
    return total


def take_page(
    sync: Sync, system: System, intake: Intake, ask: Callable[[], Page], *, asof: Intake | None = None
) -> tuple[Page, Taken, Intake]:
    """Read a page and take it in; return it with what came of it and as of when a page that follows it is.

    A page that follows is as old as the one before, which *asof* tells; where nothing tells, it is read again.

    Where the hub wrote there meanwhile, or another read it, it is read again, and from the third time on nobody begins
    to write there before it is taken: however much there is to write, an edit made there waits no longer than a batch
    that is under way.
    OvertakenError where even that did not help.
    """
    attempt = 0
    try:
        while True:
            now = _numbered(sync, intake)
            page = _asked(sync, system.name, ask)
            try:
                now = now.as_of(asof) if page.follows else now
                return page, take(sync.ledger, page, now, clock=sync.clock, new_id=sync.new_id), now.after(1)
            except OvertakenError:
                attempt += 1
                if attempt == _MOST_READ:
                    raise
            if attempt >= _HELD_FROM:
                sync.gates.hold(system.name, LEASE_S)
            sync.leases.take(f"pull.{system.name}.{intake.kind}", LEASE_S)
            _pace(sync, system)
    finally:
        if attempt >= _HELD_FROM:
            with suppress(RetryableError):  # it runs out by itself
                sync.gates.hold(system.name, 0)


def _numbered(sync: Sync, intake: Intake) -> Intake:
    """Return *intake* as of now: what has been written to its system and read of it so far."""
    reached = sync.ledger.reached
    return replace(intake, written=reached(f"writes:{intake.system}"), read=reached(intake.turns))


def relay_once(sync: Sync) -> int:
    """Publish what waits in the outbox, if no other relay does."""
    if not sync.leases.take("relay", LEASE_S):
        return 0
    began = sync.clock()
    if count := relay(sync.outbox, sync.bus, tracer=sync.tracer):
        _took(sync, "relay", HUB, began)
        sync.told("messages_relayed", HUB, count)
    return count


def deliver_some(sync: Sync, system: System, consumer: BusConsumer, *, wait_s: float) -> int:
    """Deliver what the bus has for *system* and return how many messages were worked off.

    On an outage the rest is read again later, in order: RetryableError, once the consumer has been rewound.
    """
    if system.target is None or sync.gates.wait(system.name, 0) or sync.gates.held(system.name):
        return 0
    to = Recipient(system.name, _Gated(sync, system.name, system.target), sync.active(system.name))
    if not to.agreements or sync.unread(system.name, to.agreements):
        return 0
    received = consumer.poll(max(_BATCH, 2 * system.target.capabilities.batch), wait_s)
    try:
        done = _deliver(sync, system, to, received)
    except (RetryableError, FatalError):
        rewind(consumer, received)
        raise
    if done.error is not None:
        rewind(consumer, done.left(received))
        raise done.error
    return len(received)


def try_again(sync: Sync, *, page: int = 500, still: Callable[[], bool] = lambda: True) -> int:
    """Work off letters that waited for another record and return how many are done.

    All are tried, however many wait in vain, a *page* at a time as long as *still* says so.
    """
    done = 0
    last: tuple[datetime, str] | None = None
    while (letters := sync.ledger.letters(state="waiting", after=last, limit=page)) and still():
        for letter in (one for one in letters if one.system in sync.systems):
            # an outage is noted at the system's gate, other things are for a person; the letter goes on waiting
            with suppress(RetryableError, FatalError, UsageError):
                done += again(sync, letter)
        last = letters[-1].at, letters[-1].id
    return done


def again(sync: Sync, letter: Letter) -> bool:
    """Work off a letter once more, under its own id; tell whether it is done. UsageError where that cannot be."""
    system = sync.systems.get(letter.system)
    if system is None:
        raise UsageError(f"{letter.id}: system {letter.system} is not connected; connect it, then replay")
    if letter.stage == "deliver":
        return _delivered_again(sync, system, letter)
    return _merged_again(sync, system, letter)


def _deliver(
    sync: Sync, system: System, to: Recipient, received: Sequence[Received], *, replay: bool = False
) -> Delivered:
    send = partial(_send, sync, system)
    once = partial(deliver, sync.ledger, to=to, clock=sync.clock, new_id=sync.new_id, replay=replay, send=send)
    done = once(batch=received)
    if done.stale and done.error is None:
        for kind in system.kinds:
            pull(sync, system, kind)
        again = once(batch=done.stale, reread=True)
        done.outcomes |= again.outcomes
        done.error = again.error
        if again.stale and again.error is None:
            done.error = StaleError(
                f"{system.name}: changes whenever it is read; {len(again.stale)} writes are to come"
            )
    _tell(sync, system, received, done)
    return done


def _send(
    sync: Sync, system: System, messages: Sequence[Received], ask: Callable[[], Sequence[Sent]]
) -> Sequence[Sent]:
    """Send a request within the system's rate budget: as part of its message's trace, or linked to those of several."""
    first = messages[0].message
    told: dict[str, str | int] = {"hub.system": system.name, "messaging.destination.name": first.topic}
    if len(messages) == 1:
        told |= {"messaging.message.id": first.id, "hub.record": first.key}
        within, links = context_of(first.headers), list[Link]()
    else:
        told |= {"messaging.batch.message_count": len(messages)}
        within, links = None, links_to([one.message.headers for one in messages])
    with spanned(sync.tracer, "deliver", kind=SpanKind.CONSUMER, within=within, links=links, told=told) as span:
        _pace(sync, system)
        began = sync.clock()
        answers = ask()
        _took(sync, "deliver", system.name, began)
        refused = any(isinstance(answer, RejectedError) for answer in answers)
        stale = any(isinstance(answer, StaleError) for answer in answers)
        away = any(isinstance(one, RetryableError | FatalError) and not isinstance(one, StaleError) for one in answers)
        outcome = "stale" if stale else Outcome.SET_ASIDE if refused else "away" if away else Outcome.DELIVERED
        span.set_attribute("hub.outcome", outcome)
    return answers


def _took(sync: Sync, stage: str, system: str, began: datetime) -> None:
    sync.told(f"{stage}_seconds", system, (sync.clock() - began).total_seconds())


def _pace(sync: Sync, system: System) -> None:
    """Wait for the system's budget. RetryableError where it is spent for longer than one should sit and wait."""
    while system.rate_per_s is not None and (wait_s := sync.gates.wait(system.name)):
        if wait_s > _PATIENCE_S:
            raise RetryableError(f"{system.name}: has to be left alone for {wait_s:.0f} s", retry_after_s=wait_s)
        sync.sleep(wait_s)


def _tell(sync: Sync, system: System, received: Sequence[Received], done: Delivered) -> None:
    at = sync.clock()
    ended = [(one, outcome) for one in received if (outcome := done.outcomes.get(place(one))) is not None]
    for outcome, count in Counter(outcome for _, outcome in ended).items():
        sync.told(f"messages_{outcome}", system.name, count)
    times = (one.message.headers.get("ce_time") for one, outcome in ended if outcome is Outcome.DELIVERED)
    for since, count in Counter(times).items():  # what was read at once has one time
        if since:
            # another worker's clock may be ahead of ours
            age = max(0.0, (at - datetime.fromisoformat(since)).total_seconds())
            sync.told("change_to_other_side_seconds", system.name, age, count)


class _Gated:
    """A target for one batch, whose answers are noted at its gate, the first good one for all of them.

    An outage of our own database is none of the system's.
    """

    def __init__(self, sync: Sync, system: str, target: Target) -> None:
        self.capabilities = target.capabilities
        self._sync = sync
        self._system = system
        self._target = target
        self._answered = False

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        ask = partial(self._target.push, change, idempotency_key=idempotency_key, precondition=precondition)
        return self._noted(ask)

    def push_all(self, writes: Sequence[Asked]) -> Sequence[Sent]:
        answers = list[Sent]()
        try:
            self._noted(partial(_all_asked, cast("BulkTarget", self._target), writes, answers))
        except (RetryableError, FatalError):
            if not answers:
                raise
        return answers

    def _noted(self, ask: Callable[[], Answer]) -> Answer:
        answer = _asked(self._sync, self._system, ask, known=self._answered)
        self._answered = True
        return answer


def _all_asked(target: BulkTarget, writes: Sequence[Asked], answers: list[Sent]) -> None:
    """Fill *answers*, then raise the first that says that the system was away, or is to be left alone."""
    answers += target.push_all(writes)
    for one in answers:
        if isinstance(one, RetryableError | FatalError) and not isinstance(one, StaleError):
            raise one


def _asked(sync: Sync, system: str, ask: Callable[[], Answer], *, known: bool = False) -> Answer:
    """Ask a system, and note at its gate whether it answered, unless that is *known*. A refusal is an answer, too."""
    try:
        answer = ask()
    except (StaleError, RejectedError):
        if not known:
            sync.gates.worked(system)
        raise
    except RetryableError as error:
        pause = sync.gates.failed(system, retry_after_s=error.retry_after_s)
        sync.told("retries", system, 1)
        log.warning("system_away", system=system, reason=str(error), again_in_s=round(pause, 1))
        raise
    except FatalError as error:
        sync.gates.failed(system, retry_after_s=_REFUSED_S)
        log.error("system_refuses", system=system, reason=str(error), again_in_s=_REFUSED_S)
        raise
    if not known:
        sync.gates.worked(system)
    return answer


def _merged_again(sync: Sync, system: System, letter: Letter) -> bool:
    agreements = sync.active(system.name, letter.kind)
    if not agreements:
        return False
    page = Page((reported(system, letter),), sync.ledger.cursor(system.name, letter.kind))
    written = int(letter.headers.get(WRITTEN) or sync.ledger.reached(f"writes:{system.name}"))
    intake = Intake(system.name, letter.kind, agreements, written, replayed=letter)
    try:
        taken = take(sync.ledger, page, intake, clock=sync.clock, new_id=sync.new_id)
    except OvertakenError as error:  # what it says of fields that the hub wrote since is no edit
        with sync.ledger.unit() as unit:
            unit.save(Effects(cursor=Cursor(system.name, letter.kind, None)))
        raise UsageError(f"{letter.id}: the hub has written there since; {letter.system} is read anew") from error
    return not taken.waiting and not taken.set_aside


def _delivered_again(sync: Sync, system: System, letter: Letter) -> bool:
    if system.target is None or sync.unread(system.name) or sync.gates.wait(system.name, 0):
        return False
    headers = {name: value for name, value in letter.headers.items() if not name.startswith("hub-")}
    message = Message(letter.headers["hub-id"], RECORDS_TOPIC, letter.headers["hub-key"], headers, letter.raw)
    _, partition, offset = letter.where.rsplit("/", 2)
    to = Recipient(system.name, _Gated(sync, system.name, system.target), sync.active(system.name))
    if not to.agreements:
        return False
    received = Received(message, int(partition), int(offset))
    done = _deliver(sync, system, to, [received], replay=True)
    if done.error is not None:
        raise done.error
    if done.outcomes[place(received)] in (Outcome.WAITING, Outcome.SET_ASIDE):
        return False
    with sync.ledger.unit() as unit:
        unit.save(Effects(letter_states=((letter.id, "replayed"),)))
    return True

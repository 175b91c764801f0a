"""The sync: agreements, systems, conflicts field by field, dead letters, reconciliation."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from hub.api.asking import Asking, may
from hub.api.etags import etag
from hub.api.letter_routes import version_of
from hub.api.sync_scopes import scopes_of_disputes
from hub.bootstrap import Hub
from hub.domain import wire
from hub.domain.agreements import Agreement, Status
from hub.domain.errors import MissingError, UsageError
from hub.domain.places import HUB_ITSELF, scope_of_agreement, scope_of_system
from hub.domain.policy import Right, Scope
from hub.domain.sync import Dispute, Letter
from hub.services.sync import agreeing
from hub.services.sync.letters import discard
from hub.services.sync.resolve import resolve
from hub.services.sync.steps import again
from hub.web import frame, names
from hub.web.reader import Reader
from hub.web.shown import Shown

router = APIRouter(prefix="/sync", include_in_schema=False)
Seeing = Annotated[Asking, may(Right.SYNC_READ)]
Text = Annotated[str, Form(max_length=500)]
_MOST = 200
_TONES = {"active": "ok", "trial": "info", "proposed": "warn", "paused": "warn", "ended": ""}
_STATES = {"open": "warn", "refused": "", "accepted": "ok", "kept": "ok", "superseded": ""}


@router.get("")
def overview(request: Request, asking: Seeing) -> Response:
    """Show what is agreed, what waits and what stands still."""
    hub, reader = asking.hub, frame.reader_of(asking)
    words, counts = reader.words, hub.sync.ledger.counts()
    agreements = [one for one in hub.sync.ledger.agreements() if asking.may(Right.SYNC_READ, scope_of_agreement(one))]
    conflicts = open_conflicts(asking)
    everything = asking.may(Right.SYNC_READ, HUB_ITSELF)
    letters = open_letters(asking)
    figures = [
        ("/sync#conflicts", len(conflicts), words.text("open conflicts"), True),
        ("/sync#letters", len(letters), words.text("dead letters"), True),
    ]
    if everything:
        figures += [
            ("/sync", counts.get("outbox", 0), words.text("messages on their way"), False),
            ("/sync", counts.get("records", 0), words.text("records"), False),
        ]
    return frame.show(
        request,
        asking,
        "sync.html",
        place="sync",
        figures=figures,
        systems=_systems(hub, reader, agreements, everything=everything),
        agreements=[_row(reader, one) for one in agreements],
        conflicts=[_conflict(reader, one) for one in conflicts],
        refused=[_conflict(reader, one) for one in _refused(asking)],
        letters=[_set_aside(reader, one) for one in letters],
        lag=_lag(reader, counts) if everything else [],
        can_operate=reader.can("sync:operate"),
    )


@router.get("/agreements/{id}")
def agreement(id: str, request: Request, asking: Seeing) -> Response:
    """Show one agreement: the parties' word and who owns which field."""
    found, reader = _agreement(asking, id, Right.SYNC_READ), frame.reader_of(asking)
    view = _row(reader, found)
    view.acceptances = [
        (party, ", ".join(systems), found.changed_at if party in found.accepted_by else None,
         found.accepted_by.get(party, ""))
        for party, systems in found.parties.items()
    ]  # fmt: skip
    view.rules, view.tag = list(_rules(reader, found)), etag(found)
    steps = _steps(asking, reader, found)
    can_read = found.status is Status.ACTIVE and asking.may(Right.SYNC_OPERATE, scope_of_agreement(found))
    return frame.show(
        request, asking, "agreement.html", place="sync", agreement=view, steps=steps, can_read_again=can_read
    )


@router.post("/agreements/{id}")
def decide_agreement(id: str, asking: Seeing, do: Text, shown: Shown, reason: Text = "") -> Response:
    """Accept an agreement for the person's party, or start, pause, resume or end it."""
    hub, by, why = asking.hub, asking.principal.actor, reason.strip()
    found = _agreement(asking, id, Right.AGREEMENTS_ACCEPT)
    shown.check(found)
    if do == "accept":
        ledger, new_id, party = hub.sync.ledger, hub.sync.new_id, asking.principal.user.organization
        agreeing.accept(ledger, found.id, party=party, person=by, why=why, clock=hub.clock, new_id=new_id)
    elif do in ("start", "pause", "resume", "end"):
        agreeing.move(hub.sync, found.id, step=do, person=by, why=why)
    else:
        raise UsageError(f"{do}: is nothing that can be done with an agreement")
    return frame.go(f"/sync/agreements/{frame.part(id)}", done="decided")


@router.get("/conflicts/{id}")
def conflict(id: str, request: Request, asking: Seeing) -> Response:
    """Show the values of one field that two sides hold."""
    found, reader = _dispute(asking, id, Right.SYNC_READ), frame.reader_of(asking)
    scope = scopes_of_disputes(asking.hub, [found])[found.id]
    can = found.state in ("open", "refused") and asking.may(Right.CONFLICTS_RESOLVE, scope)
    shown = _conflict(reader, found)
    shown.tag = etag(found)
    return frame.show(request, asking, "conflict.html", place="sync", conflict=shown, can_resolve=can)


@router.post("/conflicts/{id}")
def decide_conflict(id: str, asking: Seeing, do: Text, reason: Text, shown: Shown) -> Response:
    """Take their value or keep ours."""
    found, hub = _dispute(asking, id, Right.CONFLICTS_RESOLVE), asking.hub
    shown.check(found)
    person = asking.principal.actor
    ledger, new_id = hub.sync.ledger, hub.sync.new_id
    resolve(ledger, found.id, take=do == "take", person=person, reason=reason, clock=hub.clock, new_id=new_id)
    return frame.go("/sync", done="decided")


@router.get("/letters/{id}")
def letter(id: str, request: Request, asking: Seeing) -> Response:
    """Show what was set aside; as it came only to unblinded operators, since nobody knows what it holds."""
    found, words = _letter(asking, id, Right.SYNC_READ), frame.reader_of(asking).words
    scope = _of_letter(asking.hub, found)
    states = {
        "dead": words.text("set aside"),
        "waiting": words.text("waiting"),
        "replayed": words.text("replayed"),
        "superseded": words.text("overtaken by a later one"),
        "discarded": words.text("discarded"),
    }
    shown = SimpleNamespace(
        id=found.id, system=found.system, kind=names.kind(words, found.kind), at=found.at, where=found.where,
        reason=found.reason,
        state=states.get(found.state, found.state), tone="warn" if found.state == "dead" else "",
        tag=etag(version_of(found)),
    )  # fmt: skip
    unblinded = asking.may(Right.SYNC_OPERATE, replace(scope, unblinding=True))
    raw = found.raw[:20_000].decode("utf-8", "replace") if unblinded else ""
    can = found.state == "dead" and asking.may(Right.SYNC_OPERATE, scope)
    return frame.show(
        request, asking, "letter.html", place="sync", letter=shown, raw=raw, hidden=not unblinded, can_operate=can
    )


@router.post("/letters/{id}")
def decide_letter(
    id: str, asking: Annotated[Asking, may(Right.SYNC_OPERATE)], do: Text, shown: Shown, reason: Text = ""
) -> Response:
    """Try it again, or give it up."""
    found, hub = _letter(asking, id, Right.SYNC_OPERATE), asking.hub
    shown.check(version_of(found))
    if do == "discard":
        person = asking.principal.actor
        discard(hub.sync.ledger, [found], person=person, why=reason, clock=hub.clock, new_id=hub.sync.new_id)
        return frame.go("/sync", done="discarded")
    again(hub.sync, found)
    return frame.go("/sync", done="replayed")


def open_conflicts(asking: Asking, most: int = _MOST) -> list[Dispute]:
    """Return the open conflicts that who asks may see, oldest first: up to *most*, of the first two hundred."""
    for limit in (2 * most, _MOST):  # most readers see most of them
        every = asking.hub.sync.ledger.disputes(limit=min(limit, _MOST))
        scopes = scopes_of_disputes(asking.hub, every)
        found = [one for one in every if asking.may(Right.SYNC_READ, scopes[one.id])][:most]
        if len(found) == most or len(every) < limit:
            break
    return found


def open_letters(asking: Asking, right: Right = Right.SYNC_READ) -> list[Letter]:
    """Return the dead letters on which who asks has *right*, oldest first."""
    ledger = asking.hub.sync.ledger
    letters = ledger.letters(limit=_MOST)
    agreements = ledger.agreements() if letters else []
    return [one for one in letters if asking.may(right, scope_of_system(one.system, agreements))]


def _refused(asking: Asking) -> list[Dispute]:
    """Return the values that were refused last, newest first, of those that who asks may see."""
    every = asking.hub.sync.ledger.disputes(state="refused", limit=_MOST, newest=True)
    scopes = scopes_of_disputes(asking.hub, every)
    return [one for one in every if asking.may(Right.SYNC_READ, scopes[one.id])]


def _of_letter(hub: Hub, letter: Letter) -> Scope:
    return scope_of_system(letter.system, hub.sync.ledger.agreements())


def _agreement(asking: Asking, id: str, right: Right) -> Agreement:
    found = next((one for one in asking.hub.sync.ledger.agreements() if one.id == id), None)
    if found is None:
        raise MissingError(f"{id}: no such agreement")
    asking.check(right, scope_of_agreement(found))
    return found


def _dispute(asking: Asking, id: str, right: Right) -> Dispute:
    try:
        found = asking.hub.sync.ledger.dispute(id)
    except UsageError as error:
        raise MissingError(str(error)) from error
    asking.check(right, scopes_of_disputes(asking.hub, [found])[found.id])
    return found


def _letter(asking: Asking, id: str, right: Right) -> Letter:
    try:
        found = asking.hub.sync.ledger.letter(id)
    except UsageError as error:
        raise MissingError(str(error)) from error
    asking.check(right, _of_letter(asking.hub, found))
    return found


def _row(reader: Reader, one: Agreement) -> SimpleNamespace:
    words = reader.words
    states = {
        Status.PROPOSED: words.text("proposed"),
        Status.TRIAL: words.text("on trial"),
        Status.ACTIVE: words.text("in force"),
        Status.PAUSED: words.text("paused"),
        Status.ENDED: words.text("ended"),
    }
    state, tone = states[one.status], _TONES[str(one.status)]
    return SimpleNamespace(
        id=one.id, label=one.label, parties=words.join(list(one.parties)), state=state, tone=tone
    )  # fmt: skip


def _rules(reader: Reader, one: Agreement) -> Iterator[tuple[str, str, str, str]]:
    words = reader.words
    policies = {
        "owner_wins": words.text("refused: the owner's value is written back"),
        "review": words.text("waits for a person"),
        "take": words.text("taken, unless both edited"),
        "newest": words.text("the later one stands"),
    }
    for rule in one.kinds:
        kind = names.kind(words, rule.kind)
        yield kind, words.text("every other field"), rule.owner, policies[str(rule.policy)]
        for name in rule.fields:
            yield (
                names.kind(words, rule.kind),
                names.field(words, name),
                rule.owns(name),
                policies[str(rule.policy_of(name))],
            )


def _steps(asking: Asking, reader: Reader, one: Agreement) -> list[tuple[str, str]]:
    if not asking.may(Right.AGREEMENTS_ACCEPT, scope_of_agreement(one)):
        return []
    words, steps = reader.words, []
    party = asking.principal.user.organization
    if one.status is Status.PROPOSED and party in one.parties and party not in one.accepted_by:
        steps.append(("accept", words.text("Accept for {party}", party=party)))
    offers = {Status.TRIAL: ("start",), Status.ACTIVE: ("pause",), Status.PAUSED: ("resume",)}
    names = {"start": words.text("Start"), "pause": words.text("Pause"), "resume": words.text("Resume")}
    steps += [(step, names[step]) for step in offers.get(one.status, ())]
    if one.status is not Status.ENDED:
        steps.append(("end", words.text("End")))
    return steps


def _systems(hub: Hub, reader: Reader, agreements: list[Agreement], *, everything: bool) -> list[SimpleNamespace]:
    words, gates, lags = reader.words, hub.sync.gates.states(), hub.sync.ledger.lags()
    open_to = {name for one in agreements for name in one.systems}
    return [
        SimpleNamespace(
            name=name,
            kinds=words.join([names.kind(words, one) for one in system.kinds]),
            unread=words.join([names.kind(words, one) for one in sorted(hub.sync.unread(name))]),
            lag=lags.get(name),
            state=words.text("answers") if gates.get(name, "closed") == "closed" else words.text("does not answer"),
            tone="ok" if gates.get(name, "closed") == "closed" else "bad",
        )
        for name, system in hub.systems.items()
        if everything or name in open_to
    ]


def _conflict(reader: Reader, one: Dispute) -> SimpleNamespace:
    words = reader.words
    states = {
        "open": words.text("open"),
        "refused": words.text("refused"),
        "accepted": words.text("their value was taken"),
        "kept": words.text("ours was kept"),
        "superseded": words.text("overtaken by a later one"),
    }
    return SimpleNamespace(
        id=one.id, kind=names.kind(words, one.kind), record=one.record_id,
        field=names.field(words, one.field), system=one.system, at=one.at,
        base=_value(one.base), ours=_value(one.ours), theirs=_value(one.theirs), reason=one.reason,
        agreement=one.agreement, refused=one.state == "refused",
        state=states.get(one.state, one.state), tone=_STATES.get(one.state, ""),
    )  # fmt: skip


def _set_aside(reader: Reader, one: Letter) -> SimpleNamespace:
    kind = names.kind(reader.words, one.kind) if one.kind else one.stage
    return SimpleNamespace(id=one.id, kind=kind, system=one.system, reason=one.reason, at=one.at)


def _lag(reader: Reader, counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return what is on its way and where: to the bus, to a system, or waiting for what it refers to."""
    words = reader.words
    return [
        (words.text("messages on their way"), counts.get("outbox", 0)),
        (words.text("being written to a system"), counts.get("writes", 0)),
        (words.text("waits for what it refers to"), counts.get("waiting_letters", 0)),
    ]


def _value(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else wire.dumps(value)

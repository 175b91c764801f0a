"""Retention: how long each class of records is kept, what is held, and destruction by two people with a certificate."""

from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from hub.api.asking import Asking, may
from hub.api.etags import etag
from hub.api.overseen import of_kind
from hub.api.paging import Paging
from hub.domain import wire
from hub.domain.cards import Card
from hub.domain.errors import MissingError, UsageError
from hub.domain.policy import Right
from hub.domain.retention import KEPT_ALWAYS, Destruction, DestructionState, Hold, RecordClass, StudyDestruction
from hub.ports import Wording
from hub.services.oversight.listing import reading
from hub.services.review import retained, retention, study_retention, withdrawing
from hub.services.review.room import seen
from hub.services.review.routes import study_scope
from hub.web import frame
from hub.web.paged import onward
from hub.web.shown import Shown, with_tags
from hub.web.views.system import administration

router = APIRouter(prefix="/administration/retention", include_in_schema=False)
Managing = Annotated[Asking, may(Right.RETENTION_MANAGE)]
Text = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=200)]
_PAGE = "/administration/retention"
_TONES = {
    DestructionState.ASKED: "warn",
    DestructionState.REFUSED: "",
    DestructionState.APPROVED: "info",
    DestructionState.DONE: "ok",
}


@router.get("")
def show(
    request: Request, asking: Managing, paging: Paging, study: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show periods of a study, or of all that have none of their own; holds; what may go, and what has gone."""
    room, who, words = asking.hub.room, asking.principal, frame.reader_of(asking).words
    name = study.strip()
    if name:
        asking.check(Right.RETENTION_MANAGE, study_scope(room, who, name))
    can_set = asking.may(Right.RETENTION_MANAGE, study_scope(room, who, name))
    names, held = classes(words), list(retained.holds(room, who))
    of_meetings = of_kind(
        Destruction,
        reading(room, Destruction),
        lambda found: retained.destructions(room, who, found),
        paging,
        form=lambda one: one,
    )
    gone = onward(of_meetings, paging, _PAGE, study=name)
    cards = retained.cards_of(room, gone.shown)
    of_studies = [] if paging.after else study_retention.listed(room, asking.hub.stacks, who)
    every: list[Destruction | StudyDestruction] = [*of_studies, *gone.shown]
    return administration(
        request,
        asking,
        "retention.html",
        "retention",
        study=name,
        can_set=can_set,
        periods=[
            SimpleNamespace(key=str(one), name=names[one], months=kept.months, revision=kept.revision)
            for one in RecordClass
            if one not in KEPT_ALWAYS
            for kept in (retention.period(room, one, name),)
        ],
        holds=with_tags([_hold(asking, one) for one in held], held),
        ended=[
            SimpleNamespace(
                id=one.card.meeting_id, title=one.card.title, study=one.card.study, key=str(one.record_class),
                what=names[one.record_class], since=one.since,
            )
            for one in retained.ended(room, who)
        ],
        withdrawn=[
            SimpleNamespace(
                id=card.meeting_id, title=card.title, study=card.study, at=card.withdrawn_at,
                platform=card.origin.platform if card.origin else "",
                classes=[(str(one), names[one]) for one in classes_], tag=etag(card),
            )
            for card, classes_ in retained.withdrawn(room, who)
        ],
        destructions=[
            _of_study(words, who.user.email, one)
            if isinstance(one, StudyDestruction)
            else _destruction(words, who.user.email, cards[one.meeting_id], one)
            for one in every
        ],
        **gone.pager(),
        studies=[
            SimpleNamespace(study=one.study, key=str(one.record_class), what=names[one.record_class], since=one.since)
            for one in study_retention.ended(room, asking.hub.stacks, who)
        ],
    )  # fmt: skip


@router.post("/periods")
def set_period(
    asking: Managing,
    record_class: Short,
    months: Annotated[int, Form(ge=1, le=1200)],
    revision: Annotated[int, Form(ge=0)],
    reason: Text,
    study: Short = "",
) -> Response:
    """Set for how long a class is kept, in a study or (where none is given) in all that have no period of their own."""
    room, kind = asking.hub.room, _class(record_class)
    retention.set_period(room, asking.principal, kind, study, months, revision=revision, reason=reason)
    return frame.go(f"{_PAGE}{f'?study={frame.part(study)}' if study else ''}", done="saved")


@router.post("/holds")
def hold(asking: Managing, reason: Text, study: Short = "", meeting: Short = "") -> Response:
    """Hold a study, or one meeting."""
    room = asking.hub.room
    retention.place_hold(room, asking.principal, study=study.strip(), meeting_id=meeting.strip(), reason=reason)
    return frame.go(_PAGE, done="saved")


@router.post("/holds/{hold_id}")
def release(hold_id: str, asking: Managing, reason: Text, shown: Shown) -> Response:
    """End a hold."""
    shown.check(retention.hold_of(asking.hub.room, asking.principal, hold_id))
    retention.release_hold(asking.hub.room, asking.principal, hold_id, reason=reason)
    return frame.go(_PAGE, done="removed")


@router.post("/withdrawals")
def keep(asking: Managing, meeting: Short, reason: Text, shown: Shown) -> Response:
    """Say that the copy here is kept for its period, though its platform has deleted the recording."""
    shown.check(_managed(asking, meeting))
    withdrawing.keep(asking.hub.room, asking.principal, meeting, reason=reason)
    return frame.go(f"{_PAGE}#withdrawn", done="decided")


@router.post("/destructions")
def ask(asking: Managing, meeting: Short, record_class: Short, reason: Text) -> Response:
    """Ask for the destruction of a class of a meeting."""
    retention.ask(asking.hub.room, asking.principal, meeting, _class(record_class), reason=reason)
    return frame.go(f"{_PAGE}#destructions", done="asked")


@router.post("/study-destructions")
def ask_of_study(asking: Managing, study: Short, record_class: Short, reason: Text) -> Response:
    """Ask for the destruction of what of a class of a study is past its period."""
    hub = asking.hub
    study_retention.ask(hub.room, hub.stacks, asking.principal, study, _class(record_class), reason=reason)
    return frame.go(f"{_PAGE}#destructions", done="asked")


@router.post("/study-destructions/{id}")
def decide_of_study(id: str, asking: Managing, do: Short, reason: Text, shown: Shown) -> Response:
    """Approve a destruction of what is of a study, which another person asked for, and do it; or refuse it."""
    hub, decisions = asking.hub, {"approve": study_retention.approve, "refuse": study_retention.refuse}
    if do not in decisions:
        raise UsageError(f"{do}: is nothing that can be done with a destruction")
    for one in study_retention.listed(hub.room, hub.stacks, asking.principal):
        if one.id == id:
            shown.check(one)
    decisions[do](hub.room, hub.stacks, asking.principal, id, reason=reason)
    return frame.go(f"{_PAGE}#destructions", done="decided")


@router.get("/study-certificates/{id}")
def study_certificate(id: str, asking: Managing) -> Response:
    """Send the certificate of a destruction of what was of a study."""
    return _file(study_retention.certificate(asking.hub.room, asking.hub.stacks, asking.principal, id))


@router.post("/destructions/decide")
def decide(asking: Managing, meeting: Short, record_class: Short, do: Short, reason: Text, shown: Shown) -> Response:
    """Approve a destruction that another person asked for, and do it; or refuse it."""
    hub, kind = asking.hub, _class(record_class)
    _managed(asking, meeting)
    shown.check_kept(hub.room.shelf, Destruction, retention.key_of(meeting, kind))
    if do == "approve":
        retention.approve(hub.room, hub.shredder, asking.principal, meeting, kind, reason=reason)
    elif do == "refuse":
        retention.refuse(hub.room, asking.principal, meeting, kind, reason=reason)
    else:
        raise UsageError(f"{do}: is nothing that can be done with a destruction")
    return frame.go(f"{_PAGE}#destructions", done="decided")


@router.get("/certificates/{meeting}/{record_class}")
def certificate(meeting: str, record_class: str, asking: Managing) -> Response:
    """Send the certificate of a destruction with its signature and the key to check it by."""
    found = next(
        (
            one
            for one in retention.destructions(asking.hub.room, asking.principal, meeting)
            if one.record_class == record_class and one.state is DestructionState.DONE
        ),
        None,
    )
    if found is None:
        raise MissingError("there is no such certificate")
    return _file(found)


def _file(found: Destruction | StudyDestruction) -> Response:
    told = {"certificate": found.certificate, "signature": found.signature, "key": found.key}
    headers = {"Content-Disposition": f'attachment; filename="destruction-{found.record_class}.json"'}
    return Response(wire.dumps(told, indent=1), media_type="application/json", headers=headers)


def classes(words: Wording) -> dict[RecordClass, str]:
    """Return the classes of records in words."""
    return {
        RecordClass.RECORDING: words.text("Recording"),
        RecordClass.TRANSCRIPT: words.text("Transcript"),
        RecordClass.MINUTES: words.text("Minutes"),
        RecordClass.RECEIPTS: words.text("Receipts"),
        RecordClass.COMMUNICATION: words.text("Communication log"),
        RecordClass.RECORDS: words.text("Records of the sync"),
        RecordClass.TRAIL: words.text("Audit trail"),
    }


def _managed(asking: Asking, meeting: str) -> Card:
    """Return a meeting whose retention who asks manages: before that they are told nothing of it."""
    return seen(asking.hub.room, asking.principal, meeting, Right.RETENTION_MANAGE)


def _class(name: str) -> RecordClass:
    try:
        return RecordClass(name)
    except ValueError as error:
        raise UsageError(f"{name}: is no class of records") from error


def _hold(asking: Asking, held: Hold) -> SimpleNamespace:
    title = ""
    if held.meeting_id:
        with asking.hub.room.shelf.reading() as unit:
            card = unit.get(Card, held.meeting_id)
        title = card.title if card is not None else held.meeting_id
    return SimpleNamespace(
        id=held.id, what=title or held.study, study=bool(held.study), reason=held.reason, by=held.placed_by,
        at=held.placed_at,
    )  # fmt: skip


def _destruction(words: Wording, own: str, card: Card, one: Destruction) -> SimpleNamespace:
    certificate = f"{_PAGE}/certificates/{frame.part(card.meeting_id)}/{one.record_class}"
    return SimpleNamespace(
        post=f"{_PAGE}/destructions/decide", meeting=card.meeting_id, title=card.title, before=None,
        **_stands(words, own, one, certificate),
    )  # fmt: skip


def _of_study(words: Wording, own: str, one: StudyDestruction) -> SimpleNamespace:
    before = one.before if one.record_class is RecordClass.COMMUNICATION else None
    return SimpleNamespace(
        post=f"{_PAGE}/study-destructions/{one.id}", meeting=one.id, title=one.study, before=before,
        **_stands(words, own, one, f"{_PAGE}/study-certificates/{one.id}"),
    )  # fmt: skip


def _stands(words: Wording, own: str, one: Destruction | StudyDestruction, certificate: str) -> dict[str, Any]:
    states = {
        DestructionState.ASKED: words.text("waits for a second person"),
        DestructionState.REFUSED: words.text("refused"),
        DestructionState.APPROVED: words.text("approved"),
        DestructionState.DONE: words.text("destroyed"),
    }
    return {
        "tag": etag(one),
        "key": str(one.record_class),
        "what": classes(words)[one.record_class],
        "reason": one.reason,
        "asked_by": one.asked_by,
        "asked_at": one.asked_at,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at,
        "state": states[one.state],
        "tone": _TONES[one.state],
        "waits": one.state in (DestructionState.ASKED, DestructionState.APPROVED),
        "mine": one.asked_by == own,
        "certificate": certificate if one.state is DestructionState.DONE else "",
    }

"""Training: what a study asks of whoever has a duty in it, and what is noted of each person."""

from datetime import date
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from hub.api.asking import Asking, may
from hub.api.etags import etag
from hub.domain.errors import UsageError
from hub.domain.people import Role
from hub.domain.policy import Right
from hub.domain.training import IDENTITY, LETTER, Demand, Qualification, QualificationKind
from hub.ports import Wording
from hub.services.accounts import training
from hub.services.review.routes import study_scope
from hub.web import frame
from hub.web.reader import Reader, role_name
from hub.web.shown import Shown
from hub.web.views.system import administration
from hub.web.views.users import account_of

router = APIRouter(prefix="/administration", include_in_schema=False)
Managing = Annotated[Asking, may(Right.USERS_MANAGE)]
Text = Annotated[str, Form(max_length=400)]
Reason = Annotated[str, Form(max_length=2000)]
Many = Annotated[list[str] | None, Form(max_length=110)]
_BLANK = 2


@router.get("/training")
def show(request: Request, asking: Managing, study: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show what a study asks for; without one what all of them do."""
    reader, room, name = frame.reader_of(asking), asking.hub.room, study.strip()
    scope = study_scope(room, asking.principal, name)
    if name:
        asking.check(Right.USERS_MANAGE, scope)
    found = training.curriculum(room, name)
    demands = [SimpleNamespace(role=str(one.role), name=one.name) for one in found.demands]
    return administration(
        request,
        asking,
        "training.html",
        "training",
        study=name,
        revision=found.revision,
        can_set=asking.may(Right.USERS_MANAGE, scope),
        demands=[*demands, *(SimpleNamespace(role="", name="") for _ in range(_BLANK))],
        roles=[("", "–"), *((str(one), role_name(reader.words, one)) for one in Role if one not in training.FREE)],
        fixed=[(IDENTITY, _named(reader.words, IDENTITY)), (LETTER, _named(reader.words, LETTER))],
    )


@router.post("/training")
def set_curriculum(
    asking: Managing,
    revision: Annotated[int, Form(ge=0)],
    reason: Reason,
    study: Annotated[str, Form(max_length=200)] = "",
    role: Many = None,
    name: Many = None,
) -> Response:
    """Set what a study asks for, from the next request on."""
    rows = [(at, called.strip()) for at, called in zip(role or (), name or (), strict=False) if at and called.strip()]
    if any(at not in set(Role) for at, _ in rows):
        raise UsageError("choose the roles of the list")
    demands = [Demand(Role(at), called) for at, called in rows]
    training.set_curriculum(asking.hub.room, asking.principal, study, demands, revision=revision, reason=reason)
    return frame.go(f"/administration/training{f'?study={frame.part(study)}' if study else ''}", done="saved")


@router.get("/users/{id}/training")
def of_person(id: str, request: Request, asking: Managing) -> Response:
    """Show what is noted of a person."""
    account, reader = account_of(asking, id), frame.reader_of(asking)
    return administration(
        request,
        asking,
        "person_training.html",
        "users",
        user=account.user,
        base=f"/administration/users/{frame.part(id)}",
        rows=qualifications(asking, reader, account.user.id),
        own=account.user.id == asking.principal.user.id,
        kinds=[(str(one), said) for one, said in _kinds(reader.words).items()],
        today=reader.local(asking.at).date().isoformat(),
    )


@router.post("/users/{id}/training")
def note(
    id: str, asking: Managing, kind: Text, on: Text, evidence: Text, name: Text = "", until: Text = ""
) -> Response:
    """Note what a person was trained in, or that their identity was seen."""
    account = account_of(asking, id)
    try:
        first, last, what = (
            date.fromisoformat(on),
            date.fromisoformat(until) if until else None,
            QualificationKind(kind),
        )
    except ValueError as error:
        raise UsageError("say what it was, and on which day") from error
    room, who = asking.hub.room, asking.principal
    training.note(room, who, account.user, kind=what, name=name, on=first, until=last, evidence=evidence)
    return frame.go(f"/administration/users/{frame.part(id)}/training", done="added")


@router.post("/users/{id}/training/{qualification}")
def withdraw(id: str, qualification: str, asking: Managing, reason: Reason, shown: Shown) -> Response:
    """Have a qualification count no more."""
    account = account_of(asking, id)
    shown.check_kept(asking.hub.room.shelf, Qualification, qualification, user_id=account.user.id)
    training.withdraw(asking.hub.room, asking.principal, account.user, qualification, reason=reason)
    return frame.go(f"/administration/users/{frame.part(id)}/training", done="removed")


def qualifications(asking: Asking, reader: Reader, user_id: str) -> list[SimpleNamespace]:
    """Return what is noted of a person as it is shown, the newest first."""
    words = reader.words
    return [
        SimpleNamespace(
            id=one.id, name=_named(words, one.name), on=one.on, until=one.until, evidence=one.evidence,
            by=one.noted_by, at=one.noted_at, counts=one.counts(asking.at), why=one.why_withdrawn,
            state=_state(words, one, counts=one.counts(asking.at)), open=one.withdrawn_at is None, tag=etag(one),
        )
        for one in training.qualifications(asking.hub.room, user_id)
    ]  # fmt: skip


def _state(words: Wording, one: Qualification, *, counts: bool) -> str:
    if one.withdrawn_at is not None:
        return words.text("withdrawn")
    return words.text("in force") if counts else words.text("not in force")


def _named(words: Wording, name: str) -> str:
    return {IDENTITY: words.text("identity was seen"), LETTER: words.text("letter to the FDA")}.get(name, name)


def _kinds(words: Wording) -> dict[QualificationKind, str]:
    return {
        QualificationKind.TRAINING: words.text("Training"),
        QualificationKind.IDENTITY: _named(words, IDENTITY),
        QualificationKind.LETTER: _named(words, LETTER),
    }

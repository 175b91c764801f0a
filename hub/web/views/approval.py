"""Versions side by side, the round of approval, signatures, documents."""

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import SecretStr

from hub.api.approval_routes import version_of
from hub.api.asking import Asking, may
from hub.api.etags import etag
from hub.api.sso_routes import SSO
from hub.domain.approvals import Meaning, RemarkKind, ReviewState, Step
from hub.domain.cards import Card
from hub.domain.diff import FieldDiff, Piece, compare
from hub.domain.errors import MissingError, StandingError, UnknownError, UsageError
from hub.domain.policy import Right
from hub.domain.versions import Version
from hub.ports import Wording
from hub.ports.review import Proof
from hub.services.accounts.single_sign_on import fresh
from hub.services.review import approving, certifying, editing, exporting, needing
from hub.services.review.approving import Round
from hub.services.review.meetings import meeting
from hub.web import frame, meeting_view
from hub.web.failures import sign_in_again
from hub.web.reader import Reader, role_name
from hub.web.shown import Shown

router = APIRouter(prefix="/meetings/{id}", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Editing = Annotated[Asking, may(Right.MINUTES_EDIT)]
Approving = Annotated[Asking, may(Right.MINUTES_APPROVE)]
Signing = Annotated[Asking, may(Right.MINUTES_SIGN)]
Number = Annotated[int, Form(ge=1)]
MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}


@router.get("/versions")
def versions(
    id: str,
    request: Request,
    asking: Reading,
    old: Annotated[int | None, Query(ge=1)] = None,
    new: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Show two versions side by side and where the approval of the newest stands."""
    room, who, reader = asking.hub.room, asking.principal, frame.reader_of(asking)
    card, every = meeting(room, who, id), editing.versions(room, who, id)
    if not every:
        raise MissingError(f"{id}: there are no minutes yet")
    newest = every[-1].number
    right = _chosen(every, new or newest)
    former = [one for one in every if one.number < right.number] or [right]  # not each reader has every one
    left = _chosen(every, old or former[-1].number)
    found = approving.round_of(room, who, id, newest)
    words, copies = reader.words, certifying.counted(room, who, id)
    return frame.show(
        request,
        asking,
        "versions.html",
        place="meetings",
        meeting=meeting_view.shown(asking, reader, card),
        base=meeting_view.address_of(id),
        old=str(left.number),
        new=str(right.number),
        numbers=[(str(one.number), words.number(one.number)) for one in every],
        changes=list(_changes(words, left, right)),
        rules=f"/rules/{frame.part(card.study or '-')}",
        current=newest,
        tag=etag(version_of(found)),
        unsaved=editing.current(room, who, id).open,
        route=_route(reader, found),
        under_way=found.review is not None,
        signatures=[_signature(words, one) for one in found.signatures],
        comments=[
            SimpleNamespace(text=one.text, by=one.name, at=one.at, asks=one.kind is RemarkKind.CHANGES)
            for one in found.remarks
        ],
        can_send=found.review is None and asking.may(Right.MINUTES_EDIT, card.scope),
        can_sign=bool(_meanings(asking, card, found)),
        can_ask=_open(found) and asking.may(Right.MINUTES_APPROVE, card.scope),
        downloads=[(form.upper(), f"{meeting_view.address_of(id)}/documents/{newest}.{form}") for form in MEDIA],
        can_certify=asking.may(Right.MINUTES_SIGN, card.scope),
        versions=[_row(reader, one, found, copies.get(one.number, 0)) for one in reversed(every)],
    )


@router.post("/review")
def send_round(id: str, asking: Editing, version: Number, shown: Shown) -> Response:
    """Send the newest version round, by the rule of its study."""
    shown.check(version_of(approving.round_of(asking.hub.room, asking.principal, id, version)))
    approving.submit(asking.hub.room, asking.principal, id, version)
    return frame.go(f"{meeting_view.address_of(id)}/versions", done="sent")


@router.post("/changes")
def ask_changes(
    id: str, asking: Approving, version: Number, comment: Annotated[str, Form(max_length=4000)], shown: Shown
) -> Response:
    """Send the version back with what has to change."""
    shown.check(version_of(approving.round_of(asking.hub.room, asking.principal, id, version)))
    approving.request_changes(asking.hub.room, asking.principal, id, version, comment)
    return frame.go(f"{meeting_view.address_of(id)}/versions", done="asked")


@router.get("/sign")
def sign_form(id: str, request: Request, asking: Signing) -> Response:
    """Show what will be signed, and ask who signs."""
    return _sign_form(id, request, asking)


@router.post("/sign")
def sign(
    id: str,
    request: Request,
    asking: Signing,
    version: Number,
    sha256: Annotated[str, Form(max_length=64)],
    meaning: Annotated[str, Form(max_length=40)],
    password: Annotated[SecretStr | None, Form()] = None,
    code: Annotated[str, Form(max_length=40)] = "",
    step_up: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Sign exactly the version that was shown, with credentials given anew."""
    if meaning not in set(Meaning):
        raise UsageError(f"{meaning}: is no meaning of a signature")
    proof = Proof(password.get_secret_value()[:256] if password else "", code, step_up)
    hub = asking.hub
    try:
        after = approving.sign(
            hub.room,
            hub.reauthentication,
            asking.principal,
            id,
            version,
            sha256=sha256,
            meaning=Meaning(meaning),
            proof=proof,
        )
    except UnknownError:
        said = sign_in_again(frame.reader_of(asking))
        return _sign_form(id, request, asking, said=said, meaning=meaning)
    if after.approved:
        needing.ask(hub.room, hub.jobs.submit, asking.principal, meeting(hub.room, asking.principal, id))
    return frame.go(f"{meeting_view.address_of(id)}/versions", done="signed")


@router.get("/documents/{name}")
def document(id: str, name: str, asking: Reading, locale: str = "") -> Response:
    """Send a version as a document: its number and format are the *name*, such as 3.pdf."""
    number, _, form = name.partition(".")
    if form not in MEDIA or not number.isdecimal():
        raise MissingError(f"{name}: there is no such document")
    hub = asking.hub
    version = editing.version(hub.room, asking.principal, id, int(number))
    wanted = locale or version.draft.minutes.language
    made = exporting.export(hub.room, hub.press, asking.principal, id, int(number), format=form, locale=wanted)
    file = f"minutes-{number}-{wanted}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(made, media_type=MEDIA[form], headers=headers)


def _sign_form(id: str, request: Request, asking: Asking, *, said: str = "", meaning: str = "") -> Response:
    room, who, reader = asking.hub.room, asking.principal, frame.reader_of(asking)
    card = meeting(room, who, id)
    found = approving.round_of(room, who, id, card.version)
    open_to = _meanings(asking, card, found)
    if not open_to:
        asking.check(Right.MINUTES_SIGN, card.scope)
        raise StandingError("no signature of yours is asked for now")
    names = meanings(reader.words)
    return frame.show(
        request,
        asking,
        "sign.html",
        place="meetings",
        meeting=meeting_view.shown(asking, reader, card),
        base=meeting_view.address_of(id),
        version=card.version,
        sha256=found.version.sha256,
        meanings=[(str(one), names[one]) for one in open_to],
        meaning=meaning or str(open_to[0]),
        said=said,
        status=401 if said else 200,
        **proving(asking, f"{meeting_view.address_of(id)}/sign"),
    )


def proving(asking: Asking, back: str) -> dict[str, Any]:
    """Return how who asks proves themselves on a page: by their provider, from which one comes *back*, or here."""
    by_provider = asking.session is not None and asking.session.method == "sso"
    return {
        "prove_at": f"{SSO}?{urlencode({'purpose': 'proof', 'then': back})}" if by_provider else None,
        "proved": by_provider and asking.session is not None and fresh(asking.session, asking.at),
        "asks_code": asking.hub.desk.accounts.account(asking.principal.user.id).confirmed,
    }


def meanings(words: Wording) -> dict[Meaning, str]:
    """Return what a signature may mean, in words."""
    return {
        Meaning.REVIEW: words.text("reviewed"),
        Meaning.APPROVAL: words.text("approved by signature"),
        Meaning.AUTHORSHIP: words.text("authorship"),
        Meaning.RESPONSIBILITY: words.text("responsibility taken"),
    }


def _meanings(asking: Asking, card: Card, found: Round) -> list[Meaning]:
    if found.review is None:
        return []
    room = asking.hub.room
    with room.shelf.reading() as unit:
        return approving.open_to(room, unit, asking.principal, card.scope, found.review)


def _open(found: Round) -> bool:
    return found.review is not None and found.review.state is ReviewState.OPEN


def _chosen(every: list[Version], number: int) -> Version:
    found = next((one for one in every if one.number == number), None)
    if found is None:
        raise MissingError(f"there is no version {number}")
    return found


def _changes(words: Wording, left: Version, right: Version) -> Iterator[SimpleNamespace]:
    kinds = {
        "decision": words.text("Decision"), "action": words.text("Action"), "risk": words.text("Risk"),
        "issue": words.text("Issue"), "summary": words.text("Summary"),
    }  # fmt: skip
    fields = {
        "text": words.text("Text"), "owner": words.text("Owner"), "due": words.text("Due"),
        "category": words.text("Category"), "severity": words.text("Severity"),
        "likelihood": words.text("Likelihood"),
    }  # fmt: skip
    for item in compare(left.draft, right.draft):
        for one in item.fields:
            name = f"{kinds.get(item.kind, item.kind)} {item.item}: {fields.get(one.field, one.field)}"
            before, after = _side(one, "out"), _side(one, "in")
            if one.field == "due":  # a day changes as a whole, and reads as it does everywhere else
                before, after = _day(words, before, "out"), _day(words, after, "in")
            yield SimpleNamespace(name=name, before=before, after=after)


def _side(diff: FieldDiff, kind: str) -> list[Piece]:
    return [piece for piece in diff.pieces if piece.kind in ("same", kind)]


def _day(words: Wording, pieces: list[Piece], kind: str) -> list[Piece]:
    """Return the day that stands in *pieces* as one piece, in the words of the reader."""
    day = "".join(piece.text for piece in pieces)
    return [Piece(kind, words.date(date.fromisoformat(day), style="short"))] if day else []


def _route(reader: Reader, found: Round) -> list[SimpleNamespace]:
    words, names = reader.words, meanings(reader.words)
    steps: list[SimpleNamespace] = []
    every = found.review.route.steps if found.review else ()
    for place, step in enumerate(every):
        signed = [one for one in found.signatures if one.step == place]
        done = len(signed) >= step.quorum
        now = place in found.open_steps
        steps.append(
            SimpleNamespace(
                name=", ".join(one.name for one in signed) or _who(words, step),
                meaning=names[step.meaning],
                state="done" if done else "now" if now else "",
                said=words.text("signed") if done else words.text("waits") if now else words.text("later"),
                tone="ok" if done else "info" if now else "",
                at=signed[-1].at if signed else None,
            )
        )
    return steps


def _who(words: Wording, step: Step) -> str:
    named = [*step.people, *(role_name(words, one) for one in step.roles)]
    if named:
        return words.join(named)
    one = words.plural("{count} person who may sign", "{count} people who may sign", step.quorum)
    return f"{one} ({step.organization})" if step.organization else one


def _signature(words: Wording, one: Any) -> SimpleNamespace:
    return SimpleNamespace(name=one.name, meaning=meanings(words)[one.meaning], at=one.at, sha256=one.sha256)


def _row(reader: Reader, one: Version, found: Round, copies: int) -> SimpleNamespace:
    words, newest = reader.words, found.version.number == one.number
    states = {
        ReviewState.OPEN: (words.text("in review"), "info"),
        ReviewState.CHANGES: (words.text("changes requested"), "warn"),
        ReviewState.APPROVED: (words.text("approved"), "ok"),
        ReviewState.REPLACED: (words.text("replaced"), ""),
    }
    state, tone = states[found.review.state] if newest and found.review else ("", "")
    return SimpleNamespace(
        number=one.number, by=one.author, at=one.at, reason=one.reason, sha256=one.sha256, state=state, tone=tone,
        copies=copies,
    )  # fmt: skip

"""Minutes in other languages: source and translation side by side, what is unsure first, approved by a liaison."""

from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from hub.api.asking import Asking, may
from hub.domain.cards import Card
from hub.domain.errors import MissingError
from hub.domain.localized import CopyState, Line, LocalizedCopy
from hub.domain.policy import Right
from hub.ports import Wording
from hub.services.review import localizing
from hub.services.review.editing import version
from hub.services.review.meetings import meeting
from hub.web import frame, meeting_view
from hub.web.reader import LANGUAGES

router = APIRouter(prefix="/meetings/{id}/languages", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Editing = Annotated[Asking, may(Right.TRANSLATIONS_EDIT)]
Revision = Annotated[int, Form(ge=0)]


@router.get("")
def listed(id: str, request: Request, asking: Reading) -> Response:
    """List the languages that there are of the newest version."""
    room, who, reader = asking.hub.room, asking.principal, frame.reader_of(asking)
    card = meeting(room, who, id)
    copies = localizing.copies(room, who, id, card.version)
    there = {one.locale for one in copies}
    own = _language(asking, card)
    can_ask = asking.may(Right.TRANSLATIONS_EDIT, card.scope)
    return frame.show(
        request,
        asking,
        "languages.html",
        place="meetings",
        meeting=meeting_view.shown(asking, reader, card),
        rows=[_row(reader.words, one) for one in copies],
        missing=[(key, name) for key, name in LANGUAGES.items() if key not in there and key.split("-")[0] != own],
        can_ask=can_ask,
    )


@router.post("")
def make(id: str, asking: Editing, locale: Annotated[str, Form(max_length=20)]) -> Response:
    """Have the newest version translated."""
    hub = asking.hub
    card = meeting(hub.room, asking.principal, id)
    translator = hub.translator_for(card.study or "")
    localizing.make_copy(hub.room, translator, asking.principal, id, card.version, locale, mask=hub.outgoing)
    return frame.go(f"{meeting_view.address_of(id)}/languages/{frame.part(locale)}")


@router.get("/{locale}")
def copy(id: str, locale: str, request: Request, asking: Reading) -> Response:
    """Show source and translation side by side, flagged fields first."""
    room, who, reader = asking.hub.room, asking.principal, frame.reader_of(asking)
    card = meeting(room, who, id)
    if locale not in LANGUAGES:
        raise MissingError(f"{locale}: there is no copy in it")
    found = localizing.copy(room, who, id, card.version, locale)
    lines = localizing.lines(room, who, id, card.version, locale)
    ordered = sorted(lines, key=lambda one: not _waits(one))
    words, open_ = reader.words, found.state is CopyState.DRAFT
    may_approve = open_ and asking.may(Right.TRANSLATIONS_APPROVE, card.scope)
    flagged = sum(map(_waits, lines))
    return frame.show(
        request,
        asking,
        "translation.html",
        place="meetings",
        meeting=meeting_view.shown(asking, reader, card),
        base=f"{meeting_view.address_of(id)}/languages/{locale}",
        locale=locale,
        name=LANGUAGES[locale],
        language="en",
        version=found.revision,
        state=words.text("approved") if not open_ else words.text("draft"),
        tone="ok" if not open_ else "warn",
        flagged=flagged,
        rows=[_line(words, one) for one in ordered],
        can_edit=open_ and asking.may(Right.TRANSLATIONS_EDIT, card.scope),
        can_approve=may_approve and not flagged,
        approves_later=may_approve and bool(flagged),
    )


@router.post("/{locale}")
def correct(
    id: str,
    locale: str,
    asking: Editing,
    version: Revision,
    field: Annotated[str, Form(max_length=100)],
    text: Annotated[str, Form(max_length=4000)],
) -> Response:
    """Write one text, or confirm it as it stands."""
    room, who = asking.hub.room, asking.principal
    card = meeting(room, who, id)
    localizing.correct(room, who, id, card.version, locale, field, text, revision=version)
    return frame.go(f"{meeting_view.address_of(id)}/languages/{frame.part(locale)}", done="saved")


@router.post("/{locale}/approve")
def approve(
    id: str, locale: str, asking: Annotated[Asking, may(Right.TRANSLATIONS_APPROVE)], version: Revision
) -> Response:
    """Approve the translation for sending out."""
    room, who = asking.hub.room, asking.principal
    card = meeting(room, who, id)
    localizing.approve_copy(room, who, id, card.version, locale, revision=version, memory=asking.hub.memory)
    return frame.go(f"{meeting_view.address_of(id)}/languages", done="approved")


def _language(asking: Asking, card: Card) -> str:
    """Return the language that the newest version stands in."""
    found = version(asking.hub.room, asking.principal, card.meeting_id, card.version)
    return found.draft.minutes.language.split("-")[0]


def _waits(line: Line) -> bool:
    return line.untranslated or bool(line.flags)


def _row(words: Wording, one: LocalizedCopy) -> SimpleNamespace:
    approved = one.state is CopyState.APPROVED
    waiting = {*one.minutes.untranslated, *(flag.field for flag in one.minutes.flags)}
    return SimpleNamespace(
        locale=one.locale,
        name=LANGUAGES.get(one.locale, one.locale),
        flags=len(waiting),
        state=words.text("approved") if approved else words.text("draft"),
        tone="ok" if approved else "warn",
    )


def _line(words: Wording, line: Line) -> SimpleNamespace:
    group = line.field.partition("[")[0]
    names = {
        "summary": words.text("Summary"), "decisions": words.text("Decision"), "actions": words.text("Action"),
        "risks": words.text("Risk"), "issues": words.text("Issue"),
        "topics": words.text("Topic"), "meeting": words.text("Meeting"), "headline": words.text("In brief"),
    }  # fmt: skip
    reasons = [*line.flags, *([words.text("This passage is in English.")] if line.untranslated else [])]
    return SimpleNamespace(
        field=line.field, name=names.get(group, line.field), source=line.source, text=line.translation,
        flag="; ".join(reasons), touched=line.touched,
    )  # fmt: skip

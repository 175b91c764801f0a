"""Who gets approved minutes, what came of each delivery, and what goes into calendars."""

from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from hub.api.asking import Asking, may
from hub.api.etags import etag
from hub.domain.cards import Card, Standing
from hub.domain.distribution import Channel, Dispatch, DispatchState, Recipient
from hub.domain.policy import Right
from hub.domain.retention import RecordClass
from hub.ports import Wording
from hub.services.review import contents, delivering, distributing, needing
from hub.services.review.editing import version
from hub.services.review.meetings import meeting
from hub.services.review.needing import Lacking
from hub.services.review.room import seen
from hub.services.review.routes import recipients
from hub.web import frame, meeting_view
from hub.web.reader import LANGUAGES
from hub.web.shown import Shown

router = APIRouter(prefix="/meetings/{id}/distribution", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Sending = Annotated[Asking, may(Right.MINUTES_DISTRIBUTE)]
_TONES = {
    DispatchState.WAITING: "info",
    DispatchState.SENDING: "info",
    DispatchState.SENT: "ok",
    DispatchState.FAILED: "bad",
}


@router.get("")
def show(id: str, request: Request, asking: Reading) -> Response:
    """Show who gets the minutes, and the receipts."""
    hub, reader = asking.hub, frame.reader_of(asking)
    card = meeting(hub.room, asking.principal, id)
    words, rule = reader.words, recipients(hub.room, card.study)
    named = {one.address.lower() for one in rule.recipients}
    approved = card.standing in (Standing.APPROVED, Standing.DISTRIBUTED)
    return frame.show(
        request,
        asking,
        "distribution.html",
        place="meetings",
        meeting=meeting_view.shown(asking, reader, card),
        base=f"{meeting_view.address_of(id)}/distribution",
        approved=approved,
        nothing_yet=not card.version,
        destroyed=not card.version and contents.destroyed(hub.room, card, RecordClass.MINUTES),
        lacking=[_lacks(one) for one in needing.lacking(hub.room, card)],
        can_translate=asking.may(Right.TRANSLATIONS_EDIT, card.scope),
        receipts=[_receipt(words, one) for one in _dispatches(asking, card)],
        rules=f"/rules/{frame.part(card.study or '-')}",
        rule=[_recipient(words, one) for one in rule.recipients],
        people=[one for one in card.meeting.participants if one.email and one.email.lower() not in named],
        languages=list(LANGUAGES.items()),
        can_send=approved and asking.may(Right.MINUTES_DISTRIBUTE, card.scope),
        calendar=f"{meeting_view.address_of(id)}/distribution/actions.ics" if card.version else "",
    )


def _dispatches(asking: Asking, card: Card) -> list[Dispatch]:
    """Return what was or is to be sent of the newest version; all that was sent where the minutes are destroyed."""
    room, who = asking.hub.room, asking.principal
    if not card.version:
        return distributing.receipts(room, who, card.meeting_id)
    return distributing.dispatches(room, who, card.meeting_id, card.version)


@router.post("")
async def send(id: str, request: Request, asking: Sending) -> Response:
    """Have the approved version sent by the rule, and to the people who were chosen as well."""
    from fastapi.concurrency import run_in_threadpool

    fields = await request.form()
    chosen = [str(one)[:300] for one in fields.getlist("to")]
    locales = {one: str(fields.get(f"locale-{one}", "en")) for one in chosen}
    return await run_in_threadpool(_sent, asking, id, locales)


@router.post("/again")
def again(
    id: str,
    asking: Sending,
    dispatch: Annotated[str, Form(max_length=60)],
    reason: Annotated[str, Form(max_length=500)],
    shown: Shown,
) -> Response:
    """Let a delivery that failed be tried anew."""
    room, who = asking.hub.room, asking.principal
    seen(room, who, id, Right.MINUTES_DISTRIBUTE)
    shown.check_kept(room.shelf, Dispatch, dispatch, meeting_id=id)
    distributing.send_again(room, who, id, dispatch, reason=reason)
    _deliver(asking, meeting(room, who, id))
    return frame.go(f"{meeting_view.address_of(id)}/distribution", done="replayed")


@router.get("/actions.ics")
def calendar(id: str, asking: Reading) -> Response:
    """Send the actions that have a due day as entries for a calendar."""
    from hub.render.ics import calendar as entries

    card = meeting(asking.hub.room, asking.principal, id)
    found = version(asking.hub.room, asking.principal, id, card.version)
    words = frame.reader_of(asking).words
    made = entries(found.draft.minutes, words, version=found.number, made_at=found.at)
    headers = {"Content-Disposition": 'attachment; filename="actions.ics"'}
    return Response(made, media_type="text/calendar; charset=utf-8", headers=headers)


def _sent(asking: Asking, id: str, locales: dict[str, str]) -> Response:
    room, who = asking.hub.room, asking.principal
    card = meeting(room, who, id)
    names = {one.email: one.name for one in card.meeting.participants if one.email}
    also = [
        Recipient(address, Channel.MAIL, names[address], locale if locale in LANGUAGES else "en")
        for address, locale in locales.items()
        if address in names
    ]
    distributing.distribute(room, who, id, card.version, also=also)
    _deliver(asking, card)
    return frame.go(f"{meeting_view.address_of(id)}/distribution", done="going")


def _deliver(asking: Asking, card: Card) -> None:
    asking.hub.jobs.submit(delivering.KIND, {}, by=asking.principal, scope=card.scope)


def _lacks(one: Lacking) -> SimpleNamespace:
    return SimpleNamespace(locale=one.locale, name=LANGUAGES.get(one.locale, one.locale), made=one.state is not None)


def _recipient(words: Wording, one: Recipient) -> SimpleNamespace:
    return SimpleNamespace(
        name=one.name or one.address, address=one.address, channel=_channel(words, one),
        language=LANGUAGES.get(one.locale, one.locale),
    )  # fmt: skip


def _receipt(words: Wording, one: Dispatch) -> SimpleNamespace:
    states = {
        DispatchState.WAITING: words.text("waiting"),
        DispatchState.SENDING: words.text("under way"),
        DispatchState.SENT: words.text("sent"),
        DispatchState.FAILED: words.text("failed"),
    }
    return SimpleNamespace(
        id=one.id, recipient=one.recipient.name or one.recipient.address, channel=_channel(words, one.recipient),
        language=LANGUAGES.get(one.recipient.locale, one.recipient.locale),
        state=words.text("no record made") if one.stayed else states[one.state],
        tone="" if one.stayed else _TONES[one.state], detail=one.error or one.receipt, at=one.ended_at or one.asked_at,
        failed=one.state is DispatchState.FAILED, tag=etag(one),
    )  # fmt: skip


def channels(words: Wording) -> dict[str, str]:
    """Return the ways out in words."""
    return {
        "mail": words.text("mail"),
        "webhook": words.text("webhook"),
        "download": words.text("download"),
        "records": words.text("records of the hub"),
        "filing": words.text("filed as a document"),
        "chat": words.text("channel of Slack or Teams"),
    }


def _channel(words: Wording, one: Recipient) -> str:
    return channels(words).get(str(one.channel), str(one.channel))

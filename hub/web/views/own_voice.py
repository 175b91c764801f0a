"""One's own voice: what it is for, consent, what was learned, deletion."""

from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from hub.api.asking import Asking, oneself
from hub.api.own_voice_routes import SIGNED_IN, person
from hub.domain.cards import Card
from hub.domain.errors import UsageError
from hub.domain.people import User
from hub.services import voices
from hub.services.review import voice_learning
from hub.services.review.meetings import find_meetings
from hub.web import frame

router = APIRouter(prefix="/account/voice", include_in_schema=False)
Own = Annotated[Asking, oneself()]
_MOST = 100
"""Newest meetings that are offered to learn from."""


@router.get("")
def show(request: Request, asking: Own) -> Response:
    """Show consent and what was learned, and the meetings from which it can be."""
    hub, user = asking.hub, asking.principal.user
    found = hub.voices.profiles.profile(user.id)
    cards = find_meetings(hub.room, asking.principal, limit=_MOST).cards if found else ()
    titles = {card.meeting_id: card.title for card in cards}
    samples = [
        SimpleNamespace(
            meeting=titles.get(one.meeting_id, one.meeting_id), at=one.learned_at, seconds=one.print.seconds
        )
        for one in (found.samples if found else ())
    ]
    offered = [(card.meeting_id, card.title) for card in cards if card.recording and _took_part(user, card)]
    return frame.show(request, asking, "voice.html", profile=found, samples=samples, offered=offered)


@router.post("")
def change(asking: Own, do: Annotated[str, Form(max_length=20)]) -> Response:
    """Agree, or take the consent back."""
    user, by = person(asking), asking.principal.actor
    if do == "agree":
        voices.agree(asking.hub.voices, user, by=by, how=SIGNED_IN)
        return frame.go("/account/voice", done="decided")
    if do != "forget":
        raise UsageError("agree, or have your voice deleted")
    voices.forget(asking.hub.voices, user, by=by, reason="taken back by the person")
    return frame.go("/account/voice", done="removed")


@router.post("/samples")
def learn(asking: Own, meeting: Annotated[str, Form(max_length=200)]) -> Response:
    """Have the voice learned from a meeting."""
    person(asking)
    hub = asking.hub
    voice_learning.start(hub.room, hub.voices, hub.jobs.submit, asking.principal, meeting)
    return frame.go("/account/voice", done="asked")


def _took_part(user: User, card: Card) -> bool:
    return any(voices.is_named(user, one.name, (one,)) for one in card.meeting.participants)

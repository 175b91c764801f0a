"""One's own voice: agree that it is known, see from where, have it deleted. Its vectors are in no answer."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from hub.api.asking import Asking, oneself
from hub.api.job_routes import JobSeen, job_address, seen
from hub.api.once import Creating
from hub.domain.errors import RefusedError
from hub.domain.people import User
from hub.services import voices
from hub.services.review import voice_learning

router = APIRouter(prefix="/me/voice", tags=["own account"])
Own = Annotated[Asking, oneself()]
SIGNED_IN = "agreed by the person, signed in to the hub"


class Consent(BaseModel):
    """That one agrees to be known by one's voice in meetings whose roster one is on."""

    agreed: Literal[True]


class Lesson(BaseModel):
    """A meeting with a recording in which one is named."""

    meeting: str = Field(max_length=200)


class SampleSeen(BaseModel):
    """What was learned from one meeting: *seconds* in which one speaks alone."""

    meeting: str
    seconds: float
    learned_at: datetime


class VoiceSeen(BaseModel):
    """Whether one agreed, how, and what was learned since."""

    agreed: bool
    agreed_at: datetime | None = None
    how: str = ""
    samples: list[SampleSeen] = []


@router.get("")
def show(asking: Own) -> VoiceSeen:
    """Show whether one agreed and whence one's voice is known."""
    found = asking.hub.voices.profiles.profile(asking.principal.user.id)
    if found is None:
        return VoiceSeen(agreed=False)
    samples = [
        SampleSeen(meeting=one.meeting_id, seconds=one.print.seconds, learned_at=one.learned_at)
        for one in found.samples
    ]
    return VoiceSeen(agreed=True, agreed_at=found.agreed_at, how=found.how, samples=samples)


@router.post("", status_code=201, response_model=VoiceSeen)
def agree(asking: Own, form: Consent, once: Creating) -> Response:
    """Agree; nothing is learned until one asks for it."""
    user = person(asking)

    def made() -> VoiceSeen:
        voices.agree(asking.hub.voices, user, by=asking.principal.actor, how=SIGNED_IN)
        return show(asking)

    return once.answer(form, made)


@router.delete("", status_code=204)
def forget(asking: Own) -> None:
    """Take the consent back; all that was learned is deleted at once."""
    voices.forget(asking.hub.voices, person(asking), by=asking.principal.actor, reason="taken back by the person")


@router.post("/samples", status_code=202, response_model=JobSeen)
def learn(asking: Own, form: Lesson, once: Creating) -> Response:
    """Have one's voice learned from a meeting in which one is named."""
    person(asking)
    hub = asking.hub

    def begin() -> JobSeen:
        return seen(voice_learning.start(hub.room, hub.voices, hub.jobs.submit, asking.principal, form.meeting))

    return once.answer(form, begin, status=202, location=job_address)


def person(asking: Asking) -> User:
    """Return who is signed in. RefusedError for a token: consent is the person's own."""
    if asking.session is None:
        raise RefusedError("a token cannot do this: sign in")
    return asking.principal.user

"""Who was told what by the communication plan of a study, and when."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.asking import Asking, may
from hub.api.meeting_scopes import study_named, study_scope
from hub.api.paging import Page, Paging, sliced
from hub.domain.distribution import Channel
from hub.domain.governance import About, Notice, NoticeState
from hub.domain.policy import Right
from hub.services.governance.seeing import notices_of

router = APIRouter(tags=["governance"])


class NoticeSeen(BaseModel):
    """One step of a clock to one recipient; with a *level* it is an escalation. *day* is what the clock runs for."""

    id: str
    about: About
    ref: str
    meeting: str
    title: str
    day: date
    step: str
    level: str
    channel: Channel
    to: str
    due_at: datetime
    made_at: datetime
    state: NoticeState
    receipt: str
    error: str
    ended_at: datetime | None

    @classmethod
    def of(cls, one: Notice) -> "NoticeSeen":
        """Return the form of a notice."""
        same = {name: getattr(one, name) for name in cls.model_fields if name not in ("meeting", "to")}
        return cls(meeting=one.meeting_id, to=one.to.address, **same)


@router.get("/studies/{study}/notices")
def notices(
    study: str, asking: Annotated[Asking, may(Right.MEETINGS_READ, study_scope)], paging: Paging
) -> Page[NoticeSeen]:
    """List reminders and escalations of a study, last made first."""
    found = notices_of(asking.hub.room, study_named(study), lambda scope: asking.may(Right.MEETINGS_READ, scope))
    return sliced(found, paging, form=NoticeSeen.of)

"""The communication plan of a study: what it says, which of its clocks run, who was told, and how far things are."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BaseModel

from hub.api.asking import Asking, may
from hub.api.governance_forms import ClockSeen, FiguresSeen, PlanSeen
from hub.api.meeting_scopes import study_named, study_scope
from hub.api.paging import Page, Paging, sliced
from hub.domain.distribution import Channel
from hub.domain.errors import MissingError
from hub.domain.figures import Figures
from hub.domain.governance import About, Notice, NoticeState, Plan
from hub.domain.policy import Right, Scope
from hub.services.governance.figures import Looking, Records, figures_of
from hub.services.governance.seeing import clocks_of, notices_of, sees_plan

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


Reading = Annotated[Asking, may(Right.MEETINGS_READ, study_scope)]


@router.get("/studies/{study}/plan")
def plan(study: str, asking: Reading) -> PlanSeen:
    """Show the communication plan of a study: its meetings, and who is told when something slips."""
    return PlanSeen.of(plan_of(asking, study), asking.at)


@router.get("/studies/{study}/clocks")
def clocks(study: str, asking: Reading, paging: Paging) -> Page[ClockSeen]:
    """List what runs by the plan of a study, what is late first."""
    hub, told = asking.hub, plan_of(asking, study)
    found = clocks_of(hub.room, told, hub.calendars, seeing(asking, Right.MEETINGS_READ))
    return sliced(found, paging, form=ClockSeen.of, name=lambda one: f"{one.clock.about} {one.clock.ref}")


@router.get("/studies/{study}/notices")
def notices(study: str, asking: Reading, paging: Paging) -> Page[NoticeSeen]:
    """List reminders and escalations of a study, last made first."""
    name, sees = study_named(study), seeing(asking, Right.MEETINGS_READ)
    shown = sees_plan(asking.hub.room, asking.principal, name, sees)
    found = notices_of(asking.hub.room, name, sees, plan=shown)
    return sliced(found, paging, form=NoticeSeen.of)


@router.get("/studies/{study}/figures")
def figures(study: str, asking: Reading) -> FiguresSeen:
    """Count how far recruitment, sites, queries, deviations, minutes and actions of a study are."""
    name = study_named(study)
    return FiguresSeen.of(counted(asking, name, asking.hub.plans.running.get(name)))


def counted(asking: Asking, study: str, plan: Plan | None) -> Figures:
    """Return the figures of a study, of what who asks may see; days are those of its plan's zone, else of UTC."""
    hub, zone = asking.hub, ZoneInfo(plan.hours.zone if plan else "UTC")
    looking = Looking(seeing(asking, Right.MEETINGS_READ), seeing(asking, Right.RECORDS_READ), zone)
    records = Records(hub.browser, study, hub.sync.ledger.agreements(), hub.blinding(), looking)
    return figures_of(hub.room, records, study, looking)


def plan_of(asking: Asking, study: str) -> Plan:
    """Return the plan of the study of the path. MissingError where it has none that who asks may see."""
    name, sees = study_named(study), seeing(asking, Right.MEETINGS_READ)
    plans = asking.hub.plans
    found = plans.running.get(name)
    if found is None or not sees_plan(asking.hub.room, asking.principal, name, sees):
        more = "; a file there will not do: `hub plans list` says which and why" if plans.wrong else ""
        raise MissingError(f"{study}: has no communication plan; it is a file in HUB_HOME/plans{more}")
    return found


def seeing(asking: Asking, right: Right) -> Callable[[Scope], bool]:
    """Return what tells whether who asks has *right* in a scope."""
    return lambda scope: asking.may(right, scope)

"""What a scheduler asks the hub to do from time to time; each answers 202 with the job that does it."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from hub.api.asking import Asking, may
from hub.api.job_routes import JobSeen, job_address, seen
from hub.api.once import Creating, Once
from hub.api.sync_scopes import agreement_scope, the_agreement
from hub.domain.agreements import Agreement
from hub.domain.places import HUB_ITSELF, scope_of_agreement
from hub.domain.policy import Right, Scope
from hub.services import upkeep
from hub.services.kept_jobs import LIKENESS

router = APIRouter(tags=["upkeep"])


class BackfillForm(BaseModel):
    """*since* when changes are to be read again, from the beginning where it is null, and *until* when."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise ValueError("until: has to be after since")
        return self


class RetentionForm(BaseModel):
    """What is older than *days* is removed; with *dry_run* it is only counted."""

    days: int = Field(90, ge=upkeep.LEAST_DAYS, le=3650)
    dry_run: bool = True


class NothingForm(BaseModel):
    """Nothing is to be said."""


def _hub_itself() -> Scope:
    return HUB_ITSELF


@router.post("/agreements/{id}/backfills", status_code=202, response_model=JobSeen)
def backfill(
    form: BackfillForm,
    asking: Annotated[Asking, may(Right.SYNC_OPERATE, agreement_scope)],
    agreement: Annotated[Agreement, Depends(the_agreement)],
    once: Creating,
) -> Response:
    """Have all that an agreement covers read again since a time, and sent out to the systems that hold another.

    With *until* the job reads what changed between the two; without, it sets the workers back, who read it.
    """
    times = {"since": form.since, "until": form.until}
    argument = {"agreement": agreement.id} | {name: at.isoformat() if at else None for name, at in times.items()}
    return _begun(asking, once, form, upkeep.BACKFILL, argument, scope_of_agreement(agreement))


@router.post("/upkeep/recording-sweeps", status_code=202, response_model=JobSeen)
def sweep(asking: Annotated[Asking, may(Right.SYSTEM_OPERATE, _hub_itself)], once: Creating) -> Response:
    """Look whether every recording that minutes rest on is kept and is what it was."""
    return _begun(asking, once, NothingForm(), upkeep.SWEEP, {}, HUB_ITSELF)


@router.post("/upkeep/document-copies", status_code=202, response_model=JobSeen)
def copy(asking: Annotated[Asking, may(Right.SYSTEM_OPERATE, _hub_itself)], once: Creating) -> Response:
    """File what was approved since the last run, for each pair of systems in the folder `copies`."""
    return _begun(asking, once, NothingForm(), upkeep.COPY, {}, HUB_ITSELF)


@router.post("/upkeep/retentions", status_code=202, response_model=JobSeen)
def retain(
    form: RetentionForm, asking: Annotated[Asking, may(Right.RETENTION_MANAGE, _hub_itself)], once: Creating
) -> Response:
    """Remove what only guards against repetition and is past its time. Records, minutes and the trail stay."""
    return _begun(asking, once, form, upkeep.RETAIN, form.model_dump(), HUB_ITSELF)


@router.post("/upkeep/model-evaluations", status_code=202, response_model=JobSeen)
def evaluate(asking: Annotated[Asking, may(Right.SYSTEM_OPERATE, _hub_itself)], once: Creating) -> Response:
    """Measure how well the hub hears the clips of its folder `evaluation`."""
    return _begun(asking, once, NothingForm(), upkeep.EVALUATE, {}, HUB_ITSELF)


@router.post("/upkeep/identity-proposals", status_code=202, response_model=JobSeen)
def propose(asking: Annotated[Asking, may(Right.SYNC_OPERATE, _hub_itself)], once: Creating) -> Response:
    """Look for records that may be one thing and that nobody was asked about yet; a person decides on each pair."""
    return _begun(asking, once, NothingForm(), LIKENESS, {}, HUB_ITSELF)


def _begun(asking: Asking, once: Once, form: BaseModel, kind: str, argument: dict[str, Any], scope: Scope) -> Response:
    told = argument | {"person": asking.principal.actor}

    def begin() -> JobSeen:
        return seen(asking.hub.jobs.submit(kind, told, by=asking.principal, scope=scope))

    return once.answer(form, begin, status=202, location=job_address)

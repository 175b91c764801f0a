"""A question to the whole record, answered with passages only."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from hub.api.asking import Asking, may
from hub.domain import wire
from hub.domain.answers import Answer
from hub.domain.policy import Right
from hub.services.review.asking import ask

router = APIRouter(prefix="/answers", tags=["answers"])


class StateSeen(BaseModel):
    """What became of an action of approved minutes; *quote* is the passage of a later meeting that closed it."""

    name: str
    by: str
    at: datetime | None
    quote: str
    meeting_id: str
    title: str


class AnswerSeen(BaseModel):
    """A passage of the record; *quote* stands verbatim in the *segments* of the meeting's transcript."""

    meeting: str
    title: str
    at: datetime
    kind: str
    text: str
    quote: str
    segments: list[str]
    speaker: str | None
    start: float | None
    owner: str | None
    due: str | None
    standing: str
    state: StateSeen | None
    score: float

    @classmethod
    def of(cls, answer: Answer) -> "AnswerSeen":
        """Return the form of *answer*."""
        one = answer.passage
        return cls(
            meeting=one.meeting_id,
            title=one.title,
            at=one.at,
            kind=one.kind,
            text=one.text,
            quote=one.quote,
            segments=list(one.segments),
            speaker=one.speaker,
            start=one.start,
            owner=one.owner,
            due=one.due,
            standing=one.standing,
            state=StateSeen.model_validate(wire.plain(one.state)) if one.state else None,
            score=answer.score,
        )


class Answers(BaseModel):
    """What was asked and what answers it; no answers mean that nothing was found."""

    question: str
    answers: list[AnswerSeen]


@router.get("")
def answers(
    asking: Annotated[Asking, may(Right.MEETINGS_READ)],
    question: Annotated[str, Query(min_length=1, max_length=500, description="Such as: what did we decide on Graz?")],
) -> Answers:
    """Answer a question with passages of the meetings that you may see, the best first."""
    found = ask(asking.hub.room, asking.principal, question, alike=asking.hub.alike)
    return Answers(question=question, answers=[AnswerSeen.of(one) for one in found])

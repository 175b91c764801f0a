"""A question to all meetings, answered with passages."""

from types import SimpleNamespace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from hub.api.asking import Asking, may
from hub.domain.answers import Answer, State
from hub.domain.errors import UsageError
from hub.domain.policy import Right
from hub.ports import Wording
from hub.services.review.asking import ask
from hub.web import frame

router = APIRouter(include_in_schema=False)


@router.get("/ask")
def asked(
    request: Request,
    asking: Annotated[Asking, may(Right.MEETINGS_READ)],
    question: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Answer a question with passages of the meetings that the reader may see."""
    words, wrong, found = frame.reader_of(asking).words, "", tuple[Answer, ...]()
    if question.strip():
        try:
            found = ask(asking.hub.room, asking.principal, question, alike=asking.hub.alike)
        except UsageError:
            wrong = words.text("Ask with a word that can be looked for, such as a site or a subject matter.")
    return frame.show(
        request,
        asking,
        "ask.html",
        place="meetings",
        question=question,
        wrong=wrong,
        answers=[_row(one, words) for one in found],
    )


def _row(answer: Answer, words: Wording) -> SimpleNamespace:
    one = answer.passage
    kinds = {
        "decision": words.text("Decision"),
        "action": words.text("Action"),
        "risk": words.text("Risk"),
        "issue": words.text("Issue"),
        "summary": words.text("Summary"),
    }
    return SimpleNamespace(
        kind=kinds.get(one.kind, words.text("Said")),
        text=one.text if one.kind != "said" else "",
        quote=one.quote,
        speaker=one.speaker or "",
        at=words.timecode(one.start) if one.start is not None else "",
        owner=one.owner or "",
        title=one.title,
        when=one.at,
        state=_state(one.state, words),
        closed=one.state if one.state and one.state.name == "done" else None,
        address=f"/meetings/{quote(one.meeting_id, safe='')}",
    )


def _state(state: State | None, words: Wording) -> str:
    names = {"open": words.text("open"), "in_progress": words.text("under way"), "done": words.text("done")}
    return names.get(state.name, words.text("cancelled")) if state else ""

"""Governance of a study: its communication plan and what runs by it, who was told, and how far things are."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from hub.api.asking import Asking, may
from hub.api.governance_routes import counted, seeing
from hub.domain.distribution import Channel
from hub.domain.governance import Notice, NoticeState
from hub.domain.places import HUB_ITSELF
from hub.domain.policy import Right
from hub.ports import Wording
from hub.services.governance.seeing import Answer, answers_of, clocks_of, notices_of, sees_plan
from hub.web import frame
from hub.web.governance_view import about, clock, figures, meeting, step, tabs
from hub.web.meeting_view import address_of
from hub.web.reader import Reader
from hub.web.views.meetings import studies_seen

router = APIRouter(prefix="/governance", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Word = Annotated[str, Query(max_length=200)]
_PAGE = 50
_CLOCKS = 200


@router.get("")
def plan(request: Request, asking: Reading, study: Word = "") -> Response:
    """Show the plan of a study, and which of its clocks run."""
    hub, reader = asking.hub, frame.reader_of(asking)
    chosen, studies = _chosen(asking, study)
    told = hub.plans.running.get(chosen) if _sees_plan(asking, chosen) else None
    clocks = clocks_of(hub.room, told, hub.calendars, seeing(asking, Right.MEETINGS_READ)) if told else []
    return _show(
        request,
        asking,
        "plan.html",
        "plan",
        study=chosen,
        studies=studies,
        plan=told,
        people=reader.words.join([one.name for one in told.people.values()]) if told else "",
        meetings=[meeting(reader, one) for one in told.meetings] if told else [],
        steps=[step(reader.words, told, kind, one) for kind, steps in told.steps.items() for one in steps]
        if told
        else [],
        clocks=[clock(reader, one) for one in clocks[:_CLOCKS]],
        left=max(len(clocks) - _CLOCKS, 0),
        late=sum(one.late for one in clocks),
    )


@router.get("/notices")
def notices(
    request: Request, asking: Reading, study: Word = "", state: Word = "", page: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Show who was told what, last made first."""
    hub, reader = asking.hub, frame.reader_of(asking)
    chosen, studies = _chosen(asking, study)
    sees = seeing(asking, Right.MEETINGS_READ)
    found = notices_of(hub.room, chosen, sees, plan=_sees_plan(asking, chosen)) if chosen else []
    wanted = state if state in set(NoticeState) else ""
    found = [one for one in found if wanted in ("", one.state)]
    here = found[page * _PAGE : (page + 1) * _PAGE]
    answers = answers_of(hub.communications, chosen, here, sees)
    kept = {key: value for key, value in {"study": chosen, "state": wanted}.items() if value}
    onward = f"/governance/notices?{urlencode({**kept, 'page': page + 1})}"
    states = {key: said for key, (said, _) in _states(reader).items()}
    return _show(
        request,
        asking,
        "notices.html",
        "notices",
        study=chosen,
        studies=studies,
        state=wanted,
        states=[("", reader.words.text("All")), *((str(key), said) for key, said in states.items())],
        rows=[_row(reader, one, answers.get(one.id)) for one in here],
        next_page=onward if len(found) > (page + 1) * _PAGE else None,
        first_page=f"/governance/notices?{urlencode(kept)}" if page else None,
    )


@router.get("/figures")
def counts(request: Request, asking: Reading, study: Word = "") -> Response:
    """Show how far recruitment, sites, queries, deviations, minutes and actions are."""
    chosen, studies = _chosen(asking, study)
    found = counted(asking, chosen, asking.hub.plans.running.get(chosen)) if chosen else None
    words = frame.reader_of(asking).words
    return _show(
        request,
        asking,
        "figures.html",
        "figures",
        study=chosen,
        studies=studies,
        groups=figures(words, found) if found else [],
        whole=found is None or found.whole,
    )


def _show(request: Request, asking: Asking, template: str, on: str, **view: Any) -> Response:
    reader = frame.reader_of(asking)
    words, parts = reader.words, tabs(reader, view["study"])
    here = {"plan": "/governance", "notices": "/governance/notices", "figures": "/governance/figures"}[on]
    more = {"told": _wrong(asking, words), "tabs": parts, "on": on, "here": here, "states": ()}
    return frame.show(request, asking, template, place="governance", **{**more, **view})


def _chosen(asking: Asking, study: str) -> tuple[str, Sequence[tuple[str, str]]]:
    """Return the study that is looked at, and those that there are to choose from."""
    planned = [one for one in asking.hub.plans.running if _sees_plan(asking, one)]
    every = sorted({*planned, *studies_seen(asking)})
    first = planned[0] if planned else every[0] if every else ""
    return (study if study in every else first), [(one, one) for one in every]


def _wrong(asking: Asking, words: Wording) -> list[tuple[str, str]]:
    """Return what is said of files that will not do: their names only to who may know of every study."""
    if not asking.hub.plans.wrong:
        return []
    if any(asking.may(right, HUB_ITSELF) for right in (Right.MEETINGS_READ, Right.SYNC_OPERATE)):
        return unreadable(asking, words)
    return [("bad", words.text("A communication plan cannot be read: its study has none until the file is mended."))]


def unreadable(asking: Asking, words: Wording) -> list[tuple[str, str]]:
    """Return what is said of files of plans that will not do, by their names."""
    wrong = asking.hub.plans.wrong
    said = words.text("These files of communication plans cannot be read: {names}", names=words.join(list(wrong)))
    return [("bad", f"{said} (hub plans list)")] if wrong else []


def _sees_plan(asking: Asking, study: str) -> bool:
    return sees_plan(asking.hub.room, asking.principal, study, seeing(asking, Right.MEETINGS_READ))


def _states(reader: Reader) -> dict[NoticeState, tuple[str, str]]:
    words = reader.words
    return {
        NoticeState.WAITING: (words.text("waiting"), "info"),
        NoticeState.SENDING: (words.text("being sent"), "info"),
        NoticeState.SENT: (words.text("sent"), "ok"),
        NoticeState.FAILED: (words.text("failed"), "bad"),
        NoticeState.DROPPED: (words.text("settled before it went out"), ""),
    }


def _row(reader: Reader, one: Notice, answer: Answer | None) -> SimpleNamespace:
    words = reader.words
    state, tone = _states(reader)[one.state]
    return SimpleNamespace(
        about=about(words)[one.about], title=one.title, address=address_of(one.meeting_id) if one.meeting_id else "",
        day=one.day, step=one.step, level=one.level, name=one.to.name, to=one.to.address, due_at=one.due_at,
        chat=one.channel is Channel.CHAT, at=one.ended_at or one.made_at, state=state, tone=tone, error=one.error,
        receipt=one.receipt, attempts=one.attempts, answered=answer.at if answer else None,
        answer=f"/communications/{frame.part(answer.message)}" if answer else "",
    )  # fmt: skip

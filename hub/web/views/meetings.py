"""Meetings: the list with its search, how far one is, what was recorded."""

from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse

from hub.api.asking import Asking, may
from hub.domain.cards import Card, Standing
from hub.domain.errors import MissingError
from hub.domain.jobs import Job, JobState
from hub.domain.policy import Right
from hub.services.review.meetings import find_meetings, meeting
from hub.services.review.pipeline import STAGES, stop
from hub.web import frame, meeting_view
from hub.web.reader import Reader

router = APIRouter(include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
_PAGE = 40
_LATELY = 200


@router.get("/search")
def search(_asking: Reading, q: str = "") -> Response:
    """Search from any page: the list of meetings does it."""
    return RedirectResponse(f"/meetings?{urlencode({'q': q[:200]})}", 303)


@router.get("/meetings")
def listed(
    request: Request,
    asking: Reading,
    q: str = "",
    state: str = "",
    study: str = "",
    since: str = "",
    until: str = "",
    after: str = "",
) -> Response:
    """List meetings, newest first, those that hold what is searched for."""
    reader = frame.reader_of(asking)
    words = reader.words
    page = find_meetings(
        asking.hub.room,
        asking.principal,
        text=q[:200],
        study=study[:100] or None,
        standing=Standing(state) if state in set(Standing) else None,
        since=_day(reader, since),
        until=_day(reader, until, last=True),
        after=_after(after),
        limit=_PAGE,
    )
    names = meeting_view.standings(words)
    rows = [
        SimpleNamespace(
            id=card.meeting_id, title=card.title, started_at=card.at, study=card.study,
            state=names[card.standing], tone=meeting_view.TONES[card.standing],
            items=card.items if card.version else None,
            passage=page.found[card.meeting_id].passage if card.meeting_id in page.found else "",
        )
        for card in page.cards
    ]  # fmt: skip
    asked = {"q": q, "state": state, "study": study, "since": since, "until": until}
    kept = urlencode({key: value for key, value in asked.items() if value})
    last = page.last
    next_page = f"/meetings?{kept}&{urlencode({'after': f'{last[0].isoformat()} {last[1]}'})}" if last else None
    return frame.show(
        request,
        asking,
        "meetings.html",
        place="meetings",
        rows=rows,
        asked=SimpleNamespace(**asked),
        states=[(str(key), name) for key, name in names.items()],
        studies=[(one, one) for one in studies_of(asking)],
        can_upload=reader.can("meetings:write"),
        filtered=bool(kept),
        next_page=next_page,
        first_page=f"/meetings?{kept}" if after else None,
        looked_to=reader.local(page.reached[0]).date() if page.reached else None,
        q=q,
    )


@router.get("/meetings/{id}/stages")
def stages(id: str, request: Request, asking: Reading) -> Response:
    """Show how far the drafting of a meeting's minutes is."""
    card = meeting(asking.hub.room, asking.principal, id)
    return stages_page(request, asking, card)


@router.post("/meetings/{id}/stop")
def stop_work(id: str, asking: Reading) -> Response:
    """Stop the drafting."""
    stop(asking.hub.room, asking.principal, id)
    return frame.go(meeting_view.address_of(id), done="removed")


@router.get("/meetings/{id}/recording")
def recording(id: str, asking: Reading) -> Response:
    """Send the recording, or the part of it that the player asks for."""
    card = meeting(asking.hub.room, asking.principal, id)
    if not meeting_view.has_sound(card) or card.recording is None:
        raise MissingError(f"{id}: there is no recording")
    return FileResponse(asking.hub.blobs.path(card.recording), filename=card.media, content_disposition_type="inline")


@router.get("/meetings/{id}/peaks")
def peaks(id: str, asking: Reading) -> Response:
    """Send how loud the recording is, from left to right, for the player's picture of it."""
    from hub.nlp.peaks import FINGERPRINT, as_json

    card, hub = meeting(asking.hub.room, asking.principal, id), asking.hub
    if not meeting_view.has_sound(card) or card.recording is None:
        raise MissingError(f"{id}: there is no recording")
    known = hub.stages.load(card.recording, "peaks", FINGERPRINT)
    if known is None:
        known = as_json(hub.blobs.path(card.recording))
        hub.stages.save(card.recording, "peaks", FINGERPRINT, known)
    return Response(known, media_type="application/json", headers={"Cache-Control": "private, max-age=86400"})


@router.get("/meetings/{id}/job")
def job(id: str, asking: Reading) -> Response:
    """Say how far the drafting is, for pages whose line of events was cut."""
    found = job_of(asking, meeting(asking.hub.room, asking.principal, id))
    if found is None:
        raise MissingError(f"{id}: nothing is being drafted")
    return JSONResponse({"state": str(found.state), "progress": found.progress, "note": found.note})


def stages_page(request: Request, asking: Asking, card: Card) -> Response:
    """Return the page of a meeting whose minutes are being drafted, or could not be."""
    reader, found = frame.reader_of(asking), job_of(asking, card)
    at = found.note.split(" ")[0] if found else ""
    own = found is not None and found.user_id == asking.principal.user.id
    base = meeting_view.address_of(card.meeting_id)
    return frame.show(
        request,
        asking,
        "stages.html",
        place="meetings",
        meeting=meeting_view.shown(asking, reader, card),
        stages=_stages(reader, at, failed=card.standing is Standing.FAILED),
        progress=found.progress if found else 0,
        error=found.error if found and found.state is JobState.FAILED else "",
        failed=card.standing is Standing.FAILED,
        done=card.standing is not Standing.WORKING,
        events=f"/api/v1/jobs/{card.job}/events" if own else "",
        poll=f"{base}/job",
        can_stop=card.standing is Standing.WORKING and asking.may(Right.MEETINGS_WRITE, card.scope),
        can_again=card.standing is Standing.FAILED and asking.may(Right.MEETINGS_WRITE, card.scope),
        idle=card.standing is Standing.EMPTY,
        can_begin=card.standing is Standing.EMPTY
        and card.recording is not None
        and asking.may(Right.MEETINGS_WRITE, card.scope),
        base=base,
    )


def studies_of(asking: Asking) -> list[str]:
    """Return the studies that the grants of who asks name."""
    return sorted({grant.study for grant in asking.principal.grants if grant.study})


def studies_seen(asking: Asking) -> list[str]:
    """Return the studies that the grants of who asks name, and those of the newest meetings that they see."""
    newest = find_meetings(asking.hub.room, asking.principal, limit=_LATELY).cards
    return sorted({*studies_of(asking), *(card.study for card in newest if card.study)})


def _stages(reader: Reader, at: str, *, failed: bool) -> list[SimpleNamespace]:
    words = reader.words
    names = {
        "decode": words.text("Reading the file"),
        "recognize": words.text("Hearing the words"),
        "diarize": words.text("Telling the voices apart"),
        "speakers": words.text("Naming the speakers"),
        "extract": words.text("Finding decisions, actions and risks"),
    }
    place = STAGES.index(at) if at in STAGES else -1

    def state(number: int) -> str:
        if number == place:
            return "failed" if failed else "now"
        return "done" if number < place else "waiting"

    return [SimpleNamespace(key=one, name=names[one], state=state(n), note="") for n, one in enumerate(STAGES)]


def job_of(asking: Asking, card: Card) -> Job | None:
    """Return the newest job that drafts a meeting; None where there is none, or it is no longer kept."""
    if card.job is None:
        return None
    try:
        return asking.hub.jobs.jobs.job(card.job)
    except MissingError:
        return None


def _day(reader: Reader, text: str, *, last: bool = False) -> datetime | None:
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return None
    return datetime.combine(day, time.max if last else time.min, reader.zone).astimezone(UTC)


def _after(text: str) -> tuple[datetime, str] | None:
    at, _, meeting_id = text.partition(" ")
    try:
        return (datetime.fromisoformat(at), meeting_id) if meeting_id else None
    except ValueError:
        return None

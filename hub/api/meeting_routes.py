"""Meetings: entered, found by text, corrected; their work started and stopped; their transcript and its speakers."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing, Stepping
from hub.api.job_routes import JobSeen, job_address, seen
from hub.api.meeting_forms import (
    MeetingChange,
    MeetingForm,
    MeetingListed,
    MeetingSeen,
    SegmentForm,
    SpeakersForm,
    StartForm,
    TranscriptSeen,
)
from hub.api.meeting_scopes import meeting_scope
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sealed
from hub.domain.cards import Standing
from hub.domain.errors import UsageError
from hub.domain.policy import Right
from hub.domain.versions import KeptTranscript
from hub.services.review import meetings, pipeline, speakers

router = APIRouter(prefix="/meetings", tags=["meetings"])
Reading = Annotated[Asking, may(Right.MEETINGS_READ, meeting_scope)]
Writing = Annotated[Asking, may(Right.MEETINGS_WRITE, meeting_scope)]
Editing = Annotated[Asking, may(Right.MINUTES_EDIT, meeting_scope)]
Word = Annotated[str | None, Query(max_length=200)]


@router.get("")
def list_meetings(
    asking: Annotated[Asking, may(Right.MEETINGS_READ)],
    paging: Paging,
    text: Annotated[str, Query(max_length=300, description="Words in transcript, minutes and items")] = "",
    study: Word = None,
    organization: Word = None,
    series: Word = None,
    standing: Standing | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[MeetingListed]:
    """List the meetings that one may see, newest first."""
    found = meetings.find_meetings(
        asking.hub.room,
        asking.principal,
        text=text,
        study=study,
        organization=organization,
        series=series,
        standing=standing,
        since=_zoned(since),
        until=_zoned(until),
        after=paging.place(datetime, str),
        limit=paging.limit,
    )
    last = found.last
    following = sealed(last[0].isoformat(), last[1]) if last else None
    rows = [MeetingListed.listed(card, found.found.get(card.meeting_id)) for card in found.cards]
    return Page(items=rows, next=following)


@router.post("", status_code=201, response_model=MeetingSeen)
def enter(asking: Annotated[Asking, may(Right.MEETINGS_WRITE)], form: MeetingForm, once: Creating) -> Response:
    """Enter a meeting of one's own organization."""
    room, principal = asking.hub.room, asking.principal
    return once.answer(
        form,
        lambda: MeetingSeen.of(meetings.open_meeting(room, principal, form.about())),
        location=lambda seen: f"/api/v1/meetings/{seen.id}",
    )


@router.get("/{meeting_id}")
def show(meeting_id: str, asking: Reading, response: Response) -> MeetingSeen:
    """Show a meeting."""
    card = meetings.meeting(asking.hub.room, asking.principal, meeting_id)
    etags.put(response, version_of(card.meeting_id, card.revision))
    return MeetingSeen.of(card)


@router.patch("/{meeting_id}")
def change(meeting_id: str, asking: Writing, form: MeetingChange, match: Changing, response: Response) -> MeetingSeen:
    """Change what is known of a meeting."""
    room, principal = asking.hub.room, asking.principal
    before = meetings.meeting(room, principal, meeting_id)
    match.check(version_of(meeting_id, before.revision))
    after = meetings.change_meeting(
        room, principal, meeting_id, revision=before.revision, reason=form.reason, **form.values()
    )
    etags.put(response, version_of(meeting_id, after.revision))
    return MeetingSeen.of(after)


@router.post("/{meeting_id}/work", status_code=202, response_model=JobSeen)
def start(meeting_id: str, asking: Writing, form: StartForm, once: Creating) -> Response:
    """Have the minutes of what was uploaded drafted, as a job to watch."""
    about = (asking.hub.room, asking.hub.jobs.submit, asking.principal, meeting_id)

    def begin() -> JobSeen:
        return seen(pipeline.start(*about, channels=form.channels, language=form.language))

    return once.answer(form, begin, status=202, location=job_address)


@router.delete("/{meeting_id}/work")
def stop(meeting_id: str, asking: Writing, match: Stepping) -> MeetingSeen:
    """Stop the work on a meeting; what its stages have done is kept for the next time."""
    match.check(version_of(meeting_id, meetings.meeting(asking.hub.room, asking.principal, meeting_id).revision))
    return MeetingSeen.of(pipeline.stop(asking.hub.room, asking.principal, meeting_id))


@router.get("/{meeting_id}/transcript")
def transcript(meeting_id: str, asking: Reading, response: Response) -> TranscriptSeen:
    """Show the transcript."""
    return _transcript(speakers.transcript(asking.hub.room, asking.principal, meeting_id), response)


@router.post("/{meeting_id}/transcript/speakers")
def name_speakers(
    meeting_id: str, asking: Editing, form: SpeakersForm, match: Changing, response: Response
) -> TranscriptSeen:
    """Name, rename and merge speakers; owners and passages follow."""
    room, principal = asking.hub.room, asking.principal
    before = speakers.transcript(room, principal, meeting_id)
    match.check(version_of(meeting_id, before.revision))
    after = speakers.name_speakers(
        room, principal, meeting_id, form.names, revision=before.revision, reason=form.reason
    )
    return _transcript(after, response)


@router.post("/{meeting_id}/transcript/segments/{segment}")
def name_segment(
    meeting_id: str, segment: str, asking: Editing, form: SegmentForm, match: Changing, response: Response
) -> TranscriptSeen:
    """Say who speaks in one segment."""
    room, principal = asking.hub.room, asking.principal
    before = speakers.transcript(room, principal, meeting_id)
    match.check(version_of(meeting_id, before.revision))
    after = speakers.name_segment(
        room, principal, meeting_id, segment, form.speaker, revision=before.revision, reason=form.reason
    )
    return _transcript(after, response)


def _transcript(kept: KeptTranscript, response: Response) -> TranscriptSeen:
    etags.put(response, version_of(kept.meeting_id, kept.revision))
    return TranscriptSeen.of(kept)


def version_of(meeting_id: str, revision: int) -> tuple[str, int]:
    """Return what the entity tag of a meeting, of its transcript or its minutes is made of."""
    return meeting_id, revision


def _zoned(at: datetime | None) -> datetime | None:
    from datetime import UTC

    if at is None:
        return None
    if not 1970 <= at.year <= 9000:
        raise UsageError(f"{at.year}: give a year from 1970 to 9000")
    return at if at.tzinfo else at.replace(tzinfo=UTC)

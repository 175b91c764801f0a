"""A meeting's page: sound and transcript beside the minutes, each item accepted, corrected, rejected or added."""

from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from hub.api.asking import Asking, may
from hub.api.etags import etag
from hub.domain.approvals import Remark
from hub.domain.cards import Card, Standing
from hub.domain.edits import Accept, Add, Correct, Edit, Reject, roster
from hub.domain.errors import MissingError, UsageError
from hub.domain.policy import Right
from hub.domain.transcript import Transcript
from hub.domain.versions import KeptTranscript, WorkingDraft
from hub.services.review import approving, editing, speakers
from hub.services.review.meetings import meeting
from hub.web import due_view, frame, item_view, meeting_view, series_view, summary_view
from hub.web.reader import Reader
from hub.web.views.meetings import stages_page

router = APIRouter(prefix="/meetings/{id}", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Editing = Annotated[Asking, may(Right.MINUTES_EDIT)]
Short = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=4000)]
Revision = Annotated[int, Form(ge=0)]
_CATEGORIES = (
    "patient safety", "data integrity", "enrolment", "supply", "vendor", "regulatory", "timeline", "budget",
)  # fmt: skip
_PART = 120
"""Segments of a transcript on one page: some ten minutes, so that a page of a long meeting stays light."""
_CHOOSE = "choose a passage of the transcript"
_EXAMPLE = 120
"""Characters of what a voice said that are shown beside it."""


@router.get("")
def show(id: str, request: Request, asking: Reading, part: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """Show a meeting, or how far it is while its minutes are being drafted; a long transcript comes in parts."""
    card = meeting(asking.hub.room, asking.principal, id)
    if card.standing in (Standing.WORKING, Standing.FAILED, Standing.EMPTY) and not card.version:
        return stages_page(request, asking, card)
    draft = editing.current(asking.hub.room, asking.principal, id)
    reader, kept = frame.reader_of(asking), _transcript(asking, id)
    view = _editor(asking, reader, card, draft, kept, part=part)
    return frame.show(request, asking, "meeting.html", place="meetings", **view)


@router.get("/transcript/{part}")
def transcript_part(id: str, part: Annotated[int, Path(ge=1, le=10_000)], asking: Reading) -> Response:
    """Send one part of a long transcript, for the page to put in the place of the one it shows."""
    spoken = speakers.transcript(asking.hub.room, asking.principal, id).transcript
    return frame.PAGES.show("said.html", frame.reader_of(asking), segments=_segments(spoken, part))


@router.post("/items/{item}")
def change(
    id: str,
    item: str,
    request: Request,
    asking: Editing,
    do: Short,
    version: Revision,
    text: Long = "",
    owner: Short = "",
    due: Short = "",
    severity: Short = "",
    category: Short = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Accept, correct or reject an item; the page's script gets the new revision, a form the page."""
    given = {"text": text, "owner": owner, "due": due, "severity": severity, "category": category}
    step = _step(asking, id, item, do, given)
    after = editing.edit(asking.hub.room, asking.principal, id, [step], revision=version, reason=reason)
    if "application/json" in request.headers.get("accept", ""):
        mark, words = after.draft.mark(item), frame.reader_of(asking).words
        state, tone = item_view.state_of(words, mark)
        return JSONResponse({"version": after.revision, "state": state, "tone": tone})
    return frame.go(f"{meeting_view.address_of(id)}#item-{frame.part(item)}")


@router.post("/items")
def add(
    id: str,
    asking: Editing,
    version: Revision,
    kind: Short,
    first: Short,
    last: Short,
    text: Long,
    quote: Long = "",
    owner: Short = "",
    due: Short = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Add an item that a passage of the transcript proves."""
    spoken = speakers.transcript(asking.hub.room, asking.principal, id).transcript
    segments, words = _passage(spoken, first, last, quote)
    fields: dict[str, Any] = {"text": text}
    if kind != "decision" and owner:
        fields["owner"] = owner
    if kind == "action" and due:
        fields["due"] = _day(due)
    step = Add(kind, segments, words, fields)
    after = editing.edit(asking.hub.room, asking.principal, id, [step], revision=version, reason=reason)
    return frame.go(f"{meeting_view.address_of(id)}#item-p{after.revision}.1", done="added")


@router.post("/keep")
def keep(id: str, asking: Editing, version: Revision, reason: Annotated[str, Form(max_length=500)]) -> Response:
    """Make a version of the edits."""
    editing.keep_version(asking.hub.room, asking.principal, id, revision=version, reason=reason)
    return frame.go(f"{meeting_view.address_of(id)}/versions", done="saved")


@router.get("/speakers")
def voices(id: str, request: Request, asking: Editing) -> Response:
    """Show who speaks, for how long, and why each has their name."""
    card = meeting(asking.hub.room, asking.principal, id)
    asking.check(Right.MINUTES_EDIT, card.scope)
    kept, reader = speakers.transcript(asking.hub.room, asking.principal, id), frame.reader_of(asking)
    return frame.show(
        request,
        asking,
        "speakers.html",
        place="meetings",
        meeting=meeting_view.shown(asking, reader, card),
        voices=_voices(kept.transcript),
        version=kept.revision,
        people=[person.name for person in card.meeting.participants],
        needs_reason=editing.asks_reason(asking.hub.room, asking.principal, id),
        language=kept.transcript.language,
        base=meeting_view.address_of(id),
    )


@router.post("/speakers")
def name_voices(
    id: str,
    asking: Editing,
    version: Revision,
    old: Annotated[list[str], Form(max_length=200)],
    new: Annotated[list[str], Form(max_length=200)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Rename speakers, or make several one."""
    names = {was: now for was, now in zip(old, new, strict=False) if was and now.strip() and was != now.strip()}
    if names:
        speakers.name_speakers(asking.hub.room, asking.principal, id, names, revision=version, reason=reason)
    return frame.go(f"{meeting_view.address_of(id)}/speakers", done="saved")


@router.post("/speakers/passage")
def name_passage(
    id: str,
    asking: Editing,
    version: Revision,
    passage: Short,
    speaker: Short,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Say who speaks in one passage; the part of the transcript that it stands in is shown again."""
    room, who = asking.hub.room, asking.principal
    names = [one.id for one in speakers.transcript(room, who, id).transcript.segments]
    if passage not in names:
        raise UsageError(_CHOOSE)
    speakers.name_segment(room, who, id, passage, speaker, revision=version, reason=reason)
    part = names.index(passage) // _PART + 1
    return frame.go(f"{meeting_view.address_of(id)}?part={part}#{frame.part(passage)}", done="saved")


def _editor(
    asking: Asking, reader: Reader, card: Card, draft: WorkingDraft, kept: KeptTranscript | None, *, part: int
) -> dict[str, Any]:
    words, base = reader.words, meeting_view.address_of(card.meeting_id)
    minutes, editable = draft.draft.minutes, asking.may(Right.MINUTES_EDIT, card.scope)
    transcript = kept.transcript if kept else None
    spoken = {one.id: one for one in transcript.segments} if transcript else {}
    nobody = [("", "–")]
    segments = _segments(transcript, part) if transcript else []
    return {
        "meeting": meeting_view.shown(asking, reader, card),
        "base": base,
        "revision": draft.revision,
        "number": draft.base,
        "unsaved": draft.open,
        "editable": editable,
        "needs_reason": editing.asks_reason(asking.hub.room, asking.principal, card.meeting_id),
        "can_name": editable,
        "tag_of": etag,
        "remarks": _remarks(asking, card, draft.base),
        "can_comment": editable or asking.may(Right.MINUTES_APPROVE, card.scope),
        "open_items": item_view.still_open(draft.draft),
        "alerts": [
            (words.text(one.kind), item_view.passage(proof.segments, proof.quote, spoken, minutes.language))
            for one, proof in ((alert, alert.evidence) for alert in minutes.alerts)
        ],
        "headline": summary_view.headline(minutes),
        "summary": summary_view.sections(minutes, spoken, words),
        "carried": series_view.carried(asking, reader, card, minutes, spoken),
        "groups": item_view.groups(reader, draft.draft, transcript, base),
        "beside_days": due_view.beside_days(asking, card, draft, words),
        "segments": segments,
        "spoken_revision": kept.revision if kept else 0,
        "part": part,
        "parts_of": _parts(transcript) if transcript else [],
        "language": transcript.language if transcript else minutes.language,
        "people": nobody + [(name, name) for name in roster(minutes)],
        "levels": nobody + [(one, words.text(one)) for one in ("low", "medium", "high")],
        "categories": nobody + [(one, words.text(one)) for one in _CATEGORIES],
        "kinds": [
            ("action", words.text("Action")), ("decision", words.text("Decision")), ("risk", words.text("Risk")),
            ("issue", words.text("Issue")),
        ],
        "passages": [
            (one.id, f"{words.timecode(one.start)} {one.speaker or ''}: {one.text[:40]}") for one in segments
        ],
    }  # fmt: skip


def _remarks(asking: Asking, card: Card, number: int) -> dict[str, list[Remark]]:
    """Return the comments by item; those on the whole version stand on the page of the versions."""
    found: dict[str, list[Remark]] = {}
    for one in approving.remarks(asking.hub.room, asking.principal, card.meeting_id, number):
        if one.item:
            found.setdefault(one.item, []).append(one)
    return found


def _segments(transcript: Transcript, part: int) -> list[SimpleNamespace]:
    """Return the segments of one part, with the number of the colour of each voice."""
    voices = list(dict.fromkeys(one.speaker for one in transcript.segments if one.speaker))
    return [
        SimpleNamespace(
            id=one.id, start=one.start, end=one.end, text=one.text, speaker=one.speaker,
            voice=voices.index(one.speaker) % 6 if one.speaker else "",
        )
        for one in transcript.segments[(part - 1) * _PART : part * _PART]
    ]  # fmt: skip


def _parts(transcript: Transcript) -> list[SimpleNamespace]:
    starts = transcript.segments[::_PART]
    return [SimpleNamespace(number=number, start=one.start) for number, one in enumerate(starts, start=1)]


def _transcript(asking: Asking, id: str) -> KeptTranscript | None:
    try:
        return speakers.transcript(asking.hub.room, asking.principal, id)
    except MissingError:
        return None


def _step(asking: Asking, id: str, item: str, do: str, given: dict[str, str]) -> Edit:
    if do == "accept":
        return Accept(item)
    if do == "reject":
        return Reject(item)
    if do != "correct":
        raise UsageError(f"{do}: is nothing that can be done with an item")
    draft = editing.current(asking.hub.room, asking.principal, id).draft
    stands = draft.item(item)
    fields: dict[str, Any] = {"text": given["text"]}
    for name in ("owner", "severity", "category"):
        if stands is not None and hasattr(stands, name):
            fields[name] = given[name] or None
    if stands is not None and hasattr(stands, "due"):
        fields["due"] = _day(given["due"])
    return Correct(item, fields)


def _passage(spoken: Transcript, first: str, last: str, quote: str) -> tuple[tuple[str, ...], str]:
    """Return the segments from *first* to *last*, and the words of them that are quoted: *quote*, or all."""
    names = [one.id for one in spoken.segments]
    if first not in names or last not in names:
        raise UsageError(_CHOOSE)
    begin, end = sorted((names.index(first), names.index(last)))
    chosen = spoken.segments[begin : end + 1]
    return tuple(one.id for one in chosen), quote or " ".join(one.text for one in chosen)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text}: is no day") from error


def _voices(transcript: Transcript) -> list[SimpleNamespace]:
    why = {one.name: f"{one.reason}: “{one.quote}”" for one in transcript.coverage.named_speakers}
    proposed = {one.label: one for one in transcript.coverage.proposed_speakers}
    why |= {label: one.reason for label, one in proposed.items()}
    seconds: dict[str, float] = {}
    example: dict[str, str] = {}
    for one in transcript.segments:
        if one.speaker:
            seconds[one.speaker] = seconds.get(one.speaker, 0.0) + one.end - one.start
            if len(one.text) > len(example.get(one.speaker, "")) < 60:
                example[one.speaker] = one.text if len(one.text) <= _EXAMPLE else f"{one.text[:_EXAMPLE]}…"
    return [
        SimpleNamespace(
            name=name,
            seconds=spoke,
            example=example.get(name, ""),
            why=why.get(name, ""),
            proposed=proposed[name].name if name in proposed else name,
        )
        for name, spoke in seconds.items()
    ]
